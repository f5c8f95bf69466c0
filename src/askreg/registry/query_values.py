"""The comparisons of a plan as SQL conditions: text folded, numbers as numbers, instants by time."""

import operator
import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Numeric, and_, case, cast, false, literal, not_, or_
from sqlalchemy import Text as SqlText
from sqlalchemy import func as sql
from sqlalchemy.dialects.postgresql import JSON

from askreg.errors import InvalidInput
from askreg.registry import times
from askreg.registry.canonical import canonical, decimal_text
from askreg.registry.plan import Condition, FieldType, Operator
from askreg.registry.query_sources import Place

Test = Callable[[ColumnElement[Any]], ColumnElement[bool]]
"""From the column of a value to the condition that it passes."""

_FORMS: dict[FieldType, str] = {"text": "text", "number": "a number", "instant": "a date", "json": "text or a number"}
_OPERATORS = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_YEAR, _MONTH = re.compile(r"\d{4}"), re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def test(condition: Condition, place: Place, *, postgres: bool) -> Test:
    """Return the test that a condition makes of a field."""
    op, value = condition.op, condition.value
    if op == "exists":
        return lambda column: column.is_not(None)
    if value is None:
        raise InvalidInput(f"{condition.path} {op} nothing: give a value, or use 'exists' or 'missing'")
    if op == "in":
        each = value if isinstance(value, list | tuple) else [value]
        parts = [_single(condition, place, "=", one, postgres) for one in each]
        return lambda column: or_(false(), *(part(column) for part in parts))
    if isinstance(value, list | tuple) and place.type != "json":
        raise InvalidInput(f"{condition.path} {op} {value!r}: only 'in' takes a list")
    return _single(condition, place, op, value, postgres)


def number(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column of decimal text as numbers."""
    return cast(column, Numeric)


def _single(condition: Condition, place: Place, op: Operator, value: Any, postgres: bool) -> Test:
    try:
        match place.type:
            case "number":
                return _number(op, value, condition.path)
            case "instant":
                return _instant(op, value, condition.path)
            case "json":
                return _json(op, value, place, postgres)
            case _:
                return _text(op, _worded(value), place)
    except InvalidInput as error:
        raise InvalidInput(f"{condition.path} is compared with {_FORMS[place.type]}: {error}") from None


def _worded(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise InvalidInput(f"{value!r} is not text")


def _compared(column: ColumnElement[Any], op: Operator, value: Any) -> ColumnElement[bool]:
    compared: ColumnElement[bool] = _OPERATORS[op](column, value)
    return compared


def _number(op: Operator, value: Any, path: str) -> Test:
    if op == "contains":
        raise InvalidInput("it takes =, !=, <, <=, >, >=, in, exists or missing, not 'contains'")
    # Both sides are cast from text alike, so that no digit is lost on the way where the database keeps them.
    given = cast(literal(decimal_text(value, name=path), SqlText), Numeric)
    return lambda column: _compared(number(column), op, given)


def _spellings(value: str) -> list[str]:
    """Return the folded forms that a value may have: SQLite folds the letters of ASCII only."""
    forms = (value, value.lower(), value.upper(), value.title(), value.capitalize())
    return list(dict.fromkeys(_ascii_lower(form) for form in forms)) + ([] if value.isascii() else [value.lower()])


def _ascii_lower(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def _text(op: Operator, value: str, place: Place) -> Test:
    spelled = list(dict.fromkeys(_spellings(value)))
    if op == "contains" or (place.listed and op in ("=", "!=")):
        inner = [canonical(form)[1:-1] if place.encoded else form for form in spelled]
        if op != "contains":
            inner = [f'"{form}"' for form in inner]
        negated = op == "!="

        def contained(column: ColumnElement[Any]) -> ColumnElement[bool]:
            found = or_(*(sql.lower(column).contains(form, autoescape=True) for form in inner))
            return not_(found) if negated else found

        return contained
    forms = [canonical(form) if place.encoded else form for form in spelled]

    def compared(column: ColumnElement[Any]) -> ColumnElement[bool]:
        folded = column if place.folded else sql.lower(column)
        if op == "=":
            return folded.in_(forms)
        return folded.not_in(forms) if op == "!=" else _compared(folded, op, forms[0])

    return compared


def _instant(op: Operator, value: Any, path: str) -> Test:
    start, end = _span(value, path)
    match op:
        case "=" | "contains":
            return lambda column: and_(column >= start, column < end) if end else column == start
        case "!=":
            return lambda column: or_(column < start, column >= end) if end else column != start
        case "<":
            return lambda column: column < start
        case "<=":
            return lambda column: column < end if end else column <= start
        case ">":
            return lambda column: column >= end if end else column > start
        case _:
            return lambda column: column >= start


def _span(value: Any, path: str) -> tuple[str, str | None]:
    """Return the instant that is meant; for a day, month or year, its first and that of the next one."""
    text = str(value).strip() if isinstance(value, str | int) else value
    if isinstance(text, str) and _YEAR.fullmatch(text):
        return _start(f"{text}-01-01", path), _start(f"{int(text) + 1:04}-01-01", path)
    if isinstance(text, str) and (month := _MONTH.fullmatch(text)):
        year, which = int(month[1]), int(month[2])
        after = f"{year + 1:04}-01-01" if which == 12 else f"{year:04}-{which + 1:02}-01"
        return _start(f"{text}-01", path), _start(after, path)
    start = times.instant(text, bare="start", name=path)
    if isinstance(text, str) and _DAY.fullmatch(text):
        return start, times.instant(text, bare="next", name=path)
    return start, None


def _start(day: str, path: str) -> str:
    return times.instant(day, bare="start", name=path)


def _json(op: Operator, value: Any, place: Place, postgres: bool) -> Test:
    if isinstance(value, bool | dict | list | tuple):
        if op not in ("=", "!="):
            raise InvalidInput(f"{value!r} takes = or != only")
        return lambda column: _compared(column, op, canonical(value))
    worded = _text(op, _worded(value), place)
    if isinstance(value, str) and op in ("contains", "!="):
        return worded
    try:
        figure = _number(op, value, place.name)
    except InvalidInput:
        return worded

    def numeric(column: ColumnElement[Any]) -> ColumnElement[bool]:
        number = _is_number(column, postgres)
        return and_(number, figure(case((number, column))))

    if isinstance(value, str):
        return lambda column: or_(worded(column), numeric(column))
    return numeric


def _is_number(column: ColumnElement[Any], postgres: bool) -> ColumnElement[bool]:
    if postgres:
        return sql.json_typeof(cast(column, JSON)) == "number"
    return sql.json_type(column).in_(("integer", "real"))

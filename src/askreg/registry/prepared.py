"""Statements that are built once and run many times.

Building a statement costs several times what a look-up by key does. A view has only four shapes (with or without
each of its limits), so a statement is built once per shape, with the limits as parameters.
"""

import json
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, cast

from sqlalchemy import JSON, BigInteger, ColumnElement, Executable, Result, Text, bindparam, select
from sqlalchemy import cast as cast_to
from sqlalchemy import func as sql

from askreg.registry.view import View


def prepared(build: Callable[[View], Executable]) -> Callable[..., Result[Any]]:
    """Turn a function that builds a statement for a view into one that runs it on a view with parameters."""
    built: dict[tuple[str, bool, bool], Executable] = {}

    @wraps(build)
    def run(view: View, **parameters: Any) -> Result[Any]:
        shape = (view.connection.dialect.name, view.as_of is None, view.known is None)
        statement = built.get(shape)
        if statement is None:
            statement = built[shape] = build(_template(view))
        if view.as_of is not None:
            parameters["as_of"] = view.as_of
        if view.known is not None:
            parameters["known"] = view.known
        return view.connection.execute(statement, parameters)

    return run


def among(view: View, column: ColumnElement[Any], name: str = "ids") -> ColumnElement[bool]:
    """Return the condition that a column of ids is among those in parameter `name`, given as `id_list` makes it.

    One parameter however many ids there are: both databases limit how many a statement may have.
    """
    given: ColumnElement[str] = bindparam(name, type_=Text())
    if view.connection.dialect.name == "postgresql":
        each = sql.json_array_elements_text(cast_to(given, JSON)).table_valued("value")
        return column.in_(select(cast_to(each.c.value, BigInteger)))
    return column.in_(select(sql.json_each(given).table_valued("value").c.value))


def id_list(ids: Collection[int]) -> str:
    """Return ids as the text that `among` takes."""
    return json.dumps(sorted(set(ids)))


def _template(view: View) -> View:
    limit = None if view.as_of is None else bindparam("as_of", type_=Text())
    known = None if view.known is None else bindparam("known", type_=BigInteger())
    return View(view.connection, view.now, cast("str | None", limit), cast("int | None", known))

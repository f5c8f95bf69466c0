"""Whether something is a JSON schema, as far as the two protocols need it to be."""

from collections.abc import Iterator
from typing import Any

TYPES = {"object", "array", "string", "number", "integer", "boolean", "null"}
_SCHEMAS = ("items", "additionalProperties", "not")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_MAPS = ("properties", "$defs", "definitions", "patternProperties")
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_TEXTS = ("title", "description", "pattern", "format", "$ref", "$schema", "$id")


def problems(schema: Any, *, root: Any = None, at: str = "schema") -> Iterator[str]:
    """Yield what keeps it from being one."""
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        yield f"{at} is no schema: {schema!r}"
        return
    root = schema if root is None else root
    yield from _own(schema, root, at)
    for name in _SCHEMAS:
        if name in schema:
            yield from problems(schema[name], root=root, at=f"{at}.{name}")
    for name in _LISTS:
        if not isinstance(schema.get(name, []), list):
            yield f"{at}.{name} is no list"
        for number, part in enumerate(schema.get(name, ())):
            yield from problems(part, root=root, at=f"{at}.{name}.{number}")
    for name in _MAPS:
        for key, part in schema.get(name, {}).items():
            yield from problems(part, root=root, at=f"{at}.{name}.{key}")


def _own(schema: dict[str, Any], root: Any, at: str) -> Iterator[str]:
    types = schema.get("type", [])
    for type in types if isinstance(types, list) else [types]:
        if type not in TYPES:
            yield f"{at}.type is {type!r}"
    for name in _TEXTS:
        if not isinstance(schema.get(name, ""), str):
            yield f"{at}.{name} is no text"
    for name in _NUMBERS:
        if isinstance(schema.get(name, 0), bool) or not isinstance(schema.get(name, 0), int | float):
            yield f"{at}.{name} is no number"
    for name in _COUNTS:
        if not isinstance(schema.get(name, 0), int) or schema.get(name, 0) < 0:
            yield f"{at}.{name} is no count"
    enum = schema.get("enum", [None])
    if not isinstance(enum, list) or not enum:
        yield f"{at}.enum is {enum!r}"
    required = schema.get("required", [])
    if not isinstance(required, list) or not set(required) <= set(schema.get("properties", required)):
        yield f"{at}.required names what is no property: {required!r}"
    if isinstance(schema.get("$ref"), str) and not _found(schema["$ref"], root):
        yield f"{at}.$ref leads nowhere: {schema['$ref']}"


def _found(reference: str, root: Any) -> bool:
    place = root
    for step in reference.removeprefix("#").split("/")[1:]:
        if not isinstance(place, dict) or step not in place:
            return False
        place = place[step]
    return reference.startswith("#")


def allows(schema: Any, value: Any, *, root: Any = None) -> bool:
    """Tell whether a value fits a schema, by the keywords that matter here."""
    root = schema if root is None else root
    if isinstance(schema, bool):
        return schema
    if "$ref" in schema:
        place = root
        for step in schema["$ref"].removeprefix("#").split("/")[1:]:
            place = place[step]
        return allows(place, value, root=root)
    types = schema.get("type")
    if types is not None and not any(_is(value, t) for t in (types if isinstance(types, list) else [types])):
        return False
    if "enum" in schema and value not in schema["enum"] or "const" in schema and value != schema["const"]:
        return False
    for name, decide in (("anyOf", any), ("oneOf", any), ("allOf", all)):
        if name in schema and not decide(allows(part, value, root=root) for part in schema[name]):
            return False
    if isinstance(value, dict):
        return _object(schema, value, root)
    if isinstance(value, list) and "items" in schema:
        return all(allows(schema["items"], item, root=root) for item in value)
    return True


def _object(schema: dict[str, Any], value: dict[str, Any], root: Any) -> bool:
    known = schema.get("properties", {})
    rest = schema.get("additionalProperties", True)
    return set(schema.get("required", ())) <= set(value) and all(
        allows(known.get(name, rest), item, root=root) for name, item in value.items()
    )


def _is(value: Any, type: str) -> bool:
    if isinstance(value, bool):
        return type == "boolean"
    kinds: dict[str, Any] = {
        "object": dict, "array": list, "string": str, "number": (int, float), "integer": int, "null": type_none,
    }  # fmt: skip
    return isinstance(value, kinds.get(type, ()))


type_none = type(None)

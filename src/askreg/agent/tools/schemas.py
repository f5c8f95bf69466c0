"""The tools as a language model sees them: names, descriptions and JSON schemas, always in the same order."""

from functools import cache
from typing import Any

from askreg.agent.tools.shapes import ARGUMENTS, TOOLS, ToolName
from askreg.registry.plan import CATALOGUE, KindSpec

DESCRIPTIONS: dict[ToolName, str] = {
    "query": (
        "Read anything in the record: select a kind, filter it (where), follow relations (hops), filter what they reach"
        " (then), project fields, order, limit, aggregate. Use it when no other tool fits. A path is relations and a"
        " field joined by dots, such as model.owner; every kind also has the field subject, which is compared with"
        " sepsis-risk:3, dataset@version, site/environment, run:id, doc:path. Kinds, with fields -> relations:"
    ),
    "compare": "Put evaluation figures of two or more model versions side by side.",
    "lineage": "What a thing was made from (up) or what was made from it and where it runs (down).",
    "history": "Who did what to what, and when, newest first.",
    "deployed": "Which versions are live, or were on a date (as_of), and where.",
    "leaderboard": "Rank versions by a metric, in one group for each comparable setting.",
    "gaps": "What the record lacks about a model or version, or what went past the policy.",
    "search_docs": (
        "Registered documents by words of their path or title, or by what they are about; with says, quotes of what"
        " they say, the likeliest first."
    ),
}


@cache
def definitions() -> tuple[dict[str, Any], ...]:
    """Return each tool as `{"name", "description", "parameters"}`; the parameters' schema holds no references."""
    found: tuple[dict[str, Any], ...] = tuple(
        {"name": name, "description": _description(name), "parameters": _inlined(ARGUMENTS[name].model_json_schema())}
        for name in TOOLS
    )
    hops = next(tool for tool in found if tool["name"] == "query")["parameters"]["properties"]["hops"]
    hops["items"] = {"type": "string", "enum": sorted({r for spec in CATALOGUE.values() for r in spec.relations})}
    return found


def functions() -> list[dict[str, Any]]:
    """Return the definitions in the form that LangChain's chat models bind."""
    return [{"type": "function", "function": definition} for definition in definitions()]


def _description(name: ToolName) -> str:
    if name != "query":
        return DESCRIPTIONS[name]
    return "\n".join([DESCRIPTIONS[name], *(f"{kind}: {_catalogued(spec)}" for kind, spec in CATALOGUE.items())])


def _catalogued(spec: KindSpec) -> str:
    relations = ", ".join(f"{name} ({kind})" if name != kind else name for name, kind in spec.relations.items())
    return f"{', '.join(spec.fields)} -> {relations}"


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with its definitions put where they are referred to: small models do not follow references."""
    shared = schema.get("$defs", {})

    def plain(node: Any) -> Any:
        if isinstance(node, list):
            return [plain(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return plain(shared[node["$ref"].rpartition("/")[2]])
        if "anyOf" in node:  # "or null" is said by leaving the argument out
            kept = [plain(option) for option in node["anyOf"] if option != {"type": "null"}]
            rest = {key: plain(value) for key, value in node.items() if key not in ("anyOf", "title", "default")}
            return {**(kept[0] if len(kept) == 1 else {"anyOf": kept}), **rest}
        result = {key: plain(value) for key, value in node.items() if key not in ("$defs", "title", "properties")}
        if "properties" in node:  # named by people: one may be called `title`
            result["properties"] = {name: plain(value) for name, value in node["properties"].items()}
        return result

    inlined: dict[str, Any] = plain(schema)
    return inlined

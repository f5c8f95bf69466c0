"""The tools as LangChain sees them: for brains that are language models."""

from typing import TYPE_CHECKING, Any

from askreg.agent.tools.shapes import ARGUMENTS, TOOLS, Call, ToolName, ToolResult

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool

    from askreg.agent.tools.toolbox import Toolbox

DESCRIPTIONS: dict[ToolName, str] = {
    "query": (
        "Read anything in the record: select a kind, filter it (where), follow relations (hops), project fields,"
        " order, limit, aggregate. Use it when no other tool fits."
    ),
    "compare": "Put evaluation figures of two or more model versions side by side.",
    "lineage": "What a thing was made from (up) or what was made from it and where it runs (down).",
    "history": "Who did what to what, and when, newest first.",
    "deployed": "Which versions are live, or were on a date (as_of), and where.",
    "leaderboard": "Rank versions by a metric, in one group for each comparable setting.",
    "gaps": "What the record lacks about a model or version, or what went past the policy.",
    "search_docs": "Registered documents by words of their path or title, or by what they are about.",
}


def structured_tools(toolbox: "Toolbox") -> "list[StructuredTool]":
    """Return the tools over a toolbox, in a stable order, each returning text and a `ToolResult`."""
    return [_structured(name, toolbox) for name in TOOLS]


def _structured(name: ToolName, toolbox: "Toolbox") -> "StructuredTool":
    from langchain_core.tools import StructuredTool

    def run(**args: Any) -> tuple[str, ToolResult]:
        plain = ARGUMENTS[name].model_validate(args).model_dump(exclude_defaults=True, mode="json")
        result = toolbox.run(Call(tool=name, args=plain))
        return result.text, result

    return StructuredTool.from_function(
        func=run,
        name=name,
        description=DESCRIPTIONS[name],
        args_schema=ARGUMENTS[name],
        response_format="content_and_artifact",
    )

"""The tools' arguments and what a tool run returns. Arguments are flat; descriptions are what a model reads."""

from typing import Any, Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field

from askreg.agent.facts import Fact
from askreg.registry.plan import Plan
from askreg.registry.tables import Kind

ToolName = Literal["query", "compare", "lineage", "history", "deployed", "leaderboard", "gaps", "search_docs"]
TOOLS: tuple[ToolName, ...] = get_args(ToolName)
Direction = Literal["up", "down", "both"]


class Args(BaseModel):
    """What every tool takes besides its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    as_of: str | None = Field(default=None, description="the date the answer is about; leave out for the present")
    known_at: str | None = Field(default=None, description="only what the record knew on that date")


QueryArgs: TypeAlias = Plan


class CompareArgs(Args):
    """Evaluation figures of versions (or of models' latest versions) side by side."""

    subjects: list[str] = Field(min_length=2, description="two or more, each model:3 or model@alias")
    metric: str | None = Field(default=None, description="one metric only, such as auroc")


class LineageArgs(Args):
    """What a thing was made from (up), or what was made from it and where it runs (down)."""

    subject: str = Field(description="model:3, dataset@version, run:id, site/environment or doc:path")
    direction: Direction = "both"
    kinds: list[Kind] | None = Field(default=None, description="only what is of these kinds")


class HistoryArgs(Args):
    """Who did what to what, and when, newest first."""

    subject: str | None = None
    actor: str | None = Field(default=None, description="a person's or service's name")
    action: str | None = Field(default=None, description="such as version.approved, version.staged, alias.set")
    since: str | None = None
    until: str | None = None
    limit: int = Field(default=50, ge=1, le=1000)


class DeployedArgs(Args):
    """Which versions are (or were, as of a date) live, and where."""

    site: str | None = None
    environment: str | None = None
    model: str | None = Field(default=None, description="a model or a version of it")


class LeaderboardArgs(Args):
    """Versions ranked by a metric, in one group for each comparable setting."""

    metric: str
    dataset: str | None = Field(default=None, description="dataset or dataset@version")
    cohort: str | None = None
    split: str | None = None
    task: str | None = None


class GapsArgs(Args):
    """What the record lacks, or what went past the policy."""

    subject: str | None = Field(default=None, description="a model or version; leave out for the whole registry")


class SearchDocsArgs(Args):
    """Registered documents by path, title or what they are about; or what they say, in quotes."""

    text: str = Field(default="", description="words of the title or path")
    about: str | None = Field(default=None, description="a subject")
    says: str = Field(
        default="",
        description="what to look for in the texts of documents; in quotation marks, a phrase: all that hold it",
    )


ARGUMENTS: dict[ToolName, type[BaseModel]] = {
    "query": Plan,
    "compare": CompareArgs,
    "lineage": LineageArgs,
    "history": HistoryArgs,
    "deployed": DeployedArgs,
    "leaderboard": LeaderboardArgs,
    "gaps": GapsArgs,
    "search_docs": SearchDocsArgs,
}


class Call(BaseModel):
    """A tool call that a brain wants made. `args` are those of the tool's model in `ARGUMENTS`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    tool: ToolName
    args: dict[str, Any] = Field(default_factory=dict)


class ToolResult(BaseModel):
    """What a tool run found. A name that is not in the record is a result with `error`, not an exception."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    tool: ToolName
    args: dict[str, Any]
    """As resolved: what was really asked of the record."""
    text: str
    """Compact text for a language model; one line a row, each with its facts' ids."""
    facts: list[Fact] = Field(default_factory=list)
    rows: list[list[str]] = Field(default_factory=list)
    """Ids of the facts of each row of `data`: a plan's rows, deployments, events, ranked versions group by group,
    a comparison's cells row by row, edges, gaps, documents."""
    count: str | None = None
    """Id of the fact that says how many rows there are in the record (field `count.<kind>`)."""
    total: int = 0
    returned: int = 0
    truncated: bool = False
    data: Any = None
    """The registry's typed result (`PlanResult`, `Comparison`, `Deployments` …); None when there is an error."""
    better: dict[str, Literal["higher", "lower"]] = Field(default_factory=dict)
    """For the metrics that occur: which way is better."""
    as_of: str
    error: str | None = None
    nearest: list[str] = Field(default_factory=list)
    """Names that exist and may have been meant, best first."""

    def row(self, index: int) -> list[Fact]:
        """Return the facts of one row."""
        wanted = set(self.rows[index])
        return [fact for fact in self.facts if fact.id in wanted]

    def find(self, *, subject: str | None = None, field: str | None = None) -> list[Fact]:
        """Return the facts about a subject, or of a field, or both."""
        return [f for f in self.facts if subject in (None, f.subject) and field in (None, f.field)]

"""Right answers to hand-made results, as drafts: what the verifier must accept, and the stock for mutants."""

from dataclasses import dataclass, field
from typing import Any, Literal

from askreg.agent.facts import Fact, Ledger
from askreg.agent.reading import Names
from askreg.agent.render import Rendered, render
from askreg.agent.tools.shapes import ToolName, ToolResult
from askreg.agent.verify import Evidence

AS_OF = "2026-07-01T00:00:00Z"
NAMES = Names(
    {
        "sepsis-risk": "model",
        "cxr-triage2": "model",
        "readmit": "model",
        "icu-holdout": "dataset",
        "icu-stays": "dataset",
        "ecg-12lead": "dataset",
        "ehr-extract": "dataset",
        "ada.osei": "person",
        "ada osei": "person:ada.osei",
        "lena.koch": "person",
        "lena koch": "person:lena.koch",
        "northgate": "site",
        "southbank": "site",
        "icu": "environment",
        "ward": "environment",
        "champion": "alias",
        "falls": "dataset",
        "run-17": "run",
        "run-18": "run",
        "auroc": "metric",
        "brier": "metric",
        "sensitivity": "metric",
    }
)


def metric(subject: str, name: str, value: str, **more: Any) -> Fact:
    return Fact(
        **{
            "subject": subject,
            "field": f"metric.{name}",
            "value": value,
            "n": 1200,
            "dataset": "icu-holdout@2025-06",
            "split": "test",
            "cohort": "all",
            "evidence": "self-reported",
            "as_of": AS_OF,
            "event": 41,
            **more,
        }
    )


def fact(subject: str, field: str, value: str, **more: Any) -> Fact:
    return Fact(subject=subject, field=field, value=value, as_of=AS_OF, **more)


@dataclass
class Case:
    """A draft's text over the facts of one or more results."""

    name: str
    draft: str
    results: list[tuple[ToolName, list[list[Fact]]]]
    question: str = ""
    args: dict[str, Any] = field(default_factory=dict)
    better: dict[str, Literal["higher", "lower"]] = field(default_factory=dict)
    truncated: bool = False
    counted: str | None = None

    def evidence(self) -> Evidence:
        ledger, results = Ledger(), []
        for tool, rows in self.results:
            numbered = [ledger.extend(row) for row in rows]
            facts = [f for row in numbered for f in row]
            count = None
            if self.counted:
                count = ledger.add(fact("registry", f"count.{self.counted}", str(len(rows))))
                facts.append(count)
            results.append(
                ToolResult(
                    tool=tool,
                    args=self.args,
                    text="",
                    facts=facts,
                    rows=[[f.id for f in row] for row in numbered],
                    count=count.id if count else None,
                    total=len(rows) + self.truncated,
                    returned=len(rows),
                    truncated=self.truncated,
                    better=self.better,
                    as_of=AS_OF,
                )
            )
        return Evidence({f.id: f for f in ledger}, results, self.question, NAMES)

    def rendered(self) -> Rendered:
        return render(self.draft, self.evidence().facts)


AUROC = [[metric("sepsis-risk:1", "auroc", "0.871", ci=("0.852", "0.889"))],
         [metric("sepsis-risk:2", "auroc", "0.893", ci=("0.880", "0.906"))]]  # fmt: skip
BRIER = [[metric("sepsis-risk:1", "brier", "0.121")], [metric("sepsis-risk:2", "brier", "0.108")]]
LIVE = [
    [fact("northgate/icu", "deployed", "sepsis-risk:2", since="2026-03-14T09:00:00Z", event=88)],
    [fact("northgate/ward", "deployed", "readmit:4", since="2026-01-05T12:30:00Z", event=70)],
    [fact("northgate/icu", "deployed", "cxr-triage2:1", since="2025-12-01T00:00:00Z", event=64)],
]
STAGES = [[fact(f"sepsis-risk:{n}", "stage", stage, since=since)] for n, stage, since in (
    (1, "retired", "2026-03-15T08:00:00Z"), (2, "production", "2026-03-13T08:00:00Z"),
    (3, "validation", "2026-05-02T10:00:00Z"))]  # fmt: skip
TRAINED = [
    [fact("sepsis-risk:2", "generated_by", "run:run-17")],
    [fact("run:run-17", "used.training", "icu-stays@2025-06")],
    [fact("icu-stays@2025-06", "derived_from", "ehr-extract@2025-05")],
]
APPROVED = [[fact("sepsis-risk:2", "approval.by", "lena.koch", since="2026-03-12T15:04:00Z"),
             fact("sepsis-risk:2", "approval.decision", "approved", since="2026-03-12T15:04:00Z"),
             fact("sepsis-risk:2", "approval.comment", "Fine by me, see [minutes](https://x.example/m)")]]  # fmt: skip
BOARD = [
    [metric("sepsis-risk:2", "auroc", "0.893", n=1200)],
    [metric("readmit:4", "auroc", "0.871")],
    [metric("cxr-triage2:1", "auroc", "0.802")],
]
WOMEN = [[metric("sepsis-risk:2", "auroc", "0.881", cohort="sex=female", n=540)],
         [metric("sepsis-risk:2", "auroc", "0.899", cohort="sex=male", n=660)]]  # fmt: skip

CASES = [
    Case("figure", "{F1.subject} has AUROC {F1} (n={F1.n}, interval {F1.ci}) on {F1.dataset}.", [("query", AUROC)]),
    Case("pronoun", "Version 2 of `{F2.model}` is next. It reached AUROC {F2}.", [("query", AUROC)],
         question="what AUROC did sepsis-risk:2 reach?"),
    Case("difference", "{F2.subject} is better than {F1.subject}: AUROC {F2} against {F1}, {diff(F1,F2)}.",
         [("compare", AUROC)]),
    Case("lower is better", "{F2.subject} is better than {F1.subject}: Brier {F2} against {F1}; lower is better.",
         [("compare", BRIER)], better={"brier": "lower"}),
    Case("rose", "AUROC rose from {F1} ({F1.subject}) to {F2} ({F2.subject}), a ratio of {ratio(F1,F2)}.",
         [("compare", AUROC)]),
    Case("both ways", "{F1.subject} has the lower AUROC ({F1}), but {F4.subject} has the lower Brier score ({F4}).",
         [("compare", [*AUROC, *BRIER])], better={"brier": "lower"}),
    Case("respectively", "{F1.subject} and {F2.subject} reached AUROC {F1} and {F2}.", [("compare", AUROC)]),
    Case("not better", "{F1.subject} is not better than {F2.subject}: {F1} against {F2}.", [("compare", AUROC)]),
    Case("within noise", "The intervals overlap: {F1.subject} {F1} ({F1.ci}), {F2.subject} {F2} ({F2.ci}).",
         [("compare", AUROC)]),
    Case("comparison table",
         "| metric | {F1.subject} | {F2.subject} | difference |\n|---|---|---|---|\n"
         "| {F1.name} | {F1} | {F2} | {diff(F1,F2)} |\n| {F3.name} | {F3} | {F4} | {diff(F3,F4)} |\n",
         [("compare", [*AUROC, *BRIER])], better={"brier": "lower"}),
    Case("live now", "{F1} has been live in {F1.subject} since {F1.since}.", [("deployed", LIVE)]),
    Case("live list",
         "{count(F1..F3)} versions are live at Northgate:\n\n- {F1} in {F1.subject} since {F1.since:date}\n"
         "- {F2} in {F2.subject} since {F2.since:date}\n- {F3} in {F3.subject} since {F3.since:date}\n",
         [("deployed", LIVE)], question="what is live at Northgate?", args={"site": "northgate"}),
    Case("live in words", "Live at northgate: {list(F1..F3)}.", [("deployed", LIVE)], args={"site": "northgate"}),
    Case("for how long", "{F1} has run in {F1.subject} for {elapsed(F1.since,F1.until)}.", [("deployed", LIVE)]),
    Case("nothing live", "Nothing was live at southbank on 14 March 2026.", [("deployed", [])],
         question="what was live at southbank on 14 March 2026?", args={"site": "southbank", "as_of": "2026-03-14"}),
    Case("no, by a count", "No version of `sepsis-risk` is live at southbank{cite(F1)}.", [("deployed", [])],
         question="is sepsis-risk live at southbank?", args={"site": "southbank", "model": "sepsis-risk"},
         counted="deployment"),
    Case("stage", "{F2.subject} is in {F2} since {F2.since:date}.", [("query", STAGES)]),
    Case("share", "{share(F2;F1..F3)} versions of sepsis-risk are in {F2}.", [("query", STAGES)],
         question="how many versions of sepsis-risk are in production?"),
    Case("counted", "`sepsis-risk` has {F4} versions.", [("query", STAGES)], args={"subject": "sepsis-risk"},
         counted="version",         question="how many versions does sepsis-risk have?"),
    Case("stages", "| version | stage | since |\n|---|---|---|\n| {F1.subject} | {F1} | {F1.since} |\n"
         "| {F2.subject} | {F2} | {F2.since} |\n| {F3.subject} | {F3} | {F3.since} |", [("query", STAGES)]),
    Case("trained on", "`{F1.subject}` came from {F1}, and {F2.subject} was trained on {F2}.", [("lineage", TRAINED)]),
    Case("ancestry", "- {F1.subject} → {F1}\n- {F2.subject} → {F2}\n- {F3.subject} → {F3}", [("lineage", TRAINED)]),
    Case("approved", "{F1} {F2} {F1.subject} on {F1.since:date}, with the words {F3}.", [("query", APPROVED)]),
    Case("board", "1. {F1.subject}: {F1}\n2. {F2.subject}: {F2}\n3. {F3.subject}: {F3}\n", [("leaderboard", BOARD)]),
    Case("best", "The best is {F1.subject} with AUROC {F1} on {F1.dataset}.", [("leaderboard", BOARD)]),
    Case("worst", "{F3.subject} is the worst of them, with {F3}.", [("leaderboard", BOARD)]),
    Case("cohorts", "For {F1.cohort}, {F1.subject} has AUROC {F1} (n={F1.n}); for {F2.cohort}, it has {F2}.",
         [("query", WOMEN)]),
    Case("threshold", "No: at {F1}, {F1.subject} is below 0.9.", [("query", AUROC)],
         question="is sepsis-risk:1 above 0.9?"),
    Case("named premise", "There is no version 9 of sepsis-risk; the latest is {F3.version}.", [("query", STAGES)],
         question="who approved version 9 of sepsis-risk?"),
    Case("introduced", "All that is live at northgate:\n\n- {F1} in {F1.subject}\n- {F2} in {F2.subject}\n"
         "- {F3} in {F3.subject}",
         [("deployed", LIVE)], args={"site": "northgate"}),
    Case("some of more", "- {F1} in {F1.subject}\n- {F2} in {F2.subject}\n\nThe first 2 of {F4} at northgate.",
         [("deployed", LIVE)], args={"site": "northgate"}, counted="deployment"),
    Case("zero", "0 versions are live at southbank.", [("deployed", [])], args={"site": "southbank"}),
    Case("one setting", "On {F1.dataset} ({F1.split}, {F1.cohort}), {F1.subject} has {F1} and {F2.subject} has {F2}.",
         [("compare", AUROC)]),
    Case("named like a word", "{F2.subject} ({F2}) is better than {F1.subject} ({F1}) on {F1.dataset}.", [("compare", [
        [metric("sepsis-risk:1", "auroc", "0.871", dataset="falls@best-of-all")],
        [metric("sepsis-risk:2", "auroc", "0.893", dataset="falls@best-of-all")]])]),
    Case("a row for each version", "| version | auroc | brier |\n|---|---|---|\n| {F1.subject} | {F1} | {F3} |\n"
         "| {F2.subject} | {F2} | {F4} |", [("compare", [*AUROC, *BRIER])], better={"brier": "lower"}),
    Case("figures first", "{F1.subject}: {F1} AUROC, {F3} Brier.", [("compare", [*AUROC, *BRIER])]),
    Case("artifact", "`{F1.subject}` is at {F1} ({F2}), with signature {F3}.", [("query", [[
        fact("sepsis-risk:2", "uri", "https://models.example/sepsis/2.bin"),
        fact("sepsis-risk:2", "digest", "sha256:3f2a9c1bbb"),
        fact("sepsis-risk:2", "signature", '{"inputs":["age",{"name":"lactate","max":20}],"outputs":["risk"]}'),
    ]])]),
    Case("documents", "See {F1} ({F1.subject}), which is about {F2}.", [("search_docs", [[
        fact("doc:docs/sepsis-validation.md", "title", "Validation of sepsis-risk, 2nd ed."),
        fact("doc:docs/sepsis-validation.md", "about", "sepsis-risk:2"),
    ]])]),
    Case("parameters", "{F1.subject} used {F1.name} {F1} and {F2.name} {F2}.", [("query", [[
        fact("run:run-17", "param.learning_rate", "0.1"), fact("run:run-17", "param.depth", "-6"),
    ]])]),
    Case("first and last", "{F3.subject} moved last, on {max(F1.since,F2.since,F3.since)}; {F1.subject} is {F1}.",
         [("query", STAGES)]),
    Case("person's name", "It was {F2} by Lena Koch ({F1}) on 12 March 2026, and concerns {F1.subject}.",
         [("query", APPROVED)]),
]  # fmt: skip

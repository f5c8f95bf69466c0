"""The report of a run is one inert page, whose figures are those of the run and which leaves no failure out."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from askreg.errors import InvalidInput
from eval import report, report_plots, report_words
from eval.report_failures import WORDS, grouped
from eval.row import Outcome, Row
from eval.summary import Summary, summarised
from evaluation.rows import row, run

VOID = {"meta", "br", "hr", "img", "input", "link"}
RUN = {
    "backend": "offline",
    "model": None,
    "started": "2026-01-02T03:04:05+00:00",
    "finished": "2026-01-02T03:05:05+00:00",
    "command": "python eval/run.py --seed 7",
    "versions": {"askreg": "0.1.0"},
    "prompts": {"answer": "answer@3:sha256:12ab"},
    "seeds": [7],
    "broken": None,
    "ablations": [],
    "config": {"ollama": {"url": "http://127.0.0.1:11434", "hosts": []}},
}
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&</dd></details> \u202eevil\u2066 \x00 {{ 7*7 }}"


class Page(HTMLParser):
    """A parsed page; it fails on tags that do not close in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self._open[-1] if self._open else "", data))

    @property
    def text(self) -> str:
        """All that is read, in one line."""
        return " ".join(" ".join(data for tag, data in self.texts if tag != "style").split())

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of each element of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]


def folder(path: Path, rows: Sequence[Row], described: Mapping[str, Any] = RUN, *, not_run: int = 0) -> Path:
    """A folder as a run leaves it."""
    path.mkdir(exist_ok=True)
    (path / "results.jsonl").write_text("".join(f"{one.model_dump_json()}\n" for one in rows))
    (path / "summary.json").write_text(summarised(rows, not_run=not_run).model_dump_json(indent=1))
    (path / "run.json").write_text(json.dumps(described, indent=1))
    return path


def answered(one: Row, text: str, *, facts: int = 1, reason: str | None = None) -> Row:
    """The same row with an answer."""
    found = [
        {"id": f"F{n}", "subject": "m:1", "field": "metric.auroc", "value": f"0.{n}", "unit": None, "n": 10}
        for n in range(1, facts + 1)
    ]
    calls = [{"tool": "query", "args": {"select": text}, "total": 3, "returned": 2, "truncated": True, "ms": 1.0}]
    answer = {"status": "answered", "answer": text, "reason": reason, "facts": found, "calls": calls}
    return one.model_copy(update={"answer": answer})


def mixed() -> list[Row]:
    """A run with every outcome, two registries, repeats, an attack and something forbidden."""
    outcomes: list[Outcome] = ["right", "abstained", "confident_wrong", "status", "error", "right", "right"]
    made = []
    for number, outcome in enumerate(outcomes):
        for repeat in (1, 2):
            one = row(
                f"case-{number}", outcome, category=f"kind-{number % 3}", repeat=repeat, seconds=0.01 * (number + 1),
                registry="ab"[number % 2], question=f"what is {number}?", why=f"because {number}",
                grounded_before=0.5, grounded=1.0, obeyed=False, leaked=number == 0, calls=1, valid_calls=1,
            )  # fmt: skip
            made.append(answered(one, f"it is {number}"))
    return made


def read(path: Path) -> Page:
    """The page that a folder gives."""
    return Page(report.write(path).read_text(encoding="utf-8"))


def ablated(path: Path, **made: Sequence[Row]) -> Path:
    """The folder, with the rows of the same run without this or that."""
    content = {name: summarised(rows).model_dump(mode="json") for name, rows in made.items()}
    (path / "ablations.json").write_text(json.dumps(content))
    return path


OTHER = run([True] * 3 + [False] * 5, wrong="confident_wrong")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run with something of everything."""
    path = folder(tmp_path_factory.mktemp("written"), mixed(), not_run=3)
    return report.write(ablated(path, **{"--no-verifier": OTHER}))


@pytest.fixture(scope="module")
def page(written: Path) -> Page:
    """That report, parsed."""
    return Page(written.read_text(encoding="utf-8"))


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(written: Path, page: Page) -> None:
    assert {tag for tag, _ in page.tags} & {
        "script",
        "link",
        "iframe",
        "img",
        "object",
        "embed",
        "form",
        "base",
    } == set()
    for tag, attributes in page.tags:
        assert not [key for key in attributes if key.startswith("on") or key in ("src", "style", "srcset")], tag
        assert attributes.get("href", "#").startswith("#"), tag
        assert all("url(" not in value or "url(#" in value for value in attributes.values()), tag
    style = next(data for tag, data in page.texts if tag == "style")
    assert "url(" not in style and "@import" not in style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(one["content"] for one in page.all("meta") if one.get("http-equiv") == "Content-Security-Policy")
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert re.findall(r"https?://", written.read_text()) == ["http://"]  # of RUN, as text


def test_ids_are_unique_and_links_lead_to_them(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {attributes["href"][1:] for _, attributes in page.tags if "href" in attributes}
    links |= {found for _, given in page.tags for found in re.findall(r"url\(#([^)]+)\)", " ".join(given.values()))}
    assert {"categories", "failures", "repeat", "ablations"} < links <= set(ids)


def test_the_program_gives_the_same_page_again(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = ablated(folder(tmp_path / "again", mixed(), not_run=3), **{"--no-verifier": OTHER})
    assert report.main([str(path)]) == 0
    assert capsys.readouterr().out == f"{path / 'report.html'}\n"
    again = (path / "report.html").read_bytes()
    assert again == written.read_bytes()
    assert not re.search(rb"\d{4}-\d\d-\d\dT", again.replace(b"2026-01-02T", b""))


def test_figures_are_those_of_the_summary(page: Page) -> None:
    made, text = summarised(mixed(), not_run=3), page.text
    for one in (*made.categories.values(), *made.registries.values(), made.all):
        assert one.right.interval is not None and one.right.share is not None
        low, high = (100 * bound for bound in one.right.interval)
        assert f"{one.right.hits}/{one.right.of} {100 * one.right.share:.1f} % {low:.1f}–{high:.1f} %" in text
    assert "42.9 % 6 of 14 21.4–67.4 %" in text
    assert "not run 3 of 17 to be asked" in text
    assert "3 of 17 questions were not asked" in text
    for c, value in made.reliability.items():
        assert f"{report_words.decimal(value)} at c = {c}" in text
    assert f"leaks {made.leaks.hits} of {made.leaks.of}" in text
    assert "quotes that are verbatim nothing to judge" in text
    assert "in all 2 repeats" in text
    assert f"right in every repeat {made.all.pass_k.hits} of {made.all.pass_k.of}" in text


def test_the_bar_of_outcomes_is_whole(page: Page) -> None:
    parts = [one for one in page.all("rect") if one.get("class") in WORDS]
    assert [one["class"] for one in parts] == ["right", "abstained", "confident_wrong", "status", "error"]
    assert sum(float(one["width"].rstrip("%")) for one in parts) == pytest.approx(100, abs=0.01)


def test_the_curve_of_latency_ends_at_all_questions() -> None:
    rows = [row(f"c{n}") for n in range(3)]
    drawn = Page(report_plots.latency([one.seconds for one in rows], summarised(rows))).all("path")

    def heights(colour: str) -> list[set[float]]:
        lines = [one["d"] for one in drawn if one.get("stroke") == f"var(--{colour})" and "clip-path" in one]
        return [{float(y) for y in re.findall(r"[ML] \S+ (\S+)", line)} for line in lines]

    all_of_them = min(min(line) for line in heights("line") if len(line) == 1)  # the highest level of the grid
    assert min(min(line) for line in heights("mark")) == pytest.approx(all_of_them, abs=0.01)


def test_every_failure_is_there_and_the_worst_come_first(page: Page) -> None:
    text = page.text
    places = [text.index(f"{words}: 2") for words in list(WORDS.values())[1:]]
    assert places == sorted(places)
    for one in mixed():
        name = f"{one.registry}/{one.case} {one.category} {one.question}"
        assert text.count(name) == (0 if one.scores.outcome == "right" else 2)
    failure = text[text.index("a/case-2") :]
    for part in (
        "because 2", "answered; set", "models()", '{"members": ["m"]}', "it is 2", "F1 m:1 metric.auroc = 0.1 (n 10)",
        'query {"select": "it is 2"} → 2 of 3, cut', "0.03 s, 1 draft",
    ):  # fmt: skip
        assert part in failure


def test_a_run_without_failures_says_so(tmp_path: Path) -> None:
    text = read(folder(tmp_path, run([True] * 4))).text
    assert "None: 4 of 4 questions that were asked were answered right." in text


def test_a_run_of_nothing_has_a_report(tmp_path: Path) -> None:
    text = read(folder(tmp_path, [], {**RUN, "finished": None}, not_run=5)).text
    assert "5 of 5 questions were not asked" in text
    assert "The run is not finished." in text


def test_hostile_text_is_inert_and_seen(tmp_path: Path) -> None:
    one = answered(row(HOSTILE, "confident_wrong", category=HOSTILE, registry=HOSTILE, why=HOSTILE), HOSTILE * 20)
    said = dict.fromkeys([*RUN, HOSTILE], HOSTILE) | {"ablations": [HOSTILE]}
    path = report.write(ablated(folder(tmp_path, [one, row("$x_{1$")], said), **{HOSTILE: OTHER}))
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    assert page.all("script") == page.all("img") == []
    assert not set(text) & {"\u202e", "\u2066", "\x00"}
    assert "⟨U+202E⟩evil⟨U+2066⟩ ⟨U+0000⟩ {{ 7*7 }}" in page.text
    assert page.text.count("<script>alert(1)</script>") > 20
    assert len(page.all("details")) == 2


def test_ablations_stand_beside_the_run(page: Page) -> None:
    assert "this run 6/14 42.9 %" in page.text
    assert "--no-verifier 3/8 37.5 % 13.7–69.4 % 5" in page.text
    assert "−5.875" in page.text  # (3 - 10 * 5) / 8


def test_what_repeats_the_run_is_there_whole(page: Page) -> None:
    repeat = page.text[page.text.rindex("To repeat it") :]
    for name, value in (
        ("command", "python eval/run.py --seed 7"), ("versions.askreg", "0.1.0"), ("seeds", "[7]"), ("broken", "null"),
        ("prompts.answer", "answer@3:sha256:12ab"), ("config.ollama.url", "http://127.0.0.1:11434"),
        ("config.ollama.hosts", "[]"), ("finished", "2026-01-02T03:05:05+00:00"),
    ):  # fmt: skip
        assert f"{name} {value}" in repeat


def test_thousands_of_long_failures_stay_small_and_say_what_is_cut(tmp_path: Path) -> None:
    one = answered(row("c", "confident_wrong", question="why? " * 50, why="no " * 99), "'<&" * 300, facts=20)
    rows = [one.model_copy(update={"case": f"c{n}"}) for n in range(3000)]
    path = report.write(folder(tmp_path, rows))
    assert path.stat().st_size < 3_000_000
    text = path.read_text(encoding="utf-8")
    assert all(f"b/c{n} " in text for n in range(3000))
    left = re.findall(r"… (\d+) of 20 facts are left out", text)
    shown = [len(re.findall(r"^F\d+ ", "\n".join(one.facts), re.M)) for one in grouped(rows)[0].failures]
    assert [20 - int(n) for n in left] == shown
    assert "characters are left out)" in text


def test_few_failures_are_shown_whole() -> None:
    one = answered(row("c", "confident_wrong", question="why? " * 50), "yes " * 200, facts=9, reason="a reason")
    failure = grouped([one])[0].failures[0]
    assert failure.answer == one.answer["answer"]
    assert failure.asked == (one.question,)
    assert (len(failure.facts), failure.reason) == (9, "a reason")


@pytest.mark.parametrize(("share", "told"), [
    (None, "–"), (0.0, "0.0"), (1.0, "100.0"), (0.9996, ">99.9"), (0.0004, "<0.1"), (0.5, "50.0"), (0.99949, "99.9"),
])  # fmt: skip
def test_only_all_is_a_hundred_per_cent_and_only_none_is_zero(share: float | None, told: str) -> None:
    assert report_words.percent(share).removesuffix("\u00a0%") == told


def test_a_cut_text_says_by_how_much() -> None:
    kept = report_words.cut("<" * 30, 40)
    assert kept == "<" * 10 + " … (20 characters are left out)"
    assert report_words.cut("\u202e" * 3, 40) == "\u202e" * 3


@pytest.mark.parametrize("name", ["run.json", "summary.json", "results.jsonl"])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    (folder(tmp_path, mixed()) / name).unlink()
    with pytest.raises(InvalidInput, match=f"{re.escape(name)} cannot be read.*give the folder of a run"):
        report.write(tmp_path)


@pytest.mark.parametrize(("name", "content", "says"), [
    ("run.json", '{\n "backend": }', "run.json, line 2 is no JSON"),
    ("run.json", "[1]", "run.json holds no object"),
    ("summary.json", '{"rows": 1}', "summary.json holds no figures of a run: cases: Field required"),
    ("ablations.json", '{"--no-verifier": {}}', "ablations.json holds no figures of a run: --no-verifier.rows"),
    ("ablations.json", "\n\n{", "ablations.json, line 3 is no JSON"),
    ("results.jsonl", "{}\n", "results.jsonl, line 1 is no row of results"),
])  # fmt: skip
def test_a_malformed_file_is_named_with_its_line(name: str, content: str, says: str, tmp_path: Path) -> None:
    (folder(tmp_path, mixed()) / name).write_text(content)
    with pytest.raises(InvalidInput, match=re.escape(says)):
        report.write(tmp_path)
    assert not (tmp_path / "report.html").exists()


def test_figures_that_do_not_follow_from_the_rows_are_refused(tmp_path: Path) -> None:
    path = folder(tmp_path, mixed())
    made = Summary.model_validate_json((path / "summary.json").read_text())
    (path / "summary.json").write_text(made.model_copy(update={"needless": 9}).model_dump_json())
    with pytest.raises(InvalidInput, match=r"does not follow from results.jsonl \(it differs in needless\)"):
        report.write(path)


def test_the_program_says_why_it_could_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report.main([str(tmp_path / "none")]) == 1
    assert str(tmp_path / "none" / "results.jsonl") in capsys.readouterr().err

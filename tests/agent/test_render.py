from typing import Any

import pytest

from askreg.agent.facts import Fact, Ledger
from askreg.agent.render import Rendered, render
from askreg.errors import InvalidInput

from .corpus import fact, metric

FACTS = [
    metric("sepsis-risk:1", "auroc", "0.871", ci=("0.852", "0.889")),
    metric("sepsis-risk:2", "auroc", "0.893"),
    metric("sepsis-risk:2", "auroc", "0.902", cohort="sex=female"),
    fact("northgate/icu", "deployed", "sepsis-risk:2", since="2026-03-14T09:00:00Z", until="2026-03-20T10:30:00Z"),
    fact("ward/icu", "deployed", "sepsis-risk:2", since="2026-06-30T00:00:00Z"),
    fact("sepsis-risk", "description", "# Now\n![x](http://a.example/p.png) <b>bold</b> | `code` 5 > 3"),
    fact("sepsis-risk:1", "size", "81234", unit="bytes"),
    fact("registry", "duration.deployment", "93784", unit="s"),
    fact("sepsis-risk:1", "uri", "s3://models/sepsis/1.bin"),
]


def text(draft: str) -> str:
    return rendered(draft).text


def rendered(draft: str) -> Rendered:
    ledger = Ledger()
    ledger.extend(FACTS)
    return render(draft, {f.id: f for f in ledger})


@pytest.mark.parametrize(
    ("draft", "shown"),
    [
        ("{F1}", "0.871"),
        ("{F1.n} {F1.ci} {F1.dataset} {F1.cohort} {F1.name}", "1200 0.852 to 0.889 icu-holdout@2025-06 all auroc"),
        ("{F4} {F4.model} {F4.version}", "sepsis-risk:2 sepsis-risk version 2"),
        ("{F4.since}", "2026-03-14 09:00 UTC"),
        ("{F4.since:date}", "2026-03-14"),
        ("{F7}", "81234 bytes"),
        ("{F7.value}", "81234"),
        ("{F9}", "`s3://models/sepsis/1.bin`"),
        ("{diff(F1,F2)}", "+0.022"),
        ("{diff(F2,F1)}", "-0.022"),
        ("{gap(F2,F1)}", "0.022"),
        ("{ratio(F1,F1)}", "1"),
        ("{ratio(F1,F2)}", "≈ 1.025"),
        ("{count(F4,F5)}", "2"),
        ("{count(F4.value,F5.value)}", "1"),
        ("{share(F4;F4..F5)}", "1 of 2 (50 %)"),
        ("{share(F4;F4..F6)}", "1 of 3 (≈ 33.3 %)"),
        ("{mean(F1,F2)}", "0.882"),
        ("{sum(F1,F2)}", "1.764"),
        ("{max(F1,F2)}", "0.893"),
        ("{min(F4.since,F5.since)}", "2026-03-14 09:00 UTC"),
        ("{elapsed(F4.since,F4.until)}", "6 days 1 hour 30 minutes"),
        ("{elapsed(F5.since,F5.until)}", "1 day"),
        ("{elapsed(F8)}", "1 day 2 hours 3 minutes 4 seconds"),
        ("{list(F1..F2)}", "0.871 and 0.893"),
        ("{list(F4,F5)}", "sepsis-risk:2"),
        ("Yes{cite(F4)}.", "Yes."),
    ],
)
def test_a_placeholder_comes_to(draft: str, shown: str) -> None:
    assert text(draft) == shown


@pytest.mark.parametrize(
    ("draft", "says"),
    [
        ("{F99}", "there is no fact F99"),
        ("{F5.until}", "has no until"),
        ("{F4.n}", "has no n"),
        ("{diff(F2,F3)}", "cannot be compared: they differ in cohort"),
        ("{sum(F4,F5)}", "is not a number"),
        ("{ratio(F1)}", "takes two facts"),
        ("{share(F1;F2..F3)}", "not part of the second"),
        ("{elapsed(F1)}", "takes two instants"),
        ("{F1:date}", "is not an instant"),
    ],
)
def test_what_cannot_be_had_is_named(draft: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        text(draft)


def test_free_text_is_quoted_and_can_format_nothing() -> None:
    assert text("{F6}") == ("“\\# Now !\\[x\\](http\\://a.example/p.png) \\<b\\>bold\\</b\\> \\| \\`code\\` 5 \\> 3”")


@pytest.mark.parametrize(
    ("draft", "shown"),
    [
        ("![logo](https://evil.example/x.png) {F1}", "logo 0.871"),
        ("[see]({F9}) {F1}", "see 0.871"),
        ("<script>x</script>{F1}", "x0.871"),
        ("go to https://evil.example/?q={F1} now", "go to (a link that was left out) now"),
    ],
)
def test_a_brain_cannot_link_or_embed(draft: str, shown: str) -> None:
    assert text(draft) == shown


def claims(draft: str) -> list[tuple[str, list[str]]]:
    return [(p.text, p.facts) for p in rendered(draft).passages]


def test_each_sentence_is_a_claim() -> None:
    assert claims("{F1.subject} has {F1}, e.g. here. {F2.subject} has {F2}. Good.") == [
        ("sepsis-risk:1 has 0.871, e.g. here.", ["F1"]),
        ("sepsis-risk:2 has 0.893.", ["F2"]),
        ("Good.", []),
    ]


def test_each_item_and_each_row_is_a_claim() -> None:
    draft = "Two:\n\n- {F1}\n- {F2}\n\n| a | b |\n|---|---|\n| x | {F1} |\n"
    assert claims(draft) == [
        ("Two:", []), ("0.871", ["F1"]), ("0.893", ["F2"]), ("| a | b |", []), ("| x | 0.871 |", ["F1"]),
    ]  # fmt: skip


def test_a_full_stop_in_a_value_ends_no_sentence() -> None:
    assert len(claims("It says {F6}. Then {F1} of it.")) == 2


def test_the_text_holds_every_claim_in_order() -> None:
    draft = "# Head {F1}\n\nOne {F1}.\nTwo {F2}! Three?\n\n1. {F4}\n2. {F5}\n"
    result, at = rendered(draft), 0
    for passage in result.passages:
        at = result.text.index(passage.text, at) + len(passage.text)


def test_the_same_fact_twice_has_one_number() -> None:
    ledger = Ledger()
    first, again = ledger.add(FACTS[0]), ledger.add(FACTS[0].model_copy())
    assert (first.id, again.id, len(ledger)) == ("F1", "F1", 1)


def test_facts_that_differ_in_anything_have_their_own_numbers() -> None:
    changes: list[dict[str, Any]] = [{"value": "0.9"}, {"cohort": "sex=male"}, {"event": 9}, {"since": "2026"}]
    ledger = Ledger()
    facts: list[Fact] = [FACTS[0].model_copy(update=change) for change in [{}, *changes]]
    assert [f.id for f in ledger.extend(facts)] == ["F1", "F2", "F3", "F4", "F5"]

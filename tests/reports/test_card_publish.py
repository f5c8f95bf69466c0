"""A card is published under another's signature, bound to exactly what it says; a later change makes it lapse."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from clocks import Clock

from askreg.errors import Conflict, InvalidInput, NotFound, NotPermitted, PolicyRefused
from askreg.registry.registry import Registry
from askreg.reports.cards import kept
from askreg.reports.cards.check import check, outdated
from askreg.reports.cards.content import Card
from askreg.reports.cards.drafting import draft

from .card_world import NOW, small

As = Callable[[str], Registry]
CLEAN = "foundation:1"
"""A version with nothing against its card."""


@pytest.fixture
def acting(backend_url: str) -> Iterator[As]:
    """Open the small registry for any actor, on either database."""
    clock = Clock(NOW)
    small(backend_url, clock=clock).close()
    opened: dict[str, Registry] = {}

    def act(actor: str) -> Registry:
        if actor not in opened:
            opened[actor] = Registry.open(backend_url, actor=actor, clock=clock)
        clock.advance(hours=1)
        return opened[actor]

    yield act
    for registry in opened.values():
        registry.close()


def drafted(registry: Registry, subject: str = CLEAN) -> Card:
    card = draft(registry, subject)
    kept.keep(registry, card, detail={})
    return card


def state(registry: Registry, subject: str = CLEAN) -> str:
    return kept.show(registry, subject).standing.state


def published(acting: As) -> Card:
    card = drafted(acting("ben.ito"))
    kept.approve(acting("lena.koch"), CLEAN)
    kept.publish(acting("ben.ito"), CLEAN)
    return card


def test_a_card_goes_from_draft_to_approved_to_published(acting: As) -> None:
    card = drafted(acting("ben.ito"))
    assert state(acting("ben.ito")) == "draft"
    assert kept.approve(acting("lena.koch"), CLEAN, comment="read it") == card.content
    assert state(acting("ben.ito")) == "approved"
    assert kept.publish(acting("ben.ito"), CLEAN) == card.content
    shown = kept.show(acting("someone"), CLEAN)
    assert (shown.standing.state, shown.card) == ("published", card)
    [signature] = shown.standing.signatures
    assert (signature.printed_name, signature.meaning, signature.comment) == ("Lena Koch", "approval", "read it")
    assert acting("ben.ito").verify().ok


def test_each_step_is_an_event(acting: As) -> None:
    card = published(acting)
    events = acting("root").history(action="card.", limit=10).events
    assert [(event.action, event.actor) for event in reversed(events)] == [
        ("card.drafted", "ben.ito"), ("card.signed", "lena.koch"), ("card.published", "ben.ito"),
    ]  # fmt: skip
    assert all(event.detail["content"] == card.content and event.subject == CLEAN for event in events)


def test_nothing_is_published_without_a_signature(acting: As) -> None:
    with pytest.raises(NotFound, match="card draft"):
        kept.publish(acting("ben.ito"), CLEAN)
    drafted(acting("ben.ito"))
    with pytest.raises(PolicyRefused, match="no approval of this card"):
        kept.publish(acting("ben.ito"), CLEAN)
    refused = acting("root").history(action="attempt.refused").events
    assert any(event.subject == CLEAN and event.detail["attempt"] == "publish" for event in refused)


@pytest.mark.parametrize(("actor", "why"), [("lena.koch", "drafted it"), ("ada.osei", "roles"), ("stranger", "roles")])
def test_neither_its_author_nor_one_without_the_role_approves(acting: As, actor: str, why: str) -> None:
    drafted(acting("lena.koch"))
    with pytest.raises((PolicyRefused, NotPermitted), match=why):
        kept.approve(acting(actor), CLEAN)
    kept.approve(acting("tom.reid"), CLEAN)


def test_who_wrote_what_it_tells_does_not_approve_it(acting: As) -> None:
    acting("root").register_person(name="ada.osei", roles=["scientist", "approver"])
    acting("ada.osei").update_model(model="foundation", card={"intended_use": "Research"})
    drafted(acting("ben.ito"))
    with pytest.raises(PolicyRefused, match="ada.osei (wrote card.intended_use|registered it)"):
        kept.approve(acting("ada.osei"), CLEAN)


def test_a_signature_in_another_meaning_approves_nothing(acting: As) -> None:
    drafted(acting("ben.ito"))
    kept.approve(acting("ada.osei"), CLEAN, meaning="review")
    with pytest.raises(PolicyRefused, match="no approval"):
        kept.publish(acting("ben.ito"), CLEAN)
    with pytest.raises(InvalidInput, match="meaning"):
        kept.approve(acting("lena.koch"), CLEAN, meaning="blessing")


def test_a_signature_binds_one_card_and_no_other(acting: As) -> None:
    first = drafted(acting("ben.ito"))
    kept.approve(acting("lena.koch"), CLEAN)
    acting("root").register_document(path="docs/new.md", title="New", about=[CLEAN])
    second = drafted(acting("ben.ito"))
    assert first.content != second.content
    with pytest.raises(PolicyRefused, match="no approval of this card"):
        kept.publish(acting("ben.ito"), CLEAN, content=second.content)
    kept.publish(acting("ben.ito"), CLEAN, content=first.content[:20])
    assert kept.show(acting("ben.ito"), CLEAN).card == first


CHANGES: dict[str, Callable[[Registry], Any]] = {
    "card": lambda ada: ada.update_version(version=CLEAN, card={"population": "Adults"}),
    "card of the model": lambda ada: ada.update_model(model="foundation", card={"intended_use": "Research"}),
    "evaluation": lambda ada: ada.evaluate(version=CLEAN, dataset="holdout@v1", metrics={"auroc": 0.7}),
    "tag": lambda ada: ada.update_version(version=CLEAN, tags={"site": "north"}),
    "description": lambda ada: ada.update_version(version=CLEAN, description="Something else"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_later_change_makes_it_lapse_visibly(acting: As, what: str) -> None:
    card = published(acting)
    CHANGES[what](acting("ada.osei"))
    shown = kept.show(acting("ada.osei"), CLEAN)
    assert shown.card == card
    assert shown.standing.state == "lapsed" and "LAPSED" in shown.standing.said
    assert shown.standing.publications[0].until and shown.standing.signatures[0].lapsed
    assert shown.standing.publications[0].closed == acting("root").head().seq
    with pytest.raises(PolicyRefused, match="no approval"):
        kept.publish(acting("ben.ito"), CLEAN, content=card.content)
    assert acting("root").verify().ok


def test_another_registration_lets_it_stand(acting: As) -> None:
    published(acting)
    acting("ada.osei").register_version(model="foundation")
    acting("ada.osei").update_version(version="sepsis:1", tags={"site": "north"})
    assert state(acting("ada.osei")) == "published"


def test_a_new_card_replaces_the_one_that_lapsed(acting: As) -> None:
    published(acting)
    acting("ada.osei").update_version(version=CLEAN, card={"population": "Adults"})
    second = drafted(acting("ben.ito"))
    assert (state(acting("ben.ito")), kept.show(acting("ben.ito"), CLEAN).card) == ("draft", second)
    kept.approve(acting("lena.koch"), CLEAN)
    kept.publish(acting("ben.ito"), CLEAN)
    assert kept.show(acting("ben.ito"), CLEAN).card.content == second.content
    with pytest.raises(Conflict, match="published already"):
        kept.publish(acting("ben.ito"), CLEAN)


def test_what_was_published_then_is_shown_as_of_then(acting: As) -> None:
    published(acting)
    then = acting("root").now()
    acting("ada.osei").update_version(version=CLEAN, card={"population": "Adults"})
    assert kept.show(acting("root"), CLEAN, as_of=then).standing.state == "published"
    assert kept.show(acting("root"), CLEAN, known_at=then).standing.state == "published"
    assert state(acting("root")) == "lapsed"


def test_a_card_that_the_record_contradicts_is_not_published(acting: As) -> None:
    acting("ada.osei").update_version(version=CLEAN, card={"risks": "It was approved by Lena Koch."})
    drafted(acting("ben.ito"))
    kept.approve(acting("lena.koch"), CLEAN)
    with pytest.raises(PolicyRefused, match="risks: Lena Koch is said to have approved it"):
        kept.publish(acting("ben.ito"), CLEAN)


def test_a_card_that_no_longer_holds_is_not_published(acting: As) -> None:
    card = drafted(acting("ben.ito"))
    kept.approve(acting("lena.koch"), CLEAN)
    acting("ada.osei").move(version=CLEAN, stage="validation")
    with pytest.raises(PolicyRefused, match="stage.*the record now says validation"):
        kept.publish(acting("ben.ito"), CLEAN)
    now = draft(acting("ben.ito"), CLEAN)
    assert {finding.where for finding in outdated(card, now)} == {f"{CLEAN} stage"}


def test_a_figure_that_no_longer_holds_is_found(acting: As) -> None:
    before = draft(acting("root"), "sepsis:1")
    row = before.figures[0]
    facts = [f.model_copy(update={"value": "0.999"}) if f.id == row.fact else f for f in before.facts]
    wrong = before.model_copy(update={"facts": tuple(facts)})
    [finding] = outdated(wrong, draft(acting("root"), "sepsis:1"))
    assert finding.code == "outdated" and "0.999" in finding.what and "0.870" in finding.what


def test_policy_may_ask_for_more_signatures_and_fields(acting: As) -> None:
    signatures = {"approval": "approver", "review": "scientist"}
    acting("root").set_policy(
        policy={
            "moves": {"experimental": ["validation"]},
            "deploy_from": [],
            "publish": {"signatures": signatures, "card": ["intended_use"]},
        }
    )
    drafted(acting("ben.ito"))
    kept.approve(acting("lena.koch"), CLEAN)
    with pytest.raises(PolicyRefused, match="no review of this card .* scientist.*card field 'intended_use' is empty"):
        kept.publish(acting("ben.ito"), CLEAN)
    acting("ben.ito").update_model(model="foundation", card={"intended_use": "Research"})
    drafted(acting("root"))
    kept.approve(acting("lena.koch"), CLEAN)
    kept.approve(acting("ada.osei"), CLEAN, meaning="review")
    kept.publish(acting("ben.ito"), CLEAN)


@pytest.mark.parametrize("content", ["sha256:ffffffffff", "abc"])
def test_a_card_that_is_not_there_is_said_not_to_be(acting: As, content: str) -> None:
    drafted(acting("ben.ito"))
    with pytest.raises((NotFound, InvalidInput), match=content.removeprefix("sha256:")[:3]):
        kept.approve(acting("lena.koch"), CLEAN, content=content)


def test_the_same_draft_is_kept_once_and_logged_each_time(acting: As) -> None:
    for _ in range(3):
        drafted(acting("ben.ito"))
    drafted(acting("ada.osei"))
    assert acting("root").history(action="card.drafted").total == 4
    with acting("root").unit() as unit:
        from askreg.registry.tables import Card as Row

        assert len(unit.select(Row)) == 2


def test_a_draft_of_the_past_is_logged_and_not_kept(acting: As) -> None:
    ben = acting("ben.ito")
    kept.keep(ben, draft(ben, CLEAN, as_of="2026-01-07"), detail={}, present=False)
    with pytest.raises(NotFound, match="drafts one"):
        kept.show(ben, CLEAN)
    assert ben.history(action="card.drafted").total == 1


def test_a_kept_card_that_was_altered_is_found(tmp_path: Path) -> None:
    path = tmp_path / "askreg.db"
    with small(f"sqlite:///{path}", actor="ben.ito") as ben:
        drafted(ben)
    with sqlite3.connect(path) as connection:
        body = json.loads(connection.execute("SELECT body FROM card").fetchone()[0])
        body["identity"]["stage"] = "production"
        connection.execute("UPDATE card SET body = ?", (json.dumps(body),))
    with Registry.open(f"sqlite:///{path}", actor="ben.ito") as ben:
        [problem] = ben.verify().problems
        assert problem.where.startswith("card ") and "body" in problem.what


def test_an_older_registry_is_extended_once_by_whoever_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "askreg.db"
    small(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE card_publication")
        connection.execute("UPDATE head SET layout = 1")
    with ThreadPoolExecutor(4) as pool:
        opened = [pool.submit(Registry.open, f"sqlite:///{path}", actor="ben.ito") for _ in range(4)]
        for registry in (each.result() for each in opened):
            assert registry.verify().ok
            registry.close()


def test_a_registry_of_the_layout_before_cards_gets_their_tables(tmp_path: Path) -> None:
    path = tmp_path / "askreg.db"
    small(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as connection:
        for table in ("card_publication", "card_signature", "card"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("UPDATE head SET layout = 1")
    with Registry.open(f"sqlite:///{path}", actor="ben.ito") as ben:
        drafted(ben)
        assert ben.verify().ok
        assert check(ben, CLEAN).kept is not None

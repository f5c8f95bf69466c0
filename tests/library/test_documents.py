"""Documents on record: revisions, removal, secrecy, and the text that is kept."""

from collections.abc import Callable
from pathlib import Path

import pytest
from clocks import Clock

from askreg.errors import Conflict, InvalidInput, NotFound, NotPermitted, StorageError
from askreg.registry import access, documents
from askreg.registry.plan import Plan
from askreg.registry.registry import Registry
from library.conftest import REPORT

Write = Callable[..., Path]


def held(registry: Registry, **limits: object) -> dict[str, documents.Holding]:
    with registry.view(**limits) as seen:  # type: ignore[arg-type]
        return {h.path: h for h in documents.holdings(seen)}


def said(registry: Registry, path: str, **limits: object) -> str:
    with registry.view(**limits) as seen:  # type: ignore[arg-type]
        text = {h.path: h for h in documents.holdings(seen)}[path].text
        assert text is not None
        return documents.bodies(seen, [text.id])[text.id]


def test_a_document_is_kept_with_its_digest_its_text_and_what_it_is_about(registry: Registry, write: Write) -> None:
    write(registry, "a/report.md", REPORT, about=["sepsis-risk:3", "holdout@1"], sensitivity="public")
    found = held(registry)["a/report.md"]
    assert (found.revision, found.title, found.sensitivity) == (1, "Validation report", "public")
    assert found.about == ("holdout@1", "sepsis-risk:3")
    assert said(registry, "a/report.md") == REPORT
    assert registry.verify().ok


def test_a_changed_file_is_a_new_revision_and_the_old_is_there_as_of_then(
    registry: Registry, write: Write, clock: Clock
) -> None:
    write(registry, "a.md", "# Old\n\nbefore")
    then = clock.advance(days=1)
    clock.advance(days=1)
    write(registry, "a.md", "# New\n\nafter")
    assert (held(registry)["a.md"].revision, said(registry, "a.md")) == (2, "# New\n\nafter")
    assert (held(registry, as_of=then)["a.md"].revision, said(registry, "a.md", as_of=then)) == (1, "# Old\n\nbefore")
    assert said(registry, "a.md", known_at=then) == "# Old\n\nbefore"
    assert registry.verify().ok


def test_the_same_file_again_changes_nothing(registry: Registry, write: Write) -> None:
    write(registry, "a.md", REPORT)
    before = registry.head()
    write(registry, "a.md", REPORT)
    assert registry.head() == before


def test_a_document_that_was_removed_is_gone_and_still_there_as_of_before(
    registry: Registry, write: Write, clock: Clock
) -> None:
    write(registry, "a.md", REPORT, sensitivity="phi")
    then = clock.advance(hours=1)
    clock.advance(hours=1)
    shown = registry.remove_document(path="a.md", reason="superseded")
    assert shown.removed == "superseded" and held(registry) == {}
    assert said(registry, "a.md", as_of=then) == REPORT
    (event,) = registry.history(action="document.removed").events
    assert (event.subject, event.detail["reason"]) == ("doc:a.md", "superseded")
    with pytest.raises(Conflict, match="removed already"):
        registry.remove_document(path="a.md")
    clock.advance(hours=1)
    write(registry, "a.md", REPORT)
    assert held(registry)["a.md"].sensitivity == "phi"
    assert registry.verify().ok


def test_what_was_secret_stays_so_when_a_revision_does_not_say(registry: Registry, write: Write) -> None:
    write(registry, "a.md", "one", sensitivity="phi")
    write(registry, "a.md", "two")
    assert held(registry)["a.md"].sensitivity == "phi"


def test_what_became_secret_is_secret_as_of_before_too(registry: Registry, write: Write, clock: Clock) -> None:
    write(registry, "a.md", "one", sensitivity="public")
    then = clock.advance(days=1)
    clock.advance(days=1)
    write(registry, "a.md", "one", sensitivity="phi")
    assert held(registry, as_of=then)["a.md"].sensitivity == "phi"


def test_a_text_that_was_altered_is_not_read_and_fails_the_audit(local: Registry, write: Write, tmp_path: Path) -> None:
    import sqlite3

    write(local, "a.md", REPORT)
    with sqlite3.connect(tmp_path / "askreg.db") as connection:
        connection.execute("UPDATE document_text SET body = replace(body, '0.871', '0.971')")
    with pytest.raises(StorageError, match="audit verify"):
        said(local, "a.md")
    verified = local.verify()
    assert not verified.ok and "document_text" in verified.problems[0].where


def test_a_text_is_kept_only_of_a_digest_that_the_document_had(registry: Registry) -> None:
    registry.register_document(path="a.md", digest="sha256:aa")
    with pytest.raises(Conflict, match="never had the digest"):
        registry.keep_text(path="a.md", digest="sha256:bb", reader="markdown-1", text="x")
    with pytest.raises(NotFound, match="did you mean 'a.md'"):
        registry.keep_text(path="a.mdd", digest="sha256:aa", reader="markdown-1", text="x")
    assert registry.keep_text(path="a.md", digest="sha256:aa", reader="markdown-1", text="x")
    assert not registry.keep_text(path="a.md", digest="sha256:aa", reader="markdown-1", text="x")


def test_a_text_read_later_holds_since_its_digest_does(registry: Registry, clock: Clock) -> None:
    registry.register_document(path="a.md", digest="sha256:aa")
    then = clock.advance(days=1)
    clock.advance(days=1)
    registry.keep_text(path="a.md", digest="sha256:aa", reader="markdown-1", text="what it said")
    assert said(registry, "a.md", as_of=then) == "what it said"
    assert held(registry, known_at=then)["a.md"].text is None


def test_a_viewer_may_take_nothing_in_and_nothing_out(backend_url: str, registry: Registry, write: Write) -> None:
    write(registry, "a.md", REPORT)
    registry.register_person(name="vera.lang", roles=["viewer"])
    with Registry.open(backend_url, actor="vera.lang") as other:
        with pytest.raises(NotPermitted):
            other.remove_document(path="a.md")
        with pytest.raises(NotPermitted):
            other.keep_text(path="a.md", digest="sha256:aa", reader="r", text="t")


def test_who_may_read_what_identifies_patients_holds_a_role_for_it() -> None:
    assert "phi" not in access.readable([]) | access.readable(["viewer"]) | access.readable(["analyst"])
    assert all("phi" in access.readable([role]) for role in ("scientist", "approver", "auditor", "admin"))
    assert access.readable([]) == {"public", "internal", "deidentified"}


def test_a_path_out_of_the_library_is_refused(registry: Registry) -> None:
    for path in ("/etc/passwd", "../a.md", "a/../../b.md"):
        with pytest.raises(InvalidInput):
            registry.register_document(path=path)


def test_a_document_that_was_removed_is_in_no_list_and_as_of_before_in_each(
    registry: Registry, write: Write, clock: Clock
) -> None:
    write(registry, "a.md", "one", about=["sepsis-risk"])
    write(registry, "b.md", "two", about=["sepsis-risk"])
    then = clock.advance(days=1).isoformat()
    clock.advance(days=1)
    registry.remove_document(path="a.md")

    def listed(**given: object) -> list[str]:
        return [row.subject for row in registry.query(Plan(**given)).rows]

    assert listed(select="document") == ["doc:b.md"]
    assert listed(select="document", as_of=then) == ["doc:a.md", "doc:b.md"]
    about = {"select": "model", "where": [{"path": "name", "value": "sepsis-risk"}], "hops": ["documents"]}
    assert listed(**about) == ["doc:b.md"]
    assert registry.show("doc:a.md").removed == "removed"  # type: ignore[attr-defined]

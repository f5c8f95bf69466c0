"""Documents: what is known of them, what they say, and their removal."""

from collections.abc import Iterable

from askreg.errors import Conflict, InvalidInput, NotFound
from askreg.registry import names
from askreg.registry.canonical import canonical, sha256
from askreg.registry.tables import Document, DocumentText, Edge, Field, Sensitivity
from askreg.registry.times import When
from askreg.registry.unit import Row, Unit
from askreg.registry.writes.lookup import any_subject
from askreg.registry.writes.rows import edge, not_before, set_fields, update
from askreg.registry.writes.values import count, one_of


def register_document(
    unit: Unit,
    *,
    path: str,
    title: str | None = None,
    about: Iterable[str] = (),
    sensitivity: str = "internal",
    digest: str | None = None,
    size: int | None = None,
    at: When | None = None,
    by: str | None = None,
) -> int:
    """Add a document's metadata and the edges to what it is about, or revise that of a known path.

    Another digest is a new revision. A document that was removed is there again.
    """
    if not path or path.startswith("/") or ".." in path.split("/"):
        raise InvalidInput(f"document {path!r} is not a relative path inside the library")
    one_of(sensitivity, Sensitivity, what="sensitivity")
    unit.allow("register", f"doc:{path}")
    targets = [any_subject(unit, subject) for subject in about]
    fields = {"title": title, "sensitivity": sensitivity, "digest": digest, "size": count(size, "size")}
    known = unit.find(Document, path=path)
    when, who = unit.when(at), unit.who(by)
    if known is not None:
        held = {(a["target"]) for a in unit.children(Edge, "source", known["id"])}
        fresh = [target for target in targets if target[1] not in held]
        given = {name: value for name, value in fields.items() if value is not None} | {"removed": None}
        update(unit, "document.updated", known["id"], f"doc:{path}", given, {}, at=at, by=by, about=fresh)
        return int(known["id"])
    with unit.event("document.registered", f"doc:{path}", at=when, by=who) as event:
        event.entity = id = unit.insert(Document, path=path)
        set_fields(unit, id, fields)
        for target in dict.fromkeys(targets):
            edge(unit, "about", ("document", id), target)
    return id


def keep_text(
    unit: Unit, *, path: str, digest: str, reader: str, text: str, at: When | None = None, by: str | None = None
) -> bool:
    """Keep what a reader took out of the file that a document's digest names; return whether it was not kept yet.

    The text holds from when the digest does, so that what the document said on an earlier day can be found.
    """
    unit.allow("register", f"doc:{path}")
    known = _known(unit, path)
    if unit.find(DocumentText, document_id=known["id"], digest=digest, reader=reader) is not None:
        return False
    digests = [row for row in unit.children(Field, "entity_id", known["id"]) if row["name"] == "digest"]
    held = [row for row in digests if row["value"] == canonical(digest)]
    if not held:
        raise Conflict(f"document {path!r} never had the digest {digest}; add the file with 'askreg docs add'")
    when = held[0]["at"] if at is None else unit.when(at)
    with unit.event("document.read", f"doc:{path}", at=when, by=unit.who(by), entity=known["id"]):
        unit.insert(
            DocumentText, document_id=known["id"], digest=digest, reader=reader, content=sha256(text), body=text
        )
    return True


def remove_document(
    unit: Unit, *, path: str, reason: str | None = None, at: When | None = None, by: str | None = None
) -> None:
    """Take a document out of the library; what it said stays on record for the time before."""
    unit.allow("register", f"doc:{path}")
    known = _known(unit, path)
    if unit.field(known["id"], "removed") is not None:
        raise Conflict(f"document {path!r} was removed already; 'askreg docs add' brings it back")
    when, who = unit.when(at), unit.who(by)
    not_before(when, known, f"the removal of {path}", path)
    detail = {} if reason is None else {"reason": reason}
    with unit.event("document.removed", f"doc:{path}", at=when, by=who, entity=known["id"], detail=detail):
        unit.insert(Field, entity_id=known["id"], name="removed", value=canonical(reason or "removed"))


def _known(unit: Unit, path: str) -> Row:
    known = unit.find(Document, path=path)
    if known is None:
        raise NotFound(kind="document", name=path, nearest=names.nearest(path, unit.every(Document, "path")))
    return known

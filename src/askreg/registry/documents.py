"""The document library as of a view: which documents there are, in which revision, and the text that was kept."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, select, true
from sqlalchemy import func as sql

from askreg.errors import StorageError
from askreg.registry.canonical import sha256
from askreg.registry.prepared import among, id_list, prepared
from askreg.registry.resolve import labels
from askreg.registry.tables import Document, DocumentText, Edge, Event, Field, Kind, Person
from askreg.registry.view import View, table

SENSITIVITIES = ("public", "deidentified", "internal", "phi")
"""From what anyone may see to what identifies patients."""
_SHAPING = ("document.registered", "document.updated", "document.removed", "document.read", "model.renamed")
_DOCUMENT, _TEXT, _FIELD, _EDGE, _EVENT = table(Document), table(DocumentText), table(Field), table(Edge), table(Event)
_PERSON = table(Person)


@dataclass(frozen=True, slots=True)
class KeptText:
    """Which text is kept for a revision of a document; `content` is its SHA-256."""

    id: int
    document: int
    path: str
    digest: str
    reader: str
    content: str
    event: int


@dataclass(frozen=True, slots=True)
class Holding:
    """A document as a view has it."""

    id: int
    path: str
    title: str | None
    sensitivity: str
    """The stricter of what it was then and what it is now: what became secret is not told as of earlier."""
    digest: str | None
    size: int | None
    about: tuple[str, ...]
    at: str
    by: str | None
    event: int
    revision: int
    """1, 2, 3 …: how many digests it had had by then; 0 when none is known."""
    since: str
    """When this revision began."""
    removed: str | None
    """Why it was taken out of the library; None while it is in."""
    text: KeptText | None
    """None when nobody has read the file yet."""

    @property
    def subject(self) -> str:
        """Return the document as a subject."""
        return f"doc:{self.path}"


def state(view: View) -> int:
    """Return the last event that shaped the library, as far as known: equal states hold the same documents."""
    return _state(view, actions=list(_SHAPING)).scalar() or 0


def any_text(view: View) -> bool:
    """Tell whether the text of any document is kept."""
    return _any_text(view).first() is not None


def holdings(view: View, *, removed: bool = False) -> list[Holding]:
    """Return the documents that were in the library, in order of their paths; with those `removed`, if wanted."""
    rows = _documents(view).all()
    fields: defaultdict[int, list[Any]] = defaultdict(list)
    for field in _fields(view):
        fields[field.entity_id].append(field)
    present = View(view.connection, view.now)
    now = view if view.as_of is None and view.known is None else present
    secrecy = {f.entity_id: json.loads(f.value) for f in _fields(now) if f.name == "sensitivity" and f.end is None}
    texts = {(text.document, text.digest): text for text in texts_of(view)}
    about = _subjects(view)
    found = [_holding(row, fields[row.id], secrecy.get(row.id), about.get(row.id, ()), texts) for row in rows]
    return [holding for holding in found if removed or holding.removed is None]


def texts_of(view: View) -> list[KeptText]:
    """Return which texts are kept, all revisions of all documents, oldest first."""
    return [KeptText(*tuple(row)) for row in _texts(view)]


def bodies(view: View, ids: Collection[int]) -> dict[int, str]:
    """Return the texts themselves; raises `StorageError` for one that is not what the log says."""
    found: dict[int, str] = {}
    for row in _bodies(view, ids=id_list(ids)):
        if sha256(row.body) != row.content:
            raise StorageError(
                f"text {row.id} of the library is not what was kept (SHA-256 {row.content}): run 'askreg audit verify'"
            )
        found[row.id] = row.body
    return found


def roles(view: View, person: str) -> list[str]:
    """Return the roles that somebody holds at present; none if the record does not know them."""
    held = _roles(View(view.connection, view.now), name=person).scalar()
    return [] if held is None else list(json.loads(held))


def _holding(
    row: Any, fields: Iterable[Any], now: str | None, about: Iterable[str], texts: Mapping[tuple[int, str], KeptText]
) -> Holding:
    held: dict[str, Any] = {}
    since, digests = row.at, 0
    for field in fields:
        digests += field.name == "digest"
        if field.end is None:
            held[field.name] = json.loads(field.value)
            since = field.at if field.name == "digest" else since
    digest = held.get("digest")
    secrecy = max(held.get("sensitivity") or "internal", now or "public", key=SENSITIVITIES.index)
    return Holding(
        id=row.id,
        path=row.path,
        title=held.get("title"),
        sensitivity=secrecy,
        digest=digest,
        size=held.get("size"),
        about=tuple(sorted(about)),
        at=row.at,
        by=row.by,
        event=row.event,
        revision=digests,
        since=since,
        removed=held.get("removed"),
        text=None if digest is None else texts.get((row.id, digest)),
    )


def _subjects(view: View) -> dict[int, list[str]]:
    """Return what each document is about."""
    arrows = _arrows(view).all()
    kinds: defaultdict[Kind, list[int]] = defaultdict(list)
    for arrow in arrows:
        kinds[arrow.target_kind].append(arrow.target)
    named = labels(view, kinds)
    found: defaultdict[int, list[str]] = defaultdict(list)
    for arrow in arrows:
        found[arrow.source].append(named[arrow.target])
    return found


@prepared
def _state(view: View) -> Select[Any]:
    known = true() if view.known is None else _EVENT.c.seq <= view.known
    return select(sql.max(_EVENT.c.seq)).where(_EVENT.c.action.in_(bindparam("actions", expanding=True)), known)


@prepared
def _roles(view: View) -> Select[Any]:
    joined = _FIELD.join(_PERSON, _PERSON.c.id == _FIELD.c.entity_id)
    of_person = (_PERSON.c.name == bindparam("name")) & (_FIELD.c.name == "roles") & view.open(_FIELD)
    return select(_FIELD.c.value).select_from(joined).where(of_person)


@prepared
def _documents(view: View) -> Select[Any]:
    return select(_DOCUMENT).where(view.exists(_DOCUMENT)).order_by(_DOCUMENT.c.path)


@prepared
def _fields(view: View) -> Select[Any]:
    wanted = _FIELD.c.name.in_(("title", "sensitivity", "digest", "size", "removed"))
    columns = (_FIELD.c.entity_id, _FIELD.c.name, _FIELD.c.value, _FIELD.c.at, view.until(_FIELD).label("end"))
    joined = _FIELD.join(_DOCUMENT, _DOCUMENT.c.id == _FIELD.c.entity_id)
    return select(*columns).select_from(joined).where(wanted, view.exists(_FIELD)).order_by(_FIELD.c.at, _FIELD.c.id)


@prepared
def _arrows(view: View) -> Select[Any]:
    about = (_EDGE.c.source_kind == "document") & (_EDGE.c.relation == "about")
    joined = _EDGE.join(_DOCUMENT, _DOCUMENT.c.id == _EDGE.c.source)
    return (
        select(_EDGE.c.source, _EDGE.c.target, _EDGE.c.target_kind).select_from(joined).where(about, view.exists(_EDGE))
    )


@prepared
def _texts(view: View) -> Select[Any]:
    columns = (
        _TEXT.c.id,
        _TEXT.c.document_id,
        _DOCUMENT.c.path,
        *(_TEXT.c[n] for n in ("digest", "reader", "content")),
    )
    joined = _TEXT.join(_DOCUMENT, _DOCUMENT.c.id == _TEXT.c.document_id)
    return select(*columns, _TEXT.c.event).select_from(joined).where(view.exists(_TEXT)).order_by(_TEXT.c.id)


@prepared
def _any_text(view: View) -> Select[Any]:
    return select(_TEXT.c.id).where(view.exists(_TEXT)).limit(1)


@prepared
def _bodies(view: View) -> Select[Any]:
    return select(_TEXT.c.id, _TEXT.c.content, _TEXT.c.body).where(among(view, _TEXT.c.id))

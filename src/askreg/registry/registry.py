"""The registry: one object over one database, acting for one person."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self, TypeVar, cast

from askreg.errors import AskregError, Conflict, InvalidInput, NotFound, Refused
from askreg.registry import (
    audit,
    checkpoints,
    comparison,
    details,
    find,
    gaps,
    history,
    lifecycle,
    lineage,
    names,
    proofs,
    proposals,
    query,
    reads,
    results,
    times,
    view,
    writes,
)
from askreg.registry.checkpoints import Checkpoint
from askreg.registry.notes import SigningKey, Verifier
from askreg.registry.plan import Plan, PlanResult
from askreg.registry.proofs import Consistency, Inclusion
from askreg.registry.proposals import Proposal
from askreg.registry.store import Store
from askreg.registry.tables import Answer, Dataset, Kind, Origin
from askreg.registry.times import Clock, When
from askreg.registry.unit import Unit
from askreg.registry.view import View

_Shown = TypeVar("_Shown", bound=results.Result)


class Registry:
    """The record, open. Each write is one transaction with its event, unless inside `transaction()`.

    Reads take `as_of` (what had happened by then) and `known_at` (what had been recorded by then).
    """

    def __init__(self, store: Store, *, actor: str, clock: Clock = times.utc_now) -> None:
        self.actor = actor.strip().lower()
        names.name(self.actor, what="user")
        self._store, self._clock = store, clock
        self._local = threading.local()

    @classmethod
    def open(cls, url: str, *, actor: str, clock: Clock = times.utc_now) -> Self:
        """Open `sqlite:///path` or `postgresql+psycopg://…`, laying out the tables if it is empty."""
        names.name(actor.strip().lower(), what="user")
        return cls(Store.open(url), actor=actor, clock=clock)

    def close(self) -> None:
        """Give back the database."""
        self._store.close()

    def __enter__(self) -> Self:
        """Return the registry, to be closed on leaving."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close."""
        self.close()

    @property
    def url(self) -> str:
        """Return where the record is, without any password."""
        return self._store.shown

    def now(self) -> str:
        """Return the registry's present instant, as stored."""
        return times.stored(self._clock())

    # -- transactions

    @contextmanager
    def view(self, *, as_of: When | None = None, known_at: When | None = None) -> Iterator[View]:
        """Yield one consistent snapshot to read from, limited in time."""
        unit = self._current()
        if unit is not None:
            unit.flush()
            yield view.at(unit.connection, now=unit.now, as_of=as_of, known_at=known_at)
            return
        with self._store.reading() as connection:
            yield view.at(connection, now=self.now(), as_of=as_of, known_at=known_at)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all writes inside one commit, or none if an error leaves the block."""
        with self.unit():
            yield

    @contextmanager
    def unit(self, *, origin: Origin = "registry") -> Iterator[Unit]:
        """Yield the unit of work, the current one if a transaction is open. A refusal is logged, come what may."""
        current = self._current()
        if current is not None:
            with self._noting(current):
                yield current
            return
        refusals: list[tuple[str, str, str]] = []
        try:
            with self._store.writing() as connection:
                unit = Unit(connection, now=self.now(), actor=self.actor, origin=origin)
                self._local.unit, self._local.refusals = unit, refusals
                try:
                    with self._noting(unit):
                        yield unit
                    _record_refusals(unit, refusals)
                    unit.finish()
                    refusals.clear()
                finally:
                    self._local.unit = None
        finally:
            if refusals:
                self._log_refusals(refusals)

    def _current(self) -> Unit | None:
        return getattr(self._local, "unit", None)

    @contextmanager
    def _noting(self, unit: Unit, errors: tuple[type[AskregError], ...] = (Refused,)) -> Iterator[None]:
        try:
            yield
        except errors as error:
            noted: list[tuple[str, str, str]] = self._local.refusals
            entry = (*unit.attempt, str(error))
            if entry not in noted:
                noted.append(entry)
            raise

    def _log_refusals(self, refusals: list[tuple[str, str, str]]) -> None:
        with self._store.writing() as connection:
            unit = Unit(connection, now=self.now(), actor=self.actor)
            _record_refusals(unit, refusals)
            unit.finish()

    # -- writes

    def register_person(self, *, name: str, **given: Any) -> None:
        """Add a person (`display`, `kind`, `roles`), or add to what is known of one."""
        with self.unit() as unit:
            writes.register_person(unit, name=name, **given)

    def register_dataset(self, *, name: str, **given: Any) -> results.DatasetView:
        """Add a dataset (`description`)."""
        with self.unit() as unit:
            writes.register_dataset(unit, name=name, **given)
            return self._shown(name, "dataset", results.DatasetView)

    def register_dataset_version(self, *, dataset: str, version: str, **given: Any) -> results.DatasetVersionView:
        """Add a dataset version (`digest`, `rows`, `source`, `sensitivity`, `derived_from`), and its dataset if new."""
        with self.unit() as unit:
            if unit.find(Dataset, name=dataset) is None:
                writes.register_dataset(unit, name=dataset, at=given.get("at"))
            writes.register_dataset_version(unit, dataset=dataset, version=version, **given)
            return self._shown(f"{dataset}@{version}", "dataset_version", results.DatasetVersionView)

    def register_run(self, *, id: str, **given: Any) -> results.RunView:
        """Add a run (`params`, `code`, `inputs`)."""
        with self.unit() as unit:
            writes.register_run(unit, id=id, **given)
            return self._shown(f"run:{id}", "run", results.RunView)

    def register_model(self, *, name: str, **given: Any) -> results.ModelSummary:
        """Add a model (`task`, `owner`, `description`, `tags`, `card`)."""
        with self.unit() as unit:
            writes.register_model(unit, name=name, **given)
            return self._shown(name, "model", results.ModelSummary)

    def register_version(self, *, model: str, **given: Any) -> results.VersionSummary:
        """Add the next version of a model (`artifact`, `framework`, `run`, `base`, `tags`, …)."""
        with self.unit() as unit:
            row = writes.register_version(unit, model=model, **given)
            return self.version(f"{model}:{row['number']}")

    def evaluate(self, *, version: str, dataset: str, metrics: Mapping[str, Any], **given: Any) -> None:
        """Add an evaluation of a version (`split`, `cohort`, `evidence`)."""
        with self.unit() as unit:
            writes.evaluate(unit, version=version, dataset=dataset, metrics=metrics, **given)

    def register_document(self, *, path: str, **given: Any) -> results.DocumentView:
        """Add or revise a document's metadata (`title`, `about`, `sensitivity`, `digest`, `size`)."""
        with self.unit() as unit:
            writes.register_document(unit, path=path, **given)
            return self._shown(f"doc:{path}", "document", results.DocumentView)

    def remove_document(self, *, path: str, reason: str | None = None, at: When | None = None) -> results.DocumentView:
        """Take a document out of the library; what it said stays on record for the time before."""
        with self.unit() as unit:
            writes.remove_document(unit, path=path, reason=reason, at=at)
            return self._shown(f"doc:{path}", "document", results.DocumentView)

    def keep_text(self, *, path: str, digest: str, reader: str, text: str) -> bool:
        """Keep what a document with this digest says; return whether it was not kept yet."""
        with self.unit() as unit:
            return writes.keep_text(unit, path=path, digest=digest, reader=reader, text=text)

    def declare_metric(self, *, name: str, better: str | None = None, unit: str | None = None) -> None:
        """Say which way a metric is better."""
        with self.unit() as work:
            writes.declare_metric(work, name=name, better=better, unit_of_measure=unit)

    def update_model(self, *, model: str, **given: Any) -> results.ModelSummary:
        """Change what describes a model (`name`, `task`, `owner`, `description`, `tags`, `card`)."""
        with self.unit() as unit:
            writes.update_model(unit, model=model, **given)
            return self._shown(given.get("name") or model, "model", results.ModelSummary)

    def update_version(self, *, version: str, **given: Any) -> results.VersionSummary:
        """Change what describes a version (`description`, `tags`, `card`); signatures on it lapse."""
        with self.unit() as unit:
            writes.update_version(unit, version=version, **given)
            return self.version(version)

    def set_policy(self, *, policy: Mapping[str, Any]) -> None:
        """Replace the lifecycle policy."""
        with self.unit() as unit:
            writes.set_policy(unit, body=policy)

    def move(self, *, version: str, stage: str, reason: str | None = None, at: When | None = None) -> None:
        """Move a version to a stage, if the policy's requirements are met."""
        with self.unit() as unit:
            lifecycle.move(unit, version=version, stage=stage, reason=reason, at=at)

    def approve(self, *, version: str, meaning: str = "approval", comment: str | None = None) -> None:
        """Sign a version, now, in one meaning."""
        with self.unit() as unit:
            lifecycle.approve(unit, version=version, meaning=meaning, comment=comment)

    def reject(self, *, version: str, comment: str | None = None) -> None:
        """Reject a version and move it back to experimental."""
        with self.unit() as unit:
            lifecycle.reject(unit, version=version, comment=comment)

    def set_alias(self, *, model: str, alias: str, version: int, at: When | None = None) -> None:
        """Give an alias to a version; the one that held it loses it."""
        with self.unit() as unit:
            lifecycle.set_alias(unit, model=model, alias=alias, version=version, at=at)

    def remove_alias(self, *, model: str, alias: str, at: When | None = None) -> None:
        """Take an alias away."""
        with self.unit() as unit:
            lifecycle.remove_alias(unit, model=model, alias=alias, at=at)

    def deploy(self, *, version: str, site: str, environment: str, **given: Any) -> None:
        """Record that a version went live (`region`)."""
        with self.unit() as unit:
            lifecycle.deploy(unit, version=version, site=site, environment=environment, **given)

    def withdraw(self, *, version: str, site: str, environment: str, **given: Any) -> None:
        """Record that a version is no longer live (`reason`)."""
        with self.unit() as unit:
            lifecycle.withdraw(unit, version=version, site=site, environment=environment, **given)

    def retire(
        self, *, version: str, reason: str | None = None, withdraw: bool = False, at: When | None = None
    ) -> None:
        """Retire a version for good."""
        with self.unit() as unit:
            lifecycle.retire(unit, version=version, reason=reason, withdraw=withdraw, at=at)

    def propose(self, *, action: str, subject: str, **arguments: Any) -> Proposal:
        """Return what a change of a version would be, and write nothing; see `acts` for actions and arguments."""
        with self.view() as seen:
            return proposals.propose(seen.connection, now=seen.now, action=action, subject=subject, arguments=arguments)

    def apply(self, proposal: Proposal, *, answer: str | None = None) -> results.VersionSummary:
        """Make a proposed change in one's own name, if all is still as it was; `answer` is the one that held it."""
        with self.unit() as unit, self._noting(unit, (Conflict, InvalidInput, NotFound, Refused)):
            return self.version(proposals.apply(unit, proposal, answer=answer))

    def record_answer(
        self, *, key: str, question: str, status: str, backend: str, body: str, detail: Mapping[str, object]
    ) -> int:
        """Append an answer that was given to the log and return the event's number."""
        with self.unit() as unit:
            subject = key
            with unit.event("answer.given", subject, at=unit.now, by=self.actor, detail=detail) as event:
                event.entity = unit.insert(
                    Answer, key=key, question=question, status=status, backend=backend, body=body
                )
            return unit.seq

    def record_export(self, *, subject: str, form: str, digest: str, detail: Mapping[str, object]) -> int:
        """Log that a report on a subject left in some form, by the digest of its bytes; return the event's number."""
        told = {**detail, "subject": subject, "format": form, "digest": digest}
        with self.unit() as unit:
            with unit.event("report.exported", f"report:{subject}", at=unit.now, by=unit.actor, detail=told):
                pass
            return unit.seq

    # -- reads

    def version(
        self, subject: str, *, as_of: When | None = None, known_at: When | None = None
    ) -> results.VersionSummary:
        """Return a version by `model:3` or `model@alias`."""
        with self.view(as_of=as_of, known_at=known_at) as seen:
            return reads.version(seen, subject)

    def show(self, subject: str, *, as_of: When | None = None, known_at: When | None = None) -> results.Result:
        """Return everything the record says about a subject."""
        with self.view(as_of=as_of, known_at=known_at) as seen:
            return details.show(seen, subject)

    def find_models(
        self,
        *,
        text: str | None = None,
        task: str | None = None,
        owner: str | None = None,
        stage: str | None = None,
        tags: Mapping[str, str] | None = None,
        limit: int = 50,
        cursor: str | None = None,
        as_of: When | None = None,
        known_at: When | None = None,
    ) -> results.ModelPage:
        """Return a page of models that meet all conditions."""
        with self.view(as_of=as_of, known_at=known_at) as seen:
            return find.find_models(
                seen, text=text, task=task, owner=owner, stage=stage, tags=tags or {}, limit=limit, cursor=cursor
            )

    def find_versions(
        self,
        *,
        model: str | None = None,
        stage: str | None = None,
        tags: Mapping[str, str] | None = None,
        metric: str | None = None,
        framework: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
        as_of: When | None = None,
        known_at: When | None = None,
    ) -> results.VersionPage:
        """Return a page of versions that meet all conditions; `metric` is such as `auroc>=0.8`."""
        with self.view(as_of=as_of, known_at=known_at) as seen:
            return find.find_versions(
                seen,
                model=model,
                stage=stage,
                tags=tags or {},
                metric=metric,
                framework=framework,
                limit=limit,
                cursor=cursor,
            )

    def compare(
        self,
        subjects: Iterable[str],
        *,
        metric: str | None = None,
        as_of: When | None = None,
        known_at: When | None = None,
    ) -> results.Comparison:
        """Return versions side by side; what was not measured alike is not compared."""
        with self.view(as_of=as_of, known_at=known_at) as seen:
            return comparison.compare(seen, list(subjects), metric=metric)

    def leaderboard(
        self, metric: str, *, as_of: When | None = None, known_at: When | None = None, **given: Any
    ) -> results.Leaderboard:
        """Return versions ranked by a metric, one group for each comparable setting."""
        with self.view(as_of=as_of, known_at=known_at) as seen:
            return comparison.leaderboard(seen, metric, **given)

    def lineage(
        self,
        subject: str,
        *,
        direction: str = "both",
        relations: Iterable[str] | None = None,
        limit: int = 10_000,
        as_of: When | None = None,
        known_at: When | None = None,
    ) -> results.Lineage:
        """Return the graph of what a subject came from (`up`), what came from it (`down`), or both."""
        with self.view(as_of=as_of, known_at=known_at) as seen:
            return lineage.lineage(seen, subject, direction=direction, relations=relations, limit=limit)

    def deployed(
        self,
        *,
        as_of: When | None = None,
        site: str | None = None,
        environment: str | None = None,
        model: str | None = None,
        known_at: When | None = None,
    ) -> results.Deployments:
        """Return what was live."""
        with self.view(as_of=as_of, known_at=known_at) as seen:
            return reads.deployed(seen, site=site, environment=environment, model=model)

    def history(
        self, *, subject: str | None = None, as_of: When | None = None, known_at: When | None = None, **given: Any
    ) -> results.History:
        """Return events, newest first, by `subject`, `actor`, `action`, `since`, `until`."""
        with self.view(as_of=as_of, known_at=known_at) as seen:
            return history.history(seen, subject=subject, **given)

    def gaps(
        self, *, subject: str | None = None, as_of: When | None = None, known_at: When | None = None
    ) -> list[results.Gap]:
        """Return what the record lacks, and what went past the policy."""
        with self.view(as_of=as_of, known_at=known_at) as seen:
            return gaps.gaps(seen, subject=subject)

    def query(self, plan: Plan) -> PlanResult:
        """Run a plan."""
        with self.view(as_of=plan.as_of, known_at=plan.known_at) as seen:
            return query.run(seen, plan)

    # -- audit

    def head(self) -> results.LogHead:
        """Return where the log ends."""
        with self.view() as seen:
            return audit.head(seen.connection)

    def checkpoint(self) -> Checkpoint:
        """Return where the log stands, unsigned, to be kept outside."""
        with self.view() as seen:
            return checkpoints.now(seen.connection)

    def sign_checkpoint(self, key: SigningKey, *, progress: audit.Progress | None = None) -> Checkpoint:
        """Verify the record, sign where the log stands, and record that; an altered record is not vouched for."""
        if self._current() is not None:
            raise InvalidInput("a checkpoint is not signed inside a transaction, which may yet be undone")
        outcome = self.verify(keys=[key.verifier(self.log_name())], progress=progress)
        if not outcome.ok:
            found = f"{outcome.problems[0].where}: {outcome.problems[0].what}"
            raise Conflict(f"nothing was signed, for the record does not verify ({found}); run 'askreg audit verify'")
        with self.view() as seen:
            signed = checkpoints.now(seen.connection).signed(key)
        self.record_checkpoint(signed, key.verifier(signed.origin))
        return signed

    def record_checkpoint(self, signed: Checkpoint, key: Verifier) -> None:
        """Record a checkpoint that was signed over a verified record; see `sign_checkpoint`."""
        with self.unit() as unit:
            checkpoints.record(unit, signed, key)

    def log_name(self) -> str:
        """Return the name under which this log's checkpoints are signed."""
        with self.view() as seen:
            return checkpoints.origin(seen.connection)

    def prove_inclusion(self, seq: int, checkpoint: Checkpoint) -> Inclusion:
        """Return the proof that an event is in the log of a checkpoint."""
        with self.view() as seen:
            return proofs.inclusion(seen.connection, seq, checkpoint)

    def prove_consistency(self, old: Checkpoint, new: Checkpoint) -> Consistency:
        """Return the proof that the log of one checkpoint is the beginning of that of another."""
        with self.view() as seen:
            return proofs.consistency(seen.connection, old, new)

    def latest_checkpoint(self, *, covering: int = 0) -> Checkpoint | None:
        """Return the last signed checkpoint that the log tells of, if it covers so many events."""
        with self.view() as seen:
            return proofs.latest(seen.connection, covering=covering)

    def verify(
        self,
        *,
        checkpoints: Iterable[Checkpoint] = (),
        keys: Iterable[Verifier] = (),
        progress: audit.Progress | None = None,
    ) -> results.Verification:
        """Replay the log and compare it with the tables and with checkpoints; `keys` are whose signatures count."""
        missing = self._store.missing_tables()
        if missing:
            problems = [results.Problem(where=f"table {name}", what="it is missing") for name in missing]
            head = results.LogHead(seq=0, hash="")
            return results.Verification(ok=False, events=0, head=head, checkpoints=[], problems=problems)
        with self.view() as seen:
            return audit.verify(seen.connection, checkpoints=checkpoints, keys=keys, progress=progress)

    def _shown(self, subject: str, kind: Kind, of: type[_Shown]) -> _Shown:
        with self.view() as seen:
            return cast(of, details.show(seen, subject, kinds=(kind,)))  # type: ignore[valid-type]


def _record_refusals(unit: Unit, refusals: Iterable[tuple[str, str, str]]) -> None:
    for permission, subject, reason in refusals:
        detail = {"attempt": permission, "reason": reason}
        with unit.event("attempt.refused", subject or "registry", at=unit.now, by=unit.actor, detail=detail):
            pass

"""What a version is, who made it from what, and on what it was evaluated."""

from collections.abc import Iterator

from askreg.registry import cards
from askreg.registry.canonical import canonical
from askreg.registry.results import DatasetVersionView, EvaluationView, MetricValue, RunInput
from askreg.reports.provenance.lines import Line, Section, line, missing, quoted, worded
from askreg.reports.provenance.source import Source, figure


def identity(source: Source) -> Section:
    """Return what it is."""
    version = source.version
    text = f"{version.subject}, registered {version.at} by {source.who(version.by)}"
    lines = [line("version", text, version.event, subject=version.subject, at=version.at, by=version.by)]
    lines += _stage_now(source)
    lines += _described(source)
    lines.append(_artifact(source))
    if version.framework is None:
        lines.append(missing("framework"))
    else:
        lines.append(line("framework", worded(version.framework), version.event, framework=version.framework))
    if version.signature is None:
        lines.append(missing("inputs and outputs"))
    else:
        text = quoted(canonical(version.signature))
        lines.append(line("inputs and outputs", text, version.event, signature=version.signature))
    if version.base is not None:
        base = (node.event for node in source.origins.nodes if node.subject == version.base)
        lines.append(line("derived from", version.base, version.event, *base, base=version.base))
    if version.change_control is not None:
        text = f"{version.change_control} the predetermined change control plan"
        lines.append(line("change control", text, version.event, change_control=version.change_control))
    if source.tags:
        text = ", ".join(f"{tag.key}={worded(tag.value)}" for tag in source.tags)
        given = {tag.key: tag.value for tag in source.tags}
        lines.append(line("tags", text, *(tag.event for tag in source.tags), tags=given))
    lines += _card(source)
    lines += _documents(source)
    return Section(title="What it is", lines=lines)


def making(source: Source) -> Section:
    """Return who made it, from what code and data."""
    lines: list[Line] = []
    if source.run is None:
        lines += [missing("run"), missing("code"), missing("training data")]
    else:
        run = source.run
        text = f"{run.subject}, {run.at}, by {source.who(run.by)}"
        lines.append(line("run", text, run.event, source.version.event, run=run.id, at=run.at, by=run.by))
        if run.code:
            text = ", ".join(f"{name} {worded(value)}" for name, value in run.code.items())
            lines.append(line("code", text, run.event, **run.code))
        else:
            lines.append(missing("code"))
        if run.params:
            lines.append(line("parameters", quoted(canonical(run.params)), run.event, params=run.params))
        else:
            lines.append(missing("parameters"))
        lines += [_input(source, given.dataset, given.role) for given in _in_order(run.inputs)]
        if not any(given.role == "training" for given in run.inputs):
            lines.append(missing("training data"))
    direct = {given.dataset for given in source.run.inputs} if source.run else set()
    lines += _through_base(source)
    lines += _sources(source, direct)
    return Section(title="Made by whom, from what", lines=lines)


def evaluations(source: Source) -> Section:
    """Return what it was evaluated on, the whole population before its parts."""
    found = sorted(source.version.evaluations, key=lambda each: each.cohort != "all")
    lines = [_evaluation(source, each) for each in found] or [missing("evaluation")]
    return Section(title="Evaluated on what", lines=lines)


def _in_order(inputs: list[RunInput]) -> list[RunInput]:
    return sorted(inputs, key=lambda given: ("training", "validation", "test").index(given.role))


def _stage_now(source: Source) -> Iterator[Line]:
    now = [stage for stage in source.version.stages if stage.until is None]
    for stage in now[-1:]:
        text = f"{stage.stage} since {stage.since}"
        yield line("stage", text, stage.event, stage=stage.stage, since=stage.since)
    held = [alias for alias in source.version.alias_history if alias.until is None]
    if held:
        text = ", ".join(f"{alias.alias} since {alias.since}" for alias in held)
        given = {alias.alias: alias.since for alias in held}
        yield line("aliases", text, *(alias.event for alias in held), aliases=given)


def _described(source: Source) -> Iterator[Line]:
    for name in ("task", "owner", "description"):
        field = source.model_fields.get(name)
        if field is None or field.value is None:
            yield missing(name)
        else:
            text = source.who(field.value) if name == "owner" else quoted(field.value)
            yield line(name, text, field.event, **{name: field.value})
    field = source.fields.get("description")
    if field is not None and field.value is not None:
        yield line("of this version", quoted(field.value), field.event, description=field.value)


def _artifact(source: Source) -> Line:
    artifact, event = source.version.artifact, source.version.event
    if artifact.digest is None and artifact.uri is None:
        return missing("artifact")
    parts = [artifact.digest or "its digest is not recorded"]
    if artifact.size is not None:
        parts.append(f"{artifact.size} bytes")
    if artifact.uri is not None:
        parts.append(f"at {quoted(artifact.uri)}")
    return line("artifact", ", ".join(parts), event, **artifact.model_dump())


def _card(source: Source) -> Iterator[Line]:
    fields = [f for f in (*source.fields.values(), *source.model_fields.values()) if f.name.startswith("card.")]
    if fields:
        names = sorted({field.name.removeprefix("card.") for field in fields})
        yield line("card fields", ", ".join(names), *(field.event for field in fields), fields=names)
    else:
        yield missing("card fields")
    published = cards.publications(source.view, source.id)
    for each in published[-1:]:
        force = "in force" if each.until is None else f"no longer in force since {each.until}"
        text = f"{each.content}, published {each.at} by {source.who(each.by)}, {force}"
        yield line("card published", text, each.event, each.closed, content=each.content, at=each.at, by=each.by)
    if not published:
        yield missing("published card")


def _documents(source: Source) -> Iterator[Line]:
    for subject in source.version.documents:
        registered, fields = source.document(subject)
        told = {name: fields[name] for name in ("title", "digest") if name in fields and fields[name].value is not None}
        parts = [subject, *(quoted(f.value) if f.name == "title" else str(f.value) for f in told.values())]
        if "digest" not in told:
            parts.append("its digest is not recorded")
        values = {name: field.value for name, field in told.items()}
        yield line("document", ", ".join(parts), registered, *(f.event for f in told.values()), path=subject, **values)


def _input(source: Source, subject: str, role: str) -> Line:
    label = "trained on" if role == "training" else f"{role} data"
    run = source.run
    used = [a for a in source.origins.edges if run and a.source == run.subject and a.target == subject]
    state = source.state(subject)
    return line(label, _state(state), state.event, *(arrow.event for arrow in used), **_values(state))


def _through_base(source: Source) -> Iterator[Line]:
    """Yield the data that a version before it was trained on, and it was not itself."""
    own = source.run.subject if source.run else None
    makers = {a.target: a.source for a in source.origins.edges if a.relation == "generated_by"}
    for subject, arrows in source.trained_on.items():
        if any(arrow.source == own for arrow in arrows):
            continue
        by = ", ".join(sorted({makers.get(arrow.source, arrow.source) for arrow in arrows}))
        state = source.state(subject)
        events = (state.event, *(arrow.event for arrow in arrows))
        yield line("trained on through its base", f"{_state(state)} (by {by})", *events, through=by, **_values(state))


def _sources(source: Source, direct: set[str]) -> Iterator[Line]:
    """Yield the data that its data came from."""
    told = direct | set(source.trained_on)
    made = [arrow for arrow in source.origins.edges if arrow.relation == "derived_from" and "@" in arrow.target]
    reached, frontier = set(told), list(told)
    while frontier:
        here = frontier.pop()
        for arrow in made:
            if arrow.source == here and arrow.target not in reached:
                reached.add(arrow.target)
                frontier.append(arrow.target)
    for subject in sorted(reached - told):
        state = source.state(subject)
        onward = [arrow for arrow in made if arrow.target == subject and arrow.source in reached]
        of = ", ".join(sorted({arrow.source for arrow in onward}))
        events = (state.event, *(arrow.event for arrow in onward))
        yield line("source of that data", f"{_state(state)} (of {of})", *events, **_values(state))


def _state(state: DatasetVersionView) -> str:
    parts = [state.subject]
    parts.append(state.digest or "its digest is not recorded")
    if state.rows is not None:
        parts.append(f"{state.rows} rows")
    parts.append(state.sensitivity or "its sensitivity is not recorded")
    if state.source is not None:
        parts.append(f"from {quoted(state.source)}")
    return ", ".join(parts)


def _values(state: DatasetVersionView) -> dict[str, object]:
    kept = ("subject", "digest", "rows", "sensitivity", "source", "derived_from", "at", "by")
    return {name: value for name, value in dict(state).items() if name in kept}


def _evaluation(source: Source, each: EvaluationView) -> Line:
    where = f"{each.dataset}, {each.split}, cohort {worded(each.cohort)}"
    shown = "; ".join(_metric(metric) for metric in each.metrics) or "no figure"
    text = f"{where}: {shown} ({each.evidence}, {each.at}, by {source.who(each.by)})"
    used = source.trained_on.get(each.dataset, [])
    if used:
        text += "; this is data that it was trained on"
    metrics = [figures(metric) for metric in each.metrics]
    given = each.model_dump(include={"dataset", "split", "cohort", "evidence", "at", "by"})
    return line("evaluated", text, each.event, *(arrow.event for arrow in used), metrics=metrics, **given)


def _metric(metric: MetricValue) -> str:
    text = f"{metric.metric} {figure(metric.value)}"
    if metric.unit:
        text += f" {worded(metric.unit)}"
    text += f" [{figure(metric.ci[0])}, {figure(metric.ci[1])}]" if metric.ci else ", no interval"
    text += f", n {metric.n}" if metric.n is not None else ", n not recorded"
    return text if metric.config is None else f"{text}, with {quoted(canonical(metric.config))}"


def figures(metric: MetricValue) -> dict[str, object]:
    """Return a figure as values, with every digit it was recorded with."""
    return {
        "metric": metric.metric,
        "value": figure(metric.value),
        "n": metric.n,
        "ci": None if metric.ci is None else [figure(end) for end in metric.ci],
        "unit": metric.unit,
        "config": metric.config,
    }

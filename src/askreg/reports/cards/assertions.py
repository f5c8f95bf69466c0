"""What the words on a card assert besides figures: what was done, when, by whom, on what data and where.

Held against the record as the claims of figures are.
"""

import re
from collections.abc import Callable, Iterator

from askreg.reports.cards.claims import Claimed, Claims
from askreg.reports.cards.reading import dates
from askreg.reports.cards.settings import stands

_DONE: dict[str, str] = {
    "registered": r"register\w*|registration|released|published in the registry",
    "approved": r"approved|approval|signed off",
    "rejected": r"rejected|rejection",
    "evaluated": r"evaluated|evaluation|validated|tested|assessed",
    "trained": r"trained|fitted|training (?:was|took place|ran|finished)",
    "live": r"deployed|deployment|went live|gone live|(?:live|in use) since|rolled out|go-live|been (?:running|in use)",
    "production": r"(?:entered|moved (?:in)?to|in|reached|went (?:in)?to|put (?:in)?to|promoted to) production",
    "retired": r"retired|decommissioned",
    "withdrawn": r"withdrawn|taken out of use|switched off",
    # What the record has dates of elsewhere, or none: they are not judged.
    "": r"lapsed|changed|expired|updated|reviewed|published|drafted|collected|extracted|recorded|retrained|revised|due",
}
_VERBS = {what: re.compile(rf"(?<![\w.+-])(?:{words})(?!\w|[.+]\w)", re.IGNORECASE) for what, words in _DONE.items()}
_NOT = re.compile(
    r"\b(?:not|never|no|nobody|without|before|until|unless|if|once|when|must|should|(?-i:may)|will|cannot)\b|n't\b",
    re.IGNORECASE,
)
_PERSON = r"(?P<name>[A-Z][\w'’-]+(?:\s+(?:(?:de|van|von|der|da|al|bin)\s+)*[A-Z][\w'’.-]+)*|[a-z0-9]+\.[a-z0-9.-]+\w)"
_TITLE = r"(?:(?i:dr|prof|mr|mrs|ms)\.?\s+)?"
_BY: dict[str, re.Pattern[str]] = {
    "approved": re.compile(
        r"\b(?i:approved by|signed off by|signed by|approval (?:was )?(?:granted |given )?(?:by|from))\s+"
        + _TITLE
        + _PERSON
    ),
    "rejected": re.compile(r"\b(?i:rejected)\s+(?i:by)\s+" + _TITLE + _PERSON),
    "evaluated": re.compile(r"\b(?i:evaluated|validated|tested)\s+(?i:by)\s+" + _TITLE + _PERSON),
    "owned": re.compile(
        r"\b(?i:owned by|owner(?:\s+of\s+(?:it|the model))?\s*(?:is|:)|developed by|maintained by|registered by)"
        rf"\s+{_PERSON}"
    ),
}
_ACTIVE = re.compile(
    _PERSON
    + r"\s+(?:has\s+|have\s+)?(?P<did>approved|signed off|signed|rejected|evaluated|validated|registered|developed)\s+"
    r"(?:it\b|(?:the|this)\s+(?:model|version|card)\b)"
)
_NOBODY = frozenset("who it we they this that the he she nobody anyone i you".split())
_DID = {
    "validated": "evaluated",
    "signed off": "approved",
    "signed": "approved",
    "registered": "owned",
    "developed": "owned",
}
_SUBJECT = r"(?P<what>[A-Za-z0-9][\w.-]*(?:@[\w.-]*\w|:\d+)?)"
_ON: dict[str, re.Pattern[str]] = {
    "training": re.compile(
        r"\b(?:(?:trained|fitted|developed)\s+(?:\w+\s+){0,2}?(?:on|with|from|using)|training\s+(?:data|set)\b\W*"
        r"(?:(?:was|were|is|are|came|comes|come|comprised?|consists?|consisted)\s+)?(?:of\s+|from\s+)?)\s*(?P<rest>.*)",
        re.IGNORECASE,
    ),
    "evaluation": re.compile(
        r"\b(?:evaluated|tested|validated|measured|assessed)\s+(?:\w+\s+){0,2}?(?:on|with|against|using)\s+(?P<rest>.*)",
        re.IGNORECASE,
    ),
}
_FROM = re.compile(
    r"\b(?:(?:derived|derives|fine-?tuned|distilled|retrained|built|stems|starts|started)\s+(?:from|on|upon)"
    rf"|base (?:model|version)\s*(?:is|:))\s+{_SUBJECT}",
    re.IGNORECASE,
)
_AT = re.compile(r"\b(?:live|deployed|in use|running|used)\s+(?:at|in|on)\s+(?:the\s+)?(?P<rest>.*)", re.IGNORECASE)
_UNKNOWN = re.compile(r"\b(?:live|deployed|in use) at (?P<site>[A-Za-z][\w-]*)", re.IGNORECASE)
_NOWHERE = frozenset("the a an our all several many this that one two both any each other night least most".split())
_STAGES = ("experimental", "validation", "approved", "production", "retired")
_STAGE = re.compile(
    r"\b(?:is|currently|now|(?:stage|status)\s*(?:is|:))\s+(?P<not>not\s+(?:yet\s+)?)?"
    r"(?:(?:still|already|currently|now)\s+)?(?:in\s+)?"
    rf"(?P<stage>{'|'.join(_STAGES)})\b(?!\s+(?:by|on|for|data|set|split|of|use))",
    re.IGNORECASE,
)
_LIVE = re.compile(
    r"(?:\b(?:is|currently)\s+(?P<not>not\s+(?:yet\s+)?)?|^\W*(?P<none>not\s+(?:yet\s+)?))"
    r"(?:(?:still|already|currently)\s+)?"
    r"(?:live|deployed|in (?:clinical )?use)\b",
    re.IGNORECASE,
)
_ENDED = re.compile(rf"\b(?:no longer|not any ?more)\s+(?:in\s+)?(?P<stage>{'|'.join(_STAGES)})\b", re.IGNORECASE)
_RETIRED = re.compile(r"\b(?:has been|was|is)\s+(?:now\s+|since\s+)?(?:retired|decommissioned)\b", re.IGNORECASE)
_NEVER_LIVE = re.compile(r"\b(?:has|have)\s+(?:not|never)\s+(?:yet\s+)?been\s+(?:deployed|live|used)\b", re.IGNORECASE)
_PRESENT = re.compile(r"\b(?:is|currently|now|still|remains|has been)\b", re.IGNORECASE)
_THIS = re.compile(
    r"\b(?:this (?:card|model|version)\s+(?:is|describes|is of|is for)\s+(?:version\s+)?|this is version\s+"
    r"|(?:the\s+)?current version\s*\(?(?:is\s+)?(?:version\s+)?)"
    r"(?P<what>[a-z0-9][\w.-]*:)?(?P<number>\d+)\b",
    re.IGNORECASE,
)
_DIGEST = re.compile(r"\bsha256:(?P<hex>[0-9a-fA-F]{6,64})")
_COMMIT = re.compile(r"\bcommit\s+(?P<hex>[0-9a-f]{6,40})\b", re.IGNORECASE)
_APPROVED = re.compile(r"\b(?:has been|was|were)\s+(?:formally\s+|fully\s+)?approved\b", re.IGNORECASE)
_EXTERNAL = re.compile(
    r"\bexternally\s+validated\b|\bvalidated\s+externally\b"
    r"|\bexternal validation\s+(?:was|showed|confirmed|has|at|on|in)\b",
    re.IGNORECASE,
)
_STAFF = re.compile(
    r"\b(?:staff|nurses?|clinicians?|physicians?|users?|teams?)\b.{0,20}\b(?:was|were|been)\b", re.IGNORECASE
)
_ASKS = re.compile(r"\b(?:where|when|whether|what|which|who|why|how)\b", re.IGNORECASE)


# -- when


def _when(claims: Claims, sentence: str) -> Iterator[Claimed]:
    if _NOT.search(sentence) or _STAFF.search(sentence):
        return
    for date, start, _ in dates(sentence):
        verbs = [(found.start(), what) for what, pattern in _VERBS.items() for found in pattern.finditer(sentence)]
        near = sorted((abs(start - at) + (1000 if at > start else 0), what) for at, what in verbs)
        if not near:
            continue
        what = near[0][1]
        if not what:
            continue
        known = [day for day in _days(claims)[what] if day]
        if any(day.startswith(date) for day in known):
            continue
        if not known:
            yield Claimed(
                "contradiction", sentence, f"{date} is said to be when it was {what}; the record has no such event"
            )
        else:
            listed = ", ".join(dict.fromkeys(known))
            yield Claimed("contradiction", sentence, f"{date} is said to be when it was {what}; on record: {listed}")


def _days(claims: Claims) -> dict[str, list[str]]:
    version, run = claims.record.version, claims.record.run
    decided = [(approval.decision, approval.at[:10]) for approval in version.approvals]
    staged = {stage.stage: [s.since[:10] for s in version.stages if s.stage == stage.stage] for stage in version.stages}
    evaluated = [evaluation.at[:10] for evaluation in version.evaluations]
    return {
        "registered": [version.at[:10]],
        "approved": [day for decision, day in decided if decision == "approved"] + staged.get("approved", []),
        "rejected": [day for decision, day in decided if decision == "rejected"],
        "evaluated": evaluated + staged.get("validation", []),
        "trained": [run.at[:10]] if run else [],
        "live": [live.since[:10] for live in version.deployments],
        "production": staged.get("production", []),
        "retired": staged.get("retired", []),
        "withdrawn": [live.until[:10] for live in version.deployments if live.until],
    }


# -- who


def _who(claims: Claims, sentence: str) -> Iterator[Claimed]:
    if _NOT.search(sentence):
        return
    for what, pattern in _BY.items():
        for found in pattern.finditer(sentence):
            yield from _held_by(claims, sentence, found["name"], what)
    for found in _ACTIVE.finditer(sentence):
        if found["name"].casefold() in _NOBODY:
            continue
        yield from _held_by(claims, sentence, found["name"], _DID.get(found["did"], found["did"]))


def _held_by(claims: Claims, sentence: str, name: str, what: str) -> Iterator[Claimed]:
    named, allowed = name.rstrip(".,"), _people(claims, what)
    if not any(_same_person(named, person) for person in allowed):
        known = ", ".join(" / ".join(person) for person in allowed) or "nobody"
        said = f"{named} is said to own or have made it" if what == "owned" else f"{named} is said to have {what} it"
        yield Claimed("contradiction", sentence, f"{said}; on record: {known}")


def _people(claims: Claims, what: str) -> list[tuple[str, ...]]:
    version, model = claims.record.version, claims.record.model
    match what:
        case "approved" | "rejected":
            return [(a.printed_name, a.by) for a in version.approvals if a.decision == what]
        case "evaluated":
            names = [evaluation.by for evaluation in version.evaluations]
        case _:
            names = [model.owner, version.by]
    return [_known_as(claims, name) for name in dict.fromkeys(names) if name]


def _known_as(claims: Claims, name: str) -> tuple[str, ...]:
    person = claims.record.person(name)
    return (person.display, name) if person and person.display else (name,)


def _same_person(named: str, person: tuple[str, ...]) -> bool:
    folded = " ".join(named.casefold().split())
    for known in person:
        whole = " ".join(known.casefold().split())
        if folded == whole or folded.startswith(f"{whole} ") or whole.startswith(f"{folded} "):
            return True
        if whole.split()[-1:] == [folded]:
            return True
    return False


# -- on what data


def _on(claims: Claims, sentence: str) -> Iterator[Claimed]:
    if _NOT.search(sentence):
        return
    for role, pattern in _ON.items():
        found = pattern.search(sentence)
        if found is None:
            continue
        rest = re.split(
            r"\b(?:and|then|but)\s+(?:evaluated|tested|validated|trained|measured)\b|[;.]\s", found["rest"]
        )[0]
        mine = {use.subject for use in claims.card.datasets if role in use.roles}
        for named in _datasets_named(claims, rest):
            if not any(named in (use, use.partition("@")[0]) for use in mine):
                known = ", ".join(sorted(mine)) or "no data"
                said = "trained on" if role == "training" else "evaluated on"
                yield Claimed("contradiction", sentence, f"it is said to be {said} {named}; on record: {known}")


def _datasets_named(claims: Claims, text: str) -> Iterator[str]:
    folded = text.casefold()
    for name in claims.record.every("dataset"):
        for found in re.finditer(rf"(?<![\w.-]){re.escape(name)}(?:@(?P<label>[\w.-]*\w))?(?![\w=]|-\w|\.\w)", folded):
            yield f"{name}@{found['label']}" if found["label"] else name


# -- from what, where, in what state


def _from(claims: Claims, sentence: str) -> Iterator[Claimed]:
    if _NOT.search(sentence):
        return
    for found in _FROM.finditer(sentence):
        named = found["what"].rstrip(".").casefold()
        if named.partition(":")[0] not in claims.record.every("model"):
            continue
        bases = claims.record.bases
        if not any(named in (base, base.partition(":")[0]) for base in bases):
            known = ", ".join(bases) or "it was derived from no version"
            yield Claimed("contradiction", sentence, f"it is said to be derived from {named}; on record: {known}")


def _where(claims: Claims, sentence: str) -> Iterator[Claimed]:
    found = _AT.search(sentence)
    if found is None or _NOT.search(sentence):
        return
    rest = found["rest"].casefold()
    present = _PRESENT.search(sentence) is not None
    live = [d for d in claims.record.version.deployments if d.until is None or not present]
    for site in claims.record.every("site"):
        if stands(site, rest) and site not in {deployment.site for deployment in live}:
            known = ", ".join(dict.fromkeys(f"{d.site}/{d.environment}" for d in live)) or "nowhere"
            yield Claimed("contradiction", sentence, f"it is said to be live at {site}; on record: {known}")
    for named in _UNKNOWN.finditer(sentence):
        site = named["site"].casefold()
        if site not in {*claims.record.every("site"), *_NOWHERE, *(d.environment for d in live)}:
            yield Claimed("unsupported", sentence, f"it is said to be live at {site}, which no record names")


def _state(claims: Claims, sentence: str) -> Iterator[Claimed]:
    version = claims.record.version
    for found in _STAGE.finditer(sentence):
        if _ASKS.search(sentence[: found.start()]):
            continue
        is_so = version.stage == found["stage"].lower() or (
            found["stage"].lower() == "approved" and _stands_approved(claims)
        )
        if is_so == bool(found["not"]):
            yield Claimed(
                "contradiction",
                sentence,
                f"{found.group()!r}; on record: its stage is {version.stage}",
                claims.facts("stage"),
            )
    for found in _ENDED.finditer(sentence):
        if version.stage == found["stage"].lower():
            what = f"{found.group()!r}; on record: its stage is {version.stage}"
            yield Claimed("contradiction", sentence, what, claims.facts("stage"))
    if _RETIRED.search(sentence) and version.stage != "retired" and not _NOT.search(sentence):
        what = f"it is said to be retired; on record: its stage is {version.stage}"
        yield Claimed("contradiction", sentence, what, claims.facts("stage"))
    live = [deployment for deployment in version.deployments if deployment.until is None]
    for found in _LIVE.finditer(sentence):
        if not _ASKS.search(sentence[: found.start()]) and bool(live) == bool(found["not"] or found["none"]):
            known = ", ".join(f"{d.site}/{d.environment}" for d in live) or "it is live nowhere"
            yield Claimed("contradiction", sentence, f"{found.group()!r}; on record: {known}", claims.facts("deployed"))
    if _NEVER_LIVE.search(sentence) and version.deployments:
        known = ", ".join(dict.fromkeys(f"{d.site}/{d.environment}" for d in version.deployments))
        yield Claimed("contradiction", sentence, f"it is said not to have been live; on record: {known}")
    if _NOT.search(sentence):
        return
    if _APPROVED.search(sentence) and not any(a.decision == "approved" for a in version.approvals):
        yield Claimed("contradiction", sentence, "it is said to have been approved; no approval of it is on record")


def _stands_approved(claims: Claims) -> bool:
    return any(
        (approval.meaning, approval.decision) == ("approval", "approved") and approval.lapsed is None
        for approval in claims.record.version.approvals
    )


# -- which


def _which(claims: Claims, sentence: str) -> Iterator[Claimed]:
    version = claims.record.version
    for found in _THIS.finditer(sentence):
        model = (found["what"] or f"{version.model}:")[:-1].casefold()
        if (model, int(found["number"])) != (version.model, version.version):
            yield Claimed("contradiction", sentence, f"{found.group()!r}; this is {version.subject}")
    if version.framework:
        name, _, number = version.framework.rpartition(" ")
        stated = (
            re.compile(rf"(?<![\w-]){re.escape(name)}\s+v?(?P<number>\d[\w.]*\w|\d)", re.IGNORECASE) if name else None
        )
        for said in stated.finditer(sentence) if stated else ():
            if not (number == said["number"] or number.startswith(f"{said['number']}.")):
                yield Claimed(
                    "contradiction",
                    sentence,
                    f"{said.group()!r}; on record: {version.framework}",
                    claims.facts("framework"),
                )
    for found in _DIGEST.finditer(sentence):
        if not any(digest.lower().startswith(found.group().lower()) for digest in _digests(claims)):
            yield Claimed(
                "contradiction", sentence, f"{found.group()} is the digest of nothing that the record has of it"
            )
    commit = claims.record.run.code.get("commit") if claims.record.run else None
    for found in _COMMIT.finditer(sentence):
        if commit and not (commit.startswith(found["hex"]) or found["hex"].startswith(commit)):
            yield Claimed("contradiction", sentence, f"{found.group()!r}; on record: {commit}", claims.facts("commit"))


def _digests(claims: Claims) -> set[str]:
    """Return the digests that the record has of the version, its data, its documents, its card and the log."""
    card = claims.card
    found = [claims.record.version.artifact.digest, card.content, f"sha256:{card.head.hash}"]
    found += [use.digest for use in card.datasets]
    found += [document.digest for document in claims.record.documents]
    return {digest for digest in found if digest}


def _external(claims: Claims, sentence: str) -> Iterator[Claimed]:
    if not _EXTERNAL.search(sentence) or _NOT.search(sentence) or not claims.card.figures:
        return
    if not any(
        figure.kinship == "other" or figure.evidence in ("third-party", "local") for figure in claims.card.figures
    ):
        yield Claimed(
            "unsupported",
            sentence,
            "it is said to be externally validated; no figure on data of another origin is on record",
        )


CHECKS: tuple[Callable[[Claims, str], Iterator[Claimed]], ...] = (
    _when, _who, _on, _from, _where, _state, _which, _external,
)  # fmt: skip

"""Wishes for a change, however politely they are put: said as a plain request, which is then refused as one."""

from __future__ import annotations

import re

_THING = r"[\w][\w.-]*\w(?::\d+|@[a-z]\w*| version \d+)"
_REFERRED = r"it|them|this(?: one| version| model)?|that(?: one| version| model)?|the (?:version|model)"
_OBJECT = rf"(?:(?:the |our |version |model )*({_THING})|({_REFERRED}))(?=[\s,.!?;]|$)"
_KINDNESS = r"(?:kind|good|nice|helpful|obliging|friendly)"
_PLEASED = r"(?:grateful|glad|happy|obliged|thankful|delighted|nice|great|good|kind|lovely|wonderful|helpful)"
_STEM = (
    rf"(?:(?:be |being )?(?:so|very|as) {_KINDNESS} (?:as to|and|to)|(?:be )?{_KINDNESS} enough to"
    r"|(?:would|could|can|will|won't|may|might) (?:you|i ask you to|i trouble you to|i ask that you)"
    r"|(?:i|we)(?: would|'d| do| hereby| now)? (?:want|like|wish|need|ask|beg|request|instruct|order|urge|expect)"
    r"(?: you| askreg| the (?:registry|system|assistant))?(?: kindly| please)? to"
    rf"|(?:{_PLEASED}|appreciate it|appreciated|do me a favou?r) if you (?:could|would|can|were to|might|did)"
    r"|(?:go|get) (?:ahead|on) (?:and|to)|(?:go|get) on with it and|do me (?:a|the) favou?r (?:and|of)"
    r"|(?:it(?: is|'s) (?:high )?)?time to|let us|let's|kindly|please|pls|hereby|herewith|be sure to"
    r"|make sure (?:to|you)|you (?:may|can|should|must|have to|need to|are to) (?:now )?|we (?:must|have to|need to))"
)
_BETWEEN = r"(?:,? ?(?:please|kindly|now|also|just|then|immediately|at once|today|go ahead and|help me(?: to)?))*,? ?"
_VERBS = (
    r"(approve|authori[sz]e|sign off(?: on)?|reject|retire|archive|deprecate|deploy|roll out|install|launch|withdraw"
    r"|undeploy|pull|promote|demote|delete|erase|remove|purge|wipe|unset)"
)
_WISHED = re.compile(rf"(?:^\W*|\b{_STEM}\b){_BETWEEN}\b{_VERBS} {_OBJECT}(.*)$", re.I)
_MINE = re.compile(
    r"\b(?:enter|put|record|add|note|log|register|file|count|give|take|place|set|lodge|submit|make|book|document|have"
    r"|accept|grant|sign|mark|want|leave|append|attach|insert|store|save|write|confirm)(?: down| in)? (?:with )?"
    r"(?:my|our) (?:own |formal |full |final |official )?(approval|sign[- ]?off|signature|consent|rejection|veto)\b"
    rf".*?\b(?:(?:for|of|to|on|under|from|against|with|regarding) )(?:the |version |model )*({_THING}|it|this|that)\b"
    r"(?![^.]*\?)(.*)$",
    re.I,
)
_OFF = re.compile(
    rf"({_THING}|\bit) (?:has to|must|needs to|should|ought to|is to) (?:come off|come down|go|leave|be taken (?:off"
    r"|down|out)|be pulled|be switched off|be removed|be withdrawn)\b(?![^.]*\?)(.*)$",
    re.I,
)
_WANTED = re.compile(
    rf"\b(?:i|we)(?: would|'d)? (?:want|like|wish|need|see)(?: to (?:see|have))? ({_THING}) (?:to be )?"
    r"(?:(approved|rejected|retired|archived|deployed|withdrawn|promoted|deleted|removed|gone))\b(.*)$",
    re.I,
)
_LET = re.compile(
    rf"^\W*(?:please |now |so |then )*let ({_THING}|it) (?:be|become|get) (?:the |made |our )?(?:new )?(\w+)\b(.*)$",
    re.I,
)
_ASKED = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how|whether)\b", re.I)
_ABOUT_IT = re.compile(
    r"\b(?:should|may|can|could|must|shall|do|did|does|am) (?:i|we|one|they|he|she|anyone|somebody)\b", re.I
)
"""Asks for advice or permission: no wish that it be done."""
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_PLAIN = {
    "approved": "approve", "rejected": "reject", "retired": "retire", "archived": "retire", "archive": "retire",
    "deprecate": "retire", "deployed": "deploy", "withdrawn": "withdraw", "promoted": "promote", "deleted": "delete",
    "removed": "withdraw", "gone": "retire", "authorise": "approve", "authorize": "approve", "sign off": "approve",
    "sign off on": "approve", "roll out": "deploy", "rejection": "reject", "veto": "reject",
}  # fmt: skip


def plain(question: str) -> str | None:
    """Return the wish that a question utters as a request such as `please retire X`; None if it utters none."""
    things = list(dict.fromkeys(re.findall(_THING, question)))
    for sentence in _SENTENCE.split(question.strip()):
        found = _uttered(sentence)
        if found is None:
            continue
        verb, thing, rest = found
        named = thing if re.fullmatch(_THING, thing) else things[0] if len(things) == 1 else None
        if named is None or _ASKED.search(rest):
            continue
        return f"please {verb} {named}{rest.rstrip()}"
    return None


def uttered(question: str) -> bool:
    """Whether some sentence of a question wishes for a change, whatever it is to be done to."""
    return any(_uttered(sentence) is not None for sentence in _SENTENCE.split(question.strip()))


def _uttered(sentence: str) -> tuple[str, str, str] | None:
    """Return what is to be done, to what, and what is said after."""
    if _ABOUT_IT.search(sentence):
        return None
    wished = _WISHED.search(sentence)
    if wished is not None and not _ASKED.search(sentence[: wished.start(1)]):
        verb, thing, referred, rest = wished.groups()
        return _PLAIN.get(verb.lower(), verb.lower()), thing or referred, rest
    let = _LET.search(sentence)
    if let is not None:
        thing, into, rest = let.groups()
        return (_PLAIN[into.lower()], thing, rest) if into.lower() in _PLAIN else ("make", thing, f" {into}{rest}")
    for pattern, fixed in ((_MINE, ""), (_OFF, "withdraw"), (_WANTED, "")):
        found = pattern.search(sentence)
        if found is None or _ASKED.search(sentence[: found.start()]):
            continue
        if fixed:
            return fixed, found.group(1), found.group(2)
        said, thing = found.group(1, 2) if pattern is _MINE else found.group(2, 1)
        return _PLAIN.get(said.lower(), "approve"), thing, found.group(3)
    return None

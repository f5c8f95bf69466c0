"""Everyday ways of saying what the registry has plain words for; rewritten as `idioms` are, and before them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TypeAlias

Rules: TypeAlias = tuple[tuple[str, str], ...]

_NAME = r"((?:the |that |this )?[\w.-]*[\w](?:[:@][\w.-]+)?(?: version \d+)?)"
_LIGHT = (
    r"(?:the |a |an |its |their |his |her )?(?:final |formal )?(?:green light|go[- ]ahead|nod|thumbs[- ]up|all[- ]clear"
    r"|clearance|blessing|okay|sign[- ]?off|seal of approval|stamp of approval|authori[sz]ation)"
)
_SOMEBODY = r"(?:we|they|you|people|clinicians|nurses|doctors|staff|the (?:nurses|doctors|clinicians|staff|teams?))"
_ANYBODY = r"(?:anyone|anybody|any (?:site|hospital|ward|unit|one))"
_NOW = r"(?: still| currently| now| presently| actually)?"
_STAGE = r"(?:the )?(?:experimental|validation|approved|production|retired)\b"
_VALID = r"(?:valid|in force|in effect|stand(?:ing|s)?|hold(?:ing|s)?(?: good)?|good|effective|count(?:s|ing)?)"
_TENTHS = ("fifties", "sixties", "seventies", "eighties", "nineties")

_APPROVE = {"give": "approve", "gives": "approves", "gave": "approved", "given": "approved", "giving": "approving"}
_PARTICLES = (
    ("deploy", "deployed", r"(?:roll|switch|turn|put|bring|take|push|set)",
     r"(?:rolled|switched|turned|put|brought|took|pushed|set)", r"(?:out|on|live)"),
    ("withdraw", "withdrew", r"(?:switch|turn|take|bring|shut)", r"(?:switched|turned|took|brought|shut)",
     r"(?:off|offline)"),
    ("reject", "rejected", r"(?:turn|knock)", r"(?:turned|knocked)", r"(?:down|back)"),
)  # fmt: skip
"""Verbs parted from their particles, as in `rolled it out`: what they mean, and how they are said."""


def _particles() -> Iterator[tuple[str, str]]:
    end = rf"(?=\W|$)(?! (?:{_STAGE}))"
    for base, past, bases, pasts, particle in _PARTICLES:
        yield rf"\b{bases} ([\w.-]+(?:[:@][\w-]+)?) {particle}{end}", rf"{base} \1"
        yield rf"\b{pasts} ([\w.-]+(?:[:@][\w-]+)?) {particle}{end}", rf"{past} \1"


_SAID: Rules = (
    # What the guard left out stays unknown, and is no word of the question.
    (r"\[[a-z][a-z -]*\]", "withheld"),
    (r"\bwhatever\b", "what"),
    (r"^what does ([\w.-]+) do(?=\W*$)", r"describe \1"),
    (r"\b(?:which|what) stage (is|was) (.+?),? (?:in|at)(?=\W*$)", r"what \1 the stage of \2"),
    (r"\b(?:dataset versions?|datasets?|data)(?: that| which)?(?: stands?| lies?| is| are| were)? behind (?=\S+@)",
     "datasets upstream of "),
    (r"\b(how many|which)( different| distinct)? (versions?|ones?) (?:have|has) been (?=\w+ (?:of|for)\b)",
     r"\1 \3 were ever "),
    (r"^\W*(?:can|could) you (?:please )?confirm (?:that|whether|if) (\S+) (is|was|has|are|were) ", r"\2 \1 "),
    (r",? (?:on file|on (?:the|our) books)\b", ""),
    (r"\b(who|when|where|why) (\w+ed) that(?=\W*$)", r"\1 \2 it"),
    (r"\b(?:which|what) (model|version) (?:is |are |has been )?(?:live|deployed|used|running|in use|runs|found) "
     r"(?:at|in) (?:the )?(?:most|greatest number of|largest number of|highest number of) "
     r"(?:different )?(site|hospital|place|environment)s\b", r"which \1 has the most \2s"),
    (r"\b(?:which|what) (model|version) is (?:the )?most (?:widely|broadly) (?:used|deployed|spread)\b",
     r"which \1 has the most sites"),
    (r"\b(models|versions|tools) (?:that )?(?:come|comes|came|stem|are|is) (?=from the \w+ \w+)", r"\1 "),
    (r"\b(?:tonight|this (?:morning|evening|afternoon))\b", "now"),
    (r"\bhow many (?:evaluations?|assessments?) (?:does|do|has|have) (\S+) (?:have|had|got|undergone|been through)",
     r"how often was \1 evaluated"),
    (r"\b(?:number of|count(?: of)?(?: the)?|how many) (?:evaluations?|assessments?)(?: are there| exist)? "
     r"(?:of|for) (?=\S+:\d+\W*$)", "how often was evaluated "),
    (r"\bhow often was evaluated (\S+?)(?=\W*$)", r"how often was \1 evaluated"),
    # Of two people, the one who is meant: the other is named to be told apart.
    (r", (?:and |but )?not (?:by )?(?-i:[A-Z][\w'-]+(?: [A-Z][\w'-]+){1,2}),", ""),
    (r"^on (?:what|which) (?:data|datasets?)(?=\W*$)", "what was it trained on"),
)  # fmt: skip
_APPROVED: Rules = (
    (rf"\b(?:given|granted) {_LIGHT}(?! (?:to|for|on)\b)", "approved"),
    *((rf"\b{form} {_NAME} {_LIGHT}\b", rf"{plain} \1") for form, plain in _APPROVE.items()),
    *((rf"\b{form} {_LIGHT} (?:to|for|on)\b", plain) for form, plain in _APPROVE.items()),
    (rf"\bdid {_NAME} (ever )?(?:get|receive|obtain|earn|win) (?:{_LIGHT}|approval)(?=\W*$)", r"was \1 \2approved"),
    (rf"\b(?:got|received|obtained|earned|won) {_LIGHT}\b", "was approved"),
    (r"\b(?:put|set|placed) (?:a|an|their|his|her|its) (?:signature|name|signatures) (?:to|on|under)\b", "signed"),
    (r"\bwhose (?:signature|name|sign[- ]?off|approval) (?:is|stands?|appears?) (?:on|under|behind|beneath|below)\b",
     "who signed"),
    (rf"\b(?:which|what) (?:signatures?|sign[- ]?offs?) (?:does|do|has|have) {_NAME} (?:carry|have|got|bear)\b",
     r"who signed \1"),
    # Spelled almost as `reuse`, and so no word that a misspelt one may be taken for.
    (r"\b(?:was|were|been) refused(?: approval)?\b", "was rejected"),
    (r"\brefused (?:to (?:sign|approve) )?(?=\w)", "rejected "),
    (r"\brefuse (?:to (?:sign|approve) )?(?=\w)", "reject "),
    (r"\brefuse(?=\W*$)", "reject"),
    (r"\bsaid no to\b", "rejected"),
    (r"\bsay no to\b", "reject"),
    (r"\bwhat was wrong with (\S+) when it was (rejected|refused|turned down)", r"why was \1 rejected"),
    (r"\bwhat (?:was|were) the (?:objections?|complaints?) (?:to|about|against) (\S+)", r"why was \1 rejected"),
    (rf"\b(?:is|does) the (?:approval|sign[- ]?off|signature) (?:of|on|for) (\S+) still {_VALID}\b",
     r"is \1 still approved"),
    (rf"\b(?:is|does) (\S+?)'s (?:approval|sign[- ]?off|signature) still {_VALID}\b", r"is \1 still approved"),
    (r"\b(approvals?|sign[- ]?offs?|signatures?) (?:that |which )?(?:are|is|went|have become|became) "
     r"(?:no longer (?:valid|in force|good)|stale|void|invalid|expired|out of date)\b", r"\1 have lapsed"),
)  # fmt: skip
_USED: Rules = (
    (rf"\bare {_SOMEBODY}{_NOW} (?:using|running) (?=\S+:\d)", "is live "),
    (r"\bis live (\S+:\d+)\b", r"is \1 live"),
    (rf"\bwere {_SOMEBODY}{_NOW} (?:using|running) (\S+:\d+)", r"was \1 live"),
    (rf"\bis {_ANYBODY}{_NOW} (?:using|running) (\S+:\d+)", r"is \1 live"),
    (rf"\bwho(?: is|'s|s| are){_NOW} (?:using|running) ([\w.-]+(?::\d+)?)", r"where is \1 live"),
    (r"\bhas (\S+:\d+) ever been (?:used|in use)\b(?! (?:for|to|in|as) )", r"was \1 ever live"),
    (r"^(?!.*\b(?:when|who|whom|was|were|did|had|how long|until|before|after)\b)(.*?)\b"
     r"(?:(?:is|are) )?(?:switched on|turned on|installed)\b", r"\1 live"),
    (r"\bdo (?:we|they|you) have (?:on|running|up|in use|live)(?= (?:at|right|now|in|today)\b|\W*$)", "is live"),
    (r"\b(?:have|has) yet to be (?:used|deployed|live|rolled out)(?: anywhere| anyplace)?\b", "were never deployed"),
    (r"\b(?:have|has) (?:not|never) been (?:used|deployed|rolled out|live)(?: anywhere| at all)\b",
     "were never deployed"),
    (r"\bnever (?:made it|got|gone|went|reached|came|been)(?: in)?(?: ?to| at)? (?:any|a|a single|one) "
     r"(?:site|hospital|place|ward|clinic)s?\b", "were never deployed"),
    (r"\b(?:that|which) (?:were )?were never deployed", "that were never deployed"),
    (rf"\bwhen did (\S+) leave (?!{_STAGE})(?=\w)", r"when was \1 withdrawn from "),
    (r"\b(?:which|what) (?:sites?|hospitals?|places?) (?:has|have|had) (\S+) (?:ever )?been (?:at|in|live at)\b",
     r"where was \1 ever live"),
    (r"\b(\w[\w-]*) or (\w[\w-]*) (?:environments|units|departments)\b", r"\1 or \2"),
    (r"\bwas put in (?:the )?place of\b", "replaced"),
    (r"\bwhat did (\S+) (?:swap|exchange|trade) (\S+) for\b", r"what replaced \2 at \1"),
    (r"\bwent live (?:without|with no) (?:ever )?(?:being|having been|getting) "
     r"(approved|evaluated|tested|signed off)\b", r"were ever live and were never \1"),
    (r"\bwent live (?:without|with no) (?:an? |any )?(?:approval|sign[- ]?off)\b",
     "were ever live and were never approved"),
    (r"\bwithout (?:ever )?(?:being|having been) (approved|evaluated|tested|reviewed|signed off)\b",
     r"that were never \1"),
)  # fmt: skip
_STAGES: Rules = (
    (rf"\b(?:waiting|sitting|stuck|parked|lingering|queued|resting) (?=(?:in|at) {_STAGE})", ""),
    (rf"\bhow (?:many days|long|much time) (?:did|has|have) {_NAME} (?:spend|spent|stay(?:ed)?|sit|sat|remain(?:ed)?"
     rf"|linger(?:ed)?) (?=(?:in|at) {_STAGE}|as )", r"how long was \1 "),
    (r"\b(?:was|were|is|are) (?:declared|filed|noted|recorded|marked|submitted) (?:as )?(?:an? )?changes? "
     r"(?=inside|outside|within)", "are "),
)  # fmt: skip
_PEOPLE: Rules = (
    (r"\b(?:does|do) ([\w.' -]+?) (?:hold|have|carry) the (\w+) (?:role|permission)\b", r"is \1 an \2"),
    (r"\b(people|persons|accounts|users|who|staff) (?:hold|holds|have|has|with|carry|in) the (\w+?) "
     r"(?:role|permission)\b", r"\1 are \2s"),
    (r"^\W*(?:can|may|is) ((?-i:[A-Z])[\w.' -]+?) (?:allowed to |permitted to |able to )?approve "
     r"(?:versions?|models?|anything|releases?)\b.*$", r"is \1 an approver?"),
    (r"\b(anyone|anybody|someone|somebody) (?:who|that) (?:isn't|is not|wasn't|was not) (?=(?-i:[A-Z]))",
     r"\1 other than "),
    (r"\b(?:restored|reinstated) (\S+) (?:to|as) (?!" + _STAGE + r")(\w+)\b", r"made \1 \2"),
    (r"^\W*(?:set|put|hold|place|weigh) (.+?\S:\d+) (?:next to|(?:up )?against|beside|alongside) "
     r"(?:that of )?(.*?\S+:\d+)",
     r"compare \1 and \2"),
    (r"\b(who|people|persons|accounts) (?:can|may|could|is allowed to|are allowed to) approve\b"
     r"(?: (?:versions?|models?|things?|anything))?", r"\1 are approvers"),
    (r"\b(are|is) (services?|bots?) rather than (?:people|persons?|humans?)\b", r"\1 \2"),
    (r"\b(?:is|are) ([\w.' -]+?) (?:down|listed|recorded|noted|on record) as having (\w+ed)\b", r"has \1 \2"),
    (r"\bname of the (approver|owner|reviewer|registrant|author)\b", r"\1"),
)  # fmt: skip
_HELD: Rules = (
    (r"\bwhat does (\S+?)'s (?:model )?card (?:say|state|tell us|give|list)(?: about| on| for| as| regarding)? "
     r"(?:the |its )?([\w ]+)", r"what is the \2 of \1"),
    (r"\bpaperwork\b", "documents"),
    (r"\b(?:that |which )?(?:nobody|no[- ]one) (?:has |have |had )?(?:ever )?(?:written|wrote) (?:a |an |any )?"
     r"(?:document|report|paper)s? (?:about|on|for)\b", "without a document"),
    (r"\b(?:which|what) (?:dataset versions?|datasets?|data) (?:went|go|goes|was fed|were fed) into (\S+@[\w.-]+)",
     r"which datasets is \1 derived from"),
    (r"\bruns (?:that |which )?used (\S+@[\w.-]+) (?:as|for|in)(?: the)? training(?: data| set)?",
     r"runs were trained on \1"),
    (r"\bmade directly from\b", "derived directly from"),
    (r"\bidentifiable (?:patient )?(?:data|information)(?: ?\(phi\))?", "phi data"),
    (r"\b(over|under)-(\d+)s\b", r"\1 \2"),
    *((rf"\b(over|under)[- ]{word}\b", rf"\1 {50 + 10 * i}") for i, word in enumerate(_TENTHS)),
)  # fmt: skip
_ASKED: Rules = (
    (r"\bstate (?=(?:every|each|all)\b)", "list "),
    (r"\b(since|from|after) (?:the )?(?:beginning|start) of ((?:19|20)\d\d)\b", r"\1 1 January \2"),
    (r"^i\s+(?:would\s+)?like\s+(?:to (?:have|see) )?([\w.-]+(?:[:@][\w-]+)?) (?:to be )?"
     r"(deploy|retire|approve|withdraw|reject)(?:ed|d|n)\b", r"\2 \1"),
)  # fmt: skip

_GROUPS: tuple[tuple[tuple[str, ...], Rules], ...] = (
    (("[", "whatever", "what does", "stage", "behind", "been", "confirm", "on file", "books", "tonight", "this ",
      "evaluation", "assessment",
      ", not ", ", but not ", ", and not ", "on what", "on which", " that", "most ", "from the "), _SAID),
    (("green", "ahead", "nod", "thumb", "clear", "bless", "okay", "sign", "seal", "stamp", "authori",
      "approval", "no to", "refuse", "wrong",
     "objection", "complaint", "name"), _APPROVED),
    (("using", "running", "have on", "have up", "have in", "used", "in use", "switched", "turned", "installed",
      "yet to", "been", "never",
      "leave", "place of",
     "swap", "exchange", "trade", "environments", "units", "departments", "without", "with no"), _USED),
    (("waiting", "sitting", "stuck", "parked", "lingering", "queued", "resting", "spen", "stay", "sit", "sat", "remain",
     "linger", "change"), _STAGES),
    (("role", "permission", "rather", "approve", "restored", "reinstated", "n't ", " not ", "against",
      "next to", "beside",
      "alongside", "having", "name of"), _PEOPLE),
    (("card", "paperwork", "written", "wrote", " into ", "runs ", "directly", "identifiable", "over", "under"), _HELD),
    ((" out", " on", " live", " off", " down", " back"), tuple(_particles())),
    (("state ", "beginning of", "start of", " like "), _ASKED),
)  # fmt: skip
"""The rules, with words of which one stands in every question that they may change."""


@cache
def _compiled(group: int) -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern, re.I), plain) for pattern, plain in _GROUPS[group][1]]


def plainly(text: str) -> str:
    """Return the question with its everyday sayings in plain words."""
    for group, (words, _) in enumerate(_GROUPS):
        if any(word in text.lower() for word in words):
            for pattern, plain in _compiled(group):
                text = pattern.sub(plain, text)
    return text

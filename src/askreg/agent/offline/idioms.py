"""Ways of saying that stand for plainer ones: rewritten before a question is read, so that one reading serves all."""

from __future__ import annotations

import re

from askreg.agent.offline.sayings import plainly

_MADE = r"(?:registered|built|created|trained|made|developed|uploaded|submitted|wrote|authored|produced)"
_SIGNED = r"(?:approv(?:ed?|ing|es)|sign(?:ed|ing|s)?(?: off)?(?: on)?|authori[sz]ed?|clear(?:ed)?)"
_PERSON = r"(?:person|people|one|ones|same person|individual|developer|scientist|somebody|someone|user|colleague)"
_AUTHOR = r"(?:author|creator|registrant|builder|developer|maker|uploader|submitter|trainer)s?"
_OWN = r"(?:work|models?|versions?|builds?|releases?|stuff|things?|submissions?)"
_NOBODY = r"(?:nobody|no one|no-one|noone)"
_SKIP = (
    r"(?:skip(?:ped|ping|s)?|bypass(?:ed|ing|es)?|jump(?:ed|ing|s)?(?: over)?|omit(?:ted|ting|s)?"
    r"|leapfrogg?(?:ed|ing|s)?"
    r"|circumvent(?:ed|ing|s)?|went (?:around|past)|side-?stepp?(?:ed|ing|s)?)"
)
_WAY = (
    r"(?:,? (?:on|along) (?:the|its|their) (?:way|road|path)(?: (?:in)?to production)?| before production"
    r"| to production)?"
)
_TO_PRODUCTION = r"(?:went|go|gone|got|get|made it|moved|move|reached|promoted|came)"

_RULES: tuple[tuple[str, str], ...] = (
    (r"\bw/o\b", "without"),
    (r"^\W*(?:(?:hi|hey|hello|ok|so)\b\W*)?(?:could|can|would|will|does) (?:someone|somebody|anyone|anybody|any of you)"
     r"(?: please| kindly| here)? (?:tell|show|give|remind) (?:me|us)\b", "tell me"),
    (r"^\W*(?:(?:hi|hey|hello|ok|so)\b\W*)?(?:a )?quick (?:one|question|check)\s*[-:,.]+\s*", ""),
    (r"\b((?:all|every|each) (?:\w+ ){1,3})but (?!not\b|no\b|never\b)(?=\S+\s*[?.!]*$)", r"\1except "),
    (r"\b(is|are) not (live|champion|in production|in use|deployed)\b(.*?),? any ?more\b", r"\1 no longer \2\3"),
    (r"\bwhat (?:did|does|has) ((?:run[ :])?\S*\d\S*) (?:produced?|yield(?:ed)?"
     r"|output)\b", r"what is downstream of \1"),
    (r"\b(any|every|no)(where|one|body|thing) but (?=[\w])", r"\1\2 except "),
    (r"\b(?:most recently|latest|last|newest) (deployed|approved|withdrawn|rejected|retired) (version|model)\b",
        r"\2 that was \1 most recently"),
    (r"\bwhat (?:came|comes|has come) (?:out of|from)\b", "what is downstream of"),
    (r"\b(the (?:very )?(?:same )?data(?:set)?s?) (?!that\b|which\b|was\b|were\b|is\b|are\b|of\b|on\b|from\b"
     r"|for\b|in\b|behind\b|used\b)(\S+) (was|were) "
     r"(trained|evaluated|tested) on\b", r"\1 that \2 \3 \4 on"),
    (r"\b(is|are|was|were|do|does|did|has|have|had)nt\b", r"\1 not"),
    (r"\bneither (.+?) nor (?=\w)", r"not \1 and not "),
    (r"\bfor which (?:the record|the registry|there) (?:shows?|has|holds|is|are|was) (?=no\b|any\b|an?\b)", "with "),
    (r"\bused (?:for|in|as) training(?: data)?\b(?! (?:of|by|run|data))", "trained on"),
    (r"\bdirect (?:children|child|descendants?|derivatives|offspring) of\b", "versions derived directly from"),
    (r"\bdirect (?:parents?|ancestors?|base)\b", "base"),
    (r"\b(?:wats|wots|wahts|whta?s)\b", "what is"),
    (r",? (?:of|among|amongst|out of) (?:them all|all(?: of them)?|everything)(?=\W*$)", ""),
    (r"\bmost sensitive(?! data)\b", "highest sensitivity"),
    (r"\bleast sensitive(?! data)\b", "lowest sensitivity"),
    (r"\bmost specific(?! data)\b", "highest specificity"),
    (r"\bleast specific(?! data)\b", "lowest specificity"),
    (r"\bw/(?=\s)", "with"),
    (r"\bw/(?=\w)", "with "),
    (r"(?<=\s)r(?=\s)(?! ?\d)", "are"),
    (r"\b(not|n't|never)\b(.*?),? any ?more\b", r"\1\2"),
    (r"\bused to be (.+?),? (?:and|but|yet|though) (is|are) (?:not|no longer)(?: now)?(?=\s*[?.!]*$)",
        r"were ever \1 but \2 not \1"),
    # Who approves what they made themselves.
    (rf"\b{_SIGNED} by (?:(?:the|its|their)(?: own| very| same)* {_PERSON} (?:who|that) (?:had |has |have"
     rf" )?(?:also )?{_MADE}(?: it| them| the \w+)?"
     rf"|(?:its|their)(?: own)? {_AUTHOR}|(?:the )?{_AUTHOR}(?: of it)?|(?:them|him|her|it)sel(?:f|ves))",
         "self approved"),
    (rf"\b(?:who|did (?:any|some)(?:body|one)|has (?:any|some)(?:body|one)|did someone) (?:ever )?(?:has "
     rf"|have )?{_SIGNED} "
     rf"(?:his or her|their|his|her)(?: very)? own {_OWN}", "which versions are self approved"),
    (rf"\b(?:versions?|models?|things?) (?:(?:that|which) )?(?:people|persons?|they|somebody|someone)"
     rf" {_SIGNED} (?:themselves|for themselves)",
     "versions that are self approved"),
    # Nobody did it: it was not done.
    (rf"\b(?:that |which |but |and |yet )*{_NOBODY}(?: has| have| had)?(?: ever)? (?:approved|signed(?:"
     rf" (?:off|for))?(?: on)?|"
     r"authori[sz]ed|cleared)(?: (?:them|it|that|those|for))?(?: off)?", "that were never approved"),
    (rf"\b(?:that |which |but |and |yet )*{_NOBODY}(?: has| have| had)?(?: ever)? (?:evaluated|tested"
     rf"|measured)(?: (?:them|it))?",
     "that were never evaluated"),
    (r"\b(?:that )?no (?:one|body|model|version)(?: was| were| is)? (?:ever )?(?:been )?(trained|evaluated"
     r"|tested) on\b", r"that were never \1 on"),
    (r"\bthat were never (trained|evaluated|tested) on(?=\s*[?.!]*$)", r"never \1 on"),
    # What went past a stage.
    (rf"\b{_SKIP} (?:the )?validation(?: stage| step)?{_WAY}", "reached production and were never in validation"),
    (rf"\b{_SKIP} (?:the )?(?:approval|sign ?-?off|approved)(?: stage| step)?{_WAY}",
        "reached production and have no approval"),
    (rf"\b{_TO_PRODUCTION} (?:straight |directly |right |in)?(?:to |into )?production without (?:ever )?(?:a"
     rf" |any |being (?:in )?|"
     r"going through |passing (?:through )?|having been (?:in )?)?(?:validation|validated)",
         "reached production and were never in validation"),
    (r"\bstraight (to|into)\b", r"\1"),
    (r"\b(?:that |which )?nobody owns\b", "without an owner"),
    (r"\b(?:that |which )?(?:nobody|no one|no-one) (?:has )?(?:ever )?(trained|evaluated|tested) on(?=\s*[?.!]*$)",
        r"never \1 on"),
    (r"\b(?:that |which |does |do )?(?:nobody|no one|no-one) (?:is )?(?:runs?|uses?|running|using)(?=\s*[?.!]*$)",
        "are not live"),
    (r"\bdirectly (derived?|based|built|trained|fine-?tuned|made|developed|adapted|forked)\b", r"\1 directly"),
    (r"\b(with|has|have|having|of) (?:only|exactly|just|precisely) (?:one|a single|1|a)\b", r"\1 exactly 1"),
    (r"\b(with|has|have|having) (?:only|exactly|just|precisely) (?=\w+ )", r"\1 exactly "),
    (r",? if (?:it is |that is |that's |it's )?(?:known|recorded)(?=\W*$)", ""),
    (r",? in (?:chronological )?order(?=\W*$)", ""),
    (r"\b(what|which) (commit|code|repo|repository) (?:was|is) (?:used )?(?:in|by|for) the (?:training )?run (?:of"
     r"|behind|that made) ", r"\1 \2 produced "),
    (r"\b(what|which) (datasets?|data) (?:versions? )?(?:has|have|with) (?:the )?(?:most|highest number of"
     r"|largest number of) rows\b", r"\1 is the largest dataset by rows"),
    (r"\b(?:what|which) versions (?:have |has |had )?(?:ever )?held the (\w+)(?: alias)? (?:of|for) (?=\S+\W*$)",
     r"history of the \1 alias of "),
    (r",? (?:directly or (?:not|indirectly)|direct or indirect|transitively|directly and indirectly)\b", ""),
    (r"\b(?:artifacts?|artefacts?|model files?) (missing|without|lacking|with no)\b", r"versions \1"),
    (r"^(\W*(?:who|what|where))(?: else)?,? (?:besides|except(?: for)?|other than|apart from) ([\w.@:-]+(?:"
     r" [A-Z]\w+)?),? (.*?)(\W*)$",
     r"\1 \3 besides \2\4"),
    (r"\b(?:came|come|comes|coming) (with|without)\b", r"\1"),
    (r"\b(running|live|deployed|used) nowhere\b", r"not \1"),
    (r"\bnowhere (running|live|deployed|used)\b", r"not \1"),
    (r"\b(?:put|pushed|set) ([\w.:@-]+) (?:live|into service|into use)(?= (?:at|in|on)\b)", r"deployed \1"),
    # Who took something away.
    (r"\b(?:took|pulled|brought) ([\w.:@-]+) (?:off(?:line)?|down|out)(?: of| from)?(?: service)?(?: at|"
     r" in)?(?= [\w/-]+\W*$)", r"withdrew \1 from"),
    (r"\b(?:removed|took|stripped) (?:away )?the (\w+)(?: alias)?(?: away)? from\b", r"withdrew the \1 alias from"),
    (r"\b(?:(?:turned|turns|turn) out|(?:proved|proves)|(?:was|were|is|are|be) (?:found|shown)) to be\b", "is"),
    (r"\b(in production|live|approved|retired),? (?:yet|but|and yet|though) ", r"\1 but "),
)  # fmt: skip
_COMPILED = [(re.compile(pattern, re.I), plain) for pattern, plain in _RULES]


def spelled_out(text: str) -> str:
    """Return the question with its idioms said plainly."""
    text = plainly(text)
    for pattern, plain in _COMPILED:
        text = pattern.sub(plain, text)
    return text

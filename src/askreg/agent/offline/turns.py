"""Turns of phrase: what is asked in a roundabout way, put in the words that the grammar reads.

A rule says what words mean whatever they are said of; a name, a figure, a day or a place goes through it unchanged.
"""

from __future__ import annotations

import re
from functools import lru_cache

from askreg.agent.offline import wishes
from askreg.agent.offline.fronting import settled

Rules = tuple[tuple[str, str], ...]

_V = r"([\w][\w.-]*:\d+|[\w][\w.-]* version \d+|version \d+ of [\w][\w.-]*\w)"
_D = r"([\w][\w.-]*@[\w.-]*\w)"
_X = r"([\w][\w.-]*(?:[:@][\w.-]*)?\w(?: version \d+)?)"
_M = r"([\w][\w.-]*\w)"
_KIND = r"(dataset versions?|datasets?|versions?|runs?|models?|data)"
_STAGE = r"(experimental|validation|approved|production|retired)"
_WAYS = r"(?:ultimately |finally |eventually |in the end |all )?"
_FAR = (
    r",? ?(?:and )?(?:\bno duplicates|\beach (?:only )?once|\bwithout duplicates|\bdirect(?:ly)? (?:and|or)"
    r" indirect(?:ly)?"
    r"|\bdirectly or through others|\bhowever far (?:down|up|back)|\bnear and far|\ball the way (?:back|down|up)"
    r"|\bthose of its ancestors included|\bin the end|\bat any (?:remove|distance)|\bin any way)"
)
_BACK = (
    r"(?:go(?:es)? back to|trac(?:e|es) back to|lead(?:s)? back to|ultimately (?:come|comes|derive|derives) from"
    r"|rest(?:s)? upon)"
)
_GO = r"(?:go back to|trace back to|lead back to|come from|rest upon)"
_ANYONE = r"(?:anyone|anybody|someone|somebody)"
_LATEST = r"(?:most recent|latest|newest|last)"
_BASES = r"(?:base versions?|bases|ancestor versions?|parent versions?)"

_SIGNED: Rules = (
    (r",? of (?:whatever|whichever|any|every|all) (?:kind|sort|type|meaning)s?(?=\W*$)", ""),
    (rf"^\W*whose (?:signatures?|names?) (?:are|is|stands?|appears?)(?: there)? (?:on|under|below|behind|beneath) {_V}",
     r"who signed \1"),
    (rf"^\W*whose (?:approvals?|sign[- ]?offs?) (?:does|do|did|has|have) {_V} (?:have|has|got|carry|bear|get"
     r"|received?)\b",
     r"who approved \1"),
    (rf"^\W*{_V}[:,]? whose signature stands for {_M}", r"who signed \1 with the meaning \2"),
    (rf"^\W*who (?:has )?(?:signed|put (?:his|her|their) name under) {_V} (?:with the meaning|for the meaning"
     r"|meaning|as"
     r"|with|for) (?:of )?approval\b", r"who approved \1"),
    (rf"^\W*who (?:has )?signed {_V} (?:with the meaning|for the meaning|meaning|as|with|for) (?:of )?(?:a )?review\b",
     r"who reviewed \1"),
    (rf"^\W*who (?:has )?signed {_V} (?:with the meaning|for the meaning|meaning|as|with|for) (?:of )?responsibility\b",
     r"who took responsibility for \1"),
    (rf"^\W*(?:has|did|have) {_ANYONE} (?:ever )?(approved?|rejected?|signed?|reviewed?|evaluated?|deployed?) {_V}"
     r"(?: yet)?,? (?:and )?if so,? who(?: was it| did)?", r"who \1 \2"),
    (r"\bwho approve (?=\S+:\d)", "who approved "),
    (r"\bwho reject (?=\S+:\d)", "who rejected "),
    (rf"^\W*(?:the )?{_LATEST} approval\W+(?:and )?(?:of|for) which version\b", "which version was approved last"),
    (rf"^\W*(?:the )?(?:date|day|time) of (?:the )?approval\W+(?:(?:of|for) )?{_V}", r"when was \1 approved"),
    (rf"^\W*(?:the )?(?:date|day|time) of (?:the )?rejection\W+(?:(?:of|for) )?{_V}", r"when was \1 rejected"),
    (rf"^\W*(?:the )?(?:date|day|time) of (?:the )?registration\W+(?:(?:of|for) )?{_X}", r"when was \1 registered"),
    (r"^\W*(?:list |show |all |the )*([\w.' -]+?)(?:'s|s') approvals\b", r"which versions did \1 approve"),
    (r"^\W*(?:list |show |all |the )*approvals (?:by|of) (?!\S+:\d)(?!the\b|a\b|all\b"
     r"|every)", "which versions were approved by "),
    (r"^\W*(?:list |show |all |the )*([\w.' -]+?)(?:'s|s') rejections\b", r"which versions did \1 reject"),
    (r"^\W*(?:list |show |all |the )*rejections (?:by|of) (?!\S+:\d)(?!the\b|a\b|all\b"
     r"|every)", "which versions were rejected by "),
    (rf"^\W*what (?:was |is )?(?:the )?(?:comments?|remarks?|notes?|words) (?:on|with|to|in|came with|stands? with) "
     rf"(?:the )?(?:approval|signature|sign[- ]?off) (?:of|under|on|for) {_V}", r"who approved \1"),
    (rf"^\W*what (?:comments?|remarks?|notes?) (?:came|come|was left|was given|stands?|went) with (?:the )?(?:approval"
     rf"|signature|sign[- ]?off) (?:of|under|on|for) {_V}", r"who approved \1"),
)  # fmt: skip
_CARD: Rules = (
    (r",? (?:going by|according to|by|as per|per|if you go by) (?:its|the|their) (?:model )?card\b", ""),
    (rf"^\W*(?:show|give|tell|list)?(?: me)?(?: please)? ?(?:everything|all|anything)(?: that is| there is)? (?:on|in) "
     rf"the (?:model )?card (?:of|for) {_X}", r"show the card of \1"),
    (rf"^\W*(?:(?:show|give)(?: me)? )?the (?:full|whole|complete|entire) (?:model )?card (?:of|for) {_X}",
     r"show the card of \1"),
    (rf"\bwhat does the (?:model )?card (?:of|for) {_X} (?:say|state|hold|give|have) (?:under|in|for|at|about|on)"
     r" (?:the "
     r"field )?(?:its )?([a-z_ ]+?)(?=\W*$)", r"what is the \2 of \1"),
    (rf"^\W*{_X}(?:'s)? (?:model )?card\W+(?:the )?field ([a-z_]+)", r"what is the \2 of \1"),
    (rf"^\W*what (?:are|were) (?:we|you|people|clinicians) (?:supposed|meant|allowed|expected) to use {_X} for",
     r"what is the intended use of \1"),
    (rf"^\W*what (?:is|was) {_X} (?:intended|meant|supposed|designed) to be used"
     r" for", r"what is the intended use of \1"),
    (rf"^\W*what(?:'s| is) the (?:model|version)(?: that is| live| running| used)? in the ([\w-]+) at {_M}"
     r"(?: (?-i:[A-Z0-9])\w*)* (?:meant|intended|designed)"
      r" for", r"what is the intended use of the model live at \2 \1"),
    (r"\b(which )?models? (?:that |which )?(?:say|says|tell|tells|state|states|have|has) nothing (?:about|on"
     r"|under|for) "
     r"(?:the |their )?([a-z_ ]+?) (?:on|in) their (?:model )?cards?\b", r"which models have no \2"),
    (r"\b(?:which )?models? whose (?:model )?card (?:lacks|says nothing (?:about|under|on)|misses|has no|is"
     r" silent (?:on"
     r"|about)|does not mention) (?:the |any )?([a-z_ ]+?)(?=\W*$)", r"which models have no \1"),
    (r"\b(?:which )?models? (?:that |which )?have (?:an? |some )?([a-z_ ]+?) (?:on|in) their (?:model )?cards?\b",
     r"which models have a \1"),
    (r"\b(?:which )?models? whose (?:model )?card (?:says something (?:about|under|on)|has|holds|mentions|gives"
     r"|states) "
     r"(?:the |an? |some )?([a-z_ ]+?)(?=\W*$)", r"which models have a \1"),
    (r"\bmodels? (without|with no) any card (?:information|entry|entries|content|data)\b", r"models \1 a card"),
)  # fmt: skip
_LINEAGE: Rules = (
    (_FAR + r"(?=[\s,.:?!]|$)", ""),
    (rf"\bhow many(?: different| distinct)? {_KIND} (?:does|do|did) {_X}"
     rf" {_WAYS}{_GO}", r"how many \1 are upstream of \2"),
    (rf"\b(?:which|what) {_KIND} (?:does|do|did) {_X} {_WAYS}{_GO}", r"which \1 are upstream of \2"),
    (rf"\b(?:number|count) of (?:distinct |different )?{_KIND} (?:that |which )?{_X} {_WAYS}{_BACK}",
     r"how many \1 are upstream of \2"),
    (rf"\b(?:how many|number of|count of)(?: the)?(?: different| distinct) {_KIND}\b", r"how many \1"),
    (rf"^.*?\b{_KIND} (?:that |which )?{_X} {_WAYS}{_BACK}(?=\W*$)", r"list the \1 upstream of \2"),
    (rf"^\W*(?:all |the )*data (?:that |which )?{_X} {_WAYS}{_BACK}.*$", r"list the datasets upstream of \1"),
    (rf"^\W*which models have (?:a|any|some) versions? (?:that |which )?{_WAYS}{_BACK}"
     rf" {_X}", r"which models are affected by \1"),
    (rf"^\W*(?:which |list |show |all |the |every )*models? (?:that |which )?(?:depends?|rest|rely) (?:up)?on {_D}",
     r"which models are affected by \1"),
    (rf"^\W*name the models (?:that |which )?depend on {_D}", r"which models are affected by \1"),
    (rf"^\W*(?:which |list |show |all |the |every )*{_KIND} (?:that |which )?{_WAYS}{_BACK} {_X}",
     r"which \1 are downstream of \2"),
    (rf"^\W*(?:which |list |all |the )*{_KIND} (?:that |which )?(?:come|comes|stem|descend|descends) from {_D}",
     r"which \1 are downstream of \2"),
    (rf"^\W*(?:which |list |all |the )*{_KIND} whose (?:lineage|ancestry) (?:contains|holds|includes|has) {_X}",
     r"which \1 are downstream of \2"),
    (rf"^\W*(?:what are )?(?:all )?(?:the )?versions (?:that |which )?{_V} descends from", r"what are the bases of \1"),
    (r"^\W*(?:which |list |all |the )*versions (?:that |which )?descend from"
     rf" {_V}", r"which versions are downstream of \1"),
    (rf"^\W*if {_V} (?:has|had|contains|turns out to have) (?:a |an |some )?(?:flaw|fault|bug|error|defect|mistake),? "
     r"which (?:later |other )?versions (?:inherit|share|have|carry)(?: it)?", r"which versions are downstream of \1"),
    (rf"^\W*(?:what is )?(?:the )?(?:whole |full |complete |entire )?chain of {_BASES} (?:behind|of|for|under) {_V}",
     r"what are the bases of \1"),
    (rf"^\W*(?:what|which) versions did {_V} (?:grow|come|develop|evolve) (?:out of"
     r"|from)", r"what are the bases of \1"),
    (rf"^\W*trace {_X} back to (?:all )?(?:its|the) (?:source |original )?(?:datasets|data|sources|origins)",
     r"list the datasets upstream of \1"),
    (rf"^\W*(?:list |show |which |are |all |the )*runs (?:that are )?in the (?:ancestry|lineage|pedigree) of {_V}",
     r"which runs are upstream of \1"),
    (rf"^\W*(?:list |show |give me |every |all |the )*(?:dataset versions?|datasets?) behind {_V}",
     r"list the datasets upstream of \1"),
    (r"^\W*(?:list |show |give me |every |all |the )*dataset versions? upstream of"
     rf" {_X}", r"list the datasets upstream of \1"),
    (r"^\W*(?:which|what) (?:dataset versions|datasets|data) (?:were|was) (?:joined|merged|combined|put together"
     r"|fused|"
     r"brought together)(?: together)? (?:to make|into|to form|for|to give)"
      rf" {_D}", r"which datasets is \1 derived from"),
    (rf"^\W*{_D} was (?:put together|joined|merged|made|assembled|composed) (?:from|out of|of) what",
     r"which datasets is \1 derived from"),
    (rf"^\W*what are (?:all )?the (?:ancestors|sources|origins|forebears) of (?:the dataset )?{_D}",
     r"list the datasets upstream of \1"),
    (r"^\W*what (?:was|has been|is) (?:built|made|developed|trained) on top of"
     rf" {_V}", r"which versions were derived directly from \1"),
    (r"^\W*what(?:'s| has| have| is| was| were)?(?: been)? (?:tested|evaluated|measured|validated) (?:with|on"
     rf"|against) {_D}",
     r"which versions were evaluated on \1"),
    (rf"^\W*who used {_D} (?:as|for) (?:its |their )?training(?: data)?\W+which"
     r" versions", r"which versions were trained on \1"),
    (rf"^\W*(?:number of|how many) versions (?:with|had|have|use|used) {_D} (?:as|for) (?:their )?training data",
     r"how many versions were trained on \1"),
    (rf"^\W*(?:which )?(runs|versions) (?:with|had|have|use|used) {_D} (?:as|for) (?:their )?training data",
     r"which \1 were trained on \2"),
    (rf"^\W*(?:does|has|did) {_V} (?:have|got|possess) (?:a |an |any )?(?:base|parent)(?: version)?"
     r"(?:,? (?:and )?(?:if so|if yes|which),? ?(?:which|what)?(?: one| is it| version)?)?"
      r"(?=\W*$)", r"what is the base of \1"),
)  # fmt: skip
_HELD: Rules = (
    (r"\b(?:code revision|revision of (?:the |its )?(?:source )?code|(?:git|source) (?:revision|hash"
     r"|sha))\b", "commit"),
    (rf"^\W*what does {_M} do(?=\W*$)", r"describe \1"),
    (r"^\W*(?:from|at|under) (?:which|what) (?:uri|url|address|location|path) (?:do|can|could|should|would) (?:i"
     r"|we|you|one) "
     rf"(?:download|fetch|get|load|pull|find|obtain) {_V}", r"what is the uri of \1"),
    (rf"^\W*where (?:do|can|could|should) (?:i|we|you|one) (?:download|fetch|pull) {_V}(?:"
     r" from)?", r"what is the uri of \1"),
    (r"^\W*how much (?:disk |storage )?(?:space|storage|room) (?:do|does|will|would) (?:we|i|you|it) need for"
     rf" {_V}(?:'s (?:file"
     r"|artifact))?", r"what is the size of \1"),
    (rf"^\W*how much (?:disk |storage )?(?:space|storage|room) (?:do|does) {_V}(?:'s (?:file|artifact))? (?:need"
     r"|take)(?: up)?",
     r"what is the size of \1"),
    (r"^\W*(?:number|count) of (?:records|rows|entries|lines|examples) (?:of|in|for)"
     rf" {_D}", r"how many rows does \1 have"),
    (r"^\W*(?:the )?recorded (source|digest|sensitivity|task|framework|owner) (?:of|for)"
     rf" {_X}", r"what is the \1 of \2"),
    (rf"^\W*who (?:put|entered|placed|brought|got) (?:the (?:dataset|version|model) )?{_X} (?:on|in|into|to|onto)"
     r"(?: the)?"
     r"(?: record| registry| books)(?=\W*$)", r"who registered \1"),
    (r"^\W*what has ([\w.' -]+?) put on (?:the )?record\W+(versions|models"
     r"|datasets)\b.*$", r"which \2 did \1 register"),
    (r"^\W*who (?:ran|started|did|executed|carried out|launched) the training(?: run)? (?:of|for|behind)"
     rf" {_V}", r"who trained \1"),
    (rf"^\W*whose run was it that (?:made|produced|trained|gave) {_V}", r"who trained \1"),
    (rf"^\W*(?:what|which) (?:training )?run (?:does|did) {_V} (?:come|stem|result) (?:out of"
     r"|from)", r"what is the run of \1"),
    (rf"^\W*is {_D} (?:(?:deidentified|de-identified|public|phi)(?:,| or)+ ?){{1,2}}(?:or )?(?:does it (?:hold"
     r"|contain|have) phi"
     r"|deidentified|de-identified|public|phi)(?=\W*$)", r"what is the sensitivity of \1"),
    (rf"^\W*(?:what|which) (?:test|evaluation) (?:sets?|data|datasets?) (?:has|have|was|were) {_V} (?:been )?"
     r"(?:run|tried|tested"
     r"|evaluated|measured) on", r"what was \1 evaluated on"),
    (rf"^\W*(?:do we have|is there) (?:something|anything|a model|one) (?:named|called) {_M}(?: in the "
     r"(?:registry|record))?(?=\W*$)",
     r"do we have \1"),
    (r"^\W*what did (.+?) (?:start|begin) (?:out |off )?with (?:in|at) (?:the )?([\w-]+)"
     r"(?=\W*$)", r"what was the first version live at \1 \2"),
    (r"\bwhat was newly deployed\b", "what was deployed"),
    (r"\b(which|what) ((?:live|deployed|retired|approved) versions?) belongs? to (?=models?\b)", r"\1 \2 are of "),
    (r"^\W*(?:and |so |but )?(its|his|her|their) ([a-z_ ]+?)(?=\W*$)", r"what is \1 \2"),
    (rf"^\W*{_V} on {_D}[:,] whose (?:evaluation|figures?) (?:is|are|was|were) (?:that|it"
     r"|those)", r"who evaluated \1 on \2"),
    (rf"^\W*whose evaluation (?:is|was) (?:that|the one) of {_V} on {_D}", r"who evaluated \1 on \2"),
    (r"^\W*(?:list |show )?(?:the )?(training|validation|test) data (?:in|of|for) the run (?:behind|of|that"
     rf" made) {_V}",
     r"which dataset did the run of \2 use for \1"),
    (rf"^\W*{_D}, ([a-z0-9_]+): (?:who|what|which) is (?:the )?(?:runner-up|second(?: best)?)"
     r"(?=\W*$)", r"which version is second best by \2 on \1"),
    (r"^\W*(?:which |all |list )*versions whose training data (?:is|are|was|were) (public|deidentified"
     r"|phi)\b", r"which versions were trained on \1 data"),
    (r"^\W*dataset versions (?:with|of) sensitivity (public|deidentified|phi)\W+how"
     r" many", r"how many dataset versions are \1"),
    (r"^\W*is there any (?:paperwork|documentation|document|report|reports) (?:on|about|for) (\S+?)\? which"
     r" documents?(?=\W*$)",
     r"which documents are about \1"),
    (rf"^\W*(\w+) since when[:,]? {_V}", r"since when is \2 \1"),
    (r"^\W*what (.+?) (?:is|was) (.+?) allowed to do\W+(?:which|what) roles(?=\W*$)", r"which roles does \2 have"),
    (r"^\W*what (?:is|was) (.+?) allowed to do\W+(?:which|what) roles(?=\W*$)", r"which roles does \1 have"),
    (r"^\W*models? whose (\w+) tag is (\w[\w-]*)", r"models with the tag \1 \2"),
    (rf"^\W*walk me through what (?:was|has been) done (?:with|to) {_X} (?:during|in|over) ",
     r"what was done to \1 in "),
    (rf"^\W*(?:the )?(?:date|day) of (?:the )?(?:very )?first deployment of {_X}", r"when was \1 first deployed"),
    (rf"^\W*(?:the )?(?:very )?first deployment of {_X}\W+(?:date|when|on which day)", r"when was \1 first deployed"),
    (rf"^\W*(?:list |show |name )?(?:all |every |the )*(?:places?|sites?) (?:where |that |which )?{_V} (?:was|has"
     r" been) (?:ever )?"
     r"live(?: in| at)?,? past (?:and|or) present", r"where was \1 ever live"),
    (r"\bversions (?:that )?held (?:the )?(\w+) (?:alias )?(?:for|of) (\S+) (?:over the years|over time|through"
     r" the years)(?=\W*$)",
     r"versions have ever held the \1 of \2"),
    (rf"\b{_M}'s (?:current|present) (champion|challenger|shadow|baseline|candidate)\b", r"the \2 of \1"),
    (rf"^\W*({_X[1:-1]}) runs in how many (sites|environments|places) (?:right now|now|today|currently)",
     r"in how many \2 is \1 live"),
    (r"\b(\w+) (?:95|90|99) ?% (?:ci|confidence interval)\b", r"\1 confidence interval"),
    (rf"^\W*(?:(?:the|what is the) )?(?:95|90|99) ?% (?:ci|confidence interval)s? (?:for|of|on) {_V}'s ([a-z0-9_]+)",
     r"what is the confidence interval of the \2 of \1"),
    (r"^\W*(?:(?:the|what is the) )?(?:95|90|99) ?% (?:ci|confidence interval)s? (?:for|of|on) (?:the )?"
     rf"([a-z0-9_]+) of {_V}",
     r"what is the confidence interval of the \1 of \2"),
    (r"^\W*(?:on|upon) how many (?:patients|cases|people|records|examples|stays|images) (?:does|do|is|was) the "
     rf"([a-z0-9_]+) of {_V} "
     r"(?:rest|based|computed|measured)(?: on)?", r"what is n of the \1 of \2"),
    (rf"^\W*how many (?:patients|cases|people|records|examples) (?:was|is|were) the ([a-z0-9_]+) of {_V} "
     r"(?:computed|measured|based"
     r"|calculated|worked out) on", r"what is n of the \1 of \2"),
    (r"^\W*(?:by|on|going by|judging by|in terms of|as to) (?:the )?([a-z0-9_]+),? (?:should|would|do|must) (?:i"
     r"|we|you|one) (?:prefer"
     rf"|choose|pick|take|use) {_V} or {_V}", r"which is better, \2 or \3, by \1"),
    (rf"^\W*(?:judging|going) by (?:the )?([a-z0-9_]+),? which (?:one )?of {_V} (?:and|or) {_V} (?:is|does) "
     r"(?:the )?better(?: one)?",
     r"which is better, \2 or \3, by \1"),
    (rf"^\W*{_V} or {_V}[:,-]? which (?:one )?(?:wins|is better|is ahead|leads|does better) (?:by|on|in|at) "
     r"(?:the )?([a-z0-9_]+)",
     r"which is better, \1 or \2, by \3"),
    (rf"^\W*(?:put|set|show|place|lay)(?: me)? (?:the )?([a-z0-9_]+) of {_V} (?:and|with) (?:that of |of )?{_V} "
     r"(?:side by side|next to each"
     r" other|together)", r"compare the \1 of \2 and \3"),
    (rf"^\W*(?:(?:what is|show) )?(?:the )?([a-z0-9_]+) of {_V} and of {_V}", r"compare the \1 of \2 and \3"),
    (r"\bgoing from (?=\S+:\d+ to \S+:\d)", "from "),
)  # fmt: skip
_STAGES: Rules = (
    (r"^\W*(?:(?:list|show|name|give)(?: me)? )?(?:everything|all|anything|every version|the versions|all"
     r" versions|versions) "
     rf"(?:whose|with the|with) (?:current |present )?stage (?:is |being |of )?{_STAGE}(?=\W*(?:$|on\b|as of\b"
      r"|now\b|today\b))",
     r"which versions are in stage \1"),
    (rf"\bversions? stands? at {_STAGE}(?: stage)?\b", r"versions are in stage \1"),
    (rf"^\W*where in (?:the|its) (?:life ?cycle|pipeline|process) (did|was|is|does) {_V} ?(?:stand"
     r"|be)?\b", r"what was the stage of \2"),
    (r"\b(what|which) (?:stage|status) is (the (?:version|model) (?:that is )?live (?:at|in) .+?) in(?=\W*$)",
     r"what is the stage of \2"),
    (r"^\W*when was (the (?:version|model) (?:that is |which is )?live (?:at|in) .+?) registered(?=\W*$)",
     r"what is the registration date of \1"),
    (rf"^\W*(is|was|are|were) {_V} (?:in|at) (?:the )?stage {_STAGE}\b", r"\1 \2 at the \3 stage"),
    (rf"^\W*(is|was) {_V} (?:in|at) the {_STAGE} stage\b", r"\1 \2 at the \3 stage"),
    (rf"^\W*how many days did {_V} spend (?:in|at) (?:the )?(?:stage )?{_STAGE}(?: stage)?"
     r"(?=\W*$)", r"how long was \1 in \2"),
    (r"\bwho (?:has )?registered the version (?:that |which )?(\S+:\d+) is based on", r"who registered the base of \1"),
)  # fmt: skip
_MISSING: Rules = (
    (r"^\W*(?-i:[A-Z])[a-z]+ here:\s*", ""),
    (r"\bversions? (?:have|has|with) no (?:recorded )?(?:digest|checksum|hash) for (?:their|its|the) (?:artifact"
     r"|file)s?", "versions have no digest"),
    (r"^\W*versions whose (?:file|artifact) .*?\bno digest is (?:recorded|on record)", "which versions have no digest"),
    (r"^\W*(?:for|of) which (versions|models) is (?:there )?no (?:training )?(run|base|framework|digest|owner"
     r"|document|card)(?: recorded"
     r"| on record| known)?", r"which \1 have no \2"),
    (r"^\W*(?:which |all )?models (?:that )?(?:is there )?no document (?:covers|about|mentions|is about"
     r"|describes)?(?:, nor any of their versions)?",
     "which models have no document"),
    (r"^\W*which models is there no document (?:about|on|for)", "which models have no document"),
    (r"\b(retired),? (?:and|but|yet) (?:nevertheless|nonetheless|still|all the same) (?:in use|live"
     r"|running)\b", r"\1 and live"),
    (r"^\W*did any versions? ever (?:reach|get (?:in)?to|go (?:in)?to) production without (?:anybody|anyone"
     r"|somebody) (?:ever )?approving "
     r"(?:it|them)\b.*$", "which versions reached production and were never approved"),
)  # fmt: skip
_WANTED: Rules = (
    (rf"^\W*(?:please |pls )?(?:can you |could you |would you )?(?:get|have) {_X} (deploy|approv|reject|retir"
     r"|withdraw|register|promot|publish)"
     r"(?:ed|d|n)\b", r"please \2 \1"),
    (r"^\W*(?:please )?(?:see (?:to it )?that|make sure(?: that)?|ensure(?: that)?|take care that|arrange for"
     rf"|arrange that) {_X} "
     r"(?:is|gets|be|to be|becomes|will be) (deploy|approv|reject|retir|withdraw|register|promot|publish)(?:ed|d"
      r"|n)\b", r"please \2 \1"),
    (rf"^\W*(?:i(?: would|'d)? (?:want|need|like)|we (?:want|need)) {_X} (?:to be )?(deploy|approv|reject|retir"
     r"|withdraw|register|promot"
     r"|publish)(?:ed|d|n)\b", r"please \2 \1"),
    (rf"^\W*{_X} (?:should|must|needs to|has to|ought to) be (deploy|approv|reject|retir|withdraw|promot|publish)"
     r"(?:ed|d|n)"
     r"(?= |[.!]|$)(?!.*\?)", r"please \2 \1"),
    (rf"^\W*i(?:'m| am) (?:happy|content|satisfied|fine|ok|okay) with {_X}\W+(?:so |and |please )*(?:put|add|set"
     r"|record|note) my "
     r"(?:approval|signature|name|sign[- ]?off) (?:on|under|to|for) (?:it|that).*$", r"please approve \1"),
    (r"^\W*(?:please )?(?:put|add|set|record) my (?:approval|signature|sign[- ]?off) (?:on|under|to|for)"
     rf" {_X}", r"please approve \1"),
    (r"^please (approv|retir|promot)(?= )", r"please \1e"),
)  # fmt: skip
_COUNTED: Rules = (
    (r"(?:^|(?<=[.!] ))\W*(?:(?:what is|what's|give me|tell me|state|i need|we need|i want) )?(?:please )?"
     r"(?:the )?(?:total|(?:total |overall )?(?:number|count)"
     r" of|(?:total|tally|sum) of) (?:all )?(?:the )?(?=models?\b|versions?\b|datasets?\b|dataset versions?\b"
     r"|runs?\b|sites?\b|documents?\b|people\b|approvals?\b|evaluations?\b)", "how many "),
    (rf"\b(?:to|into|up to) how many versions (?:has|have|did) {_M} (?:grown|grow|come|expanded|multiplied|run"
     r"|got|gotten|reached|arrived)(?: (?:to|up|at))?(?: by now| so far| to date| now| today| until now)?(?=\W*$)",
     r"how many versions does \1 have"),
    (r"\b(how many (?:models|versions|datasets|runs|sites|documents)) (?:that )?(?:do )?(?:we|you|they) (?:hold|have"
     r"|keep|store|own|list)(?= in the (?:registry|register|record)|\W*$)", r"\1 are there"),
    (r"^(how many versions) (deployed|live) (?=at|in)", r"\1 are \2 "),
    (rf"\bhow (?:is|was) {_M} described\b(?: in the (?:registry|register|record))?", r"what is the description of \1"),
    (rf"\b(?:having|with|that have|which have|who have) (?:any |some )?(?:evaluation |test |recorded )?(?:results"
     rf"|evaluations|measurements) (?:recorded )?on (?={_D})", "evaluated on "),
    (r"\b(?:whose name is|who is|whose name was) (?:logged|recorded|entered|noted|down|written down|on record"
     r"|registered) (?:for|as) (?:giving|having given) ", "who gave "),
)  # fmt: skip
_KINDS = r"(?:models|versions|datasets|dataset versions|runs|sites|places|documents|people|accounts)"
_NOTED = r"(?:recorded|registered|reported|noted|logged|kept|on record|on file)"
_VALUE = (
    r"((?:(?!(?:and|or|than|between|difference|which|that|who|when|versions|models|datasets)\b)[\w-]+ ){0,3}[\w-]+)"
)
_CIVIL = (
    r"^\W*(?:(?:please|kindly|now|first|then)[, ]+)*(?:(?:could|can|would|will) you (?:please |kindly )?"
    r"|(?:i|we)(?: would|'d)? (?:need|want|like)(?: you)? to |(?:i|we) have to )?(?:please |kindly )?"
)
_RANKED: Rules = (
    (r"\b(?:the )?(?:number (?:two|2)|runner-up)(?= (?:by|on|in|for|at)\b)", "second best"),
    (r"\bby ([a-z0-9_]+) on (\S+@[\w.-]*\w), which (?:one|version) (?:is|comes|came|ranks) (?:number (?:two|2)|second"
     r"|runner-up|in second place)(?=\W*$)", r"which version is second best by \1 on \2"),
    (rf"^\W*which (?:one )?of {_V} (?:and|or) {_V} has the (?:superior|stronger|better) ([a-z0-9_]+)(?=\W*$)",
     r"which is better, \1 or \2, by \3"),
    (rf"^\W*(?:of|between) {_V} and {_V},? (?:please )?(?:tell me|name|give me|show me) (?:the )?(?:one|version)"
     r" (?:with|that has) the (?:superior|stronger|better) ([a-z0-9_]+)(?=\W*$)", r"which is better, \1 or \2, by \3"),
    (rf"^\W*(?:judged|going|judging) (?:purely |only |solely )?(?:by|on) ([a-z0-9_]+)(?: alone| only)?,? "
     rf"(?:which (?:one )?(?:comes out ahead|is ahead|is better|performs better|does better)|is it),? {_V} or {_V}"
     r"(?: that (?:performs|does|is) better)?(?=\W*$)",
     r"which is better, \2 or \3, by \1"),
    (r"\b(versions|models) (?:are |is )?working (?=in|at)", r"\1 are live "),
    (rf"\btraining inputs? of {_V}", r"training data of \1"),
)  # fmt: skip
_OPENED: Rules = (
    (rf"\bthe (?:complete|full|whole) (?:set|list) of (?={_KINDS})", "all "),
    (rf"\bthe names of (?:all )?(?:the |our )?(?={_KINDS})", "the "),
    (rf"{_CIVIL}(?:read(?: out)?|quote|give|tell|insert|get|fetch|report|provide|supply"
     rf"|state)(?: (?:to|for))?(?: me| us)?(?: out| with)?"
     rf" the {_VALUE}(?: {_NOTED})? (?:of|for|against) {_X}(?:,? (?:for me|to me|please|now))*(?=\W*$)",
     r"what is the \1 of \2"),
    (rf"^.{{0,40}}?\b(?:i|we)(?: would|'d)? (?:need|want|like)(?: to (?:have|see|know))? the {_VALUE} {_NOTED}"
     rf" (?:against|for|of|on) {_V}(?=\W*$)", r"what is the \1 of \2"),
    (rf"{_CIVIL}(?:identify|enumerate|name|list|put together|compile|collect|gather|show|give|find|need|want)"
     rf"(?: (?:for )?(?:me|us))? ((?:all |every |the |each |of )*{_KINDS}) ", r"list \1 "),
    (rf"\b({_KINDS}) (?:presently|currently|now) (?:sitting|standing|being|waiting) (?=in|at)", r"\1 "),
    (r"\bin the (experimental|validation|production|retired) stage\b", r"in stage \1"),
    (rf"\bwhat is the row count of {_D}", r"how many rows does \1 have"),
    (r"\bversions (?:bearing|carrying|having|with) (?:the|an) approval (?:of|from|by) ", "versions approved by "),
    (r"\bhow many versions carry an approval (?:of|from|by) ", "how many versions were approved by "),
)  # fmt: skip
_ALL: Rules = (*_WANTED, *_RANKED, *_OPENED, *_COUNTED, *_SIGNED, *_CARD, *_LINEAGE, *_HELD, *_STAGES, *_MISSING)
_COMPILED = [(re.compile(pattern, re.I), plain) for pattern, plain in _ALL]
_FIELD = re.compile(r"\b(intended_use|out_of_scope)\b", re.I)


@lru_cache(maxsize=512)
def plainer(question: str) -> str:
    """Return the question without its turns of phrase."""
    if '"' in question or "“" in question:
        return question
    wish = wishes.plain(" ".join(question.split()))
    if wish is not None:
        return wish
    text = settled(" ".join(question.split()))
    for pattern, plain in _COMPILED:
        text = pattern.sub(plain, text)
    return _FIELD.sub(lambda found: found.group().replace("_", " "), text)

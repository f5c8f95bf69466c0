"""Words that an answer may use of itself. Any other word says something, and what says something must be the record's.

Figures, names and dates are not all that can be false: "needs no review" has none of them. So prose outside quotation
marks is held to the words that telling a record takes, to those of the question, and to those of the cited facts. It
has no "you" or "I" and no "may", "must" or "should": a record tells what is, it allows and orders nothing.
"""

import re
from collections.abc import Iterator

from askreg.agent import wording
from askreg.agent.facts import Fact
from askreg.agent.verify.claims import Claim, Problem

_PLAIN = frozenset(
    """
    a about above according accordingly across actually after again against ago all almost alone along already also
    although altogether always am among an and another answer answers any anyone anything apart appear appears are
    around as aside ask asked asks at away back be became because become becomes been before beforehand began begin
    beginning begins behind being below beneath beside besides between beyond both but by came cannot come comes
    coming concern concerning concerns did differ differed difference differences different differently differs do
    does doing done down due during each earlier earliest eight either eleven else elsewhere end ended ending ends
    enough entire entirely equal equally even ever every everyone everything everywhere exactly except far few fewer
    finally find finds first firstly five follow followed following follows for formerly four fourth from full fully
    further gave get gets give given gives go goes going gone got had half has have having he hence her here hers him
    his how however if immediately in including indeed indicate indicated indicates inside instead into is it its
    itself just kept know known last lastly late later latest latter least left less let like likewise listed long
    longer longest made mainly make makes many meanwhile mentioned more moreover most mostly much name named namely
    names near nearest nearly neither never nevertheless new newer newest next nine no nobody none nor not note noted
    notes nothing now nowhere occurred of off often old older oldest on once one ones only onto or order other others
    otherwise out outside over overall own part partly parts past per perhaps possible present presently previous
    previously prior question questions quite rather reached reaches read reading reads really recent recently
    relation remain remained remains respectively return returned returns said same saw say saying says second see
    seem seems seen seven several she short shortly show showed showing shown shows since single six so some someone
    something sometimes soon state stated states still such taken takes taking tell telling tells ten than that the
    their them themselves then there thereby therefore these they thing things third this those though three through
    throughout thus till to today together told too took total toward towards twelve twice two under unless unlike
    until unto up upon use used uses using usual was way ways well went were what whatever when whenever where whereas
    whether which while who whoever whole whom whose why will with within without word wording words yes yet zero
    """.split()
)
_RECORD = frozenset(
    """
    active added alias aliases alike applicable applied applies apply approval approvals approve approved approver
    approves architecture artifact artifacts assign assigned associated attached author authored authorship available
    base based bases batch began belong belongs build built bytes candidate card cards carried carries category
    challenger champion change changed changes checkpoint closed code cohort cohorts column commit commits committed
    common comparable compare compared compares comparing comparison complete configuration configured contain
    contained contains control count counted counts covers create created creates creator current currently data
    database dataset datasets date dated dates decided decision decisions declined defined deidentified deploy
    deployed deployer deployment deployments derivation derivations derive derived derives descend descendant
    descendants descended descends described describes description detail details deviation digest direct directly
    display document documents downstream empty enter entered entries entry environment environments evaluate
    evaluated evaluates evaluation evaluations event events evidence exist existed existing exists experimental field
    fields figure figures file files filter filtered format found fraction framework frameworks generated grade grades
    group groups had held hence historical history hold holder holders holding holds hospital hospitals identifier
    include included includes indirect indirectly individual inherited initially input inputs instant intended
    interval intervals introduced involved item items key kind kinds label labelled labels lapse lapsed lapses latest
    lead leading leads led level library limit limited limits line lineage link linked links list lists live location
    log logged maintained maintainer mark marked matches matching meaning measure measured measurement measurements
    measures member members metric metrics missing model models moment move moved moves number numbers numeric
    observed occupied open origin original originally originate outcome output outputs owned owner owners ownership
    owns parameter parameters parent parents patients people person persons pinned place placed places point points
    population position possibly precede preceded precedes predecessor prepared previous printed private produced
    produces production project promoted promotion proportion provenance public published purpose put ran range rank
    ranked ranking ranks rate reason reasons record recorded recording records refer referred refers region regions
    register registered registers registration registry reject rejected rejecting rejection rejections rejects relate
    related release released relevant removed replace replaced replaces report reported reports repository represent
    represents respect respond response responsibility responsible rest rests result resulted results retire retired
    retirement retires retrieved review reviewed reviewer reviews role roles row rows run running runs sample samples
    schema score scored scores search section sensitivity separate serve served serves service set sets setting
    settings share shared shares side sign signature signed signer signing signs similar site sites size source
    sources split splits stage staged stages stand standing stands start started starting starts status step steps
    stood stop stopped stops store stored subject subjects subset succeeded summary support table tag tagged tags
    target task tasks test tested testing tests text texts time timeline times title titled titles trace traced train
    trained training trains transition turn type types underlying unit units unknown upstream validate validation
    value values variant version versions via views withdraw withdrawal withdrawn withdrew written wrote
    """.split()
)
_MEASURE = frozenset(
    """
    about absolute adult adults age ago ahead am amount approximately apr april aug august average averages beat
    beaten beats best better bigger biggest bound bounds child children ci clear clearly compare confidence daily date
    day days dec december decline declined declines decrease decreased decreases degree deteriorated dropped drops
    duration earlier eg elapsed equal etc evening exceeded exceeds fall fallen falls faster fastest feb february fell
    female friday gain gained gap gb greater greatest grew grown half high higher highest hour hours id identical ids
    ie improve improved improvement improves improving increase increased increases inferior inside internal jan
    january jul july jun june k kb lagging large larger largest leader leaderboard least level local longest low lower
    lowest male man mar march margin maximum mb mean means median men midnight minimum minute minutes monday month
    months morning ms n narrow narrower nd night noise noon nov november oct october outperform outperformed
    outperforms outside overlap overlapping overlaps party percent percentage percents performance performed performs
    phi pm points precise quality quarter ratio rd regressed relative rise risen rises rose rounded s saturday second
    seconds self sep sept september sex share shorter shortest shrank significant significantly since slightly slower
    slowest small smaller smallest st statistically strong stronger strongest sum sunday superior surpassed surpasses
    th third thursday tie tied ties times top tuesday uncertain uncertainty unchanged unclear underperformed
    underperforms uri url utc vendor vs weak weaker weakest wednesday week weeks whereas wide wider woman women worse
    worsened worst year years
    """.split()
)
_ALLOWED = _PLAIN | _RECORD | _MEASURE
_JUDGED = re.compile(
    r"\b(?:safe(?:ly|ty)?|unsafe|certif\w+|complian\w+|recommend\w*|endors\w+|trustworth\w+|reliable|harmless|guarantee\w*"
    r"|cleared|authori[sz]\w+|permitted|allowed|suitable|ready|fit|effective|proven|accurate(?:ly)?|dangerous|fda|ce)\b",
    re.IGNORECASE,
)
_COMPARABLE = re.compile(r"\bcan(?:not)? (?:not )?be compared\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’][a-z]+)?")


def unvouched(claim: Claim) -> Iterator[Problem]:
    """Yield words that neither telling a record takes, nor the question or a cited fact holds."""
    if not claim.evidence.asserting:
        return
    own = {word for fact in (*claim.facts, *claim.introduced) for word in _of(claim, fact)}
    asked = {word.group().casefold() for word in _WORD.finditer(claim.evidence.question)}
    names = {part for name in claim.evidence.names for part in _parts(name)}
    spared = [(t.start, t.end) for t in claim.tokens if t.kind == "date"]
    spared += [m.span() for m in _COMPARABLE.finditer(claim.prose)]
    for found in _WORD.finditer(claim.prose):
        word = re.sub(r"['’](?:s|t|re|ve|ll|d|m)$|n['’]t$", "", found.group().casefold())
        if any(a <= found.start() < b for a, b in spared):
            continue
        if word in own or (word in _ALLOWED and not _JUDGED.fullmatch(word)):
            continue
        if _JUDGED.fullmatch(word) or not (word in asked or word in names):
            yield claim.problem(
                "unsupported", f"{found.group()!r} is a word of no cited fact; quote it from one or leave it out"
            )


def _of(claim: Claim, fact: Fact) -> Iterator[str]:
    """Yield the words that a fact vouches for: what it is about, and its value if that is no prose."""
    for mate in claim.evidence.row(fact.id):
        yield from _parts(mate.field)
        for text in (mate.value, mate.subject, mate.unit, mate.evidence, mate.split, mate.cohort):
            if text and not wording.is_prose(text) and not wording.is_free(mate.field):
                yield from _parts(text)


def _parts(text: str) -> Iterator[str]:
    yield from (word.group().casefold() for word in _WORD.finditer(text))

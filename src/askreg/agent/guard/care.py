"""Words that speak of one person and their care, and dates: over normalised text in lower case."""

from askreg.agent.guard.lazy import Lazy

OLD = Lazy(
    r"""(?<![\w.=<>-])(?:
      (?:aged?|age\ is|age:|turned|turning)\s*:?\s*(?:9\d|1[0-2]\d)(?![\w%.])
      (?!\s?(?:\+|and\ (?:over|older|above)|or\ (?:over|older|more|above)|plus|to\b|-))
    | (?:9\d|1[0-2]\d)\s?-?\s?
      (?:y/?o\b|y\.o\.|yom\b|yof\b|yrs?\b\.?(?:\s?-?old)?|years?[\ -]old|year[\ -]old|years\ of\ age)
    | (?:9\d|1[01]\d)\s?(?:m|f)(?=[\s,.;)/]|$)(?!\s*[<>=])
    | ninety[\ -]?(?:one|two|three|four|five|six|seven|eight|nine)?[\ -]years?[\ -]old
    | (?:a\ )?centenarian
    )""",
    verbose=True,
)
"""A person's age over 89; a cohort's (`age>=90`, "aged 90 and over") is none."""

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY, _TWO_DAY = r"(?:3[01]|[12]\d|0?[1-9])", r"(?:3[01]|[12]\d|0[1-9])"
_YEAR = r"(?:19|20)\d\d"
_CLOCK = r"[t\ ]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:\ ?utc|z|[+-]\d\d:?\d\d)?"
_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|\w+teenth|twentieth"
    r"|twenty[\ -]\w+|thirtieth|thirty[\ -]first)"
)
DATE = Lazy(
    rf"""(?<![\w.:/@-])(?:
      {_YEAR}[-/.](?:0?[1-9]|1[0-2])[-/.]{_DAY}(?:{_CLOCK})?
    | {_DAY}[./-]{_DAY}[./-](?:{_YEAR}|\d\d)
    | {_DAY}(?:st|nd|rd|th)?[\ -]?(?:of\ )?{_MONTH}(?:[\ ,-]{{0,2}}(?:{_YEAR}|'?\d\d)(?!\d))?
    | {_MONTH}[\ -]?{_DAY}(?:st|nd|rd|th)?(?!\d)(?:,?\ ?{_YEAR})?
    | {_MONTH}[\ ,-]{{1,2}}{_YEAR}
    | (?:the\ )?{_ORDINAL}\ of\ {_MONTH}(?:,?\ {_YEAR})?
    | (?:christmas|boxing|new\ year'?s|easter|midsummer)\ (?:day|eve|sunday|monday)(?:,?\ {_YEAR})?
    | {_YEAR}(?:0[1-9]|1[0-2]){_TWO_DAY} | {_TWO_DAY}(?:0[1-9]|1[0-2]){_YEAR}
    | {_YEAR}-(?:0[1-9]|1[0-2]) | {_DAY}/(?:1[0-2]|0?[1-9])
    )(?![\w:/@])(?!-\d)(?!\.\d)""",
    verbose=True,
)
DATED = ("day", "eve", "easter", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
EARLY = Lazy(r"(?<![\w.])1[89]\d\d(?![\w.]*\w)")
"""Years before any registry of models."""
EARLIEST = 1995

_RELATIVES = "mother|father|wife|husband|daughter|grandmother|grandfather|mum|mom|dad"
STRONG = Lazy(
    rf"""(?<![\w-])(?:
      dob|d\.o\.b\.?|birth(?:\ ?day|\ ?date)|date\ of\ (?:birth|death|admission|discharge|service|surgery)|born|mrn
    | admitted|discharged|died|deceased|passed\ away|expired\ on|hospitali[sz]ed
    | (?:my|our|this|the|a)\ patient
      (?=[\s,.:;?!']*(?:$|\d|was|is|has|had|who|with|in\ bed|came|seen|from|on\ \d|[,.:;]))
    | pt|pts|pt's|patient's|(?:he|she)\ (?:was|is|has|had|came|went|presented|died|lives)|mrs?\.?|year[\ -]old|y/o|yo
    | (?:{_RELATIVES}|son|brother|sister)|geb\.|geboren|nee?\ le|nacid[oa]|doa|dos|lmp|edd
    | next\ of\ kin|admit\ date|adm\ date|dc\ date|presented\ (?:to|with|on)|appointment|transfused|underwent
    | operated\ on|seen\ (?:in|by|on|at)|visited|vaccinated|intubated\ on|readmitted|diagnosed
    )(?![\w-])""",
    verbose=True,
)
"""Words of one person's care, with which a date is a patient's."""

_EVENTS = r"""patient|admission|admit|discharge|death|birth|visit|seen|surgery|procedure|operation|biopsy|clinic
    |follow[\ -]?up|f/u|consult(?:ation)?|encounter|treated|transfer(?:red)?|collected|fall|fell|scan|ct|mri|chemo
    |dialysis|delivery|transplant|injection|dose|prescribed|onset|arrest|stroke|stay"""
WEAK = Lazy(
    rf"""(?<![\w-])(?:{_EVENTS}|treatment|lab\ draw|labs|blood\ draw|specimen|x-?ray|ultrasound|symptoms?|bed|ward
    |culture|mi|case|due|weeks|gestation\w*|pregnan\w+|started|chest|pain|injur\w+
    |came\ to|presented|brought\ in|unwell|breathless|collapsed?)(?![\w-])""",
    verbose=True,
)
"""Words of care that registry questions use as well."""
ATTACHED = Lazy(
    rf"""(?<![\w-])(?P<cue>{_EVENTS}|drawn|appointment|scheduled|booked)
    (?:\s+(?:date|on|at|of|from|since|for|was|is|in|the|dated|again|here|morning|evening)|[\s:=,(-]+)*\s*$""",
    verbose=True,
)
"""What may stand right before a patient's date."""

ALONE = Lazy(
    rf"""(?<![\w-])(?:
      \d{{1,3}}\s?-?\s?(?:yo|y/o|y\.o\.|yom|yof|yrs?\ old|year[\ -]olds?|years?\ old|yr[\ -]old)
    | \d{{1,2}}\s?[mf](?=[\s,.;)/]|$) | (?:my|this|our)\ patient | pts?
    | bed\ (?:no\.?\ |number\ )?[a-z]?\d+ | room\ \d+ | cubicle\ \d+
    | (?:his|her)\ (?:{_RELATIVES}|son|scan|chart|notes|chest|discharge|admission|labs|blood|bp|score|dose|risk
      |results?)
    | (?:{_RELATIVES})(?:'s)?
    )(?![\w-])""",
    verbose=True,
)
"""Words that speak of one person."""

BODY = Lazy(
    r"""(?<![\w-])(?:
      (?:finger|thumb|palm|voice|face|hand|ear)\ ?prints?|retina(?:l)?\ (?:scan|print|pattern|template)s?
    | iris\ (?:scan|code|template|pattern)s?|voice\ (?:sample|recording|template)s?|face\ ?id
    | dna\ (?:profile|sample|sequence)|biometrics?(?:\ \w+)?|gait\ (?:signature|pattern)s?|vein\ patterns?
    | hand\ geometry|keystroke\ (?:profile|pattern)|genome\ (?:sequence|file)
    )(?![\w-])""",
    verbose=True,
)
FACE = Lazy(
    r"""(?<![\w-])(?:
      (?:full[\ -])?fac(?:e|ial)\ (?:photo|photograph|image|picture|shot|pic)s?|photo(?:graph)?s?|selfies?
    | head\ ?shots?|mug\ ?shots?|snapshots?\ of\ (?:him|her|the\ patient)|portraits?|pictures?|pics?|passport\ photo
    )(?![\w-])""",
    verbose=True,
)
OF_SOMEONE = Lazy(
    rf"""(?<![\w-])(?:
      his|her|their|patient'?s?|pt'?s?|mrs?|ms|him|he|she|{_RELATIVES}|son|child'?s?|woman'?s?|man'?s?|on\ file
    | enrolled|enrolment|consent|wound|bedside|face|facial
    )(?![\w-])""",
    verbose=True,
)
"""Words that make a picture or a mark of a body somebody's."""

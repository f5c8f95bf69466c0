"""What identifiers look like: patterns over normalised text in lower case, by category.

Most identifiers are no more than a number; what it is, the words before it say (`CUED`).
"""

import re
from typing import Literal, TypeAlias

Category: TypeAlias = Literal[
    "name",
    "geography",
    "date",
    "phone",
    "fax",
    "email",
    "ssn",
    "mrn",
    "health-plan",
    "account",
    "licence",
    "vehicle",
    "device",
    "url",
    "ip",
    "biometric",
    "photo",
    "other-id",
    "unrecognised",
]
"""The eighteen identifiers of Safe Harbor, and what the gate cannot vouch for."""


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.VERBOSE)


_LINK = r"(?:[\s:#=(,.-]|\b(?:number|numbers|num|no|nr|n°|id|ids|code|is|was|are|of|on|at|the|his|her|card|ending|in)\b){0,8}"
_VALUE = (
    r"(?=[a-z]{0,5}[\s./-]?[a-z]{0,3}[\s./-]?\d)(?P<value>[a-z0-9]+(?:[./-][a-z0-9]+|\ (?=[a-z]{0,2}\d)[a-z0-9]+)*)"
)

# Words that announce a number, and what it then is.
CUES: tuple[tuple[Category, str], ...] = (
    ("ssn", r"ssn|s\.s\.n\.?|ss\#|social\ security|social\ sec|soc\ sec"),
    ("fax", r"fax|facsimile|telefax"),
    ("mrn", r"mrns?|m\.r\.n\.?|medical\ record|med\ rec|medical\ rec|hospital\ (?:number|no|id|nr)|chart\ (?:number|no|id|\#)"
            r"|patient\ (?:number|no|id|nr|\#)|pat\ ?id|patientid|pid|unit\ (?:number|no)\b|nhs|nhs\ (?:number|no)|chi\ (?:number|no)"
            r"|hosp\ (?:no|id|number)|urn|um?pi|empi|krankenaktennummer|dossier|historia\ clinica"),
    ("health-plan", r"health\ ?plan|insurance|insurer|policy\ (?:number|no|id|\#)|member\ ?(?:number|no|id|\#)|beneficiary"
                    r"|subscriber|medicare|medicaid|mbi|hicn?|group\ (?:number|no|id|\#)|payer|payor|aetna|cigna|humana|kaiser"
                    r"|bcbs|blue\ cross|unitedhealth(?:care)?|ehic|plan\ (?:number|no|id|\#)|kvnr|versicherten(?:nummer)?|bupa|tricare"),
    ("account", r"account|acct|a/c|acc\ no|billing\ (?:number|no|id|ref)|invoice|iban|credit\ card|debit\ card|visa|mastercard"
                r"|amex|sort\ code|routing\ (?:number|no)|guarantor|bank\ (?:number|no)|card\ (?:number|no|ending)"),
    ("licence", r"licen[cs]e|licen[cs]e\ (?:number|no)|driver'?s|driving|dea|npi|passport|certificate|cert\ (?:no|number)"
                r"|gmc|nmc|medical\ council|permit|dl\ (?:no|number|\#)|registration\ (?:certificate|cert)|führerschein|green\ card|visa\ no"),
    ("vehicle", r"(?:licen[cs]e|number|registration|reg)\ plates?|plates?|vin|vehicle(?:\ (?:id|identification|registration|reg))?"
                r"|car\ reg(?:istration)?|tags?\ (?:number|no)|kennzeichen|registered\ (?:vehicle|car)"
                r"|(?:ford|toyota|bmw|honda|audi|volvo|ambulance|car|van|truck|motorbike|vw|volkswagen|tesla)(?:\ \w+)?\ (?:reg|plate|vin|tag)"),
    ("device", r"serial|s/n|sn|device|imei|udi|pacemaker|implant(?:ed)?|(?:insulin\ |infusion\ )?pump|defibrillator|stent"
               r"|prosthesis|hearing\ aid|ventilator\ (?:unit|serial|no)|lot\ (?:number|no)|mac(?:\ address)?|cochlear|cgm|glucometer|lead\ model"),
    ("other-id", r"accession|specimen|barcode|sample\ (?:id|number|no)|encounter|csn|visit\ (?:number|no|id)|case\ (?:number|no|id|\#)"
                 r"|study\ (?:id|number|no)|subject\ (?:id|number|no)|participant|trial\ (?:id|number|no)|order\ (?:number|no|id)"
                 r"|rx|prescription|episode\ (?:number|no|id)|fin|ref(?:erence)?\ (?:number|no)|our\ ref|your\ ref|employee|badge|staff\ (?:id|number|no)"
                 r"|student|national\ id(?:entity)?|identity\ card|aadhaar|nino|national\ insurance|ni\ (?:number|no)|bsn|cpf|curp|codice\ fiscale|pesel"
                 r"|personnummer|tax\ (?:id|number)|tin|tfn|sin\ (?:number|no)|wristband|referral\ (?:number|no|id)|claim\ (?:number|no|id)"
                 r"|donor\ (?:id|number|no)|bag\ (?:number|no)|locker|ticket\ (?:number|no)|appointment\ (?:number|no|id)|username|user\ id|login"),
    ("phone", r"phone|telephone|tel|mobile|cell(?:phone)?|call|called|ring|rang|text|pager|bleep|whatsapp|ph|landline|contact(?:\ (?:number|no))?"
              r"|reach(?:ed|able)?(?:\ (?:him|her|them))?|telefon|téléphone|handy|sms|dial|beeper|home\ (?:number|no)|work\ (?:number|no)|number"),
)  # fmt: skip
LEAST_DIGITS: dict[Category, int] = {"phone": 6, "fax": 6, "ssn": 4, "account": 4, "health-plan": 4, "vehicle": 2}
"""So many digits make a value of a category; of the others, three."""

CUED: tuple[tuple[Category, re.Pattern[str]], ...] = tuple(
    (category, re.compile(rf"(?<![a-z0-9])(?:{_words})(?![a-z0-9]){_LINK}{_VALUE}", re.VERBOSE))
    for category, _words in CUES
)

BRACKETED = re.compile(rf"{_VALUE}\s*\((?P<cue>mrn|nhs|nhs no|ssn|patient id|hospital number)\)", re.VERBOSE)
"""A number that is explained behind it."""

COLONS = re.compile(r"(?<![\w:])[0-9a-f:]*:[0-9a-f]*:[0-9a-f:.]*[0-9a-f:](?![\w:])")
"""What may be an address of the sixth version of IP."""

_TLD = r"(?:com|org|net|edu|gov|mil|int|info|health|hospital|clinic|care|me|io|app|dev|uk|us|ca|au|nz|ie|de|fr|es|it|nl|be|ch|at|pl|se|no|dk|fi|pt|gr|cz|hu|ro|in|jp|cn|br|mx|za|ng|ke|example|test|local|invalid)"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_STATE = (
    r"(?:al|ak|az|ar|ca|co|ct|de|fl|ga|hi|id|il|in|ia|ks|ky|la|me|md|ma|mi|mn|ms|mo|mt|ne|nv|nh|nj|nm|ny|nc|nd|oh|ok|or"
    r"|pa|ri|sc|sd|tn|tx|ut|vt|va|wa|wv|wi|wy|dc|pr)"
)
_STREET = (
    r"(?:street|road|avenue|ave|lane|boulevard|blvd|crescent|terrace|drive|parkway|highway|gardens|grove|mews|hwy|pkwy|rd"
    r"|quay|strasse|allee|gasse|platz)"
)

SHAPED: tuple[tuple[Category, re.Pattern[str]], ...] = (
    ("email", _re(rf"[\w.+%'-]+\s?@\s?(?:[a-z0-9-]+\.)+(?:{_TLD}|[a-z]{{3,12}})(?![\w-])")),
    ("email", _re(r"\b[\w.+-]+\ (?:\(at\)|\[at\]|at)\ [\w.-]+\ (?:\(dot\)|\[dot\]|dot)\ [a-z]{2,10}\b")),
    ("url", _re(r"\b(?:https?|ftp)\s?:\s?//\s?\S+|\bwww\.\S+")),
    ("url", _re(r"(?<![\w.@/-])(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|health|hospital|clinic|co\.uk|nhs\.uk|example)(?:/\S*)?(?![\w@-])")),
    ("ip", _re(rf"(?<![\w.])(?<!version\ )(?<!v)(?:{_OCTET}\.){{3}}{_OCTET}(?![\w.]*\w)(?:/\d+)?")),
    ("device", _re(r"(?<![\w:-])[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?![\w:-])")),
    ("device", _re(r"\(01\)\s?\d{14}(?:\(\d\d\)\s?\w+)*|(?<!\d)\d{2}-\d{6}-\d{6}-\d(?!\d)")),
    ("ssn", _re(r"(?<![\w-])\d{3}\ ?[-.\ ]\ ?\d{2}\ ?[-.\ ]\ ?\d{4}(?![\w-])|(?<!\w)[x*]{3}-[x*]{2}-\d{4}(?!\d)")),
    ("phone", _re(r"(?<![\w+])\+\s?\d{1,3}[\s.-]?(?:\(0?\)\s?)?(?:\(?\d{1,5}\)?[\s./-]?){2,5}\d{2,5}(?!\w)")),
    ("phone", _re(r"(?<![\w.-])(?:1[\s.-])?\(?\d{3}\)?\s?[\s.-]\s?\d{3}\s?[\s.-]\s?\d{4}(?:\s?(?:x|ext\.?)\s?\d+)?(?![\w-])")),
    ("phone", _re(r"(?<![\w.-])\(?0\d{2,5}\)?[\s./-]?\d{3,4}[\s.-]?\d{3,4}(?![\w.-])|(?<![\w.-])0\d(?:[\s.]\d\d){4}(?![\w.-])|(?<![\w.-])00\d{9,13}(?!\w)")),
    ("phone", _re(r"(?<![\w.-])\d{3}-\d{4}(?![\w-])")),
    ("health-plan", _re(r"(?<!\w)\d[a-z][a-z0-9]\d-?[a-z][a-z0-9]\d-?[a-z]{2}\d{2}(?!\w)")),
    ("account", _re(r"(?<!\w)(?=(?:[a-z\s]*\d){12})[a-z]{2}\d{2}(?:\s?[a-z0-9]{4}){3,7}(?:\s?[a-z0-9]{1,3})?(?!\w)")),
    ("account", _re(r"(?<![\w-])\d{4}[\s-]\d{4}[\s-]\d{4}[\s-]\d{3,4}(?![\w-])")),
    ("vehicle", _re(r"(?<!\w)(?=[a-z0-9]*[a-z][a-z0-9]*[a-z])(?=(?:[a-z]*\d){5})[a-hj-npr-z0-9]{17}(?!\w)")),
    ("other-id", _re(r"(?<!\w)(?!nn)[a-ceghj-pr-tw-z][a-ceghj-npr-tw-z]\s?\d\d\s?\d\d\s?\d\d\s?[a-d](?!\w)")),
    ("other-id", _re(r"(?<![\w.@/-])@(?=\w*[a-z])\w{3,30}(?![\w@.]*\w)")),
    ("geography", _re(rf"(?<![\w.:@-])\d{{1,5}}[a-z]?,?\ (?:(?:[nsew]|north|south|east|west)\.?\ )?(?:[a-z']+\ ){{1,3}}{_STREET}(?!\w)")),
    ("geography", _re(r"(?<!\w)[a-z]{3,}(?:strasse|gasse|allee|platz|straat|weg|gatan|vej)\ \d{1,4}[a-z]?(?!\w)")),
    ("geography", _re(r"(?<!\w)(?:rue|avenue|via|viale|calle|avenida|ulica|ul\.|rua|piazza)\ (?:[a-z']+\ ){0,3}[a-z']+,?\ \d{1,4}(?!\w)")),
    ("geography", _re(r"(?<!\w)\d{1,4}\s?(?:bis)?,?\ (?:rue|avenue|boulevard|via|calle|place|quai)\ (?:de\ |du\ |des\ |la\ |le\ )*[a-z']+")),
    ("geography", _re(r"(?<![\w-])\d{5}-\d{4}(?![\w-])")),
    ("geography", _re(r"(?<!\w)(?:zip|zipcode|postcode|postal\ code|post\ code|plz|cap|code\ postal)\b[\s:#=]*(?:code|is|was|of)?[\s:#=]*(?=[a-z ]{0,4}\d)[a-z0-9]{2,5}[\s-]?[a-z0-9]{0,4}(?!\w)")),
    ("geography", _re(r"(?<![\w.:@-])(?!\w+\ ?\d(?:st|nd|rd|th))(?:gir\ ?0aa|[a-uw-z][a-hk-y]?\d[a-z\d]?\ ?\d[abd-hjlnp-uw-z]{2})(?!\w)")),
    ("geography", _re(r"(?<!\w)[abceghj-nprstvxy]\d[abceghj-nprstv-z]\ ?\d[abceghj-nprstv-z]\d(?!\w)")),
    ("geography", _re(r"(?<!\w)(?:p\.?\ ?o\.?\ box|apt\.?|apartment|flat)\ \#?\d+[a-z]?(?!\w)")),
    ("photo", _re(r"(?<!\w)(?:img|dsc|dscn|dcim|pxl|photo|selfie|face|portrait|headshot)[_-][\w-]*\d[\w-]*(?:\.\w{3,4})?|(?<!\w)[\w-]+\.(?:jpe?g|heic|gif|bmp|tiff?)(?!\w)")),
)  # fmt: skip

# These are told by their capitals.
CAPITAL: tuple[tuple[Category, re.Pattern[str]], ...] = (
    ("geography", re.compile(rf"(?<!\w)(?:[A-Z][a-z]+,? )?(?i:{_STATE})(?<=[A-Z]{{2}}),? \d{{5}}(?:-\d{{4}})?(?![\w-])")),
    ("geography", re.compile(rf"(?<!\w)(?:[A-Z][a-z]+ ){{0,2}}[A-Z][a-z]+, (?i:{_STATE})(?<=[A-Z]{{2}})(?!\w)")),
    ("geography", re.compile(r"(?<![\w.:@-])\d{1,5}[A-Za-z]?,? (?:[A-Z][a-z']+ ){1,3}(?:St|Rd|Ct|Pl|Dr|Ln|Way|Place|Close|Court|Row|Square|Hill|Park|View|Loop|Trail)\b")),
    ("vehicle", re.compile(r"(?<![\w-])[A-Z]{2}\d{2} ?[A-Z]{3}(?![\w-])")),
    ("name", re.compile(r"(?<![\w.])[A-Z]\. ?(?:[A-Z]\. ?)?[A-Z][a-z'-]+[A-Za-z]\b")),
)  # fmt: skip

# A person's age over 89; a cohort's (`age>=90`, "aged 90 and over") is none.
OLD = _re(
    r"""(?<![\w.=<>-])(?:
      (?:aged?|age\ is|age:|turned|turning)\s*:?\s*(?:9\d|1[0-2]\d)(?![\w%.])(?!\s?(?:\+|and\ (?:over|older|above)|or\ (?:over|older|more|above)|plus|to\b|-))
    | (?:9\d|1[0-2]\d)\s?-?\s?(?:y/?o\b|y\.o\.|yom\b|yof\b|yrs?\b\.?(?:\s?-?old)?|years?[\ -]old|year[\ -]old|years\ of\ age)
    | (?:9\d|1[01]\d)\s?(?:m|f)(?=[\s,.;)/]|$)(?!\s*[<>=])
    | ninety[\ -]?(?:one|two|three|four|five|six|seven|eight|nine)?[\ -]years?[\ -]old
    | (?:a\ )?centenarian
    )""",
)  # fmt: skip

_MON = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
DATE = _re(
    rf"""(?<![\w.:/@-])(?:
      (?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:3[01]|[12]\d|0?[1-9])(?:[t\ ]\d{{1,2}}:\d\d(?::\d\d(?:\.\d+)?)?(?:\ ?utc|z|[+-]\d\d:?\d\d)?)?
    | (?:3[01]|[12]\d|0?[1-9])[./-](?:3[01]|[12]\d|0?[1-9])[./-](?:(?:19|20)\d\d|\d\d)
    | (?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?[\ -]?(?:of\ )?{_MON}(?:[\ ,-]{{0,2}}(?:(?:19|20)\d\d|'?\d\d)(?!\d))?
    | {_MON}[\ -]?(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?!\d)(?:,?\ ?(?:19|20)\d\d)?
    | {_MON}[\ ,-]{{1,2}}(?:19|20)\d\d
    | (?:the\ )?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth
       |seventeenth|eighteenth|nineteenth|twentieth|twenty[\ -]\w+|thirtieth|thirty[\ -]first)\ of\ {_MON}(?:,?\ (?:19|20)\d\d)?
    | (?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])
    | (?:3[01]|[12]\d|0[1-9])(?:0[1-9]|1[0-2])(?:19|20)\d\d
    | (?:19|20)\d\d-(?:0[1-9]|1[0-2])
    | (?:3[01]|[12]\d|0?[1-9])/(?:1[0-2]|0?[1-9])
    )(?![\w:/@])(?!-\d)(?!\.\d)""",
)  # fmt: skip
EARLY = re.compile(r"(?<![\w.])1[89]\d\d(?![\w.]*\w)")
"""Years before any registry of models."""
EARLIEST = 1995

# Words of one person's care, with which a date is a patient's.
STRONG = _re(
    r"""(?<![\w-])(?:
      dob|d\.o\.b\.?|birth(?:\ ?day|\ ?date)|date\ of\ (?:birth|death|admission|discharge|service|surgery)|born|mrn|admitted
    | discharged|died|deceased|passed\ away|expired\ on|hospitali[sz]ed|(?:my|our|this|the|a)\ patient(?=[\s,.:;?!']*(?:$|\d|was|is|has|had|who|with|in\ bed|came|seen|from|on\ \d|[,.:;]))
    | pt|pts|pt's|patient's|(?:he|she)\ (?:was|is|has|had|came|went|presented|died|lives)|mrs?\.?|year[\ -]old|y/o|yo
    | (?:mother|father|wife|husband|son|daughter|brother|sister|mum|mom|dad|grandmother|grandfather)|geb\.|geboren|né[e]?\ le|nacid[oa]|doa|dos|lmp|edd
    | next\ of\ kin|admit\ date|adm\ date|dc\ date|presented\ (?:to|with|on)|appointment|transfused|underwent|operated\ on|seen\ (?:in|by|on|at)
    | visited|vaccinated|intubated\ on|readmitted|diagnosed
    )(?![\w-])""",
)  # fmt: skip
WEAK = _re(
    r"""(?<![\w-])(?:
      patient|admission|admit|discharge|death|birth|visit|seen|surgery|procedure|operation|biopsy|clinic|follow[\ -]?up|f/u|consult(?:ation)?
    | encounter|treated|treatment|transfer(?:red)?|lab\ draw|labs|blood\ draw|collected|specimen|fall|fell|scan|ct|mri|x-?ray|ultrasound|chemo
    | dialysis|delivery|transplant|injection|dose|prescribed|symptoms?|onset|icu\ stay|ed\ visit|er\ visit|stay|bed|ward|culture|mi|stroke|arrest|case
    )(?![\w-])""",
)  # fmt: skip
ATTACHED = re.compile(
    r"(?P<cue>patient|admission|admit|discharge|death|birth|visit|seen|surgery|procedure|operation|biopsy|clinic|follow[ -]?up|f/u"
    r"|consult(?:ation)?|encounter|treated|transfer(?:red)?|collected|drawn|fall|fell|scan|mri|ct|chemo|dialysis|delivery"
    r"|transplant|injection|dose|prescribed|onset|arrest|stroke|appointment|scheduled|booked|stay)"
    r"(?:\s+(?:date|on|at|of|from|since|for|was|is|in|the|dated|again|here|morning|evening)|[\s:=,(-]+)*\s*$"
)
"""What may stand right before a patient's date."""

ALONE = _re(
    r"""(?<![\w-])(?:
      \d{1,3}\s?-?\s?(?:yo|y/o|y\.o\.|yom|yof|yrs?\ old|year[\ -]olds?|years?\ old|yr[\ -]old)
    | \d{1,2}\s?[mf](?=[\s,.;)/]|$) | (?:my|this|our)\ patient | pts? | bed\ (?:no\.?\ |number\ )?[a-z]?\d+ | room\ \d+ | cubicle\ \d+
    | (?:his|her)\ (?:mother|father|wife|husband|son|daughter|scan|chart|notes|chest|discharge|admission|labs|blood|bp|score|dose|risk|results?)
    | (?:mother|father|wife|husband|daughter|grandmother|grandfather|mum|mom|dad)(?:'s)?
    )(?![\w-])""",
)  # fmt: skip
"""Words that speak of one person."""

BODY = _re(
    r"""(?<![\w-])(?:finger\ ?prints?|thumb\ ?prints?|palm\ ?prints?|retina(?:l)?\ (?:scan|print|pattern|template)s?|iris\ (?:scan|code|template|pattern)s?
    |voice\ ?prints?|voice\ (?:sample|recording|template)s?|face\ ?prints?|face\ ?id|faceprint|dna\ (?:profile|sample|sequence)|biometrics?(?:\ \w+)?|gait\ (?:signature|pattern)s?
    |vein\ patterns?|hand\ geometry|handprint|ear\ ?print|keystroke\ (?:profile|pattern)|genome\ (?:sequence|file))(?![\w-])""",
)  # fmt: skip
FACE = _re(
    r"""(?<![\w-])(?:(?:full[\ -])?fac(?:e|ial)\ (?:photo|photograph|image|picture|shot|pic)s?|photo(?:graph)?s?|selfies?|head\ ?shots?|mug\ ?shots?
    |snapshots?\ of\ (?:him|her|the\ patient)|portraits?|pictures?|pics?|passport\ photo)(?![\w-])""",
)  # fmt: skip
OF_SOMEONE = _re(
    r"""(?<![\w-])(?:his|her|their|patient'?s?|pt'?s?|mr|mrs|ms|him|he|she|mother|father|wife|husband|son|daughter|child'?s?|woman'?s?|man'?s?|on\ file|enrolled|enrolment|consent|wound|bedside|face|facial)(?![\w-])""",
)  # fmt: skip

"""What the demo asks and says: four questions of different kinds, what to try next, what is invented."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """A question that the demo asks, and what its answer has to name."""

    kind: str
    text: str
    mentions: tuple[str, ...]


QUESTIONS = (
    Question(
        "what is live where",
        "Which versions of breast-malignancy are live, and where?",
        ("breast-malignancy:4", "northgate", "breast-malignancy:2", "southbank"),
    ),
    Question(
        "lineage",
        "What was breast-malignancy:4 trained on?",
        ("wdbc-tuning@2025-01", "wdbc-train@2025-01", "breast-malignancy:2"),
    ),
    Question(
        "comparison",
        "Is breast-malignancy:3 better than breast-malignancy:2 on auroc?",
        ("breast-malignancy:3", "breast-malignancy:2", "wdbc-test@2025-01"),
    ),
    Question(
        "a date in the past",
        "Which version of breast-malignancy was live at northgate on 2025-08-15, and who approved it?",
        ("breast-malignancy:2", "Lena Koch"),
    ),
)

TRY_NEXT = (
    'askreg ask "What is live at southbank?"',
    'askreg ask "Why was kidney-transplant-mortality:1 rejected?"',
    'askreg ask "How well does kidney-transplant-mortality:2 work for race=black,sex=female?"',
    'askreg ask "Which model has the best rouge1 on aci-bench, and which the best medcon?"',
    'askreg ask "Is the approval of diabetes-progression:2 still valid?"',
    'askreg ask "Which versions were trained on diabetes-train?"',
    'askreg ask "What are the limitations of kidney-transplant-mortality?"',
    'askreg docs search "who may approve a version"',
    'askreg ask "What was the champion of breast-malignancy before the current one?"',
    "askreg lineage breast-malignancy:4 --direction up",
    "askreg deployed --as-of 2025-08-15",
    "askreg show diabetes-score:1",
    "askreg audit verify",
)

WHAT_IS_INVENTED = (
    "Invented: the people, the sites, and everything they do here - who registered, approved, rejected, deployed or "
    "withdrew what, and when."
)
WHAT_IS_REAL = (
    "Real: the data, the models trained on them just now, their digests and metrics, and the published figures, each "
    "with its source. None of these models is fit for clinical use."
)

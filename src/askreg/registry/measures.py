"""Which way a metric is better."""

from typing import Literal

from sqlalchemy import Select, bindparam, select

from askreg.registry.prepared import prepared
from askreg.registry.tables import Measure
from askreg.registry.view import View, table

Better = Literal["higher", "lower"]

LOWER_IS_BETTER = frozenset({"brier", "mae", "rmse", "log_loss", "perplexity", "wer", "latency"})
"""The metrics known to be better when lower; all others are taken as better when higher unless declared."""

_MEASURE = table(Measure)


def better(view: View, metric: str) -> Better:
    """Return whether a higher or a lower value of a metric is better: as declared, else as built in.

    That is what the metric means, so it holds for every instant, whenever it was declared.
    """
    row = _declared(view, name=metric).first()
    if row is not None and row.better is not None:
        return "lower" if row.better == "lower" else "higher"
    return "lower" if metric in LOWER_IS_BETTER else "higher"


@prepared
def _declared(view: View) -> Select[tuple[str | None]]:
    return select(_MEASURE.c.better).where(_MEASURE.c.name == bindparam("name"))

"""Writes that add to the record or change what describes it. The lifecycle's own are in `lifecycle`.

Every function takes the unit of work first, checks everything, then writes its rows inside one event.
"""

from askreg.registry.writes.data import register_dataset, register_dataset_version, register_run, update_dataset
from askreg.registry.writes.documents import keep_text, register_document, remove_document
from askreg.registry.writes.evidence import evaluate
from askreg.registry.writes.lookup import any_subject, dataset_version, named_version, version_row
from askreg.registry.writes.models import register_model, register_version, update_model, update_version
from askreg.registry.writes.people import declare_metric, register_person, set_policy
from askreg.registry.writes.values import one_of

__all__ = [
    "any_subject",
    "dataset_version",
    "declare_metric",
    "evaluate",
    "keep_text",
    "named_version",
    "one_of",
    "register_dataset",
    "register_dataset_version",
    "register_document",
    "register_model",
    "register_person",
    "register_run",
    "register_version",
    "remove_document",
    "set_policy",
    "update_dataset",
    "update_model",
    "update_version",
    "version_row",
]

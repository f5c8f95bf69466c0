"""What is looked for."""

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

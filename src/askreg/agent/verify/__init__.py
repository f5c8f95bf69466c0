"""The verifier: reads a rendered answer and accepts only what its facts say."""

from askreg.agent.verify.checks import verify
from askreg.agent.verify.claims import Evidence, Problem

__all__ = ["Evidence", "Problem", "verify"]

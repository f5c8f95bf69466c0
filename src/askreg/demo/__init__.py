"""The demo registry: real small clinical models on real public data, with an invented life."""

from askreg.demo.build import DemoFiles, build
from askreg.demo.questions import QUESTIONS, TRY_NEXT, WHAT_IS_INVENTED, WHAT_IS_REAL, Question

__all__ = ["QUESTIONS", "TRY_NEXT", "WHAT_IS_INVENTED", "WHAT_IS_REAL", "DemoFiles", "Question", "build"]

"""What a question is likened to. Parts of it can be left out, so that the evaluation tells what each is worth."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a question is likened to the known ones. Without examples it is read by the grammar alone."""

    embedder: str = "auto"
    """A choice of `library.choose.embedder`. The weights of `likely` serve only where it comes to MiniLM."""
    examples: bool = True
    masking: bool = True
    """Whether the names of a question are masked before it is compared."""


WHOLE = Likeness()

"""Prompts are validated data: front matter, then text with `{{variables}}`."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from askreg.errors import InvalidInput
from askreg.registry.canonical import sha256

_FRONT = re.compile(r"---\n(.*?)\n---\n(.*)", re.DOTALL)
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


class Prompt(BaseModel):
    """A prompt, its version, and the variables that its text takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    version: int = Field(ge=1)
    variables: list[str] = Field(default_factory=list)
    text: str

    @property
    def reference(self) -> str:
        """Return name, version and digest: what an answer says of the prompt it came from."""
        return f"{self.name}@{self.version}:{sha256(self.text)}"

    def parts(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Return the paragraphs that are always the same, and the rest, from the first one with a variable on."""
        first = _VARIABLE.search(self.text)
        cut = self.text.rfind("\n\n", 0, first.start()) if first else len(self.text)
        return self.text[: max(cut, 0)].strip(), self._filled(self.text[max(cut, 0) :].strip(), values)

    def render(self, values: Mapping[str, str]) -> str:
        """Return the text with its variables filled in."""
        return self._filled(self.text, values)

    def _filled(self, text: str, values: Mapping[str, str]) -> str:
        missing = [name for name in self.variables if name not in values]
        unknown = [name for name in values if name not in self.variables]
        if missing or unknown:
            said = [f"is missing {', '.join(missing)}"] * bool(missing)
            said += [f"does not take {', '.join(unknown)}"] * bool(unknown)
            raise InvalidInput(f"prompt {self.name!r} {' and '.join(said)}; it takes {', '.join(self.variables)}")
        return _VARIABLE.sub(lambda found: values[found.group(1)], text)


def parse(source: str, *, name: str) -> Prompt:
    """Return the prompt written in `source`; raises `InvalidInput` for anything unforeseen."""
    import yaml

    found = _FRONT.fullmatch(source)
    if found is None:
        raise InvalidInput(f"prompt {name!r} has no front matter: begin with a line '---', end it with another")
    try:
        head = yaml.safe_load(found.group(1))
        prompt = Prompt.model_validate({**head, "text": found.group(2).strip()})
    except (yaml.YAMLError, TypeError) as error:
        raise InvalidInput(f"prompt {name!r}: the front matter is not YAML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(f"prompt {name!r}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    if prompt.name != name:
        raise InvalidInput(f"prompt {name!r} calls itself {prompt.name!r}; file and name must agree")
    used = set(_VARIABLE.findall(prompt.text))
    apart = used.symmetric_difference(prompt.variables)
    if apart:
        raise InvalidInput(f"prompt {name!r}: declared and used variables differ in {', '.join(sorted(apart))}")
    return prompt


@cache
def load(name: str, *, directory: Path | None = None) -> Prompt:
    """Return the prompt that ships under a name."""
    if directory is None:
        from askreg.settings import resource_dir

        directory = resource_dir("prompts")
    path = directory / f"{name}.md"
    try:
        source = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        there = ", ".join(sorted(p.stem for p in directory.glob("*.md")))
        raise InvalidInput(f"there is no prompt {name!r} in {directory}; there are {there}") from None
    return parse(source, name=name)

"""Prompt: the text around the thread."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .exceptions import TemplateError
from .renderers import compiled, filled

if TYPE_CHECKING:
    from pathlib import Path

    import jinja2

_PLACE = "\x00the thread stands here\x00"


@dataclasses.dataclass(frozen=True, slots=True)
class Prompt:
    r"""A Jinja2 template with `{{ thread }}` in it, once.

    What stands before the thread should stay as it is from step to step, or the provider's prompt
    cache is lost; what changes (the time, what was fetched just now) stands after it. The text
    around the thread is measured first, and the thread gets what is left of the budget.

    Attributes:
        source: The template's text.
        name: Where it came from, for errors.

    Raises:
        TemplateError: If the syntax is wrong; the line says where.

    >>> Prompt("You deploy backends.\n\n{{ thread }}\nIt is {{ time }}.\n").around({"time": "14:07"})
    ('You deploy backends.\n\n', '\nIt is 14:07.\n')
    """

    source: str
    name: str | None = None
    _compiled: "jinja2.Template" = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_compiled", compiled(self.source, self.name))

    @classmethod
    def from_file(cls, path: "str | Path") -> "Prompt":
        """Read the template from a UTF-8 file."""
        from pathlib import Path

        return cls(Path(path).read_text(encoding="utf-8"), str(path))

    def around(self, variables: Mapping[str, Any]) -> tuple[str, str]:
        """Fill in the variables, and give the text before and after the thread.

        Raises:
            TemplateError: If a name is undefined, or the thread does not stand in it exactly once.
        """
        parts = filled(self._compiled, {**variables, "thread": _PLACE}, self.name).split(_PLACE)
        if len(parts) != 2:
            times = f"{len(parts) - 1} times" if len(parts) > 1 else "nowhere"
            raise TemplateError(
                f"the thread stands in it {times}; write {{{{ thread }}}} exactly once "
                "(of a file make a prompt with Prompt.from_file)",
                name=self.name,
            )
        return parts[0], parts[1]

    def __reduce__(self) -> tuple[Any, ...]:
        return Prompt, (self.source, self.name)

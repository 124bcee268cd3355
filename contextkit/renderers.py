"""Renderers: one event -> text. Any callable is one; here are those that come with contextkit."""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from .codecs import compact, yamlish
from .codecs import json as json_codec
from .events import Event
from .exceptions import FormatError, SettingError, TemplateError

if TYPE_CHECKING:
    from pathlib import Path

    import jinja2


Renderer: TypeAlias = Callable[[Event], str]
"""One event -> text; an empty text leaves the event out. Pure: the same event gives the same text."""


def hidden(event: Event) -> str:
    """Leave the event out.

    >>> hidden(Event("usage", {"tokens": 512}))
    ''
    """
    return ""


def as_json(event: Event) -> str:
    """Give the data as compact JSON on one line; text stays text.

    >>> as_json(Event("deploy_backend", {"tag": "v1.4.2", "dry_run": False}))
    '{"tag":"v1.4.2","dry_run":false}'
    """
    return event.data if isinstance(event.data, str) else json_codec.encode(event.data)


def as_yaml(event: Event) -> str:
    r"""Give the data as YAML with the least quoting that reads back; text stays text.

    >>> as_yaml(Event("deploy_backend", {"tag": "v1.4.2", "approved": "no"}))
    'tag: v1.4.2\napproved: "no"'
    """
    return event.data if isinstance(event.data, str) else yamlish.encode(event.data)


def as_compact(event: Event) -> str:
    r"""Give the data in the fewest tokens that lose nothing; text stays text.

    Text that is an object or a list as compact JSON, to the character, is written as that.

    >>> rows = [{"id": 1, "to": "SEA"}, {"id": 2, "to": "SEA"}]
    >>> as_compact(Event("find_flights_result", {"from": "JFK", "flights": rows}))
    'from: JFK\nflights[2]{id,to=SEA}\n1\n2'
    """
    if not isinstance(event.data, str):
        return compact.encode(event.data)
    if not event.data.startswith(("{", "[")):
        return event.data
    try:
        value = json_codec.decode(event.data)
        return compact.encode(value) if json_codec.encode(value) == event.data else event.data
    except FormatError:
        return event.data


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Template:
    """A Jinja2 template that renders one event.

    It sees `data`, `type`, `kind`, `id`, `call_id`, `at` and `event`, runs in an immutable sandbox,
    and a name that is not there is an error. The filters `json`, `yaml` and `compact` write a value.

    Attributes:
        source: The template's text.
        name: Where it came from, for errors.

    Raises:
        TemplateError: If the syntax is wrong; the line says where.

    >>> Template("{{ data | length }} rows")(Event("query_result", [{"id": 1}, {"id": 2}]))
    '2 rows'
    """

    source: str
    name: str | None = None
    _compiled: "jinja2.Template" = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_compiled", compiled(self.source, self.name))

    def __repr__(self) -> str:
        return f"Template({self.source!r})" if self.name is None else f"Template.from_file({self.name!r})"

    @classmethod
    def from_file(cls, path: "str | Path") -> "Template":
        """Read the template from a UTF-8 file."""
        from pathlib import Path

        return cls(Path(path).read_text(encoding="utf-8"), str(path))

    def __call__(self, event: Event) -> str:
        """Render the event.

        Raises:
            TemplateError: If a name is undefined, or an expression fails.
        """
        fields = ("data", "type", "kind", "id", "call_id", "at")
        return filled(
            self._compiled, {name: getattr(event, name) for name in fields} | {"event": event}, self.name
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return Template, (self.source, self.name)


@functools.cache
def _environment() -> "jinja2.Environment":
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True
    )
    environment.filters["json"] = json_codec.encode
    environment.filters["yaml"] = yamlish.encode
    environment.filters["compact"] = compact.encode
    return environment


def compiled(source: str, name: str | None) -> "jinja2.Template":
    """Compile a Jinja2 template, in the sandbox.

    Raises:
        TemplateError: If the syntax is wrong.
        SettingError: If it is not text.
    """
    from jinja2 import TemplateSyntaxError

    given: object = source
    if not isinstance(given, str):
        raise SettingError("a template's source", given, "it must be text; from_file reads a file")
    try:
        return _environment().from_string(source)
    except TemplateSyntaxError as error:
        raise TemplateError(error.message or "syntax error", line=error.lineno, name=name) from error


def filled(template: "jinja2.Template", values: Mapping[str, Any], name: str | None) -> str:
    """Fill a compiled template in.

    Raises:
        TemplateError: If a name is undefined, or an expression fails.
    """
    from jinja2 import UndefinedError

    try:
        return template.render(values)
    except Exception as error:  # a template is user code: it can raise anything
        lines = [
            frame.tb_lineno for frame in _frames(error) if frame.tb_frame.f_code.co_filename == "<template>"
        ]
        known = f"; it is given {', '.join(values)}" if isinstance(error, UndefinedError) else ""
        reason = f"{type(error).__name__}: {error}{known}"
        raise TemplateError(reason, line=lines[-1] if lines else None, name=name) from error


def _frames(error: BaseException) -> list[Any]:
    frames, frame = [], error.__traceback__
    while frame is not None:
        frames.append(frame)
        frame = frame.tb_next
    return frames

"""Formats: how a thread looks. A format is a value; `FORMAT | {...}` is the whole story of customising.

| format | an event is | promise |
|---|---|---|
| `TAGGED` | `<type>` lines around a body, YAML if not text | data never opens or closes a tag of ours |
| `XML` | one XML element | an XML 1.0 parser reads every event back |
| `YAML` | one item of a YAML list | PyYAML and ruamel.yaml read back the same values |
| `MARKDOWN` | a heading and a fenced body | the fence is longer than any inside |
| `JSON_LINES` | one JSON object a line | any JSON reader |
| `COMPACT` | a label and the cheapest form of each value | the fewest tokens, and every event back |

Each fragment ends in a newline and begins with neither white space nor `/`: the seam rule, by which
the tokens of a context are the sum of its fragments' (see `contextkit.tokens.seams`).
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any, Self

from .codecs import compact, fences, labels, tags, xml, yamlish
from .codecs import json as json_codec
from .codecs.escapes import escape, unescape
from .events import Event
from .exceptions import ContextkitError, FormatError, RenderError, SettingError
from .patterns import Pattern
from .plain import JSON
from .records import is_bill
from .renderers import Renderer, as_json, as_yaml
from .threads import Thread
from .tokens.counters import TokenCounter

_NO_RULES: Mapping[str, Renderer] = MappingProxyType({})
_SURROGATE = Pattern("[\ud800-\udfff]")


@dataclasses.dataclass(frozen=True, slots=True)
class Format:
    """How a thread looks.

    Attributes:
        name: What it is called in errors and tables.
        write: One event -> its whole fragment, frame included.
        rules: Renderers for some events, by type (`error`), pattern (`*_result`) or kind, in this
            order of precedence; of several patterns the last one counts. What a rule gives is
            written in the place of the event's data, so it stands in the frame like any data;
            an empty text leaves the event out.
        separator: What stands between two fragments.
        reader: The way back: text -> pairs of type and data.
        arrange: What looks at events next to each other: takes those that are shown, and gives them in the
            order in which they are written, with their fields as `write` wants them; `None`: as they come.
        stable: Whether the text of a thread starts with the text of any shorter one, so that a
            provider can serve it from its prompt cache.
        primer: What teaches the notation to a model, for a system prompt; most formats need none.

    >>> ours = TAGGED | {"*_result": lambda event: f"{len(event.data)} tags"}
    >>> print(ours(Event("list_git_tags_result", ["v1.4.2", "v1.4.1"])), end="")
    <list_git_tags_result>
    2 tags
    </list_git_tags_result>
    """

    name: str
    write: Renderer
    rules: Mapping[str, Renderer] = dataclasses.field(default_factory=lambda: _NO_RULES)
    separator: str = ""
    reader: Callable[[str], Iterable[tuple[str, JSON]]] | None = None
    stable: bool = True
    arrange: Callable[[Iterable[Event]], Iterable[Event]] | None = None
    primer: str = ""
    _found: dict[tuple[str, str], Renderer | None] = dataclasses.field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __or__(self, rules: Mapping[str, Renderer]) -> Self:
        """Give the format with more rules; a new rule takes the place of an old one of the same key.

        Raises:
            SettingError: If they are no mapping, or a rule is not a callable.
        """
        given: object = rules
        if not isinstance(given, Mapping) or {*map(type, given)} - {str}:
            reason = "they must be a mapping of event types, patterns or kinds to renderers"
            raise SettingError(f"the rules of {self.name}", rules, reason)
        for key, rule in rules.items():
            if not callable(rule):
                reason = "it must be a function from an event to text; of a text make a Template(text)"
                raise SettingError(f"the rule {key!r} of {self.name}", rule, reason)
        kept = {key: rule for key, rule in self.rules.items() if key not in rules}
        return dataclasses.replace(self, rules=MappingProxyType(kept | dict(rules)))

    def __call__(self, event: Event) -> str:
        """Write one event as its fragment; an empty text leaves it out, and bills are always left out.

        Raises:
            RenderError: If the renderer raises, or gives something else than text.
        """
        if is_bill(event):
            return ""
        body = self.body(event)
        if body == "":
            return ""
        if body is not None:
            event = event.having(data=body, raw=None)
        return _rendered(self.write, event)

    @property
    def own_rules(self) -> Mapping[str, Renderer]:
        """The rules without those that the ready-made formats have for what compactions leave."""
        return {key: rule for key, rule in self.rules.items() if rule is not LINES.get(key)}

    def body(self, event: Event) -> str | None:
        """Write what a rule puts in the place of the event's data, if there is one for it.

        Raises:
            RenderError: If the renderer raises, or gives something else than text.
        """
        rule = self.rule(event)
        return None if rule is None else _rendered(rule, event)

    def rule(self, event: Event) -> Renderer | None:
        """Give the rule that renders the event, if there is one."""
        key = (event.type, event.kind)
        if key not in self._found:
            patterns = [rule for pattern, rule in self.rules.items() if fnmatchcase(event.type, pattern)]
            by_kind = self.rules.get(event.kind)
            self._found[key] = self.rules.get(event.type, patterns[-1] if patterns else by_kind)
        return self._found[key]

    def text(self, thread: Iterable[Event]) -> str:
        """Write the events one after the other, whatever their size."""
        return self.separator.join(filter(None, map(self, self.arranged(thread))))

    def arranged(self, thread: Iterable[Event]) -> Iterable[Event]:
        """Give the events in the order in which they are written; what is left out may be missing."""
        if self.arrange is None:
            return thread
        return self.arrange(event for event in thread if self.rule(event) is None or self(event))

    @property
    def measuring(self) -> Callable[..., Any] | None:
        """What measures a thread in it; `None`: what measures text."""
        return None

    def default_counter(self) -> TokenCounter | str:
        """Give what counts where nothing else is said."""
        return "o200k_base"

    @property
    def adds_up(self) -> bool:
        """Whether a text is its fragments, one after the other, with nothing between them."""
        return not self.separator and self.arrange is None

    def read(self, text: str) -> Thread:
        """Read a text that this format wrote.

        Gives back each event's type and data (`TAGGED`: the body as text), no ids of calls.

        Raises:
            FormatError: If the format has no way back, or the text is not of this format.
        """
        if self.reader is None:
            raise FormatError(self.name, "this format has no way back")
        try:
            return Thread(Event(type, data) for type, data in self.reader(text))
        except FormatError:
            raise
        except ContextkitError as error:
            raise FormatError(self.name, str(error)) from error

    def __hash__(self) -> int:
        return hash((self.name, self.write, tuple(self.rules)))

    def __repr__(self) -> str:
        rules = ", ".join(f"{key!r}: ..." for key in self.own_rules)
        return f"{self.name} | {{{rules}}}" if rules else self.name

    def _repr_html_(self) -> str:
        from .display.formats import format_html

        return format_html(self)

    def __reduce__(self) -> tuple[Any, ...]:
        rules = dict(self.rules)
        fields = (self.separator, self.reader, self.stable, self.arrange, self.primer)
        return _rebuilt, (self.name, self.write, rules, *fields)


def _rebuilt(name: str, write: Renderer, rules: dict[str, Renderer], *rest: Any) -> Format:
    return Format(name, write, MappingProxyType(rules), *rest)


def _rendered(renderer: Renderer, event: Event) -> str:
    try:
        text = renderer(event)
    except Exception as error:  # a renderer is user code: it can raise anything
        reason = f"it raised {type(error).__name__}: {error}"
        raise RenderError(renderer, event.id, event.type, reason) from error
    if not isinstance(text, str):
        raise RenderError(renderer, event.id, event.type, f"it gave {text!r}, not text")
    return text


def omitted_line(event: Event) -> str:
    """Write what a `Drop` left behind as one line.

    >>> omitted_line(Event("omitted", {"events": 12, "characters": 45210, "first": "3", "last": "14"}))
    '12 events left out here, among ids 3 to 14: 45,210 characters'
    """
    data = event.data
    if not isinstance(data, dict) or not data.keys() >= {"events", "characters", "first", "last"}:
        return as_yaml(event)
    ids = f"id {data['first']}" if data["events"] == 1 else f"among ids {data['first']} to {data['last']}"
    noun = "event" if data["events"] == 1 else "events"
    line = f"{data['events']:,} {noun} left out here, {ids}: {data['characters']:,} characters"
    quotes = data.get("quotes")
    if not isinstance(quotes, dict) or not quotes:
        return line
    # Quoted lines are set off by one space, which most often is a part of the first word's token.
    quoted = [f"{name}:\n {str(text).replace(chr(10), chr(10) + ' ')}" for name, text in quotes.items()]
    return "\n".join([f"{line}. Lines from them:", *quoted])


def summary_text(event: Event) -> str:
    """Write a model's summary: a line that says what it is, and its text.

    >>> of = {"events": 42, "characters": 45210, "first": "3", "last": "60"}
    >>> note = "derived from the thread, not an instruction"
    >>> print(summary_text(Event("summary", {"of": of, "note": note, "text": "All green."})))
    [summary of 42 events, among ids 3 to 60: derived from the thread, not an instruction]
    All green.
    """
    data = event.data
    of = data.get("of") if isinstance(data, dict) and data.keys() == {"of", "note", "text"} else None
    if not isinstance(of, dict) or not of.keys() >= {"events", "first", "last"}:
        return as_yaml(event)
    ids = f"id {of['first']}" if of["events"] == 1 else f"among ids {of['first']} to {of['last']}"
    noun = "event" if of["events"] == 1 else "events"
    return f"[summary of {of['events']:,} {noun}, {ids}: {data['note']}]\n{data['text']}"


LINES: Mapping[str, Renderer] = MappingProxyType({"omitted": omitted_line, "compaction": summary_text})
"""What compactions put into a view, by type and by kind, as a reader is to see it."""


def write_tagged(event: Event, body: Renderer = as_yaml) -> str:
    r"""Write an event as `<type>` lines around a body; the body cannot close or open a tag of ours.

    >>> write_tagged(Event("user", "hi\n</user>"))
    '<user>\nhi\n<\\/user>\n</user>\n'
    """
    body_text = tags.neutralise(_encodable(body(event)), event.type)
    if not isinstance(event.data, str):  # the newline that ends a YAML block is the one before our tag
        body_text = body_text.removesuffix("\n")
    if not body_text:
        return f"<{event.type}>\n</{event.type}>\n"
    return f"<{event.type}>\n{body_text}\n</{event.type}>\n"  # one copy of what may be very long


def _encodable(text: str) -> str:
    return text if text.isascii() else _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def read_tagged(text: str) -> Iterable[tuple[str, str]]:
    r"""Read what `write_tagged` wrote, each body as text.

    >>> list(read_tagged("<user>\nhi\n</user>\n"))
    [('user', 'hi')]
    """
    lines = text.split("\n")
    at = 0
    while at < len(lines) - 1:
        opening = lines[at]
        if not (opening.startswith("<") and opening.endswith(">")):
            raise FormatError(
                "TAGGED", f"expected a tag that opens an event, found {opening[:60]!r}", line=at + 1
            )
        type = opening[1:-1]
        try:
            end = lines.index(f"</{type}>", at + 1)
        except ValueError:
            raise FormatError("TAGGED", f"the event {type!r} is never closed", line=at + 1) from None
        yield type, tags.restore("\n".join(lines[at + 1 : end]), type)
        at = end + 1


def _write_xml(event: Event) -> str:
    return xml.encode_element(event.type, event.data)


def _write_yaml(event: Event) -> str:
    return yamlish.encode_item(event.type, event.data)


def _write_markdown(event: Event) -> str:
    info = "" if isinstance(event.data, str) else "json"
    body = as_json(event) if info else escape(event.data, _SURROGATE)
    return f"## {event.type}\n{fences.fence(body, info)}"


def _read_markdown(text: str) -> Iterable[tuple[str, JSON]]:
    for type, info, body in fences.read_sections(text):
        yield type, json_codec.decode(body) if info == "json" else unescape(body)


def _write_json_line(event: Event) -> str:
    return json_codec.encode({"type": event.type, "data": event.data}) + "\n"


def _read_json_lines(text: str) -> Iterable[tuple[str, JSON]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line:
            record = json_codec.decode(line)
            if not isinstance(record, dict) or record.keys() != {"type", "data"}:
                raise FormatError("JSON_LINES", "expected an object with 'type' and 'data'", line=number)
            yield record["type"], record["data"]


def _write_compact(event: Event) -> str:
    return labels.label(event.type, compact.encode(event.data))


def _read_compact(text: str) -> Iterable[tuple[str, JSON]]:
    for type, body, line, short in labels.read(text):
        if short:
            raise FormatError("COMPACT", f"{type}>: stands for no type", line=line)
        yield type, read_compact_body(body, line, "COMPACT")


def read_compact_body(body: str, line: int, name: str) -> JSON:
    """Read a body of `COMPACT` that starts in a line of a text."""
    try:
        return compact.decode(body)
    except FormatError as error:
        raise FormatError(name, error.reason, line=line + (error.line or 1) - 1) from error


TAGGED = Format("TAGGED", write_tagged, LINES, reader=read_tagged)
"""The look of 12-factor agents: `<type>` lines around a body."""

XML = Format("XML", _write_xml, reader=xml.decode_elements)
"""One XML 1.0 element an event."""

YAML = Format("YAML", _write_yaml, reader=yamlish.decode_items)
"""One list, one item an event, quoted only where a YAML reader needs it."""

MARKDOWN = Format("MARKDOWN", _write_markdown, LINES, reader=_read_markdown)
"""A heading and a fenced block an event; JSON where the data is not text."""

JSON_LINES = Format("JSON_LINES", _write_json_line, reader=_read_json_lines)
"""One JSON object a line."""

COMPACT = Format("COMPACT", _write_compact, LINES, reader=_read_compact, primer=compact.PRIMER)
"""The fewest tokens that lose nothing: a label an event, and each value in its cheapest form.

`COMPACT.primer` is a line that teaches it to a model.
"""

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "tagged": TAGGED,
        "xml": XML,
        "yaml": YAML,
        "markdown": MARKDOWN,
        "json-lines": JSON_LINES,
        "compact": COMPACT,
    }
)
"""The ready-made formats by the names that the command line takes."""

"""Files and lists of any known shape -> threads.

| a document, or a line of JSON Lines | is |
|---|---|
| `{"messages": [...]}`, also with `id`, `system`, `model` ... | a thread of OpenAI or Anthropic messages |
| `{"events": [...]}`, also with `id` | a thread of events |
| `[...]` of messages or of events | a thread |
| `[...]` of any of the above | many threads |
| `{"role": ...}` on every line | one message a line, one thread in all |
| `{"type": ...}` on every line | one event a line, one thread in all |
| a session log of Claude Code or of Codex | one thread in all |
| `{"attributes": {"gen_ai.input.messages": ...}}`, or OTLP | a thread for each span with messages |
"""

import dataclasses
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from ..exceptions import ReadError
from ..plain import JSON
from ..threads import Thread
from . import (
    anthropic,
    claude_code,
    codex,
    gemini,
    guide,
    langchain,
    openai_chat,
    openai_responses,
    opentelemetry,
    pydantic_ai,
)
from .envelopes import plain_messages
from .lines import Lines
from .telling import provider_of

_KNOWN = (
    'known are {"messages": [...]}, {"events": [...]}, a list of messages or of events, a list of these, '
    'and one message {"role": ...} or one event {"type": ...} a line'
)
READERS: Mapping[str, Any] = {
    reader.PROVIDER: reader for reader in (openai_chat, openai_responses, anthropic, gemini)
}
"""The modules that read and write messages, by the names of the providers."""

LIBRARIES: Mapping[str, Any] = {reader.PROVIDER: reader for reader in (langchain, pydantic_ai, opentelemetry)}
"""The modules that read a library's messages, by its name."""

_SESSIONS = {"Claude Code": claude_code, "Codex": codex}
_INDEX = re.compile(r"(?:messages|events)\[(\d+)\]")
_LINE = re.compile(r"(?:lines|messages)\[(\d+)\]")


@dataclasses.dataclass(frozen=True, slots=True)
class NamedThread:
    """A thread that was read from a file.

    Attributes:
        id: Its id in the file, else `thread-<line>`.
        thread: The thread.
        line: The line on which it begins, counted from 1.
    """

    id: str
    thread: Thread
    line: int


def from_messages(
    messages: Iterable[Mapping[str, Any]], system: str | Iterable[Mapping[str, Any]] | None = None
) -> Thread:
    """Read a list of messages of any provider, or of LangChain, pydantic-ai or OpenTelemetry.

    They are told apart by their keys and parts; plain text reads the same either way.

    Args:
        messages: The history, as it was or would be sent: mappings, or a client's or library's objects.
        system: The system prompt, where it stands beside the messages, as Anthropic has it.

    Raises:
        ReadError: If a message is of another shape; its `source` is the path in the list.

    >>> thread = from_messages([{"role": "user", "content": "deploy it"}], system="Deploy with care.")
    >>> [(event.type, event.data) for event in thread]
    [('system', 'Deploy with care.'), ('user', 'deploy it')]
    """
    if isinstance(messages, Thread):
        raise ReadError("it is a thread already; to_messages writes it", source="messages")
    history = plain_messages(langchain.dumped(pydantic_ai.dumped(messages)))
    provider = provider_of(history, beside=system is not None)
    if provider in LIBRARIES:
        prompt = opentelemetry.system(system) if provider == "opentelemetry" else openai_chat.system(system)
        return Thread([*prompt, *LIBRARIES[provider].events(history)])
    return Thread([*READERS[provider].system(system), *READERS[provider].events(history)])


def read_threads(source: Path | str | BinaryIO, *, name: str | None = None) -> Iterator[NamedThread]:
    """Read the threads of a file, one after the other.

    One JSON document or JSON Lines, in UTF-8, of any shape in the table above; the first line that
    is not blank says which. JSON Lines of many threads are read line by line: only one thread is in
    memory at a time.

    Args:
        source: A path, or a file that is open for reading bytes; it is left open.
        name: What the file is called in errors; by default its path or name.

    Raises:
        ReadError: If the file cannot be read, with its name and the line.

    >>> import io
    >>> file = io.BytesIO(b'{"id": "a", "messages": [{"role": "user", "content": "deploy it"}]}')
    >>> [(named.id, named.thread[0].data) for named in read_threads(file)]
    [('a', 'deploy it')]
    """
    if not isinstance(source, str | Path):
        yield from _threads(Lines(source, name or _name_of(source)))
        return
    try:
        file = Path(source).open("rb")  # noqa: SIM115 - only errors of opening are caught here
    except (OSError, ValueError) as error:
        raise ReadError(f"cannot be opened: {error}", source=name or str(source)) from error
    with file:
        yield from _threads(Lines(file, name or str(source)))


def _name_of(file: BinaryIO) -> str:
    name = getattr(file, "name", None)
    return name if isinstance(name, str) else "input"


def _threads(lines: Lines) -> Iterator[NamedThread]:
    values = lines.values()
    first = next(values, None)
    if first is None:
        raise lines.error(f"there is nothing in it; {_KNOWN}")
    if session := next((name for name, kind in _SESSIONS.items() if kind.is_line(first[1])), None):
        yield _session(session, itertools.chain([first], values), lines)
        return
    if step := _step(first[1]):
        yield _one_thread(step, itertools.chain([first], values), lines)
        return
    line, value = first
    del first  # or it would stay in memory to the end
    yield from _line_threads(value, line, lines)
    for line, value in values:
        yield from _line_threads(value, line, lines)


def _session(name: str, values: Iterable[tuple[int, JSON]], lines: Lines) -> NamedThread:
    """Read the thread of a session log."""
    numbered = list(values)
    for line, value in numbered:
        if not isinstance(value, dict):
            raise lines.error(f"not an object, as the lines of a session log of {name} are", line)
    steps: list[dict[str, JSON]] = [value for _, value in numbered]
    try:
        thread = _SESSIONS[name].from_lines(steps)
    except ReadError as error:
        index = _LINE.match(error.source)
        raise lines.error(str(error), numbered[int(index[1])][0] if index else None) from error
    id = next(filter(None, map(_SESSIONS[name].id_of, steps)), f"thread-{numbered[0][0]}")
    return NamedThread(id, thread, numbered[0][0])


def _step(value: JSON) -> str:
    """Tell whether a value is a `message` or an `event`; what holds a list of them is neither."""
    if not isinstance(value, dict) or "messages" in value or "events" in value:
        return ""
    if "role" in value or value.get("kind") in ("request", "response"):
        return "message"
    if "lc" in value or (isinstance(value.get("data"), dict) and "additional_kwargs" in value["data"]):
        return "message"  # LangChain's
    return "event" if "type" in value else ""


def _one_thread(step: str, values: Iterable[tuple[int, JSON]], lines: Lines) -> NamedThread:
    """Read the thread of a file that has one message, or one event, on every line."""
    numbers: list[int] = []
    steps: list[JSON] = []
    for line, value in values:
        if _step(value) != step:
            raise lines.error(f"not one {step}, as the lines before it are", line)
        numbers.append(line)
        steps.append(value)
    try:
        thread = from_messages(steps) if step == "message" else guide.from_document(steps)
    except ReadError as error:
        index = _INDEX.match(error.source)
        raise lines.error(str(error), numbers[int(index[1])] if index else numbers[0]) from error
    return NamedThread(f"thread-{numbers[0]}", thread, numbers[0])


def _line_threads(value: JSON, line: int, lines: Lines) -> Iterator[NamedThread]:
    """Read the thread, or the list of threads, of a document or of a line."""
    if isinstance(value, dict) and (spans := list(opentelemetry.spans(value))):
        for place, span in enumerate(spans, start=1):
            suffix = f".{place}" if len(spans) > 1 else ""
            yield _span(span, f"thread-{line}{suffix}", line, lines)
        return
    if not isinstance(value, list) or not value or not _is_thread(value[0]):
        yield _named(value, f"thread-{line}", line, lines)
        return
    for place, item in enumerate(value, start=1):
        yield _named(item, f"thread-{line}.{place}", line, lines)


def _is_thread(value: JSON) -> bool:
    return isinstance(value, list) or (isinstance(value, dict) and ("messages" in value or "events" in value))


def _span(attributes: Mapping[str, JSON], name: str, line: int, lines: Lines) -> NamedThread:
    try:
        thread = opentelemetry.from_attributes(attributes)
    except ReadError as error:
        raise lines.error(str(error), line) from error
    id = attributes.get("gen_ai.conversation.id")
    return NamedThread(id if isinstance(id, str) and id else name, thread, line)


def _named(value: JSON, name: str, line: int, lines: Lines) -> NamedThread:
    try:
        thread = _thread(value)
    except ReadError as error:
        raise lines.error(str(error), line) from error
    id = value.get("id") if isinstance(value, dict) else None
    known = isinstance(id, str | int) and not isinstance(id, bool)
    return NamedThread(str(id) if known else name, thread, line)


def _thread(value: JSON) -> Thread:
    if isinstance(value, list) and (not value or _step(value[0])):
        return guide.from_document(value) if value and _step(value[0]) == "event" else from_messages(value)
    if isinstance(value, dict) and isinstance(value.get("messages"), list):
        return from_messages(value["messages"], value.get("system"))
    if isinstance(value, dict) and isinstance(value.get("events"), list):
        return guide.from_document(value)
    for key in ("messages", "events"):
        if isinstance(value, dict) and key in value:
            raise ReadError(f'"{key}" is {_json_type(value[key])} where a list is needed', source="thread")
    raise ReadError(f"{_named_shape(value)} is no thread; {_KNOWN}", source="thread")


def _json_type(value: JSON) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _named_shape(value: JSON) -> str:
    if step := _step(value):
        return f"a single {step}"
    if isinstance(value, dict):
        return f"an object with {next(iter(value))!r}" if value else "an empty object"
    return f"a list of {type(value[0]).__name__}" if isinstance(value, list) else type(value).__name__

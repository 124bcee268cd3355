"""Files and lists of any known shape -> threads.

| a document, or a line of JSON Lines | is |
|---|---|
| `{"messages": [...]}`, also with `id`, `system`, `model` ... | a thread of OpenAI or Anthropic messages |
| `{"events": [...]}`, also with `id` | a thread of events |
| `[...]` of messages or of events | a thread |
| `[...]` of any of the above | many threads |
| `{"role": ...}` on every line | one message a line, one thread in all |
| `{"type": ...}` on every line | one event a line, one thread in all |
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
from . import anthropic, gemini, guide, openai_chat, openai_responses
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

_INDEX = re.compile(r"(?:messages|events)\[(\d+)\]")


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
    """Read a list of OpenAI Chat or Anthropic messages, told apart by their parts.

    Plain text reads the same either way.

    Args:
        messages: The history, as it was or would be sent.
        system: The system prompt, where it stands beside the messages, as Anthropic has it.

    Raises:
        ReadError: If a message is of another shape; its `source` is the path in the list.

    >>> thread = from_messages([{"role": "user", "content": "deploy it"}], system="Deploy with care.")
    >>> [(event.type, event.data) for event in thread]
    [('system', 'Deploy with care.'), ('user', 'deploy it')]
    """
    history = plain_messages(messages)
    provider = provider_of(history, beside=system is not None)
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
    if step := _step(first[1]):
        yield _one_thread(step, itertools.chain([first], values), lines)
        return
    line, value = first
    del first  # or it would stay in memory to the end
    yield from _line_threads(value, line, lines)
    for line, value in values:
        yield from _line_threads(value, line, lines)


def _step(value: JSON) -> str:
    """Tell whether a value is a `message` or an `event`; what holds a list of them is neither."""
    if not isinstance(value, dict) or "messages" in value or "events" in value:
        return ""
    return "message" if "role" in value else "event" if "type" in value else ""


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
    if not isinstance(value, list) or not value or not _is_thread(value[0]):
        yield _named(value, f"thread-{line}", line, lines)
        return
    for place, item in enumerate(value, start=1):
        yield _named(item, f"thread-{line}.{place}", line, lines)


def _is_thread(value: JSON) -> bool:
    return isinstance(value, list) or (isinstance(value, dict) and ("messages" in value or "events" in value))


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
    raise ReadError(f"{_named_shape(value)} is no thread; {_KNOWN}", source="thread")


def _named_shape(value: JSON) -> str:
    if step := _step(value):
        return f"a single {step}"
    if isinstance(value, dict):
        return f"an object with {next(iter(value))!r}" if value else "an empty object"
    return f"a list of {type(value[0]).__name__}" if isinstance(value, list) else type(value).__name__

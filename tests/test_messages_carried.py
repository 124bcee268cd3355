"""The table of what each provider's reader and writer carries is what the code does.

`CONTEXTKIT_WRITE_TABLES=1 python -m pytest tests/test_messages_carried.py` writes it anew.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from contextkit import Event, Thread, to_messages
from contextkit.message_formats import MESSAGE_FORMATS
from contextkit.messages.bodies import body_of, frame_of, raw_of
from contextkit.messages.reading import LIBRARIES, READERS
from contextkit.messages.writing import hosted

from .histories import HISTORIES, PNG, History
from .library_histories import LIBRARY_HISTORIES, lc

TABLE = Path(__file__).parents[1] / "docs" / "messages.md"
BLOCK = {"type": "hologram", "depth": 3}
IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}
MORE = (
    History(
        "reasoning in text, and a block that nobody knows",
        "openai-chat",
        [
            {"role": "user", "content": [BLOCK]},
            {"role": "assistant", "content": "1.4.1.", "reasoning_content": "The tag says so."},
        ],
    ),
    History(
        "an item that nobody knows",
        "openai-responses",
        [{"role": "user", "content": "Look."}, {"id": "h_1", **BLOCK}],
    ),
    History(
        "an image, and a block that nobody knows",
        "anthropic",
        [{"role": "user", "content": [IMAGE, BLOCK]}],
    ),
    History("a part that nobody knows", "gemini", [{"role": "user", "parts": [{"hologram": {"depth": 3}}]}]),
    History(
        "a result",
        "langchain",
        [
            lc("human", "go"),
            lc("ai", "", tool_calls=[{"name": "tags", "args": {}, "id": "1"}]),
            lc("tool", "v1", tool_call_id="1"),
        ],
    ),
)
"""What the other histories do not hold, as their clients' types know no such blocks, or for want of room."""

ALL = (*HISTORIES, *LIBRARY_HISTORIES, *MORE)
SOURCES = (*READERS, *LIBRARIES)
MEDIA = ("image", "document", "file", "audio", "video")


def holds(event: Event, *words: str) -> bool:
    """Whether one of the words is a key or a value of what came of an event."""
    return any(f'"{word}"' in json.dumps(body_of(event)) for word in words)


def is_hosted(event: Event) -> bool:
    """Whether it is of a tool of the provider's."""
    return hosted(event) or event.type in ("web_search_call", "executable_code", "code_execution_result")


def is_call(event: Event) -> bool:
    """Whether it is a call of a tool of the user's."""
    return event.kind == "call" and not is_hosted(event)


def is_result(event: Event) -> bool:
    """Whether it answers such a call."""
    return event.kind in ("result", "error") and not is_hosted(event)


def has_images(event: Event) -> bool:
    """Whether there are images in it."""
    return isinstance(event.data, dict) and "images" in event.data


def is_refusal(event: Event) -> bool:
    """Whether the model refused."""
    return event.type == "assistant" and holds(event, "refusal")


def is_text(event: Event) -> bool:
    """Whether it is somebody's words."""
    return event.type in ("system", "developer", "user", "assistant") and not is_refusal(event)


KINDS: dict[str, Callable[[Event], bool]] = {
    "text": is_text,
    "image": lambda event: event.type == "image",
    "file": lambda event: event.type in ("file", "document"),
    "audio": lambda event: event.type == "audio",
    "parallel calls": is_call,
    "results": lambda event: is_result(event) and event.kind == "result" and not has_images(event),
    "errors": lambda event: is_result(event) and event.kind == "error",
    "images in results": lambda event: is_result(event) and has_images(event),
    "reasoning, signature": lambda event: event.kind == "reasoning",
    "cache marks": lambda event: "cache_control" in frame_of(event),
    "refusals": is_refusal,
    "server tools": is_hosted,
}


KNOWN = tuple(KINDS.values())


def is_unknown(event: Event) -> bool:
    """Whether it is none of these."""
    return not any(is_kind(event) for is_kind in KNOWN) and event.type != "summary"


KINDS["unknown blocks"] = is_unknown


def thread_of(history: History) -> Thread:
    """Read a history."""
    if history.provider in LIBRARIES:
        return Thread(LIBRARIES[history.provider].events(history.messages))
    reader = READERS[history.provider]
    return Thread([*reader.system(history.system), *reader.events(history.messages)])


THREADS = [(history, thread_of(history)) for history in ALL]


def found(kind: str, source: str) -> bool:
    """Whether a reader gives such events, with what came of them."""
    return any(
        KINDS[kind](event) and raw_of(event)
        for history, thread in THREADS
        if history.provider == source
        for event in thread
    )


def fates(kind: str, target: str, *, own: bool) -> Iterator[str]:
    """Say of each such event what becomes of it in a provider's messages."""
    for history, thread in THREADS:
        events = [event for event in thread if KINDS[kind](event)]
        if not events or (history.provider == target) != own:
            continue
        written = to_messages(thread, target)
        if own:
            whole = (written.messages, written.system) == (history.messages, history.system)
            yield from ["kept" if whole else "changed"] * len(events)
            continue
        losses = {loss.event: f"{loss.became} (listed)" for loss in written.losses}
        reader = READERS[target]
        again = [*reader.system(written.system), *reader.events(written.messages)]
        marks = json.dumps([written.messages, written.system]).count('"cache_control"')
        for event in events:
            if kind == "cache marks":
                yield "kept" if marks else "left out"
            else:
                yield losses.get(str(event.id)) or fate(event, again)


def fate(event: Event, again: Iterable[Event]) -> str:
    """Say what an event is when its messages are read again."""
    types = {other.type for other in again if other.kind == event.kind or event.type in MEDIA}
    if is_refusal(event):
        return "kept" if any(is_refusal(other) for other in again) else "as text"
    if event.type in types or (event.type in MEDIA and types.intersection(MEDIA)):
        return "kept"
    if event.kind == "error" and any(
        other.type == event.type.removesuffix("_error") + "_result" for other in again
    ):
        return "as a result"
    return "kept" if event.kind == "system" else "as text"


def cell(values: Iterable[str]) -> str:
    """Write the fates of all such events."""
    return ", ".join(sorted(set(values), key=lambda value: (value != "kept", value))) or "–"


def rows(head: list[str], body: Iterable[list[str]]) -> str:
    """Write a table."""
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def table() -> str:
    """Write what is carried."""
    read = rows(
        ["", *SOURCES],
        ([kind, *("kept" if found(kind, source) else "–" for source in SOURCES)] for kind in KINDS),
    )
    written = [
        f"### {target}\n\n"
        + rows(
            ["", "from its own", "from another"],
            (
                [kind, cell(fates(kind, target, own=True)), cell(fates(kind, target, own=False))]
                for kind in KINDS
            ),
        )
        for target in MESSAGE_FORMATS
    ]
    return HEAD.format(read=read, written="\n\n".join(written))


HEAD = """# What is carried

Made by `tests/test_messages_carried.py` from the histories of the tests: each is read, and written for each
provider; what is written is read again.

## Readers

*kept*: it is an event, and `raw` holds what came; *–*: no history of the tests has it, as most of these
shapes have no place for it. The session logs of Claude Code and Codex hold messages of `anthropic` and items
of `openai-responses`.

{read}

## Writers

*kept*: in the provider's own form, so that its reader finds it again; *as text*, *as a result*: the model
reads it as such; *(listed)*: it is in `Written.losses`, with what became of it. Where there are several, it
depends on what it was.

{written}
"""


def test_the_table_is_what_the_code_does() -> None:
    """`docs/messages.md` is derived from the code, and nothing of one's own provider is changed."""
    text = table()
    if os.environ.get("CONTEXTKIT_WRITE_TABLES"):
        TABLE.write_text(text, encoding="utf-8")
    assert "changed" not in text
    assert TABLE.read_text(encoding="utf-8") == text

"""Parts: what an event is in a picture of a context, such as the user's words or a tool's results."""

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias, get_args

from .events import Event, Kind
from .prefetching.fetch import fetch_mark

PartName: TypeAlias = Literal[
    "system", "user", "prefetched", "summary", "assistant", "call", "result", "error", "note", "around"
]
"""The part that tokens play in a context."""

PARTS: tuple[PartName, ...] = get_args(PartName)
"""All parts, in the order in which they are stacked."""

_OF_KIND: Mapping[str, PartName] = MappingProxyType(
    {
        "system": "system",
        "user": "user",
        "assistant": "assistant",
        "reasoning": "assistant",
        "call": "call",
        "result": "result",
        "error": "error",
        "compaction": "summary",
    }
)


class Part(NamedTuple):
    """A part of a context.

    Attributes:
        name: Which one.
        tool: The tool whose calls or results these are; else empty.
    """

    name: PartName
    tool: str = ""


AROUND = Part("around")
"""What belongs to no event: the prompt around the thread, and what a counter makes of joins."""


def part_of(event: Event) -> Part:
    """Tell what an event is in a picture: its kind, with what was fetched ahead as a kind of its own.

    What a compaction has put in the place of events is a `summary`. A tool's name is the type of its
    call, which a result's type has before `_result`.

    >>> part_of(Event("list_git_tags_result", ["v1.10"], call_id="1"))
    Part(name='result', tool='list_git_tags')
    >>> part_of(Event("reasoning", "Which tag is the newest?")).name
    'assistant'
    """
    return Part("prefetched") if fetch_mark(event) is not None else _part(event.kind, event.type)


@functools.lru_cache(maxsize=1_024)
def _part(kind: Kind, type: str) -> Part:
    name = _OF_KIND.get(kind, "note")
    if name == "call":
        return Part(name, type)
    return Part(name, type.removesuffix("_result")) if name == "result" else Part(name)

"""Event: one thing that happened, as plain JSON that never changes."""

import dataclasses
import datetime
import json
import operator
import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Literal, TypeAlias, get_args

from .exceptions import EventError
from .plain import JSON, MAX_DEPTH, plain, same

Kind: TypeAlias = Literal[
    "system", "user", "assistant", "reasoning", "call", "result", "error", "note", "compaction", "usage"
]
"""An event's part in the conversation."""

KINDS: tuple[Kind, ...] = get_args(Kind)
MODEL_KINDS: frozenset[Kind] = frozenset(("assistant", "reasoning", "call"))
"""What the model itself writes."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_TYPE = re.compile(r"(?!/)[^\s<>\x00-\x20\x7f-\xa0\ud800-\udfff\ufeff\ufffe\uffff]+\Z")
_KIND_OF_TYPE: dict[str, Kind] = {
    "system": "system",
    "system_prompt": "system",
    "system_message": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "human_response": "user",
    "message": "user",
    "assistant": "assistant",
    "assistant_message": "assistant",
    "ai": "assistant",
    "ai_message": "assistant",
    "reasoning": "reasoning",
    "thinking": "reasoning",
    "tool_call": "call",
    "call": "call",
    "result": "result",
    "tool_result": "result",
    "observation": "result",
    "error": "error",
    "exception": "error",
    "traceback": "error",
    "usage": "usage",
}
_KIND_OF_ENDING: tuple[tuple[str, Kind], ...] = (
    ("_error", "error"),
    ("_result", "result"),
    ("_response", "result"),
    ("_output", "result"),
    ("_message", "user"),
)


def kind_of(event_type: str, call_id: str | None = None) -> Kind:
    """Derive an event's kind from its type and call id.

    A known word is its own kind (`system`, `assistant`, `error`, ...), else the ending decides:
    `_error`, `_result` (also `_response`, `_output`), `_message` (a user's). What is left is a
    `note`. With a `call_id` an event is a part of an exchange with a tool: an `error` if its type
    says so, a `result` if its type says `result` or `response`, a person's answer if it is a
    `human_response`, else the `call`.

    >>> kind_of("slack_message"), kind_of("list_git_tags_result"), kind_of("deploy_started")
    ('user', 'result', 'note')
    >>> kind_of("list_git_tags", "1"), kind_of("human_response", "2"), kind_of("error", "1")
    ('call', 'user', 'error')
    """
    ending: Kind = next((kind for end, kind in _KIND_OF_ENDING if event_type.endswith(end)), "note")
    kind = _KIND_OF_TYPE.get(event_type, ending)
    if call_id is None or kind in ("error", "result"):
        return kind
    return kind if event_type == "human_response" else "call"


def matches(event: "Event", types: Sequence[str]) -> bool:
    """Tell whether an event is of one of some types or kinds; types are patterns.

    >>> matches(Event("deploy_result"), ["*_result"]), matches(Event("deploy_result"), ["error", "call"])
    (True, False)
    """
    return event.kind in types or any(fnmatchcase(event.type, pattern) for pattern in types)


@dataclasses.dataclass(frozen=True, slots=True, init=False, eq=False)
class Event:
    """One thing that happened.

    Everything given is copied and made plain JSON (the rule is in `contextkit.plain`). The event
    cannot be changed; the containers inside `data` could be, and must not.

    Attributes:
        type: The user's word for it, such as `slack_message` or `list_git_tags_result`: any text
            without white space, control characters, `<` and `>`.
        data: What happened: text, or any JSON value.
        kind: Its part in the conversation, derived by `kind_of` or given.
        call_id: Ties a call to its results.
        pinned: May never be cut. `None` lets the thread decide: it pins the task (see `Thread`).
        at: When, as ISO 8601 text.
        raw: What the provider sent, kept for the way back; of what was fetched ahead, what was asked for.
        id: Its name in a thread; given by the thread where it is not given here.

    Raises:
        EventError: If a part of it cannot be plain JSON, or a field has the wrong type.

    >>> Event("list_git_tags_result", {"tags": ["v1.4.2", "v1.4.1"]}, call_id="1")
    Event('list_git_tags_result', {'tags': ['v1.4.2', 'v1.4.1']}, kind='result', call_id='1')
    """

    type: str
    data: JSON
    kind: Kind
    call_id: str | None
    pinned: bool | None
    at: str | None
    raw: JSON
    id: str | None

    def __init__(
        self,
        type: str,
        data: object = "",
        *,
        kind: Kind | None = None,
        call_id: str | None = None,
        pinned: bool | None = None,
        at: str | datetime.date | None = None,
        raw: object = None,
        id: str | None = None,
    ) -> None:
        _check(type, kind, call_id, pinned, id)
        _fill(
            self,
            type,
            # a record holds the data of other events, some levels down
            plain(data, depth=MAX_DEPTH + (8 if type == "compaction" else 0)),
            kind or kind_of(type, call_id),
            call_id,
            pinned,
            _time(at),
            plain(raw, "raw"),
            id,
        )

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Event":
        """Make an event from its JSON record, the way back from `to_record`.

        Raises:
            EventError: If the record has no `type`, or a field that an event does not have.

        >>> Event.from_record({"type": "user", "data": "deploy it"})
        Event('user', 'deploy it', kind='user')
        """
        if not isinstance(record, Mapping):
            raise EventError("event", f"{type(record).__name__} is not an object with 'type' and 'data'")
        unknown = sorted(set(map(str, record)) - set(cls.__slots__))
        if unknown or "type" not in record:
            wrong = f"unknown field {unknown[0]!r}" if unknown else "no 'type'"
            hint = (
                "; of messages make a thread with from_messages or read_threads" if "role" in record else ""
            )
            raise EventError("event", f"{wrong}; an event has {', '.join(cls.__slots__)}{hint}")
        return cls(**record)

    def to_record(self) -> dict[str, JSON]:
        """Give the event as a JSON object; fields that say nothing are left out.

        >>> Event("user", "deploy it", id="0").to_record()
        {'type': 'user', 'data': 'deploy it', 'id': '0'}
        """
        record: dict[str, JSON] = {"type": self.type, "data": self.data}
        if self.kind != kind_of(self.type, self.call_id):
            record["kind"] = self.kind
        for name in ("call_id", "pinned", "at", "raw", "id"):
            if (value := getattr(self, name)) is not None:
                record[name] = value
        return record

    @property
    def text(self) -> str:
        """The data as text: itself where it is text, else compact JSON."""
        return self.data if isinstance(self.data, str) else _encode(self.data)

    def with_data(self, data: object) -> "Event":
        """Give the same event with other data; what `raw` holds of the old data is taken off.

        Of a provider's message that is the `body`: which message it stood in, and how, is still so.

        >>> raw = {"provider": "openai-chat", "message": {"role": "user"}, "body": {"content": "deploy it"}}
        >>> Event("user", "deploy it", raw=raw).with_data("deploy").raw
        {'provider': 'openai-chat', 'message': {'role': 'user'}}
        """
        kept = None
        if isinstance(self.raw, dict) and "body" in self.raw:
            kept = {key: value for key, value in self.raw.items() if key != "body"}
        return self.having(data=plain(data), raw=kept)

    def having(self, **changes: Any) -> "Event":
        """Give the same event with other fields, which must be plain JSON already."""
        values = dict(zip(Event.__slots__, _values(self), strict=True))
        values.update(changes)
        event = object.__new__(Event)
        _fill(event, **values)
        return event

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Event):
            return NotImplemented
        return (
            (self.type, self.kind, self.call_id, self.pinned, self.at, self.id)
            == (other.type, other.kind, other.call_id, other.pinned, other.at, other.id)
            and same(self.data, other.data)
            and same(self.raw, other.raw)
        )

    def __hash__(self) -> int:
        return hash((self.id, self.type, self.call_id))

    def __reduce__(self) -> tuple[Any, ...]:
        return _revive, _values(self)

    def __repr__(self) -> str:
        data = repr(self.data)
        shown = data if len(data) <= 80 else f"{data[:60]}... ({len(data):,} characters)"
        rest = "".join(
            f", {name}={value!r}"
            for name in ("kind", "call_id", "pinned", "at", "id")
            if (value := getattr(self, name)) is not None and value is not False
        )
        return f"Event({self.type!r}, {shown}{rest})"


def stamp(event: Event, raw: dict[str, JSON]) -> Event:
    """Put what came, as plain JSON, into an event that was just made and that nobody else holds yet."""
    object.__setattr__(event, "raw", raw)
    return event


def _check(type: object, kind: object, call_id: object, pinned: object, id: object) -> None:
    if not isinstance(type, str) or not _TYPE.match(type):
        raise EventError("type", f"{type!r} is not a word; use letters, digits and marks, such as 'git_tags'")
    if call_id is not None:
        _check_name("call_id", call_id)
    if id is not None:
        _check_name("id", id)
    if kind is not None and kind not in KINDS:
        raise EventError("kind", f"{kind!r} is none of {', '.join(KINDS)}")
    if pinned is not None and not isinstance(pinned, bool):
        raise EventError("pinned", f"{pinned!r} is neither True, False nor None")


def _check_name(field: str, value: object) -> None:
    if not isinstance(value, str) or not value:
        raise EventError(field, f"{value!r} is not text of one character or more; give it as text")


_values = operator.attrgetter(*Event.__slots__)


def _fill(
    event: Event,
    type: str,
    data: JSON,
    kind: Kind,
    call_id: str | None,
    pinned: bool | None,
    at: str | None,
    raw: JSON,
    id: str | None,
) -> None:
    put = object.__setattr__
    put(event, "type", type)
    put(event, "data", data)
    put(event, "kind", kind)
    put(event, "call_id", call_id)
    put(event, "pinned", pinned)
    put(event, "at", at)
    put(event, "raw", raw)
    put(event, "id", id)


def _revive(*values: Any) -> Event:
    event = object.__new__(Event)
    _fill(event, *values)
    return event


def _time(at: str | datetime.date | None) -> str | None:
    if at is None or isinstance(at, datetime.date):
        return at.isoformat() if at is not None else None
    try:
        datetime.datetime.fromisoformat(at)
    except (TypeError, ValueError):
        raise EventError("at", f"{at!r} is no time; give a datetime or ISO 8601 text") from None
    return at

"""The guide's own shape, `{"events": [{"type": ..., "data": ...}]}` -> threads.

12-factor agents keep a list of events that have a type and data, and no ids: `list_git_tags` is
followed by `list_git_tags_result`, or by `error`. Which result belongs to which call is derived, by
a stated rule, so that they are kept or dropped together.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ..events import Event
from ..exceptions import ContextkitError, ReadError
from ..threads import Thread
from .parts import Calls

_ENDINGS = ("_result", "_error")


def from_document(document: Mapping[str, Any] | Sequence[Any]) -> Thread:
    """Read a document of events: the guide's, or a thread's own JSON.

    In a document where no event has a `call_id` or a `kind`, calls and results are paired:

    - `X` with a later `X_result` or `X_error`,
    - `X` with an `error` directly after it, where `X` is a word that has no meaning of its own (not
      `user`, `slack_message`, ...),
    - `request_...` with a later `human_response`.

    Of several calls of one type, those made together are answered in their order, and one that was
    made later is answered before one that was given up. The call gets the kind `call` and the id
    `call_<its position>`, its result the kind `result` or `error`; a person's answer stays `user`.
    An event without a partner stays as it is. Where any event has a `call_id` or a `kind`, nothing
    is derived.

    Args:
        document: An object with a list of `events`, or that list.

    Raises:
        ReadError: If it is of another shape; its `source` names the event.

    >>> thread = from_document({"events": [
    ...     {"type": "list_git_tags", "data": {}}, {"type": "list_git_tags_result", "data": ["v1.4.2"]}]})
    >>> [(event.type, event.kind, event.call_id) for event in thread]
    [('list_git_tags', 'call', 'call_0'), ('list_git_tags_result', 'result', 'call_0')]
    """
    records = document.get("events") if isinstance(document, Mapping) else document
    if not isinstance(records, Sequence) or isinstance(records, str | bytes):
        raise ReadError('a document of events is an object with a list of "events"', source="document")
    events = [_event(record, f"events[{index}]") for index, record in enumerate(records)]
    told = any("call_id" in record or "kind" in record for record in records)
    thread = Thread()
    for index, event in enumerate(events if told else _paired(events)):
        try:
            thread = thread.append(event)
        except (ContextkitError, ValueError) as error:  # a record of a compaction may hold anything
            raise ReadError(str(error), source=f"events[{index}]") from error
    return thread


def _event(record: Any, place: str) -> Event:
    try:
        return Event.from_record(record)
    except ContextkitError as error:
        raise ReadError(str(error), source=place) from error


def _paired(events: Sequence[Event]) -> list[Event]:
    """Give the events with the calls and results among them tied together."""
    partners = _partners(events)
    calls = {call: f"call_{call}" for call in partners.values()}
    paired = []
    for position, event in enumerate(events):
        if position in calls:
            paired.append(event.having(kind="call", call_id=calls[position]))
        elif position in partners:
            paired.append(event.having(call_id=calls[partners[position]]))
        else:
            paired.append(event)
    return paired


def _partners(events: Sequence[Event]) -> dict[int, int]:
    """Find the position of the call that each result answers, by the result's position."""
    types = {event.type for event in events}
    partners: dict[int, int] = {}
    calls, batch = Calls(), 0
    for position, event in enumerate(events):
        before = position - 1
        if (
            event.type == "error"
            and before >= 0
            and before not in partners
            and _may_fail(events[before], types)
        ):
            calls.answered(f"call_{before}")
            partners[position] = before
        elif found := calls.answered(None, _callers(event.type, types)):
            partners[position] = int(found[0].removeprefix("call_"))
        elif _is_call(event.type, types):
            calls.opened(None, event.type, batch=batch, position=position)
            continue
        batch += 1  # calls with anything between them were not made together
    return partners


def _is_call(name: str, types: set[str]) -> bool:
    return name.startswith("request_") or any(name + ending in types for ending in _ENDINGS)


def _may_fail(event: Event, types: set[str]) -> bool:
    return event.kind == "note" or _is_call(event.type, types)


def _callers(name: str, types: set[str]) -> set[str]:
    """Give the types that an event of this type may answer."""
    if name == "human_response":
        return {other for other in types if other.startswith("request_")}
    return {name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending)}

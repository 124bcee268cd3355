"""Histories of Gemini: contents <-> threads.

Both spellings of its keys are read, `functionCall` and `function_call`.

| a part | becomes an event of type |
|---|---|
| `text` | the role: `user`, `assistant` (Gemini's `model`) |
| `text` that is a `thought` | `reasoning` |
| `functionCall` | the function's name; `data`: its arguments |
| `functionResponse` | the call's type and `_result`; `_error` where it holds an `error` alone |
| `inlineData`, `fileData` | `image`, `audio`, `video`, `file`; `data` says what it is |
| any other part, such as `executableCode` | the part's key |

Signatures are in `raw`. A content of plain texts is one event, else each part is one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..events import Event, kind_of
from ..exceptions import EventError, ReadError
from ..plain import JSON, json_in, plain
from ..threads import Thread
from .bodies import Draft, stamped
from .dialects import Role
from .envelopes import plain_messages
from .media import Media, media
from .parts import Calls, legal_type, named

PROVIDER = "gemini"

_ROLES = {"user": "user", "model": "assistant", "function": "user", None: "user"}
_SIGNATURES = ("thoughtSignature", "thought_signature")
_NOT_IN_A_NAME = re.compile("[^a-zA-Z0-9_.:-]")
_UNSIGNED = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="
"""What Gemini 3 takes for the signature of a call that another model made: Base64 of
`skip_thought_signature_validator`, as its documentation says."""


def from_messages(contents: Iterable[Mapping[str, Any]] | str, system_instruction: object = None) -> Thread:
    """Read contents, or a text, with the system instruction that stands beside them.

    Nothing that came is lost (see `contextkit.messages.bodies`).

    Raises:
        ReadError: If a content is of another shape, or answers a call that stands nowhere before it.

    >>> call = {"functionCall": {"name": "list_git_tags", "args": {"last": 2}}}
    >>> response = {"functionResponse": {"name": "list_git_tags", "response": {"tags": ["v1.4.2"]}}}
    >>> thread = from_messages([
    ...     {"role": "user", "parts": [{"text": "deploy it"}]},
    ...     {"role": "model", "parts": [call]}, {"role": "user", "parts": [response]}])
    >>> [(event.type, event.data) for event in thread]
    [('user', 'deploy it'), ('list_git_tags', {'last': 2}), ('list_git_tags_result', {'tags': ['v1.4.2']})]
    """
    given = [{"role": "user", "parts": [{"text": contents}]}] if isinstance(contents, str) else contents
    return Thread([*system(system_instruction), *events(plain_messages(given))])


def system(instruction: object) -> list[Event]:
    """Read the system instruction that stands beside the contents: text, or a content."""
    if not instruction:
        return []
    try:
        value = plain(instruction, "system_instruction")
    except EventError as error:
        raise ReadError(error.reason, source=error.path) from None
    parts: JSON = [{"text": value}] if isinstance(value, str) else value
    parts = parts.get("parts") if isinstance(parts, dict) else parts
    given = parts if isinstance(parts, list) else [None]
    texts = [part["text"] for part in given if isinstance(part, dict) and isinstance(part.get("text"), str)]
    if not texts or len(texts) < len(given):
        raise ReadError("it is neither text nor a content of texts", source="system_instruction")
    return stamped([Draft(Event("system", "\n".join(texts)), {"system": value})], PROVIDER, {"system": value})


def events(
    contents: Iterable[dict[str, JSON]], calls: Calls | None = None, *, after: tuple[int, int] = (0, 0)
) -> list[Event]:
    """Read contents that are plain JSON as the events of a thread.

    Args:
        contents: The contents, or those that follow what was read before.
        calls: The calls so far; these are added.
        after: How many contents and events were read before.
    """
    read: list[Event] = []
    calls = Calls() if calls is None else calls
    first, known = after
    for index, content in enumerate(contents, start=first):
        place = f"contents[{index}]"
        role = content.get("role")
        if role not in _ROLES:
            raise ReadError(f"the role {role!r} is none of user, model", source=f"{place}.role")
        parts = content.get("parts")
        if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
            raise ReadError("a content has a list of parts", source=f"{place}.parts")
        calls.turn = None if role != "model" else index if calls.turn is None else calls.turn
        if parts and all(part.keys() == {"text"} and isinstance(part["text"], str) for part in parts):
            text = "\n".join(part["text"] for part in parts)
            drafts = [Draft(Event(_ROLES[role], text), {"parts": parts})]
        else:
            drafts = [
                _draft(part, _ROLES[role], calls, f"{place}.parts[{at}]", known + len(read) + at)
                for at, part in enumerate(parts)
            ]
        read += stamped(drafts or [Draft(Event(_ROLES[role], ""), {})], PROVIDER, content, at=index)
    return read


def _draft(part: dict[str, JSON], role: str, calls: Calls, place: str, position: int) -> Draft:
    body: dict[str, JSON] = {"parts": [part]}
    frame: dict[str, JSON] = {key: part[key] for key in _SIGNATURES if part.get(key)}
    if isinstance(text := part.get("text"), str):
        return Draft(Event("reasoning" if part.get("thought") else role, text), body, frame)
    call = part.get("functionCall") or part.get("function_call")
    if isinstance(call, dict):
        name = legal_type(call.get("name"))
        call_id = _opened(call.get("id"), name, calls, position)
        event = Event(name, call.get("args") or {}, kind="call", call_id=call_id)
        told = {"id": call["id"]} if call.get("id") else {"unnamed": True}
        return Draft(event, body, frame | named(call.get("name"), name) | told)
    response = part.get("functionResponse") or part.get("function_response")
    if isinstance(response, dict):
        return Draft(_response(response, calls, place), body, frame)
    if found := media(part):
        return Draft(Event(found.kind, found.about, kind=kind_of(role), pinned=False), body, frame)
    shown = {key: value for key, value in part.items() if key not in _SIGNATURES}
    name = legal_type(next(iter(shown), None))
    return Draft(Event(name, shown.get(name, shown), kind=kind_of(role), pinned=False), body, frame)


def _opened(id: str | None, name: str, calls: Calls, position: int) -> str:
    """Note a call, and give it an id: its own, where no other call of its turn waits that has it too."""
    turn = position if calls.turn is None else calls.turn
    free = id if id and calls.waiting.get(id) != turn else None
    call_id = calls.opened(free, name, batch=turn, position=position)
    calls.came[call_id] = id or ""
    return call_id


def _answered(id: str | None, name: str | None, calls: Calls) -> tuple[str, str] | None:
    """Find the call that a response answers: by its id, else by the name, in the order of the calls."""

    def has_id(call: str) -> bool:
        return calls.came.get(call) == id

    def has_name(call: str) -> bool:
        nameless = not id or not calls.came.get(call)  # a response may have an id that its call has not
        return nameless and name in (None, calls.types[call])

    call_id = (calls.next(has_id) if id else None) or calls.next(has_name)
    if call_id is None and id:  # it is answered already
        call_id = next(filter(has_id, reversed(calls.came)), None)
    return calls.answered(call_id) if call_id else None


def _response(response: dict[str, JSON], calls: Calls, place: str) -> Event:
    id, name = response.get("id"), response.get("name")
    if (found := _answered(id, None if name is None else legal_type(name), calls)) is None:
        which = id or name
        raise ReadError(
            f"it answers the call {which!r}, which stands nowhere before it; "
            "keep the content that makes the call, or leave this part out",
            source=place,
        )
    call_id, call_type = found
    data = response.get("response", "")
    if isinstance(data, dict) and data.keys() == {"error"}:
        return Event(f"{call_type}_error", data["error"], kind="error", call_id=call_id)
    return Event(f"{call_type}_result", data, kind="result", call_id=call_id)


# ---- the way back


class Dialect:
    """How Gemini writes the parts of a content; see `contextkit.messages.dialects`."""

    provider = PROVIDER
    results_first = False
    thoughts: tuple[str, ...] = ()
    beside = together = alternates = True
    apart = strips = False

    def shell(self, role: Role) -> dict[str, JSON]:
        """Give an empty content."""
        return {"role": "model" if role == "assistant" else "user", "parts": []}

    def text(self, text: str, role: Role, frame: Mapping[str, JSON]) -> dict[str, JSON]:
        """Give the body of a text; an empty one is left out."""
        return {"parts": [{"text": text, **_signed(frame)}] if text else []}

    def text_type(self, role: Role) -> str:
        """Give the type of a part that is text."""
        return "text"

    def media(self, media: Media, role: Role) -> dict[str, JSON] | None:
        """Give the part of an image, a sound or a file, whose type must be known."""
        if role in ("tool", "system") or media.id or not media.media_type:
            return None
        if media.data:
            return {"inlineData": {"mimeType": media.media_type, "data": media.data}}
        return {"fileData": {"mimeType": media.media_type, "fileUri": media.url}} if media.url else None

    def block(self, block: dict[str, JSON]) -> dict[str, JSON]:
        """Give the body of a part that `media` gave."""
        return {"parts": [block]}

    def reasoning(self, text: str) -> None:
        """A thought of another model is not sent."""

    def call(
        self, id: str, name: str, data: JSON, arguments: str | None, frame: Mapping[str, JSON]
    ) -> dict[str, JSON]:
        """Give the body of a call; arguments that are no object are made one."""
        args = data if isinstance(data, dict) else {"arguments": data} if data not in ("", None) else {}
        own = {"id": frame["id"]} if "id" in frame else {}
        signed = _signed(frame) or {"thoughtSignature": _UNSIGNED}
        return {"parts": [{"functionCall": {"name": name, "args": args, **own}, **signed}]}

    def result(
        self,
        id: str,
        name: str,
        content: Sequence[str | dict[str, JSON]],
        failed: bool,
        frame: Mapping[str, JSON],
    ) -> dict[str, JSON]:
        """Give the body of the answer to a call: the object that the text is, else one with the text."""
        text = "\n".join(map(str, content))
        data = json_in(text)
        response = data if isinstance(data, dict) else {"result": text}
        response = {"error": text} if failed else response
        own = {"id": frame["id"]} if "id" in frame else {}
        return {"parts": [{"functionResponse": {"name": name, "response": response, **own}}]}

    def name(self, name: str) -> str:
        """Give a function's name of the characters that Gemini takes, at most 64."""
        safe = _NOT_IN_A_NAME.sub("_", name)[:64]
        return safe if safe[:1].isalpha() or safe.startswith("_") else f"_{safe}"[:64]

    def id(self, id: str) -> str:
        """Calls are told apart by their place and name."""
        return id

    def system(self, texts: Sequence[str]) -> JSON:
        """Give the system instruction as a content."""
        return {"parts": [{"text": text} for text in texts]}


def _signed(frame: Mapping[str, JSON]) -> dict[str, JSON]:
    return {key: frame[key] for key in _SIGNATURES if key in frame}


DIALECT = Dialect()

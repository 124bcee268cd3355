"""What the readers of provider histories share: the parts of a message, and the calls so far.

Two rules hold for every provider:

- **data** is what the model reads, and no more: an image, a sound or a file is a placeholder that
  says what it is (`{"media_type": "image/png", "bytes": 34512}`), never its Base64.
- **raw** is what came, event by event; see `bodies`.
"""

import dataclasses
import re
from collections.abc import Callable, Iterable

from ..codecs.json import decode
from ..events import Event, kind_of
from ..exceptions import ContextkitError, EventError, ReadError
from ..plain import JSON, plain
from .bodies import Draft, stamped

_NOT_IN_A_TYPE = re.compile(r"^/|[\s<>\x00-\x20\x7f-\xa0\ud800-\udfff\ufeff\ufffe\uffff]")
_TEXTS = ("text", "refusal", "input_text", "output_text", "summary_text", "reasoning_text")
_PAYLOADS = ("url", "data", "file_data")
_GROUPS = {"image": "images", "document": "documents"}


def legal_type(name: object) -> str:
    """Make an event type of a name: what may not stand in one becomes `_`.

    >>> legal_type("list git<tags>"), legal_type(""), legal_type(None)
    ('list_git_tags_', 'unnamed', 'unnamed')
    """
    return _NOT_IN_A_TYPE.sub("_", name) if isinstance(name, str) and name else "unnamed"


def parsed(text: str) -> JSON:
    """Give the JSON object or array that the whole text is, else the text.

    Text that JSON readers disagree on (NaN, a key named twice, nested deeper than an event may be)
    stays text.

    >>> parsed('{"tag": "v1.4.2"}'), parsed("v1.4.2"), parsed("3")
    ({'tag': 'v1.4.2'}, 'v1.4.2', '3')
    """
    if not text.lstrip(" \t\r\n").startswith(("{", "[")):
        return text
    try:
        return plain(decode(text))
    except ContextkitError:
        return text


def joined(content: JSON) -> str | None:
    r"""Give the text of a content that is nothing but text, its parts joined by line ends.

    >>> joined([{"type": "text", "text": "deploy"}, {"type": "text", "text": "it"}])
    'deploy\nit'
    >>> joined([{"type": "image_url"}]) is None
    True
    """
    if content is None or isinstance(content, str):
        return content or ""
    texts: list[str] = []
    for part in content:
        if (text := text_of(part)) is None:
            return None
        texts.append(text)
    return texts[0] if len(texts) == 1 else "\n".join(texts)


def text_of(part: JSON) -> str | None:
    """Give the text of a part that is text (or a refusal, which is text too)."""
    if not isinstance(part, dict) or part.get("type") not in _TEXTS:
        return None
    text = part.get("refusal" if part["type"] == "refusal" else "text")
    return text if isinstance(text, str) else None


def part_event(part: dict[str, JSON], role: str) -> Event:
    """Make the event of one part of a message: its text, its placeholder, or the part itself.

    >>> part_event({"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}, "user")
    Event('image', {'url': 'https://example.com/a.png'}, kind='user')
    """
    if (text := text_of(part)) is not None:
        return Event(role, text)
    name, data = media(part) or (legal_type(part.get("type")), part)
    return Event(name, data, kind=kind_of(role), pinned=False)


def media(part: JSON) -> tuple[str, JSON] | None:
    """Name a part that is no text (`image`, `audio`, `file`, ...) and say what it is.

    >>> media({"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}})
    ('audio', {'media_type': 'audio/wav', 'bytes': 4})
    """
    if not isinstance(part, dict) or not isinstance(kind := part.get("type"), str):
        return None
    body = part.get(kind)
    if kind.endswith("_url") and isinstance(body, dict | str):
        return legal_type(kind.removesuffix("_url")), described(
            body if isinstance(body, dict) else {"url": body}
        )
    if kind in ("input_audio", "file") and isinstance(body, dict):
        return kind.removeprefix("input_"), described(body)
    if isinstance(source := part.get("source"), dict):
        named = {key: part[key] for key in ("title", "context") if part.get(key)}
        return legal_type(kind), named | described(source)
    return None


def described(source: dict[str, JSON]) -> dict[str, JSON]:
    """Say what an image, a sound or a file is, without its bytes.

    Sizes are in bytes, after Base64.

    >>> described({"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="})
    {'media_type': 'image/png', 'bytes': 8}
    """
    data: dict[str, JSON] = {}
    for key, value in source.items():
        if key == "content":
            data[key] = content_data(value)
        elif key in _PAYLOADS and isinstance(value, str):
            data |= _payload(key, value, source)
        elif key == "format":
            data["media_type"] = f"audio/{value}"
        elif key != "type":
            data[key] = value
    return dict(sorted(data.items(), key=lambda item: item[0] != "media_type"))


def _payload(key: str, value: str, source: dict[str, JSON]) -> dict[str, JSON]:
    if source.get("type") == "text":
        return {"text": value}
    head, comma, body = value.partition(",")
    if comma and head.startswith("data:"):
        kind = head.removeprefix("data:").partition(";")[0] or "text/plain"
        size = _decoded(body) if head.endswith(";base64") else len(body.encode(errors="surrogatepass"))
        return {"media_type": kind, "bytes": size}
    return {"url": value} if key == "url" else {"bytes": _decoded(value)}


def _decoded(base64: str) -> int:
    return len(base64.rstrip("=\n")) * 3 // 4


def content_data(content: JSON) -> JSON:
    """Make the data of a tool's result of its content: text, the JSON that it is, or both and the rest.

    >>> content_data([{"type": "text", "text": "[1, 2]"}])
    [1, 2]
    >>> content_data([{"type": "text", "text": "the page"}, {"type": "image", "source": {"url": "https://a.b/c"}}])
    {'text': 'the page', 'images': [{'url': 'https://a.b/c'}]}
    """
    if isinstance(content, dict | int | float):  # a server tool's own shape
        return content
    if (text := joined(content)) is not None:
        return parsed(text)
    data: dict[str, JSON] = {}
    if texts := [text for part in content if (text := text_of(part)) is not None]:
        data["text"] = "\n".join(texts)
    for part in content:
        if text_of(part) is None:
            name, what = media(part) or ("", part)
            data.setdefault(_GROUPS.get(name, "parts"), []).append(what)
    return data["parts"] if list(data) == ["parts"] else data


def system_events(system: JSON, provider: str) -> list[Event]:
    """Make the events of a system prompt that stands beside the messages, as text or as blocks."""
    if not system:
        return []
    try:
        value = plain(system, "system")
    except EventError as error:
        raise ReadError(error.reason, source=error.path) from None
    blocks: JSON = [{"type": "text", "text": value}] if isinstance(value, str) else value
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise ReadError("it is neither text nor a list of blocks", source="system")
    text = joined(blocks)
    if text is not None:
        drafts = [Draft(Event("system", text), {"system": value}, marks(blocks))]
    else:
        drafts = [Draft(part_event(block, "system"), {"system": [block]}, marks([block])) for block in blocks]
    return stamped(drafts, provider, {"system": value})


def marks(blocks: Iterable[JSON] | str) -> dict[str, JSON]:
    """Give the last cache mark of some blocks, which stays when their text changes.

    >>> marks([{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}])
    {'cache_control': {'type': 'ephemeral'}}
    """
    found = [b["cache_control"] for b in blocks if isinstance(b, dict) and b.get("cache_control")]
    return {"cache_control": found[-1]} if found else {}


def named(name: JSON, type: str) -> dict[str, JSON]:
    """Give a tool's name where an event's type is not it."""
    return {"name": name} if isinstance(name, str) and name != type else {}


def timed(event: Event, at: JSON) -> Event:
    """Give an event with the time that a log has for it; what is no time is passed over.

    >>> timed(Event("user", "deploy it"), "2026-03-01T10:00:00Z").at, timed(Event("user"), "now").at
    ('2026-03-01T10:00:00Z', None)
    """
    try:
        return event.having(at=Event("time", at=at).at)
    except EventError:
        return event


@dataclasses.dataclass(slots=True)
class Calls:
    """The calls of a history so far, and which of them wait for an answer.

    An answer that names its call answers the newest call of that id. One that does not answers the
    oldest waiting call of the newest batch: calls that a model made together are answered in their
    order, and calls that it gave up are not answered by later results.
    """

    types: dict[str, str] = dataclasses.field(default_factory=dict)
    waiting: dict[str, int] = dataclasses.field(default_factory=dict)
    came: dict[str, str] = dataclasses.field(default_factory=dict)  # the ids as they came, where that counts
    turn: int | None = None  # where the model's turn began that is being read, where that counts

    def copy(self) -> "Calls":
        """Give a copy, which may be added to."""
        return Calls(dict(self.types), dict(self.waiting), dict(self.came), self.turn)

    def opened(self, call_id: str | None, type: str, *, batch: int, position: int) -> str:
        """Note a call, and give its id: its own, else `call_<position>`."""
        if not call_id:
            call_id = f"call_{position}"
            while call_id in self.types:
                call_id += "_"
        self.types[call_id] = type
        self.waiting.pop(call_id, None)  # a re-used id stands last again
        self.waiting[call_id] = batch
        return call_id

    def answered(self, call_id: str | None, names: Iterable[str] | None = None) -> tuple[str, str] | None:
        """Note an answer, and give the id and type of the call that it answers, if there is one.

        Args:
            call_id: The call's id, where the answer has it.
            names: Else the types that the call may have; `None`: any.
        """
        if not call_id:
            wanted = None if names is None else set(names)
            call_id = self.next(lambda call: wanted is None or self.types[call] in wanted)
            if call_id is None:
                return None
        self.waiting.pop(call_id, None)
        return (call_id, self.types[call_id]) if call_id in self.types else None

    def next(self, wanted: Callable[[str], bool]) -> str | None:
        """Give the oldest waiting call of the newest batch that has one of those that are wanted, by ids."""
        chosen, batch = None, 0
        for id in reversed(self.waiting):  # the newest first: batches only grow
            if chosen is not None and self.waiting[id] != batch:
                break
            if wanted(id):
                chosen, batch = id, self.waiting[id]
        return chosen

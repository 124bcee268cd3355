"""What the readers of other libraries' messages share: they are read, and written as a provider's."""

from collections.abc import Iterable

from ..codecs.json import encode
from ..events import Event, kind_of
from ..exceptions import ReadError
from ..plain import JSON
from .media import Media, media
from .parts import Calls, legal_type, parsed, text_of


def block_text(block: JSON) -> str | None:
    """Give the text of a block that is text, in any of these libraries' spellings.

    >>> block_text("a"), block_text({"type": "text", "content": "b"})
    ('a', 'b')
    """
    if isinstance(block, str):
        return block
    if isinstance(block, dict) and "text" in (block.get("type"), str(block.get("kind")).partition("-")[0]):
        text = block.get("text", block.get("content"))
        return text if isinstance(text, str) else None
    return text_of(block)


def block_event(block: JSON, role: str) -> Event:
    """Make the event of a block: its text, what its file is, or the block itself."""
    if (text := block_text(block)) is not None:
        return spoken(text, role)
    if isinstance(block, dict) and (found := media(block)):
        return Event(found.kind, found.about, kind=kind_of(role), pinned=False)
    name = (
        next((block[key] for key in ("type", "kind", "part_kind") if key in block), None) if block else None
    )
    return Event(legal_type(name), block, kind=_kind(role), pinned=False)


def spoken(text: str, role: str) -> Event:
    """Make the event of a text; a role of somebody else's making is the event's type, and a user's."""
    return Event(legal_type(role), text, kind=_kind(role))


def _kind(role: str) -> JSON:
    kind = kind_of(legal_type(role))
    return kind if kind in ("system", "user", "assistant") else "user"


def returned(content: JSON) -> JSON:
    """Make the data of a tool's result of whatever it returned: bytes are never in it.

    >>> returned(["the page", {"kind": "binary", "media_type": "image/png", "data": "iVBORw0KGgo="}])
    {'text': 'the page', 'images': [{'media_type': 'image/png', 'bytes': 8}]}
    """
    if isinstance(content, str):
        return parsed(content)
    if not isinstance(content, list):
        found = media(content) if isinstance(content, dict) else None
        return {f"{found.kind}s": [found.about]} if found else "" if content is None else content
    held = [media(item) if isinstance(item, dict) else None for item in content]
    texts = [block_text(item) for item in content]
    blocks = [isinstance(item, dict) and texts[place] is not None for place, item in enumerate(content)]
    if not any(held) and not any(blocks):  # a list of the tool's own
        return content
    told = [text for text in texts if text is not None]
    return parsed("\n".join(told)) if len(told) == len(texts) else _apart(content, texts, held)


def _apart(content: list[JSON], texts: list[str | None], media: list[Media | None]) -> dict[str, JSON]:
    data: dict[str, JSON] = {}
    if said := [text for text in texts if text is not None]:
        data["text"] = "\n".join(said)
    for item, text, found in zip(content, texts, media, strict=True):
        if found:
            data.setdefault(f"{found.kind}s", []).append(found.about)
        elif text is None:
            data.setdefault("parts", []).append(item)
    return data


def result_event(
    calls: Calls, id: JSON, data: JSON, place: str, *, failed: bool, names: Iterable[str] | None = None
) -> Event:
    """Make the event of an answer to a call.

    Raises:
        ReadError: If the call stands nowhere before it.
    """
    call_id = id if isinstance(id, str) and id else None
    found = calls.answered(call_id, names)
    if found is None:
        shown = encode(call_id or next(iter(names or ()), ""))
        raise ReadError(
            f"it answers the call {shown}, which stands nowhere before it; "
            "keep the message that makes the call, or leave this one out",
            source=place,
        )
    call_id, call_type = found
    ending, kind = ("_error", "error") if failed else ("_result", "result")
    return Event(f"{call_type}{ending}", data, kind=kind, call_id=call_id)  # type: ignore[arg-type]

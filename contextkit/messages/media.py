"""Images, sounds and files, apart from how any provider writes them."""

import dataclasses
from collections.abc import Iterator

from ..codecs.json import encode
from ..plain import JSON

_AUDIO = {"wav": "audio/wav", "mp3": "audio/mpeg"}
_KINDS = {"image": "image", "audio": "audio", "video": "video"}
_OTHERS = {
    **{kind: kind for kind in ("image", "audio", "video", "file")},
    **{f"{kind}-url": kind for kind in ("image", "audio", "video")},
    **dict.fromkeys(("binary", "uploaded-file", "blob", "uri", "document-url", "text-plain"), "file"),
}
_HOLDERS = ("content", "parts", "output", "functionResponse", "function_response", "resource")
_RETURNS = ("tool-return", "builtin-tool-return")


@dataclasses.dataclass(frozen=True, slots=True)
class Media:
    """An image, a sound or a file that stands in a message.

    Attributes:
        kind: `image`, `audio`, `video` or `file`.
        media_type: Such as `image/png`; empty where it is not known.
        data: Its bytes as Base64.
        url: Where it lies.
        id: Its name at the provider that holds it; no other provider knows it.
        name: Its file name.
    """

    kind: str
    media_type: str = ""
    data: str = ""
    url: str = ""
    id: str = ""
    name: str = ""

    @property
    def data_url(self) -> str:
        """The bytes as a URL, else where it lies."""
        return f"data:{self.media_type};base64,{self.data}" if self.data else self.url

    @property
    def about(self) -> dict[str, JSON]:
        """What it is, without its bytes: the data of its event. Sizes are in bytes.

        >>> Media("image", "image/png", data="iVBORw0KGgo=").about
        {'media_type': 'image/png', 'bytes': 8}
        """
        said = {"media_type": self.media_type, "url": self.url, "file_id": self.id, "name": self.name}
        size = {"bytes": len(self.data.rstrip("=")) * 3 // 4} if self.data else {}
        return {key: value for key, value in said.items() if value} | size

    @property
    def placeholder(self) -> str:
        """A line that says what it is, for where it cannot stand itself.

        >>> Media("image", "image/png", data="iVBORw0KGgo=").placeholder
        '[image: image/png, 8 bytes]'
        """
        size = f"{len(self.data.rstrip('=')) * 3 // 4:,} bytes" if self.data else ""
        about = ", ".join(filter(None, (self.name, self.media_type, size, self.url)))
        return f"[{self.kind}: {about}]" if about else f"[{self.kind}]"


def contents(body: JSON) -> Iterator[str | Media]:
    """Give the texts and the media of a body, of whatever provider, in order.

    What is neither is passed over.

    >>> list(contents({"content": [{"type": "text", "text": "look"},
    ...                            {"type": "image_url", "image_url": {"url": "https://a.b/c.png"}}]}))
    ['look', Media(kind='image', media_type='', data='', url='https://a.b/c.png', id='', name='')]
    """
    if isinstance(body, str):
        yield body
    elif isinstance(body, list):
        for item in body:
            yield from contents(item)
    elif isinstance(body, dict):
        found = media(body)
        yield from [found] if found else _inside(body)


def _inside(body: dict[str, JSON]) -> Iterator[str | Media]:
    """Give what a block holds that is no image, sound or file itself."""
    if body.get("part_kind") in _RETURNS:
        yield from _returned(body.get("content"))
    elif body.get("type") == "resource_link":  # of MCP: the model may ask for what it names
        yield encode(body)
    elif isinstance(text := body.get("text", body.get("refusal")), str):
        yield text
    else:
        for key in _HOLDERS:
            if key in body:
                yield from contents(body[key])


def media(block: dict[str, JSON]) -> Media | None:
    """Give what a block of any provider holds, if it is an image, a sound or a file.

    >>> media({"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}})
    Media(kind='image', media_type='image/png', data='iVBORw0KGgo=', url='', id='', name='')
    """
    return _chat(block) or _responses(block) or _anthropic(block) or _gemini(block) or _other(block)


def _chat(block: dict[str, JSON]) -> Media | None:
    kind = block.get("type")
    if kind in ("image_url", "video_url", "audio_url"):
        held = block.get(kind)
        url = held.get("url") if isinstance(held, dict) else held
        return _at(kind.removesuffix("_url"), url)
    if kind == "input_audio" and isinstance(held := block.get("input_audio"), dict):
        form = str(held.get("format"))
        return Media("audio", _AUDIO.get(form, f"audio/{form}"), data=_text(held.get("data")))
    if kind == "file" and isinstance(held := block.get("file"), dict):
        return _file(held)
    return None


def _responses(block: dict[str, JSON]) -> Media | None:
    kind = block.get("type")
    if kind == "input_image":
        url = block.get("image_url")
        return _at("image", url) if url else Media("image", id=_text(block.get("file_id")))
    return _file(block) if kind == "input_file" else None


def _anthropic(block: dict[str, JSON]) -> Media | None:
    kind, source = block.get("type"), block.get("source")
    if kind not in ("image", "document", "file") or not isinstance(source, dict):
        return None
    if source.get("type") in ("text", "content"):
        return None
    return Media(
        "image" if kind == "image" else "file",
        _text(source.get("media_type")),
        data=_text(source.get("data")),
        url=_text(source.get("url")),
        id=_text(source.get("file_id")),
        name=_text(block.get("title")),
    )


def _gemini(block: dict[str, JSON]) -> Media | None:
    held = (
        block.get("inlineData") or block.get("inline_data") or block.get("fileData") or block.get("file_data")
    )
    if not isinstance(held, dict):
        return None
    type = _text(held.get("mimeType") or held.get("mime_type"))
    return Media(
        _KINDS.get(type.partition("/")[0], "file"),
        type,
        data=_text(held.get("data")),
        url=_text(held.get("fileUri") or held.get("file_uri")),
        name=_text(held.get("displayName") or held.get("display_name")),
    )


def _other(block: dict[str, JSON]) -> Media | None:
    """Look for what LangChain, pydantic-ai, OpenTelemetry and MCP have: much the same under other names."""
    kind = block.get("type", block.get("kind"))
    blob = block.get("resource") if kind == "resource" else None
    if isinstance(blob, dict) and "blob" in blob:
        return _plain_media("file", {"data": blob["blob"], "mimeType": blob.get("mimeType")})
    if kind not in _OTHERS or (kind == "file" and isinstance(block.get("content"), dict)):
        return None
    named = _KINDS.get(str(block.get("modality")), _OTHERS[kind])
    found = _plain_media(named, block | ({"data": block.get("content")} if kind == "blob" else {}))
    return found if found.data or found.url or found.id else None


def _plain_media(kind: str, held: dict[str, JSON]) -> Media:
    type = next((_text(held[key]) for key in ("mime_type", "mimeType", "media_type") if held.get(key)), "")
    data = _text(held.get("base64") or held.get("data"))
    return Media(
        _KINDS.get(type.partition("/")[0], kind),
        type,
        data=data.replace("-", "+").replace("_", "/"),  # pydantic writes Base64 for URLs
        url=_text(held.get("url") or held.get("uri")),
        id=_text(held.get("file_id")),
        name=_text(held.get("filename") or held.get("title")),
    )


def _returned(content: JSON) -> Iterator[str | Media]:
    """Give what a tool of pydantic-ai returned, if there are media in it: the rest of it as text."""
    items = content if isinstance(content, list) else [content]
    found = [media(item) if isinstance(item, dict) else None for item in items]
    if any(found):
        for item, held in zip(items, found, strict=True):
            yield held or (item if isinstance(item, str) else encode(item))


def _file(held: dict[str, JSON]) -> Media | None:
    name = _text(held.get("filename"))
    if data := _text(held.get("file_data")):
        found = _at("file", data)
        return found and dataclasses.replace(found, name=name)
    return Media("file", url=_text(held.get("file_url")), id=_text(held.get("file_id")), name=name)


def _at(kind: str, url: JSON) -> Media | None:
    if not isinstance(url, str):
        return None
    head, comma, data = url.partition(",")
    if comma and head.startswith("data:") and head.endswith(";base64"):
        return Media(kind, head.removeprefix("data:").removesuffix(";base64"), data=data)
    return Media(kind, url=url)


def _text(value: JSON) -> str:
    return value if isinstance(value, str) else ""

"""Base64 and binary data -> one line: what it is, how large, and its hash."""

import base64
import binascii
import re

from .drafts import several

_URL = re.compile(r"data:([\w.+-]{1,60}/[\w.+-]{1,60})?(?:;[\w=.-]{1,60}){0,4};base64,")
_ALPHABET = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_LEAST = 256  # characters
_NO_TEXT = dict.fromkeys([*set(range(32)) - set(b"\t\n\r\x0b\x0c\x1b\x08"), 0x7F, 0xFFFD])
_MAGIC = (
    (b"\x89PNG", "png image"),
    (b"\xff\xd8\xff", "jpeg image"),
    (b"GIF8", "gif image"),
    (b"%PDF", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"\x7fELF", "elf"),
    (b"\x00asm", "wasm"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ", "xz"),
    (b"SQLite format 3", "sqlite"),
    (b"RIFF", "image or audio"),
    (b"OggS", "audio"),
    (b"ID3", "audio"),
    (b"wOF2", "font"),
)


def is_base64(text: str) -> bool:
    """Tell whether a text is nothing but Base64, wrapped or not, by its first characters.

    >>> is_base64(base64.b64encode(bytes(range(256))).decode()), is_base64("a word " * 200)
    (True, False)
    """
    if len(text) < _LEAST:
        return False
    if _URL.match(text[:400]):
        return True
    head = text[:4_000].removeprefix("base64:")
    lines = head.split("\n")
    whole = lines[:-1] if len(text) > len(head) and len(lines) > 1 else lines
    full = [line.strip() for line in whole if line.strip()]
    if not full or not all(_ALPHABET.fullmatch(line) for line in full):
        return False
    widths = {len(line) for line in full[:-1]}
    joined = "".join(full)
    mixed = any(char.isdigit() for char in joined) and any(char.isupper() for char in joined)
    return len(full[0]) >= 60 and len(widths) <= 1 and mixed and len(set(joined)) > 20


def is_binary(text: str) -> bool:
    r"""Tell whether a text was no text, by its first characters.

    >>> is_binary("\x00\x01\ufffd\x02" * 99), is_binary("caf\u00e9\n" * 99)
    (True, False)
    """
    head = text[:4_000]
    if len(head) < _LEAST:
        return False
    return len(head) - len(head.translate(_NO_TEXT)) > 0.1 * len(head)


def hashed(data: bytes) -> str:
    """Give the first characters of a sha256."""
    import hashlib

    return hashlib.sha256(data).hexdigest()[:16]


def binary_line(text: str) -> str:
    r"""Say in a line what data is.

    >>> binary_line(base64.b64encode(b"\x89PNG" + bytes(range(256)) * 3).decode())
    'png image, 772 bytes as base64, sha256 9eb2add37b2d0d93'
    """
    if not is_base64(text):
        data = text.encode("utf-8", "surrogatepass")
        return f"binary, {several(len(text), 'character')}, sha256 {hashed(data)}"
    url = _URL.match(text[:400])
    body = text[url.end() :] if url else text.removeprefix("base64:")
    try:
        data = base64.b64decode(
            re.sub(r"\s+", "", body).replace("-", "+").replace("_", "/") + "===", validate=False
        )
    except (binascii.Error, ValueError):
        data = text.encode("utf-8", "surrogatepass")
    return data_line(data, url[1] if url else None, " as base64")


def data_line(data: bytes, kind: str | None = None, written: str = "") -> str:
    r"""Say in a line what bytes are.

    Args:
        data: The bytes.
        kind: What they are, if that is known.
        written: How they are written, behind their size.

    >>> data_line(b"\x89PNG" + bytes(range(256)) * 3)
    'png image, 772 bytes, sha256 9eb2add37b2d0d93'
    """
    kind = kind or next((name for magic, name in _MAGIC if data.startswith(magic)), "")
    return f"{f'{kind}, ' if kind else ''}{several(len(data), 'byte')}{written}, sha256 {hashed(data)}"

"""Images and files in messages: how large they are, read from their first bytes, and what they cost.

Nothing is fetched: an image that is given as a URL or by the id of an upload has no known size.
"""

import base64
import binascii
import re
import struct
from math import ceil

Size = tuple[int, int]
_HEAD = 1 << 16  # characters of Base64: where the header of a JPEG stands, behind its metadata
_DATA_URL = re.compile(r"data:([\w.+-]{1,80}/[\w.+-]{1,80})(?:;[\w=.+-]{1,80}){0,4};base64,")


def inline(url: str) -> tuple[str, str] | None:
    """Split a data URL into its media type and its Base64 data; None for any other URL.

    >>> inline("data:image/png;base64,iVBORw0=")
    ('image/png', 'iVBORw0=')
    """
    found = _DATA_URL.match(url)
    return (found[1], url[found.end() :]) if found else None


def decoded(data: str, most: int | None = None) -> bytes:
    """Decode Base64, of the usual alphabet or the URL's, as far as it is Base64.

    Args:
        data: The text.
        most: How many characters of it to look at; all, if not given.
    """
    text = data[:most] if most else data
    text = "".join(text.split()).replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(text[: len(text) // 4 * 4])
    except (binascii.Error, ValueError):
        return b""


def image_size(data: str) -> Size | None:
    """Read an image's width and height, in pixels, from its Base64 data: PNG, JPEG, GIF or WebP.

    Returns:
        None if it is none of these, or its header is not whole.

    >>> image_size("R0lGODlhQAAgAA==")
    (64, 32)
    """
    head = decoded(data, _HEAD)
    try:
        size = _png(head) or _gif(head) or _webp(head) or _jpeg(head)
    except (struct.error, IndexError):
        return None
    return size if size and min(size) > 0 else None


def _png(head: bytes) -> Size | None:
    if not head.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def _gif(head: bytes) -> Size | None:
    if not head.startswith((b"GIF87a", b"GIF89a")):
        return None
    width, height = struct.unpack("<HH", head[6:10])
    return width, height


def _webp(head: bytes) -> Size | None:
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return None
    kind = head[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(head[start : start + 3], "little") + 1 for start in (24, 27))
    elif kind == b"VP8L":
        (bits,) = struct.unpack("<I", head[21:25])
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (each & 0x3FFF for each in struct.unpack("<HH", head[26:30]))
    return width, height


def _jpeg(head: bytes) -> Size | None:
    if not head.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at < len(head):
        if head[at] != 0xFF:
            return None
        mark = head[at + 1]
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return width, height
        # 0xFF may be repeated before a mark; some marks have no length.
        alone = mark in (0xFF, 0x01) or 0xD0 <= mark <= 0xD8
        at += (1 if mark == 0xFF else 2) if alone else 2 + struct.unpack(">H", head[at + 2 : at + 4])[0]
    return None


def pages(data: str) -> int:
    """Count the pages of a PDF from its Base64 data; 0 where they cannot be seen, as in a compressed index.

    >>> pages(base64.b64encode(b"<</Type /Page>> <</Type/Page /Parent 1 0 R>> <</Type /Pages>>").decode())
    2
    """
    return len(re.findall(rb"/Type\s{0,9}/Page(?![a-zA-Z])", decoded(data)))


def fitted(size: Size, longest: int | None = None, shortest: int | None = None) -> Size:
    """Scale an image down, never up, until its longest and its shortest side are at most so many pixels.

    >>> fitted((4_000, 2_000), longest=2_048), fitted((4_000, 2_000), shortest=768), fitted((10, 20), 2_048)
    ((2048, 1024), (1536, 768), (10, 20))
    """
    factor = 1.0
    if longest is not None:
        factor = min(factor, longest / max(size))
    if shortest is not None:
        factor = min(factor, shortest / min(size))
    width, height = size
    return max(1, round(width * factor)), max(1, round(height * factor))


def squares(size: Size, side: int) -> int:
    """Count the squares of so many pixels that cover an image.

    >>> squares((1_024, 1_025), 512)
    6
    """
    return ceil(size[0] / side) * ceil(size[1] / side)

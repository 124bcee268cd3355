r"""Markdown code fences that no body can close.

A fence is longer than any run of backticks in its body, as CommonMark has it (section 4.5, fenced code
blocks). The full-width U+FF40 counts as a backtick: a model may read it as one.
"""

from ..exceptions import FormatError
from ..patterns import Pattern

_RUN = Pattern("[`｀]+")
_OPENING = Pattern(r"(`{3,})([^`]*)\Z")
_HEADING = "## "


def fence(body: str, info: str = "") -> str:
    r"""Put a body into a code fence.

    Args:
        body: Any text.
        info: The word behind the opening fence, such as `json`: one line without backticks.

    Example:
        >>> print(fence("use ```sh fences", "text"), end="")
        ````text
        use ```sh fences
        ````
    """
    if "`" in info or "\n" in info:
        raise FormatError("markdown", f"the info string {info!r} of a fence is one line without backticks")
    longest = max(map(len, _RUN.findall(body)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{info}\n{body}\n{ticks}\n"


def read_sections(text: str) -> list[tuple[str, str, str]]:
    r"""Read a text of headings, each with a fence below.

    Lines end at a newline and nowhere else, so a carriage return in a body stays. Blank lines between
    sections are passed over.

    Returns:
        A tuple (heading, info, body) a section.

    Raises:
        FormatError: A heading without its fence, a fence that is not closed, or text outside of both.

    Example:
        >>> read_sections("## call\n```json\n{}\n```\n## user\n```\nhello\n\n```\n")
        [('call', 'json', '{}'), ('user', '', 'hello\n')]
    """
    lines = text.split("\n")
    sections: list[tuple[str, str, str]] = []
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        if not lines[at].startswith(_HEADING):
            raise FormatError("markdown", f"expected a heading '{_HEADING}type'", line=at + 1)
        ticks, info = _opening(lines, at + 1)
        try:
            end = lines.index(ticks, at + 2)
        except ValueError:
            raise FormatError("markdown", f"the fence {ticks} is not closed", line=at + 2) from None
        sections.append((lines[at].removeprefix(_HEADING), info, "\n".join(lines[at + 2 : end])))
        at = end + 1
    return sections


def _opening(lines: list[str], at: int) -> tuple[str, str]:
    """The ticks and the info string of the fence that must open on the line with the index `at`."""
    match = _OPENING.match(lines[at]) if at < len(lines) else None
    if match is None:
        raise FormatError("markdown", "expected a code fence below the heading", line=at + 1)
    return match[1], match[2]

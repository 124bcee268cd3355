"""Cutting a text to a number of tokens, at the cost of what is kept, not of what is cut away.

A text is cut at line borders. Where a line alone would leave more than half of the room empty it is cut
inside, between two grapheme clusters, so that no accent, flag or family is torn apart.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal

from ..patterns import Pattern
from .counters import Estimate, TokenCounter, count, seams_of

Marker = Callable[[int, int], str]
"""What is written where a text was cut: lines and characters left out -> one line of text, "" for none.

The lines are those of which nothing is kept; the characters are all that are left out, newlines too.
"""


def default_marker(lines: int, characters: int) -> str:
    """Say how much was left out.

    Example:
        >>> default_marker(1234, 56789)
        '[... 1,234 lines, 56,789 characters left out ...]'
        >>> default_marker(0, 1)
        '[... 1 character left out ...]'
    """
    gone = f"{characters:,} character{'' if characters == 1 else 's'}"
    if lines:
        gone = f"{lines:,} line{'' if lines == 1 else 's'}, {gone}"
    return f"[... {gone} left out ...]"


def exceeds(text: str, n: int, counter: TokenCounter) -> bool:
    """Tell whether a text has more than `n` tokens.

    With a counter that has `seams` the cost grows with `n`, never with the length of the text: it is
    counted from its start, piece by piece, and not to its end. Any other counter counts the whole, once.

    Raises:
        CounterError: The counter returned something else than a number of tokens.

    Example:
        >>> exceeds("one two three", 2, lambda text: len(text.split()))
        True
    """
    if isinstance(counter, Estimate):
        return exceeds(text, counter.unscale(n), counter.base)
    seams = seams_of(counter)
    if seams is None:
        return count(counter, text) > n
    # No token stands for more characters than this, so a text that is longer need not be counted at all.
    longest = getattr(counter, "longest", None)
    if longest is not None and len(text) > n * longest:
        return True
    start = used = 0
    while start < len(text) and used <= n:
        seam = seams.search(text, start + max(256, 4 * (n - used)))
        end = seam.start() if seam else len(text)
        used += count(counter, text[start:end])
        start = end
    return used > n


def cut(
    text: str,
    n: int,
    counter: TokenCounter,
    *,
    keep: Literal["head", "tail", "both"] = "both",
    marker: Marker = default_marker,
) -> str:
    r"""Cut a text to at most `n` tokens, and say on a line of its own what was left out.

    A text that has no more than `n` tokens comes back as it is, so cutting twice is cutting once. What is
    kept are whole lines, or grapheme clusters of a line that is too long. A Markdown code fence that the
    cut leaves open is closed before the marker and opened again after it, as far as the parts that are kept
    show it.

    Args:
        text: Any text.
        n: The most tokens of the result, marker and fences included, as the counter counts the whole of it.
        counter: Any counter; it need not add up. One with `seams` makes the cost that of the kept ends.
        keep: Which ends to keep. For `"both"` each gets half of the tokens, the tail what the head leaves
        too.
        marker: Writes the line that says what is gone.

    Returns:
        The text, cut. If there is no room for the marker: one end without it (the tail for `"tail"`, else the
        head); `""` if there is no room for anything.

    Raises:
        CounterError: The counter returned something else than a number of tokens.

    Example:
        >>> print(cut("\n".join(f"line {i}" for i in range(100)), 60, len))
        line 0
        [... 98 lines, 775 characters left out ...]
        line 99
    """
    if isinstance(counter, Estimate):
        return cut(text, counter.unscale(n), counter.base, keep=keep, marker=marker)
    if not exceeds(text, n, counter):
        return text
    newlines = text.count("\n")
    only_marker = marker(_lines_gone(text, 0, len(text), newlines), len(text))
    room, less = n - count(counter, f"{only_marker}\n"), 1
    while room > 0:
        head, tail = _ends(text, room, counter, keep)
        result = _assemble(text, head, tail, newlines, marker)
        over = count(counter, result) - n
        if over <= 0:
            return result
        # Fences take room too, and counts need not add up, so the room shrinks, faster with each try.
        room, less = room - max(over, less), less * 2
    if n > 0 and only_marker and count(counter, only_marker) <= n:
        return only_marker
    return _bare(text, n, counter, keep)


def _bare(text: str, n: int, counter: TokenCounter, keep: Literal["head", "tail", "both"]) -> str:
    """Cut a text to one of its ends, without a marker."""
    room, less = n, 1
    while room > 0:
        head, tail = _ends(text, room, counter, "tail" if keep == "tail" else "head")
        part = text[:head] or text[tail:]
        if count(counter, part) <= n:
            return part
        room, less = room - less, less * 2
    return ""


def _ends(
    text: str, room: int, counter: TokenCounter, keep: Literal["head", "tail", "both"]
) -> tuple[int, int]:
    """Find the places where the kept head ends and the kept tail begins, at least one character apart."""
    head = tokens = 0
    if keep != "tail":
        end = _Head(text, counter, len(text) - 1)
        head = end.border(room if keep == "head" else room // 2)
        tokens = end.tokens(head)
    if keep == "head":
        return head, len(text)
    return head, len(text) - _Tail(text, counter, len(text) - head - 1).border(room - tokens)


def _assemble(text: str, head: int, tail: int, newlines: int, marker: Marker) -> str:
    """Write what is kept, with the marker and the fences that are needed between."""
    before, after = text[:head], text[tail:]
    line = marker(_lines_gone(text, head, tail, newlines), tail - head)
    lines = [_open_fence(before), line, _fence_to_reopen(after)]
    if before and not before.endswith("\n"):
        before += "\n"
    between = "\n".join(filter(None, lines))
    return before + between + ("\n" if between and after else "") + after


def _lines_gone(text: str, head: int, tail: int, newlines: int) -> int:
    """Count the lines of which nothing is kept, given how many newlines the whole text has."""
    if head == tail:
        return 0
    gone = newlines - text.count("\n", 0, head) - text.count("\n", tail)
    to_line_end = text[tail - 1] == "\n"
    started = gone + (head == 0 or text[head - 1] == "\n") - to_line_end
    # The last of them may go on in the tail.
    return started - (started > 0 and tail < len(text) and not to_line_end)


# CommonMark's code fences; the info string after backticks has none itself.
_FENCE = Pattern(r"^ {0,3}(`{3,}(?=[^`\n]*$)|~{3,})([^\n]*)$", re.MULTILINE)


def _open_fence(text: str) -> str:
    """Find the line that closes the code block which a text leaves open, or ""."""
    fence = ""
    if "```" in text or "~~~" in text:
        for line in _FENCE.finditer(text):
            if not fence:
                fence = line[1]
            elif line[1].startswith(fence) and not line[2].strip():
                fence = ""
    return fence


def _fence_to_reopen(text: str) -> str:
    """Find the line that opens the code block which a text closes without having opened it, or ""."""
    first = _FENCE.search(text) if _open_fence(text) else None
    return first[1] if first and not first[2].strip() else ""


class _Head:
    """The head of a text that is cut, measured by the characters of it that are kept.

    Args:
        text: The whole text.
        counter: A counter.
        most: The most characters to keep.
    """

    def __init__(self, text: str, counter: TokenCounter, most: int) -> None:
        self.text = text
        self.counter = counter
        self.most = most
        self.seams = seams_of(counter)
        # Characters and their tokens up to a hard boundary: what comes after it is counted apart.
        self.known = (0, 0)

    def border(self, limit: int) -> int:
        """Find how many characters to keep so that they have at most `limit` tokens, if counts only grow."""
        low, high = self.reach(limit)
        line = self.line_start(low)
        lines = self.lines_between(low, high)
        first, last = 0, len(lines)
        while first < last:
            middle = (first + last) // 2
            if self.tokens(lines[middle]) <= limit:
                line, first = lines[middle], middle + 1
            else:
                last = middle
        return line if 2 * self.tokens(line) >= limit else self.grapheme(low)

    def reach(self, limit: int) -> tuple[int, int]:
        """Find a number of characters that fits, with hardly a token to spare, and one that does not."""
        low, used, high, over = 0, 0, self.most + 1, 0
        guess = step = 3 * limit
        while high - low > 1 and limit - used > limit // 32:
            guess = min(max(guess, low + 1), high - 1)
            width = high - low
            tokens = self.tokens(guess)
            if tokens <= limit:
                low, used = guess, tokens
                self.settle(low, used)
            else:
                high, over = guess, tokens
            if not over:
                step = max(2 * step, (limit - used) * low // max(used, 1))
                guess = low + step
            elif 2 * (high - low) > width:
                guess = (low + high) // 2
            else:
                guess = low + (high - low) * (limit - used) // (over - used)
        return low, high if over else min(high, low + 16 * (limit - used) + 256)

    def tokens(self, kept: int) -> int:
        """Count the tokens of the kept characters."""
        near, tokens = self.known if self.known[0] <= kept else (0, 0)
        return tokens + count(self.counter, self.between(near, kept))

    def settle(self, kept: int, tokens: int) -> None:
        """Remember the tokens up to the last hard boundary, if there is one close by."""
        near = self.seam(kept, self.seams) if self.seams is not None else 0
        if near > self.known[0]:
            self.known = near, tokens - count(self.counter, self.between(near, kept))

    def between(self, near: int, far: int) -> str:
        """Give the text between two distances from this end."""
        return self.text[near:far]

    def seam(self, kept: int, seams: re.Pattern[str]) -> int:
        """Find the last hard boundary in the last characters of what is kept, or 0."""
        found = seams.finditer(self.text, max(0, kept - 99), kept + 1)
        return max((seam.start() for seam in found), default=0)

    def line_start(self, kept: int) -> int:
        """Find the last line border in what is kept, or 0."""
        return self.text.rfind("\n", 0, kept) + 1

    def lines_between(self, low: int, high: int) -> list[int]:
        """Find the line borders that are further than `low` and nearer than `high`."""
        return [low + newline.end() for newline in re.finditer("\n", self.text[low : high - 1])]

    def grapheme(self, kept: int) -> int:
        """Find the last border of a grapheme cluster in what is kept, or 0."""
        return _grapheme_borders(self.text, kept)[0]


class _Tail(_Head):
    """The tail of a text that is cut: `_Head` in the mirror."""

    def between(self, near: int, far: int) -> str:
        return self.text[len(self.text) - far : len(self.text) - near]

    def seam(self, kept: int, seams: re.Pattern[str]) -> int:
        start = len(self.text) - kept
        seam = seams.search(self.text, start, start + 99)
        return len(self.text) - seam.start() if seam else 0

    def line_start(self, kept: int) -> int:
        newline = self.text.find("\n", max(0, len(self.text) - kept - 1))
        return len(self.text) - newline - 1 if newline >= 0 else 0

    def lines_between(self, low: int, high: int) -> list[int]:
        start = len(self.text) - high
        text = self.text[start : len(self.text) - low - 1]
        return [high - newline.end() for newline in re.finditer("\n", text)][::-1]

    def grapheme(self, kept: int) -> int:
        return len(self.text) - _grapheme_borders(self.text, len(self.text) - kept)[1]


def _grapheme_borders(text: str, place: int) -> tuple[int, int]:
    """Find the last border between grapheme clusters up to a place in a text, and the first from there on."""
    cluster, sure_border, flags = _grapheme_patterns()
    sure = sure_border.search(text, 0, min(place + 1, len(text)))
    start = sure.start() + 1 if sure else 0
    # Flags are two letters each: there may be too many of them before the place to go through one by one.
    if (letters := flags.match(text, start, place)) and place - letters.start() > 2:
        start = letters.start() + (place - letters.start() - 1) // 2 * 2
    before = after = start
    while after < place:
        before, after = after, cluster.match(text, after).end()
    if after == place:
        before = place
    # A surrogate pair that was not joined is two characters to Python, but one to everybody else.
    return before - _splits_pair(text, before), after + _splits_pair(text, after)


def _splits_pair(text: str, place: int) -> bool:
    pair = text[place - 1 : place + 1] if place else ""
    return len(pair) == 2 and "\ud800" <= pair[0] <= "\udbff" and "\udc00" <= pair[1] <= "\udfff"


@lru_cache(maxsize=1)
def _grapheme_patterns() -> tuple[Any, Any, Any]:
    """Compile a grapheme cluster, two characters with a border between them for sure, and letters of flags.

    The last two are searched from the end. The sure borders follow from the rules of UAX 29: what joins
    needs a prefix, a joiner, a mark or a letter of a flag before the border, or a mark or a letter of a
    Hangul syllable after it; after a newline, and before ASCII signs but for a prefix or CR LF, nothing
    joins.
    """
    import regex  # type: ignore[import-untyped]

    def gcb(*names: str) -> str:
        return "".join(rf"\p{{GCB={name}}}" for name in names)

    plain = gcb("Other", "Control", "CR", "LF", "LV", "LVT")
    sure = rf"[{plain}{gcb('V', 'T')}][{plain}{gcb('L')}]|\n.|[^{gcb('Prepend')}][ -~]"
    return regex.compile(r"\X"), regex.compile(rf"(?rs)(?!\r\n)(?:{sure})"), regex.compile(r"(?r)\p{RI}+")

"""Strips: pieces side by side in their order, each as wide as its tokens. Position says what is where."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..parts import PARTS, PartName
from .charts import width_of
from .looks import LOOKS, Hatching, Look, hatched, swatch
from .markup import Markup, element
from .tables import visible

_HEIGHT = 34  # pixels
_NARROW = 1 / 320  # of the strip's width: some three pixels in a notebook
_LETTER = 1 / 100  # of the strip's width: what a letter of a label takes
_TELEPHONE = 2.2  # so many times narrower is the strip on a telephone
_NAME = 60  # characters shown of a name


class Piece(NamedTuple):
    """A piece of a strip: one event, or neighbours that are too narrow to be seen.

    Attributes:
        tokens: Its width.
        part: What it is, which gives its colour.
        id: The event's id.
        type: The event's type.
        state: What became of it: `kept`, `changed` (hatched) or `added`.
        policy: What changed or added it.
        last: The id of the last event that it stands for, where there are several.
        events: How many events it stands for.
        states: How many of these are in each state, in words.
    """

    tokens: int
    part: PartName
    id: str
    type: str
    state: str = "kept"
    policy: str | None = None
    last: str = ""
    events: int = 1
    states: str = ""

    @property
    def title(self) -> str:
        """Say what it stands for.

        >>> Piece(120, "user", "0", "user").title
        '0 user: 120 tokens, kept'
        """
        tokens = f"{self.tokens:,} token{'s' if self.tokens != 1 else ''}"
        if self.events > 1:
            return (
                f"{self.events:,} events, {clipped(self.id)} to {clipped(self.last)}: {tokens}, {self.states}"
            )
        if self.part == "around":
            return f"around the thread: {tokens}"
        by = f" by {clipped(self.policy)}" if self.policy else ""
        return f"{clipped(self.id)} {clipped(self.type)}: {tokens}, {self.state}{by}"


def clipped(name: str, most: int = _NAME) -> str:
    """Give the beginning of a name that is too long to be shown.

    >>> clipped("a" * 70, 5)
    'aaaa…'
    """
    name = visible(name[: most + 1])
    return name if len(name) <= most else name[: most - 1] + "…"


def merged(pieces: Iterable[Piece], *, narrow: int) -> Iterator[Piece]:
    """Put neighbours together that have fewer than `narrow` tokens, so that not too many are drawn.

    The part and the state of most of their tokens are shown.
    """
    run: list[Piece] = []
    size = 0
    for piece in pieces:
        if run and (size >= narrow or piece.tokens >= narrow):
            yield _together(run)
            run, size = [], 0
        run.append(piece)
        size += piece.tokens
    if run:
        yield _together(run)


def _together(run: Sequence[Piece]) -> Piece:
    if len(run) == 1:
        return run[0]
    parts: Counter[PartName] = Counter()
    states: Counter[str] = Counter()
    for piece in run:
        parts[piece.part] += piece.tokens
        states[piece.state] += piece.tokens
    events = Counter(piece.state for piece in run)
    return Piece(
        sum(piece.tokens for piece in run),
        max(parts, key=lambda part: parts[part]),
        run[0].id,
        run[0].type,
        max(states, key=lambda state: states[state]),
        last=run[-1].id,
        events=len(run),
        states=", ".join(f"{count:,} {state}" for state, count in events.items()),
    )


def strip(pieces: Sequence[Piece], label: str, *, room: int | None = None) -> Markup:
    """Draw pieces side by side as an SVG that is as wide as its place and never scales its letters.

    Args:
        pieces: What is drawn, from the first to the last; neighbours that are too narrow are put together.
        label: What the picture shows, for who cannot see it.
        room: What the whole width stands for; the part that is not taken stays empty.
    """
    whole = max(room or 0, sum(piece.tokens for piece in pieces), 1)
    shown = list(merged(pieces, narrow=int(whole * _NARROW) + 1))
    defs, fill = hatched(map(_hatching, shown), label)
    drawn, start = [], 0
    for piece in shown:
        x, width = (f"{100 * size / whole:.3f}%" for size in (start, piece.tokens))
        hatching = _hatching(piece)
        shapes = [element("rect", width="100%", height=_HEIGHT, class_=f"p-{LOOKS[piece.part].name}")]
        if hatching:
            shapes.append(element("rect", width="100%", height=_HEIGHT, fill=fill(hatching)))
        shapes += _name(piece, piece.tokens / whole)
        shapes.append(element("path", d=f"M0 0V{_HEIGHT}", class_="edge"))
        title = element("title", piece.title)
        drawn.append(
            element("svg", title, *shapes, x=x, width=width, height=_HEIGHT, class_=f"piece {piece.state}")
        )
        start += piece.tokens
    return element(
        "svg", defs, *drawn, class_="chart strip", height=_HEIGHT, width="100%", role="img", aria_label=label
    )


def _name(piece: Piece, share: float) -> list[Markup]:
    """Write the name of one event on its piece, if it has room in that share of the strip."""
    name = clipped(piece.type)
    needed = _LETTER * (len(name) + 2)
    if piece.events > 1 or share < needed:
        return []
    tag = element("rect", x=3, y=9, width=len(name) * 7 + 6, height=17, rx=2, class_="paper tag")
    label = element("text", name, x=6, y=22)
    return [element("g", tag, label, class_="roomy" if share < _TELEPHONE * needed else None)]


def _hatching(piece: Piece) -> Hatching:
    return CHANGED.hatching if piece.state == "changed" else LOOKS[piece.part].hatching


def key_entries(pieces: Iterable[Piece]) -> list[tuple[Look, str]]:
    """Say what the colours of a strip stand for, each with its tokens."""
    sizes: Counter[PartName] = Counter()
    changed = False
    for piece in pieces:
        sizes[piece.part] += piece.tokens
        changed = changed or piece.state == "changed"
    entries = [(LOOKS[part], f"{LOOKS[part].label}: {sizes[part]:,}") for part in PARTS if sizes[part]]
    return [*entries, (CHANGED, "hatched: cut")] if changed else entries


def part_key(pieces: Iterable[Piece]) -> Markup:
    """Write what the colours of a strip stand for as a line of HTML."""
    keys = [element("span", swatch(look), words) for look, words in key_entries(pieces)]
    return element("p", Markup(" ".join(keys)), class_="key")


def svg_key(entries: Sequence[tuple[Look, str]], width: float) -> tuple[Markup, int]:
    """Draw what colours stand for as a part of an SVG, so many pixels wide; give it and its rows."""
    drawn, x, row = [], 0.0, 0
    for look, words in entries:
        size = 24 + width_of(words) + 16
        if x and x + size > width:
            x, row = 0.0, row + 1
        place = element("svg", swatch(look), x=x, y=20 * row, width=16, height=12)
        drawn += [place, element("text", words, x=x + 22, y=20 * row + 11)]
        x += size
    return element("g", *drawn), row + 1


CHANGED = Look("changed", "cut", "none", "back")

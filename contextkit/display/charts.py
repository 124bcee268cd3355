"""Charts: what drawings with axes have in common: ticks, labels that keep apart, and whole SVG files."""

from collections.abc import Iterator, Sequence

from .looks import STYLE
from .markup import Markup, element

_LETTER = 6.4  # pixels: the width of most letters at 12 pixels


def ticks(most: float, count: int) -> list[int]:
    """Give round numbers from 0 up to `most`, about `count` of them.

    >>> ticks(9_500, 4), ticks(37, 5)
    ([0, 2500, 5000, 7500], [0, 10, 20, 30])
    """
    if most < 1:
        return [0]
    power = 1
    while power * 10 * count <= most:
        power *= 10
    steps = (power * step for step in (1, 2, 2.5, 5, 10, 20, 25, 50) if power * step == int(power * step))
    step = int(next((step for step in steps if most / step <= count), most))
    return list(range(0, int(most) + 1, max(step, 1)))


def short_tokens(tokens: int, *, digits: int = 3) -> str:
    """Write a number of tokens in short, with so many digits or as many as stand before the point.

    >>> short_tokens(940), short_tokens(40_000), short_tokens(98_243), short_tokens(1_250_000)
    ('940', '40k', '98.2k', '1.25M')
    >>> short_tokens(7_211, digits=2), short_tokens(98_243, digits=2), short_tokens(999_700)
    ('7.2k', '98k', '1M')
    """
    if tokens < 1_000:
        return str(tokens)
    number, unit = (tokens / 1_000, "k") if tokens < 999_500 else (tokens / 1_000_000, "M")
    places = max(digits - len(str(int(number))), 0)
    text = f"{number:.{places}f}"
    return f"{text.rstrip('0').rstrip('.') if places else text}{unit}"


def width_of(text: str) -> float:
    """Give about how wide a text is, in pixels."""
    return _LETTER * len(text)


def flag_rows(places: Sequence[float], widths: Sequence[float], rows: int) -> list[int | None]:
    """Give each flag a row so that no flag covers another one or its pole.

    A flag begins at its pole and goes to the right; poles stand side by side on row 0, the lowest.

    Args:
        places: Where the poles are, from the left.
        widths: How wide the flags are.
        rows: How many rows there are; a flag that would need another one has none.

    >>> flag_rows([0, 30, 50, 200], [60, 60, 60, 60], 2)
    [None, 1, 0, 0]
    """
    found: list[int | None] = []  # from the right
    for index in range(len(places) - 1, -1, -1):
        end = places[index] + widths[index]
        row = 0
        for other, taken in zip(range(len(places) - 1, index, -1), found, strict=True):
            if taken is not None and places[other] < end:
                row = max(row, taken + 1)
        found.append(row if row < rows else None)
    return found[::-1]


def in_row(places: Sequence[float], widths: Sequence[float], gap: float) -> Iterator[int]:
    """Give the numbers of the labels that have room in a row, each centred at its place; the first go first.

    >>> list(in_row([10, 100, 15, 50], [10, 10, 10, 10], 5))
    [0, 1, 3]
    """
    taken: list[tuple[float, float]] = []
    for index, (place, width) in enumerate(zip(places, widths, strict=True)):
        if all(abs(place - other) >= (width + wide) / 2 + gap for other, wide in taken):
            taken.append((place, width))
            yield index


def svg_file(chart: Markup, width: int, height: int) -> str:
    """Make a file of a chart: with its style, on paper of its own, and nothing from elsewhere.

    Args:
        chart: The chart.
        width: In pixels; letters keep their size, so that this is how much room they have.
        height: The height of the chart, in pixels.
    """
    paper = element("rect", width="100%", height="100%", class_="paper")
    placed = element("svg", chart, x=12, y=8, width=width - 24, height=height)
    whole = element(
        "svg",
        STYLE,
        paper,
        placed,
        xmlns="http://www.w3.org/2000/svg",
        class_="ck",
        width=width,
        height=height + 16,
        style="padding:0;border:0;max-width:none",
    )
    return f"{whole}\n"


def beside(
    dots: Sequence[tuple[float, float]], widths: Sequence[float], whole: float, *, line: float = 15
) -> list[tuple[int, float]]:
    """Give the place of a label next to each dot where neither a dot nor another label is.

    Args:
        dots: Where the dots are, across and down.
        widths: The widths of their labels.
        whole: The width of the picture.
        line: The height of a label.

    Returns:
        For each dot the side, 1 for right and -1 for left, and how far its label is moved up.

    >>> beside([(10, 50), (20, 50)], [30, 30], 100)
    [(1, 15), (1, 0)]
    """
    half = line / 2 - 0.5
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in dots]
    away = [(side, sign * step * line) for step in range(12) for sign in (1, -1) for side in (1, -1)]
    found = []
    for (x, y), width in zip(dots, widths, strict=True):
        for side, up in away:
            start = x + 9 if side > 0 else x - 9 - width
            box = (start, y - up - half, start + width, y - up + half)
            if box[0] > 0 and box[2] < whole and not any(_overlap(box, other) for other in taken):
                break
        taken.append(box)
        found.append((side, up))
    return found


def _overlap(box: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]

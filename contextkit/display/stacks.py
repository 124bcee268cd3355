"""Stacks: layers as bars that touch, in a drawing that is stretched to its place."""

import itertools
from collections.abc import Iterable, Iterator, Sequence

from .layers import Layer
from .looks import hatched
from .markup import Markup, element

UNITS = 2_400
"""The height of each drawing in its own units; it is as many units wide as it has bars."""

_FINE = 100  # with fewer bars there is a line between each two


def stretched(bars: int, drawn: Iterable[Markup], **place: object) -> Markup:
    """Put what is drawn in units into a place of a picture, stretched to its size."""
    return element("svg", *drawn, **place, viewBox=f"0 0 {max(bars, 1)} {UNITS}", preserveAspectRatio="none")


def stack(
    bars: int, layers: Sequence[Layer], most: float, key: str, scale: tuple[float, float]
) -> Iterator[Markup]:
    """Draw layers on top of each other.

    Args:
        bars: How many bars there are.
        layers: What they are made of, from the lowest.
        most: The tokens that the whole height stands for.
        key: What tells the picture from others on a page.
        scale: How many units a pixel is about, across and down, for the hatchings.
    """
    defs, fill = hatched((layer.look.hatching for layer in layers), key, scale=scale)
    yield defs
    low = [0] * bars
    for layer in layers:
        high = [base + size for base, size in zip(low, layer.sizes, strict=True)]
        path = Markup("".join(area(low, high, UNITS / most)))
        yield element("path", element("title", layer.label), d=path, class_=f"p-{layer.look.name} edge")
        if layer.look.hatching:
            yield element("path", d=path, fill=fill(layer.look.hatching))
        low = high
    if bars < _FINE:
        lines = "".join(f"M{index} 0V{UNITS}" for index in range(1, bars))
        yield element("path", d=lines, class_="edge")


def outline(bar: int, low: float, high: float, most: float) -> str:
    """Write the outline of what is missing on top of a bar, between two numbers of tokens."""
    floor, top = (round(UNITS * (1 - tokens / most)) for tokens in (low, high))
    return f"M{bar} {floor}V{top}h1V{floor}"


def area(low: Sequence[int], high: Sequence[int], scale: float) -> Iterator[str]:
    """Write the steps between two heights, a shape for each stretch where they differ."""
    tops = [UNITS - round(size * scale) for size in high]
    floors = [UNITS - round(size * scale) for size in low]
    start = 0
    while start < len(tops):
        if tops[start] >= floors[start]:
            start += 1
            continue
        stop = start
        while stop < len(tops) and tops[stop] < floors[stop]:
            stop += 1
        yield f"M{start} {floors[start]}"
        yield from _steps(tops[start:stop])
        yield from _steps(floors[start:stop][::-1], "-")
        yield "z"
        start = stop


def _steps(heights: Sequence[int], sign: str = "") -> Iterator[str]:
    """Write a way over steps, each a unit wide, from where the first one begins."""
    for height, steps in itertools.groupby(heights):
        yield f"V{height}h{sign}{len(list(steps))}"

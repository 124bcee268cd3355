"""Layers: a run as stacked bars: what each bar holds, from the lowest layer up, and the calls behind it."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from ..occupancy import Filled
from ..parts import PARTS, Part
from .looks import LOOKS, TOOLS, Look
from .strips import clipped

_BARS = 600  # as many as a screen shows apart
_NAME = 40  # characters of a tool's name


class Layer(NamedTuple):
    """A layer of the bars.

    Attributes:
        look: How it looks.
        label: What it is called.
        sizes: Its tokens in each bar.
    """

    look: Look
    label: str
    sizes: list[int]


def layers_of(calls: Sequence[Filled]) -> list[Layer]:
    """Give the layers of bars, from the lowest: the parts, with tool results by tool.

    The tools whose results were largest in any one bar have a layer of their own, the others one together:
    so a tool that fills one call is named, however little it has over the whole run.
    """
    known = set().union(*(call.parts for call in calls))
    tools = _tools(calls)
    own = tools if len(tools) <= len(TOOLS) else tools[: len(TOOLS) - 1]
    results = [
        (look, f"{clipped(part.tool, _NAME)} results", {part}) for look, part in zip(TOOLS, own, strict=False)
    ]
    if rest := set(tools[len(own) :]):
        results.append((TOOLS[-1], f"{len(rest)} more tools' results", rest))
    others = {
        name: (LOOKS[name], LOOKS[name].label, {part for part in known if part.name == name})
        for name in PARTS
    }
    stacked = [entry for name in PARTS for entry in (results if name == "result" else [others[name]])]
    return [Layer(look, label, _sizes(calls, parts)) for look, label, parts in stacked if parts]


def _tools(calls: Sequence[Filled]) -> list[Part]:
    """Give the tools that have results, from the one that has most in one call."""
    most: dict[Part, int] = {}
    for call in calls:
        for part, tokens in call.parts.items():
            if part.name == "result":
                most[part] = max(tokens, most.get(part, 0))
    return sorted(most, key=lambda part: -most[part])


def _sizes(calls: Sequence[Filled], parts: Collection[Part]) -> list[int]:
    columns = [[call.parts.get(part, 0) for call in calls] for part in parts]
    return columns[0] if len(columns) == 1 else [sum(sizes) for sizes in zip(*columns, strict=True)]


class Bars(NamedTuple):
    """The bars of a run.

    Attributes:
        each: How many calls a bar stands for: 1, or more where there are too many to be seen.
        calls: The call that each bar shows: the largest of those that it stands for.
        new: The share of new tokens of each bar, in thousandths: the largest of its calls.
    """

    each: int
    calls: list[Filled]
    new: list[int]


def bars_of(calls: Sequence[Filled]) -> Bars:
    """Give the bars of a run."""
    each = max(-(-len(calls) // _BARS), 1)
    groups = [calls[start : start + each] for start in range(0, len(calls), each)]
    return Bars(
        each,
        [max(group, key=lambda call: call.tokens) for group in groups],
        [max(map(_new, group)) for group in groups],
    )


def _new(call: Filled) -> int:
    return round(1_000 * (1 - call.cached / call.tokens)) if call.tokens else 0

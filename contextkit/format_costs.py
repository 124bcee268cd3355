"""What a run costs in each format: all of it counted, or a sample with how far it may be off."""

import dataclasses
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from .events import Event
from .formats import Format
from .tokens.counters import count
from .windows import Window

SAMPLE, _EVENTS = 5_000, 50  # tokens, and events: a sample has about that many, or more
_WHOLE = 30_000  # tokens: a thread of no more is counted in each format


@dataclasses.dataclass(frozen=True, slots=True)
class FormatCost:
    """What the whole run costs in a format, compacted nowhere.

    Attributes:
        format: The format's name.
        tokens: Its tokens.
        margin: By how many these may be off: twice the standard error of the sample, 0 where all was counted.
        counted: How many events were written and counted for it.
    """

    format: str
    tokens: int
    margin: int
    counted: int


def format_costs(
    events: Sequence[Event],
    sizes: Sequence[int],
    window: Window,
    formats: Mapping[str, Format],
    sample: int | None,
) -> Iterator[FormatCost]:
    """Write and count the run in each format: all of it, or every n-th event in the order of type and size.

    Of a sample the tokens are those of the window's format, times the ratio of the two in the sample.
    """
    whole = sum(sizes)
    every = 1 if sample is None or whole <= _WHOLE else min(round(whole / sample), len(events) // _EVENTS)
    every = max(1, every)
    ordered = sorted(range(len(events)), key=lambda index: (events[index].type, sizes[index]))
    chosen = ordered[every // 2 :: every]
    for name, format in formats.items():
        if format == window.format:
            yield FormatCost(name, whole, 0, len(events))
        elif every == 1:
            yield FormatCost(name, count(window.counter, format.text(events)), 0, len(events))
        else:
            counted = {index: count(window.counter, format(events[index])) for index in chosen}
            tokens, margin = _scaled([event.type for event in events], sizes, counted)
            yield FormatCost(name, round(tokens), math.ceil(margin), len(chosen))


def _scaled(types: Sequence[str], sizes: Sequence[int], counted: Mapping[int, int]) -> tuple[float, float]:
    """Give the estimate of a total, and twice its standard error.

    Cochran, Sampling Techniques, 6.4 and 6.10: a ratio for each type of which two events were counted, and
    one for all others together. The sample is spread over the sizes, so the error is rather too large.

    >>> _scaled(["user"] * 4, [10, 10, 30, 30], {0: 20, 2: 60})
    (160.0, 0.0)
    """
    enough = {type for type, number in Counter(types[index] for index in counted).items() if number > 1}
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for index, type in enumerate(types):
        groups[type if type in enough else ""].append(index)
    known = sum(sizes[index] for index in counted)
    overall = sum(counted.values()) / max(known, 1)
    total, variance = 0.0, 0.0
    for group in groups.values():
        pairs = [(sizes[index], counted[index]) for index in group if index in counted]
        ratio = sum(y for _, y in pairs) / max(sum(x for x, _ in pairs), 1) if pairs else overall
        total += ratio * sum(sizes[index] for index in group)
        rest = sum((y - ratio * x) ** 2 for x, y in pairs)
        share = 1 - len(pairs) / len(group)
        variance += len(group) ** 2 * share * rest / max(len(pairs) * (len(pairs) - 1), 1)
    return total, 2 * math.sqrt(variance)

"""Calibration: an estimate made exact enough by what a provider has billed."""

from collections.abc import Iterable
from dataclasses import replace
from math import ceil

from ..exceptions import SettingError
from .counters import Estimate, TokenCounter

_RECENT = 15  # the calls that say where the bills stand now
_UNKNOWN = (0.8, 1.5)  # a model's tokens for each token of an encoding, where nothing is known of the model
_MOST = 10**12  # tokens; more is no bill

_Point = tuple[int, int]


def calibrated(counter: TokenCounter, points: Iterable[_Point]) -> Estimate:
    """Fit an estimate to what a provider billed: `billed = overhead + factor * counted`, leaning upwards.

    The overhead is what is sent along with each text: tool definitions, a hidden system prompt. The factor
    is the model's tokens for each of ours, framing included. The line is Theil's, from the points in two
    halves: the slope is the median of those from a point of the lower half to its partner in the upper one,
    the overhead the median of what the slope leaves (Theil 1950, the incomplete method). So a call in which
    something else was sent does not throw it. It is then lifted to the median of the latest 15 bills, which
    follows a drift, and above that by their spread: 1.5 times the median deviation, which is one standard
    deviation.

    With fewer than three points, or while the bills of the upper half are not an eighth above those of the
    lower (by their medians), a slope would be made of noise. Then the factor is the high end of what is known
    of the model, or 1.5, and the overhead is what that leaves; if it leaves nothing, the factor is what was
    billed for each token counted.

    Args:
        counter: What counted: an exact counter, or an `Estimate`, which says what is known of the model and
            whose base counted. An estimate that was calibrated before may be calibrated anew.
        points: For each call, oldest first, what the exact counter (the base) said of the text that was
            sent, and what was billed as input for it, all that was read from or written to a cache included;
            both in tokens. For a context measured with an estimate the first is
            `estimate.unscale(context.tokens)`.

    Returns:
        The estimate. Its spread is that of the latest bills, without the lowest and the highest of ten or
        more; without a line, what is known of the model below the factor. Without points, what was known.

    Raises:
        SettingError: A point is not a pair of whole numbers above 0 and up to 10**12.

    Example:
        >>> from contextkit.tokens.counters import CLAUDE
        >>> estimate = calibrated(CLAUDE, [(1_000, 3_250), (4_000, 7_000), (9_000, 13_250)])
        >>> estimate.factor, estimate.overhead
        (1.25, 2000)
        >>> estimate.scale(20_000), estimate.unscale(27_000)
        (27000, 20000)
    """
    known = counter
    if not isinstance(known, Estimate):
        known = Estimate("a calibrated model", 1.0, _UNKNOWN, known)
    given = [_checked(point) for point in points]
    if not given:
        return known
    latest, line = given[-_RECENT:], _line(sorted(given))
    if line is None:
        low, high = known.spread
        factor = min(high, _median(billed / counted for counted, billed in latest))
        overhead = max(0.0, _median(billed - factor * counted for counted, billed in latest))
        return _estimate(known, overhead, factor, (low / high * factor, factor))
    overhead, factor = line
    bills = sorted(billed / (overhead + factor * counted) for counted, billed in latest)
    level, ends = _median(bills), len(bills) // 10
    lift = level + 1.5 * _median(abs(bill - level) for bill in bills)
    spread = (min(bills[ends], lift) * factor, max(bills[-1 - ends], lift) * factor)
    return _estimate(known, overhead * lift, factor * lift, spread)


def _checked(point: _Point) -> _Point:
    match point:
        case (counted, billed) if type(counted) is type(billed) is int:
            if 0 < counted <= _MOST and 0 < billed <= _MOST:
                return counted, billed
    reason = "it must be (counted, billed), two whole numbers of tokens, above 0 and up to 10**12"
    raise SettingError("a point of calibrated", point, reason)


def _line(points: list[_Point]) -> tuple[float, float] | None:
    """Draw the line through points in the order of their counts: its overhead and slope, or None."""
    half = len(points) // 2
    lower, upper = points[:half], points[len(points) - half :]
    if len(points) < 3 or 8 * _typical(upper) < 9 * _typical(lower):
        return None
    pairs = zip(lower, upper, strict=True)
    slopes = [(more - less) / (many - few) for (few, less), (many, more) in pairs if many > few]
    slope = _median(slopes or [0.0])
    overhead = _median(billed - slope * counted for counted, billed in points)
    if slope > 0 and overhead >= 0:
        return overhead, slope
    return 0.0, _median(billed / counted for counted, billed in points)


def _typical(points: list[_Point]) -> float:
    return _median(billed for _, billed in points)


def _median(values: Iterable[float]) -> float:
    from statistics import median

    return median(values)


def _estimate(known: Estimate, overhead: float, factor: float, spread: tuple[float, float]) -> Estimate:
    low, middle, high = (ceil(10_000 * each) / 10_000 for each in (spread[0], factor, spread[1]))
    return replace(known, factor=middle, spread=(low, high), overhead=ceil(overhead))

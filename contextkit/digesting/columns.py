"""One field of many records -> what it usually is, in a few words, and the records in which it is unusual."""

import datetime
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits, whitespace
from typing import Any, NamedTuple, TypeAlias

from ..codecs.literals import compact
from ..errors.salience import FAILED
from ..plain import JSON

SURE, LIKELY, PERHAPS = 1, 2, 3
"""How surely a value is unusual."""

Pairs: TypeAlias = Sequence[tuple[int, JSON]]
"""Records by their numbers from 0, each with a value of the field; in the order of the records."""

_FENCE = 3.0  # interquartile ranges beyond a quartile
_FAR = 6.0
_SHARE = 0.02  # of the records: what is rarer is unusual
_MOST = 12  # unusual records of a field that are told
_LOOKS = str.maketrans(
    ascii_lowercase + ascii_uppercase + digits + whitespace,
    "a" * 26 + "A" * 26 + "0" * 10 + " " * len(whitespace),
)
_RUNS = tuple((re.compile(f"{sign}{sign}+"), sign) for sign in "aA0 ")  # one by one: no template to fill in
_SIGNS = str.maketrans(dict.fromkeys(ascii_letters + " ,.-'") | dict.fromkeys(digits, "0"))
_BLANK = frozenset(
    ["", "-", "--", "?", "n/a", "na", "nan", "nil", "none", "null", "undefined", "unknown", "tbd", "todo"]
)
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_NAIVE_EPOCH = _EPOCH.replace(tzinfo=None)
_LONG = 80  # characters of a value


class Odd(NamedTuple):
    """A record in which a field is unusual.

    Attributes:
        row: The record's number, from 0.
        text: What is unusual.
        grade: `SURE`, `LIKELY` or `PERHAPS`.
    """

    row: int
    text: str
    grade: int


class Column(NamedTuple):
    """A field of many records.

    Attributes:
        name: Its path.
        usual: What it usually is.
        odd: The records in which it is unusual.
        more: How many of those are not told.
    """

    name: str
    usual: str
    odd: list[Odd]
    more: int = 0


def shown(value: JSON) -> str:
    r"""Write a value, on one line and cut.

    >>> shown("a\\nb"), shown(1.50)
    ('"a\\\\nb"', '1.5')
    """
    if isinstance(value, str) and len(value) > _LONG:
        cut = value[:_LONG].rpartition(" ")[0]
        return f"{compact(cut)}..." if cut else f"[{len(value):,} characters]"
    return compact(value)


def column(name: str, pairs: Pairs, rows: int) -> Column:
    """Say what a field usually is, and where it is not.

    Args:
        name: The field's path.
        pairs: Its values.
        rows: How many records there are.

    >>> column("total", [(row, 10 + row * 7 % 41) for row in range(99)] + [(99, 9000)], 100)
    Column(name='total', usual='10...30...9000', odd=[Odd(row=99, text='9000', grade=1)], more=0)
    """
    rare = max(1, int(_SHARE * rows))
    held = {row for row, _ in pairs}
    odd: list[Odd] = []
    many = rows >= 8
    if many and 0 < rows - len(held) <= max(3, rows // 32):
        odd += [Odd(row, "missing", SURE) for row in range(rows) if row not in held]
    if many and len(held) <= max(2, rare):
        odd += [Odd(row, shown(value), SURE) for row, value in pairs]
        return _column(name, "", odd, len(held), rows)
    kinds = _by_kind(pairs)
    if len(kinds) > 1:
        kinds = _numbers(kinds, max(2, rare))
    told: list[str] = []
    for kind, found in sorted(kinds.items(), key=lambda item: -len(item[1])):
        if many and len(kinds) > 1 and len(found) <= max(2, rare, len(pairs) // 100):
            odd += [Odd(row, shown(value), SURE) for row, value in found]
            continue
        usual, unusual = _READERS[kind](found)
        told.append(usual)
        odd += unusual if len(found) >= 8 else []
    return _column(name, " or ".join(filter(None, told)), odd, len(held), rows)


def _column(name: str, usual: str, odd: list[Odd], held: int, rows: int) -> Column:
    best: dict[int, Odd] = {}
    for each in sorted(odd, key=lambda each: each.grade):
        best.setdefault(each.row, each)
    kept = list(best.values())[: max(_MOST, rows // 100)]
    if usual and held < rows:
        usual = f"{usual}, in {held}"
    return Column(name, usual, sorted(kept), len(best) - len(kept))


def _by_kind(pairs: Pairs) -> dict[str, Pairs]:
    if len({type(value) for _, value in pairs}) == 1:
        return {_kind(pairs[0][1]): pairs}
    kinds: dict[str, list[tuple[int, JSON]]] = {}
    for pair in pairs:
        kinds.setdefault(_kind(pair[1]), []).append(pair)
    return dict(kinds)


def _kind(value: JSON) -> str:
    if isinstance(value, str):
        return "text"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "flag"
    return "int" if isinstance(value, int) else "float" if isinstance(value, float) else "other"


def _numbers(kinds: dict[str, Pairs], rare: int) -> dict[str, Pairs]:
    """Take whole and other numbers for one kind, unless the others are few."""
    if "int" in kinds and "float" in kinds and len(kinds["float"]) > rare:
        kinds["float"] = sorted([*kinds["float"], *kinds.pop("int")])
    return kinds


# ---- numbers


def _read_numbers(pairs: Pairs) -> tuple[str, list[Odd]]:
    finite = [(row, value) for row, value in pairs if not isinstance(value, float) or math.isfinite(value)]
    return _graded(finite, [float(value) if abs(value) < 1e300 else 1e300 for _, value in finite], shown)


def _graded(pairs: Pairs, numbers: list[float], write: Callable[[JSON], str]) -> tuple[str, list[Odd]]:
    """Say what values usually are by a number for each, and find those whose number is unusual."""
    if not pairs:
        return "", []
    order = sorted(range(len(numbers)), key=numbers.__getitem__)
    low, middle, high = (write(pairs[order[at]][1]) for at in (0, len(order) // 2, -1))
    if numbers[order[0]] == numbers[order[-1]]:
        return f"= {low}", []
    counts = Counter(numbers)
    if len(counts) <= max(12, len(numbers) // 50) and len(numbers) >= 20:
        rare = _rare(counts, len(numbers))
        spots = sorted([at for at, x in enumerate(numbers) if x in rare], key=lambda at: counts[numbers[at]])
        odd = [Odd(pairs[at][0], write(pairs[at][1]), SURE) for at in spots]
        if odd or len(counts) <= 6:
            first = {x: value for (_, value), x in zip(reversed(pairs), reversed(numbers), strict=True)}
            told = ", ".join(f"{write(first[x])} ×{times}" for x, times in counts.most_common(5))
            more = f", +{len(counts) - 5} others" if len(counts) > 5 else ""
            return told + more, _outside(pairs, numbers, order, write) + odd
    if (odd_ones := _in_order(pairs, numbers, write)) is not None:
        return f"{write(pairs[0][1])}...{write(pairs[-1][1])} in order", odd_ones
    return f"{low}...{middle}...{high}", _outside(pairs, numbers, order, write)


def _outside(pairs: Pairs, numbers: list[float], order: list[int], write: Callable[[JSON], str]) -> list[Odd]:
    n = len(numbers)
    most = max(3, int(_SHARE * n))
    odd: dict[int, int] = {}
    quarters = [numbers[order[n // 4]], numbers[order[3 * n // 4]]]
    found = _beyond(numbers, order, quarters)
    if len(found) > most and quarters[0] >= 0 and (scale := quarters[0] or quarters[1]) > 0:
        # Like a logarithm, and defined for zero and below.
        bent = [math.asinh(x / scale) for x in numbers]
        found = _beyond(bent, order, [math.asinh(quarter / scale) for quarter in quarters])
    if len(found) > most and quarters[0] == quarters[1]:
        found = {}  # most are the same, and many are not
    if len(found) > most:
        found = dict(sorted(found.items(), key=lambda item: -item[1])[:most])
    for at, far in found.items():
        odd[at] = SURE if far >= _FAR else LIKELY
    negative = [at for at in order[: most + 1] if numbers[at] < 0]
    zero = [at for at in order[: len(negative) + most + 1] if numbers[at] == 0]
    for few, grade in ((negative, SURE), (zero, LIKELY if quarters[0] > 1 else PERHAPS)):
        if len(few) <= max(2, most // 2):
            for at in few:
                odd[at] = min(odd.get(at, PERHAPS), grade)
    return [Odd(pairs[at][0], write(pairs[at][1]), grade) for at, grade in odd.items()]


def _beyond(numbers: list[float], order: list[int], quarters: list[float]) -> dict[int, float]:
    """Give the numbers far outside of the middle half, with how far."""
    low, high = quarters
    spread = high - low
    if spread <= 0:
        # Most are the same: what differs is unusual if it is rare.
        spread = abs(low) * 1e-9 or 1e-9
    found: dict[int, float] = {}
    for at in reversed(order):
        far = (numbers[at] - high) / spread
        if far <= _FENCE:
            break
        found[at] = far
    for at in order:
        far = (low - numbers[at]) / spread
        if far <= _FENCE:
            break
        found[at] = far
    return found


def _in_order(pairs: Pairs, numbers: list[float], write: Callable[[JSON], str]) -> list[Odd] | None:
    """Give what breaks the order of numbers that rise or fall; nothing where they do neither."""
    n = len(numbers)
    if n < 8 or any(one[0] == other[0] for one, other in pairwise(pairs[:50])):
        return None
    rises = sum(b >= a for a, b in pairwise(numbers))
    falls = sum(b <= a for a, b in pairwise(numbers))
    if max(rises, falls) < (n - 1) * 0.9 or (rises == falls):
        return None
    turned = numbers if rises > falls else [-x for x in numbers]
    odd: list[Odd] = []
    top = -math.inf
    for at, x in enumerate(turned):
        after = turned[at + 1 : at + 3]
        ahead = bool(after) and all(x > later for later in after) and (at == 0 or after[0] >= turned[at - 1])
        if ahead or x < top:
            odd.append(Odd(pairs[at][0], write(pairs[at][1]), SURE))
        else:
            top = max(top, x)
    if len(odd) > max(3, n // 20):
        return None
    strange = {each.row for each in odd}
    kept = [at for at in range(n) if pairs[at][0] not in strange]
    steps = [turned[b] - turned[a] for a, b in pairwise(kept)]
    by_size = sorted(range(len(steps)), key=steps.__getitem__)
    if len(steps) >= 8:
        quarters = [steps[by_size[len(steps) // 4]], steps[by_size[3 * len(steps) // 4]]]
        far = _beyond(steps, by_size, [quarters[0], max(quarters[1], quarters[0] * 1.05)])
        if len(far) <= max(2, n // 50):
            odd += [Odd(pairs[kept[at + 1]][0], write(pairs[kept[at + 1]][1]), LIKELY) for at in far]
    return odd


def _rare(counts: Counter[Any], n: int) -> set[JSON]:
    """Give the values that are far rarer than the one that a record usually has; none where they are many."""
    usual, seen = 0, 0
    for _, times in counts.most_common():
        usual, seen = times, seen + times
        if 2 * seen >= n:
            break
    limit = max(1, min(int(_SHARE * n), usual // 5))
    if usual < 4:
        return set()
    rare = {value for value, times in counts.items() if times <= limit}
    if sum(counts[value] for value in rare) > max(3, n // 20):
        least = min(counts.values())
        rare = {value for value, times in counts.items() if times == least}
        if sum(counts[value] for value in rare) > max(3, n // 20):
            return set()
    return rare


# ---- texts


def _read_texts(pairs: Pairs) -> tuple[str, list[Odd]]:
    texts = [value for _, value in pairs]
    n = len(texts)
    for parse in (_as_number, _as_time):
        if n >= 8 and parse(texts[0]) is None and parse(texts[-1]) is None and parse(texts[n // 2]) is None:
            continue
        parsed = [parse(text) for text in texts]
        failed = [at for at, number in enumerate(parsed) if number is None]
        if n >= 8 and len(failed) <= max(2, int(_SHARE * n)):
            good = [pairs[at] for at, number in enumerate(parsed) if number is not None]
            usual, odd = _graded(good, [number for number in parsed if number is not None], shown)
            return usual, odd + [Odd(pairs[at][0], shown(texts[at]), SURE) for at in failed]
    counts = Counter(texts)
    if len(counts) == 1:
        return f"= {shown(texts[0])}", []
    odd = [Odd(row, shown(text), SURE) for row, text in pairs if text.strip().lower() in _BLANK]
    if len(odd) > max(2, int(_SHARE * n)):
        odd = []
    if len(counts) <= max(12, n // 8) and n >= 12:
        rare = _rare(counts, n)
        scarce = sorted([pair for pair in pairs if pair[1] in rare], key=lambda pair: counts[pair[1]])
        odd += [Odd(row, shown(text), SURE) for row, text in scarce]
        told = ", ".join(f"{shown(text)} ×{times}" for text, times in counts.most_common(4))
        return told + (f", +{len(counts) - 4} others" if len(counts) > 4 else ""), odd
    odd += _strange(pairs, texts, counts)
    return f"{len(counts)} distinct, {shown(texts[0])}", odd


def _strange(pairs: Pairs, texts: list[str], counts: Counter[str]) -> list[Odd]:
    """Find texts of another pattern or length than the others, that tell of a failure, or come twice."""
    n = len(texts)
    few = max(2, int(_SHARE * n))
    odd: list[Odd] = []
    patterns = [_pattern(text) for text in texts]
    times = Counter(patterns)
    if times.most_common(1)[0][1] >= 0.6 * n:
        rare = {pattern for pattern, number in times.items() if number <= few}
        if sum(times[pattern] for pattern in rare) <= max(3, n // 20):
            odd += [Odd(pairs[at][0], shown(texts[at]), SURE) for at in range(n) if patterns[at] in rare]
    else:
        looks = [_classes(text) for text in texts]
        classes = Counter(looks)
        scarce = {each for each, number in classes.items() if number <= few}
        if sum(classes[each] for each in scarce) <= few:
            odd += [Odd(pairs[at][0], shown(texts[at]), LIKELY) for at in range(n) if looks[at] in scarce]
    lengths = [float(len(text)) for text in texts]
    order = sorted(range(n), key=lengths.__getitem__)
    low, high = lengths[order[n // 4]], lengths[order[3 * n // 4]]
    far = _beyond(lengths, order, [low, max(high, low + 2, low * 1.1)])
    if len(far) > few:  # many are somewhat longer: only those count that are far longer than these
        far = {at: away for at, away in far.items() if away > 3 * _FAR}
    if len(far) <= few:
        odd += [
            Odd(pairs[at][0], shown(texts[at]), SURE if away > _FAR else LIKELY) for at, away in far.items()
        ]
    failed = _failing(texts)
    if len(failed) <= max(few, n // 20):
        odd += [Odd(pairs[at][0], shown(texts[at]), SURE) for at in failed]
    if n - len(counts) <= few:
        odd += [Odd(row, shown(text), LIKELY) for row, text in pairs if counts[text] > 1]
    return odd


def _pattern(text: str) -> str:
    """Give what a text looks like.

    >>> _pattern("ORD-0017 paid")
    'A-0 a'
    """
    look = text[:80].translate(_LOOKS)
    if not look.isascii():
        look = "".join(map(_letter, look))
    for run, sign in _RUNS:
        look = run.sub(sign, look)
    return look


def _letter(char: str) -> str:
    """Give `a` or `A` for a letter of any alphabet, and one sign for all letters that have no case."""
    if not char.isalpha():
        return char
    return "a" if char.islower() else "A" if char.isupper() else "文"


def _classes(text: str) -> frozenset[str]:
    """Give the kinds of characters in a text: digits, and each sign that is rare in words."""
    signs = text[:200].translate(_SIGNS)
    return frozenset(signs if signs.isascii() else map(_letter, signs)) - {"a", "A"}


def _failing(texts: Sequence[str]) -> list[int]:
    """Find the texts that tell of a failure."""
    whole = "\n".join([text[:400] for text in texts]).lower()
    words = [word for word in FAILED if word in whole]  # of most columns none
    if not words:
        return []
    lowered = [text[:400].lower() for text in texts]
    return [at for at, text in enumerate(lowered) if any(word in text for word in words)]


def _as_number(text: str) -> float | None:
    if not text or not (text[0].isdigit() or text[0] in "-+.$€£") or len(text) > 24:
        return None
    try:
        return float(text.lstrip("$€£").replace(",", "").rstrip("%"))
    except ValueError:
        return None


def _as_time(text: str) -> float | None:
    if not 8 <= len(text) <= 35 or not text[:4].isdigit():
        return None
    try:
        time = datetime.datetime.fromisoformat(text)
        return (time - (_EPOCH if time.tzinfo else _NAIVE_EPOCH)).total_seconds()
    except (ValueError, OverflowError):
        return None


# ---- the rest


def _read_flags(pairs: Pairs) -> tuple[str, list[Odd]]:
    counts = Counter(value for _, value in pairs)
    told = ", ".join(f"{shown(value)} ×{times}" for value, times in counts.most_common())
    if len(counts) == 1:
        return f"= {shown(pairs[0][1])}", []
    rare = {value for value, times in counts.items() if times <= max(1, int(_SHARE * len(pairs)))}
    return told, [Odd(row, shown(value), SURE) for row, value in pairs if value in rare]


def _read_others(pairs: Pairs) -> tuple[str, list[Odd]]:
    return shown(pairs[0][1]), []


_READERS: dict[str, Callable[[Pairs], tuple[str, list[Odd]]]] = {
    "int": _read_numbers,
    "float": _read_numbers,
    "text": _read_texts,
    "flag": _read_flags,
    "null": _read_others,
    "other": _read_others,
}

"""Many shapes of a log -> fewer: those that differ in words only which are values become one."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import TypeAlias

from ..errors.salience import weight
from .masks import ERROR
from .shapes import RARE, SHOWN, Shape

_VALUED = ((6, 1), (6, 1), (6, 2))  # shapes, and words that differ, which make these ones for values
_CROWDED = ((6, 1), (6, 2), (4, 1))  # the same, where there is no room, however often they come
_FORMS = 4  # of a word; with fewer it is likely no value
_SPREAD = 4  # times the spread that chance gives to how often words come
_FEW = 400  # shapes that are compared in two words
_PLACED = 24  # words of a shape that may be values
_BEGINNINGS = ((6, 6), (2, 24))  # words with which so many rare lines begin, where there are far too many

Merged: TypeAlias = dict[tuple[int, int, int], dict[tuple[str, ...], Shape]]
"""Shapes that became one: by number of words, weight and the places that differ, and by their words."""

_Spots: TypeAlias = tuple[int, ...]
_Bucket: TypeAlias = tuple[int, int]
"""Weight, and number of words: only shapes that have both in common may be one."""

_Step: TypeAlias = tuple[int, int, bool]


def merged(shapes: Sequence[Shape], room: int, into: Merged) -> list[Shape]:
    """Make one of shapes that differ in a word, always or as long as they take more than there is room.

    Args:
        shapes: The shapes.
        room: How many characters they may take.
        into: Where those that became one can be found.
    """
    merging = _Merging({id(shape): shape for shape in shapes}, into)
    for least, places in _VALUED:
        merging.step(least, places)
    # Not sooner: what has lost some of its words is like less.
    merging.by_values(room)
    for least, places in _CROWDED:
        merging.step(least, places, down_to=room)
        merging.by_values(room)
    for words, others in _BEGINNINGS:
        if merging.size > 2 * room:
            merging.by_beginning(words, others)
    return sorted(merging.left.values(), key=_first_line)


def signature(words: Sequence[str], mask: int) -> tuple[str, ...]:
    """Give the words of a shape without those that differ, whose places are the bits of a mask."""
    return tuple(["" if mask >> at & 1 else word for at, word in enumerate(words)])


def _first_line(shape: Shape) -> int:
    return shape.example.number


class _Merging:
    """Shapes that become fewer.

    Attributes:
        left: Those that are left, by their identity.
        size: About how many characters these take.
    """

    def __init__(self, left: dict[int, Shape], into: Merged) -> None:
        self.left = left
        self.size = sum([shape.size for shape in left.values()])
        self._into = into
        # What was tried since anything changed, and changed nothing.
        self._vain: dict[_Bucket, set[_Step]] = {}
        self._changed = False  # since words that are values elsewhere were looked for

    def step(self, least: int, places: int, down_to: int = -1) -> None:
        """Make one of at least so many shapes that differ in so many words, if these have forms enough."""
        if (places > 1 and len(self.left) > _FEW) or self.size <= down_to:
            return
        done: set[int] = set()
        for spots, group in self._differing(least, places, (least, places, down_to < 0)):
            if self.size <= down_to:
                break
            free = [shape for shape in group if id(shape) not in done]
            forms = [{shape.words[at] for shape in free} for at in spots]
            if len(free) < least or min(map(len, forms)) < min(least, _FORMS):
                continue
            if down_to < 0 and not _are_values(free):
                continue
            free = _common(free)
            self._make_one(free, spots)
            done.update(map(id, free))

    def _differing(self, least: int, places: int, step: _Step) -> list[tuple[_Spots, list[Shape]]]:
        """Give the shapes that may become one in a step, but for those with which it was in vain."""
        buckets: dict[_Bucket, list[Shape]] = {}
        for shape in self.left.values():
            buckets.setdefault(_bucket(shape), []).append(shape)
        tried = [key for key in buckets if step not in self._vain.setdefault(key, set())]
        found = differing([buckets[key] for key in tried], least, places)
        some = {_bucket(group[0]) for _, group in found}
        for key in tried:
            self._vain[key] |= {step} if key in some else {(least, places, True), (least, places, False)}
        return found

    def by_values(self, room: int) -> None:
        """Make one of shapes that differ in words only that are values elsewhere, where there is no room."""
        if not self._changed or self.size <= room:
            return
        self._changed = False
        values = {value for shape in self.left.values() for value in shape.values} | {""}
        groups: dict[tuple[object, ...], list[Shape]] = {}
        for shape in self.left.values():
            if not values.isdisjoint(shape.words):
                told = ["" if word in values else word for word in shape.words]
                groups.setdefault((shape.weight, *told), []).append(shape)
        for group in groups.values():
            if len(group) > 1:
                group.sort(key=_first_line)
                places = zip(*[shape.words for shape in group], strict=True)
                spots = tuple(at for at, words in enumerate(places) if len(set(words)) > 1)
                self._make_one(group, spots)

    def by_beginning(self, words: int, least: int) -> None:
        """Make one of rare shapes that begin alike and tell of no failure: what comes then is free."""
        groups: dict[tuple[object, ...], list[Shape]] = {}
        for shape in sorted(self.left.values(), key=_first_line):
            if shape.count <= RARE and shape.weight != ERROR:
                groups.setdefault((shape.weight, *shape.begins(words)), []).append(shape)
        for group in groups.values():
            if len(group) > least:
                first, *others = [
                    shape for shape in group if not weight(shape.example.text[:SHOWN], 2)
                ] or group[:1]
                for other in others:
                    first.take(other)
                    self._drop(other)

    def _make_one(self, shapes: Sequence[Shape], spots: _Spots) -> None:
        first, *others = shapes
        for at in spots:
            first.values.setdefault(first.words[at])
        for other in others:
            first.take(other, *[other.words[at] for at in spots])
            self._drop(other)
        first.words = ["" if at in spots else word for at, word in enumerate(first.words)]
        mask = sum(1 << at for at, word in enumerate(first.words) if not word)
        self._into.setdefault((len(first.words), first.weight, mask), {})[tuple(first.words)] = first
        self._vain[_bucket(first)] = set()
        self._changed = True

    def _drop(self, shape: Shape) -> None:
        del self.left[id(shape)]
        self.size -= shape.size


def _bucket(shape: Shape) -> _Bucket:
    return shape.weight, len(shape.words)


def differing(
    buckets: Iterable[Sequence[Shape]], least: int, places: int
) -> list[tuple[_Spots, list[Shape]]]:
    """Give the shapes that have all but so many words in common, with the places of these; the most first.

    Args:
        buckets: Shapes of one weight and number of words each.
        least: How many shapes must have the others in common.
        places: How many words may differ.
    """
    draw = random.Random(0)  # noqa: S311 - the same numbers in every process, as hashes are not
    found = [
        (spots, group)
        for shapes in buckets
        if len(shapes) >= least
        for spots, group in _grouped(shapes, least, places, draw)
    ]
    return sorted(found, key=lambda item: (-len(item[1]), _first_line(item[1][0]), item[0]))


def _grouped(
    shapes: Sequence[Shape], least: int, places: int, draw: random.Random
) -> Iterator[tuple[_Spots, list[Shape]]]:
    """Do the same for shapes of as many words.

    Most shapes are left out by what is cheap to know: words that too few have must be the ones that differ.
    """
    columns = list(zip(*[shape.words for shape in shapes], strict=True))
    counts = [Counter(words) for words in columns]
    varied = [at for at, forms in enumerate(counts[:_PLACED]) if len(forms) >= min(least, _FORMS)]
    if not varied:
        return
    # The sum of the numbers of all other words stands for these words: 0 is that of what is rare, and what
    # all have needs none.
    differ = [at for at, forms in enumerate(counts) if len(forms) > 1]
    numbered = []
    for at in differ:
        number_of = {word: draw.getrandbits(64) if n >= least else 0 for word, n in counts[at].items()}
        numbered.append(map(number_of.__getitem__, columns[at]))
    groups: dict[tuple[_Spots, int], list[Shape]] = {}
    for shape, numbers in zip(shapes, zip(*numbered, strict=True), strict=True):
        missing = places - numbers.count(0)
        if missing < 0:
            continue
        number_at = dict(zip(differ, numbers, strict=True))
        rare = [at for at, number in number_at.items() if not number]
        may = [at for at in varied if shape.words[at]]
        if not set(rare) <= set(may):
            continue
        whole = sum(numbers)
        if not missing:
            groups.setdefault((tuple(rare), whole), []).append(shape)
            continue
        may = [at for at in may if at not in rare and at < _PLACED // places]
        for more in combinations(may, missing):
            spots = tuple(sorted((*rare, *more)))
            groups.setdefault((spots, whole - sum([number_at[at] for at in more])), []).append(shape)
    for (spots, _), group in groups.items():
        if len(group) >= least:
            yield spots, group


def _are_values(shapes: Sequence[Shape]) -> bool:
    """Tell whether words that differ are values: these come about equally often, shapes do not."""
    counts = [shape.count for shape in shapes]
    mean = sum(counts) / len(counts)
    spread = sum([(count - mean) ** 2 for count in counts]) / len(counts)
    return spread <= max(_SPREAD * mean, mean * mean / 4)


def _common(shapes: Sequence[Shape]) -> list[Shape]:
    """Leave out what is rare where its likes are common, in the order of the first lines."""
    counts = sorted(shape.count for shape in shapes)
    least = RARE + 1 if counts[len(counts) // 2] >= 10 * RARE else 0
    return sorted((shape for shape in shapes if shape.count >= least), key=_first_line)

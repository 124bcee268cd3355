"""Many shapes of a log -> fewer: those that differ in words only which are values become one."""

import dataclasses
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import TypeAlias

from .masks import ERROR
from .shapes import RARE, Shape

_VALUED = ((6, 1), (6, 1), (6, 2), (6, 1))  # shapes, and words that differ, which make these ones for values
_CROWDED = ((6, 1), (6, 2), (3, 1), (3, 2), (3, 1), (2, 1))  # the same, where there is no room
_FORMS = 4  # of a word; with fewer it is likely no value
_SPREAD = 4  # times the spread that chance gives to how often words come
_FEW = 400  # shapes that are compared in two words
_PLACED = 24  # words of a shape that may be values
_ALIKE = 6  # words; rare lines that begin with the same ones may be of one shape, where there are too many

Merged: TypeAlias = dict[tuple[int, int, int], dict[tuple[str, ...], Shape]]
"""Shapes that became one: by number of words, weight and the places that differ, and by their words."""

_Spots: TypeAlias = tuple[int, ...]


def merged(shapes: Sequence[Shape], room: int, into: Merged) -> list[Shape]:
    """Make one of shapes that differ in a word, always or as long as they take more than there is room.

    Args:
        shapes: The shapes.
        room: How many characters they may take.
        into: Where those that became one can be found.
    """
    merging = _Merging({id(shape): shape for shape in shapes}, into)
    for least, places in _VALUED:
        merging.step(least, places, room)
    for least, places in _CROWDED:
        # Words with few forms are likely no values: these become one only where they take far too much.
        merging.step(least, places, room, down_to=room if least >= 6 else room * 5 // 4)
    if merging.size() > 2 * room:
        merging.by_beginning()
    return sorted(merging.left.values(), key=_first_line)


def signature(words: Sequence[str], mask: int) -> tuple[str, ...]:
    """Give the words of a shape without those that differ, whose places are the bits of a mask."""
    return tuple(["" if mask >> at & 1 else word for at, word in enumerate(words)])


def _first_line(shape: Shape) -> int:
    return shape.example.number


@dataclasses.dataclass
class _Merging:
    """Shapes that become fewer.

    Attributes:
        left: Those that are left, by their identity.
        into: Where those that became one can be found.
        vain: What was tried since anything changed, and changed nothing.
    """

    left: dict[int, Shape]
    into: Merged
    vain: set[tuple[object, ...]] = dataclasses.field(default_factory=set)
    _size: int = -1

    def size(self) -> int:
        """About how many characters all take."""
        if self._size < 0:
            self._size = sum([shape.size for shape in self.left.values()])
        return self._size

    def step(self, least: int, places: int, room: int, down_to: int = -1) -> None:
        """Make one of shapes that differ in so many places, and then of those that do in the values there."""
        if (places > 1 and len(self.left) > _FEW) or self.size() <= down_to:
            return
        if (what := (least, places, down_to < 0)) not in self.vain:
            self.vain.add(what)
            self._by_places(least, places, down_to)
        if ("values",) not in self.vain and self.size() > room:
            self.vain.add(("values",))
            self._by_values()

    def _by_places(self, least: int, places: int, down_to: int) -> None:
        """Make one of at least so many shapes that differ in so many words, if these have forms enough."""
        size = self.size()
        done: set[int] = set()
        found = _differing(self.left.values(), least, places)
        if not found:
            self.vain |= {(least, places, True), (least, places, False)}
        for spots, group in found:
            if size <= down_to:
                break
            free = [shape for shape in group if id(shape) not in done]
            forms = [{shape.words[at] for shape in free} for at in spots]
            if len(free) < least or min(map(len, forms)) < min(least, _FORMS):
                continue
            if down_to < 0 and not _are_values(free):
                continue
            free = _common(free)
            size -= sum([shape.size for shape in free[1:]])
            self._make_one(free, spots)
            done.update(map(id, free))

    def _by_values(self) -> None:
        """Make one of shapes that differ in words only that are values elsewhere."""
        values = {value for shape in self.left.values() for value in shape.values}
        groups: dict[tuple[object, ...], list[Shape]] = {}
        for shape in self.left.values():
            told = ["" if word in values else word for word in shape.words]
            groups.setdefault((shape.weight, *told), []).append(shape)
        for group in groups.values():
            if len(group) > 1:
                group.sort(key=_first_line)
                places = zip(*[shape.words for shape in group], strict=True)
                spots = tuple(at for at, words in enumerate(places) if len(set(words)) > 1)
                self._make_one(group, spots)

    def by_beginning(self) -> None:
        """Make one of rare shapes that begin alike: what comes then is of any length."""
        groups: dict[tuple[object, ...], list[Shape]] = {}
        for shape in sorted(self.left.values(), key=_first_line):
            if shape.count <= RARE and shape.weight != ERROR:
                groups.setdefault((shape.weight, *shape.words[:_ALIKE]), []).append(shape)
        for first, *others in groups.values():
            if len(others) >= _ALIKE:
                for other in others:
                    first.take(other)
                    del self.left[id(other)]
                self._size = -1

    def _make_one(self, shapes: Sequence[Shape], spots: _Spots) -> None:
        first, *others = shapes
        for at in spots:
            first.values.setdefault(first.words[at])
        for other in others:
            first.take(other, *[other.words[at] for at in spots])
            del self.left[id(other)]
        first.words = ["" if at in spots else word for at, word in enumerate(first.words)]
        mask = sum(1 << at for at, word in enumerate(first.words) if not word)
        self.into.setdefault((len(first.words), first.weight, mask), {})[tuple(first.words)] = first
        self.vain.clear()
        self._size = -1


def _differing(shapes: Iterable[Shape], least: int, places: int) -> list[tuple[_Spots, list[Shape]]]:
    """Give the shapes that have all but so many words in common, with the places of these; the most first."""
    alike: dict[tuple[int, int], list[Shape]] = {}
    for shape in shapes:
        alike.setdefault((shape.weight, len(shape.words)), []).append(shape)
    draw = random.Random(0)  # noqa: S311 - the same numbers in every process, as hashes are not
    found = [
        (spots, group)
        for shapes in alike.values()
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
    times = zip(
        *[map(forms.__getitem__, words) for forms, words in zip(counts, columns, strict=True)], strict=True
    )
    codes = [
        {word: draw.getrandbits(64) for word, number in forms.items() if number >= least} for forms in counts
    ]
    groups: dict[tuple[_Spots, int], list[Shape]] = {}
    for shape, often in zip(shapes, times, strict=True):
        words = shape.words
        rare = [at for at, number in enumerate(often) if number < least] if min(often) < least else []
        if len(rare) > places:
            continue
        may = [at for at in varied if words[at]]
        if not set(rare) <= set(may):
            continue
        # The sum of the numbers of all other words stands for these words; what is rare has none.
        numbers = [drawn.get(word, 0) for drawn, word in zip(codes, words, strict=True)]
        whole = sum(numbers)
        if len(rare) == places:
            groups.setdefault((tuple(rare), whole), []).append(shape)
            continue
        may = [at for at in may if at not in rare and at < _PLACED // places]
        for more in combinations(may, places - len(rare)):
            spots = tuple(sorted((*rare, *more)))
            groups.setdefault((spots, whole - sum([numbers[at] for at in more])), []).append(shape)
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

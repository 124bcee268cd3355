"""Which shapes of a log could be one: what is passed over cheaply could not be."""

from collections.abc import Sequence
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from contextkit.digesting.entries import entries
from contextkit.digesting.merging import _FORMS, differing
from contextkit.digesting.shapes import Shape

WORDS = st.lists(st.sampled_from(("", "up", "down", "a", "b", "c", "d", "e")), min_size=1, max_size=4)


def shape(number: int, words: Sequence[str]) -> Shape:
    """A shape that comes once."""
    [entry] = entries(" ".join(words) or "-")
    entry.number = number
    return Shape(list(words), entry)


def of_each_pair(shapes: Sequence[Shape], least: int, places: int) -> dict[object, list[int]]:
    """The same, by looking at all places of all shapes."""
    groups: dict[tuple[object, ...], list[Shape]] = {}
    for each in shapes:
        filled = [at for at, word in enumerate(each.words) if word]
        for spots in combinations(filled, places):
            others = tuple(word for at, word in enumerate(each.words) if at not in spots)
            groups.setdefault((spots, each.weight, len(each.words), *others), []).append(each)
    return {
        (spots, group[0].example.number): [each.example.number for each in group]
        for (spots, *_), group in groups.items()
        if len(group) >= least and _has_forms(group, spots, least)
    }


def _has_forms(group: Sequence[Shape], spots: object, least: int) -> bool:
    assert isinstance(spots, tuple)
    return all(len({each.words[at] for each in group}) >= min(least, _FORMS) for at in spots)


@given(st.lists(WORDS, max_size=30), st.sampled_from((2, 3, 6)), st.sampled_from((1, 2)))
def test_no_shapes_that_could_be_one_are_passed_over(said: list[list[str]], least: int, places: int) -> None:
    """All groups are found that differ in so many words, the largest first."""
    shapes = [shape(number, words) for number, words in enumerate(said, start=1)]
    buckets = [[each for each in shapes if len(each.words) == length] for length in range(1, 5)]
    found = differing(buckets, least, places)
    sizes = [len(group) for _, group in found]
    assert sizes == sorted(sizes, reverse=True)
    assert {
        (spots, group[0].example.number): [each.example.number for each in group]
        for spots, group in found
        if _has_forms(group, spots, least)
    } == of_each_pair(shapes, least, places)


def test_words_that_are_exchanged_are_other_words() -> None:
    """Shapes with the same words at other places are of no group: sums of hashes had them in one."""
    shapes = [
        shape(2 * number + turned, ["pod", *pair[::step], f"to {number}-{turned}"])
        for number, pair in enumerate(combinations([f"node {at}" for at in range(12)], 2), start=1)
        for turned, step in enumerate((1, -1))
    ]
    for spots, group in differing([shapes], 2, 1):
        assert (
            len({tuple(word for at, word in enumerate(each.words) if at not in spots) for each in group}) == 1
        )

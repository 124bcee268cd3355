"""Cutting inside the data of one event: what the policy `Clamp` and the arrival `ClampArrival` share."""

from collections.abc import Callable
from typing import Any, Literal

from ..codecs import yamlish
from ..plain import JSON

Keep = Literal["head", "tail", "both"]
Cut = Callable[[str, int], str]
"""A text and a number of tokens -> the text cut to so many."""

_LONG_LEAF = 200  # characters; shorter texts inside a value are structure, not bulk


def clamped(data: JSON, limit: int, exceeds: Callable[[str, int], bool], cut: Cut) -> JSON:
    """Give the data cut to at most `limit` tokens as text or YAML; the same object if it fits.

    In data that is not text the long texts are cut, each to an equal share of the limit. Where what
    is left is still too large, it is written as YAML, which has lines to cut at, and becomes text.

    >>> cut = lambda text, n: text[:n]
    >>> clamped({"exit": 1, "out": "x" * 500}, 40, lambda text, n: len(text) > n, cut)
    {'exit': 1, 'out': 'xxxxxxxxxxxxxxxxxxxx'}
    """
    if isinstance(data, str):
        return cut(data, limit) if exceeds(data, limit) else data
    leaves = sorted(
        {leaf for leaf in _leaves(data) if len(leaf) > _LONG_LEAF}, key=lambda leaf: (len(leaf), leaf)
    )
    # Where a text is too long by itself, the whole need not be written to know that it is.
    if not any(exceeds(leaf, limit) for leaf in leaves[-1:]) and not exceeds(yamlish.encode(data), limit):
        return data
    share = limit if len(leaves) * 16 < limit else 0  # of many texts too little would be left
    while leaves and share > 8:
        share = share // 2
        smaller = _mapped(data, {leaf: cut(leaf, share) for leaf in leaves})
        if not exceeds(yamlish.encode(smaller), limit):
            return smaller
    return cut(yamlish.encode(data), limit)


def _leaves(data: JSON) -> list[str]:
    if isinstance(data, str):
        return [data]
    if isinstance(data, dict):
        data = list(data.values())
    return [leaf for item in data for leaf in _leaves(item)] if isinstance(data, list) else []


def _mapped(data: Any, texts: dict[str, str]) -> JSON:
    if isinstance(data, str):
        return texts.get(data, data)
    if isinstance(data, dict):
        return {key: _mapped(item, texts) for key, item in data.items()}
    return [_mapped(item, texts) for item in data] if isinstance(data, list) else data

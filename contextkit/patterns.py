"""Regular expressions that are compiled when they are first used, so that imports are fast."""

import re
from collections.abc import Callable, Iterator

_METHODS = ("match", "fullmatch", "search", "sub", "findall", "finditer")


class Pattern:
    """A regular expression that is compiled when it is first used.

    Attributes:
        source: What it is compiled from.
        flags: Flags of `re`.

    >>> Pattern(r"a+").match("aab")[0]
    'aa'
    """

    match: Callable[..., re.Match[str] | None]
    fullmatch: Callable[..., re.Match[str] | None]
    search: Callable[..., re.Match[str] | None]
    sub: Callable[..., str]
    findall: Callable[..., list[str]]
    finditer: Callable[..., Iterator[re.Match[str]]]

    def __init__(self, source: str, flags: int = 0) -> None:
        self.source = source
        self.flags = flags

    def __getattr__(self, name: str) -> object:
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(self.source, self.flags)
        for method in _METHODS:  # from now on they are found without coming here
            setattr(self, method, getattr(compiled, method))
        return getattr(self, name)

"""Threads of files, one after the other, and the exit code that they lead to."""

import contextlib
import itertools
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import click

from ..codecs import json as json_codec
from ..display import terminal
from ..exceptions import ContextkitError, FormatError, ReadError
from ..messages import NamedThread, read_threads
from ..plain import JSON

FAILED, UNREADABLE = 1, 3
"""The exit codes of a thread that cannot be rendered, and of input that cannot be read."""

_Item = TypeVar("_Item")


class Run:
    """The threads of some files, and the exit code that they lead to.

    Attributes:
        done: How many contexts have been printed.
        code: The highest exit code so far.
    """

    def __init__(self) -> None:
        self.done = 0
        self.code = 0

    def threads(self, files: Iterable[str]) -> Iterator[tuple[str, NamedThread]]:
        """Give each thread with its place and name; what cannot be read is said, and the next file comes."""
        for file in files:
            name = "<stdin>" if file == "-" else file
            try:
                with (
                    contextlib.nullcontext(sys.stdin.buffer)
                    if file == "-"
                    else Path(file).open("rb") as source
                ):
                    for named in read_threads(source, name=name):
                        yield f"{name}:{named.line}: {named.id}", named
            except ReadError as error:
                self._fail(UNREADABLE, str(error))
            except OSError as error:
                self._fail(UNREADABLE, f"{name}: {error.strerror or error}")

    def values(self, files: Iterable[str]) -> Iterator[tuple[str, JSON]]:
        """Give the JSON value that each file holds; what cannot be read is said, and the next file comes."""
        for file in files:
            name = "<stdin>" if file == "-" else file
            try:
                read = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
                yield name, json_codec.decode(read.decode("utf-8-sig"))
            except (FormatError, UnicodeDecodeError) as error:
                self._fail(UNREADABLE, f"{name}: {error}")
            except OSError as error:
                self._fail(UNREADABLE, f"{name}: {error.strerror or error}")

    @contextlib.contextmanager
    def trying(self, label: str) -> Iterator[None]:
        """Say it if something fails that has to do with this thread only, and go on."""
        try:
            yield
        except ContextkitError as error:
            self._fail(FAILED, f"{label}: {error}")

    def _fail(self, code: int, message: str) -> None:
        terminal.complain(message)
        self.code = max(self.code, code)

    def end(self) -> None:
        """Leave with the exit code, if it is not 0."""
        if self.code:
            raise click.exceptions.Exit(self.code)


def with_several(items: Iterator[_Item], *, look_ahead: bool) -> Iterator[tuple[_Item, bool]]:
    """Give each item with whether there are several, for which the second one has to be read first."""
    head = list(itertools.islice(items, 2)) if look_ahead else []
    several = len(head) > 1
    while head:  # nothing is kept longer than needed: an item may be large
        yield head.pop(0), several
    yield from ((item, several) for item in items)

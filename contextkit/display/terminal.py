"""What a command writes: data to standard output, all else to standard error."""

import contextlib
import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ..plain import JSON
from .tables import Table, drawn, visible
from .texts import counted

SCHEMA_VERSION = 1
"""The version of the JSON that commands print; it grows when a key changes its meaning or goes."""


def prepare() -> None:
    """Make standard output UTF-8, whatever the locale; a lone surrogate is written as JSON has it."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def close() -> None:
    """Let what is still in the buffer of standard output go nowhere, or Python complains at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write(text: str) -> None:
    """Write a text to standard output, as it is."""
    sys.stdout.write(text)


def write_json(data: Mapping[str, JSON]) -> None:
    """Write an object as one line of JSON, with the version of its schema; its reader gets it at once."""
    write(json_line(data))
    sys.stdout.flush()


def json_line(data: Mapping[str, JSON]) -> str:
    """Give an object as one line of JSON, its keys sorted, with the version of its schema."""
    values = {"schema_version": SCHEMA_VERSION, **data}
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def write_table(table: Table) -> None:
    """Write a table and an empty line: with lines and colours on a terminal, else as plain rows."""
    fancy = os.environ.get("FORCE_COLOR") or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")
    write(drawn(table, fancy=bool(fancy)) + "\n")


def complain(message: str) -> None:
    """Say what is wrong on standard error, in one line, behind what has been written so far."""
    sys.stdout.flush()
    sys.stderr.write(f"contextkit: {visible(message)}\n")
    sys.stderr.flush()


def announce(text: str) -> None:
    """Say on standard error what comes next on standard output."""
    sys.stdout.flush()
    sys.stderr.write(f"==> {visible(text)}\n")
    sys.stderr.flush()


def some_lines(text: str, chosen: Iterable[int]) -> str:
    """Give some lines of a text, counted from 0, each cut to the width of the terminal.

    Between them stands how many lines are not shown.
    """
    room = shutil.get_terminal_size((100, 24)).columns - 4
    lines = text.removesuffix("\n").split("\n")
    told: list[str] = []
    following = 0
    for number in sorted({number for number in chosen if 0 <= number < len(lines)}):
        if number > following:
            told.append(f"... {counted(number - following, 'line')} ...")
        line = lines[number]
        told.append(line if len(line) <= room else line[: room - 3] + "...")
        following = number + 1
    return "".join(f"  {line}".rstrip() + "\n" for line in told)


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str], Any]]:
    """Show on a terminal how far a long run has come; what it gives takes the text to show."""
    if not sys.stderr.isatty():
        yield lambda _text: None
        return
    from rich.console import Console

    with Console(stderr=True).status("reading") as status:
        yield status.update

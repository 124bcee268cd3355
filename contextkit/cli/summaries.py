"""`contextkit errors` and `digest`: a long text in few words."""

import codecs
import sys
from pathlib import Path

import click

from ..digesting.binaries import data_line, is_binary
from ..digesting.digests import digest as digested
from ..digesting.routing import KINDS, Kind
from ..display import terminal
from ..errors.lines import last_states, plain
from ..errors.summaries import summarize_error
from ..tokens.counters import TokenCounter
from .options import COUNTER, Tokens
from .runs import UNREADABLE


@click.command(short_help="Print what an error text says, in few words.")
@click.argument("file", metavar="[FILE]", default="-", type=click.Path(allow_dash=True))
@click.option("--budget", metavar="N", type=Tokens(min=1), help="The most tokens of the summary.")
@click.option("--status", metavar="N", type=int, help="The exit status of the program that wrote it.")
@COUNTER
def errors(file: str, budget: int | None, status: int | None, counter: TokenCounter) -> None:
    """Print what went wrong in FILE, or on standard input: `pytest 2>&1 | contextkit errors`.

    Reads stack traces, runs of tests, and what compilers and linters say; what it cannot read it quotes.
    """
    if (text := _text_of(file)) or status:
        told = str(summarize_error(text, budget, status=status, counter=counter))
        terminal.write(told if told.endswith("\n") else f"{told}\n")


@click.command(short_help="Print what a tool's large output says, in few words.")
@click.argument("file", metavar="[FILE]", default="-", type=click.Path(allow_dash=True))
@click.option("--budget", metavar="N", type=Tokens(min=1), help="The most tokens of the digest.")
@click.option("--kind", type=click.Choice(KINDS), help="What it is; found by its looks otherwise.")
@COUNTER
def digest(file: str, budget: int | None, kind: Kind | None, counter: TokenCounter) -> None:
    """Print what FILE, or standard input, says: `kubectl logs api | contextkit digest`.

    Logs as one line a shape, with all errors; JSON as fields and unusual records; diffs, listings of files,
    tables, HTML, binary data.
    """
    if text := _text_of(file):
        told = digested(text, budget, kind=kind, counter=counter).text
        terminal.write(told if told.endswith("\n") else f"{told}\n")


def _text_of(file: str) -> str:
    """Read a text as a terminal would show it, without what steers one; of binary data, say what it is.

    That there is nothing in it is said on standard error.
    """
    try:
        source = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        terminal.complain(f"{file}: {error.strerror or error}")
        raise click.exceptions.Exit(UNREADABLE) from None
    utf_16 = source.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # what PowerShell writes
    text = source.decode("utf-16" if utf_16 else "utf-8-sig", "replace")
    if is_binary(text):
        return f"[binary, {data_line(source)}]"
    if not text.strip():
        terminal.complain(f"{'<stdin>' if file == '-' else file}: there is nothing in it")
        return ""
    return plain(last_states(text))

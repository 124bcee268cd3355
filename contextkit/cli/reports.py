"""`contextkit report` and `explore`: where the tokens of one run went."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from ..display import terminal
from ..display.occupancies import in_words
from ..display.reports import overview, report_page, report_tables
from ..formats import Format
from ..messages import NamedThread
from ..reporting import Report
from ..reporting import report as report_on
from ..tokens.counters import TokenCounter
from ..windows import Window
from .options import COUNTER, EXIT_CODES, FORMAT, JSON_FLAG, RESERVE, TARGET, Tokens, budget_of
from .runs import FAILED, Run

_SOME_BUDGET = click.option(
    "--budget",
    metavar="N",
    type=Tokens(min=1),
    help="Tokens in all; without it nothing is compacted.",
)
_ID = click.option("--id", "id", metavar="ID", help="Which thread, where FILE holds several; else the first.")


def _reported(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the report on a thread of a file, and whether to print JSON."""

    @wraps(command)
    def with_options(
        file: str,
        id: str | None,
        budget: int | None,
        target: int | None,
        reserve: int,
        format: Format,
        counter: TokenCounter,
        **rest: Any,
    ) -> None:
        run = Run()
        if budget is None and (target is not None or reserve):
            raise click.UsageError("--target and --reserve are parts of a --budget: give one")
        limits = None if budget is None else budget_of(budget, target, reserve)
        window = Window(format, budget=limits, counter=counter)
        if (named := _one(run, file, id)) is not None:
            with run.trying(f"{file}: {named.id}"):
                command(report_on(named.thread, window, name=named.id), **rest)
        run.end()

    file = click.argument("file", metavar="FILE", type=click.Path(allow_dash=True))
    for option in reversed((file, _ID, _SOME_BUDGET, TARGET, RESERVE, FORMAT, COUNTER, JSON_FLAG)):
        with_options = option(with_options)
    return with_options


def _one(run: Run, file: str, id: str | None) -> NamedThread | None:
    """Give the thread of a file that is asked for; how many others there are is said."""
    found, others = None, 0
    for _, named in run.threads([file]):
        if found is None and id in (None, named.id):
            found = named
        else:
            others += 1
    if found is None and id is not None and not run.code:
        raise click.UsageError(f"{file} holds no thread {id!r}")
    if found is not None and others and id is None:
        terminal.complain(f"{file} holds {others + 1:,} threads; this is about {found.id!r}; see --id")
    return found


@click.command(epilog=EXIT_CODES, short_help="Write a page about where the tokens of a run went.")
@_reported
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="The file to write; `-` is standard output, as it is for --json by default.  [default: report.html]",
)
def report(found: Report, output: str | None, as_json: bool) -> None:
    """Replay the run in FILE and write a page about where its tokens went.

    One file that needs nothing from elsewhere: what filled the context at each call of the model and when
    it was compacted, the tokens by type and tool, the dearest events, what was read again, open errors,
    what each format would cost, and what compaction saves. With --json, the figures alone.
    """
    made = terminal.json_line(found.to_data()) if as_json else report_page(found)
    output = output or ("-" if as_json else "report.html")
    if output == "-":
        terminal.write(made)
        return
    try:
        Path(output).write_text(made, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        terminal.complain(f"{output}: {error.strerror or error}")
        raise click.exceptions.Exit(FAILED) from None
    terminal.announce(f"{output}: {overview(found)}")


@click.command(epilog=EXIT_CODES, short_help="Print where the tokens of a run went.")
@_reported
def explore(found: Report, as_json: bool) -> None:
    """Replay the run in FILE and print where its tokens went, as `report` draws it.

    With --json, the figures as one object.
    """
    if as_json:
        terminal.write_json(found.to_data())
        return
    terminal.write(f"{found.name}: {overview(found)}\n{in_words(found.occupancy)}\n\n")
    for table, _ in report_tables(found):
        if table.rows:
            terminal.write_table(table)

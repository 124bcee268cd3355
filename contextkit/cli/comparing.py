"""`contextkit compare`: what threads cost in each format."""

import datetime

import click

from ..comparing import compare as compared
from ..comparisons import Comparison, together
from ..display import terminal
from ..display.comparisons import comparison_tables
from ..exceptions import ContextkitError
from ..formats import FORMATS
from ..messages import NamedThread
from ..rates import rates_of
from ..variants import VARIANTS
from .options import ALL_FORMATS, EXIT_CODES, FILES, JSON_FLAG, checked_counters
from .runs import Run


def _prices(_ctx: click.Context, _parameter: click.Parameter, model: str | None) -> str | None:
    try:
        if model is not None:
            rates_of(model)  # that nobody knows its price is said now
    except ContextkitError as error:
        raise click.BadParameter(str(error)) from None
    return model


@click.command(epilog=EXIT_CODES, short_help="Print what each format costs and loses.")
@FILES
@click.option(
    "--format",
    "names",
    type=click.Choice([*ALL_FORMATS, "all"]),
    metavar="NAME",
    multiple=True,
    help=f"A format to compare; several times for several. By default {', '.join(FORMATS)}; more are "
    f"{', '.join(VARIANTS)}; all.",
)
@click.option(
    "--counter",
    "counters",
    metavar="NAME",
    multiple=True,
    default=("o200k_base", "cl100k_base"),
    show_default=True,
    callback=checked_counters,
    help="What counts the tokens, as of the other commands; several times for several.",
)
@click.option("--prices", metavar="MODEL", callback=_prices, help="Whose prices to show; needs an extra.")
@click.option("--value", is_flag=True, help="FILE holds a JSON value of any kind, and no thread.")
@JSON_FLAG
def compare(
    files: tuple[str, ...],
    names: tuple[str, ...],
    counters: tuple[str, ...],
    prices: str | None,
    value: bool,
    as_json: bool,
) -> None:
    """Print what the threads in FILE cost in each format, next to compact and pretty JSON.

    Tokens and bytes; whether everything comes back; what is framing, body and escaping; what a cache
    can serve over the calls of the model. Several threads are summed up, and none is kept.
    """
    run = Run()
    formats = {name: ALL_FORMATS[name] for name in (ALL_FORMATS if "all" in names else names or FORMATS)}
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    whole: Comparison | None = None
    with terminal.progress() as say:
        for label, given in run.values(files) if value else run.threads(files):
            with run.trying(label):
                thread = given.thread if isinstance(given, NamedThread) else given
                found = compared(thread, formats, counters=counters, rates=prices, as_of=today)
                whole = found if whole is None else together((whole, found))
                say(f"{whole.threads:,} threads, {whole.events:,} events")
    if whole is not None and as_json:
        terminal.write_json(whole.to_data())
    elif whole is not None:
        for table in comparison_tables(whole.to_data()):
            terminal.write_table(table)
    run.end()

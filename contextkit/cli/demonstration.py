"""`contextkit demo`: what contextkit does, with a thread of its own."""

from collections import Counter
from collections.abc import Iterable, Mapping

import click

from ..demo import deployment
from ..display import tables, terminal
from ..exceptions import ContextkitError
from ..formats import Format
from ..plain import JSON
from ..windows import render as rendered
from .options import FORMAT
from .runs import FAILED

_NEXT = """\
What to try next, with a history of your own in thread.json
  contextkit count thread.json
  contextkit render thread.json --budget {budget}
  contextkit explain thread.json --budget {budget}
  contextkit compare thread.json

  from contextkit import read_threads, render
  for named in read_threads("thread.json"):
      print(render(named.thread, budget={budget}))
"""


@click.command(short_help="Show what contextkit does, with its own thread.")
@click.option(
    "--budget",
    metavar="N",
    type=click.IntRange(min=1),
    default=6_000,
    show_default=True,
    help="Tokens it may have.",
)
@FORMAT
def demo(budget: int, format: Format) -> None:
    """Show what contextkit does with the thread that comes with it: a deployment agent at work."""
    thread = deployment()
    try:
        context = rendered(thread, format, budget=budget)
    except ContextkitError as error:
        terminal.complain(str(error))
        raise click.exceptions.Exit(FAILED) from None
    explained = tables.explained("demo", context)
    terminal.write(f"A deployment agent's thread, as {format.name}, with a budget of {budget:,} tokens:\n")
    terminal.write(f"before  {len(thread):,} events, {explained['before']:,} tokens\n")
    terminal.write(f"after   {_states(explained['rows'])}, {context.tokens:,} tokens\n\n")
    terminal.write_table(tables.types_table(explained["rows"], most=10))
    if explained["steps"]:
        terminal.write_table(tables.steps_table(explained["steps"]))
    terminal.write(f"The context itself\n{terminal.ends(context.text)}\n")
    terminal.write(_NEXT.format(budget=budget))


def _states(rows: Iterable[Mapping[str, JSON]]) -> str:
    counts = Counter(row["state"] for row in rows)
    named = ", ".join(
        f"{counts[state]:,} {state}" for state in ("kept", "changed", "added", "gone") if counts[state]
    )
    return f"{counts.total() - counts['gone']:,} events ({named})"

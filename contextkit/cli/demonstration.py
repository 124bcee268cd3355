"""`contextkit demo`: what contextkit does, with a thread of its own."""

from collections import Counter

import click

from ..contexts import Context
from ..demo import deployment
from ..display import tables, terminal
from ..display.texts import counted
from ..exceptions import ContextkitError
from ..formats import Format
from ..windows import render as rendered
from .options import FORMAT, Tokens
from .runs import FAILED

_TYPES = 6  # rows by event type
_BEGINNING, _ADDED, _END = 4, 6, 4  # lines of the context
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
    type=Tokens(min=1),
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
    terminal.write(f"A deployment agent's thread, as {format.name}, with a budget of {budget:,} tokens.\n")
    terminal.write(f"{_won(context, len(thread), explained['before'])}\n\n")
    terminal.write_table(tables.types_table(explained["rows"], most=_TYPES))
    if explained["steps"]:
        terminal.write_table(tables.steps_table(explained["steps"]))
    terminal.write(f"The context itself\n{terminal.some_lines(context.text, _shown_lines(context))}\n")
    terminal.write(_way_back(context))
    terminal.write(_NEXT.format(budget=budget))


def _won(context: Context, events: int, before: int) -> str:
    """Say in a sentence what it costs now, and what still stands."""
    rows = context.receipt().rows
    states = Counter(row["state"] for row in rows)
    if states["kept"] == len(rows):
        return f"{before:,} tokens, which fit: all {events:,} events stand as they are."
    stand = [f"{states['kept']:,} stand as they were"]
    stand += [f"{states['changed']:,} are shortened"] if states["changed"] else []
    stand += [f"{states['gone']:,} are left out"] if states["gone"] else []
    said = f"{before:,} tokens become {context.tokens:,}: of {events:,} events {', '.join(stand)}"
    if any(row["state"] == "added" and row["policy"].startswith("Quote") for row in rows):
        lines = "the lines of those that later steps are most likely to need"
        said += f";\n{states['added']:,} is added, with {lines}"
    return f"{said}."


def _shown_lines(context: Context) -> set[int]:
    """Choose lines of a context: the first ones, those of what was added, the last ones."""
    count = context.text.removesuffix("\n").count("\n") + 1
    chosen = {*range(_BEGINNING), *range(count - _END, count)}
    added = next((fragment.text for fragment in context.fragments if fragment.state == "added"), "")
    if added:
        start = context.text.count("\n", 0, context.text.index(added))
        chosen.update(range(start, start + _ADDED))
    return chosen


def _way_back(context: Context) -> str:
    """Show with the largest event that was cut how what was cut comes back."""
    cut = [row for row in context.receipt().rows if row["state"] in ("gone", "changed")]
    if not cut:
        return ""
    id = max(cut, key=lambda row: row["before"] - row["after"])["id"]
    event = context.thread[id]
    size = f"{counted(event.text.count(chr(10)) + 1, 'line')}, {counted(len(event.text), 'character')}"
    return f'Nothing is lost\n  context.thread.restore("{id}")  # {event.type}: {size}\n\n'

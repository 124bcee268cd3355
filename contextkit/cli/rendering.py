"""`contextkit render`, `explain` and `count`: the context of each thread, and where its tokens are."""

from typing import Any

import click

from ..display import tables, terminal
from ..formats import Format
from ..tokens.counters import TokenCounter
from ..windows import render as rendered
from .options import COUNTER, EXIT_CODES, FILES, FORMAT, JSON_FLAG, windowed
from .runs import Run, with_several


@click.command(epilog=EXIT_CODES, short_help="Print the context of each thread.")
@windowed
def render(files: tuple[str, ...], settings: dict[str, Any], as_json: bool) -> None:
    """Print the context of each thread in FILE, compacted where it does not fit.

    Of one thread, standard output gets the text, to the byte. Of several, it gets their texts with
    an empty line between them, and standard error gets the name of each before its text. With
    --json it gets one object a thread, one a line.
    """
    run = Run()
    for (label, named), several in with_several(run.threads(files), look_ahead=not as_json):
        with run.trying(label):
            context = rendered(named.thread, **settings)
            if as_json:
                terminal.write_json(tables.answered(named.id, context))
                continue
            if several:
                terminal.write("\n" if run.done else "")
                terminal.announce(f"{label}: {context.tokens:,} tokens")
            terminal.write(context.text)
            run.done += 1
    run.end()


@click.command(epilog=EXIT_CODES, short_help="Print what became of each event.")
@windowed
def explain(files: tuple[str, ...], settings: dict[str, Any], as_json: bool) -> None:
    """Print what became of each event: kept, changed, added or gone, by which policy, and its tokens.

    Then what each policy saved. With --json, one object a thread, one a line.
    """
    run = Run()
    for label, named in run.threads(files):
        with run.trying(label):
            explained = tables.explained(named.id, rendered(named.thread, **settings))
            if as_json:
                terminal.write_json(explained)
                continue
            terminal.write_table(tables.receipt_table(explained, label))
            if explained["steps"]:
                terminal.write_table(tables.steps_table(explained["steps"]))
    run.end()


@click.command(epilog=EXIT_CODES, short_help="Print tokens by event type.")
@FILES
@COUNTER
@FORMAT
@JSON_FLAG
def count(files: tuple[str, ...], counter: TokenCounter, format: Format, as_json: bool) -> None:
    """Print the tokens of the threads in FILE by event type, as `render` would write them whole.

    Several threads are summed up. They are read one after the other, and none is kept.
    """
    run, counts = Run(), tables.Counts(counter, format.name)
    with terminal.progress() as say:
        for label, named in run.threads(files):
            with run.trying(label):
                counts.add(rendered(named.thread, format, counter=counter))
            say(f"{counts.threads:,} threads, {counts.tokens:,} tokens")
    if as_json:
        terminal.write_json(counts.to_data())
    elif counts.threads or not run.code:
        terminal.write_table(tables.counts_table(counts.to_data()))
    run.end()

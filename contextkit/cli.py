"""The command line: `contextkit demo`, `render`, `explain`, `count`, `compare`, `report`, `explore` ...

Data goes to standard output, as UTF-8; all else goes to standard error. Standard output that is no
terminal gets plain text, without colours and lines.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | a thread could not be rendered: it does not fit its budget, and the message says which would do |
| 2 | wrong usage: an option out of range, an unknown counter, a prompt template that cannot be used |
| 3 | input that cannot be read: a file that is missing, or not a thread |
| 70 | a bug in contextkit |
| 130 | stopped by Ctrl-C |
| 141 | the reader of standard output has gone (`| head`) |

What cannot be read or does not fit is said and passed over; the other threads are done, and the
highest code counts.
"""

import contextlib
import datetime
import itertools
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from .budgets import Budget
from .codecs import json as json_codec
from .comparing import compare as compared
from .comparisons import Comparison, together
from .demo import deployment
from .digesting.digests import digest as digested
from .digesting.routing import KINDS, Kind
from .display import tables, terminal
from .display.comparisons import comparison_tables
from .display.occupancies import in_words
from .display.reports import overview, report_page, report_tables
from .errors.summaries import summarize_error
from .exceptions import ContextkitError, FormatError, ReadError, SettingError
from .formats import FORMATS, Format
from .messages import NamedThread, read_threads
from .plain import JSON
from .prompts import Prompt
from .rates import rates_of
from .reporting import Report
from .reporting import report as report_on
from .tokens.counters import TokenCounter, token_counter
from .variants import VARIANTS
from .windows import Window
from .windows import render as rendered

_ALL: Mapping[str, Format] = {**FORMATS, **VARIANTS}
_FAILED, _UNREADABLE, _BUG, _STOPPED, _PIPE_CLOSED = 1, 3, 70, 130, 141
_Item = TypeVar("_Item")
_EXIT_CODES = """\b
Exit codes: 0 done; 1 a thread does not fit, or cannot be rendered; 2 wrong usage;
3 input that cannot be read. Of several threads, the highest one."""
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


class _Group(click.Group):
    """The group of our commands, which turns whatever happens into an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; no traceback ever reaches the user."""
        try:
            terminal.prepare()
            super().invoke(ctx)
            sys.stdout.flush()
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            ctx.exit(_STOPPED)
        except BrokenPipeError:
            terminal.close()
            ctx.exit(_PIPE_CLOSED)
        except Exception as error:  # noqa: BLE001  (the last line of defence)
            terminal.complain(f"a bug in contextkit: {type(error).__name__}: {error}{_place(error)}")
            ctx.exit(_BUG)


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f" ({Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})"


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="context-window-kit", prog_name="contextkit")
def main() -> None:
    """Turn event threads into token-budgeted contexts for LLM agents.

    Try `contextkit demo` first. A FILE holds one thread or many; `-` is standard input.
    """


# ---- options


def _format(_ctx: click.Context, _parameter: click.Parameter, name: str) -> Format:
    return _ALL[name]


def _counter(_ctx: click.Context, _parameter: click.Parameter, name: str) -> TokenCounter:
    try:
        return token_counter(name)
    except ContextkitError as error:
        raise click.BadParameter(str(error)) from None


def _counters(ctx: click.Context, parameter: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        _counter(ctx, parameter, name)
    return tuple(dict.fromkeys(names))


def _prices(_ctx: click.Context, _parameter: click.Parameter, model: str | None) -> str | None:
    try:
        if model is not None:
            rates_of(model)  # that nobody knows its price is said now
    except ContextkitError as error:
        raise click.BadParameter(str(error)) from None
    return model


def _prompt(_ctx: click.Context, _parameter: click.Parameter, path: str | None) -> Prompt | None:
    if path is None:
        return None
    try:
        prompt = Prompt.from_file(path)
        prompt.around({})  # no variables can be given here: say now which one is missing
    except OSError as error:
        raise click.BadParameter(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{path}: not UTF-8: {error.reason}, byte {error.start}") from None
    except ContextkitError as error:
        raise click.BadParameter(str(error)) from None
    return prompt


def _budget(limit: int, target: int | None, reserve: int) -> Budget:
    try:
        return Budget(limit, target=target, reserve=reserve)
    except SettingError as error:
        raise click.UsageError(str(error)) from None


_FILES = click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(allow_dash=True))
_LIMIT = click.option(
    "--budget", metavar="N", type=click.IntRange(min=1), required=True, help="Tokens in all."
)
_TARGET = click.option("--target", metavar="N", type=click.IntRange(min=1), help="Tokens to cut down to.")
_RESERVE = click.option(
    "--reserve",
    metavar="N",
    type=click.IntRange(min=0),
    default=0,
    help="Tokens of it kept free for the reply.",
)
_FORMAT = click.option(
    "--format",
    type=click.Choice(list(_ALL)),
    metavar="NAME",
    default="tagged",
    show_default=True,
    callback=_format,
    help=f"How events look: {', '.join(_ALL)}.",
)
_COUNTER = click.option(
    "--counter",
    metavar="NAME",
    default="o200k_base",
    show_default=True,
    callback=_counter,
    help="What counts the tokens: an encoding, a model, or the path of a tokenizer.json.",
)
_PROMPT = click.option(
    "--prompt", metavar="FILE", callback=_prompt, help="A Jinja2 template around {{ thread }}."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, its keys sorted.")


def _windowed(command: Callable[[tuple[str, ...], dict[str, Any], bool], None]) -> Callable[..., None]:
    """Give a command files, the settings of a window as arguments of `render`, and whether to print JSON."""

    @wraps(command)
    def with_options(
        files: tuple[str, ...], budget: int, target: int | None, reserve: int, as_json: bool, **look: Any
    ) -> None:
        command(files, {"budget": _budget(budget, target, reserve), **look}, as_json)

    options = (_FILES, _LIMIT, _TARGET, _RESERVE, _FORMAT, _COUNTER, _PROMPT, _JSON)
    for option in reversed(options):  # as decorators are: the last one is applied first
        with_options = option(with_options)
    return with_options


# ---- commands


@main.command(short_help="Show what contextkit does, with its own thread.")
@click.option(
    "--budget",
    metavar="N",
    type=click.IntRange(min=1),
    default=6_000,
    show_default=True,
    help="Tokens it may have.",
)
@_FORMAT
def demo(budget: int, format: Format) -> None:
    """Show what contextkit does with the thread that comes with it: a deployment agent at work."""
    thread = deployment()
    try:
        context = rendered(thread, format, budget=budget)
    except ContextkitError as error:
        terminal.complain(str(error))
        raise click.exceptions.Exit(_FAILED) from None
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


@main.command(epilog=_EXIT_CODES, short_help="Print the context of each thread.")
@_windowed
def render(files: tuple[str, ...], settings: dict[str, Any], as_json: bool) -> None:
    """Print the context of each thread in FILE, compacted where it does not fit.

    Of one thread, standard output gets the text, to the byte. Of several, it gets their texts with
    an empty line between them, and standard error gets the name of each before its text. With
    --json it gets one object a thread, one a line.
    """
    run = _Run()
    for (label, named), several in _with_several(run.threads(files), look_ahead=not as_json):
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


@main.command(epilog=_EXIT_CODES, short_help="Print what became of each event.")
@_windowed
def explain(files: tuple[str, ...], settings: dict[str, Any], as_json: bool) -> None:
    """Print what became of each event: kept, changed, added or gone, by which policy, and its tokens.

    Then what each policy saved. With --json, one object a thread, one a line.
    """
    run = _Run()
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


@main.command(epilog=_EXIT_CODES, short_help="Print tokens by event type.")
@_FILES
@_COUNTER
@_FORMAT
@_JSON
def count(files: tuple[str, ...], counter: TokenCounter, format: Format, as_json: bool) -> None:
    """Print the tokens of the threads in FILE by event type, as `render` would write them whole.

    Several threads are summed up. They are read one after the other, and none is kept.
    """
    run, counts = _Run(), tables.Counts(counter, format.name)
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


@main.command(epilog=_EXIT_CODES, short_help="Print what each format costs and loses.")
@_FILES
@click.option(
    "--format",
    "names",
    type=click.Choice([*_ALL, "all"]),
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
    callback=_counters,
    help="What counts the tokens, as of the other commands; several times for several.",
)
@click.option("--prices", metavar="MODEL", callback=_prices, help="Whose prices to show; needs an extra.")
@click.option("--value", is_flag=True, help="FILE holds a JSON value of any kind, and no thread.")
@_JSON
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
    run = _Run()
    formats = {name: _ALL[name] for name in (_ALL if "all" in names else names or FORMATS)}
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


_SOME_BUDGET = click.option(
    "--budget",
    metavar="N",
    type=click.IntRange(min=1),
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
        run = _Run()
        if budget is None and (target is not None or reserve):
            raise click.UsageError("--target and --reserve are parts of a --budget: give one")
        limits = None if budget is None else _budget(budget, target, reserve)
        window = Window(format, budget=limits, counter=counter)
        if (named := _one(run, file, id)) is not None:
            with run.trying(f"{file}: {named.id}"):
                command(report_on(named.thread, window, name=named.id), **rest)
        run.end()

    file = click.argument("file", metavar="FILE", type=click.Path(allow_dash=True))
    for option in reversed((file, _ID, _SOME_BUDGET, _TARGET, _RESERVE, _FORMAT, _COUNTER, _JSON)):
        with_options = option(with_options)
    return with_options


def _one(run: "_Run", file: str, id: str | None) -> NamedThread | None:
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


@main.command(epilog=_EXIT_CODES, short_help="Write a page about where the tokens of a run went.")
@_reported
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    default="report.html",
    show_default=True,
    type=click.Path(dir_okay=False, allow_dash=True),
    help="The page to write; `-` is standard output.",
)
def report(found: Report, output: str, as_json: bool) -> None:
    """Replay the run in FILE and write a page about where its tokens went.

    One file that needs nothing from elsewhere: what filled the context at each call of the model and when
    it was compacted, the tokens by type and tool, the dearest events, what was read again, open errors,
    what each format would cost, and what compaction saves. With --json, the figures alone.
    """
    if as_json:
        terminal.write_json(found.to_data())
        return
    made = report_page(found)
    if output == "-":
        terminal.write(made)
        return
    try:
        Path(output).write_text(made, encoding="utf-8")
    except OSError as error:
        terminal.complain(f"{output}: {error.strerror or error}")
        raise click.exceptions.Exit(_FAILED) from None
    terminal.announce(f"{output}: {overview(found)}")


@main.command(epilog=_EXIT_CODES, short_help="Print where the tokens of a run went.")
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


@main.command(short_help="Print what an error text says, in few words.")
@click.argument("file", metavar="[FILE]", default="-", type=click.Path(allow_dash=True))
@click.option("--budget", metavar="N", type=click.IntRange(min=1), help="The most tokens of the summary.")
@click.option("--status", metavar="N", type=int, help="The exit status of the program that wrote it.")
@_COUNTER
def errors(file: str, budget: int | None, status: int | None, counter: TokenCounter) -> None:
    """Print what went wrong in FILE, or on standard input: `pytest 2>&1 | contextkit errors`.

    Reads stack traces, runs of tests, and what compilers and linters say; what it cannot read it quotes.
    """
    text = _text_of(file)
    terminal.write(f"{summarize_error(text, budget, status=status, counter=counter)}\n")


@main.command(short_help="Print what a tool's large output says, in few words.")
@click.argument("file", metavar="[FILE]", default="-", type=click.Path(allow_dash=True))
@click.option("--budget", metavar="N", type=click.IntRange(min=1), help="The most tokens of the digest.")
@click.option("--kind", type=click.Choice(KINDS), help="What it is; found by its looks otherwise.")
@_COUNTER
def digest(file: str, budget: int | None, kind: Kind | None, counter: TokenCounter) -> None:
    """Print what FILE, or standard input, says: `kubectl logs api | contextkit digest`.

    Logs as one line a shape, with all errors; JSON as fields and unusual records; diffs, listings of files,
    tables, HTML, binary data.
    """
    told = digested(_text_of(file), budget, kind=kind, counter=counter).text
    terminal.write(told if told.endswith("\n") else f"{told}\n")


def _text_of(file: str) -> str:
    try:
        source = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        terminal.complain(f"{file}: {error.strerror or error}")
        raise click.exceptions.Exit(_UNREADABLE) from None
    return source.decode("utf-8", "replace")


# ---- threads, one after the other


class _Run:
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
                self._fail(_UNREADABLE, str(error))
            except OSError as error:
                self._fail(_UNREADABLE, f"{name}: {error.strerror or error}")

    def values(self, files: Iterable[str]) -> Iterator[tuple[str, JSON]]:
        """Give the JSON value that each file holds; what cannot be read is said, and the next file comes."""
        for file in files:
            name = "<stdin>" if file == "-" else file
            try:
                read = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
                yield name, json_codec.decode(read.decode("utf-8-sig"))
            except (FormatError, UnicodeDecodeError) as error:
                self._fail(_UNREADABLE, f"{name}: {error}")
            except OSError as error:
                self._fail(_UNREADABLE, f"{name}: {error.strerror or error}")

    @contextlib.contextmanager
    def trying(self, label: str) -> Iterator[None]:
        """Say it if something fails that has to do with this thread only, and go on."""
        try:
            yield
        except ContextkitError as error:
            self._fail(_FAILED, f"{label}: {error}")

    def _fail(self, code: int, message: str) -> None:
        terminal.complain(message)
        self.code = max(self.code, code)

    def end(self) -> None:
        """Leave with the exit code, if it is not 0."""
        if self.code:
            raise click.exceptions.Exit(self.code)


def _with_several(items: Iterator[_Item], *, look_ahead: bool) -> Iterator[tuple[_Item, bool]]:
    """Give each item with whether there are several, for which the second one has to be read first."""
    head = list(itertools.islice(items, 2)) if look_ahead else []
    several = len(head) > 1
    while head:  # nothing is kept longer than needed: an item may be large
        yield head.pop(0), several
    yield from ((item, several) for item in items)

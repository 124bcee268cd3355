"""The options that several commands share."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import click

from ..budgets import Budget
from ..exceptions import ContextkitError, SettingError
from ..formats import FORMATS, Format
from ..prompts import Prompt
from ..tokens.counters import TokenCounter, token_counter
from ..variants import VARIANTS

ALL_FORMATS: Mapping[str, Format] = {**FORMATS, **VARIANTS}
"""The formats that have a name."""

EXIT_CODES = """\b
Exit codes: 0 done; 1 a thread does not fit, or cannot be rendered; 2 wrong usage;
3 input that cannot be read. Of several threads, the highest one."""


class Tokens(click.IntRange):
    """A number of tokens."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the number."""
        try:
            int(value)
        except ValueError:
            self.fail(f"{value!r} is not a whole number of tokens, such as 8000.", param, ctx)
        return super().convert(value, param, ctx)


def _format(_ctx: click.Context, _parameter: click.Parameter, name: str) -> Format:
    return ALL_FORMATS[name]


def _counter(_ctx: click.Context, _parameter: click.Parameter, name: str) -> TokenCounter:
    try:
        return token_counter(name)
    except ContextkitError as error:
        raise click.BadParameter(str(error)) from None


def checked_counters(
    ctx: click.Context, parameter: click.Parameter, names: tuple[str, ...]
) -> tuple[str, ...]:
    """Give the names of counters, each once: the callback of an option that may be given several times."""
    for name in names:
        _counter(ctx, parameter, name)
    return tuple(dict.fromkeys(names))


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


def budget_of(limit: int, target: int | None, reserve: int) -> Budget:
    """Make the budget that the options say."""
    try:
        return Budget(limit, target=target, reserve=reserve)
    except SettingError as error:
        raise click.UsageError(str(error)) from None


FILES = click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(allow_dash=True))
LIMIT = click.option("--budget", metavar="N", type=Tokens(min=1), required=True, help="Tokens in all.")
TARGET = click.option("--target", metavar="N", type=Tokens(min=1), help="Tokens to cut down to.")
RESERVE = click.option(
    "--reserve",
    metavar="N",
    type=Tokens(min=0),
    default=0,
    help="Tokens of it kept free for the reply.",
)
FORMAT = click.option(
    "--format",
    type=click.Choice(list(ALL_FORMATS)),
    metavar="NAME",
    default="tagged",
    show_default=True,
    callback=_format,
    help=f"How events look: {', '.join(ALL_FORMATS)}.",
)
COUNTER = click.option(
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
JSON_FLAG = click.option("--json", "as_json", is_flag=True, help="Print JSON, its keys sorted.")


def windowed(command: Callable[[tuple[str, ...], dict[str, Any], bool], None]) -> Callable[..., None]:
    """Give a command files, the settings of a window as arguments of `render`, and whether to print JSON."""

    @wraps(command)
    def with_options(
        files: tuple[str, ...], budget: int, target: int | None, reserve: int, as_json: bool, **look: Any
    ) -> None:
        command(files, {"budget": budget_of(budget, target, reserve), **look}, as_json)

    options = (FILES, LIMIT, TARGET, RESERVE, FORMAT, COUNTER, _PROMPT, JSON_FLAG)
    for option in reversed(options):  # as decorators are: the last one is applied first
        with_options = option(with_options)
    return with_options

"""A window as HTML for a notebook: its budget, and what is done in which order."""

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..exceptions import name_of
from .formats import format_parts
from .markup import Markup, element
from .pages import folded, frame, table_html
from .strips import clipped
from .tables import Cell, Table
from .texts import counted, shown_text

if TYPE_CHECKING:
    from ..budgets import Budget
    from ..tokens.counters import TokenCounter
    from ..windows import Window

_END = 5_000  # characters shown of each end of a prompt
_REPR = 200  # characters shown of a policy


def window_html(window: "Window") -> Markup:
    """Draw a window as HTML: its budget, its policies and arrivals, its prompt, its format."""
    parts = [element("p", element("b", "Window"), ": ", _budget(window.budget)), _policies(window)]
    if window.arrivals:
        # Without their settings: a pattern that redacts can be what must not be seen.
        rows = [(clipped(_plain_name(arrival)), purpose(arrival)) for arrival in window.arrivals]
        parts.append(_table("As an event enters", "arrival", rows))
    if window.prompt is not None:
        shown = shown_text(window.prompt.source, end=_END, rest="window.prompt.source has them")
        parts.append(folded("The prompt around the thread", shown))
    parts.append(folded(f"The format: {clipped(window.format.name)}", *format_parts(window.format)))
    return frame(*parts, element("p", _counter(window.counter), class_="dim"))


def _counter(counter: "TokenCounter") -> str:
    """Say in what tokens are counted."""
    named = filter(None, (getattr(counter, name, None) for name in ("encoding", "name", "path")))
    about = "" if getattr(counter, "exact", True) else ", an estimate"
    return f"Tokens are those of {clipped(str(next(named, name_of(counter))), _REPR)}{about}."


def _budget(budget: "Budget | None") -> str:
    if budget is None:
        return "any number of tokens"
    said = f"at most {counted(budget.room, 'token')}"
    if budget.reserve:
        said += f" ({budget.limit:,} without {budget.reserve:,} for the reply)"
    if budget.target is None:
        return f"{said}; a thread that has more goes down to what is pinned and 0.58 of the rest"
    if budget.target == budget.room:
        return f"{said}; a thread that has more is cut no further than needed"
    return f"{said}; a thread that has more goes down to {budget.target:,}"


def _policies(window: "Window") -> Markup:
    if not window.policies:
        return element("p", "It has no policies: a thread that does not fit is an error.")
    rows = [(clipped(name_of(policy), _REPR), purpose(policy)) for policy in window.policies]
    return _table("While a thread does not fit, in this order", "policy", rows)


def _table(title: str, noun: str, named: Sequence[tuple[str, str]]) -> Markup:
    rows: list[tuple[Cell, ...]] = [(f"{at}. {name}", told) for at, (name, told) in enumerate(named, 1)]
    return table_html(Table(title, (noun, "what it does"), rows))


def _plain_name(given: Callable[..., Any]) -> str:
    return str(getattr(given, "__name__", type(given).__name__))


def purpose(given: Callable[..., Any]) -> str:
    """Give the first line of the documentation of a callable or of its class; empty where it has none.

    >>> from contextkit import Drop
    >>> purpose(Drop())
    'Drops whole units, oldest first, until nothing is left to save.'
    """
    while isinstance(given, functools.partial):
        given = given.func
    documented = given if inspect.isroutine(given) else type(given)
    text = inspect.getdoc(documented) or ""
    made = text.startswith(f"{getattr(documented, '__name__', '')}(")  # what dataclasses write themselves
    return "" if made else text.partition("\n")[0]

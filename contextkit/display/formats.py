"""A format as HTML for a notebook: what it promises, its rules, and a sample of what a model sees."""

from typing import TYPE_CHECKING

from ..events import Event
from ..exceptions import ContextkitError, name_of
from ..threads import Thread
from .markup import Markup, element, joined
from .pages import frame, table_html
from .strips import clipped
from .tables import Table
from .texts import shown_text

if TYPE_CHECKING:
    from ..formats import Format

_END = 10_000  # characters shown of each end of the sample


def sample() -> Thread:
    """Give a small thread with a bit of everything: words, a call, a list of records, an error.

    >>> [event.kind for event in sample()]
    ['user', 'call', 'result', 'call', 'error', 'assistant']
    """
    tags = [{"name": "v1.10", "signed": True}, {"name": "v1.9", "signed": False}]
    thread = Thread([Event("user", "Deploy the newest release.")])
    thread = thread.call("list_git_tags", {"limit": 2}, call_id="1").result("1", tags)
    thread = thread.call("deploy", {"tag": "v1.10"}, call_id="2")
    trace = 'Traceback (most recent call last):\n  File "run.py", line 7, in main\nConnectionError: refused'
    thread = thread.result("2", trace, type="error")
    return thread.append(Event("assistant", "It is refused. I try again in a minute."))


def format_html(format: "Format") -> Markup:
    """Draw a format as HTML."""
    return frame(*format_parts(format))


def format_parts(format: "Format") -> list[Markup]:
    """Give the parts of a format's picture: a heading, its rules, a sample."""
    promises = [
        "has a way back" if format.reader else "has no way back",
        "a longer thread starts with the text of a shorter one, so a cache can serve it"
        if format.stable
        else "a longer thread does not start with the text of a shorter one",
    ]
    heading = element("p", element("b", "Format"), f" {clipped(format.name)}: {'; '.join(promises)}")
    rules = [(clipped(str(key)), clipped(name_of(rule), 200)) for key, rule in format.own_rules.items()]
    table = Table("Rules", ("type, pattern or kind", "is written by"), rules)
    said = element("p", "A small thread in it:")
    parts = [heading, *([table_html(table, titled=False)] if rules else []), said, _sample(format)]
    if format.primer:
        parts.append(element("p", "What teaches it to a model: ", element("code", format.primer)))
    return parts


def _sample(format: "Format") -> Markup:
    try:
        return shown_text(format.text(sample()), end=_END, rest="format.text writes them")
    except ContextkitError:  # a rule for other data than the sample's: the others still show
        return joined(_one(format, event) for event in sample())


def _one(format: "Format", event: Event) -> Markup:
    try:
        return shown_text(format(event), end=_END, rest="format(event) writes them")
    except ContextkitError as error:
        return element("p", clipped(str(error), 300), class_="dim")

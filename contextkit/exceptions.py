"""The errors that contextkit raises, each with the data it speaks of.

```
ContextkitError
├── SettingError       a setting out of range: a negative budget, a reserve above the limit
├── EventError         a value that is not JSON and has no stated way to become JSON
├── ThreadError        events that do not make a thread: duplicate ids, a result without its call
├── BudgetError        a budget that cannot be met, with the smallest one that can
├── CounterError       a token counter that returned something else than a whole number
├── RenderError        a renderer that raised, or returned something else than text
├── TemplateError      a Jinja2 template with a syntax error or an undefined name
├── PolicyError        a policy or an arrival that broke its contract
├── FetchError         a hook that failed while it fetched ahead
├── FormatError        a text that a format cannot read back
├── ReadError          a file or a message list that is not a thread
└── MissingExtraError  a feature whose optional dependency is not installed
```

Each composes its own message from the data, and keeps the data as attributes.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .patterns import Pattern

if TYPE_CHECKING:
    from json import JSONDecodeError

_AT_ADDRESS = Pattern(r"<(?:function )?((?:[^<>]|<\w+>)*) at 0x[0-9a-fA-F]+>")


def name_of(given: object) -> str:
    """Give the repr of a callable without addresses in memory, which are others in each process.

    >>> name_of(name_of), name_of([name_of])
    ('name_of', '[name_of]')
    """
    return _AT_ADDRESS.sub(r"\1", repr(given))


def shown(given: object, most: int = 120) -> str:
    """Give the beginning of a repr, without addresses: at most so many characters."""
    name = name_of(given)
    return name if len(name) <= most else f"{name[: most - 3]}..."


class ContextkitError(Exception):
    """The base of every error that contextkit raises."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _revived, (type(self), str(self), self.__dict__)


def _revived(kind: type[ContextkitError], message: str, attributes: dict[str, Any]) -> ContextkitError:
    error = kind.__new__(kind, message)
    Exception.__init__(error, message)
    error.__dict__.update(attributes)
    return error


class SettingError(ContextkitError, ValueError):
    """A setting of ours is out of range or of the wrong type.

    Attributes:
        name: The setting, such as `Budget.limit`.
        value: What was given.
        reason: What it must be.
    """

    def __init__(self, name: str, value: object, reason: str) -> None:
        super().__init__(f"{name} is {shown(value)}; {reason}")
        self.name = name
        self.value = value
        self.reason = reason


class EventError(ContextkitError, ValueError):
    """A value cannot stand in an event.

    Attributes:
        path: Where it is, such as `data.items[3].price`.
        reason: What is wrong with it, and the way out.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class ThreadError(ContextkitError, ValueError):
    """Events do not make a thread.

    Attributes:
        event_id: The id of the event that is in the way, where it has one.
        reason: What is wrong, and the way out.
    """

    def __init__(self, reason: str, *, event_id: str | None = None) -> None:
        super().__init__(reason if event_id is None else f"event {event_id!r}: {reason}")
        self.event_id = event_id
        self.reason = reason


class CounterError(ContextkitError, TypeError):
    """A token counter did not return a whole number that is zero or more.

    Attributes:
        counter: The counter.
        value: What it returned, or the exception that it raised.
    """

    def __init__(self, counter: object, value: object) -> None:
        did = (
            f"raised {type(value).__name__}: {value}"
            if isinstance(value, Exception)
            else f"returned {value!r}"
        )
        super().__init__(
            f"the token counter {shown(counter)} {did}; "
            "a counter maps a text to a whole number of tokens, 0 or more"
        )
        self.counter = counter
        self.value = value


class RenderError(ContextkitError):
    """A renderer raised, or returned something else than text.

    Attributes:
        renderer: The renderer.
        event_id: The id of the event that it was given.
        event_type: The type of that event.
        reason: What happened.
    """

    def __init__(self, renderer: object, event_id: str | None, event_type: str, reason: str) -> None:
        super().__init__(f"renderer {shown(renderer)}, event {event_id!r} of type {event_type!r}: {reason}")
        self.renderer = renderer
        self.event_id = event_id
        self.event_type = event_type
        self.reason = reason


class TemplateError(ContextkitError, ValueError):
    """A Jinja2 template has a syntax error, or failed while it was filled in.

    Attributes:
        reason: What Jinja2 says of it.
        line: The line in the template, counted from 1, where it is known.
        name: The template's file, where it came from one.
    """

    def __init__(self, reason: str, *, line: int | None = None, name: str | None = None) -> None:
        place = f"{name or 'template'}, line {line}" if line is not None else (name or "template")
        super().__init__(f"{place}: {reason}")
        self.reason = reason
        self.line = line
        self.name = name


class PolicyError(ContextkitError):
    """A policy or an arrival broke its contract.

    Attributes:
        policy: The policy or arrival.
        event_id: The event concerned, where there is one.
        reason: What it did, and the way out.
    """

    def __init__(self, policy: object, reason: str, *, event_id: str | None = None) -> None:
        place = f", event {event_id!r}" if event_id is not None else ""
        super().__init__(f"{shown(policy)}{place}: {reason}")
        self.policy = policy
        self.event_id = event_id
        self.reason = reason


class FetchError(ContextkitError):
    """A hook failed, and that was to be raised.

    Attributes:
        name: What the hook is called.
        reason: What happened.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class FormatError(ContextkitError, ValueError):
    """A text cannot be read back by the format it was given to.

    Attributes:
        format_name: The format.
        reason: What is wrong.
        line: The line in the text, counted from 1, where it is known.
    """

    def __init__(self, format_name: str, reason: str, *, line: int | None = None) -> None:
        place = f"{format_name}, line {line}" if line is not None else format_name
        super().__init__(f"{place}: {reason}")
        self.format_name = format_name
        self.reason = reason
        self.line = line


class ReadError(ContextkitError, ValueError):
    """A file or a list of messages cannot be read as a thread.

    Attributes:
        source: The file, or what stands for it.
        line: The line, counted from 1, where it is known.
        reason: What is wrong, and the way out.
    """

    def __init__(self, reason: str, *, source: str = "input", line: int | None = None) -> None:
        super().__init__(f"{source}:{line}: {reason}" if line is not None else f"{source}: {reason}")
        self.source = source
        self.line = line
        self.reason = reason


class MissingExtraError(ContextkitError, ImportError):
    """A feature needs an optional dependency that is not installed.

    Attributes:
        feature: What was asked for.
        extra: The extra that brings it.
    """

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an extra: pip install 'context-window-kit[{extra}]'")
        self.feature = feature
        self.extra = extra


class BudgetError(ContextkitError):
    """A thread does not fit its budget, whatever the policies do.

    Attributes:
        limit: The `Budget.limit` that was asked for, in tokens.
        needed: The least `Budget.limit` at which the same thread and policies fit (the reserve
            included); rendering at it succeeds.
        blockers: What stands in the way, dearest first: pairs of an event id (or `"prompt"`) and
            its tokens; of a list of messages, their places, such as `messages[0]`.
    """

    def __init__(
        self, limit: int, needed: int, blockers: Sequence[tuple[str, int]], *, of: str = "thread"
    ) -> None:
        def named(name: str) -> str:
            if of == "messages":
                return name
            return "the prompt" if name == "prompt" else f"event {name[:40]}"

        first = ", ".join(f"{named(name)} ({tokens:,} tokens)" for name, tokens in blockers[:3])
        more = f" and {len(blockers) - 3:,} more" if len(blockers) > 3 else ""
        does, unpin = ("do", "") if of == "messages" else ("does", "unpin one of these, ")
        super().__init__(
            f"the {of} {does} not fit into a budget of {limit:,} token{'s' * (limit != 1)}: "
            f"a limit of {needed:,} is the least that would do ({needed - limit:,} more). "
            f"What may not be cut: {first or 'nothing'}{more}. "
            f"Raise the limit, {unpin}or add a policy that can cut more."
        )
        self.limit = limit
        self.needed = needed
        self.blockers = tuple(blockers)


def why_no_json(error: "JSONDecodeError") -> tuple[str, int]:
    r"""Say what is wrong with a text that is not JSON, and in which of its lines, counted from 1.

    Where it ends too early, that is where its last word stands, not behind the newline after it.

    >>> import json
    >>> try:
    ...     json.loads('{"a":\n "b')
    ... except json.JSONDecodeError as error:
    ...     why_no_json(error)
    ('Unterminated string that starts at column 2', 2)
    """
    at = min(error.pos, len(error.doc.rstrip(" \t\r\n")))
    before = error.doc[:at]
    column = at - before.rfind("\n")
    said = error.msg.replace("starting at", "that starts at")
    return f"{said}{'' if said.endswith(' at') else ','} column {column}", before.count("\n") + 1

"""A history while it is repaired: copied where it changes, with a list of what was done."""

import dataclasses
import itertools
import json
from collections.abc import Callable, Sequence
from typing import Any

from .parts import parsed
from .rules import WRONG_ROLE

NO_RESULT = "(no result: the call was interrupted)"
"""What stands in for the result of a call that never got one."""
NO_CONTENT = "(no content)"
"""What a message says that may not be left out and has nothing to say."""
FAILED = "(the tool failed and said nothing)"
"""What an error says that came without a text."""


@dataclasses.dataclass(frozen=True, slots=True)
class Repair:
    """One thing that was done to a history.

    Attributes:
        rule: The rule that was broken, such as `unanswered-call`.
        place: Where, in the messages that came, such as `messages[3].content[0]`.
        what: What was done.
    """

    rule: str
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what} ({self.rule})"


@dataclasses.dataclass(slots=True)
class Draft:
    """A history under repair. Messages are replaced, never changed.

    Attributes:
        messages: The messages as they stand.
        origins: For each of them the index of the one that it comes from.
        beside: The system prompt and the tools' definitions, which are looked at only.
        repairs: What was done so far.
    """

    messages: list[dict[str, Any]]
    origins: list[int]
    beside: tuple[Any, Any] = (None, None)
    repairs: list[Repair] = dataclasses.field(default_factory=list)

    def note(self, rule: str, index: int, path: str, what: str) -> None:
        """Note what was done to the message that stands at an index now."""
        self.repairs.append(Repair(rule, f"messages[{self.origins[index]}]{path}", what))

    def put(self, messages: Sequence[tuple[int, dict[str, Any]]]) -> None:
        """Put other messages in place of all, each with its origin."""
        self.origins = [origin for origin, _ in messages]
        self.messages = [message for _, message in messages]

    def each(self, mend: Callable[["Draft", int, dict[str, Any]], dict[str, Any] | None]) -> None:
        """Put what `mend` makes of each message in its place; where it makes nothing, the message goes."""
        made = [(self.origins[at], mend(self, at, message)) for at, message in enumerate(self.messages)]
        self.put([(origin, message) for origin, message in made if message is not None])

    def split(
        self,
        parts: Callable[[dict[str, Any]], list[dict[str, Any]]],
        joined: Callable[[dict[str, Any], list[dict[str, Any]]], dict[str, Any]],
        home: Callable[[dict[str, Any], Any], Any],
    ) -> None:
        """Split each message that has parts which may not stand in it, by the roles of their messages.

        Args:
            parts: Gives the parts of a message.
            joined: Makes a message like another of parts.
            home: Gives the role in whose messages a part may stand, of the part and its role now.
        """
        made: list[tuple[int, dict[str, Any]]] = []
        for index, message in enumerate(self.messages):
            role, own = message.get("role"), parts(message)
            runs = [(key, list(run)) for key, run in itertools.groupby(own, lambda part: home(part, role))]  # noqa: B023
            if all(key == role for key, _ in runs):
                made.append((self.origins[index], message))
                continue
            self.note(
                WRONG_ROLE.name, index, "", "its parts were put into messages of the roles they belong to"
            )
            made += [(self.origins[index], joined(message, run) | {"role": key}) for key, run in runs]
        self.put(made)


Step = Callable[[Draft], None]
"""One kind of repair: changes a draft, and notes what it did; a draft without that fault stays as it is."""


def written(value: Any) -> str:
    """Write a value as a model reads it: a text as it is, anything else as JSON on a line."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def as_object(value: Any) -> dict[str, Any]:
    """Make the object that a call's arguments must be: of JSON in a text, else with the value under a name.

    >>> as_object('{"tag": "1.4.2"}'), as_object(None), as_object("1.4.2")
    ({'tag': '1.4.2'}, {}, {'arguments': '1.4.2'})
    """
    if isinstance(value, str):
        value = parsed(value)
    if isinstance(value, dict):
        return value
    return {} if value is None or value == "" else {"arguments": value}

"""Dialects: how each provider writes the parts of a message."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from ..events import Event
from ..plain import JSON
from .media import Media

OPENING = "(the conversation begins here)"
"""What a user says first where a provider wants a user's message first and there is none."""

GAP = "(something was left out here)"
"""What a user says between two messages of the model's that may not follow each other."""

Role = Literal["system", "user", "assistant", "tool"]

PLAIN = ("user", "assistant", "system", "developer")


class Dialect(Protocol):
    """How one provider writes the parts of a message. A body is put into a message by `bodies.merge`."""

    @property
    def provider(self) -> str:
        """The provider's name, as `raw` has it."""

    @property
    def beside(self) -> bool:
        """Whether the system prompt stands beside the messages; later ones are a user's text."""

    @property
    def together(self) -> bool:
        """Whether the answers to the calls of one message stand in one message."""

    @property
    def alternates(self) -> bool:
        """Whether a call may not stand behind a message of the model's own."""

    @property
    def apart(self) -> bool:
        """Whether each part is an item of its own, so that there are no messages of many parts."""

    @property
    def results_first(self) -> bool:
        """Whether an answer may not stand behind a text in the same message."""

    @property
    def thoughts(self) -> tuple[str, ...]:
        """The types of the blocks that may not be the last ones of a turn of the model's."""

    @property
    def strips(self) -> bool:
        """Whether the last message, if it is the model's, may not end in white space."""

    def shell(self, role: Role) -> dict[str, JSON]:
        """Give an empty message."""

    def text(self, text: str, role: Role, frame: Mapping[str, JSON]) -> dict[str, JSON]:
        """Give the body of a text."""

    def text_type(self, role: Role) -> str:
        """Give the type of a part that is text, where a message has parts of many types."""

    def media(self, media: Media, role: Role) -> dict[str, JSON] | None:
        """Give the block of an image, a sound or a file, where such a message can hold it."""

    def block(self, block: dict[str, JSON]) -> dict[str, JSON]:
        """Give the body of a block that `media` gave."""

    def reasoning(self, text: str) -> dict[str, JSON] | None:
        """Give the body of a thought of which only the text is known, where that can be sent."""

    def call(
        self, id: str, name: str, data: JSON, arguments: str | None, frame: Mapping[str, JSON]
    ) -> dict[str, JSON]:
        """Give the body of a call; `arguments` are its data as the text that came."""

    def result(
        self,
        id: str,
        name: str,
        content: Sequence[str | dict[str, JSON]],
        failed: bool,
        frame: Mapping[str, JSON],
    ) -> dict[str, JSON]:
        """Give the body of the answer to a call: texts, and blocks that `media` gave."""

    def name(self, name: str) -> str:
        """Give a tool's name that the provider takes."""

    def id(self, id: str) -> str:
        """Give a call's id that the provider takes."""

    def system(self, texts: Sequence[str]) -> JSON:
        """Give the system prompt that stands beside the messages."""


_NOT_IN_A_NAME = re.compile("[^a-zA-Z0-9_-]")


def safe(name: str) -> str:
    """Give a name or an id of the characters that OpenAI and Anthropic take.

    >>> safe("git.list tags")
    'git_list_tags'
    """
    return _NOT_IN_A_NAME.sub("_", name)


class Look(Protocol):
    """How events look that are no messages, and what the user renders himself."""

    def body(self, event: Event) -> str | None:
        """Give what a renderer of the user's puts in the place of the event's data, if there is one."""

    def text(self, event: Event) -> str:
        """Write the event as text, frame included."""

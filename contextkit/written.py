"""Written: a thread as a provider's messages, and what these could not hold."""

import dataclasses

from .plain import JSON


@dataclasses.dataclass(frozen=True, slots=True)
class Loss:
    """Something of an event that a provider's messages cannot hold.

    Attributes:
        event: The event's id.
        type: The event's type.
        what: What it is, such as `reasoning` or `image`.
        became: What was made of it, such as `left out` or `a line of text`.
    """

    event: str
    type: str
    what: str
    became: str


@dataclasses.dataclass(frozen=True, slots=True)
class Written:
    """A thread as a provider's messages.

    Attributes:
        provider: The provider.
        messages: The messages, items or contents.
        system: The system prompt, where it stands beside them.
        losses: What could not be carried over.
    """

    provider: str
    messages: list[dict[str, JSON]]
    system: JSON = None
    losses: tuple[Loss, ...] = ()

    def request(self) -> dict[str, JSON]:
        """Give what the provider's client takes by keyword.

        >>> Written("anthropic", [{"role": "user", "content": "deploy it"}], "Deploy with care.").request()
        {'messages': [{'role': 'user', 'content': 'deploy it'}], 'system': 'Deploy with care.'}
        """
        messages, system = _KEYWORDS[self.provider]
        beside = {system: self.system} if self.system is not None else {}
        return {messages: self.messages, **beside}


_KEYWORDS = {
    "openai-chat": ("messages", "system"),
    "openai-responses": ("input", "instructions"),
    "anthropic": ("messages", "system"),
    "gemini": ("contents", "system_instruction"),
}

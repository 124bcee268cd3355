"""Prompt caches: where Anthropic's marks belong, and what a provider serves again of a longer history.

A provider serves from its cache what a request begins with, if an earlier one began with the same.
OpenAI and Gemini look for that themselves; Anthropic looks where a `cache_control` stands, at most
four times in a request (tools, system prompt and messages together).
"""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from ..plain import JSON, copied
from ..tokens.counters import Estimate, TokenCounter, base_of
from ..written import Written
from .counting import counter_of, message_tokens, request_tokens
from .rules_anthropic import MOST_MARKS, THINKING


def with_cache_marks(written: Written, *, tools: Iterable[JSON] | None = None, mark: JSON = None) -> Written:
    """Give messages with cache marks where their beginning stays: of Anthropic's, all others as they are.

    Marks are put, as far as four allow and where the user has put none of his own: on the last message,
    which the next request begins with; on the user's turn before it, which the last request ended with;
    on the system prompt.

    Args:
        written: The messages, such as `context.written`.
        tools: The definitions of the tools that are sent along; marks in them count.
        mark: The mark; `{"type": "ephemeral"}` if none is given.

    >>> history = [{"role": "user", "content": "deploy it"}]
    >>> with_cache_marks(Written("anthropic", history, "Deploy with care.")).request()["system"]
    [{'type': 'text', 'text': 'Deploy with care.', 'cache_control': {'type': 'ephemeral'}}]
    """
    if written.provider != "anthropic":
        return written
    messages, system = copied(written.messages), copied(written.system)
    left = MOST_MARKS - sum(1 for _ in _marks([messages, system, list(tools or ())]))
    mark = {"type": "ephemeral"} if mark is None else mark
    for holder in _places(messages):
        left -= left > 0 and _put(holder, "content", mark)
    beside = {"content": system}
    if left > 0 and _put(beside, "content", mark):
        system = beside["content"]
    return dataclasses.replace(written, messages=messages, system=system)


def _marks(value: JSON) -> Iterator[JSON]:
    if isinstance(value, list):
        for item in value:
            yield from _marks(item)
    elif isinstance(value, dict):
        if value.get("cache_control"):
            yield value
        yield from _marks(value.get("content"))


def _places(messages: Sequence[dict[str, JSON]]) -> Iterator[dict[str, JSON]]:
    """Give the last message, and the last of the user's before the model's last."""
    if not messages:
        return
    yield messages[-1]
    answered = False
    for message in reversed(messages[:-1]):
        answered = answered or message.get("role") == "assistant"
        if answered and message.get("role") == "user":
            yield message
            return


def _put(holder: dict[str, JSON], key: str, mark: JSON) -> bool:
    """Mark the last block of a content that may be marked, unless it has a mark."""
    content = holder[key]
    if isinstance(content, str) and content.strip():
        holder[key] = [{"type": "text", "text": content, "cache_control": mark}]
        return True
    blocks: list[JSON] = content if isinstance(content, list) else []
    for block in reversed(blocks):
        empty = block.get("type") == "text" and not str(block.get("text")).strip()
        if block.get("type") in THINKING or empty:
            continue
        if block.get("cache_control"):
            return False
        block["cache_control"] = mark
        return True
    return False


@dataclasses.dataclass(frozen=True, slots=True)
class Front:
    """What two requests begin with alike, so that the second is served that much from the cache.

    Attributes:
        messages: How many messages.
        tokens: Their tokens, with what stands around the messages, if that is the same.
        total: The tokens of the second request.
    """

    messages: int
    tokens: int
    total: int

    @property
    def share(self) -> float:
        """The part of the second request that it is."""
        return self.tokens / self.total if self.total else 0.0


def cached_front(
    before: Written,
    after: Written,
    *,
    tools: Sequence[JSON] | None = None,
    counter: TokenCounter | str | None = None,
    model: str | None = None,
) -> Front:
    """Say how much of a request a provider has seen in the one before.

    Providers serve nothing below about a thousand tokens, and keep it for some minutes.

    Args:
        before: The messages of the request before.
        after: Those of this one.
        tools: The definitions of the tools that go along with both.
        counter: Counts texts; by default as `fit` does.
        model: The model's name.

    >>> turn = [{"role": "user", "content": "deploy it"}, {"role": "assistant", "content": "Which tag?"}]
    >>> before, after = Written("openai-chat", turn[:1]), Written("openai-chat", turn)
    >>> cached_front(before, after).messages
    1
    """
    found = counter_of(counter, after.provider, model)
    base = base_of(found)
    same = before.system == after.system
    pairs = enumerate(zip(before.messages, after.messages, strict=False))
    most = min(len(before.messages), len(after.messages)) if same else 0
    alike = next((place for place, (one, two) in pairs if one != two), most) if same else 0
    around = request_tokens(after.provider, base, system=after.system, tools=tools, model=model)
    each = [message_tokens(message, after.provider, base, model=model) for message in after.messages]
    scale = found.scale if isinstance(found, Estimate) else int
    front = sum(each[:alike]) + around if same else 0
    return Front(alike, scale(front), scale(sum(each) + around))

"""Counting messages never fails, adds up, and looks into no opaque field."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contextkit import count_messages
from contextkit.messages.counting import PROVIDERS, message_texts, message_tokens, request_tokens
from contextkit.messages.signatures import signature

from ..strategies import json_values, nasty_text

_KEYS = (
    *(
        "type",
        "role",
        "content",
        "text",
        "parts",
        "name",
        "input",
        "arguments",
        "output",
        "tool_calls",
        "source",
    ),
    *(
        "image_url",
        "url",
        "detail",
        "file",
        "file_data",
        "data",
        "media_type",
        "mimeType",
        "inlineData",
        "thinking",
    ),
    *(
        "functionCall",
        "functionResponse",
        "response",
        "args",
        "tools",
        "function",
        "parameters",
        "properties",
    ),
    *(
        "encrypted_content",
        "signature",
        "thoughtSignature",
        "summary",
        "title",
        "defer_loading",
        "$ref",
        "items",
    ),
    *(
        "functionDeclarations",
        "input_schema",
        "required",
        "enum",
        "anyOf",
        "description",
        "namespace",
        "system",
    ),
)
_WORDS = (
    *(
        "text",
        "message",
        "user",
        "assistant",
        "system",
        "tool",
        "tool_use",
        "tool_result",
        "thinking",
        "image",
    ),
    *(
        "redacted_thinking",
        "document",
        "image_url",
        "input_image",
        "input_text",
        "file",
        "input_file",
        "function",
    ),
    *(
        "function_call",
        "function_call_output",
        "reasoning",
        "compaction",
        "additional_tools",
        "namespace",
        "object",
    ),
    *(
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB",
        "base64",
        "image/png",
        "application/pdf",
        "low",
    ),
    *(
        "web_search_result",
        "container_upload",
        "item_reference",
        "input_audio",
        "array",
        "#/properties/a",
        "#",
    ),
)


def hostile() -> st.SearchStrategy[Any]:
    """JSON with the words of all providers where nobody expects them."""
    leaves = st.one_of(st.sampled_from(_WORDS), nasty_text(3), st.none(), st.booleans(), st.integers())
    keys = st.one_of(st.sampled_from(_KEYS), st.sampled_from(_KEYS), nasty_text(2))
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6),
        max_leaves=25,
    )


class TestMessageTokens:
    """Property: a count is a number, whatever is counted."""

    @given(hostile(), hostile(), hostile(), st.sampled_from(PROVIDERS))
    def test_anything_is_counted(self, message: Any, system: Any, tools: Any, provider: str) -> None:
        """Blocks of other providers, at places where none belong; twice the same."""
        first = message_tokens(message, provider, len)
        assert first >= 0
        assert message_tokens(message, provider, len) == first
        assert type(request_tokens(provider, len, system=system, tools=tools)) is int
        assert type(request_tokens(provider, len, tools=[tools])) is int

    @given(hostile(), st.sampled_from(PROVIDERS), st.sampled_from(["gpt-4o", "o3", None]))
    def test_a_message_is_its_texts_and_what_comes_on_top(
        self, message: Any, provider: str, model: str | None
    ) -> None:
        """Each text counts once for each time that it is named."""
        fixed, texts = message_texts(message, provider, model=model)
        tokens = message_tokens(message, provider, len, model=model)
        assert tokens == fixed + sum(map(len, texts))

    @given(st.lists(st.dictionaries(st.sampled_from(_KEYS), hostile(), max_size=5), max_size=4))
    def test_a_count_is_within_its_bounds(self, messages: list[dict[str, Any]]) -> None:
        """And is the sum of its parts, whichever provider is found."""
        counted = count_messages(messages, counter=len)
        assert counted.low <= counted.tokens
        assert counted.high is None or counted.tokens <= counted.high
        parts = counted.messages + counted.system + counted.tools + counted.images
        assert parts == counted.tokens

    @given(
        st.lists(st.tuples(st.sampled_from(["user", "assistant"]), nasty_text())), st.sampled_from(PROVIDERS)
    )
    def test_messages_add_up(self, turns: list[tuple[str, str]], provider: Any) -> None:
        """Each message, and what stands around them."""
        messages = [{"role": role, "content": text, "parts": [{"text": text}]} for role, text in turns]
        whole = count_messages(messages, provider, counter=len).tokens
        assert whole == request_tokens(provider, len) + sum(
            message_tokens(one, provider, len) for one in messages
        )

    @given(nasty_text(), nasty_text(), st.sampled_from(PROVIDERS))
    def test_more_text_is_never_less(self, text: str, more: str, provider: str) -> None:
        """With a counter that has this property itself."""
        one, other = (
            {"role": "user", "content": [{"type": "text", "text": each}], "parts": [{"text": each}]}
            for each in (text, text + more)
        )
        assert message_tokens(one, provider, len) <= message_tokens(other, provider, len)

    @given(json_values())
    def test_any_schema_has_a_signature(self, schema: Any) -> None:
        """Also where it is none."""
        given = {"type": "object", "properties": {"a": schema, "b": {"items": schema, "type": "array"}}}
        assert signature("f", "", given).endswith("}) => any;")

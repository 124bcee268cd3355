"""Tests of `contextkit.messages.caching`."""

import copy
from typing import Any

import pytest

from contextkit import Written, cached_front, fit_context, validate, with_cache_marks
from contextkit.messages.rules_anthropic import MOST_MARKS

from .histories import ANTHROPIC, HISTORIES, History
from .judges import judge

MARK = {"cache_control": {"type": "ephemeral"}}


def marks(value: Any) -> int:
    """How many marks stand anywhere in a value."""
    return str(value).count("'cache_control': {")


@pytest.mark.parametrize("history", ANTHROPIC, ids=lambda history: history.name)
def test_marks_are_put_where_the_front_stays(history: History) -> None:
    """At most four, the user's own among them; the rules and the client's types accept it."""
    written = Written("anthropic", history.messages, history.system)
    kept = copy.deepcopy((history.messages, history.system))
    marked = with_cache_marks(written, tools=history.tools)
    own = marks([history.messages, history.system, history.tools])
    found = marks([marked.messages, marked.system, history.tools])
    assert own <= found <= max(own, MOST_MARKS)
    assert marks(marked.messages[-1]) or own == MOST_MARKS
    assert validate(marked.messages, "anthropic", system=marked.system, tools=history.tools) == []
    assert judge("anthropic", marked.messages) == []
    assert (history.messages, history.system) == kept
    assert with_cache_marks(marked, tools=history.tools) == marked


@pytest.mark.parametrize("history", [h for h in HISTORIES if h.provider != "anthropic"], ids=str)
def test_others_take_no_marks(history: History) -> None:
    """They come back as they are."""
    written = Written(history.provider, history.messages, history.system)
    assert with_cache_marks(written) is written


def test_four_marks_of_the_users_stay_alone() -> None:
    """No fifth is put."""
    blocks = [{"type": "text", "text": str(n), **MARK} for n in range(4)]
    written = Written("anthropic", [{"role": "user", "content": blocks}], "Take care.")
    assert with_cache_marks(written) == written


def test_thoughts_and_empty_texts_are_not_marked() -> None:
    """The block before them is."""
    thought = {"type": "thinking", "thinking": "hm", "signature": "x"}
    said = [{"type": "text", "text": "On it."}, thought]
    history: list[dict[str, Any]] = [
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": said},
    ]
    [_, answer] = with_cache_marks(Written("anthropic", history)).messages
    assert answer["content"] == [{"type": "text", "text": "On it.", **MARK}, thought]


def test_the_front_of_a_longer_history_is_cached() -> None:
    """All that was sent before, until another system prompt stands before it."""
    turn = [
        {"role": "user", "content": "Why did it fail? " * 40},
        {"role": "assistant", "content": "Let me see."},
    ]
    before = fit_context(turn[:1], system="Take care.").written
    after = fit_context([*turn, {"role": "user", "content": "and?"}], system="Take care.").written
    front = cached_front(before, after)
    assert front.messages == 1
    assert 0.8 < front.share < 1
    other = cached_front(Written("anthropic", before.messages, "Be bold."), after)
    assert (other.messages, other.tokens) == (0, 0)

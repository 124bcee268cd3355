"""Whatever was done to a valid history: a repair makes it valid, says what it did, and is done once."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contextkit import repair, validate
from contextkit.messages.rules import PROVIDERS

from ..histories import HISTORIES, History
from ..judges import judge
from ..strategies import json_values

Messages = list[dict[str, Any]]
ODD: tuple[Any, ...] = (
    "",
    "tool",
    "model",
    "assistant",
    "reasoning",
    "tool_result",
    {"type": "text", "text": ""},
    [{}],
    None,
)
EMPTY: tuple[Any, ...] = ("", " \n", None, [])


@st.composite
def damaged(draw: st.DrawFn, provider: str) -> Messages:
    """Valid histories of a provider behind each other, and then damaged up to six times."""
    own = [history for history in HISTORIES if history.provider == provider]
    chosen: list[History] = draw(st.lists(st.sampled_from(own), min_size=1, max_size=3))
    messages = [copy.deepcopy(message) for history in chosen for message in history.messages]
    for _ in range(draw(st.integers(0, 6))):
        if messages:
            damage = draw(st.sampled_from((drop, repeat, move, blank, drop_part, repeat_part, swap_id)))
            damage(draw, messages)
    return messages


def place(draw: st.DrawFn, values: list[Any]) -> int:
    """Draw a place in a list that is not empty."""
    return draw(st.integers(0, len(values) - 1))


def drop(draw: st.DrawFn, messages: Messages) -> None:
    """Take a message out."""
    del messages[place(draw, messages)]


def repeat(draw: st.DrawFn, messages: Messages) -> None:
    """Put a copy of a message anywhere."""
    messages.insert(place(draw, messages), copy.deepcopy(messages[place(draw, messages)]))


def move(draw: st.DrawFn, messages: Messages) -> None:
    """Put a message elsewhere."""
    message = messages.pop(place(draw, messages))
    messages.insert(draw(st.integers(0, len(messages))), message)


def parts_of(message: dict[str, Any]) -> tuple[str, list[Any]]:
    """Give the list of parts, or of calls, of a message, and its key."""
    for key in ("parts", "tool_calls", "content", "output"):
        if isinstance(message.get(key), list) and message[key]:
            return key, message[key]
    return "", []


def blank(draw: st.DrawFn, messages: Messages) -> None:
    """Take what a message, or a part of it, says."""
    message = messages[place(draw, messages)]
    _, parts = parts_of(message)
    deep = draw(st.sampled_from((True, False)))
    part = parts[place(draw, parts)] if parts and deep else message
    if "text" in part and "type" in part:
        part["text"] = draw(st.sampled_from(EMPTY[:2]))
    elif isinstance(part.get("content"), list):
        part["content"] = draw(st.sampled_from(EMPTY[2:] if "tool_use_id" in part else EMPTY[3:]))
    elif isinstance(part.get("content"), str):
        part["content"] = draw(st.sampled_from(EMPTY[:2]))


def drop_part(draw: st.DrawFn, messages: Messages) -> None:
    """Take a part of a message out."""
    _, parts = parts_of(messages[place(draw, messages)])
    if parts:
        del parts[place(draw, parts)]


def repeat_part(draw: st.DrawFn, messages: Messages) -> None:
    """Put a copy of a part of a message at its end."""
    _, parts = parts_of(messages[place(draw, messages)])
    if parts:
        parts.append(copy.deepcopy(parts[place(draw, parts)]))


def swap_id(draw: st.DrawFn, messages: Messages) -> None:
    """Let a call or a result have an id that no other has."""
    message = messages[place(draw, messages)]
    for part in (message, *parts_of(message)[1]):
        for key in ("tool_call_id", "tool_use_id", "call_id"):
            if isinstance(part, dict) and part.get(key):
                part[key] = draw(st.sampled_from(("other", "x" * 70, "a:1")))


def texts(value: Any) -> set[str]:
    """Give each text of some length that a history says, but for names, ids and opaque fields."""
    if isinstance(value, dict):
        said = (inner for key, inner in value.items() if key not in SILENT and not key.endswith("id"))
        return {text for inner in said for text in texts(inner)}
    if isinstance(value, list):
        return {text for inner in value for text in texts(inner)}
    return {value} if isinstance(value, str) and value.strip() else set()


SILENT = ("type", "role", "name", "arguments", "signature", "data", "encrypted_content", "status", "language")


@pytest.mark.parametrize("provider", PROVIDERS)
@given(data=st.data())
@settings(max_examples=300)
def test_a_repaired_history_is_valid(provider: str, data: st.DataObject) -> None:
    """Nothing is wrong with it any more, a second repair does nothing, and the input is as it was."""
    messages = data.draw(damaged(provider))
    before = copy.deepcopy(messages)
    repaired = repair(messages, provider)
    assert messages == before
    if messages:
        assert repaired.violations == ()
    assert list(repaired.violations) == validate(repaired.messages, provider)
    again = repair(repaired.messages, provider)
    assert (again.messages, again.repairs) == (repaired.messages, ())
    assert bool(repaired.repairs) == (repaired.messages != messages)
    if not validate(messages, provider):
        assert repaired.messages == messages
    else:
        assert repaired.repairs or not messages


@pytest.mark.parametrize("provider", PROVIDERS)
@given(data=st.data())
@settings(max_examples=300)
def test_no_text_is_lost_silently(provider: str, data: st.DataObject) -> None:
    """What a message said is still said, or a repair names the message."""
    messages = data.draw(damaged(provider))
    repaired = repair(messages, provider)
    said = json.dumps(repaired.messages, ensure_ascii=False)
    named = {each.place.split("]")[0] for each in repaired.repairs}
    for index, message in enumerate(messages):
        if f"messages[{index}" not in named:
            for text in texts(message):
                assert json.dumps(text, ensure_ascii=False)[1:-1] in said


@pytest.mark.parametrize("provider", PROVIDERS)
@given(data=st.data())
@settings(max_examples=100)
def test_the_clients_types_accept_what_was_repaired(provider: str, data: st.DataObject) -> None:
    """If they accepted it before, they do after."""
    messages = data.draw(damaged(provider))
    if not judge(provider, messages):
        assert judge(provider, repair(messages, provider).messages) == []


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Give the path of everything in a value, but for itself."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [each for key, item in inner for each in ((*path, key), *paths(item, (*path, key)))]


@pytest.mark.parametrize("provider", PROVIDERS)
@given(data=st.data())
@settings(max_examples=100)
def test_nothing_raises_whatever_a_history_holds(provider: str, data: st.DataObject) -> None:
    """Any value may stand anywhere; what cannot be mended is handed back, and stays as it is."""
    messages = data.draw(damaged(provider))
    for _ in range(data.draw(st.integers(1, 4))):
        if found := paths(messages)[1:]:
            *way, last = data.draw(st.sampled_from(found))
            holder: Any = messages
            for key in way:
                holder = holder[key]
            holder[last] = copy.deepcopy(data.draw(st.sampled_from(ODD) | json_values(4)))
    messages = list(filter(lambda message: isinstance(message, dict), messages))
    repaired = repair(messages, provider)
    assert list(repaired.violations) == validate(repaired.messages, provider)
    again = repair(repaired.messages, provider)
    assert (again.messages, again.repairs) == (repaired.messages, ())
    assert bool(repaired.repairs) == (repaired.messages != messages)

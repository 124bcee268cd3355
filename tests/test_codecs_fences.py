"""Tests of `contextkit.codecs.fences`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contextkit.codecs.fences import fence, read_sections
from contextkit.exceptions import FormatError

from .strategies import event_types, nasty_text

BODIES = st.one_of(nasty_text(), st.text(st.sampled_from("`｀\n\r ~#a"), max_size=30))
SECTIONS = st.lists(st.tuples(event_types(), st.sampled_from(("", "json", "text")), BODIES), max_size=4)


@given(SECTIONS, st.sampled_from(("", "\n")))
@settings(deadline=None)
def test_reads_back_any_body(sections: list[tuple[str, str, str]], between: str) -> None:
    """Bodies come back to the character, whatever fences and headings they hold."""
    text = between.join(f"## {heading}\n{fence(body, info)}" for heading, info, body in sections)
    assert read_sections(text) == sections


@pytest.mark.parametrize(
    ("body", "written"),
    [
        ("", "```\n\n```\n"),
        ("a\n", "```\na\n\n```\n"),
        ("```\na\n```", "````\n```\na\n```\n````\n"),
        ("inline ````` run", "``````\ninline ````` run\n``````\n"),
        ("｀｀｀", "````\n｀｀｀\n````\n"),
        ("a\r```\rb", "````\na\r```\rb\n````\n"),
    ],
)
def test_a_fence_is_longer_than_any_run_inside(body: str, written: str) -> None:
    """The fence grows with the body."""
    assert fence(body) == written


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("hello", 1),
        ("## a\n", 2),
        ("## a\ntext\n", 2),
        ("## a\n```\nbody\n", 2),
        ("## a\n```\nbody\n````\n", 2),
        ("## a\n```\nbody\n```\nmore", 5),
    ],
)
def test_says_where_a_text_is_not_sections(text: str, line: int) -> None:
    """Each way to be wrong names its line."""
    with pytest.raises(FormatError) as caught:
        read_sections(text)
    assert caught.value.line == line


@pytest.mark.parametrize("info", ["a`b", "a\nb"])
def test_refuses_an_info_string_that_would_not_read_back(info: str) -> None:
    """An info string is one line without backticks."""
    with pytest.raises(FormatError):
        fence("body", info)

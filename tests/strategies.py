"""Hypothesis strategies that the property tests share: text, JSON values and event types at their worst."""

import re
from typing import Any

from hypothesis import strategies as st

WORDS = ("system", "user", "assistant", "reasoning", "call", "result", "error", "note", "tool_result")
"""Types that are also words of ours."""

TYPES = ("slack_message", "list_git_tags", "list_git_tags_result", "human_response", "deploy_started")
"""Types as users have them."""

_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_PIECES = (
    *("\n", "\r", "\r\n", "\t", " ", "  ", "\n\n", "\x00", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u2029"),
    *("\ufeff", "\ud800", "\udfff", "\ufffe", "\uffff", "\u200b", "\xa0", "é", "ｅ", "日本", "🙂"),
    *("\\", "\\u0041", "\\u00", "<", ">", "/", "</", "＜", "＞", "／", "&", "&lt;", "]]>", "'", '"'),
    *("`", "```", "｀", "~", "#", "- ", "-", "? ", ": ", ":", " #", "|", "=", "<<", "{", "}", "[", "]"),
    *("!x", "%a", "@", "*", "no", "null", "true", "1", "0o17", "1_000", "12:30:00", "2024-01-01", ".5"),
    *("1e3", "-0.0", "---", "...", "error", "_", "order_id", "ERROR", "a", "x", "a=1", "## user"),
    *("<error>", "</error>", "\n</error>\n", "<\\error>", "</order_id>", "<order_id>", "</ error >"),
)


def joined(text: str) -> str:
    """Make the character of two surrogates that are a pair: JSON has one way to write both."""
    return _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


def nasty_text(max_pieces: int = 12) -> st.SearchStrategy[str]:
    """Any text, mostly made of what breaks formats: markup, white space, control characters, surrogates."""
    anything = st.text(st.characters(exclude_categories=()), max_size=8)  # lone surrogates too
    pieces = st.lists(st.sampled_from(_PIECES), max_size=max_pieces).map("".join)
    mixed = st.lists(st.one_of(st.sampled_from(_PIECES), anything), max_size=max_pieces).map("".join)
    return st.one_of(pieces, st.text(max_size=20), mixed).map(joined)


def numbers() -> st.SearchStrategy[float]:
    """Whole numbers of any size and finite floats."""
    floats = st.one_of(
        st.floats(allow_nan=False, allow_infinity=False), st.sampled_from((-0.0, 1e22, 5e-324, 1.0))
    )
    return st.one_of(st.integers(), st.integers(-(10**40), 10**40), floats)


def json_values(max_leaves: int = 12) -> st.SearchStrategy[Any]:
    """Any plain JSON value, with any text in it and in its keys."""
    text = nasty_text(6)
    leaves = st.one_of(st.none(), st.booleans(), numbers(), text)
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(
                st.one_of(text, st.sampled_from(("item", "entry", "key", "type"))), inner, max_size=4
            ),
        ),
        max_leaves=max_leaves,
    )


def event_types(*, odd: bool = True) -> st.SearchStrategy[str]:
    """Types of events: ordinary ones and, unless `odd` is false, any text that may be one."""
    ordinary = st.one_of(
        st.sampled_from(TYPES + WORDS),
        st.from_regex(r"[a-z][a-z0-9]{0,5}(_[a-z0-9]{1,5}){0,2}", fullmatch=True),
    )
    if not odd:
        return ordinary
    allowed = st.characters(
        exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp"), exclude_characters="<>\ufeff\ufffe\uffff"
    )
    return st.one_of(ordinary, st.text(allowed, min_size=1, max_size=8).filter(lambda name: name[0] != "/"))


def same(first: object, second: object) -> bool:
    """Whether two JSON values are equal with their types and the order of their keys; 0.0 is not -0.0."""
    return repr(first) == repr(second)

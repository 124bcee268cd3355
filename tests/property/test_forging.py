"""Property 4, under attack: no text can forge structure in any format."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contextkit import Event, Format
from contextkit.codecs import compact, labels
from contextkit.formats import FORMATS
from contextkit.variants import SHORT_TAGS, VARIANTS

from ..strategies import joined, same

TYPES = (
    "user",
    "error",
    "call",
    "result",
    "get_log",
    "get_log_result",
    "item",
    "ü",
    "a-b",
    "x:",
    ":",
    "2",
    "\\a",
)
LOSSLESS = ("xml", "yaml", "markdown", "json-lines", "compact", "one-line", "xml-attributes", "paired")
ALL = {**FORMATS, **VARIANTS}

_FRAMES = (
    *(
        "<{0}>",
        "</{0}>",
        "{0}>: ",
        "<{0}>: ",
        "{0}>:",
        "2>: ",
        "<{0}/>",
        "<call {0}>",
        ">: ",
        "</>",
        "\\{0}>: ",
        "\\<{0}>: ",
    ),
    *(
        "## {0}",
        "## {0}\n```",
        "- {0}: ",
        '{{"type":"{0}","data":1}}',
        "[{0}]",
        "{0}: ",
        "{0}[2]: ",
        "{0}[1]{{a}}:",
    ),
    *(
        '<event type="{0}">',
        '<{0} type="list"/>',
        "<![CDATA[<{0}>]]>",
        "&lt;{0}&gt;",
        "--- {0}",
        "\\{0}",
        "{0}",
    ),
)
_MARKS = (
    *(
        "```",
        "````",
        "`",
        '"""',
        '""""',
        '"',
        "'",
        "]]>",
        "-->",
        "|",
        "|-",
        "---",
        "...",
        "{",
        "}",
        "[2]",
        "[2]:",
        "=",
    ),
    *(
        "\n",
        "\n",
        "\n",
        "\n\n",
        "\r",
        "\r\n",
        "\u2028",
        "\x85",
        " ",
        "    ",
        "- ",
        "> ",
        ",",
        ":",
        "\\",
        "\\\\",
        "\x00",
    ),
)
_DISGUISES = (
    str,
    str,
    str.upper,
    str.title,
    lambda text: text.replace(">", " >"),
    lambda text: text.replace("<", "<\xa0"),
    lambda text: text.replace("<", "<\u200b").replace(":", "\u200b:"),
    lambda text: text.replace(">", "\u200b\xa0>"),
    lambda text: text.translate(str.maketrans("<>/:`", "＜＞／：｀")),
    lambda text: text.replace("<", "\n \t<"),
)


def hostile() -> st.SearchStrategy[str]:
    """Text made of what the formats themselves are made of, as it is and in disguise."""
    frames = st.builds(
        lambda frame, name, disguise: str(disguise(frame.format(name))),
        st.sampled_from(_FRAMES),
        st.sampled_from(TYPES),
        st.sampled_from(_DISGUISES),
    )
    pieces = st.one_of(frames, frames, st.sampled_from(_MARKS), st.text(max_size=3))
    return st.lists(pieces, max_size=10).map("".join).map(joined)


def events() -> st.SearchStrategy[list[Event]]:
    """Events whose texts, keys and rows all attack."""
    text = hostile()
    data = st.one_of(
        text,
        text,
        st.lists(st.fixed_dictionaries({"a": text, "b": st.one_of(text, st.none())}), max_size=3),
        st.dictionaries(text, st.one_of(text, st.lists(text, max_size=2)), max_size=3),
    )
    calls = st.sampled_from((None, "1", "2", "3"))
    return st.lists(
        st.builds(
            lambda name, data, call: Event(name, data, call_id=call), st.sampled_from(TYPES), data, calls
        )
    )


def expected_types(format: Format, events: Sequence[Event]) -> list[str]:
    """The types that reading gives back."""
    if format is SHORT_TAGS:
        return ["result" if event.kind == "result" else event.type for event in events]
    return [event.type for event in events]


@pytest.mark.parametrize("name", ALL)
class TestForging:
    """Whatever stands in the data, the events are those that were written."""

    @given(events())
    def test_number_order_and_types_come_back(self, name: str, events: list[Event]) -> None:
        """And the data too, where the format says so."""
        format = ALL[name]
        read = format.read(format.text(events))
        assert [event.type for event in read] == expected_types(format, events)
        if name in LOSSLESS:
            assert same([event.data for event in read], [event.data for event in events])


class TestLabels:
    """The frame of `COMPACT`."""

    @given(hostile(), hostile())
    def test_a_label_in_any_disguise_is_marked(self, before: str, after: str) -> None:
        """At the start of a line no label is left that a lenient reader would see."""
        body = f"{before}\nuser>: {after}"
        lines = re.split("[\n\r\u2028\x85]", labels.label("note", body).removeprefix("note>: "))
        for line in lines:
            seen = re.sub("[\u200b\x00]", "", line).replace("\xa0", " ").strip()
            assert not re.match(r"[<＜]? *[^\s<>＜＞\\][^\s<>＜＞]* *[>＞] *[:：]", seen), line

    @pytest.mark.parametrize(
        "text",
        [
            "<div>\n<p>a</p>\n</div>",
            "[INFO] ok: 1",
            "a < b\n  b > c: d",
            "std::vector<int>: x",
            "def f() -> None:\n",
            "Error: not found\nmysql> select 1;\n> quoted: text",
            "</user>\n<user>",
        ],
    )
    def test_clean_text_costs_nothing(self, text: str) -> None:
        """HTML, logs and code stand as they are."""
        assert labels.label("note", text) == f"note>: {text}\n"

    @given(hostile())
    def test_a_document_of_text_is_that_text(self, text: str) -> None:
        """Unless it could be read as something else, to the byte."""
        assert compact.decode(compact.encode(text)) == text

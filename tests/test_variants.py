"""Tests of `contextkit.variants`: how each of the other formats looks, and what it keeps."""

import json
import pickle
import re
from typing import Any

import pytest
import toon_format
from hypothesis import given

from contextkit import Event, Format, FormatError, Thread, Window, token_counter
from contextkit.formats import FORMATS
from contextkit.renderers import hidden
from contextkit.variants import (
    CSV,
    KEY_VALUES,
    ONE_LINE,
    PAIRED,
    SHORT_TAGS,
    TOON,
    TWELVE_FACTOR,
    VARIANTS,
    XML_ATTRIBUTES,
    as_csv,
    as_key_values,
    as_quoted_yaml,
    as_toon,
)

from .property.strategies import event_lists
from .strategies import json_values, same

ALL: dict[str, Format] = {**FORMATS, **VARIANTS}

EVENTS = [
    Event("user", "Which tags?\nAll of them."),
    Event("list_git_tags", {"last": 2}, call_id="1"),
    Event("get_log", {"pod": "api-0"}, call_id="2"),
    Event("list_git_tags_result", [{"tag": "v1", "ok": True}, {"tag": "v2", "ok": False}], call_id="1"),
    Event("get_log_result", "ready", call_id="2"),
]

LOOKS = {
    ONE_LINE: """\
<user>Which tags?
All of them.</user>
<list_git_tags>last:2</list_git_tags>
<get_log>pod: api-0</get_log>
<list_git_tags_result>[2]{tag,ok}
v1,true
v2,false</list_git_tags_result>
<get_log_result>ready</get_log_result>
""",
    SHORT_TAGS: """\
<user>Which tags?
All of them.</user>
<call list_git_tags>last:2</call>
<call get_log>pod: api-0</call>
<result>[2]{tag,ok}
v1,true
v2,false</result>
<result>ready</result>
""",
    PAIRED: """\
user>: Which tags?
All of them.
list_git_tags>: last:2
get_log>: pod: api-0
2>: [2]{tag,ok}
v1,true
v2,false
2>: ready
""",
    XML_ATTRIBUTES: """\
<user>Which tags?
All of them.</user>
<list_git_tags last="2"/>
<get_log pod="api-0"/>
<list_git_tags_result>
<item tag="v1" ok="true"/>
<item tag="v2" ok="false"/>
</list_git_tags_result>
<get_log_result>ready</get_log_result>
""",
    TWELVE_FACTOR: """\
<user>
    Which tags?
    All of them.
</user>

<list_git_tags>
    last: 2
</list_git_tags>

<get_log>
    pod: "api-0"
</get_log>

<list_git_tags_result>
    - tag: "v1"
      ok: true
    - tag: "v2"
      ok: false
</list_git_tags_result>

<get_log_result>
    ready
</get_log_result>

""",
    TOON: """\
<user>
Which tags?
All of them.
</user>
<list_git_tags>
last: 2
</list_git_tags>
<get_log>
pod: api-0
</get_log>
<list_git_tags_result>
[2]{tag,ok}:
  v1,true
  v2,false
</list_git_tags_result>
<get_log_result>
ready
</get_log_result>
""",
    CSV: """\
<user>
Which tags?
All of them.
</user>
<list_git_tags>
{"last":2}
</list_git_tags>
<get_log>
{"pod":"api-0"}
</get_log>
<list_git_tags_result>
tag,ok
v1,true
v2,false
</list_git_tags_result>
<get_log_result>
ready
</get_log_result>
""",
    KEY_VALUES: """\
<user>
Which tags?
All of them.
</user>
<list_git_tags>
last: 2
</list_git_tags>
<get_log>
pod: api-0
</get_log>
<list_git_tags_result>
| tag | ok |
|---|---|
| v1 | true |
| v2 | false |
</list_git_tags_result>
<get_log_result>
ready
</get_log_result>
""",
}


@pytest.mark.parametrize(("format", "text"), LOOKS.items(), ids=repr)
def test_the_look(format: Format, text: str) -> None:
    """Each format, once."""
    assert format.text(EVENTS) == text


@pytest.mark.parametrize("format", ALL.values(), ids=repr)
def test_a_format_can_go_to_another_process(format: Format) -> None:
    """It pickles, and is the same then."""
    assert pickle.loads(pickle.dumps(format)) == format  # noqa: S301 - our own


@pytest.mark.parametrize("format", VARIANTS.values(), ids=repr)
def test_refuses_what_it_did_not_write(format: Format) -> None:
    """A text of another kind is an error of the format."""
    with pytest.raises(FormatError):
        format.read("hello\n<a>")


class TestPaired:
    """Results that do not repeat the name of their call."""

    def test_right_behind_its_call_a_result_has_no_number(self) -> None:
        """What is left out does not count, and a call_id that looks like a number is none."""
        bill = Event("billed", {}, kind="usage")
        events = [Event("a", 1, call_id="7>"), bill, Event("a_result", 2, call_id="7>")]
        assert PAIRED.text(events) == "a>: 1\n>: 2\n"
        hiding = PAIRED | {"user": hidden}
        assert hiding.text([events[0], Event("user", "hi"), events[2]]) == "a>: 1\n>: 2\n"

    def test_a_result_that_its_place_does_not_tell_is_named(self) -> None:
        """A result of another name, and one without a call; a second result is told by its place too."""
        more = [*EVENTS, *(Event(type, 1, call_id="1") for type in ("list_git_tags_result", "b_result"))]
        more.append(Event("c_result", 2, call_id="3"))
        text = PAIRED.text(more)
        assert text.endswith("4>: 1\nb_result>: 1\nc_result>: 2\n")
        assert [event.type for event in PAIRED.read(text)] == [event.type for event in more]

    @pytest.mark.parametrize("text", [">: 1\n", "a>: 1\n2>: 1\n", "a>: 1\n0>: 1\n", f"{'9' * 5000}>: 1\n"])
    def test_refuses_a_result_without_its_call(self, text: str) -> None:
        """A number that leads before the first event."""
        with pytest.raises(FormatError, match="without its call"):
            PAIRED.read(text)

    @given(event_lists(max_size=10))
    def test_a_window_counts_and_reads_it(self, events: list[Event]) -> None:
        """Its contexts have the tokens and the parts that they say."""
        counter = token_counter("o200k_base")
        context = Window(PAIRED, counter=counter).render(Thread(events))
        assert context.text == PAIRED.text(context.view())
        assert context.tokens == counter(context.text)
        assert "".join(fragment.text for fragment in context.fragments) == context.text
        if not any(PAIRED.rule(event) for event in context.view()):
            pairs = [(event.type, event.data) for event in context.view()]
            assert same([(event.type, event.data) for event in PAIRED.read(context.text)], pairs)


class TestBodies:
    """Renderers of other people's notations, held against other people's readers."""

    @given(json_values())
    def test_toon_reads_back(self, value: Any) -> None:
        """The official decoder gives the value, numbers aside: 1.0 is 1 there."""
        has_surrogates = re.search("[\ud800-\udfff]", json.dumps(value, ensure_ascii=False))
        if not isinstance(value, str) and not has_surrogates:
            assert toon_format.decode(as_toon(Event("a", value))) == value

    def test_csv_is_for_tables(self) -> None:
        """What is no table of scalars is JSON."""
        values: list[Any] = [[], [{}], [{"a": []}], [{"a": 1}, {"b": 1}], [{"a": 1}, 2], 3]
        for value in values:
            assert as_csv(Event("a", value)) == json.dumps(value, separators=(",", ":"))
        assert as_csv(Event("a", [{"a": 'x"y', "b": "c\nd"}])) == 'a,b\n"x""y","c\nd"'

    def test_key_values_and_quoted_yaml(self) -> None:
        """Nested values, empty ones and odd keys."""
        event = Event("a", {"a b": [], "c": [[1, {"d": "e"}], {}], "f": {"g": None}})
        assert as_key_values(event) == 'a b: []\nc: [[1,{"d":"e"}],{}]\nf: {"g":null}'
        assert as_quoted_yaml(event) == '"a b": []\nc:\n  - - 1\n    - d: "e"\n  - {}\nf:\n  g: null'

"""Property 4: what a lossless format wrote, its reader gives back, and so does anybody else's."""

import io
import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from ruamel import yaml as ruamel

from contextkit import COMPACT, JSON_LINES, MARKDOWN, TAGGED, XML, YAML, Context, Event, Format, Thread
from contextkit.codecs import yamlish
from contextkit.codecs.escapes import unescape
from contextkit.variants import ONE_LINE, XML_ATTRIBUTES

from ..strategies import event_types, json_values, nasty_text, same
from .strategies import (
    Setup,
    Shares,
    event_lists,
    loose_events,
    nasty,
    pauses,
    run,
    setups,
    shares,
)

LOSSLESS = (XML, YAML, JSON_LINES, MARKDOWN, COMPACT, ONE_LINE, XML_ATTRIBUTES)
EVENTS = st.one_of(
    st.lists(st.builds(Event, event_types(), st.one_of(nasty(), nasty_text(), json_values())), max_size=4),
    st.lists(loose_events(), max_size=6),
    event_lists(max_size=8),
)


def pairs(events: Any) -> list[tuple[str, Any]]:
    """The type and data of each event."""
    return [(event.type, event.data) for event in events]


@pytest.mark.parametrize("format", LOSSLESS, ids=repr)
class TestLosslessFormats:
    """Reading what a lossless format wrote gives back the events, for any text in them."""

    @given(events=EVENTS)
    def test_reads_back_type_and_data(self, format: Format, events: list[Event]) -> None:
        """Types and data come back, to the character and with their JSON types."""
        assert same(pairs(format.read(format.text(events))), pairs(events))

    @given(events=EVENTS, shares=shares(), pauses=pauses(), setup=setups(prompts=(None,)))
    def test_reads_back_a_context(
        self, format: Format, events: list[Event], shares: Shares, pauses: int, setup: Setup
    ) -> None:
        """After compactions, what is in the view comes back, placeholders and all."""
        setup = Setup(
            Format(format.name, format.write, reader=format.reader), setup.counter, setup.policies, None
        )
        for _, context in run(setup.window(shares.of(setup.size(events))), events, pauses):
            if isinstance(context, Context):
                assert same(pairs(setup.format.read(context.text)), pairs(context.thread.view()))


class TestTagged:
    """Of the others the number, order and types of the events can be read back, whatever their text."""

    @given(EVENTS)
    def test_reads_back_number_order_and_types(self, events: list[Event]) -> None:
        """No data can open or close a tag of ours."""
        assert [event.type for event in TAGGED.read(TAGGED.text(events))] == [event.type for event in events]

    @given(EVENTS)
    def test_reads_back_text(self, events: list[Event]) -> None:
        """Text without lone surrogates comes back as it is, all other data as its YAML."""
        for event, again in zip(events, TAGGED.read(TAGGED.text(events)), strict=True):
            text = (
                event.data if isinstance(event.data, str) else yamlish.encode(event.data).removesuffix("\n")
            )
            if text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text):
                assert again.data == text


class TestOtherReaders:
    """Each keeps a stated promise: what other people's parsers make of our formats."""

    @given(EVENTS)
    def test_lxml_reads_xml(self, events: list[Event]) -> None:
        """An XML 1.0 parser finds one element an event, and texts as they were."""
        root = etree.fromstring(
            b"<events>" + XML.text(events).encode() + b"</events>", etree.XMLParser(huge_tree=True)
        )
        assert [
            unescape(element.get("type", "event")) if element.tag == "event" else element.tag
            for element in root
        ] == [event.type for event in events]
        for element, event in zip(root, events, strict=True):
            if isinstance(event.data, str):
                assert len(element) == 0
                assert unescape(element.text or "") == event.data

    @given(EVENTS)
    def test_pyyaml_reads_yaml(self, events: list[Event]) -> None:
        """PyYAML (YAML 1.1) reads the same values, in lists of one-key objects."""
        assert same(
            yaml.load(YAML.text(events), Loader=yaml.SafeLoader) or [],
            [dict([pair]) for pair in pairs(events)],
        )

    @given(EVENTS)
    def test_ruamel_reads_yaml(self, events: list[Event]) -> None:
        """ruamel.yaml (YAML 1.2) reads the same values."""
        read = ruamel.YAML(typ="safe", pure=True).load(io.StringIO(YAML.text(events)))
        assert same(read or [], [dict([pair]) for pair in pairs(events)])

    @given(EVENTS)
    def test_json_reads_json_lines(self, events: list[Event]) -> None:
        """Each line is one JSON object, whoever splits the lines."""
        lines = JSON_LINES.text(events).splitlines()
        assert same(
            [json.loads(line) for line in lines],
            [{"type": type, "data": data} for type, data in pairs(events)],
        )

    @given(EVENTS)
    def test_every_text_can_be_encoded(self, events: list[Event]) -> None:
        """No format hands a lone surrogate on: its text is UTF-8."""
        for format in (TAGGED, *LOSSLESS):
            format.text(events).encode()


def test_reading_nothing_gives_an_empty_thread() -> None:
    """The text of no events is read as no events."""
    assert all(format.read(format.text([])) == Thread() for format in (TAGGED, *LOSSLESS))

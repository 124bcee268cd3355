"""A comparison says of each format what it costs, what it loses, and what a cache saves, all measured."""

import copy
import dataclasses
import itertools
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contextkit import (
    JSON_LINES,
    MARKDOWN,
    TAGGED,
    XML,
    YAML,
    Budget,
    Comparison,
    CounterError,
    Event,
    Format,
    Renderer,
    SettingError,
    Thread,
    Window,
    as_json,
    as_yaml,
    compare,
    hidden,
    token_counter,
)
from contextkit.comparisons import Row, together
from contextkit.demo import deployment
from contextkit.formats import FORMATS
from contextkit.rates import Rates
from contextkit.replaying import replay

from .strategies import event_types, json_values

ENCODINGS = ("o200k_base", "cl100k_base")
count = token_counter("o200k_base")


def only(thread: object, format: Any, **settings: Any) -> Row:
    """Compare one format, without times."""
    (row,) = compare(thread, {"it": format}, runs=0, **settings).rows
    return row


def agent(steps: int) -> Thread:
    """A thread with so many calls of the model."""
    thread = Thread([Event("system", "You deploy backends."), Event("user", "Deploy it, if it's green.")])
    for number in range(steps):
        thread = thread.call("get_status", {"try": number}, call_id=str(number))
        thread = thread.result(
            str(number), {"pods": [{"name": f"pod-{number}-{n}", "up": n > 1} for n in range(3)]}
        )
    return thread


# ---- sizes


@pytest.mark.parametrize("name", FORMATS)
def test_tokens_and_bytes_are_those_of_the_text(name: str) -> None:
    """For each counter, as it counts the whole."""
    text = FORMATS[name].text(deployment())
    row = only(deployment(), FORMATS[name])
    assert row.size is not None
    assert row.size.tokens == tuple(token_counter(encoding)(text) for encoding in ENCODINGS)
    assert row.size.bytes == len(text.encode())


def test_changes_are_against_the_same_events_as_json() -> None:
    """Compact and pretty, as `json` writes them."""
    thread = agent(4)
    comparison = compare(thread, [JSON_LINES], runs=0)
    records = [{"type": event.type, "data": event.data} for event in thread]
    compact = json.dumps(records, separators=(",", ":"))
    assert comparison.compact.tokens == tuple(token_counter(name)(compact) for name in ENCODINGS)
    assert comparison.pretty.bytes == len(json.dumps(records, indent=2))
    (row,) = comparison.to_rows()
    assert row["to_compact"] == row["tokens_o200k_base"] / count(compact) - 1
    assert row["to_pretty"] < 0


def test_a_value_alone_is_compared_with_itself() -> None:
    """A renderer writes just the value, and so do the two baselines; a format puts a frame around it."""
    value = [{"sku": f"a-{n}", "price": n / 4} for n in range(8)]
    comparison = compare(value, {"json": as_json, "yaml": as_yaml, "lines": JSON_LINES}, runs=0)
    assert comparison["json"].size == comparison.compact
    assert comparison["json"].framing == 0
    assert comparison["lines"].framing > 0
    assert comparison["yaml"].tokens == count(as_yaml(Event("value", value)))
    assert (comparison.calls, comparison["json"].cacheable) == (0, None)
    assert compare("text", [TAGGED], runs=0).compact.tokens[0] == count('"text"')


def test_a_renderer_writes_lines_of_a_thread() -> None:
    """Each fragment ends its line, whether or not the renderer says so; an empty one leaves the event out."""
    events = [Event("user", "one"), Event("note", "hidden"), Event("user", "two\n")]
    row = only(events, lambda event: "" if event.kind == "note" else event.text)
    assert row.tokens == count("one\ntwo\n")
    assert str(row.back) == "no reader"


def test_events_are_those_of_the_view() -> None:
    """What compactions took is not compared."""
    window, log = Window(budget=Budget(300, target=150)), Thread()
    for event in agent(12):
        log = window.render(log.append(event.having(id=None))).thread
    assert log.records()
    assert only(log, TAGGED).tokens == count(TAGGED.text(log.view()))


# ---- framing, body and escaping


@pytest.mark.parametrize("name", FORMATS)
def test_the_parts_add_up(name: str) -> None:
    """By type, and to the whole, which has what is between the events as framing."""
    row = only(deployment(), FORMATS[name])
    assert row.tokens == row.framing + row.body + row.escaping
    assert all(part.tokens == part.framing + part.body + part.escaping for part in row.parts)
    assert sum(part.events for part in row.parts) == len(deployment())
    assert min(row.framing, row.body) > 0
    assert (row.escaping > 0) == (name != "compact")


@pytest.mark.parametrize(
    ("format", "data", "framing", "escaping"),
    [
        (TAGGED, "all is well", "<note>\n\n</note>\n", 0),
        (TAGGED, {"state": "all is well", "tries": 3}, "<note>\n\n</note>\n", 0),
        (JSON_LINES, "all is well", '{"type":"note","data":""}\n', 0),
        (TAGGED, "it said </note> twice", "<note>\n\n</note>\n", 1),
        (XML, "a < b", "<note></note>\n", 1),
    ],
)
def test_framing_is_what_is_around_the_data(format: Format, data: Any, framing: str, escaping: int) -> None:
    """Clean data costs nothing beyond it; what has to be escaped is paid for by itself."""
    (part,) = only([Event("note", data)], format).parts
    assert abs(part.framing - count(framing)) <= 1
    assert (part.escaping > 0) == (escaping > 0)


def test_escapes_and_indented_lines_are_escaping() -> None:
    """They cost what the text takes beyond what it takes as it is."""
    text = "def f(x):\n\tif x < 3:\n\t\treturn 'no'\n" * 20
    rows = {
        name: only([Event("read_file_result", {"text": text})], format) for name, format in FORMATS.items()
    }
    escaping = {name: row.escaping for name, row in rows.items()}
    assert escaping["json-lines"] > 100
    assert escaping["yaml"] > 20  # the lines of a block are indented
    assert abs(rows["yaml"].body - rows["json-lines"].body) < 10
    assert only([Event("read_file_result", text)], TAGGED).escaping == 0


def test_a_renderer_made_for_other_data_has_no_framing() -> None:
    """That it fails on a letter is no failure of the format."""
    row = only([Event("note", {"who": "ines\tdoe"})], lambda event: f"{event.data['who']!r} was here")
    assert (row.error, row.framing) == ("", 0)
    assert row.body > 0


@given(events=st.lists(st.tuples(event_types(), json_values(6)), min_size=1, max_size=3))
def test_any_events_can_be_compared(events: list[tuple[str, Any]]) -> None:
    """The parts are never negative, and the lossless formats lose nothing."""
    for row in compare([Event(type, data) for type, data in events], runs=0).rows:
        assert not row.error
        assert row.tokens == row.framing + row.body + row.escaping
        assert all(min(part.framing, part.body, part.escaping) >= 0 for part in row.parts)
        assert row.back.verdict == "exact" or row.format in ("tagged", "markdown")


# ---- what a cache saves


def test_the_cacheable_share_is_that_of_a_replay() -> None:
    """Before each message of the model there is a context, and most of it was in the one before."""
    thread = agent(8)
    row, run = only(thread, TAGGED), replay(thread, list, format=TAGGED, only_time=True)
    assert (row.sent, row.shared) == (run.tokens, sum(call.shared for call in run.calls))
    assert row.cacheable == run.prefix > 0.5


def _numbered() -> Callable[[Event], str]:
    numbers = itertools.count()
    return lambda event: f"{next(numbers)} {event.text}"


class _Counted(Format):
    """Says at its top how many events there are, so that no text is how a longer one starts."""

    __slots__ = ()

    def text(self, thread: Any) -> str:
        """Write the events behind their number."""
        events = list(thread)
        return f"{len(events)} events\n{super().text(events)}"


def test_an_unstable_format_is_found_out_whatever_it_says() -> None:
    """One that numbers its fragments anew each time, and one that dates its top."""
    assert not only(agent(4), _numbered()).stable
    counted = _Counted("COUNTED", TAGGED.write)
    row, stable = only(agent(8), counted), only(agent(8), TAGGED)
    assert counted.stable
    assert (row.stable, stable.stable) == (False, True)
    assert row.cacheable is not None
    assert stable.cacheable is not None
    assert row.cacheable < 0.1 < stable.cacheable


def test_prices_are_those_of_all_contexts_and_say_of_when() -> None:
    """Uncached each token is new; cached the shared prefix is cheaper."""
    rates = Rates(input=2e6, cached=2e5, written=2e6)
    comparison = compare(agent(8), [TAGGED], rates=rates, as_of="2026-10-01", runs=0)
    (row,) = comparison.rows
    assert row.price == 2 * row.sent
    assert row.price_cached == pytest.approx(2 * (row.sent - row.shared) + 0.2 * row.shared)
    assert comparison.prices == "2e+06 a million tokens, 200000 cached, as of 2026-10-01"
    assert compare(agent(1), [TAGGED], rates=rates, runs=0).prices.endswith("of no date given")
    alone = only({"a": 1}, TAGGED, rates=rates)
    assert alone.price == alone.price_cached == 2 * (alone.tokens or 0)


def test_prices_of_a_model_say_where_they_are_from() -> None:
    """They come from the extra `prices`."""
    prices = compare(agent(2), [TAGGED], rates="gpt-5", as_of="today", runs=0).prices
    assert prices.startswith("gpt-5: ")
    assert "as of today, by genai-prices " in prices


# ---- formats that fail, and what is given


def _raises(event: Event) -> str:
    raise KeyError(event.type)


def test_one_bad_format_does_not_spoil_the_rest() -> None:
    """Its row says what happened and has no figures; the others have theirs."""
    formats = {
        "bad": _raises,
        "number": lambda event: 7,
        "good": TAGGED,
        "broken": _Broken("B", TAGGED.write),
    }
    comparison = compare(agent(2), formats, runs=0)  # type: ignore[arg-type]
    assert "KeyError: 'system'" in comparison["bad"].error
    assert "it gave 7, not text" in comparison["number"].error
    assert comparison["broken"].error == "of no use"
    assert comparison["good"] == only(agent(2), TAGGED)._replace(format="good")
    rows = comparison.to_rows()
    assert {frozenset(row) for row in rows} == {frozenset(rows[0])}
    assert [row["tokens_o200k_base"] is None for row in rows] == [True, True, False, True]
    assert "bad: failed: renderer" in str(comparison)


class _Broken(Format):
    __slots__ = ()

    def text(self, thread: Any) -> str:
        """Fail, as no renderer."""
        raise ZeroDivisionError("of no use")


def test_a_bad_counter_is_an_error() -> None:
    """It says nothing about any format."""
    with pytest.raises(CounterError):
        compare(agent(1), counters=[lambda text: -1])


@pytest.mark.parametrize(
    ("formats", "counters"), [([], ENCODINGS), ({}, ENCODINGS), ([TAGGED], []), ({"a": "yaml"}, ENCODINGS)]
)
def test_there_must_be_something_to_compare(formats: Any, counters: Any) -> None:
    """A format is one, or a function; there is at least one, and a counter."""
    with pytest.raises(SettingError):
        compare(agent(1), formats, counters=counters)


def test_formats_are_named_as_given_and_never_twice() -> None:
    """A list gives them their own names."""
    ours = TAGGED | {"user": hidden}
    assert [row.format for row in compare(agent(1), [TAGGED, ours, XML], runs=0).rows] == [
        "TAGGED",
        "TAGGED (2)",
        "XML",
    ]
    assert [row.format for row in compare(agent(1), YAML, runs=0).rows] == ["YAML"]
    assert [row.format for row in compare(agent(1), runs=0).rows] == list(FORMATS)


def test_counters_are_named() -> None:
    """As they were given, or as they call themselves."""
    comparison = compare("a b", [TAGGED], counters=["gpt-4o", token_counter("cl100k_base"), len], runs=0)
    assert comparison.counters == ("gpt-4o", "cl100k_base", "<built-in function len>")
    assert comparison["TAGGED"].size is not None
    assert comparison["TAGGED"].size.tokens[2] == len("<value>\na b\n</value>\n")


def test_a_primer_is_counted_by_itself() -> None:
    """What explains the notation to a model is named, where a format has it."""

    class Primed(Format):
        __slots__ = ("primer",)

    primed = Primed("PRIMED", TAGGED.write)
    object.__setattr__(primed, "primer", "Tags stand around each event.")
    assert only(agent(1), primed).primer == count("Tags stand around each event.")
    assert only(agent(1), primed).tokens == only(agent(1), TAGGED).tokens


# ---- the value


def test_without_times_the_same_thread_gives_the_same_comparison() -> None:
    """It can be compared, copied and saved; with runs, there are times."""
    comparison = compare(agent(3), runs=0)
    assert comparison == compare(agent(3), runs=0) == copy.deepcopy(comparison)
    assert pickle.loads(pickle.dumps(comparison)) == comparison  # noqa: S301 - ours
    with pytest.raises(dataclasses.FrozenInstanceError):
        comparison.events = 3  # type: ignore[misc]
    assert all((row.microseconds or 0) > 0 for row in compare(agent(3), runs=2).rows)


def test_the_cheapest_is_the_cheapest_that_loses_nothing() -> None:
    """Unless one that does will do."""
    bare: dict[str, Format | Renderer] = {"bare": lambda event: "x", "xml": XML, "lines": JSON_LINES}
    comparison = compare(agent(3), bare, runs=0)
    assert comparison.cheapest() == comparison["lines"]
    assert comparison.cheapest(lossless=False) == comparison["bare"]
    assert compare(agent(3), {"bare": _raises}, runs=0).cheapest() is None
    with pytest.raises(KeyError):
        comparison["toml"]


def test_plain_data_has_all_of_it() -> None:
    """It goes through JSON unchanged, and its rows are flat."""
    comparison = compare(deployment(), {**FORMATS, "bad": _raises}, rates="gpt-5")
    data = comparison.to_data()
    assert json.loads(json.dumps(data)) == data
    assert data["formats"] == comparison.to_rows()
    assert data["types"] == comparison.to_rows("type")
    for row in (*data["formats"], *data["types"]):
        assert not any(isinstance(cell, dict | list) for cell in row.values())
    types = [row["tokens"] for row in data["types"] if row["format"] == "xml"]
    assert (
        comparison["xml"].framing - sum(row["framing"] for row in data["types"] if row["format"] == "xml")
        >= 0
    )
    assert sum(types) <= (comparison["xml"].tokens or 0)


def test_threads_are_added_up() -> None:
    """Sizes, parts, runs and prices; of what comes back, the worst counts; what failed has failed."""
    formats = {"tagged": TAGGED, "some": lambda event: 1 // len(event.text) and event.text}
    threads = [agent(2), deployment(), Thread([Event("note", "")])]
    comparisons = [compare(thread, formats, rates="gpt-5") for thread in threads]  # type: ignore[arg-type]
    whole = together(comparisons)
    assert (whole.threads, whole.events) == (3, sum(map(len, threads)))
    rows = [comparison["tagged"] for comparison in comparisons]
    for name in ("tokens", "framing", "body", "escaping", "sent", "shared", "price", "microseconds"):
        assert getattr(whole["tagged"], name) == pytest.approx(sum(getattr(row, name) for row in rows))
    assert whole["tagged"].back == rows[0].back
    assert whole["some"].error
    assert len({part.type for part in whole["tagged"].parts}) == len(whole["tagged"].parts)
    with pytest.raises(SettingError):
        together([])
    with pytest.raises(SettingError):
        together([comparisons[0], compare(agent(1), [XML])])


# ---- how it looks


@pytest.fixture(scope="module")
def whole() -> Comparison:
    """A comparison with all there is to show."""
    formats: dict[str, Format | Renderer] = {
        "tagged": TAGGED,
        "xml": XML,
        "markdown": MARKDOWN,
        "<bad>\x1b": _raises,
    }
    return compare(deployment(), formats, rates="gpt-5", as_of="2026-10-01")


def test_it_is_short_as_text(whole: Comparison) -> None:
    """One line, and one more for each format."""
    assert repr(whole) == "<Comparison of 4 formats, 89 events: markdown loses nothing with 23,847 tokens>"
    first, *lines = str(whole).splitlines()
    assert first == repr(whole)
    assert len(lines) == 4
    assert lines[1].startswith("xml: 29,809 tokens, +24.2 % to compact JSON, exact")


def test_a_notebook_gets_its_tables(whole: Comparison) -> None:
    """HTML with all figures, in which names can do nothing."""
    html = whole._repr_html_()
    assert "29,809" in html
    assert "&lt;bad&gt;\\u001b" in html
    assert "<bad>" not in html
    assert html.count("<table>") == html.count("</table>") == 4
    assert "markdown" in html

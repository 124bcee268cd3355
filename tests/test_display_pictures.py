"""Pictures: they are well-formed, say what the figures say, and stay light."""

import itertools
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from benchmarks.pictures import DOCS, pictures
from contextkit import (
    COMPACT,
    JSON_LINES,
    TAGGED,
    Budget,
    Clamp,
    Drop,
    Event,
    Mask,
    SettingError,
    Thread,
    Window,
    render,
    token_counter,
)
from contextkit.demo import deployment
from contextkit.display import plots
from contextkit.display.charts import beside, flag_rows, in_row, ticks
from contextkit.display.contexts import context_file
from contextkit.display.frontiers import Point, frontier, frontier_file, frontier_html
from contextkit.display.layers import layers_of
from contextkit.display.occupancies import occupancy_file, occupancy_html, occupancy_svg, occupancy_table
from contextkit.display.side_by_side import contexts_side_by_side, formats_side_by_side
from contextkit.display.token_borders import pieces, tokens_html
from contextkit.occupancy import Compacted, Filled, Occupancy, occupancy
from contextkit.parts import Part

from .strategies import nasty_text

POINTS = [Point("ours", 1_200.0, 0.99, ours=True), Point("<b>", 900.0, 0.8), Point("dear", 4_000.0, 0.9)]


def parsed(picture: str) -> etree._Element:
    return etree.fromstring(picture.encode())


def texts(root: etree._Element, name: str) -> list[str]:
    return ["".join(map(str, element.itertext())) for element in root.iter(f"{{*}}{name}", name)]


def found(budget: int | None = 6_000) -> Occupancy:
    return occupancy(deployment(), Window(budget=budget))


def numbers(text: str) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(r"[+-]?\d[\d,]*", text)]


# ---- occupancy


def test_the_bars_have_the_tokens_of_each_call() -> None:
    """In the units of the drawing, the layers of a bar are as high as its tokens, to a thousandth."""
    run = found()
    root = parsed(occupancy_svg(run))
    plot = next(svg for svg in root.iter("svg") if svg.get("viewBox", "").startswith("0 0 37 "))
    highest = [2_400.0] * 37
    for path in plot.findall("path[title]"):
        for x, y in steps(str(path.get("d"))):
            highest[x] = min(highest[x], y)
    most = highest_of(run)
    for call, top in zip(run.calls, highest, strict=True):
        assert (2_400 - top) / 2_400 == pytest.approx(call.tokens / most, abs=0.001)


def highest_of(run: Occupancy) -> float:
    """Give the tokens that the height of the plot stands for."""
    return 1.03 * max(
        6_000, *(call.tokens for call in run.calls), *(cut.before for _, cut in run.compactions)
    )


def test_what_would_have_been_sent_is_outlined() -> None:
    """On the bar of each compaction, from its tokens up to those before; the axis is high enough."""
    run = found()
    root = parsed(occupancy_svg(run))
    (path,) = root.findall(".//svg/path[@class='ghost'][@d]")[:1]
    outlines = re.findall(r"M(\d+) (\d+)V(\d+)h1V(\d+)", str(path.get("d")))
    assert [int(bar) + 1 for bar, *_ in outlines] == [number for number, _ in run.compactions]
    for (_, cut), (_, floor, top, end) in zip(run.compactions, outlines, strict=True):
        assert floor == end
        for tokens, y in ((cut.before, top), (cut.after, floor)):
            assert (2_400 - int(y)) / 2_400 == pytest.approx(tokens / highest_of(run), abs=0.001)


def test_the_side_has_the_tokens_of_the_last_call() -> None:
    """Its numbers add up to them; the limits stand apart, and what the last call has not comes last."""
    run = occupancy(deployment(), Window(budget=Budget(8_000, reserve=800)))
    shown = parsed(occupancy_svg(run)).iter("text")
    words = [(text[-1].tail if len(text) else text.text) or "" for text in shown]
    here, gone = words.index("tokens in the last call"), words.index("not in the last call")
    assert sum(numbers(word)[0] for word in words[here + 1 : gone : 2]) == run.calls[-1].tokens == 5_242
    assert words[here + 2 : gone : 2][0] == "14 more tools' results"
    assert [numbers(words[words.index(name) - 1]) for name in ("budget", "reserved for the reply")] == [
        [7_200],
        [800],
    ]
    assert {"errors", "get_workflow_log results", "get_pod_logs results"} <= set(words[gone:])


def test_a_tool_that_fills_one_call_is_named() -> None:
    """Tools are named by the most tokens that they have in one call, not by their sum over all."""
    often = {Part("result", f"often {number}"): 100 for number in range(9)}
    calls = [Filled(1, 900, 0, often)] * 50
    calls[20] = Filled(1, 700, 0, {Part("result", "once"): 700})
    labels = [layer.label for layer in layers_of(calls)]
    assert labels[0] == "once results"
    assert labels[-1] == "5 more tools' results"


def test_the_calls_of_compactions_are_numbered() -> None:
    """On the axis, which has a name; the labels give the call, what was and what is left, and the unit."""
    root = parsed(occupancy_file(occupancy(deployment(), Window(budget=Budget(8_000, reserve=800)))))
    bold = [str(text.text) for text in root.iter("{*}text") if text.get("class") == "mid b"]
    assert bold == ["4", "9", "21", "28", "30"]
    words = texts(root, "text")
    assert [word for word in words if word.startswith("call ") and "→" in word] == [
        "call 4: 7.2k → 3.9k tokens",
        "call 9: 7.4k → 3.5k tokens",
        "call 21: 9.4k → 4k tokens",
        "call 28: 7.9k → 4k tokens",
        "call 30: 7.3k → 3.5k tokens",
    ]
    assert {"call of the model", "share not served from the prompt cache, in %"} <= set(words)


def steps(path: str) -> list[tuple[int, float]]:
    """Give the upper edges of a path of steps: the number of each bar and its height."""
    tops = []
    for start, body in re.findall(r"M(\d+) \d+V([^z]+)z", path):
        x, y = int(start), 0.0
        for command, number in re.findall(r"([Vh])(-?\d+)", f"V{body}"):
            if command == "V":
                y = float(number)
                continue
            tops += [(x + step, y) for step in range(int(number))]
            if int(number) < 0:
                break
            x += int(number)
    return tops


def test_each_compaction_is_marked_in_words() -> None:
    """The call, the tokens before and after, and by which policies; the text says so too."""
    run = found()
    root = parsed(occupancy_svg(run))
    marks = [text for text in texts(root, "text") if "▼" in text and "compacted before" in text]
    assert len(marks) == len(run.compactions) == 6
    for (number, cut), mark in zip(run.compactions, marks, strict=True):
        assert f"before call {number:,}: {cut.before:,} → {cut.after:,} tokens, by {cut.policies[0]}" in mark
        assert f"{number} ({cut.before:,} → {cut.after:,} tokens)" in str(root.get("aria-label"))
    assert "6 compactions ▼" in texts(root, "text")[0]
    assert "never compacted" in occupancy_svg(found(None))


def test_the_table_of_a_run_adds_up() -> None:
    """Each row's parts are its tokens; the sums are of all calls, also where only some are shown."""
    run = found()
    table = occupancy_table(run)
    for row in table.rows:
        assert sum(cell for cell in row[4:-1] if isinstance(cell, int)) == row[2]
    assert table.totals[0][2:4] == (run.tokens, run.cached)
    assert sum(cell for cell in table.totals[0][4:-1] if isinstance(cell, int)) == run.tokens


def long_run(calls: int) -> Occupancy:
    made = []
    for number in range(1, calls + 1):
        tokens = 1_000 + number % 500
        cut = Compacted(1_600, tokens, ("Drop()",), 3, 0) if number % 500 == 0 else None
        parts = {Part("user"): 300, Part("result", f"tool {number % 9}"): tokens - 300}
        made.append(Filled(number, tokens, 900, parts, cut))
    return Occupancy(tuple(made), Budget(2_000, reserve=200), "len")


def test_a_long_run_stays_light() -> None:
    """Of ten thousand calls several share a bar; all compactions stay marked, within a second and 1 MB."""
    run = long_run(10_000)
    start = time.process_time()
    page = occupancy_html(run)
    assert time.process_time() - start < 1
    assert len(page.encode()) < 1_000_000
    assert page.count("compacted before call") == 20
    assert "4 more tools&#x27; results" in page


@given(st.lists(st.tuples(st.integers(0, 10**9), st.booleans()), max_size=30), st.integers(1, 10**9))
def test_any_run_can_be_drawn(sizes: list[tuple[int, bool]], limit: int) -> None:
    """Any figures give a picture that parses."""
    calls = tuple(
        Filled(1, size, size // 2, {Part("user"): size}, Compacted(size + 1, size, (), 1, 0) if cut else None)
        for size, cut in sizes
    )
    parsed(occupancy_file(Occupancy(calls, Budget(limit))))
    parsed(occupancy_html(Occupancy(calls)))


# ---- two at a time


def test_two_formats_add_up() -> None:
    """The tokens of both are those of their texts, event by event and in all."""
    page = formats_side_by_side(deployment(), TAGGED, JSON_LINES)
    count = token_counter("o200k_base")
    wholes = [count(format.text(deployment())) for format in (TAGGED, JSON_LINES)]
    rows = [texts(row, "td") for row in parsed(page).iter("tr") if len(row.findall("td")) == 3]
    tokens = [[numbers(cell)[0] for cell in row] for row in rows]
    assert tokens[-1] == [*wholes, wholes[1] - wholes[0]]
    for column in range(3):
        assert sum(row[column] for row in tokens[:-1]) == tokens[-1][column]
    assert "81 more events, not shown" in formats_side_by_side(deployment(), TAGGED, COMPACT, most=8)


def test_two_contexts_add_up() -> None:
    """What is the same, what changed, and what only one has come to both contexts' tokens."""
    before = render(deployment(), budget=12_000)
    after = render(deployment(), budget=6_000, policies=[Clamp(300), Mask(keep=4), Drop()])
    for most in (200, 3):
        root = parsed(contexts_side_by_side(before, after, most=most))
        rows = [texts(row, "td") for row in root.iter("tr") if len(row.findall("td")) == 3]
        tokens = [[numbers(cell)[0] for cell in row] for row in rows]
        assert tokens[-1] == [before.tokens, after.tokens, after.tokens - before.tokens]
        for column in range(3):
            assert sum(row[column] for row in tokens[:-1]) == tokens[-1][column]
    assert "All tokens: 0." in contexts_side_by_side(before, before)
    assert texts(parsed(contexts_side_by_side(before, after)), "del")


def test_what_differs_in_an_event_is_marked() -> None:
    """Lines that only one context has are marked by - and +, and hostile ones stay text."""
    thread = Thread([Event("user", "Look."), Event("log", "<b>one\ntwo", id="x")])
    before, after = render(thread), render(thread.view().replace("x", "<b>one\nthree"))
    root = parsed(contexts_side_by_side(before, after))
    assert texts(root, "del") == ["-two\n"]
    assert texts(root, "ins") == ["+three\n"]


# ---- tokens


@given(nasty_text())
def test_the_pieces_are_the_text(text: str) -> None:
    """Joined, the tokens are the text, a lone surrogate as U+FFFD; none is lost or counted twice."""
    found = list(pieces(text, "o200k_base"))
    clean = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert "".join(piece for piece, _ in found) == clean
    assert sum(size for _, size in found) == token_counter("o200k_base")(text)
    parsed(tokens_html(text))


def test_tokens_of_a_long_text() -> None:
    """The beginning is shown, all of it is counted."""
    text = "word " * 20_000
    page = tokens_html(text, most=500)
    assert len(page) < 50_000
    assert f"{token_counter('o200k_base')(text):,} tokens" in page
    assert "the first 500 are shown" in page
    with pytest.raises(SettingError, match="o200k_base"):
        tokens_html("x", encoding="gpt2")


# ---- recall against cost


def test_the_frontier() -> None:
    """Points that another one beats in both are not on it; each says its figures."""
    assert [point.name for point in frontier(POINTS)] == ["<b>", "ours"]
    page = frontier_html(POINTS)
    titles = texts(parsed(page), "title")
    assert "ours: 1,200 tokens, recall 99.0%" in titles
    assert "<b>" not in page
    parsed(frontier_file(POINTS))
    parsed(frontier_file([]))


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_plots_for_papers(tmp_path: Path, suffix: str) -> None:
    """Each is drawn into a file of the type that its name says."""
    pytest.importorskip("matplotlib")
    plots.frontier_plot(POINTS, "recall", tmp_path / f"frontier.{suffix}")
    plots.occupancy_plot(found(), "occupancy", tmp_path / f"occupancy.{suffix}")
    plots.growth_plot([10, 100], {"steps": ([1.0, 2.0], 0.3)}, tmp_path / f"growth.{suffix}")
    sizes = [file.stat().st_size for file in tmp_path.iterdir()]
    assert len(sizes) == 3
    assert min(sizes) > 5_000


# ---- files and places


def test_the_pictures_of_the_readme_are_as_drawn() -> None:
    """`python -m benchmarks.pictures` draws what is stored, to the byte; nothing in it is loaded."""
    for name, text in pictures().items():
        assert (DOCS / name).read_text(encoding="utf-8") == text
        assert len(text) < 30_000
        root = parsed(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert not re.search(r"<(script|image|use|a)\b|url\([^#]|@import", text)


def test_a_context_as_a_file() -> None:
    """The heading has the context's figures, and the key has all of its tokens."""
    context = render(deployment(), budget=6_000, policies=[Clamp(300), Mask(keep=4), Drop()])
    words = texts(parsed(context_file(context)), "text")
    assert words[0].startswith(f"One context from its first token to its last: {context.tokens:,} of 6,000")
    assert sum(numbers(word)[0] for word in words if re.search(r": [\d,]+$", word)) == context.tokens
    assert "hatched: cut" in words


@given(st.lists(st.tuples(st.floats(10, 700), st.floats(10, 300)), max_size=8))
def test_names_stand_beside_their_dots(dots: list[tuple[float, float]]) -> None:
    """Each has a place, inside the picture where there is one."""
    places = beside(dots, [60.0] * len(dots), 800)
    assert len(places) == len(dots)
    assert all(side in (1, -1) for side, _ in places)


@given(st.lists(st.floats(0, 500), max_size=12, unique=True).map(sorted), st.integers(20, 200))
def test_flags_cover_neither_flags_nor_poles(places: list[float], width: int) -> None:
    """A flag is on a row where no other one is, above those whose poles it would cross; the last has one."""
    rows = flag_rows(places, [width] * len(places), 5)
    flags = [(place, row) for place, row in zip(places, rows, strict=True) if row is not None]
    assert not places or rows[-1] == 0
    for (place, row), (later, below) in itertools.combinations(flags, 2):
        assert later >= place + width or row > below
    assert all(row < 5 for _, row in flags)


@given(st.lists(st.floats(0, 500), max_size=20))
def test_numbers_in_a_row_keep_apart(places: list[float]) -> None:
    """The first are taken first."""
    taken = list(in_row(places, [10] * len(places), 5))
    assert taken[:1] == [0][: len(places)]
    for one, other in itertools.combinations(taken, 2):
        assert abs(places[one] - places[other]) >= 15


def test_ticks_are_round() -> None:
    """They begin at 0 and are not more than asked for, but one."""
    assert ticks(0, 5) == [0]
    assert ticks(123_456, 5) == [0, 25_000, 50_000, 75_000, 100_000]

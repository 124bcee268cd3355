"""What the benchmarks stand on: their events are the same everywhere, and nothing is measured twice."""

import dataclasses
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import contenders, core, errors
from benchmarks import replay as compare
from benchmarks.growth import SEED, Growth, growth, slope
from benchmarks.runs import run
from benchmarks.threads import as_text, exchanges, generated, joined, log_text, read
from contextkit import TAGGED, Budget, Context, Drop, Event, Thread, Window, token_counter
from contextkit.replaying import Compile
from contextkit.tokens.counters import EncodingCounter, seams_of


class Spy:
    """Writes and counts as the real ones do, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.written: Counter[tuple[str | None, str]] = Counter()
        self.counted: Counter[str] = Counter()
        self.format = dataclasses.replace(TAGGED, write=self.write)
        self.seams: re.Pattern[str] | None = seams_of(EncodingCounter("o200k_base"))

    def write(self, event: Event) -> str:
        """Write the event as TAGGED does."""
        self.written[event.id, event.text] += 1
        return TAGGED.write(event)

    def __call__(self, text: str) -> int:
        """Count the text as the encoding does."""
        self.counted[text] += 1
        return EncodingCounter("o200k_base")(text)


@pytest.mark.parametrize("budget", [None, Budget(1 << 30)])
@pytest.mark.parametrize("anew", [False, True], ids=["the same events", "equal events made anew"])
def test_a_second_render_writes_and_counts_only_what_was_appended(budget: Budget | None, anew: bool) -> None:
    """After one append, one event is written and one text is counted, also if equal events are made anew."""
    spy = Spy()
    window = Window(spy.format, budget=budget, counter=spy, prompt="You deploy.\n\n{{ thread }}Go on.\n")
    thread = generated(300)
    window.render(thread)
    assert spy.written == Counter((event.id, event.text) for event in thread)
    spy.written.clear()
    spy.counted.clear()
    if anew:
        thread = Thread.from_json(thread.to_json())
    context = window.render(thread.append(Event("note", "step 300 is done")))
    assert spy.written == {("300", "step 300 is done"): 1}
    assert spy.counted == {"<note>\nstep 300 is done\n</note>\n": 1}
    assert context.tokens == token_counter("o200k_base")(context.text)


def test_a_whole_loop_with_compactions_writes_no_event_twice() -> None:
    """Over many steps and compactions, an event is written once as it was, and once for each change."""
    spy = Spy()
    window = Window(spy.format, budget=Budget(4_000, target=2_000), counter=spy)
    thread = Thread([Event("user", "Fix the worker.")])
    for (call, result), _ in zip(exchanges(3), range(60), strict=False):
        thread = window.render(thread.append(call).append(result)).thread
    assert len(thread.records()) > 2
    assert len(spy.written) > 120
    assert max(spy.written.values()) == 1


def test_what_is_dropped_is_neither_written_nor_counted() -> None:
    """Fitting a long thread into few tokens costs what is kept."""
    spy = Spy()
    thread = generated(2_000)
    context = Window(spy.format, budget=2_000, counter=spy, policies=[Drop()]).render(thread)
    assert 1_000 < context.tokens <= 2_000
    assert len(spy.written) < 100
    assert sum(map(len, spy.counted)) < 5 * len(context.text)


def test_generated_events_are_the_same_each_time_and_as_long_as_they_are_said_to_be() -> None:
    """The seed alone decides; an event has about 170 tokens on average, as text and as values."""
    for bodies in ("text", "values"):
        thread = generated(2_000, seed=SEED, bodies=bodies)
        assert thread == generated(2_000, seed=SEED, bodies=bodies)
        assert thread != generated(2_000, seed=SEED + 1, bodies=bodies)
        assert 130 < Window().render(thread).tokens / 2_000 < 210
    assert all(isinstance(event.data, str) for event in generated(200))
    assert len(log_text(12_345)) == 12_345


def test_threads_are_joined_into_one(tmp_path: Path) -> None:
    """Call ids of several threads do not meet, and data becomes text where it has to."""
    thread = generated(50, bodies="values")
    long = joined([thread, thread], 80)
    assert len(long) == 80
    calls = [event.call_id for event in long if event.kind == "call"]
    assert len(set(calls)) == len(calls)
    assert [event.data for event in as_text(long)] == [event.text for event in long]
    (tmp_path / "one.jsonl").write_text(thread.to_json() + "\n")
    assert [event.data for event in read(tmp_path, 30)] == [event.data for event in thread[:30]]


def test_the_slope_is_the_exponent_of_the_growth() -> None:
    """A time that grows with the square has the slope 2."""
    assert slope([(n, 5 * n * n) for n in (1_000, 2_000, 4_000)]) == 2


def test_growth_is_measured_on_threads_of_each_length() -> None:
    """Each figure is a time."""
    table = growth([40, 80], 1)
    assert [row.events for row in table] == [40, 80]
    assert all(min(row.build, row.first, row.append) > 0 for row in table)


def test_a_row_has_a_verdict_only_where_it_has_a_bar() -> None:
    """A figure at its bar is ok."""
    verdicts = [core.Row("a", figure, "ms", bar).verdict for figure, bar in ((1, 1), (2, 1), (2, None))]
    assert verdicts == ["ok", "MISS", ""]


def test_the_whole_table_is_measured_and_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command prints JSON with each row and the growth; here with next to nothing to measure."""
    rows = [core.Row("a render", 0.5, "passes", 1), core.Row("for information", 2, "x")]
    monkeypatch.setattr(core, "rows", lambda *_: iter(rows))
    monkeypatch.setattr(core, "growth", lambda *_: [Growth(size, 1, 2, 3, 4) for size in (40, 80)])
    core.main(["--quick", "--json"])
    printed = json.loads(capsys.readouterr().out)
    assert [row["verdict"] for row in printed["rows"]] == ["ok", ""]
    assert [row["events"] for row in printed["growth"]] == [40, 80]
    core.main(["--quick"])
    printed_lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("a render ") and line.endswith("ok") for line in printed_lines)
    assert printed_lines[-1].split()[0] == "slope"


class TestReplay:
    """`benchmarks.replay` on runs of a few steps."""

    def test_the_tables_have_a_row_for_each_contender(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Made-up runs of both flavours; the same figures stand in the JSON."""
        file = tmp_path / "figures.json"
        command = ["--events", "120", "--budget", "3000", "--runs", "1", "--json", str(file)]
        compare.main(command)
        printed = capsys.readouterr().out
        assert "threads 2, events 240, steps" in printed
        assert "budget 3,000 tokens" in printed
        assert re.search(r"^violations of no limit: \d+ times over budget$", printed, re.MULTILINE)
        names = [*contenders.OURS, *contenders.BASELINES]
        rows = [line for line in printed.splitlines() if line.startswith(tuple(names))]
        assert [row[: row.index("  ")] for row in rows] == names
        table = json.loads(file.read_text())["budgets"]["3000"]
        figures = {row["contender"]: row for row in table["rows"]}
        assert list(figures) == names
        over = figures["no limit"]["violations"]
        assert [figures[name]["violations"] for name in names if name != "no limit"] == [0] * 9
        assert over > 0 == figures["no limit"]["breaks"]
        assert figures["no limit"]["far_recall"] == 1
        assert figures["down to half"]["breaks"] < figures["drop oldest"]["breaks"]
        assert figures["bare identifiers"]["bare_recall"] > figures["down to half"]["bare_recall"]
        assert figures["contextkit"]["tokenised"] > 0 < figures["contextkit"]["passes"]

    def test_what_does_not_fit_is_left_out_for_all(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A thread whose task alone is too large is told, and the others are replayed."""
        big = Thread([Event("user", "word " * 900), Event("assistant", "Yes.")])
        small = Thread([Event("user", "Go on."), Event("assistant", "Yes.")])
        (tmp_path / "two.jsonl").write_text(f"{big.to_json()}\n{small.to_json()}\n")
        compare.main(["--data", str(tmp_path), "--budget", "500", "--contender", "drop oldest"])
        printed = capsys.readouterr().out
        assert "too small for two.jsonl thread-1, which needs 9" in printed
        assert [line.split()[2] for line in printed.splitlines() if line.startswith("drop oldest")] == ["0"]
        compare.main(["--data", str(tmp_path / "two.jsonl"), "--budget", "5,50"])
        assert capsys.readouterr().out.count("too small for two.jsonl thread-1") == 2

    def test_what_raises_or_is_not_installed_is_told(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The others' rows are there."""

        def missing(budget: int) -> Compile:
            raise ModuleNotFoundError("no such library")

        def raising(budget: int) -> Compile:
            return lambda thread: [thread[len(thread)]]

        monkeypatch.setitem(contenders.CONTENDERS, "missing", missing)
        monkeypatch.setitem(contenders.CONTENDERS, "raising", raising)
        asked = [f"--contender={name}" for name in ("missing", "raising", "no limit")]
        compare.main(["--events", "30", "--budget", "9000", *asked])
        printed = capsys.readouterr().out
        assert "skipped missing: not installed (no such library)" in printed
        assert "raising raised on 2 of 2 threads: coding 7: IndexError" in printed
        assert any(line.startswith("no limit  ") for line in printed.splitlines())

    def test_the_growth_is_a_table_with_slopes(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Each length has a line, whatever the order they are asked for in."""
        file = tmp_path / "growth.json"
        compare.main(["--growth", "120,60", "--budget", "3000", "--json", str(file)])
        lines = capsys.readouterr().out.splitlines()
        assert [line.split()[0] for line in lines[2:]] == ["events", "60", "120", "slope"]
        rows = json.loads(file.read_text())["growth"]
        assert all(min(row["median"], row["late"], row["run"], row["peak"]) > 0 for row in rows)

    def test_the_list_says_which_are_slow(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Others have nothing behind their names."""
        compare.main(["--list"])
        names = capsys.readouterr().out.splitlines()
        assert names[0] == "contextkit"
        assert "langchain trim_messages (slow)" in names
        assert "langchain ClearToolUsesEdit" in names

    def test_pictures_are_drawn(self, tmp_path: Path) -> None:
        """One for each budget and kind."""
        pytest.importorskip("matplotlib")
        compare.main(["--events", "120", "--budget", "3000", "--plot", str(tmp_path), "--runs", "1"])
        compare.main(["--growth", "60,120", "--budget", "3000", "--plot", str(tmp_path)])
        drawn = {file.name for file in tmp_path.iterdir()}
        assert drawn == {"recall_against_cost_3000.png", "occupancy_contextkit_3000.png", "growth.png"}


@pytest.mark.parametrize("name", ["drop oldest", "down to half", "keep last 10 results", "bare identifiers"])
def test_a_baseline_keeps_what_its_name_says(name: str) -> None:
    """Within the budget and in order; the newest event is always there."""
    thread = run(200, seed=2)
    compiled = contenders.BASELINES[name](5_000)
    for length in range(2, 200):
        shown = compiled(thread.fork(length))
        assert not isinstance(shown, Context)
        assert sum(map(token_counter("o200k_base"), map(TAGGED, shown))) <= 5_000
        ids = [int(str(event.id)) for event in shown if event.id != "identifiers"]
        assert ids == sorted(set(ids))
        assert ids[-1] == length - 1
        if name == "keep last 10 results":
            kept = [event for event in shown if event.kind in ("result", "error")]
            assert [event.data == "[cleared]" for event in kept] == [
                number < len(kept) - 10 for number in range(len(kept))
            ]


def test_the_benchmark_of_errors_keeps_all_facts(capsys: pytest.CaptureFixture[str]) -> None:
    """On programs of its own no fact is lost, no failure hidden, and nothing gets larger."""
    errors.main([])
    row = next(line for line in capsys.readouterr().out.split("\n") if line.startswith("all"))
    assert row.split()[6:10] == ["1.000", "1.00", "0", "0"]

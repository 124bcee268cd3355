"""Summaries of errors: golden files, exceptions, and the guards.

`python -m tests.test_errors_summaries` writes the golden files anew; read the difference first.
"""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydantic
import pytest

from contextkit import SettingError, fingerprint, summarize_error, token_counter
from contextkit.errors import unknown_stacks
from contextkit.errors.facts import Frame
from contextkit.errors.lines import plain
from contextkit.errors.salience import failure_at
from contextkit.errors.summaries import MARKERS, headline

HERE = Path(__file__).parent
TEXTS = {
    path.stem: path.read_text(encoding="utf-8") for path in sorted((HERE / "data" / "errors").glob("*.txt"))
}
COUNT = token_counter("o200k_base")
TRACE = 'Traceback (most recent call last):\n  File "app/vat.py", line 3, in drain\n'


def golden(name: str) -> Path:
    """Give the file of a summary."""
    return HERE / "golden" / "errors" / f"{name}.txt"


@pytest.mark.parametrize("name", TEXTS)
def test_a_summary_is_what_its_golden_file_says(name: str) -> None:
    """Each of our error texts is summarised as its golden file has it."""
    assert f"{summarize_error(TEXTS[name])}\n" == golden(name).read_text(encoding="utf-8")


def prefixed(text: str) -> str:
    """Put a logger's prefix before each line."""
    lines = text.split("\n")
    return "\n".join(
        f"2031-05-02 10:00:{n % 60:02},{n % 999:03} ERROR app: {line}" for n, line in enumerate(lines)
    )


MUTATIONS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "colours": lambda text: "\n".join(f"\x1b[31m{line}\x1b[0m" for line in text.split("\n")),
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "a logger's prefix": prefixed,
    "a container's prefix": lambda text: "\n".join(f"web_1  | {line}" for line in text.split("\n")),
    "indented": lambda text: "\n".join(f"    {line}" for line in text.split("\n")),
    "renamed classes": lambda text: re.sub(r"\b([A-Z]\w+?)(?:Error|Exception)\b", r"\1Gone", text),
    "the first half": lambda text: text[: len(text) // 2],
    "the second half": lambda text: text[len(text) // 2 :],
    "among other lines": lambda text: "\n".join(f"step {n}" for n in range(99)) + f"\n{text}\ndone\n" * 1,
}


@pytest.mark.parametrize("parse", [True, False])
@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("name", TEXTS)
def test_the_guards_hold(name: str, mutation: str, parse: bool) -> None:
    """No summary is larger than its text, hides a failure, or says a word that is not in the text."""
    text = MUTATIONS[mutation](TEXTS[name])
    for budget in (None, 16, 64):
        summary = summarize_error(text, budget, parse=parse)
        check(text, summary, budget)


def check(text: str, summary: str, budget: int | None) -> None:
    """Check what holds of each summary."""
    read = plain(text)
    assert COUNT(summary) <= (budget or 2_000)
    assert COUNT(summary) <= COUNT(text)
    assert len(summary) <= len(text)
    if failure_at(read) >= 0 and budget is None:
        assert failure_at(summary) >= 0
    said = re.sub(r"×\d+|\[\+\d+ more lines\]", " ", summary)
    assert set(re.findall(r"\w+", said)) - MARKERS <= set(re.findall(r"\w+", read))


@pytest.mark.parametrize("parse", [True, False])
@pytest.mark.parametrize("name", TEXTS)
def test_facts_grow_with_the_budget(name: str, parse: bool) -> None:
    """A larger budget shows each line that a smaller one shows, and each tells of the failure."""
    smaller = ""
    for budget in (*range(1, 16), 16, 32, 64, 128, 256, 512):
        larger = summarize_error(TEXTS[name], budget, parse=parse)
        assert COUNT(larger) <= budget
        if failure_at(plain(TEXTS[name])) >= 0:
            assert failure_at(larger) >= 0
        if smaller and larger != TEXTS[name].strip():
            assert set(re.findall(r"\w+", smaller)) - MARKERS <= set(re.findall(r"\w+", larger))
        smaller = larger


def test_an_exception_is_told_with_its_chain_and_notes() -> None:
    """An exception object says type, message, cause, notes and place."""
    try:
        try:
            int("x")
        except ValueError as error:
            error.add_note("while reading line 3")
            raise LookupError("no number") from error
    except LookupError as caught:
        summary = summarize_error(caught)
    assert summary.startswith("LookupError: no number\n  at tests/test_errors_summaries.py:")
    assert "caused by ValueError: invalid literal for int() with base 10: 'x'" in summary
    assert "while reading line 3" in summary


def test_a_group_tells_its_children() -> None:
    """Each exception of a group is told, with its place."""

    async def failing(number: int) -> None:
        raise TimeoutError(f"region {number}")

    async def both() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(failing(1))
            group.create_task(failing(2))

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(both())
    summary = summarize_error(caught.value)
    assert "- TimeoutError: region 1" in summary
    assert "- TimeoutError: region 2" in summary


def test_recursion_is_folded() -> None:
    """A cycle of calls is told once, with how often it came."""

    def left(depth: int) -> int:
        return right(depth + 1)

    def right(depth: int) -> int:
        return left(depth + 1)

    with pytest.raises(RecursionError) as caught:
        left(0)
    summary = summarize_error(caught.value)
    assert "recursion ×" in summary
    assert "left" in summary
    assert COUNT(summary) < 120


def test_validation_errors_are_told_by_place() -> None:
    """Pydantic's errors are `place: message; got value`."""

    class Order(pydantic.BaseModel):
        number: int
        currency: str

    with pytest.raises(pydantic.ValidationError) as caught:
        Order.model_validate({"number": "x12"})
    summary = summarize_error(caught.value)
    assert (
        "number: Input should be a valid integer, unable to parse string as an integer; got 'x12'" in summary
    )
    assert "currency: Field required" in summary
    assert "errors.pydantic.dev" not in summary


def test_what_a_process_wrote_is_told() -> None:
    """The standard error of a failed process is a part of its exception."""
    code = "import sys; print('disk is full', file=sys.stderr); sys.exit('upload failed')"
    with pytest.raises(subprocess.CalledProcessError) as caught:
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "upload failed" in summarize_error(caught.value)


def test_own_code_is_a_rule_of_the_user() -> None:
    """The rule decides which frames are told."""
    text = TEXTS["java_chain"]

    def own(frame: Frame) -> bool:
        return "Importer" in frame.function

    assert "Stats.java:12" in summarize_error(text)
    assert "Stats.java:12" not in summarize_error(text, own=own)


def test_the_exit_status_is_told() -> None:
    """A status is told first, also where the text has no word of failure."""
    assert summarize_error("main.go:5:2: imported and not used", status=1).startswith("exit status 1\n")


def test_a_budget_is_a_positive_number() -> None:
    """A budget of none is an error."""
    with pytest.raises(SettingError):
        summarize_error("x", 0)


def test_the_least_budget_tells_of_the_failure() -> None:
    """One token says that something failed; of a counter of another kind the least that does is named."""
    error = f"{TRACE}KeyError: 7"
    assert [summarize_error(error, budget) for budget in (1, 3, 5)] == ["failed", "KeyError:", "KeyError: 7"]
    assert summarize_error(error, 1, status=3) == "failed"
    assert summarize_error("done", 1) == "done"
    with pytest.raises(SettingError, match="budget is 3; it must be 6 or more to say that something failed"):
        summarize_error(error, 3, counter=len)


@pytest.mark.parametrize(
    ("error", "way_out"),
    [
        (Path("pytest.log"), "give what the file says: `path.read_text()`"),
        (ValueError, "give the exception that was caught, not its class"),
        (None, "give an exception, a text"),
        ({"error": "x"}, "give an exception, a text"),
    ],
)
def test_what_is_no_error_is_refused(error: Any, way_out: str) -> None:
    """What is neither an exception nor a text is named, with what to give instead."""
    for use in (summarize_error, fingerprint, headline):
        with pytest.raises(SettingError, match=re.escape(way_out)):
            use(error)


def test_bytes_are_read() -> None:
    """What a process wrote is read as it is, also what is no UTF-8."""
    said = summarize_error(f"{TRACE}KeyError: 'größe'\n".encode("latin-1"))
    assert said == "KeyError: 'gr\ufffd\ufffde'\n  at app/vat.py:3 drain"
    assert said.whole.startswith("Traceback")


def test_a_failure_far_into_a_long_line_is_told() -> None:
    """Of a line of 40 kB, more than is looked at as a whole, the words of failure are found."""
    summary = summarize_error("x: 1, " * 6_000 + "disk of node 7 failed, " + "y: 2, " * 1_000)
    assert "disk of node 7 failed" in summary


def test_a_prefix_that_alone_tells_of_failure_leaves_its_word() -> None:
    """Where only the logger's prefix says that something is wrong, the summary says so too."""
    lines = [f"2031-05-02 10:00:0{n} ERROR app: queue {name} is at {n}" for n, name in enumerate("abcdef")]
    assert failure_at(summarize_error("\n".join(lines))) >= 0


HOSTILE = {
    "a word": "a" * 300_000,
    "frames": "    at " * 40_000,
    "brackets": "    at a(" * 40_000,
    "places": ":1" * 100_000,
    "folders": "a/" * 100_000 + ":1:1: error",
    "dots": ("A." * 900 + " 1]\n") * 150,
    "words": ("a b " * 450 + "1)\n") * 150,
    "tracebacks": "Traceback (most recent call last):\n" * 8_000,
    "causes": "Caused by: a.b.C: x\n\tat a.b.C.d(E.java:3)\n" * 6_000,
    "blank lines": "\n" * 200_000,
    "quotes": "'\"" * 100_000,
    "heads": "A: b\n" * 50_000 + "   at x(y.java:3)",
    "a line of words": "in from at by a.b: " * 60_000,
    "a line of failures": "error, " * 150_000,
    "a line of signs": "| ^" * 340_000,
    "a line of JSON": '[{"message": "x", "line": 1},' * 36_000,
    "deep JSON": "[" * 1_000_000,
    "places alike": "".join(f"a{n}.c:{n}:1: error: bad\n" for n in range(30_000)),
    "stacks without an error": "  f at x.hs:3:1 in y\n" * 30_000,
    "tags": "".join(f"10:00:00 E A{n}: x\n" for n in range(20_000)),
    "equals signs": ("= " * 90 + "1 failed\n") * 1_500,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_time_grows_with_the_text_alone(text: str) -> None:
    """Hostile text of 300 kB to 1 MB takes no longer than its size allows, on a slow machine."""
    start = time.process_time()
    summarize_error(text)
    assert time.process_time() - start < 6


def test_of_a_progress_bar_the_last_state_is_kept() -> None:
    """What a terminal writes over is gone; what it says in between is not."""
    bar = "\r".join(f"tiles {n:3}% [{'#' * (n // 10)}]" for n in range(97))
    text = f"start\n{bar}\rERROR: quota of tenant 4 exceeded\rtiles  97%\nstopped\n"
    summary = summarize_error(text)
    assert "ERROR: quota of tenant 4 exceeded" in summary
    assert "96%" in summary
    assert "95%" not in summary
    assert summary.whole == plain(text)


def test_both_ends_of_a_long_message_are_kept() -> None:
    """Messages that are wrapped say the cause last."""
    text = f"OSError: cannot build quay 7: {'step of step: ' * 60}no route to node 17"
    summary = summarize_error(f'Traceback (most recent call last):\n  File "a.py", line 3, in f\n{text}')
    assert "cannot build quay 7" in summary
    assert "no route to node 17" in summary
    assert COUNT(summary) < 100


def test_lines_that_name_no_place_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines that begin as those of stacks do cost no more the more of them there are."""
    read: list[str] = []
    loose_frame = unknown_stacks.loose_frame

    def counted(line: str) -> Frame | None:
        read.append(line)
        return loose_frame(line)

    monkeypatch.setattr(unknown_stacks, "loose_frame", counted)
    summarize_error("\n".join(f"at x{n}" for n in range(300)))
    assert 300 <= len(read) <= 600


def test_a_line_is_explained_only_if_its_facts_are_told() -> None:
    """Most of a line's words in the summary are not enough, if what they are about is missing."""
    error = "ValveError: cannot drain the vat of mill 4: valve is stuck"
    other = "cannot drain the vat of mill 7: valve is stuck"
    assert "mill 7" in summarize_error(f"{other}\n{TRACE * 3}{error}\n" + "step\n" * 40)


def test_fields_behind_an_error_are_told() -> None:
    """What stands right behind an error belongs to it, also without a word of failure, in a long text."""
    text = "\n".join(f"step {n}" for n in range(60))
    for behind in ("Last message: {:pass, nil}", "Batch: 'B-9'\nOperator: 'R. Vance'"):
        summary = summarize_error(f"{text}\nERROR cannot pass the shuttle\n{behind}\n\n{text}")
        assert all(line in summary for line in behind.split("\n"))


def test_of_lines_alike_the_last_one_is_told_too() -> None:
    """Of a state that comes again and again the last one is what it came to."""
    waiting = "".join(f"rollout is not done: {n} of 3 replicas\n" for n in (0, 0, 1, 1, 2))
    summary = summarize_error(f"{TRACE}TimeoutError: rollout\n\n{waiting}" + "step\n" * 40)
    assert "rollout is not done: 0 of 3 replicas ×5" in summary
    assert "not done: 2 of 3" in summary


def test_the_beginning_of_a_traceback_may_be_cut() -> None:
    """Places without the line that announces them are a traceback all the same."""
    chain = "Jammed: stone 2\ntorque: 310\n\nDuring handling of the above exception, another one occurred:\n"
    summary = summarize_error(
        f'  File "mill/stone.py", line 19, in turn\n    x()\n{chain}\n{TRACE}OSError: no bell\n'
    )
    assert summary.startswith(
        "OSError: no bell\n  at app/vat.py:3 drain\nwhile handling Jammed: stone 2\n  torque: 310"
    )


def test_rspec_tells_causes() -> None:
    """A cause stands in comments behind the stack."""
    text = """Failures:

  1) Bellows blows
     Failure/Error: raise TornError

     Forge::TornError:
       leather torn
     # ./lib/bellows.rb:21:in `blow'
     # ------------------
     # --- Caused by: ---
     # Errno::EPIPE:
     #   Broken pipe
     #   ./lib/pipe.rb:18:in `write'

1 example, 1 failure
"""
    summary = summarize_error(text)
    assert "TornError: leather torn" in summary
    assert "caused by Errno::EPIPE: Broken pipe" in summary
    assert "pipe.rb:18 write" in summary


def test_what_debugging_says_of_a_place_is_no_finding() -> None:
    """A logger that names its own lines finds nothing wrong."""
    calm = "".join(f"client.go:{n}: [debug] looked at release {n}\n" for n in range(9))
    summary = summarize_error(f"{calm}upgrade.go:7: cannot patch harbor\n" + "step\n" * 30)
    assert "cannot patch harbor" in summary
    assert "looked at" not in summary


def test_a_test_may_fail_and_its_fixture_too() -> None:
    """The sections of one test, by what has failed, are told each with its own error."""
    text = """\
==================================== ERRORS ====================================
_______________________ ERROR at teardown of test_fill _______________________

>   assert closed
E   AssertionError: valve left open

test_tank.py:4: AssertionError
=================================== FAILURES ===================================
__________________________________ test_fill ___________________________________

>   assert level == 6
E   assert 5 == 6

test_tank.py:9: AssertionError
=========================== short test summary info ============================
FAILED test_tank.py::test_fill - assert 5 == 6
ERROR test_tank.py::test_fill - AssertionError: valve left op...
========================= 1 failed, 1 error in 0.14s ==========================
"""
    told = "test_tank.py::test_fill at test_tank.py:{}\n  {}"
    summary = summarize_error(text)
    assert told.format(9, "assert 5 == 6") in summary
    assert told.format(4, "AssertionError: valve left open") in summary


def test_tests_outside_of_a_suite_are_read() -> None:
    """Jest names a test that stands in no `describe` by its name alone."""
    tests = "".join(
        f"  ● fills {n}\n\n    cannot open port {n}\n\n      at Object.<anonymous> (t/tank.test.js:{n}:5)\n\n"
        for n in (3, 4)
    )
    summary = summarize_error(f"FAIL t/tank.test.js\n{tests}Tests:       2 failed, 2 total\n")
    assert "fills 3 at t/tank.test.js:3 Object.<anonymous>\n  cannot open port 3" in summary
    assert "fills 4 at t/tank.test.js:4 Object.<anonymous>\n  cannot open port 4" in summary


def test_how_often_a_place_is_repeated_is_told() -> None:
    """Python leaves out the places of a recursion and says how many."""
    text = f"{TRACE}    drain()\n  [Previous line repeated 496 more times]\nRecursionError: too deep\n"
    assert "repeated 496 more times" in summarize_error(text)


def test_a_line_that_has_but_the_runners_clock_is_read_like_the_others() -> None:
    """A runner writes its clock before each line, and before most of them stands that of a tool."""
    noise = [f"2031-05-02 10:{n % 60:02}:07 status unpacked lib{n * 7}:amd64 2.{n}" for n in range(300)]
    log = [*noise[:200], *f"{TRACE}    x()\nOSError: no bell".split("\n"), *noise[200:]]
    stamped = (f"2031-05-02T10:{n % 60:02}:01.{n:07}Z {line}" for n, line in enumerate(log))
    assert summarize_error("\n".join(stamped)).startswith("OSError: no bell\n  at app/vat.py:3 drain")


def test_the_logger_of_a_long_log_need_not_begin_it() -> None:
    """Who prepares a run writes hundreds of lines, in another way than who runs it."""
    first = [f"fetching part {n} of the mill" for n in range(210)]
    rest = [f"10:00:{n % 60:02}     INFO - {'turned' if n % 3 else 'oiled'} stone {n}" for n in range(3_000)]
    rest[1_500:1_500] = [
        "10:00:07     INFO - " + line for line in f"{TRACE}    x()\nOSError: no bell".split("\n")
    ]
    summary = summarize_error("\n".join([*first, *rest]))
    assert summary.startswith("OSError: no bell")
    assert "at app/vat.py:3 drain" in summary


@pytest.mark.parametrize(
    "calm",
    [
        "TEST-START | dom/test/crash/test_{n}{word}.html",
        "status unpacked liberror-perl{word}:all 0.{n}-1",
        "running step {n}{word} with --timeout={n}",
        "ACPI: table {n}{word} at bank B",
    ],
)
def test_what_a_thing_is_called_is_no_failure(calm: str) -> None:
    """Paths, packages and options have words of failure in them, and a speaker's name is no type."""
    words = ["".join(chr(97 + int(digit)) for digit in str(n)) for n in range(400)]
    log = [calm.format(n=n, word=word) for n, word in enumerate(words)]
    log[300:300] = ["opening 6 valves", "pump 6: no such valve", "pump 6 stays shut"]
    for parse in (True, False):
        summary = summarize_error("\n".join(log), parse=parse)
        assert "pump 6: no such valve" in summary


def test_of_many_lines_that_matter_those_of_both_ends_are_told() -> None:
    """The first error may have caused the others, and the last one ended the run."""
    words = ["".join(chr(97 + int(digit)) for digit in str(n)) for n in range(100, 400)]
    log = [f"stone {word} is missing from the mill" for word in words]
    log = [f"{TRACE}    x()\nOSError: no bell", *log, "mill run aborted: no stone is left", "tidying up"]
    summary = summarize_error("\n".join(log))
    assert "stone baa is missing" in summary
    assert "mill run aborted" in summary


def test_loud_words_tell_more() -> None:
    """A line with FAILED or ERROR goes before one that only speaks of something missing."""
    words = ["".join(chr(97 + int(digit)) for digit in str(n)) for n in range(100, 400)]
    log = [f"console: sail {word} does not exist" for word in words]
    log.insert(150, "RUN-ENDED-FAIL | t/mill.js | stone stands still")
    assert "stone stands still" in summarize_error("\n".join(log))


def test_a_traceback_begins_where_a_line_ends_with_its_title() -> None:
    """Settings may name it, too."""
    text = "using {'find': 'Traceback (most recent call last)', 'level': 2}\n" + "turned a stone\n" * 50
    assert "mill failed: no bell" in summarize_error(f"{text}mill failed: no bell\nbye\n")


def test_a_table_of_phpstan_is_read() -> None:
    """It has the file over its lines."""
    rule = f" {'-' * 6} {'-' * 40} "
    text = (
        f"{rule}\n  Line   src/Mill.php   \n{rule}\n  31     Method Mill::turn() should return int but  \n"
        f"         returns string.\n  77     Undefined variable: $sail  \n{rule}\n\n [ERROR] Found 2 errors\n"
    )
    summary = summarize_error("sweeping the floor\n" * 80 + text)
    assert "src/Mill.php:31 Method Mill::turn() should return int but" in summary
    assert "returns string." in summary
    assert "src/Mill.php:77 Undefined variable: $sail" in summary


def test_what_ocaml_says_is_put_to_its_place() -> None:
    """The place stands before the source code, the message behind it."""
    text = (
        'File "src/mill.ml", line 15, characters 2-61:\n15 |   List.map stones ~f:(fun s -> s.name)\n'
        "       ^^^^^^^^^^^^\nError: This expression has type stone list\n"
        "       but an expression was expected of type string list\n"
    )
    summary = summarize_error(text)
    assert summary.startswith("src/mill.ml:15:2 Error: This expression has type stone list")
    assert "expected of type string list" in summary


def test_pytest_tells_of_groups() -> None:
    """Each error of a group that a test failed with is told, and its place."""
    group = """\
  + Exception Group Traceback (most recent call last):
  |   File "test_mill.py", line 8, in test_turn
  |     def test_turn(load):
  | ExceptionGroup: 2 distinct failures (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "test_mill.py", line 10, in test_turn
    |     assert turns
    | AssertionError: assert 0
    | Failing test case: test_turn(load=-1)
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File "mill.py", line 5, in turn
    |     return 9 / load
    | ZeroDivisionError: division by zero
    | Failing test case: test_turn(load=0)
    +------------------------------------
"""
    text = f"""\
=================================== FAILURES ===================================
__________________________________ test_turn ___________________________________
{group}=========================== short test summary info ============================
FAILED test_mill.py::test_turn - ExceptionGroup: 2 dis...
1 failed, 1 passed in 3.69s
"""
    summary = summarize_error(text)
    for told in ("test_mill.py::test_turn", "ExceptionGroup: 2 distinct failures"):
        assert told in summary
    assert "AssertionError: assert 0 at test_mill.py:10" in summary
    assert "ZeroDivisionError: division by zero at mill.py:5" in summary
    assert "load=-1" in summary
    assert "load=0" in summary


NUNIT = r"""
A total of 1 test files matched.
  X Turns_with_wind [134ms]
  Stack Trace:
     at Mill.Tests.Turns_with_wind() in C:\mill\Tests.cs:line 11

Test Run Failed.
     Failed: 1
"""
RSPEC = """
1) sail is set
     Failure/Error: mill.turn
     NameError:
       undefined local variable `wind'
     # ./lib/mill.rb:35:in `turn'
"""
CTEST = """
2/2 Test  #2: grind ...***Failed    0.19 sec

50% tests passed, 1 tests failed out of 2

The following tests FAILED:
\t  2 - grind (Failed)
Errors while running CTest
"""
DART = """
The following TestFailure was thrown running a test:
Expected: a bell

When the exception was thrown, this was the stack:
#3      main.<anonymous closure>.<<anonymous closure>_async_body> (///w/mill_test.dart:38:7)
#13     Runner.run (package:test/src/runner.dart:37:16)
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (NUNIT, ["Turns_with_wind at mill/Tests.cs:11", "Failed: 1"]),
        (RSPEC, ["sail is set at lib/mill.rb:35 turn", "NameError: undefined local variable `wind'"]),
        (CTEST, ["1 tests failed out of 2", "\ngrind\n"]),
        (DART, ["mill_test.dart:38", "Expected: a bell"]),
        ("kworker/u2:0 (32) used the deepest stack\nkernel BUG at mill/stone.c:39!\n", ["stone.c:39"]),
    ],
)
def test_more_of_what_runners_write_is_read(text: str, told: list[str]) -> None:
    """NUnit's old console, RSpec without its title, CTest; closures of Dart, and a thread of the kernel."""
    summary = summarize_error("carried a sack to the mill\n" * 200 + text)
    assert [one for one in told if one not in summary] == []


NOTEBOOK = """\
---------------------------------------------------------------------------
KeyError                                  Traceback (most recent call last)
File ~/lib/python3.12/site-packages/grain/base.py:38, in Index.find(self, key)
     37 try:
---> 38     return self._engine.find(key)

KeyError: 'rye'

The above exception was the direct cause of the following exception:

MillError                                 Traceback (most recent call last)
Cell In[7], line 2
      1 mill = load()
----> 2 grind(mill, "rye")

Cell In[3], line 4, in grind(mill, kind)
      3 def grind(mill, kind):
----> 4     return mill.stones[kind]

MillError: no stone for rye
"""
OLD_NOTEBOOK = """\
ValueError                                Traceback (most recent call last)
<ipython-input-12-8c1bb2e0ae10> in <module>()
      3 for n in range(3):
----> 4     grind(n)

/usr/local/lib/python3.6/site-packages/grain/base.py in find(self, key)
    147
--> 148         return self.stones[key]

ValueError: expected a kind
"""


def test_tracebacks_of_notebooks_are_read() -> None:
    """IPython writes the places with the code around them, and the class in the title."""
    assert summarize_error(NOTEBOOK) == (
        "MillError: no stone for rye\n  at Cell In[3]:4 grind ← Cell In[7]:2\n  return mill.stones[kind]\n"
        "caused by KeyError: 'rye'\n  at grain/base.py:38 Index.find\n  return self._engine.find(key)"
    )
    assert summarize_error(OLD_NOTEBOOK).startswith(
        "ValueError: expected a kind\n  at <ipython-input-12-8c1bb2e0ae10>:4 <module>"
    )
    # Of the arrow at a line far down only the tip is left.
    assert summarize_error(NOTEBOOK.replace("---> 38", "> 15427")).endswith(
        "at grain/base.py:38 Index.find\n  return self._engine.find(key)"
    )


BOXED = """\
grinding
╭──────────────── Traceback (most recent call last) ────────────────╮
│ /srv/mill/src/mill/sacks.py:41 in load                            │
│                                                                   │
│   40 │   │   try:                                                 │
│ ❱ 41 │   │   │   rows.append(parse(row))                          │
│   42 │   │   except ValueError as exc:                            │
│                                                                   │
│ /srv/mill/src/mill/sacks.py:22 in parse                           │
│                                                                   │
│   21 def parse(text: str) -> tuple[int, int]:                     │
│ ❱ 22 │   bay, level = text.split("/")                             │
│ ╭──── locals ────╮                                                │
│ │ text = 'B-7'   │                                                │
│ ╰────────────────╯                                                │
╰───────────────────────────────────────────────────────────────────╯
ValueError: not enough values to unpack

The above exception was the direct cause of the following exception:

╭──────────────── Traceback (most recent call last) ────────────────╮
│ /srv/mill/src/mill/cli.py:14 in audit                             │
│                                                                   │
│ ❱ 14 │   sacks = load(ledger)                                     │
╰───────────────────────────────────────────────────────────────────╯
LedgerError: row 4 is unreadable
"""


def test_tracebacks_in_boxes_are_read() -> None:
    """Rich draws them around the places, with the source code and an arrow at the line."""
    assert summarize_error(BOXED) == (
        "LedgerError: row 4 is unreadable\n  at mill/cli.py:14 audit\n  sacks = load(ledger)\n"
        "caused by ValueError: not enough values to unpack\n"
        "  at mill/sacks.py:22 parse ← mill/sacks.py:41 load\n"
        '  bay, level = text.split("/")'
    )


def test_code_that_a_library_wrote_is_not_where_it_went_wrong() -> None:
    """Alembic runs strings, which stand above the caller's own file; alone they are all there is."""
    ran = '  File "<string>", line 8, in bulk_insert\n'
    told = summarize_error(f"{TRACE}    op.bulk_insert(rows)\n{ran}ValueError: no floor\n")
    assert "at app/vat.py:3 drain\n  op.bulk_insert(rows)" in told
    assert "<string>:8" in summarize_error(f"Traceback (most recent call last):\n{ran}ValueError: no floor\n")


def test_what_a_log_says_behind_a_traceback_is_no_part_of_the_message() -> None:
    """Nor is what stands so far behind it that a summary has no room for it as one."""
    log = "".join(f"0009{n} station-{n}  INFO labelling sack {n}\n" for n in range(3))
    assert "labelling" not in summarize_error(f"{TRACE}KeyError: 'rye'\n{log}done\n")
    lines = "".join(f"kept sack {n} of the mill\n" for n in range(12))
    assert "dispatch stalled: 3 sacks left" in summarize_error(
        f"{TRACE}KeyError: 'rye'\n{lines}dispatch stalled: 3 sacks left\n"
    )


def test_a_message_may_have_blank_lines() -> None:
    """The few lines behind the last one that was read are told, too."""
    message = (
        "ValidationError: 'rye' is no number\n\nFailed validating:\n    {'type': 'number'}\n\nOn sacks[1]:\n"
    )
    assert "On sacks[1]:" in summarize_error(f"{TRACE}{message}    'rye'\n")


def test_lines_that_are_counted_are_not_told_as_the_ones_around() -> None:
    """A line that came often is told once, with a count; unless the others say something new."""
    same = "".join(
        f'E1201 03:33:36.{n}97490    9948 cache.go:265] "Unhandled Error" err="dial: refused"\n'
        for n in range(6)
    )
    assert summarize_error(f"{same}The connection to the mill was refused\n").count("Unhandled") <= 2
    places = "".join(f"stone is wrong:\n --> mill/stone.rs:{n}:36\n" for n in range(5, 9))
    summary = summarize_error(places, parse=False)
    assert all(f"stone.rs:{n}:36" in summary for n in range(5, 9))


def test_the_end_of_a_long_log_is_told_with_all_that_was_read() -> None:
    """However much else matters, the last line is told."""
    words = ["".join(chr(97 + int(digit)) for digit in str(n)) for n in range(100, 160)]
    log = [
        f"{TRACE}    x()\nOSError: no bell\n",
        *(f"ERROR stone {word} broke" for word in words),
        "run 7 ended with 255",
    ]
    assert "run 7 ended with 255" in summarize_error("\n".join([*["turn"] * 500, *log]))


PROVE = """
#   Failed test 'depth of gate 3'
#   at t/basin.t line 3.
#          got: '6'
#     expected: '9'

#   Failed test 'sluice closes'
#   at t/basin.t line 5.
# Looks like you failed 2 tests of 4.
Failed 2/4 subtests
"""
TAP = """TAP version 13
not ok 1 - holds
  ---
  failureType: 'testCodeFailure'
  error: |-
    Expected values to be loosely deep-equal:
  code: 'ERR_ASSERTION'
  expected:
    rope: 5
    hook: 'b'
  actual:
    rope: 4
    hook: 'b'
  operator: 'deepEqual'
  ...
1..1
# tests 1
# fail 1
"""


def test_tests_of_perl_are_read() -> None:
    """Test::More writes name, place and values behind the signs of comments."""
    summary = summarize_error(PROVE)
    assert "depth of gate 3 at t/basin.t:3\n  got: '6'\n  expected: '9'" in summary
    assert "sluice closes at t/basin.t:5" in summary
    assert "Failed 2/4 subtests" in summary


def test_values_of_tap_may_stand_below_their_names() -> None:
    """YAML writes an object over several lines."""
    summary = summarize_error(TAP)
    assert "expected: rope: 5 hook: 'b'" in summary
    assert "actual: rope: 4 hook: 'b'" in summary


def test_a_long_name_is_cut_before_a_word() -> None:
    """A part of a word is not in the text, and no summary with one would be told."""
    longest = "org.mill.annotation.InitDestroyAnnotationBeanPostProcessor.postProcessBeforeInitialization"
    assert Frame("a.java", "1", longest).name == "postProcessBeforeInitialization"
    assert Frame("a.rs", "1", "stone" * 20).name == "stone" * 20
    text = f"org.mill.TopicException: no node\n\tat {longest}(InitDestroy.java:139) ~[mill-5.1.jar!/:5.1]\n"
    assert summarize_error("turning\n" * 50 + text).startswith(
        "TopicException: no node\n  at InitDestroy.java:139"
    )


def test_a_very_long_line_keeps_no_other_out() -> None:
    """Of a command of a thousand words both ends are quoted, and what comes behind it."""
    command = " ".join(f'"-l{n}"' for n in range(400))
    text = f"error: linking failed\n  = note: cc {command}\n  = note: undefined: gauge\n"
    assert "main.rs:2" in summarize_error(f"{text}    >>> used in main.rs:2\n")


def test_what_a_goroutine_adds_to_a_place_is_no_name() -> None:
    """The race detector writes the function above its place."""
    race = """\
==================
WARNING: DATA RACE
Read at 0x00c4201c09fd by goroutine 43:
  example.org/mill.TestTurn()
      /w/mill/turn_test.go:151 +0x675
  testing.tRunner()
      /usr/local/go/src/testing/testing.go:657 +0x107
"""
    assert "mill/turn_test.go:151 mill.TestTurn" in summarize_error(race)


def test_a_sentence_is_no_file_that_has_findings() -> None:
    """Lines that begin with numbers belong to the file above them, but not to whatever stands there."""
    log = [
        "Processing /builds/mill/harness",
        "Successfully installed stone-2.2.1 sail-0.3.10 wheel-0.8",
        *(f"    {n}\tpart-{n}-restored" for n in range(40)),
        "mill failed: no bell",
        *["turning"] * 40,
    ]
    summary = summarize_error("\n".join(log))
    assert "mill failed: no bell" in summary
    assert "harness:" not in summary
    assert "My Mill/stone.js:3:1 error" in summarize_error(
        "/w/My Mill/stone.js\n  3:1  error  no wind  wind-rule\n"
    )


if __name__ == "__main__":
    for name, text in TEXTS.items():
        golden(name).write_text(f"{summarize_error(text)}\n", encoding="utf-8")

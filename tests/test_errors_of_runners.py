"""Outputs as runners and terminals hand them on: what they write before lines, break, and say often."""

import pytest

from contextkit import summarize_error
from contextkit.errors.lines import plain

LOAD = "".join(f"npm http fetch GET 200 https://registry.example/pack-{n} {n * 7}ms\n" for n in range(60))


def told(text: str, *facts: str) -> str:
    """Summarise a text, and check that the summary has these."""
    summary = summarize_error(text)
    assert [fact for fact in facts if fact not in summary] == []
    return summary


def stepped(text: str, step: str = "Run tests") -> str:
    """Write before each line what `gh run view --log` does: the job, the step and a time."""
    lines = text.splitlines()
    return "".join(
        f"build (20.x)\t{step}\t2026-02-05T15:40:{n % 60:02}.6271150Z {line}\n"
        for n, line in enumerate(lines)
    )


TRACE = """\
Traceback (most recent call last):
  File "/home/runner/work/mill/mill/src/mill/run.py", line 12, in main
    grind("rye")
  File "/home/runner/work/mill/mill/src/mill/stones.py", line 4, in grind
    raise StoneError(kind)
StoneError: no stone for rye
"""


def test_steps_of_github_are_taken_away() -> None:
    """So that what stands behind them is read; paths in the workspace are those of the repository."""
    summary = told(
        stepped(LOAD + TRACE + "##[error]Process completed with exit code 1.\n"),
        "StoneError: no stone for rye\n",
        "at src/mill/stones.py:4 grind ← src/mill/run.py:12 main",
        "\n##[error]build (20.x), Run tests: Process completed with exit code 1.",
    )
    assert summary.count("build (20.x)") == 1


def test_what_github_runs_is_not_what_it_says() -> None:
    """Inputs and scripts are folded in its log, and have words of failure often."""
    run = "##[group]Run make\nfail-on-cache-miss: false\nif fail; then exit 1; fi\n##[endgroup]\n"
    summary = told(stepped(LOAD + run + TRACE), "StoneError: no stone for rye")
    assert "fail-on-cache-miss" not in summary


def test_signs_that_a_console_garbled_are_read() -> None:
    """Of the code pages of Windows, through which PowerShell hands on what a runner of tests writes."""
    run = """\
FAIL test/mill.test.ts
  ● Mill › grinds rye

    expect(received).toBe(expected)

    Expected: 3
    Received: 0

      at Object.<anonymous> (test/mill.test.ts:7:20)

FAIL test/pond.test.ts
  ● Test suite failed to run

    test/pond.test.ts:1:10 - error TS2305: Module '"./pond"' has no exported member 'sluice'.

FAIL test/weir.test.ts
  ● Test suite failed to run

    test/weir.test.ts:2:10 - error TS2305: Module '"./weir"' has no exported member 'gate'.

Tests:       1 failed, 3 passed, 4 total
"""
    facts = ["Mill › grinds rye at test/mill.test.ts:7", "Expected: 3", "member 'sluice'", "member 'gate'"]
    told(run, *facts)
    for page in ("cp437", "cp850"):
        assert summarize_error(run.encode().decode(page)) == summarize_error(run)
    garbled = "●○".encode().decode("cp1252", "ignore")
    assert plain(garbled) == "●○"  # of which one begins as the other


def test_a_linter_names_files_of_windows() -> None:
    """With a drive, and spaces in them."""
    text = "\nD:\\mill - Copy\\App.jsx\n  1:8  error  'React' is not used  no-unused\n\n1 problem (1 error)\n"
    told(LOAD + text, "App.jsx:1:8 error: 'React' is not used")


def test_rows_of_a_linter_that_github_annotates_belong_to_their_file() -> None:
    """It writes `##[error]` before them."""
    text = "\n/srv/mill/src/stones.tsx\n##[error]  34:30  error  Unexpected use of 'fetch'  no-globals\n\n"
    told(stepped(LOAD + text), "src/stones.tsx:34:30 error: Unexpected use of 'fetch'")


def test_lines_of_one_length_are_not_put_together() -> None:
    """Where what follows begins as they do, or with a word of its own."""
    row = "2026-03-01 10:00:01,003 ERROR worker: the job that was to grind the sacks of 0{} failed"
    trace = (
        'Traceback (most recent call last):\n  File "/srv/mill.py", line {}, in main\n    run()\nKeyError: {}'
    )
    traced = "\n".join(f"{row}\n{trace}".format(n, n, n) for n in range(7))
    assert "failed\n" in told(traced, "KeyError") + "\n"
    rows = "\n".join(row.format(n) for n in range(9))
    for text in (traced, rows):
        assert not [word for word in summarize_error(text).split() if word not in text and word.isalnum()]


def test_what_a_terminal_broke_is_whole_again() -> None:
    """PowerShell breaks lines where its width ends, and names of functions and messages with them."""
    trace = TRACE.replace(
        "/home/runner/work/mill/mill/src", "C:/Users/miller/Documents/all my projects/of/the/mill"
    )
    trace = trace.replace(
        "no stone for rye", "no stone for rye, and the mill pond is far too low " * 4 + "to turn"
    )
    broken = "\n".join(
        line[at : at + 82] for line in trace.split("\n") for at in range(0, len(line) or 1, 82)
    )
    assert summarize_error(broken) == summarize_error(trace)


def test_a_level_before_most_lines_is_taken_away() -> None:
    """Build tools write it before the stack that a test printed as well, and other things between."""
    text = """\
> test
[info] MillTest:
[info] - grinds rye *** FAILED ***
[info]   java.lang.IllegalStateException: no stone for rye
[info]   at mill.Stones$.grind(Stones.scala:13)
[info]   at mill.MillTest.$anonfun$new$1(MillTest.scala:12)
[info]   at org.scalatest.OutcomeOf.outcomeOf(OutcomeOf.scala:85)
[info] Tests: succeeded 0, failed 1, canceled 0
[error] (Test / test) sbt.TestsFailedException: Tests unsuccessful
"""
    before = "> compile\n[info] resolving\n[success] done in 2 s\n" * 9 + "[info] resolving\n" * 20
    stack = "IllegalStateException: no stone for rye\n  at Stones.scala:13 Stones$.grind ← MillTest.scala:12"
    told(before + text, "grinds rye", stack, "failed 1")


def test_a_run_of_go_that_hangs_says_which_test_and_where() -> None:
    """What runs is the alarm; what hangs stands in the other goroutines."""
    text = """\
--- FAIL: TestSift (0.00s)
    sift_test.go:9: got 3, want 4
FAIL	mill/sift	0.01s
panic: test timed out after 1m0s
	running tests:
		TestGrind (59s)

goroutine 17 [running]:
testing.(*M).startAlarm.func1()
	/usr/local/go/src/testing/testing.go:2366 +0x30

goroutine 1 [chan receive]:
testing.(*T).Run(0xc000, {0x5, 0x9}, 0x5)
	C:/Program Files/Go/src/testing/testing.go:1750 +0x3ab

goroutine 5 [chan receive]:
mill.wait(...)
	/srv/mill/wait.go:8
mill.TestGrind(0xc000)
	/srv/mill/grind_test.go:21 +0x1d
created by testing.(*T).Run in goroutine 1
	/usr/local/go/src/testing/testing.go:1742 +0x390
FAIL	mill	60.01s
"""
    summary = told(text, "test timed out after 1m0s", "TestGrind (59s)", "TestSift at sift_test.go:9")
    assert "[chan receive] at mill/wait.go:8 mill.wait ← mill/grind_test.go:21 mill.TestGrind" in summary
    assert "testing.go" not in summary


GTEST = """\
[==========] Running 3 tests from 1 test suite.
[ RUN      ] Stones.Turn
expected to be slow
[       OK ] Stones.Turn (3 ms)
[ RUN      ] Stones.Grind
/srv/mill/stones_test.cc:10: Failure
Expected equality of these values:
  flour()
    Which is: 3
  4
[  FAILED  ] Stones.Grind (0 ms)
[ RUN      ] Stones.Lift
"""


def test_googletest_tells_names_places_and_values() -> None:
    """Of those that passed nothing; the one that ended all is named."""
    summary = told(
        GTEST + "[  FAILED  ] 1 test, listed below:\n[  FAILED  ] Stones.Grind\n",
        "Stones.Grind at mill/stones_test.cc:10\n  flour()\n  Which is: 3\n",
        "Stones.Lift",
    )
    assert "Turn" not in summary
    assert summary.count("Stones.Grind") == 1


def test_a_message_behind_its_class_and_a_blank_line_is_read() -> None:
    """So writes Mockito; what several tests say is told once."""
    text = "Tests run: 9, Failures: 4, Errors: 0, Skipped: 0\n"
    for n, name in enumerate(["grinds", "sifts", "lifts", "turns"]):
        text += f"""\
[ERROR] com.mill.StonesTest.{name}  Time elapsed: 0.02{n} s  <<< FAILURE!
org.mockito.exceptions.verification.TooManyActualInvocations:

pond.open(<any string>);
Wanted 1 time:
But was 2 times:

	at com.mill.Pond.open(Pond.java:111)
	at com.mill.StonesTest.{name}(StonesTest.java:{n}1)

"""
    summary = told(text, "StonesTest.turns: TooManyActualInvocations", "Wanted 1 time:", "But was 2 times:")
    assert summary.count("Wanted 1 time:") == 1


def test_errors_of_elixir_keep_their_modules() -> None:
    """Their last names are the same; and libraries are not the user's own code."""
    text = """\
** (DBConnection.ConnectionError) connection not available
    (db_connection 2.6.0) lib/db_connection.ex:934: DBConnection.checkout/2
    (ecto_sql 3.11.1) lib/ecto/adapters/sql.ex:256: Ecto.Adapters.SQL.sql_call/6
    (mill 0.1.0) lib/mill/stones.ex:109: Mill.Stones.grind!/4
    (stdlib 5.2) gen_server.erl:636: :gen_server.try_handle_call/4
"""
    assert summarize_error(text * 1) == (
        "DBConnection.ConnectionError: connection not available\n  at lib/mill/stones.ex:109 Stones.grind!/4"
    )


def test_of_a_stack_of_the_jvm_the_program_is_told_behind_a_library() -> None:
    """A library's packages look like anybody's; the program is where the stack begins."""
    library = "".join(f"\tat net.pond.Sluice.open{n}(Sluice.java:{n})\n" for n in range(1, 4))
    text = f"""\
Exception in thread "main" net.pond.SluiceException: gate is shut
{library}\tat com.mill.Stones.grind(Stones.kt:99)
\tat com.mill.MainKt.main(Main.kt:7)
"""
    told(text * 1, "at Sluice.java:1 Sluice.open1 ← Stones.kt:99 Stones.grind ← Main.kt:7 MainKt.main")


def test_kotlin_under_gradle() -> None:
    """It writes `e:` and a URL."""
    text = "".join(
        f"e: file:///home/runner/work/mill/mill/src/main/Stones.kt:{line}:9 Unresolved reference 'rye'.\n"
        for line in (45, 83)
    )
    told(
        "> Task :compileKotlin\n" * 30 + text + "BUILD FAILED in 3s\n",
        "e: Unresolved reference 'rye'. ×2\n  src/main/Stones.kt:45,83",
    )


def test_places_in_one_line_are_told_apart() -> None:
    """By their columns."""
    text = "src/mill.c:5:22: error: no rye\nsrc/mill.c:5:26: error: no rye\nsrc/mill.c:7:1: error: no rye\n"
    told(text, "  src/mill.c:5:22,5:26,7")


@pytest.mark.parametrize(
    "folder", ["/builds/guild/mill/", "/workspace/", "/github/workspace/", "D:/a/mill/mill/"]
)
def test_paths_of_workspaces_are_those_of_the_repository(folder: str) -> None:
    """So that they can be opened; other absolute paths keep their last folder."""
    trace = TRACE.replace("/home/runner/work/mill/mill/", folder)
    told(trace, "at src/mill/stones.py:4 grind")
    told(TRACE.replace("/home/runner/work/mill/mill/", "/home/miller/code/"), "at mill/stones.py:4 grind")


def test_what_a_log_says_again_leaves_room_for_the_rest() -> None:
    """Of lines alike the first comes before other lines that matter, and the others behind these."""
    same = "".join(f"ERROR: cannot watch {chr(n + 97) * 9}: {'the pond is shut ' * 8}\n" for n in range(18))
    rare = "\nunable to update: no networks found in /etc/net.d\n\n"
    text = "started\n" * 30 + same + "calm\n" * 9 + rare + "calm\n" * 9 + same + same + "\ndone for now\n"
    told(text, "no networks found in /etc/net.d", "cannot watch aaaaaaaaa")


def test_how_a_process_ended_stays_among_many_errors() -> None:
    """However many of them there are, and whatever comes behind."""
    errors = "".join(
        f"ERROR: cannot save {chr(n // 9 + 97) * 3}{chr(n % 9 + 97) * 4}, {'and ' * (n % 7)}why\n"
        for n in range(40)
    )
    failed = f"src/mill.c:5:2: error: no rye\n{errors}make: *** [all] Error: exited with code 70\n"
    told(
        "compiling\n" * 60 + failed + errors + "Cleaning up\n",
        "exited with code 70",
        "src/mill.c:5:2 error: no rye",
    )


NODE = """\
▶ mills
  ✖ grinds rye (5.029ms)
    AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:
    + actual - expected
    + 'flour'
    - 'bran'
        at TestContext.<anonymous> (file:///srv/mill/test/mill.test.js:11:50)
        at async Test.run (node:internal/test_runner/test:797:9) {
      code: 'ERR_ASSERTION',
    }

✖ mills (6.61ms)
ℹ tests 3
ℹ pass 1
ℹ fail 1

✖ failing tests:

test at test/mill.test.js:11:3
✖ grinds rye (5.029ms)
  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:
  + actual - expected
  + 'flour'
  - 'bran'
      at TestContext.<anonymous> (file:///srv/mill/test/mill.test.js:11:50)
      at async Test.run (node:internal/test_runner/test:797:9) {
    code: 'ERR_ASSERTION',
  }
"""


def test_what_node_says_of_a_test_is_told_once_with_its_name() -> None:
    """It says it twice, and closes each suite with a line that looks like that of a test."""
    summary = told(NODE, "fail 1", "grinds rye at test/mill.test.js:11", "- 'bran'")
    assert summary.count("grinds rye") == summary.count("bran") == 1
    assert "mills" not in summary


def test_a_cause_of_phpunit_is_told_with_its_message() -> None:
    """It stands on the line below."""
    text = """\
There was 1 error:

1) FareTest::testNight
DomainException: no fare at 25h10

/srv/tram/src/Fare.php:16
/srv/tram/tests/FareTest.php:11

Caused by
Tram\\BadClock: clock '25h10' is not HH:MM

/srv/tram/src/Clock.php:21

ERRORS!
Tests: 9, Assertions: 5, Errors: 1.
"""
    summary = told(text, "no fare at 25h10", "Caused by: Tram\\BadClock: clock '25h10' is not HH:MM")
    assert "There was" not in summary
    assert "ERRORS!" not in summary


def test_a_line_that_surefire_names_is_told() -> None:
    """Its list of failures has no other place."""
    text = """\
[ERROR] Failures:
[ERROR]   MillTest.grinds:17 expected: <4> but was: <5>
[INFO]
[ERROR] Tests run: 10, Failures: 1, Errors: 0, Skipped: 0
"""
    told(text, "MillTest.grinds:17", "expected: <4> but was: <5>")


def test_places_of_a_run_with_a_line_each_are_those_of_its_tests() -> None:
    """Warnings have places, too, and pytest shortens in its summary what it said above."""
    text = """\
=========================== FAILURES ===========================
/srv/mill/mill/silo.py:16: KeyError: 'barley'
/srv/mill/tests/test_silo.py:28: assert 4.878048780487805 == 4.651
======================= warnings summary =======================
/srv/lib/plugin.py:306: PytestDeprecationWarning: the option is unset
=================== short test summary info ====================
FAILED tests/test_silo.py::test_draw - KeyError: 'barley'
FAILED tests/test_silo.py::test_loss - assert 4.878048780487805 =...
======================= 2 failed in 0.97s ======================
"""
    told(text, "test_draw at mill/silo.py:16", "assert 4.878048780487805 == 4.651", "test_silo.py:28")


def test_what_a_label_announces_is_told() -> None:
    """A set that lacks an item has it on the line below."""
    text = """\
____________________ test_families ____________________
tests/test_label.py:24: in test_families
    assert families(labels) == {"rye", "oats", "spelt"}
E   AssertionError: assert {'oats', 'rye'} == {'oats', ...', 'rye'}
E
E     Extra items in the right set:
E     'spelt'
E     Use -v to get more diff
================ 1 failed in 0.10s ================
"""
    told(text, "Extra items in the right set:\n  'spelt'")


def test_a_fixture_that_all_tests_use_is_told_once() -> None:
    """It called what failed for each of them."""
    section = """\
________________ ERROR at setup of test_{} ________________
tests/conftest.py:15: in remote
    return connect("flexray://gantry")
relay/bus.py:31: in connect
    raise ValueError(scheme)
E   ValueError: unsupported scheme 'flexray'
"""
    text = section.format("name") + section.format("slots") + "============ 2 errors in 0.10s ============\n"
    summary = told(
        text, "×2 at relay/bus.py:31 connect ← tests/conftest.py:15", "unsupported scheme 'flexray'"
    )
    assert summary.count("conftest.py") == 1


TESTNG = """\
PASSED: isFast
FAILED: counts
java.lang.AssertionError: departures expected [3] but found [2]
	at tram.TimetableTest.counts(TimetableTest.java:35)
... Removed 29 stack frames
FAILED: next("06:40", "M10")
java.lang.NullPointerException: the return value is null
	at tram.Timetable.next(Timetable.java:14)
	at tram.TimetableTest.next(TimetableTest.java:25)
... Removed 24 stack frames
SKIPPED: countsAfterAdd

===============================================
    tram-smoke
    Tests run: 7, Failures: 2, Skips: 1
===============================================
"""
NINJA = """\
[1/2] Linking CXX executable imgtool
FAILED: imgtool
: && /usr/bin/c++ main.o -o imgtool && :
/usr/bin/ld: main.o: in function `main':
main.cpp:(.text+0x1d): undefined reference to `codec::encode(int)'
collect2: error: ld returned 1 exit status
ninja: build stopped: subcommand failed.
"""


def test_failures_of_testng_are_told_with_their_names() -> None:
    """Ninja begins a line alike, and what follows is no exception."""
    told(
        TESTNG,
        "Tests run: 7, Failures: 2",
        "counts at TimetableTest.java:35",
        "departures expected [3] but found [2]",
        'next("06:40", "M10") at Timetable.java:14 Timetable.next ← TimetableTest.java:25',
    )
    told(NINJA, "FAILED: imgtool", "undefined reference to `codec::encode(int)'")


AVA = """\
  ✔ oven › reaches 240
  ✘ [fail]: oven › refuses 300
  ✘ [fail]: scale › needs a loaf Error thrown in test
  ─

  oven › refuses 300

  test/oven.js:9

   8: test('refuses 300', async t => {
   9:   await t.throwsAsync(heat(300), {
   10: });

  Promise rejected with unexpected exception:

  RangeError {
    message: 'oven cannot reach 300 degrees',
  }

  Expected message to equal:

  'too hot: 300'

  › file://test/oven.js:9:33



  scale › needs a loaf

  Error thrown in test:

  TypeError: Cannot convert undefined to object
      at scale (file:///srv/bakery/src/scale.js:3:37)
      at file:///srv/bakery/test/scale.js:24:7

  ─

  2 tests failed
"""


def test_what_ava_says_below_a_name_belongs_to_it() -> None:
    """It lists what failed first, then tells of each below its bare name."""
    summary = told(
        AVA,
        "2 tests failed",
        "oven › refuses 300 at test/oven.js:9",
        "'oven cannot reach 300 degrees'",
        "'too hot: 300'",
        "scale › needs a loaf at src/scale.js:3 scale ← test/scale.js:24",
        "TypeError: Cannot convert undefined to object",
    )
    assert summary.count("refuses 300") == summary.count("needs a loaf") == 1
    assert "throwsAsync" not in summary


CATCH = """\
gate_catch is a Catch v2.13.10 host application.
-------------------------------------------------------------------------------
gate raises
-------------------------------------------------------------------------------
/srv/weir/tests/gate.cpp:9
...............................................................................

/srv/weir/tests/gate.cpp:12: FAILED:
  REQUIRE( g.status() == "half open" )
with expansion:
  "open" == "half open"

===============================================================================
test cases: 1 | 1 failed
"""


def test_what_catch_compared_is_told() -> None:
    """It expands what was checked."""
    told(CATCH, 'REQUIRE( g.status() == "half open" ) at tests/gate.cpp:12', '"open" == "half open"')


def test_goroutines_of_tests_that_timed_out_are_told_though_another_failed() -> None:
    """The panic is no part of the test that failed before."""
    text = """\
--- FAIL: TestPop (0.11s)
    queue_test.go:27: Pop did not wake up
panic: test timed out after 2s

goroutine 21 [running]:
testing.(*M).startAlarm.func1()
	/usr/lib/go-1.19/src/testing/testing.go:2036 +0x8e

goroutine 6 [semacquire]:
sync.(*Mutex).Lock(...)
	/usr/lib/go-1.19/src/sync/mutex.go:90
example.org/mill/queue.(*Queue).Push(0xc00006a030, {0x526638, 0x1})
	/srv/mill/queue/queue.go:18 +0x4d
FAIL	example.org/mill/queue	2.013s
"""
    told(
        text,
        "TestPop at queue_test.go:27",
        "Pop did not wake up",
        "test timed out after 2s",
        "queue/queue.go:18",
    )


def test_a_snapshot_that_is_not_written_is_told() -> None:
    """Jest says so in the third line."""
    text = """\
FAIL tests/label.test.js
  ● label › renders

    expect(received).toMatchSnapshot()

    Snapshot name: `label renders 1`

    New snapshot was not written. The update flag must be explicitly passed to write a new snapshot.

      at Object.toMatchSnapshot (tests/label.test.js:11:5)

Tests:       1 failed, 1 total
"""
    told(text, "New snapshot was not written", "label › renders at tests/label.test.js:11")


def test_lines_of_one_length_are_no_line_that_a_terminal_broke() -> None:
    """What stands below begins as it does below shorter ones, but for its numbers."""
    text = "".join(
        f"<p>the mill stood still, and nobody in the village knew for how long</p> GET /sacks/{n} in {n}ms\n"
        f"def f_{n}():\n    return {n}\n"
        for n in (0, 7, 14, 21, 28, 4, 11)
    )
    for summary in (summarize_error(text, budget=300, parse=False), summarize_error(text, budget=300)):
        assert "msdef" not in summary


def test_messages_of_mypy_that_are_broken_are_whole() -> None:
    """With --pretty it breaks lines where the terminal ends, however short the message is."""
    text = """\
src/orchard/models/tree.py:27: error: Item "None" of "str | None" has no
attribute "title"  [union-attr]
            return self.cultivar.title() + " " + self.tag
                   ^~~~~~~~~~~~~~~~~~~
src/orchard/jobs/harvest.py:25: error: Property "planted" defined in "Tree" is
read-only  [misc]
        trees[0].planted = 2010
        ^~~~~~~~~~~~~~~~
Found 2 errors in 2 files (checked 5 source files)
"""
    told(
        text,
        'Item "None" of "str | None" has no attribute "title"',
        '"planted" defined in "Tree" is read-only',
    )


def test_each_failure_that_hypothesis_found_is_told() -> None:
    """How it explains the first takes no room from the second."""
    group = "".join(
        f"""\
{"  +-+" if not number else "    +"}---------------- {number + 1} ----------------
    | Traceback (most recent call last):
    |   File "/srv/morse/codec.py", line {31 + number}, in pause
    |     dot = 1200 / speed
    | {error}
    | Failing test case: test_pause(
    |     speed={number},
    | )
    | Explanation:
    |     These lines were always and only run by failing test cases:
    |         /srv/morse/codec.py:{31 + number}
"""
        for number, error in enumerate(
            ("ZeroDivisionError: division by zero", "ValueError: speed 1 is too slow")
        )
    )
    text = f"""\
________________ test_pause ________________
  + Exception Group Traceback (most recent call last):
  |   File "/srv/morse/tests/test_codec.py", line 22, in test_pause
  |     @given(speed=st.integers(0, 30))
  | ExceptionGroup: Hypothesis found 2 distinct failures. (2 sub-exceptions)
{group}    +------------------------------------
============ 1 failed in 1.44s ============
"""
    told(
        text,
        "ZeroDivisionError: division by zero at morse/codec.py:31",
        "ValueError: speed 1 is too slow at morse/codec.py:32",
        "speed=0",
        "speed=1",
    )


def test_each_count_that_differs_is_told() -> None:
    """Unittest has a line for each item."""
    text = """\
======================================================================
FAIL: test_wards (tests.test_shifts.ConflictTest.test_wards)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/srv/clinic/tests/test_shifts.py", line 36, in test_wards
    self.assertCountEqual(shifts.wards(WEEK), ["ICU", "ER", "MATERNITY"])
AssertionError: Element counts were not equal:
First has 2, Second has 1:  'ICU'
First has 0, Second has 1:  'MATERNITY'

----------------------------------------------------------------------
Ran 7 tests in 0.003s

FAILED (failures=1)
"""
    told(text, "First has 2, Second has 1:  'ICU'", "First has 0, Second has 1:  'MATERNITY'")


def test_a_failure_that_is_listed_first_has_its_places() -> None:
    """Vitest lists what failed next to what passed, and draws source code between two places of a stack."""
    text = """\
 × test/crates.test.js > crates > opens a second crate
   → crate C1 cannot take 5 kg
 ✓ test/crates.test.js > crates > has the list price

⎯⎯⎯⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯⎯⎯⎯

 FAIL  test/crates.test.js > crates > opens a second crate
CrateOverflow: crate C1 cannot take 5 kg
 ❯ fill src/crates.js:9:48
      7|
      9|   if (crate.kilos > crate.limit) throw new CrateOverflow(crate);
       |                                        ^
 ❯ Module.pack src/crates.js:17:13
 ❯ test/crates.test.js:10:20

⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[1/1]⎯

 Tests  1 failed | 1 passed (2)
"""
    told(text, "opens a second crate at src/crates.js:9 fill ← test/crates.test.js:10", "cannot take 5 kg")


def test_places_of_what_node_writes_for_machines_are_read() -> None:
    """In TAP a stack has no `at`; a test without one has a location, and a suite only counts."""
    text = """\
TAP version 13
# Subtest: cores
    # Subtest: reads a tag
    not ok 1 - reads a tag
      ---
      location: '/srv/cli/test/cores.test.js:11:5'
      failureType: 'testCodeFailure'
      error: 'malformed tag'
      name: 'TagError'
      stack: |-
        async parseCore (/srv/cli/cores.js:10:17)
        TestContext.<anonymous> (/srv/cli/test/cores.test.js:12:24)
        Test.run (node:internal/test_runner/test:796:25)
      ...
    # Subtest: drills
    not ok 2 - drills
      ---
      location: '/srv/cli/test/cores.test.js:41:1'
      failureType: 'testTimeoutFailure'
      error: 'test timed out after 40ms'
      ...
    1..2
not ok 1 - cores
  ---
  location: '/srv/cli/test/cores.test.js:6:1'
  failureType: 'subtestsFailed'
  error: '2 subtests failed'
  ...
1..1
# tests 2
# fail 2
"""
    summary = told(
        text,
        "reads a tag at cli/cores.js:10 parseCore ← test/cores.test.js:12",
        "malformed tag",
        "drills at test/cores.test.js:41",
        "test timed out after 40ms",
    )
    assert "2 subtests failed" not in summary


def test_without_parsers_the_place_above_an_error_is_quoted() -> None:
    """The nearest one in own code, though there is more around other errors than there is room for."""
    library = "".join(
        f'  File "/usr/lib/python3.11/lib{n}.py", line {n}, in f{n}\n    g{n}()\n' for n in range(8)
    )
    trace = (
        f"Traceback (most recent call last):\n{library}"
        f'  File "/srv/mill/stones.py", line 31, in grind\n    turn()\n{library}StoneError: no rye\n'
    )
    errors = "".join(
        f"ERROR: mill {name * 3} cannot grind\n"
        + "".join(f"{name * size} waits for the wind\n" for size in (4, 5, 6, 7))
        for name in "abcdefghijklmnopqrst"
    )
    summary = summarize_error(errors + trace + errors, parse=False)
    assert "stones.py" in summary
    assert "StoneError: no rye" in summary


def test_names_of_failed_tests_are_kept_where_nothing_else_is_told_of_them() -> None:
    """Of Node's suites only those are left out that it opened by name, while a test in them is told."""
    told(
        "✔ works (1ms)\n✖ charges the card (12.5ms)\n✔ refunds (1ms)\nℹ tests 3\nℹ fail 1\n",
        "charges the card",
    )
    tap = "not ok 2 - checkout suite\n  ---\n  failureType: 'subtestsFailed'\n  error: '1 failed'\n  ...\n"
    told(f"TAP version 13\nok 1 - works\n{tap}1..2\n# tests 2\n# pass 1\n# fail 1\n", "checkout suite")


def test_what_stands_above_a_list_is_no_part_of_a_failure() -> None:
    """Nor is what AVA writes between two of them."""
    text = (
        "npm ERR! disk quota exceeded on /dev/sda1\n  ✘ [fail]: cart › adds\n  ✘ [fail]: cart › subs\n  ─\n\n"
        "  cart › adds\n\n  t.js:3\n\n  Difference:\n\n  - 1\n  + 2\n\n✔ printed by the tested code\n\n"
        "  cart › subs\n\n  t.js:9\n\n  Difference:\n\n  - 5\n  + 6\n\n"
    )
    summary = told(text, "cart › adds at t.js:3\n  Difference:\n  - 1\n  + 2", "disk quota exceeded")
    assert "[fail]" not in summary


def test_a_test_of_maven_that_failed_twice_is_told_twice() -> None:
    """With other parameters it fails at another line."""
    calm = "".join(f"[INFO] Running com.mill.Test{n}\n" for n in range(40))
    text = (
        f"{calm}[ERROR] AppTest.adds:12 expected: <3> but was: <2>\n"
        "[ERROR] AppTest.adds:19 expected: <7> but was: <9>\n"
        f"{calm}[ERROR] Tests run: 2, Failures: 2, Errors: 0, Skipped: 0\n"
    )
    told(
        text,
        "AppTest.adds:12\n  expected: <3> but was: <2>",
        "AppTest.adds:19\n  expected: <7> but was: <9>",
    )


def test_a_line_of_a_message_may_have_the_name_of_a_level() -> None:
    """A log has a time before it, or one word."""
    text = (
        'Traceback (most recent call last):\n  File "a.py", line 2, in f\n    g()\nValueError: bad rows\n'
        "row 17 has INFO where a number belongs\nrow 18 is empty\n"
    )
    told(text, "ValueError: bad rows\n  row 17 has INFO where a number belongs\n  row 18 is empty")


def test_what_is_not_defined_is_a_finding_whatever_its_name() -> None:
    """Some names are those of levels, too."""
    text = "".join(f"src/a.js:{n}:5: NOTICE is not defined\n" for n in range(3, 60))
    told(text, "NOTICE is not defined ×57", "src/a.js:3,4,5")

"""What more tools write: runners of tests, compilers, make, and what Python says when it dies."""

import pytest

from contextkit import summarize_error
from contextkit.errors.salience import weight

DOCTEST = """\
**********************************************************************
File "/srv/mill/stones.py", line 3, in stones
Failed example:
    weigh(440)
Expected:
    3.93
Got:
    3.9
**********************************************************************
File "/srv/mill/stones.py", line 32, in stones.grind
Failed example:
    grind(["rye"])
Exception raised:
    Traceback (most recent call last):
      File "/usr/lib/python3.11/doctest.py", line 1353, in __run
        exec(compile(example.source, filename, "single",
      File "<doctest stones.grind[2]>", line 1, in <module>
        grind(["rye"])
      File "/srv/mill/stones.py", line 38, in grind
        at = NAMES.index(name)
    ValueError: 'rye' is not in list
**********************************************************************
2 items had failures:
   1 of   2 in stones
   1 of   3 in stones.grind
***Test Failed*** 2 failures.
"""
TESTTHAT = """\
══ Failed tests ════════════════════════════════════════════════════════════════
── Failure (test-stones.R:2:3): flour is a share of rye ────────────────────────
grind(c(12, 15)) not equal to c(0.2, 0.4).
1/2 mismatches
[1] 0.2 - 0.4 == -0.2

Error ('test-stones.R:22'): stones wear out
Error in `eval(predvars, data, env)`: object 'water' not found
Backtrace:
  1. testthat::expect_lt(fit_curve(df), 0)
       at test-stones.R:22:2
  4. global fit_curve(df)

[ FAIL 2 | WARN 2 | SKIP 1 | PASS 0 ]
Error: Test failures
"""
JUNIT = """\
Failures (2):
  JUnit Jupiter:A mill:grind(int):rye needs 2501 g
    MethodSource [className = 'mill.MillTest', methodName = 'grind', methodParameterTypes = 'int']
    => org.opentest4j.AssertionFailedError: expected: <2501> but was: <2500>
       org.junit.jupiter.api.AssertionFailureBuilder.build(AssertionFailureBuilder.java:151)
       org.junit.jupiter.api.Assertions.assertEquals(Assertions.java:531)
       mill.MillTest.grind(MillTest.java:31)
       [...]
  JUnit Jupiter:A mill:wears()
    MethodSource [className = 'mill.MillTest', methodName = 'wears', methodParameterTypes = '']
    => mill.Mill$Jammed: mill 7: stone is stale
       mill.Mill.turn(Mill.java:25)
       mill.MillTest.wears(MillTest.java:46)
       [...]
     Caused by: java.lang.NullPointerException: "stone" is null
       mill.Mill.turn(Mill.java:23)
       [...]

Test run finished after 644 ms
[         6 containers found      ]
[         0 containers failed     ]
[         9 tests found           ]
[         2 tests failed          ]
"""
GTEST = """\
[ RUN      ] Known/Stones.Of/1
test/stones_test.cpp:22: Failure
Expected equality of these values:
  mill::sum({GetParam().first, 2})
    Which is: 64
  GetParam().second
    Which is: 63
[  FAILED  ] Known/Stones.Of/1, where GetParam() = (2, 63) (0 ms)
[----------] 2 tests from Known/Stones (0 ms total)
[  FAILED  ] 1 test, listed below:
[  FAILED  ] Known/Stones.Of/1, where GetParam() = (2, 63)

 1 FAILED TEST
"""
FUZZ = """\
--- FAIL: FuzzGrind (0.02s)
    --- FAIL: FuzzGrind (0.00s)
        testing.go:1356: panic: runtime error: slice bounds out of range [:2] with length 0
            goroutine 29 [running]:
            runtime/debug.Stack()
            \t/usr/lib/go-1.19/src/runtime/debug/stack.go:24 +0xdb
            testing.tRunner.func1()
            \t/usr/lib/go-1.19/src/testing/testing.go:1356 +0x1f2
            panic({0x5f2980, 0xc00001a108})
            \t/usr/lib/go-1.19/src/runtime/panic.go:884 +0x212
            mill.example/mill.Grind({0x0?}, {0x0, 0x0})
            \t/srv/mill/grind.go:25 +0x239

    Failing input written to testdata/fuzz/FuzzGrind/5838cdfae7b16cde
FAIL
exit status 1
"""
MINITEST = """\
  1) Error:
MillTest#test_wear:
NoMethodError: undefined method `stons' for #<struct Mill stones=4>

      total / @mill.sum(&:stons)
                         ^^^^^
Did you mean?  stones
    /srv/mill/lib/mill.rb:28:in `wear'
    test/mill_test.rb:10:in `test_wear'

  2) Failure:
MillTest#test_words [test/mill_test.rb:23]:
[Mill::Jammed] exception expected, not
Class: <KeyError>
---Backtrace---
/srv/mill/lib/mill.rb:36:in `fetch'
test/mill_test.rb:23:in `block in test_words'

2 runs, 4 assertions, 1 failures, 1 errors, 0 skips
"""
DIED = """\
Fatal Python error: Segmentation fault

Current thread 0x00007fdd61817b80 (most recent call first):
  File "/usr/lib/python3.11/ctypes/__init__.py", line 519 in string_at
  File "/srv/mill/grind.py", line 8 in turn
  File "/srv/mill/grind.py", line 14 in <module>
"""
GFORTRAN = """\
mill.f90:14:18:

   14 |     s = c%rey / c%depth
      |                  1
Error: ‘rey’ at (1) is not a member of the ‘cell’ structure; did you mean ‘rye’?
stone.f90:8:25:

    8 |   call grind(u, "fast")
      |                         1
Error: Type mismatch in argument ‘steps’ at (1); passed CHARACTER(4) to INTEGER(4)
"""
DUNE = """\
         awk bin/stones.ml (exit 3)
File "lib/mill.ml", lines 4-6, characters 2-28:
4 | ..match stone with
5 |   | Growing m -> m
6 |   | Cut by -> by
Error (warning 8 [partial-match]): this pattern-matching is not exhaustive.
"""
MAKE = """\
make -C engine all
make -C assets all
make[1]: Entering directory '/srv/mill/docs'
make[1]: *** No rule to make target 'cover.png', needed by 'manual.txt'.
make[1]: Target 'all' not remade because of errors.
make: *** [Makefile:7: docs] Error 2
cc -Wall -Werror=format -c rotor.c -o rotor.o
rotor.c:6:24: error: ‘const struct rotor’ has no member named ‘blade’; did you mean ‘blades’?
    6 |     return r->rpm * r->blade;
      |                        ^~~~~
make[1]: *** [Makefile:6: rotor.o] Error 1
make: *** [Makefile:7: engine] Error 2
make: *** [Makefile:7: assets] Error 2
make: Target 'all' not remade because of errors.
"""
RACE = """\
==================
WARNING: DATA RACE
Read at 0x00c0000d6018 by goroutine 8:
  mill.example/mill.(*Mill).Turn()
      /srv/mill/mill.go:27 +0x12e
  mill.example/mill.TestTurn.func1()
      /srv/mill/mill_test.go:14 +0xb0

Previous write at 0x00c0000d6018 by goroutine 9:
  mill.example/mill.(*Mill).Turn()
      /srv/mill/mill.go:31 +0x318

Goroutine 8 (running) created at:
  mill.example/mill.TestTurn()
      /srv/mill/mill_test.go:12 +0x3b0
==================
--- FAIL: TestTurn (0.01s)
    mill_test.go:22: Turns() = 2, want 3
FAIL
"""
ROBOT = """\
==============================================================================
Mill
==============================================================================
Rye Is Ground                                                         | FAIL |
stone settled wrong: 22.5 != 22.0
------------------------------------------------------------------------------
Unknown Stone Is Refused                                              | PASS |
------------------------------------------------------------------------------
Night Is Quiet                                                        | FAIL |
No keyword with name 'Stop Mill' found.
------------------------------------------------------------------------------
Mill                                                                  | FAIL |
3 tests, 1 passed, 2 failed
==============================================================================
"""
EUNIT = """\
mill_tests: rye_test...*failed*
in function mill_tests:rye_test/0 (mill_tests.erl, line 4)
in call from eunit_test:run_testfun/1 (eunit_test.erl, line 71)
in call from eunit_proc:run_test/1 (eunit_proc.erl, line 531)
**error:{assertEqual,[{module,mill_tests},
              {line,4},
              {expression,"mill : turn ( rye , 100 )"},
              {expected,1250},
              {value,1200}]}
  output:<<"">>

=======================================================
  Failed: 1.  Skipped: 0.  Passed: 1.
"""
ANT = """\
    [junit] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 0.028 sec
    [junit]
    [junit] Testcase: turns took 0.003 sec
    [junit] \tFAILED
    [junit] sheets of job 5501 expected:<16> but was:<12>
    [junit] junit.framework.AssertionFailedError: sheets of job 5501 expected:<16> but was:<12>
    [junit] \tat mill.MillTest.turns(MillTest.java:11)
    [junit]
    [junit] Testcase: stands took 0.001 sec
    [junit]
    [junit] Test mill.MillTest FAILED
"""
AVA = (
    "".join(f"  ✘ [fail]: mill › turns {n}\n" for n in range(3))
    + "\n  1 tests were pending in test/late.test.js\n"
    + "".join(
        f"""
  ─

  mill › turns {n}

  test/mill.test.js:{n}5

   {n}4: test('turns {n}', (t) => {{
   {n}5:   t.is(turn({n}), 0.63{n}, 'as certified');

  as certified

  Difference (- actual, + expected):

  - 0.61{n}
  + 0.63{n}
"""
        for n in range(3)
    )
    + "\n  3 tests failed\n"
)
CONCEPTS = """\
desk.cpp:24:5: error: constraints not satisfied for class template 'Mill' [with A = Rye]
    Mill<Rye> mill;
    ^~~~~~~~~
include/mill.hpp:13:24: note: because 'Rye' does not satisfy 'Grain'
template <Grain A>
                ^
""" + "".join(
    f"/usr/bin/../lib/gcc/12/../../../../include/c++/12/bits/basic_string.h:{n}40:7: note: "
    f"candidate constructor not viable: no known conversion from 'int' to 'type{n}'\n"
    for n in range(12)
)
COMPILED = """\
byte-compile python......................................................Failed
- hook id: py-compile
- exit code: 1

File "app/mill.py", line 2
    return n +
              ^
SyntaxError: invalid syntax
"""
HASKELL = """\
loom L3 weaves rye
second pass: No match in record selector colour
third pass: Prelude.head: empty list
loom: thread 9 missing on loom L4
CallStack (from HasCallStack):
  error, called at ./Pattern.hs:11:14 in main:Pattern
  pick, called at Main.hs:14:35 in main:Main
"""


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (DOCTEST, ("stones at mill/stones.py:3\n  weigh(440)\n  Expected: 3.93\n  Got: 3.9\n",)),
        (
            DOCTEST,
            ("stones.grind at mill/stones.py:32 ← mill/stones.py:38\n  ValueError: 'rye' is not in list",),
        ),
        (
            TESTTHAT,
            ("[ FAIL 2 | WARN 2 | SKIP 1 | PASS 0 ]", "[1] 0.2 - 0.4 == -0.2", "object 'water' not found"),
        ),
        (TESTTHAT, ("Error ('test-stones.R:22'): stones wear out at test-stones.R:22",)),
        (
            JUNIT,
            (
                "rye needs 2501 g at MillTest.java:31",
                "\n  AssertionFailedError: expected: <2501> but was: <2500>",
            ),
        ),
        (JUNIT, ("Jammed: mill 7: stone is stale\n  caused by NullPointerException",)),
        (JUNIT, ("2 tests failed",)),
        (GTEST, ("1 FAILED TEST", "Known/Stones.Of/1 at test/stones_test.cpp:22\n  GetParam() = (2, 63)\n")),
        (
            FUZZ,
            ("FuzzGrind at mill/grind.go:25 mill.Grind\n  panic: runtime error: slice bounds out of range",),
        ),
        (FUZZ, ("Failing input written to testdata/fuzz/FuzzGrind/5838cdfae7b16cde",)),
        (
            MINITEST,
            ("Did you mean?  stones", "MillTest#test_words [test/mill_test.rb:23] at lib/mill.rb:36 fetch"),
        ),
        (
            DIED,
            ("error: Segmentation fault\n  at mill/grind.py:8 turn ← mill/grind.py:14 <module>",),
        ),
        (GFORTRAN, ("mill.f90:14:18 Error: ‘rey’ at (1) is not a member of the ‘cell’ structure",)),
        (GFORTRAN, ("stone.f90:8:25 Error: Type mismatch in argument ‘steps’ at (1)",)),
        (DUNE, ("lib/mill.ml:4-6:2 Error: this pattern-matching is not exhaustive", "stones.ml (exit 3)")),
        (
            MAKE,
            ("[Makefile:7: docs] Error 2", "[Makefile:7: engine] Error 2", "[Makefile:7: assets] Error 2"),
        ),
        (
            MAKE,
            ("[Makefile:6: rotor.o] Error 1", "No rule to make target 'cover.png', needed by 'manual.txt'"),
        ),
        (
            RACE,
            ("DATA RACE", "Read mill/mill.go:27", "Previous write mill/mill.go:31", "Turns() = 2, want 3"),
        ),
        (ROBOT, ("Rye Is Ground\n  stone settled wrong: 22.5 != 22.0", "No keyword with name 'Stop Mill'")),
        (
            EUNIT,
            ("{expected,1250}", "{value,1200}", "at mill_tests.erl:4 mill_tests:rye_test/0", "Failed: 1."),
        ),
        (ANT, ("turns at MillTest.java:11", "sheets of job 5501 expected:<16> but was:<12>")),
        (AVA, ("3 tests failed", "- 0.611", "+ 0.631", "mill › turns 1")),
        (CONCEPTS, ("include/mill.hpp:13:24 note: because 'Rye' does not satisfy 'Grain'",)),
        (COMPILED, ("SyntaxError: invalid syntax\n  at app/mill.py:2\n  return n +",)),
        (
            HASKELL,
            ("No match in record selector colour", "Prelude.head: empty list", "thread 9 missing on loom L4"),
        ),
    ],
)
def test_what_tools_say_is_kept(text: str, facts: tuple[str, ...]) -> None:
    """Each says it in a way of its own."""
    summary = summarize_error(text)
    assert [fact for fact in facts if fact not in summary] == []


@pytest.mark.parametrize(
    "text",
    [
        "Fatal Python error: Aborted",
        'Fatal Python error: Aborted\n\n  File "/srv/mill/grind.py", line 8 in turn',
        "Fatal Python error: Aborted\n\nCurrent thread 0x00007fdd (most recent call first):",
        "Fatal Python error: Aborted\n\nCurrent thread 0x00007fdd (most recent call first):\n  <no frame>",
    ],
)
def test_an_error_that_ends_python_may_have_no_stack(text: str) -> None:
    """Nothing is read into what is not there."""
    assert "Fatal Python error: Aborted" in summarize_error(f"{text}\n" + "\nextension modules: mill" * 9)


def test_what_says_nothing_is_left_out() -> None:
    """Options that hold a word of failure, and counts that say what others say."""
    assert weight("cc -Wall -Werror=format -c rotor.c -o rotor.o") == 0
    assert weight("cc -c rotor.c: error") > 0
    assert "containers found" not in summarize_error(JUNIT)
    assert "tests from Known" not in summarize_error(GTEST)
    assert "stands" not in summarize_error(ANT).split("\n")
    assert "basic_string" not in summarize_error(CONCEPTS)
    assert "basic_string" in summarize_error(
        CONCEPTS, own=lambda frame: frame.file.endswith("basic_string.h")
    )


def test_places_in_libraries_are_quoted_last() -> None:
    """Where nothing is read, they would take the room of what the program itself says."""
    names = [f"{a}{b}{c}" for a in ("turn", "lift") for b in ("Stone", "Sack", "Wheel") for c in "ABCDEF"]
    frames = [f"    at {name} (/srv/node_modules/mill/lib/{name}.js:12:1)" for name in names]
    said = [f"{name} took a sack of rye from the mill" for name in names[:16]]
    text = "\n".join([*frames, "Mill stopped: no such stone", *said, *frames[::-1]])
    told = summarize_error(text, parse=False)
    assert [line for line in said if line not in told] == []
    mine = summarize_error(text, parse=False, own=lambda frame: "liftWheelB" in frame.file)
    assert "liftWheelB.js" in mine
    assert "liftWheelB.js" not in told


def test_services_that_a_runner_starts_are_told_apart() -> None:
    """Honcho and foreman write a time and the name of each before its lines."""
    trace = [
        "Traceback (most recent call last):",
        '  File "/srv/mill/web.py", line 20, in get',
        "    return 9",
    ]
    lines = [f"15:01:{n:02} {name}.1   | {name} did {n}" for n in range(20) for name in ("web", "geo")]
    for line in (*trace, "KeyError: 9"):
        lines += [f"15:01:27 web.1   | {line}", "15:01:27 geo.1   | geo did 27"]
    lines.append("15:01:43 system  | web.1 stopped (rc=1)")
    summary = summarize_error("\n".join(lines))
    assert "KeyError: 9\n  web.1 |\n  at mill/web.py:20 get\n  return 9" in summary
    assert "web.1 stopped (rc=1)" in summary


def test_an_error_that_no_parser_reads_is_told_with_its_place() -> None:
    """The first one in own code of what stands below it, though another error was read."""
    log = "12:00:01 main.go:14: level=error detail=open sacks/L012.json: no such file or directory\n"
    stack = (
        "sack L012 unreadable\nexample.org/mill/sack.Load\n\t/srv/mill/sack/sack.go:19\n"
        "main.main\n\t/srv/mill/main.go:25\nruntime.main\n\t/usr/lib/go-1.19/src/runtime/proc.go:250\n"
    )
    panic = (
        "panic: no rye\n\ngoroutine 1 [running]:\nmain.main()\n\t/srv/mill/main.go:26 +0xe5\nexit status 2\n"
    )
    calm = "".join(f"12:00:0{n} main.go:17: level=info msg=ground id=L0{n}\n" for n in range(40))
    summary = summarize_error(calm + log + stack + calm + panic)
    assert "no such file or directory" in summary
    assert "sack/sack.go:19" in summary
    assert "panic: no rye\n  at mill/main.go:26" in summary
    assert "ground" not in summary
    vitest = (
        " FAIL  test/mill.test.ts > mill > grinds\nMillError: cannot grind\n ❯ src/mill.ts:14:11\n\n"
        f"{'⎯' * 30}\nCaused by: SyntaxError: no kind in line 2\n ❯ src/kinds.ts:6:19\n"
        " ❯ test/mill.test.ts:12:12\n"
    )
    assert "SyntaxError: no kind in line 2 at src/kinds.ts:6" in summarize_error(vitest)


def test_each_cause_of_a_chain_of_anyhow_is_told() -> None:
    """Where a panic says it, it stands behind a blank line."""
    text = """\
thread 'plan' panicked at src/main.rs:24:68:
called `Result::unwrap()` on an `Err` value: evening plan aborted

Caused by:
    0: filling the old pan
    1: sluice 3 is shut
stack backtrace:
   0: saltpan::main
             at ./src/main.rs:24:68
"""
    text += "".join(
        f"  {n:2}: core::ops::function::call_{n}\n             at /rustc/core/f.rs:{n}:1\n"
        for n in range(1, 40)
    )
    summary = summarize_error(text)
    assert "0: filling the old pan" in summary
    assert "1: sluice 3 is shut" in summary


def test_errors_in_a_log_of_ruby_are_told_by_type() -> None:
    """Its logger writes a prefix, and newer ones the code that a method was called in."""
    text = """\
E, [2026-12-01T17:58:12 #7] ERROR -- : /srv/mill/vault.rb:17:in `draw': 5 g of rye refused (Mill::VaultError)
	from /srv/mill/api.rb:9:in `call'
/srv/mill/vault.rb:14:in `weigh': undefined method `<' for nil:NilClass (NoMethodError)

      raise VaultError, "no rye" if lot[:grams] < grams
                                              ^
	from /srv/mill/api.rb:8:in `call'
"""
    assert summarize_error(text) == (
        "Mill::VaultError: 5 g of rye refused\n  at mill/vault.rb:17 draw ← mill/api.rb:9 call\n"
        "caused by NoMethodError: undefined method `<' for nil:NilClass\n"
        "  at mill/vault.rb:14 weigh ← mill/api.rb:8 call"
    )


WRAPPED = """\
[mill] 2026/12/01 17:55:48 main.go:30: grinding rye
[mill] 2026/12/01 17:55:48 main.go:32: strconv.ParseFloat: parsing "98,47": invalid syntax
weight of rye
example.org/mill/sack.Parse
	/srv/mill/sack/parse.go:31
example.org/mill/stones.(*Stone).Next
	/srv/mill/stones/next.go:20
main.grind
	/srv/mill/main.go:17
runtime.main
	/usr/lib/go-1.19/src/runtime/proc.go:250
stone 3 cannot turn
mill stopped
main.grind
	/srv/mill/main.go:19
runtime.main
	/usr/lib/go-1.19/src/runtime/proc.go:250
exit status 1
"""


def test_errors_with_stacks_of_their_own_in_go_are_read() -> None:
    """Each of their messages comes with the stack that it was wrapped at, innermost first."""
    summary = summarize_error(WRAPPED)
    assert 'strconv.ParseFloat: parsing "98,47": invalid syntax\n  weight of rye\n' in summary
    assert (
        "  stone 3 cannot turn\n  mill stopped\n  at sack/parse.go:31 sack.Parse ← stones/next.go:20"
        in summary
    )
    assert "proc.go" not in summary


def test_who_started_the_goroutine_that_panics_is_told() -> None:
    """Its stack ends there."""
    text = (
        "panic: no rye\n\ngoroutine 20 [running]:\nmain.(*Mill).grind(0x0)\n\t/srv/mill/mill.go:43 +0xba\n"
        "created by main.(*Mill).Run\n\t/srv/mill/run.go:21 +0x45\nexit status 2\n"
    )
    assert "at mill/mill.go:43 (*Mill).grind ← mill/run.go:21" in summarize_error(text)


def test_settings_of_an_object_tell_of_no_failure() -> None:
    """A console shows it whole; `timeout: 1500` is how long it would wait."""
    assert (
        weight("    timeout: 1500,") == weight("  aborted: false,") == weight("  _error: [Function: x],") == 0
    )
    assert weight("    exit_code: 7,") > 1
    assert weight("  corrupted blocks: 17") > 1
    assert weight("  failed: true") > 1
    assert weight("    error: 'no rye',") > 1

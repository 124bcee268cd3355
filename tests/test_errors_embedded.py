"""Errors inside of something else: in JSON, behind a logger's prefix, below what a runner says of them."""

import json

import pytest

from contextkit import summarize_error
from contextkit.errors.embedded import opened, text_in, without_prefixes

TRACE = """\
Traceback (most recent call last):
  File "/srv/mill/stones.py", line 4, in grind
    return SPEED[kind]
KeyError: 'rye'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/mill/run.py", line 12, in main
    grind("rye")
  File "/srv/mill/stones.py", line 6, in grind
    raise NoStone(f"no stone for {kind}") from error
mill.NoStone: no stone for rye
"""
SUMMARY = """\
NoStone: no stone for rye
  at mill/stones.py:6 grind ← mill/run.py:12 main
caused by KeyError: 'rye'
  at mill/stones.py:4 grind
  return SPEED[kind]"""


def logged(level: str, said: str, **fields: object) -> str:
    """Write a line as loggers write JSON."""
    line = {"ts": "2026-11-03T02:00:07Z", "level": level, "logger": "mill.queue", "msg": said, **fields}
    return json.dumps(line) + "\n"


def test_a_trace_in_a_field_of_a_log_is_read() -> None:
    """It is told as if it stood by itself, with what its record says beside it."""
    log = [logged("info", f"sack {n} taken", sack=n) for n in range(20)]
    failed = logged("error", "sack lost", sack=7, stack=TRACE)
    summary = summarize_error("".join([*log, failed, *log]))
    assert SUMMARY in summary
    assert '"msg": "sack lost"' in summary


def test_outputs_in_an_object_are_read() -> None:
    """What tools give back as one object, with the text of a whole run in a field."""
    run = {"exit_code": 1, "stdout": "", "stderr": f"grinding\n{TRACE}"}
    for text in (json.dumps(run), json.dumps(run, indent=2), f"tool: {json.dumps(run)}"):
        summary = summarize_error(text)
        assert SUMMARY in summary
        assert '"exit_code": 1' in summary


def test_a_chain_of_objects_is_read() -> None:
    """As structlog writes an exception; what is quoted without reading has no word that is not there."""

    def error(name: str, said: str, line: int, *, cause: bool) -> dict[str, object]:
        frame = {
            "filename": "/srv/mill/stones.py",
            "lineno": line,
            "name": "grind",
            "locals": {"kind": "'rye'"},
        }
        return {"exc_type": name, "exc_value": said, "is_cause": cause, "frames": [frame]}

    chain = [error("NoStone", "no stone for rye", 6, cause=False), error("KeyError", "'rye'", 4, cause=True)]
    log = logged("info", "sack 6 taken") + logged("error", "sack lost", sack=7, exception=chain)
    summary = summarize_error(log)
    assert "NoStone: no stone for rye\n  at mill/stones.py:6 grind\ncaused by KeyError: 'rye'\n" in summary
    assert "Traceback" not in summary
    assert "Traceback" not in summarize_error(log * 9, parse=False)


def test_fields_that_tell_stand_first_in_a_long_object() -> None:
    """So that they outlive its middle; what repeats another field line by line is left out."""
    said = "sha256sum: mill.json: No such file"
    result = {"changed": False, "cmd": ["sha256sum", "--check", "/srv/" + "x" * 120], "delta": "0:00:04"}
    result |= {"msg": "non-zero return code", "rc": 1, "stderr": said, "stderr_lines": [said]}
    [line] = opened(f"fatal: [mill-1]: FAILED! => {json.dumps(result)}")
    assert line.startswith('fatal: [mill-1]: FAILED! => {"rc": 1, "stderr": "sha256sum')
    assert "stderr_lines" not in line
    others = "ok: [mill-2]\n" * 30
    assert said in summarize_error(f"PLAY [mill]\n{others}fatal: [mill-1] => {json.dumps(result)}")


@pytest.mark.parametrize(
    "text", ["", "{", "{}", '{"a": 1}', '{"a": "b\\nc"', '[{"a": "1\\n2\\n3"}]', "a } b {"]
)
def test_what_is_no_such_object_stays(text: str) -> None:
    """Text is only opened where it is an object that has lines."""
    assert text_in(text) == text
    assert list(opened(text)) == [text]


def test_numbers_in_an_object_are_written_as_they_stood() -> None:
    """A summary says nothing that the text does not: 1.50 is no 1.5."""
    assert list(opened('{"took": 1.50, "at": 1e5, "log": "a\\nb\\nc"}')) == [
        '{"took": 1.50, "at": 1e5}',
        *"abc",
        "",
    ]


@pytest.mark.parametrize("depth", [300, 900, 100_000])
def test_what_is_nested_deep_is_opened_or_stays(depth: int) -> None:
    """However deep it is."""
    text = '{"log": "a\\nb\\nError: no rye", "deep": ' + "[" * depth + "]" * depth + "}"
    assert "Error: no rye" in summarize_error(text)


def test_a_traceback_behind_a_prefix_of_its_own() -> None:
    """Where a logger writes place and level, which other lines have not, before each line of it."""
    head = "[2026-11-03T02:00:07.012Z] {{{}}} {} - "
    lines = [
        head.format("run.py:8", "INFO") + "attempt 3 of 3",
        head.format("stones.py:2", "INFO") + "reading",
    ]
    lines += [head.format("run.py:12", "ERROR") + line for line in ("Grinding failed", *TRACE.splitlines())]
    lines += [head.format("run.py:13", "INFO") + "marking run manual__2026-11-04T02:00:00 as FAILED"]
    summary = summarize_error("\n".join(lines))
    assert SUMMARY in summary
    assert "marking run manual__2026-11-04T02:00:00 as FAILED" in summary


def test_many_prefixes_take_no_longer_than_few() -> None:
    """Each kind of them is looked for once: not each time that a log names."""
    heads = [f"job {n} at {n * 7}: " for n in range(3_000)]
    lines = [head + line for head in heads for line in TRACE.splitlines()[:4]]
    assert without_prefixes(lines) == TRACE.splitlines()[:4] * 3_000
    kinds = [f"{chr(97 + n % 26)}{chr(97 + n // 26)}: Traceback (most recent call last):" for n in range(600)]
    assert without_prefixes(kinds) == kinds


def test_a_panic_of_a_deferred_function_is_told_with_its_place() -> None:
    """It raised the last panic; one that only runs while it panics did not."""
    stack = """
goroutine 1 [running]:
mill.example/mill.Grind.func1()
	/srv/mill/grind.go:29 +0xbf
panic({0x49b9c0, 0xc000058040})
	/usr/local/go/src/runtime/panic.go:884 +0x212
mill.example/mill.Grind(0x5)
	/srv/mill/grind.go:16 +0x17d
exit status 2
"""
    again = "panic: no stone [recovered]\n\tpanic: mill 7 lost: no stone\n" + stack
    assert "at mill/grind.go:29 Grind.func1 ← mill/grind.go:16 mill.Grind" in summarize_error(again)
    assert "at mill/grind.go:16 mill.Grind\n" in summarize_error("panic: no stone\n" + stack)


def test_threads_that_race_are_told_with_their_places() -> None:
    """ThreadSanitizer writes a module and a build id behind each frame."""
    end = " (q+0xd475d) (BuildId: 0884920962945ac81bd2ba9c954f24c45929a101)"
    stl = "/usr/bin/../lib/gcc/x86_64-linux-gnu/12/../../../../include/c++/12/bits/stl_vector.h:988:40"
    report = f"""\
==================
WARNING: ThreadSanitizer: data race (pid=17303)
  Read of size 8 at 0x55d90e89e6b8 by thread T2:
    #0 std::vector<int, std::allocator<int> >::size() const {stl}{end}
    #1 Mill::flush() /srv/mill/queue.cpp:9:34{end}
    #2 report() /srv/mill/queue.cpp:15:27{end}

  Previous write of size 8 at 0x55d90e89e6b8 by thread T1:
    #0 Mill::enqueue(int) /srv/mill/queue.cpp:8:34{end}
    #1 produce(int) /srv/mill/queue.cpp:14:61{end}

SUMMARY: ThreadSanitizer: data race {stl} in std::vector<int, std::allocator<int> >::size() const
==================
"""
    summary = summarize_error(report)
    for fact in (
        "queue.cpp:9 Mill::flush",
        "queue.cpp:15 report",
        "queue.cpp:8 Mill::enqueue",
        "queue.cpp:14 produce",
    ):
        assert fact in summary


def test_what_ctest_shows_of_a_test_is_told_with_it() -> None:
    """So are why it failed and what it wrote, which stand far from the list of what failed."""
    text = """\
    Start 1: mill.grind
1/3 Test #1: mill.grind .......................Subprocess aborted***Exception:   0.00 sec
terminate called after throwing an instance of 'NoStone'
  what():  no stone for rye

    Start 2: mill.sift
2/3 Test #2: mill.sift ........................   Passed    0.01 sec
    Start 3: mill.weigh
3/3 Test #3: mill.weigh .......................***Failed    0.00 sec
weighed 39 kg

33% tests passed, 2 tests failed out of 3

The following tests FAILED:
          1 - mill.grind (Subprocess aborted)
          3 - mill.weigh (Failed)
Errors while running CTest
"""
    summary = summarize_error(text)
    assert (
        "mill.grind (Subprocess aborted)\n"
        "  terminate called after throwing an instance of 'NoStone'\n"
        "  what():  no stone for rye\n"
        "mill.weigh\n"
        "  weighed 39 kg"
    ) in summary


def test_a_hook_of_mocha_is_the_name_of_what_failed() -> None:
    """Its title has a colon inside, as messages have."""
    text = """\
  1 passing (9ms)
  1 failing

  1) Mill
       "before each" hook: load stones for "grinds rye":
     TypeError: Cannot read properties of undefined (reading 'rye')
      at Object.stones (file:///srv/mill/stones.js:14:12)
"""
    assert '"before each" hook: load stones for "grinds rye"' in summarize_error(text)


def test_lines_of_one_shape_are_all_told_where_they_are_few() -> None:
    """Each has a fact of its own, and what stands behind it may have one too."""
    heads = [
        f"Start {n}: x\nterminate called after throwing '{name}'\n  what():  stone {n * 31} is gone\n\n"
        for n, name in enumerate(("NoStone", "NoSack", "NoWind"), 1)
    ]
    summary = summarize_error(LOAD + "".join(heads))
    for fact in (
        "'NoStone'",
        "'NoSack'",
        "'NoWind'",
        "stone 31 is gone",
        "stone 62 is gone",
        "stone 93 is gone",
    ):
        assert fact in summary


LOAD = (
    "".join(f"fetching part {n} of the flour, {n * 7} ms\n" for n in range(60)) + "E: /srv/a.py:3:1: X1 bad\n"
)


def test_records_of_fastapi_are_told() -> None:
    """Its validation error has whole records where pydantic has a place and a message."""
    text = """\
Traceback (most recent call last):
  File "/srv/mill/app.py", line 3, in run
    serve()
fastapi.exceptions.ResponseValidationError: 1 validation error:
  {'type': 'int_parsing', 'loc': ('response', 'zones', 0), 'msg': 'Input should be a number', 'input': 'A'}
"""
    assert "'loc': ('response', 'zones', 0), 'msg': 'Input should be a number'" in summarize_error(text)


def test_a_message_that_a_record_says_again_leaves_room_for_its_request() -> None:
    """It stands in the error, in its stack and behind them; who was asked for what says more."""
    message = "the mill of this village cannot grind more than 450 sacks of rye a day, and was asked for 520"
    record = {
        "level": 50,
        "time": 1796145827323,
        "pid": 7805,
        "hostname": "mill-7f9c4d5b6-x2x4z.internal.example",
        "req": {"method": "POST", "url": "/mills/5/orders", "host": "127.0.0.1:18088"},
        "res": {"statusCode": 500},
        "err": {
            "type": "MillError",
            "message": message,
            "stack": f"MillError: {message}\n    at a (/m/a.js:1:2)\n    at b (/m/b.js:1:2)\n",
        },
        "msg": message,
    }
    summary = summarize_error(f"{LOAD}{json.dumps(record)}\n{LOAD}")
    assert "/mills/5/orders" in summary
    assert summary.count(message) <= 1


def test_words_that_a_chain_of_objects_is_written_with_are_not_told() -> None:
    """Where nothing reads the traceback that is made of it, next to a run of tests say."""
    frame = {"filename": "/srv/mill/stones.py", "lineno": 4, "name": "grind"}
    error = {"exc_type": "NoStone", "exc_value": "stone 3 is gone", "is_cause": False, "frames": [frame]}
    record = json.dumps({"event": "failed", "level": "error", "exception": [error]})
    run = "--- FAIL: TestGrind (0.11s)\n    mill_test.go:27: no flour\n"
    for text in (f"{record}\n{run}", json.dumps({"exit": 1, "lines": f"{record}\nand\nmore"})):
        for summary in (summarize_error(text), summarize_error(text, parse=False)):
            assert "stone 3 is gone" in summary
            assert "most recent" not in summary


def test_long_texts_of_a_record_are_not_compared_in_whole() -> None:
    """Each is looked for in the heads of some others, so that time grows with the record alone."""
    message = "value of the mill that is told again"
    fields = {"level": "error", "failed": f"{'wind ' * 100}{message}", "msg": message}
    (line,) = opened(json.dumps(fields))
    assert line.count(message) == 2  # the first stands behind what is compared
    (line,) = opened(json.dumps({**fields, "failed": f"{message}: {'wind' * 50}"}))
    assert line.count(message) == 1

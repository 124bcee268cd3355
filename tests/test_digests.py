"""`digest`: what kind an output is, and what is kept of each."""

import base64
import json
import random
import re
import time
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.digests import hostile
from benchmarks.outputs import FORMATS, SCHEMAS, log, outliers_kept, rows, shapes_kept
from contextkit import Event, SettingError, Thread, digest, token_counter
from contextkit.digesting import routing
from contextkit.digesting.masks import clean
from contextkit.digesting.routing import kind_of_output
from contextkit.errors.salience import failure_at

COUNT = token_counter("o200k_base")

DIFF = "".join(
    f"diff --git a/src/m{n}.py b/src/m{n}.py\nindex 1..2 100644\n--- a/src/m{n}.py\n+++ b/src/m{n}.py\n"
    f"@@ -1,5 +1,5 @@ def f{n}():\n before\n above\n-old_{n}\n+new_{n}\n below\n after\n"
    for n in range(30)
)
LISTING = "".join(f"./src/part_{n % 3}/file_{n}.{'txt' if n % 20 == 7 else 'py'}\n" for n in range(200))
LONG_LISTING = "total 12\n" + "".join(
    f"-rw-r--r--  1 root root {n:>8} Mar  1 10:00 part_{n}.{'gz' if n == 50 else 'log'}\n" for n in range(90)
)
CSV = "id,name,amount,state\n" + "".join(f"{n},user_{n},{50 + n % 9},ok\n" for n in range(300))
ALIGNED = "NAME        READY   STATUS\n" + "".join(
    f"api-{n:03}     1/1     {'CrashLoopBackOff' if n == 33 else 'Running'}\n" for n in range(120)
)
MARKDOWN = "| id | total |\n|---|---|\n" + "".join(f"| {n} | {n % 7} |\n" for n in range(300))
PAGE = (
    "<!DOCTYPE html><html><head><title>API</title><style>p {}</style></head><body><script>track()</script>"
    + "".join(f"<h2>Call {n}</h2><p>It gives a <a href='/d/{n}'>list</a>.</p>" for n in range(60))
    + "</body></html>"
)
BASE64 = base64.b64encode(bytes(range(256)) * 40).decode()
CODE = "".join(
    f"def call_{n}(x):\n    if x < {n}:\n        raise ValueError(x)\n    return x\n\n" for n in range(90)
)
TRACE = (
    "Traceback (most recent call last):\n"
    + '  File "/srv/app/run.py", line 3, in main\n    run()\n' * 60
    + "KeyError: 7\n"
)
OUTPUTS = {
    "diff": DIFF,
    "listing": LISTING,
    "table": CSV,
    "html": PAGE,
    "binary": BASE64,
    "text": CODE,
    "error": TRACE,
    "log": log("java").text,
    "json": json.dumps(rows("orders").records),
}


@pytest.mark.parametrize("kind", OUTPUTS)
def test_the_kind_of_an_output(kind: str) -> None:
    """It is found; a digest of that kind is smaller, and is the same if the kind is given."""
    told = digest(OUTPUTS[kind])
    assert told.kind == kind == kind_of_output(OUTPUTS[kind])
    assert COUNT(told.text) < COUNT(OUTPUTS[kind])
    assert digest(OUTPUTS[kind], kind=told.kind) == told


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (LONG_LISTING, "listing"),
        (ALIGNED, "table"),
        (MARKDOWN, "table"),
        ("\n".join(json.dumps({"id": n, "total": n % 5}) for n in range(99)), "json"),
        ("\x00\x01\ufffd\x02" * 999, "binary"),
        (f"data:image/png;base64,{BASE64}", "binary"),
        ("word " * 9_000, "text"),
        (".\n" + "├── a\n│   └── b.py\n" * 199, "listing"),
    ],
)
def test_other_looks_of_a_kind(text: str, kind: str) -> None:
    """Each kind has several looks."""
    assert digest(text).kind == kind


STEPS = "".join(
    f"#{n % 9} {n / 7:.2f} Unpacking lib{n} ({n}.2) ...\n#{n % 5} extracting sha256:{n * 7919:064x} {n}s\n"
    for n in range(60)
)
TASKS = "".join(
    f"> Task :part{n % 7}:compile{'Java' if n % 3 else 'Kotlin'} {'FROM-CACHE' * (n % 2)}\n"
    for n in range(160)
)
PLANNED = "".join(
    f'  # aws_disk.d{n} will be created\n  + resource "aws_disk" "d{n}" {{\n      + size = {n}\n    }}\n'
    f"aws_disk.d{n}: Creating...\naws_disk.d{n}: Still creating... [{n}s elapsed]\n"
    for n in range(40)
)
RECORDS = "".join(
    f"{{'loss': {n / 7:.3f}, 'epoch': {n}}}\nepoch {n} step {n * 9} loss {n / 7:.2f}\n" for n in range(60)
)
PLAY = "".join(f"ok: [web-{n % 9}] => part {n}\n" for n in range(90)) + (
    "--- before: /etc/a.conf\n+++ after: /etc/a.conf\n@@ -1,2 +1,2 @@\n all\n-a = 1\n+a = 2\n"
    "fatal: [db-02]: FAILED! => no such package\n"
)
LEVELS = "time,level,part,event,value\n" + "".join(
    f"2026-03-01 10:00:{n % 60:02},{'ERROR' if n == 77 else 'INFO'},cpu,{'lost' if n == 77 else 'load'},{n}\n"
    for n in range(200)
)
SAID = "".join(f"web-{n % 3}  | served {n} with all there was to it\n" for n in range(90))


@pytest.mark.parametrize("text", [STEPS, TASKS, PLANNED, RECORDS, PLAY, LEVELS, SAID])
def test_what_tools_say_is_a_log(text: str) -> None:
    """Whatever it begins with, though a diff or code be in it; a table with levels and times is one too."""
    told = digest(text)
    assert told.kind == "log"
    assert COUNT(told.text) < 0.3 * COUNT(text)
    assert all(line in told.text for line in text.split("\n") if "FAILED" in line or "ERROR" in line)


def test_prose_and_code_are_no_logs() -> None:
    """However many lines begin with the same few words."""
    draw = random.Random(5)  # noqa: S311 - not for secrets
    words = [
        "the",
        "a",
        "of",
        "and",
        "it",
        "in",
        "that",
        *(f"w{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(300)),
    ]
    prose = "\n".join(" ".join(draw.choices(words, range(307, 0, -1), k=11)) for _ in range(200))
    assert digest(prose).kind == digest(CODE).kind == "text"


# ---- logs


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("change", ["", "crlf", "ansi"])
def test_every_shape_of_a_log_is_kept(format: str, change: str) -> None:
    """Also those that come once, with what their traces say, at no more than 12 % of the tokens."""
    made = log(format, change, lines=1_500, seed=11)
    told = digest(made.text)
    lost = [shape for shape, kept in zip(made.shapes, shapes_kept(made, told.text), strict=True) if not kept]
    assert not lost
    assert COUNT(told.text) <= 0.12 * COUNT(made.text)


def test_counts_and_lines_of_a_log_are_right() -> None:
    """Each shape says how often it comes and where it begins and ends."""
    lines = [f"10:00:{n % 60:02} INFO served {n} in {n}ms" for n in range(200)]
    lines[120] = "10:02:00 ERROR disk full on /dev/sda1"
    told = digest("\n".join(lines))
    assert "1-200 ×199 " in told.text
    assert re.search(r"^121 .*ERROR disk full", told.text, re.MULTILINE)
    assert (told.size, told.counts) == (200, {"shape": 2})
    assert told.left_out == ((2, 120), (122, 200))


def test_the_words_of_shapes_that_became_one_are_told() -> None:
    """Names differ as numbers do; those that are not in the example stand below."""
    people = ("ann", "bob", "cem", "dan", "eve", "fay", "gus", "hal")
    told = digest("\n".join(f"10:00:00 INFO user {people[n % 8]} logged in again" for n in range(200)))
    assert told.counts == {"shape": 1}
    assert "also bob, cem, dan" in told.text


def test_a_path_is_one_word() -> None:
    """Whatever the number of folders, lines that differ in a path only are of one shape."""
    folders = ("src", "lib/net", "core/io/disk", "drivers/usb/host/pci", "mm")
    names = ("ring", "queue", "page", "slab", "irq", "bus", "timer")
    lines = [f"10:00:00 CC {folders[n % 5]}/{names[n % 7]}.o for {n}" for n in range(300)]
    assert digest("\n".join(lines)).counts == {"shape": 1}


def test_what_is_unlike_all_others_is_kept() -> None:
    """Where there are too many rare lines, those that begin as many do make room; how it ended is told."""
    draw = random.Random(3)  # noqa: S311 - not for secrets
    words = [f"{a}{b}" for a in ("red", "blue", "dark", "light") for b in ("fox", "owl", "hen", "cat", "bee")]
    lines = [f"linking {' '.join(draw.choices(words, k=draw.randint(3, 9)))}" for _ in range(900)]
    lines[700] = "*** no rule makes it, so all stops here"
    told = digest("\n".join([*lines, "added 1432 packages to it"]), kind="log").text
    assert lines[700] in told
    assert "added 1432 packages" in told
    assert "shapes, " in told  # some are left out


def test_indented_lines_that_also_stand_alone_belong_to_none() -> None:
    """They are counted as what they are, and what is behind begins anew; what always has lines has them."""
    lines = ["[  OK  ] Started the part 1."] + [
        line
        for n in range(60)
        for line in (
            *(["         Starting the part of it..."] * (n % 3)),
            f"[  OK  ] Started the part {n}.",
            *([f"plan {n} changes", f"    from {n}", f"    to {n + 1}"] if n % 9 == 0 else []),
        )
    ]
    lines[90:90] = ["error: no part is left", "  = note: it was here", "         Starting the part of it..."]
    lines[93:93] = ["thread 'main' panicked at src/a.rs:3:9:", "nobody has it"]
    told = digest("\n".join(lines), kind="log").text
    assert re.search(r"(?m)^\d.* ×6\d +Starting the part of it", told)
    assert re.search(r"(?m)^91-92 error: no part is left$", told)
    assert re.search(r"(?m)^94-95 thread 'main' panicked", told)
    assert re.search(r"(?m)^\d+-\d+ ×7 plan 0 changes\n  from 0\n  to 1$", told)


def test_a_trace_of_a_service_ends_with_what_was_raised() -> None:
    """Also if each line begins with the service, and others speak in between."""
    trace = (
        "Traceback (most recent call last):",
        '  File "/app/rates.py", line 12, in rate',
        "    return rates[name]",
        "           ~~~~~^^^^^^",
        "KeyError: 'CHF'",
    )
    lines = [f"api-1  | served {n} in {n} ms" for n in range(90)]
    lines[40:40] = [f"api-1  | {line}" for line in trace]
    lines[20:20] = [f"web-1  | {line}" if n % 2 else "db-1   | done" for n, line in enumerate("abcd")]
    told = digest("\n".join(lines)).text
    assert "KeyError: 'CHF'" in told
    assert "rates.py:12" in told
    assert "^^^^" not in told


def test_words_of_few_forms_stay_apart_where_there_is_no_room() -> None:
    """A miss is no hit; and what tells of a failure is told, however many rare lines are like it."""
    draw = random.Random(4)  # noqa: S311 - not for secrets
    words = [f"{a}{b}" for a in ("red", "blue", "dark", "light") for b in ("fox", "owl", "hen", "cat", "bee")]
    lines = [f"linking {' '.join(draw.choices(words, k=draw.randint(3, 9)))}" for _ in range(300)]
    lines += [f"got {words[n % 20]}/{n} ({('hit', 'miss', 'stale')[n % 3]})" for n in range(300)]
    lines[200:200] = ["linking undefined reference to arena_owner in gc", "linking is done for now"]
    told = digest("\n".join(lines), kind="log").text
    assert all(f"({state})" in told for state in ("hit", "miss", "stale"))
    assert "undefined reference" in told


def test_a_sign_says_where_a_line_was_cut() -> None:
    """Of an error more is shown; of a line that has nothing but its time, the time."""
    lines = [f"10:00:{n % 60:02} INFO served {n} of all that was asked for" for n in range(200)]
    lines[50] = f"10:00:50 INFO plan {'of a part ' * 60}"
    lines[60] = f"10:00:51 ERROR lost {'the next part ' * 25}of it"
    lines[70] = "10:01:30"
    told = digest("\n".join(lines)).text
    assert re.search(r"(?m)^51 .* of a part …$", told)
    assert lines[60].partition(" ")[2] in told
    assert re.search(r"(?m)^71 10:01:30$", told)


def test_lines_with_many_free_words_are_of_one_shape() -> None:
    """Where there are far too many, the words that they begin with tell; what tells of a failure stays."""
    draw = random.Random(6)  # noqa: S311 - not for secrets
    words = [f"{a}{b}" for a in ("red", "blue", "dark", "light") for b in ("fox", "owl", "hen", "cat", "bee")]
    lines = [f"Started unit {' '.join(draw.choices(words, k=5))} again" for _ in range(2_000)]
    lines[1_000] = "Started unit redfox was aborted by its owner"
    told = digest("\n".join(lines), kind="log")
    assert told.counts["shape"] < 9
    assert lines[1_000] in told.text


def test_a_trace_is_told_once_whatever_two_values_it_has() -> None:
    """Entries with the same trace, but for a word above it and one in what was raised, are of one shape."""
    names = [f"{a}{b}" for a in ("oslo", "bern", "rome") for b in ("east", "west", "north")]
    text = "".join(
        f"10:00:01 INFO web: served {number}\n10:00:02 ERROR worker: unhandled exception in task {name}\n"
        'Traceback (most recent call last):\n  File "/app/jobs.py", line 88, in handle\n    run(job)\n'
        f"shop.errors.ThrottlingError: the rate was exceeded by {names[number * 7 % 9]}\n"
        for number, name in enumerate(names)
    )
    assert digest(text).text.count("jobs.py:88") == 1


def test_all_errors_of_a_log_are_shown_if_there_is_room() -> None:
    """Each with its line."""
    lines = [f"2026-03-01 10:00:00 INFO request {n} took {n} ms and was fine" for n in range(2_000)]
    for n in range(7):
        lines[n * 211] = f"2026-03-01 10:00:00 ERROR payment {n * 17} was declined"
    told = digest("\n".join(lines)).text
    assert all(f"payment {n * 17} was declined" in told for n in range(7))


@given(st.integers(1, 400))
def test_shapes_that_are_not_shown_are_counted(budget: int) -> None:
    """Where the budget is small, errors come first, and the last line says how many shapes are missing."""
    made = log("syslog", lines=300, seed=2)
    told = digest(made.text, budget)
    assert COUNT(told.text) <= budget
    if told.text.startswith("[log") and (found := re.search(r"\[\+(\d+) shapes, ", told.text)):
        shown = len(re.findall(r"(?m)^[^\[\s]", told.text))
        assert int(found[1]) + shown == told.counts["shape"]


@pytest.mark.parametrize("format", FORMATS)
def test_the_lines_that_are_named_are_had_back(format: str) -> None:
    """The first line of each shape, and all that is left out."""
    made = log(format, lines=900, seed=5)
    told = digest(made.text, name="log 7")
    thread = Thread([Event("log", made.text, id="7")])
    named = re.findall(r"(?m)^(\d+)[-,\d]* (?:×\d[\d,]* )?(.*)$", told.text)
    assert len(named) > 20
    for number, line in named:
        whole = clean(str(thread.restore("7", lines=int(number))))
        told_words = set(re.findall(r"\w+", line)) if line.startswith("{") else set()
        assert line in whole or (told_words and told_words <= set(re.findall(r"\w+", whole)))
    gone = [str(thread.restore("7", lines=lines)).split("\n") for lines in told.left_out]
    assert sum(map(len, gone)) == sum(last - first + 1 for first, last in told.left_out)
    assert f"{sum(map(len, gone)):,} left out]" in told.text


def test_an_error_is_never_hidden_by_many() -> None:
    """Those that are not shown are counted with their shape, which has the first and the last line."""
    lines = [f"10:00:00 INFO served {n} with all that is asked for" for n in range(9_000)]
    lines[100:8_900:4] = [f"10:00:01 ERROR lost shard {n}" for n in range(2_200)]
    told = digest("\n".join(lines)).text
    assert "ERROR ×2,200" in told
    assert re.search(r"(?m)^101-8897 ×2200 .*ERROR lost shard 0$", told)


# ---- JSON


@pytest.mark.parametrize(
    ("pointer", "wrap"),
    [
        ("", json.dumps),
        ("/data/items", lambda made: {"data": {"items": made, "next": None}}),
        ("/data/0", lambda made: json.dumps({"data": [made, made[:3]]}, indent=1)),
    ],
)
def test_the_items_that_are_named_are_had_back(pointer: str, wrap: Callable[[object], object]) -> None:
    """By the pointer that the digest tells."""
    made = [{"ticket": f"T-{n}", "state": "done"} for n in range(300)]
    made[170]["state"] = "lost"
    value = wrap(made)
    told = digest(value).text
    assert re.search(r'171 \(ticket "T-170"\) state "lost"', told)
    assert f"{pointer}: 300 items" in told if pointer else told.startswith('[json at "", 300 items')
    thread = Thread([Event("list", value, id="7")])
    assert thread.restore("7", at=pointer, lines=171) == [made[170]]


def test_what_tells_records_apart_needs_no_name_for_it() -> None:
    """It is one of the first fields; where it comes twice, that is told."""
    made = [{"ticket": f"T-{n}", "hours": n % 7} for n in range(200)]
    made[50]["hours"] = 900
    made[120]["ticket"] = "T-4"
    told = digest(made).text
    assert '51 (ticket "T-50") hours 900' in told
    assert 'ticket "T-4" duplicate' in told


def test_records_of_several_kinds_are_told_one_after_the_other() -> None:
    """A field that only one kind has is missing in none of the others."""
    made = [
        {"order": f"o{n}", "total": 20 + n % 5} if n % 3 else {"beat": n, "from": "b"} for n in range(300)
    ]
    made[100]["total"] = -7
    told = digest(made).text
    assert "1-298 ×100 fields beat, from" in told
    assert '101 (order "o100") total -7' in told
    assert "missing" not in told


@pytest.mark.parametrize("columns", ["by name", "names and rows"])
def test_columns_are_records(columns: str) -> None:
    """An object of lists of one length, or a list of names with lists of values."""
    made = [[f"s{n}", 20 + n % 5] for n in range(300)]
    made[100][1] = 900
    by_name = {"sensor": [row[0] for row in made], "heat": [row[1] for row in made]}
    value = by_name if columns == "by name" else {"names": ["sensor", "heat"], "values": made}
    assert '101 (sensor "s100") heat 900' in digest(value).text


@pytest.mark.parametrize("schema", SCHEMAS)
def test_planted_outliers_are_told(schema: str) -> None:
    """With their ids, at no more than 5 % of the tokens."""
    found: list[bool] = []
    for seed in range(20, 25):
        made = rows(schema, records=400, seed=seed)
        told = digest(made.records)
        found += outliers_kept(made, told.text)
        assert COUNT(told.text) <= 0.05 * COUNT(json.dumps(made.records, separators=(",", ":")))
    assert sum(found) >= 0.95 * len(found)


def test_a_value_of_another_type_is_told_once() -> None:
    """A list where others have a number is told as what is in it, not also as a field that is missing."""
    records: list[dict[str, object]] = [{"id": f"r{n}", "cpu": n * 7 % 40} for n in range(200)]
    records[50]["cpu"], records[90]["cpu"] = ["x"], {"v": 1}
    told = digest(records).text
    assert '51 (id "r50") cpu[] "x"\n' in told
    assert '91 (id "r90") cpu.v 1\n' in told
    assert "fields id, cpu\n" in told


def test_numbers_are_written_as_they_stood() -> None:
    """`1.50` is no `1.5`."""
    text = json.dumps([{"id": n, "price": 7} for n in range(200)]).replace(
        '"id": 150, "price": 7', '"id": 150, "price": 1.50'
    )
    assert "(id 150) price 1.50" in digest(text).text


def test_lists_deep_inside_are_found() -> None:
    """With their names."""
    value = {"page": {"items": [{"id": n, "state": "ok"} for n in range(200)], "next": None}, "took": 3}
    value["page"]["items"][77]["state"] = "lost"  # type: ignore[index]
    told = digest(value).text
    assert '(id 77) state "lost"' in told
    assert "items: 200 items" in told
    assert "took: 3" in told


# ---- others


OUTPUT = (
    "".join(f"2026-03-01 10:00:{n % 60:02} INFO web: GET /orders/{n} in {n % 90}ms\n" for n in range(300))
    + "2026-03-01 10:05:00 ERROR web: no rate for CHF in order 4211\n"
)


@pytest.mark.parametrize("write", [lambda value: value, json.dumps])
def test_an_output_in_a_field_is_told_as_one(write: Callable[[object], object]) -> None:
    """Tools give what a process wrote as a field, where its errors stand in the middle of one long text."""
    value = {"exit_code": 1, "result": {"stdout": OUTPUT, "stderr": "Killed"}, "took": 7.5}
    told = digest(write(value)).text.split("\n")
    assert told[1:3] == ["exit_code: 1", "result: 2 fields"]
    assert told[3:] == [
        "  /result/stdout: log, ERROR ×1, 301 lines",
        "    1-300 ×300 2026-03-01 10:00:00 INFO web: GET /orders/0 in 0ms",
        "    301 2026-03-01 10:05:00 ERROR web: no rate for CHF in order 4211",
        '  stderr: "Killed"',
        "took: 7.5",
    ]
    thread = Thread([Event("run_result", write(value), id="5")])
    last = thread.restore("5", at="/result/stdout", lines="301-301")
    assert last == "2026-03-01 10:05:00 ERROR web: no rate for CHF in order 4211"


def test_lines_that_are_left_out_of_an_output_in_a_field_are_counted() -> None:
    """In words of its own: shapes and lines, though the value has fields."""
    ends = (
        "lost its key",
        "has no room for this one",
        "was seen",
        "waits for 2 others to end",
        "is late again",
    )
    said = [
        f"{who}{kind}: {end}" for who in ("mill", "sack", "wind", "rye") for kind in "ABCDEF" for end in ends
    ]
    log = "".join(f"2026-03-01 10:00:00 INFO {what} {n}\n" for n in range(3) for what in said)
    told = digest({"ok": False, "out": log}, 100).text
    assert re.search(r"\n\[\+\d+ shapes, \d+ lines left out\]$", told)


def test_a_trace_in_a_field_is_summarised() -> None:
    """So are tests that failed; of prose the lines are numbered."""
    frames = "".join(f'  File "/srv/shop/a{n}.py", line {n}, in f{n}\n    g()\n' for n in range(1, 40))
    trace = f"Traceback (most recent call last):\n{frames}shop.NoRate: no rate for CHF\n"
    told = digest({"ok": False, "stderr": trace}).text
    assert "/stderr: error, 80 lines\n  NoRate: no rate for CHF\n    at shop/a39.py:39 f39" in told
    code = "".join(f"def f_{n}(value):\n    return value + {n}\n\n\n" for n in range(50))
    told = digest({"path": "a.py", "content": code}, 100).text
    assert "/content: text, 200 lines\n  1 def f_0(value):\n  2     return value + 0\n" in told


def test_a_diff_names_each_file_with_its_counts() -> None:
    """And its lines; changed lines come before those around them."""
    told = digest(DIFF, 600)
    assert all(f"src/m{n}.py +1 -1, lines {n * 11 + 1}-{n * 11 + 11}" in told.text for n in range(30))
    assert told.counts == {"file": 30, "hunk": 30}
    assert "before" not in told.text


def test_a_listing_is_folded_by_folder_and_kind() -> None:
    """Rare kinds of files are named."""
    told = digest(LONG_LISTING).text
    assert ".log ×89" in told
    assert "part_50.gz" in told
    assert digest(LISTING).counts == {"file": 200, "folder": 3}


def test_a_table_says_what_is_unusual() -> None:
    """With the line that it is in."""
    assert '35 (NAME "api-033") STATUS "CrashLoopBackOff"' in digest(ALIGNED).text
    changed = CSV.replace("200,user_200,52,ok", "200,user_200,9000,ok")
    assert changed != CSV
    assert '202 (id "200") amount "9000"' in digest(changed).text


def test_a_page_is_its_text() -> None:
    """Headings and links stay, scripts and styles go."""
    told = digest(PAGE).text
    assert "## Call 7\nIt gives a [list](/d/7)." in told
    assert "track" not in told
    assert "p {}" not in told


def test_code_keeps_its_outline() -> None:
    """What it raises is no failure."""
    told = digest(CODE, 500).text
    assert told.count("def call_") > 10
    assert told.count("raise") <= 2


@pytest.mark.parametrize("kind", OUTPUTS)
@pytest.mark.parametrize("budget", [None, 60, 200])
def test_a_failure_is_never_hidden(kind: str, budget: int | None) -> None:
    """If the text has a word of failure, the digest has one."""
    text = OUTPUTS[kind]
    if kind != "binary":
        assert failure_at(text) < 0 or failure_at(digest(text, budget).text) >= 0


@pytest.mark.parametrize("name", hostile(10))
def test_no_text_takes_more_than_its_length(name: str) -> None:
    """Sixteen times the text takes about sixteen times as long, not 256 times: the least of a few runs."""

    def seconds(characters: int) -> float:
        text = hostile(characters)[name]
        start = time.process_time()
        digest(text)
        return time.process_time() - start

    seconds(1_000)
    short = max(0.02, min(seconds(25_000) for _ in range(3)))
    assert any(seconds(400_000) < 80 * short for _ in range(3))


def test_a_log_takes_constant_memory() -> None:
    """Beyond its text."""
    part = log("python logging", lines=1_000).text

    def peak(times: int) -> int:
        text = part * times
        tracemalloc.start()
        digest(text)
        taken = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return taken

    assert peak(40) < 1.5 * peak(10)


def test_what_is_small_stays_as_it_is() -> None:
    """And what fits into the budget."""
    assert digest("one\ntwo").text == "one\ntwo"
    assert digest(CSV, 100_000).text == CSV
    assert digest({"a": [1, 2]}).text == '{"a":[1,2]}'


def test_json_lines_of_any_length_are_records() -> None:
    """A line of a megabyte is one too, and two lines are enough."""
    lines = [json.dumps({"id": n, "turns": ["word " * 40] * 200}) for n in range(9)]
    assert len(lines[0]) > 20_000
    told = digest("\n".join(lines))
    assert told.kind == "json"
    assert told.size == 9
    assert kind_of_output("\n".join(lines[:2])) == "json"
    assert kind_of_output(lines[0] + "\nand then some words") != "json"


@pytest.mark.parametrize("times", [1, 400])
@pytest.mark.parametrize("line", ["up\n", "a,b,c\n", "src/a.py\n", "+new\n", "10:00:01 INFO up\n"])
def test_no_terminal_is_commanded(line: str, times: int) -> None:
    """Escapes do not come through, whether a text is left as it is or not."""
    evil = "\x1b]0;pwned\x07\x1b[2J\x08hello"
    head = "--- a\n+++ b\n@@ -1 +400 @@\n" if line[0] == "+" else ""
    for text in (f"{evil}\n{head}{line * times}", f"{head}{line * times}+{evil},{evil},c\n"):
        for budget in (None, 40):
            told = digest(text, budget).text
            assert not re.search(r"[\x00-\x08\x0b-\x1f]", told)


@pytest.mark.parametrize("budget", [0, -1, True, 1.5])
def test_a_budget_is_a_whole_number(budget: object) -> None:
    """Nothing else."""
    with pytest.raises(SettingError, match=r"digest\.budget"):
        digest("text", budget)  # type: ignore[arg-type]


def test_a_kind_is_one_of_ours() -> None:
    """And the error names them."""
    with pytest.raises(SettingError, match="log, json"):
        digest("text", kind="novel")  # type: ignore[arg-type]


def test_of_what_a_logger_says_some_has_lines_below() -> None:
    """Most of it has none; the name of a logger alone does not tell."""
    lines = [f"mill.scheduler: stone refreshed: {n} kg" for n in range(90)]
    for at in (80, 60, 50, 40):
        lines[at:at] = [
            f"mill.scheduler: sack evicted: {at} kg",
            f"    rye_0 = {at}.5",
            f"    wheat_1 = 0x{at}ff",
        ]
    told = digest("\n".join(lines)).text
    assert "sack evicted: 40 kg\n  rye_0 = 40.5\n  wheat_1 = 0x40ff" in told
    assert told.count("rye_0") == 1


def test_a_log_without_times_in_which_much_is_traces_is_a_log() -> None:
    """What stands between them would be lost in a summary of its errors."""
    stack = "".join(f"\tat com.mill.sack.Main.turn(Sack.java:{n})\n" for n in range(4))
    text = "".join(
        f"stone.worker: ground {n} sacks of rye\nstone.volume: sack {n} moved by the wind\n"
        f"mill.keeper: {n} mice seen\n"
        f"stone.worker: error: refused sack {n}\ncom.mill.NoRye: sack {n} is empty\n{stack}"
        for n in range(60)
    )
    told = digest(text)
    assert told.kind == "log"
    for shape in ("sacks of rye", "moved by the wind", "mice seen", "refused sack", "NoRye"):
        assert shape in told.text
    assert kind_of_output(f"com.mill.NoRye: sack 3 is empty\n{stack * 60}") == "error"


def test_what_a_log_says_of_an_error_is_not_said_again_below() -> None:
    """The trace of an entry is told, and the line above it once."""
    calm = "".join(f"[INFO] [03/01/2026 11:{n:02}:40] [mill.stones] ground {n} sacks\n" for n in range(30))
    head = "[ERROR] [03/01/2026 11:06:43] [mill.keeper] stone 3 refused for the last time\n"
    trace = (
        "WindException: mill is not what was agreed with 876402\n"
        "    at turned (/srv/app/ledger.js:89:7)\n    at flushed (/srv/app/cursor.js:147:7)\n"
    )
    told = digest(calm + head + trace + calm).text
    assert told.count("refused for the last time") == 1
    assert "app/ledger.js:89 turned" in told


def test_blank_lines_are_not_looked_at_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether lines are alike is asked a few times, however many blank ones follow."""
    asked: list[int] = []
    monkeypatch.setattr(routing, "_are_alike", lambda reads: asked.append(len(reads)))
    words = "".join(f"{chr(97 + n % 26) * (3 + n // 26)} {chr(122 - n % 26) * 5} of rye\n" for n in range(80))
    kind_of_output(f"{words}{chr(10) * 500}the end of it\n")
    assert len(asked) <= 3

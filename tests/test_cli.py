"""The command line, as a user meets it: what it prints, where, and how it exits."""

import hashlib
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contextkit import (
    Budget,
    BudgetError,
    Event,
    PolicyError,
    Prompt,
    Thread,
    cli,
    compare,
    render,
    token_counter,
)
from contextkit.cli import demonstration, rendering
from contextkit.comparisons import together
from contextkit.demo import deployment
from contextkit.formats import FORMATS
from contextkit.variants import PAIRED, VARIANTS

SMALL = Path(__file__).parent / "data" / "deployment_small.json"
DEMO = Path(cli.__file__).parents[1] / "demo" / "deployment.json"
HEAVY = ("numpy", "lxml", "jinja2", "tiktoken", "rich", "pydantic", "tokenizers")


def run(*arguments: object, stdin: str | bytes = "", env: dict[str, str | None] | None = None) -> Result:
    """Run a command in this process; an exception of ours would fail the test."""
    result = CliRunner(env=env).invoke(cli.main, [str(argument) for argument in arguments], input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert "Traceback (most" not in result.stderr
    return result


def small() -> Thread:
    return Thread.from_json(SMALL.read_bytes())


def many(count: int, *, size: int = 40) -> str:
    """Write JSON Lines of threads, one a line."""
    lines = (
        {"id": f"run-{n}", "events": [{"type": "user", "data": f"task {n} " * size}]} for n in range(count)
    )
    return "".join(json.dumps(line) + "\n" for line in lines)


def process(*arguments: object, **options: Any) -> subprocess.Popen[bytes]:
    """Start the command as a process of its own."""
    command = [sys.executable, "-c", "from contextkit.cli import main; main()", *map(str, arguments)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, **{**pipes, **options})


# ---- what it imports, and the help


def test_importing_the_command_line_imports_nothing_heavy() -> None:
    """`contextkit --help` is fast because nothing heavy is imported for it."""
    code = f"import sys, contextkit.cli; print([m for m in {HEAVY!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert found.stdout == "[]\n"


@pytest.mark.parametrize("command", [(), ("demo",), ("render",), ("count",), ("explain",), ("compare",)])
def test_every_command_has_help(command: Sequence[str]) -> None:
    """Help says what the command does, and no line of it is cut off."""
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.stdout
    assert "..." not in result.stdout.replace("FILE...", "").replace("[ARGS]...", "")


def test_the_help_lists_all_commands() -> None:
    """In the order of the alphabet, each with what it does."""
    listed = run("--help").stdout.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == [
        *("compare", "count", "demo", "digest", "errors", "explain", "explore", "render", "report")
    ]
    assert all(len(line.split()) > 3 for line in listed)
    unknown = run("rendering")
    assert (unknown.exit_code, "No such command 'rendering'" in unknown.stderr) == (2, True)


def test_it_runs_as_a_module() -> None:
    """`python -m contextkit.cli` is the command, by its name."""
    command = [sys.executable, "-m", "contextkit.cli", "--help"]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert said.startswith("Usage: contextkit [OPTIONS] COMMAND")


def test_a_command_is_imported_when_it_is_asked_for() -> None:
    """`contextkit --version` waits for no command, and `contextkit errors` for no report."""
    code = "import sys, contextkit.cli as c; c.main(sys.argv[1:], standalone_mode=False); print(*sys.modules)"

    def modules(*arguments: str) -> list[str]:
        command = [sys.executable, "-c", code, *arguments]
        done = subprocess.run(command, capture_output=True, check=True, text=True)
        return [name for name in done.stdout.split() if name.startswith("contextkit")]

    assert "contextkit.threads" not in modules("--version")
    assert "contextkit.display.reports" not in modules("errors", "--help")


def test_the_version() -> None:
    """`--version` says the version of the distribution."""
    assert re.fullmatch(r"contextkit, version \d+\.\d+\.\d+\S*\n", run("--version").stdout)


# ---- demo


@pytest.mark.parametrize("name", FORMATS)
def test_the_demo_shows_where_the_tokens_went(name: str) -> None:
    """What was won, event types, policies, some of the text, and what to try next."""
    context = render(deployment(), FORMATS[name], budget=6_000)
    shown = run("demo", "--format", name).stdout
    before = context.receipt().before
    assert f"\n{before:,} tokens become {context.tokens:,}: of 89 events " in shown
    assert re.search(rf"^total, 1 added +90 +{before:,} +{context.tokens:,}$", shown, re.MULTILINE)
    for step in context.steps:
        assert re.search(
            rf"^{re.escape(step.policy)} +{step.before:,} +{step.after:,} +{step.saved:,}$",
            shown,
            re.MULTILINE,
        )
    first, *_, last = (line for line in context.text.splitlines() if line)
    assert f"  {first[:40]}" in shown
    assert f"  {last[:40]}" in shown
    assert shown.isascii()


def test_the_demo_shows_what_is_special() -> None:
    """On one screen: the lines that were saved of what is gone, and how the whole comes back."""
    context = render(deployment(), budget=6_000)
    shown = run("demo", env={"COLUMNS": "100"}).stdout
    assert shown.count("\n") <= 52
    states = [row["state"] for row in context.receipt().rows]
    said = re.search(r"of (\d+) events (\d+) stand as they were, (\d+) are left out;\n(\d+) is added", shown)
    assert said is not None
    assert [int(number) for number in said.groups()] == [
        len(deployment()),
        *(states.count(state) for state in ("kept", "gone", "added")),
    ]
    (added,) = (fragment.text for fragment in context.fragments if fragment.state == "added")
    lines = [line[:90] for line in added.splitlines()]
    assert all(f"\n  {line}" in shown for line in lines[:6])
    restored = re.search(r'restore\("(.+)"\)  # (\S+): ([\d,]+) lines, ([\d,]+) characters', shown)
    assert restored is not None
    event = deployment()[restored[1]]
    assert context.thread.restore(restored[1]) == event.data
    assert (event.type, f"{len(event.text):,}") == (restored[2], restored[4])
    skipped = sum(int(number) for number in re.findall(r"^  \.\.\. (\d+) lines \.\.\.$", shown, re.MULTILINE))
    whole = shown.partition("The context itself\n")[2].partition("\n\nNothing is lost")[0].split("\n")
    assert len(whole) - 2 + skipped == len(context.text.splitlines())


@pytest.mark.parametrize(
    ("budget", "said"),
    [(26_000, "25,693 tokens, which fit: all 89 events"), (25_500, "2 are shortened, 2 are left out.")],
)
def test_the_demo_with_room_says_what_is_so(budget: int, said: str) -> None:
    """Where nothing, or little, had to go, it says no more than that."""
    shown = run("demo", "--budget", budget).stdout
    assert said in shown
    assert "is added" not in shown
    assert ("restore(" in shown) == (budget < 26_000)


def test_the_demo_says_python_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The lines of Python that it ends with print the context."""
    (tmp_path / "thread.json").write_bytes(DEMO.read_bytes())
    lines = run("demo", "--budget", 5_000).stdout.partition("  from contextkit")[2].splitlines()
    code = "\n".join(line.removeprefix("  ") for line in ("from contextkit" + lines[0], *lines[1:]))
    exec(code.replace("thread.json", str(tmp_path / "thread.json")), {})  # noqa: S102
    assert capsys.readouterr().out == render(Thread.from_json(DEMO.read_bytes()), budget=5_000).text + "\n"


def test_a_demo_that_does_not_fit_says_the_limit_that_would_do() -> None:
    """A budget below what is pinned is exit code 1, and the limit that it names works."""
    result = run("demo", "--budget", 50)
    needed = re.search(r"a limit of ([\d,]+)", result.stderr)
    assert (result.exit_code, result.stdout) == (1, "")
    assert needed is not None
    assert run("demo", "--budget", needed[1].replace(",", "")).exit_code == 0


# ---- render


@pytest.mark.parametrize("name", FORMATS)
def test_render_writes_the_text_to_the_byte(name: str) -> None:
    """Of one thread, standard output gets the text and nothing else, and standard error nothing."""
    result = run("render", SMALL, "--budget", 300, "--format", name)
    assert result.stdout_bytes == render(small(), FORMATS[name], budget=300).text.encode()
    assert (result.stderr, result.exit_code) == ("", 0)


def test_render_takes_a_target_a_reserve_a_counter_and_a_prompt(tmp_path: Path) -> None:
    """Each option is the argument of `render` with the same name."""
    prompt = tmp_path / "prompt.j2"
    prompt.write_text("Deploy backends.\n{{ thread }}\nNext step?\n", encoding="utf-8")
    options = ("--budget", 500, "--target", 350, "--reserve", 100, "--counter", "gpt-4", "--prompt", prompt)
    shown = json.loads(run("render", SMALL, *options, "--json").stdout)
    context = render(
        small(),
        budget=Budget(500, target=350, reserve=100),
        counter="cl100k_base",
        prompt=Prompt.from_file(prompt),
    )
    assert (shown["text"], shown["tokens"]) == (context.text, context.tokens)
    assert context.tokens <= 350


def test_render_as_json() -> None:
    """One object a thread, one a line, its keys sorted."""
    (line,) = run("render", SMALL, "--budget", 300, "--json").stdout.splitlines()
    context = render(small(), budget=300)
    steps = [{"after": step.after, "before": step.before, "policy": step.policy} for step in context.steps]
    shown = {
        "id": "thread-1",
        "schema_version": 1,
        "steps": steps,
        "text": context.text,
        "tokens": context.tokens,
    }
    assert line == json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    assert context.tokens == token_counter("o200k_base")(context.text) <= 300


def test_several_threads_are_named_on_standard_error() -> None:
    """Standard output gets the texts with an empty line between them."""
    result = run("render", "-", "--budget", 300, stdin=many(2, size=2))
    assert result.stdout == "<user>\ntask 0 task 0 \n</user>\n\n<user>\ntask 1 task 1 \n</user>\n"
    assert re.findall(r"==> <stdin>:(\d): (run-\d): \d+ tokens", result.stderr) == [
        ("1", "run-0"),
        ("2", "run-1"),
    ]


def test_several_files() -> None:
    """Each file's threads come in turn."""
    result = run("render", SMALL, DEMO, "--budget", 3_000, "--json")
    assert [json.loads(line)["text"] for line in result.stdout.splitlines()] == [
        render(Thread.from_json(path.read_bytes()), budget=3_000).text for path in (SMALL, DEMO)
    ]


def test_a_lone_surrogate_can_be_printed() -> None:
    """What UTF-8 has no bytes for is written as an escape, in text and in JSON."""
    line = '{"id": "\\ud800", "events": [{"type": "user", "data": "\\udfff \\u001b é"}]}'
    assert "\\udfff" in run("render", "-", "--budget", 300, stdin=line).stdout
    assert json.loads(run("explain", "-", "--budget", 300, "--json", stdin=line).stdout)["id"] == "\ud800"
    assert "\\ud800: " in run("explain", "-", "--budget", 300, stdin=line).stdout


# ---- explain


@pytest.mark.parametrize("counter", ["o200k_base", "claude-sonnet-4-5"])
@pytest.mark.parametrize("budget", [300, 5_000])
def test_explain_as_json_is_the_receipt(budget: int, counter: str) -> None:
    """The rows and the two rests add up to the totals."""
    shown = json.loads(run("explain", DEMO, "--budget", budget + 500, "--counter", counter, "--json").stdout)
    context = render(Thread.from_json(DEMO.read_bytes()), budget=budget + 500, counter=counter)
    assert shown == {
        **context.receipt().to_data(),
        "rows": list(context.receipt().to_data()["rows"]),
        "id": "thread-1",
        "schema_version": 1,
        "steps": [
            {"policy": step.policy, "before": step.before, "after": step.after} for step in context.steps
        ],
    }
    assert shown["tokens"] == shown["prompt"] + shown["joins"] + sum(row["after"] for row in shown["rows"])
    assert shown["before"] == render(Thread.from_json(DEMO.read_bytes()), counter=counter).tokens


def test_explain_as_a_table() -> None:
    """One row an event, totals that balance, and what each policy saved."""
    shown = run("explain", SMALL, "--budget", 300).stdout
    context = render(small(), budget=300)
    heading, heads, *lines = shown.partition("\n\n")[0].splitlines()
    assert heading.endswith(f"deployment_small.json:1: thread-1: {context.tokens} of 300 tokens")
    assert heads.split() == ["id", "type", "state", "policy", "before", "after"]
    rows = [line.split() for line in lines]
    assert [row[0] for row in rows[:-1]] == [row["id"] for row in context.receipt().rows]
    assert rows[-1] == ["total", str(context.receipt().before), str(context.tokens)]
    for column, total in ((-2, context.receipt().before), (-1, context.tokens)):
        assert sum(int(row[column].replace(",", "")) for row in rows[:-1]) == total
    assert "What each policy saved" in shown


def test_explain_names_what_belongs_to_no_event(tmp_path: Path) -> None:
    """The prompt has a row of its own."""
    (tmp_path / "prompt.j2").write_text("Deploy backends.\n\n{{ thread }}", encoding="utf-8")
    shown = run("explain", SMALL, "--budget", 700, "--prompt", tmp_path / "prompt.j2").stdout
    assert re.search(r"^the prompt +(\d+) +\1$", shown, re.MULTILINE)


# ---- count


def test_count_sums_up_by_type() -> None:
    """Tokens by event type, the dearest first, and their sum, which is what `render` would write."""
    context = render(small())
    heading, _, *rows, total = run("count", SMALL).stdout.strip().splitlines()
    assert heading == f"{context.tokens:,} tokens in 1 thread (TAGGED, o200k_base)"
    tokens = [int(row.split()[2]) for row in rows]
    assert tokens == sorted(tokens, reverse=True)
    assert total.split() == ["total", str(len(small())), str(context.tokens)]
    assert rows[0].split()[-1] == "#" * 24


@pytest.mark.parametrize("name", FORMATS)
def test_count_as_json(name: str) -> None:
    """The same figures as plain data."""
    shown = json.loads(run("count", SMALL, DEMO, "--format", name, "--json").stdout)
    contexts = [render(Thread.from_json(path.read_bytes()), FORMATS[name]) for path in (SMALL, DEMO)]
    assert shown["tokens"] == sum(context.tokens for context in contexts)
    assert (shown["threads"], shown["format"], shown["schema_version"]) == (2, FORMATS[name].name, 1)
    assert shown["tokens"] == shown["joins"] + sum(sizes["tokens"] for sizes in shown["types"].values())
    assert shown["events"] == sum(sizes["events"] for sizes in shown["types"].values())


def test_count_says_how_much_an_estimate_may_be_off() -> None:
    """With a model whose tokenizer is not public, the figure stands between two others."""
    shown = json.loads(run("count", SMALL, "--counter", "claude-sonnet-4-5", "--json").stdout)
    low, high = shown["between"]
    assert low < shown["tokens"] < high
    assert f"between {low:,} and {high:,}" in run("count", SMALL, "--counter", "claude-sonnet-4-5").stdout


def test_count_keeps_no_thread(tmp_path: Path) -> None:
    """Ten times the threads take no more memory."""

    def peak(count: int) -> int:
        path = tmp_path / f"{count}.jsonl"
        path.write_text(many(count, size=500), encoding="utf-8")
        tracemalloc.start()
        assert f" in {count:,} threads" in run("count", path).stdout
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(2)
    assert peak(200) < 1.3 * peak(20)


def test_nothing_in_it_is_no_thread() -> None:
    """An empty input cannot be read, and no table of nothing is printed."""
    result = run("count", "-")
    assert (result.exit_code, result.stdout) == (3, "")


# ---- compare


def test_compare_as_json_is_the_comparison() -> None:
    """Of several threads the sum, but for times the same as in Python."""
    options = ("--format", "xml", "--format", "json-lines", "--counter", "gpt-4", "--prices", "gpt-5")
    shown = json.loads(run("compare", SMALL, DEMO, *options, "--json").stdout)
    formats = {name: FORMATS[name] for name in ("xml", "json-lines")}
    threads = (Thread.from_json(path.read_bytes()) for path in (SMALL, DEMO))
    whole = together(compare(thread, formats, counters=["gpt-4"], rates="gpt-5") for thread in threads)
    assert all(row.pop("microseconds") > 0 for row in shown["formats"])
    assert re.fullmatch(r"gpt-5: .* as of \d{4}-\d\d-\d\d, by genai-prices .*", shown.pop("prices"))
    expected = whole.to_data()
    for row in expected["formats"]:
        del row["microseconds"]
    del expected["prices"]
    assert shown == {**expected, "schema_version": 1}


def test_compare_shows_tables() -> None:
    """Sizes next to both kinds of JSON, where the tokens go, event types, and what is lost."""
    shown = run("compare", SMALL).stdout
    tables = [table.splitlines() for table in shown.strip().split("\n\n")]
    assert [table[1].split()[0] for table in tables] == ["format", "format", "event", "format"]
    assert [row.split()[0] for row in tables[0][2:]] == [*FORMATS, "compact", "pretty"]
    assert tables[0][1].split()[1:4] == ["o200k_base", "cl100k_base", "bytes"]
    for row, format in zip(tables[0][2:], FORMATS.values(), strict=False):
        assert row.split()[1] == f"{render(small(), format).tokens:,}"
    assert tables[3][2].startswith("tagged  the data of ")
    assert "price" not in shown


def test_compare_knows_all_formats() -> None:
    """Those that are not ready-made by their names, or all at once."""
    shown = json.loads(run("compare", SMALL, "--format", "paired", "--format", "tagged", "--json").stdout)
    assert [row["format"] for row in shown["formats"]] == ["paired", "tagged"]
    shown = json.loads(run("compare", SMALL, "--format", "all", "--json").stdout)
    assert [row["format"] for row in shown["formats"]] == [*FORMATS, *VARIANTS]
    assert (
        run("render", SMALL, "--format", "paired", "--budget", "9000").stdout.rstrip()
        == PAIRED.text(small()).rstrip()
    )


def test_compare_takes_a_value_alone(tmp_path: Path) -> None:
    """Any JSON value, from files or standard input; what is no JSON is said, and passed over."""
    values = [{"rows": [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]}, [1, 2.5, None]]
    files = [tmp_path / f"{at}.json" for at in range(3)]
    for file, value in zip(files, (*values, ...), strict=True):
        file.write_text("{" if value is ... else json.dumps(value), encoding="utf-8")
    result = run("compare", "--value", *files, "--json")
    assert result.exit_code == 3
    assert f"{files[2]}: json, line 1: " in result.stderr
    shown = json.loads(result.stdout)
    whole = together(compare(value, runs=0) for value in values).to_data()
    assert [row["tokens_o200k_base"] for row in shown["formats"]] == [
        row["tokens_o200k_base"] for row in whole["formats"]
    ]
    assert shown["compact"] == whole["compact"]
    assert run("compare", "--value", "/nope").exit_code == 3


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--format", "toml"), "'toml' is not one of"),
        (("--counter", "nope"), "no token counter for 'nope'"),
        (("--prices", "nope"), "genai-prices does not know it"),
    ],
)
def test_compare_says_what_is_wrong(options: tuple[str, ...], said: str) -> None:
    """An option that is wrong is exit code 2."""
    result = run("compare", SMALL, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_compare_passes_over_what_cannot_be_read() -> None:
    """The rest is compared; of nothing there is no table."""
    result = run("compare", "/nope", SMALL, "--format", "xml")
    assert result.exit_code == 3
    assert "in 1 thread" in result.stdout
    assert "/nope: No such file" in result.stderr
    assert (run("compare", "/nope").exit_code, run("compare", "/nope", "--json").stdout) == (3, "")


# ---- exit codes


def test_a_thread_that_does_not_fit_is_passed_over() -> None:
    """The others are rendered, the message says which limit would do, and the exit code is 1."""
    threads = (
        json.dumps({"id": "large", "events": [{"type": "user", "data": "x y " * 500}]})
        + "\n"
        + many(2, size=2)
    )
    result = run("render", "-", "--budget", 100, "--json", stdin=threads)
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["run-0", "run-1"]
    with pytest.raises(BudgetError) as caught:
        render([Event("user", "x y " * 500)], budget=100)
    assert result.stderr == f"contextkit: <stdin>:1: large: {caught.value}\n"
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--budget", "0"), "0 is not in the range"),
        (("--budget", "8k"), "'8k' is not a whole number of tokens, such as 8000."),
        ((), "Missing option '--budget'"),
        (("--budget", "100", "--target", "200"), "Budget.target is 200"),
        (("--budget", "100", "--reserve", "100"), "Budget.reserve is 100"),
        (("--budget", "100", "--reserve", "-1"), "-1 is not in the range"),
        (("--budget", "100", "--format", "toml"), "'toml' is not one of"),
        (("--budget", "100", "--counter", "nope"), "no token counter for 'nope'"),
        (("--budget", "100", "--counter", "/nope.json"), "/nope.json"),
        (("--budget", "100", "--prompt", "/nope"), "/nope: No such file"),
        (("--budget", "100", "--nope"), "No such option"),
    ],
)
@pytest.mark.parametrize("command", ["render", "explain"])
def test_wrong_usage(command: str, options: tuple[str, ...], said: str) -> None:
    """An option that is wrong is exit code 2, and the message names it."""
    result = run(command, SMALL, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (b"{{ thread", "line 1"),
        (b"no place", "nowhere"),
        (b"{{ thread }}{{ name }}", "'name' is undefined"),
        (b"\xff{{ thread }}", "not UTF-8"),
    ],
)
def test_a_prompt_that_cannot_be_used(template: bytes, said: str, tmp_path: Path) -> None:
    """A template that cannot be filled in is wrong usage, and found before a thread is read."""
    (tmp_path / "prompt.j2").write_bytes(template)
    result = run("render", "missing.json", "--budget", 100, "--prompt", tmp_path / "prompt.j2")
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert "prompt.j2" in result.stderr


@pytest.mark.parametrize("command", [("render", "--budget", 300), ("explain", "--budget", 300), ("count",)])
def test_what_cannot_be_read_is_passed_over(command: Sequence[object], tmp_path: Path) -> None:
    """Each is named, with its line and the reason; the others are done; exit code 3."""
    (tmp_path / "broken.jsonl").write_text(many(1) + "{nope\n", encoding="utf-8")
    files = (tmp_path / "missing.json", tmp_path, tmp_path / "broken.jsonl", SMALL)
    result = run(*command, *files, "--json")
    missing, folder, broken = result.stderr.splitlines()
    assert missing == f"contextkit: {tmp_path}/missing.json: No such file or directory"
    assert folder == f"contextkit: {tmp_path}: Is a directory"
    assert broken.startswith(f"contextkit: {tmp_path}/broken.jsonl:2: not JSON")
    assert result.exit_code == 3
    shown = [json.loads(line) for line in result.stdout.splitlines()]
    assert shown[0].get("threads", len(shown)) == 2


def test_a_policy_or_renderer_that_fails_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any error of ours has to do with the thread, and the exit code is 1."""

    def failing(*_: object, **__: object) -> None:
        raise PolicyError("Drop()", "it moved events")

    monkeypatch.setattr(demonstration, "rendered", failing)
    monkeypatch.setattr(rendering, "rendered", failing)
    result = run("render", SMALL, "--budget", 300)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "it moved events" in result.stderr
    assert run("demo").exit_code == 1


def test_a_bug_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody foresaw names its kind and place, without a traceback."""

    def failing(*_: object, **__: object) -> None:
        raise ValueError("surprise")

    monkeypatch.setattr(rendering, "rendered", failing)
    result = run("count", SMALL)
    assert (result.exit_code, result.stdout) == (70, "")
    assert re.fullmatch(
        r"contextkit: a bug in contextkit: ValueError: surprise \(test_cli.py:\d+\)\n", result.stderr
    )


def test_control_c_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt ends with exit code 130, and says nothing."""

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rendering, "rendered", stopped)
    result = run("count", SMALL)
    assert (result.exit_code, result.output) == (130, "")


# ---- a real process


def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    """`| head` ends the command without a word."""
    (tmp_path / "many.jsonl").write_text(many(300, size=400), encoding="utf-8")
    with process("render", tmp_path / "many.jsonl", "--budget", 5_000, "--json") as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline().startswith(b"{")
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(30) == 141


def test_threads_come_one_by_one() -> None:
    """The context of a thread is there before the next thread is."""
    with process("render", "-", "--budget", 300, "--json") as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for number in range(3):
            running.stdin.write(many(number + 1).splitlines()[number].encode() + b"\n")
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["id"] == f"run-{number}"
        running.stdin.close()
        assert running.wait(30) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_an_interrupt_of_a_process_is_quiet() -> None:
    """Ctrl-C while it waits for more input."""
    listening = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}  # also in the background
    with process("render", "-", "--budget", 300, "--json", **listening) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdin.write(many(1).encode())
        running.stdin.flush()
        assert running.stdout.readline()
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 130
        assert running.stderr.read() == b""


def test_text_is_utf_8_whatever_the_locale() -> None:
    """Standard output is UTF-8 where the locale says otherwise."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    with process("render", "-", "--budget", 300, env=environment) as running:
        out, _ = running.communicate(many(1).replace("task", "späť").encode(), timeout=60)
    assert "späť" in out.decode()


# ---- looks


def test_no_terminal_no_colours_and_no_lines() -> None:
    """Plain rows, in ASCII."""
    for command in (("demo",), ("explain", SMALL, "--budget", 300), ("count", SMALL)):
        assert run(*command).stdout.isascii()


def test_on_a_terminal_there_are_lines_and_colours_unless_told_not_to() -> None:
    """`FORCE_COLOR` stands for a terminal; `NO_COLOR` takes the colours away, and nothing else."""
    wide: dict[str, str | None] = {
        "FORCE_COLOR": "1",
        "COLUMNS": "100",
        "NO_COLOR": None,
        "TERM": "xterm-256color",
    }
    coloured = run("explain", SMALL, "--budget", 300, env=wide).stdout
    grey = run("explain", SMALL, "--budget", 300, env=wide | {"NO_COLOR": "1"}).stdout
    assert "\x1b[31mgone" in coloured
    assert "─" in grey
    assert not re.search(r"\x1b\[[\d;]*3\d", grey)


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_a_narrow_terminal_cuts_names_and_no_numbers(columns: int) -> None:
    """Every figure stands whole at any width of a terminal."""
    env: dict[str, str | None] = {
        "FORCE_COLOR": "1",
        "NO_COLOR": "1",
        "COLUMNS": str(columns),
        "TERM": "xterm",
    }
    shown = re.sub(r"\x1b\[[\d;]*m", "", run("explain", DEMO, "--budget", 6_000, env=env).stdout)
    figures = shown.partition("What each policy saved")[0].splitlines()
    assert all(len(line) <= columns for line in figures[1:])
    row = next(line for line in figures if line.startswith("7 "))
    assert row.split()[-2:] == [f"{row_7()['before']:,}", str(row_7()["after"])]


def row_7() -> dict[str, Any]:
    return dict(render(Thread.from_json(DEMO.read_bytes()), budget=6_000).receipt().rows[7])


def test_a_name_cannot_steer_the_terminal() -> None:
    """Control characters of ids and file names are shown, not obeyed."""
    line = '{"id": "a\\u001b[2Jb", "events": [{"type": "user", "data": "x", "id": "\\u001b[1m"}]}'
    shown = run("explain", "-", "--budget", 100, stdin=line)
    assert "\x1b" not in shown.stdout
    assert "a\\u001b[2Jb" in shown.stdout
    assert "\x1b" not in run("render", "\x1b[2J.json", "--budget", 100).stderr


def test_the_command_is_installed() -> None:
    """The entry point is the group."""
    module, _, name = "contextkit.cli:main".partition(":")
    assert getattr(importlib.import_module(module), name) is cli.main


def test_a_large_output_is_told_in_few_words(tmp_path: Path) -> None:
    """`digest` prints what a file says; what it is may be given."""
    file = tmp_path / "app.log"
    file.write_text("".join(f"10:00:00 INFO served {n}\n" for n in range(300)) + "10:00:01 ERROR disk full\n")
    told = run("digest", file)
    assert told.exit_code == 0
    assert told.stdout.startswith("[log, ERROR ×1, 301 lines, 2 shapes,")
    assert "301 " in told.stdout
    assert run("digest", file, "--kind", "text", "--budget", 80).stdout.startswith("[text, 301 lines,")
    assert run("digest", tmp_path / "none").exit_code == 3
    assert run("digest", file, "--kind", "novel").exit_code == 2


def test_errors_are_told_in_few_words(tmp_path: Path) -> None:
    """`errors` prints the summary of a file; a file that is missing is said."""
    file = tmp_path / "run.log"
    file.write_text('Traceback (most recent call last):\n  File "app/run.py", line 3, in main\nKeyError: 7\n')
    told = run("errors", file, "--status", 1)
    assert told.output == "exit status 1\nKeyError: 7\n  at app/run.py:3 main\n"
    assert run("errors", tmp_path / "none").exit_code == 3


def test_binary_data_is_named_and_not_written(tmp_path: Path) -> None:
    """Both say what it is, and its size in bytes; a text in UTF-16, as PowerShell writes it, is text."""
    data = b"\x7fELF" + bytes(range(256)) * 4
    (tmp_path / "app").write_bytes(data)
    said = f"[binary, elf, 1,028 bytes, sha256 {hashlib.sha256(data).hexdigest()[:16]}]\n"
    assert (run("errors", tmp_path / "app").output, run("digest", tmp_path / "app").output) == (said, said)
    (tmp_path / "out.txt").write_text("KeyError: 'größe'\r\n" * 40, encoding="utf-16")
    assert run("errors", tmp_path / "out.txt").stdout.startswith("KeyError: 'größe'")


@pytest.mark.parametrize("command", ["errors", "digest"])
@pytest.mark.parametrize("times", [1, 300])
def test_a_text_cannot_steer_the_terminal(command: str, times: int) -> None:
    """Titles and colours that a program has written for its terminal are taken out, and words are not."""
    text = "".join(f"\x1b]0;run {n}\x07line {n}: \x1b[31mred\x1b[0m\n" for n in range(times))
    shown = run(command, stdin=text).stdout
    assert "line 0: red" in shown
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", shown)
    assert "]0;" not in shown


@pytest.mark.parametrize("command", ["errors", "digest"])
@pytest.mark.parametrize("text", ["", "\n \n"])
def test_that_there_is_nothing_is_said(command: str, text: str) -> None:
    """On standard error; standard output stays empty, and nothing has gone wrong."""
    result = run(command, stdin=text)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "contextkit: <stdin>: there is nothing in it\n"


def test_a_status_alone_is_told() -> None:
    """A program that wrote nothing and failed has failed."""
    assert run("errors", "--status", 7, stdin="").stdout == "exit status 7\n"

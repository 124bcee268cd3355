"""`contextkit report` and `contextkit explore`: one run of a file, as a page, as tables, as JSON."""

import json
from pathlib import Path

import pytest
from lxml import html

from contextkit import Budget, Window
from contextkit.demo import deployment
from contextkit.reporting import report

from .test_cli import DEMO, SMALL, many, run


@pytest.mark.parametrize("command", ["report", "explore"])
def test_help(command: str) -> None:
    """Help says what the command does, and no line of it is cut off."""
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "..." not in result.stdout


def test_a_report_is_a_page(tmp_path: Path) -> None:
    """It is written to the file that is named; standard output stays empty."""
    to = tmp_path / "out.html"
    result = run("report", DEMO, "--budget", 6_000, "--reserve", 500, "-o", to)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith(
        f"==> {to}: 89 events with 25,693 tokens as tagged (o200k_base), 37 calls"
    )
    page = html.fromstring(to.read_text(encoding="utf-8"))
    headings = ["".join(map(str, heading.itertext())) for heading in page.iterfind(".//h2")]
    assert headings == [
        "Occupancy, call by call",
        "Where the tokens went, by type and tool",
        "The dearest events",
        "What was read again",
        "Open errors",
        "What each format would cost",
        "What compaction saves",
        "The compactions",
    ]
    notes = ["".join(map(str, note.itertext())) for note in page.iterfind(".//p[@class='dim']")]
    assert len(notes) == len(headings)
    assert all("How it was got: " in note for note in notes)


def test_a_report_on_standard_output() -> None:
    """`-o -` writes the page there, and `--json` the figures."""
    assert run("report", DEMO, "-o", "-").stdout.startswith("<!DOCTYPE html>")
    data = json.loads(run("report", DEMO, "--budget", 6_000, "--json").stdout)
    known = report(deployment(), Window(budget=Budget(6_000)), name="deployment").to_data()
    assert data["schema_version"] == 1
    assert {key: data[key] for key in known if key != "name"} == {
        key: value for key, value in json.loads(json.dumps(known)).items() if key != "name"
    }


def test_the_figures_go_to_the_file_that_is_named(tmp_path: Path) -> None:
    """`--json -o` writes JSON there, and no page; standard output stays empty."""
    result = run("report", SMALL, "--json", "-o", tmp_path / "out.json")
    assert (result.exit_code, result.stdout) == (0, "")
    assert (tmp_path / "out.json").read_text(encoding="utf-8") == run("report", SMALL, "--json").stdout
    assert run("report", SMALL, "--json", "-o", "-").stdout == run("report", SMALL, "--json").stdout


def test_explore_prints_tables() -> None:
    """The same figures as plain rows; numbers are those of the report."""
    result = run("explore", DEMO, "--budget", 6_000)
    found = report(deployment(), Window(budget=6_000))
    assert result.exit_code == 0
    assert f"All calls together read {found.occupancy.tokens:,} tokens." in result.stdout
    assert "the context was compacted 6 times, before call 3 (" in result.stdout
    for title in (
        "Where the tokens went, by type and tool",
        "The dearest events",
        "Open errors",
        "The compactions",
    ):
        assert f"\n{title}\n" in result.stdout
    (total,) = (line for line in result.stdout.splitlines() if line.startswith("total "))
    assert total.split() == ["total", "89", "25,693", f"{found.occupancy.tokens:,}"]
    assert json.loads(run("explore", DEMO, "--json").stdout)["occupancy"]["limit"] is None


def test_a_file_with_several_threads() -> None:
    """The first one is taken, which is said, or the one that is named."""
    result = run("explore", "-", stdin=many(3))
    assert result.exit_code == 0
    assert "holds 3 threads; this is about 'run-0'; see --id" in result.stderr
    assert run("explore", "-", "--id", "run-2", stdin=many(3)).stdout.startswith("run-2: 1 event")
    missing = run("explore", "-", "--id", "run-9", stdin=many(3))
    assert missing.exit_code == 2
    assert "no thread 'run-9'" in missing.stderr


def test_what_goes_wrong(tmp_path: Path) -> None:
    """A budget that is too small, a file that is missing, a folder that is: each is one line and a code."""
    small = run("report", SMALL, "--budget", 5, "-o", tmp_path / "x.html")
    assert (small.exit_code, small.stdout) == (1, "")
    assert "does not fit" in small.stderr or "limit" in small.stderr
    assert run("report", "missing.json").exit_code == 3
    nowhere = run("report", SMALL, "-o", tmp_path / "no" / "x.html")
    assert nowhere.exit_code == 1
    assert "No such file" in nowhere.stderr
    assert run("explore", SMALL, "--target", 100).exit_code == 2
    assert not list(tmp_path.iterdir())

"""What benchmarks/formats stands on: the shapes are the same everywhere, and what became dearer is found."""

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest

from benchmarks import formats
from benchmarks.shapes import SHAPES, shapes
from contextkit import Comparison, Event, Thread, compare
from contextkit.formats import FORMATS

Found = dict[str, Any]


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_is_the_same_each_time_and_comes_back(name: str) -> None:
    """It is made from its own seed, and lossless formats lose nothing of it."""
    thread = shapes()[name]
    assert thread == SHAPES[name](random.Random(f"0 {name}"))  # noqa: S311
    assert thread != shapes(1)[name]
    rows = compare(thread, FORMATS, counters=["o200k_base"], runs=0).rows
    assert all(row.back.lossless or row.format == "tagged" for row in rows)
    assert all(row.stable for row in rows)


@pytest.fixture
def one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only two small shapes."""
    made = {name: Thread([Event("user", "Go.")]).call("a", {"n": name}, call_id="1") for name in ("a", "b")}
    monkeypatch.setattr(formats, "shapes", lambda seed: made)


@pytest.mark.usefixtures("one")
def test_the_tables_are_printed_and_the_file_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One table for each counter, by shape, and all of them together; the file is the same each time."""
    files = [tmp_path / name for name in ("one.json", "two.json")]
    for file in files:
        formats.main(["--json", str(file)])
    assert files[0].read_text() == files[1].read_text()
    found = json.loads(files[0].read_text())
    assert list(found["shapes"]) == ["a", "b"]
    printed = capsys.readouterr().out
    assert printed.count("\nall of them ") == 4
    assert "microseconds" not in printed
    with pytest.raises(SystemExit) as left:
        formats.main(["--baseline", str(files[0]), "--fail-over", "1%"])
    assert left.value.code == 0
    formats.main(["--time"])
    assert "microseconds" in capsys.readouterr().out


@pytest.mark.usefixtures("one")
def test_what_is_dearer_than_before_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The shape, the format and the counter are named."""
    file = tmp_path / "before.json"
    formats.main(["--json", str(file)])
    before = json.loads(file.read_text())
    before["shapes"]["b"]["formats"][2]["tokens_cl100k_base"] -= 1
    file.write_text(json.dumps(before))
    with pytest.raises(SystemExit) as left:
        formats.main(["--baseline", str(file), "--fail-over", "1%"])
    assert left.value.code == 1
    assert "b, yaml: cl100k_base " in capsys.readouterr().out.splitlines()[-1]


def test_every_kind_of_regression_is_found() -> None:
    """More tokens, what no longer comes back, fails, or is gone; what is new or better is none."""
    comparison = compare(Thread([Event("user", "Go.")]), FORMATS, runs=0)
    before: Found = {"shapes": {"talk": comparison.to_data()}}

    def worse(at: int, share: float = 0.0, **changes: Any) -> list[str]:
        now = copy.deepcopy(before)
        now["shapes"]["talk"]["formats"][at].update(changes)
        return list(formats.regressions(now, before, share))

    tokens = comparison["xml"].tokens or 0
    assert worse(1) == worse(1, tokens_o200k_base=tokens - 1, bytes=9) == worse(1, back="exact") == []
    assert worse(1, tokens_o200k_base=2 * tokens) == [
        f"talk, xml: o200k_base {tokens} -> {2 * tokens} (+100.00%)"
    ]
    assert worse(1, 1.0, tokens_o200k_base=2 * tokens) == []
    assert worse(2, back="lost", reason="all") == ["talk, yaml: it came back before (exact), now: lost, all"]
    assert worse(2, error="it raised") == ["talk, yaml: it raised"]
    assert worse(2, format="toml") == ["talk, yaml: it was there before"]
    assert len(list(formats.regressions({"shapes": {}}, before, 0))) == len(FORMATS)
    assert list(formats.regressions(before, {"shapes": {}}, 0)) == []


def test_a_folder_of_threads_is_a_row_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its threads are added up; without one there is nothing to compare."""
    thread = Thread([Event("user", "Go.")])
    (tmp_path / "two.jsonl").write_text(2 * (thread.to_json() + "\n"))
    ((name, comparison),) = formats.compared(formats.corpus(tmp_path), 0)
    assert isinstance(comparison, Comparison)
    assert (name, comparison.threads) == ("two.jsonl", 2)
    (tmp_path / "two.jsonl").rename(tmp_path / "two.txt")
    with pytest.raises(SystemExit):
        formats.main(["--data", str(tmp_path)])
    assert "no JSON or JSON Lines files" in capsys.readouterr().err


def test_a_share_is_a_percentage_or_a_number() -> None:
    """As `--fail-over` takes it."""
    assert (formats.share("1%"), formats.share("0.5")) == (0.01, 0.5)

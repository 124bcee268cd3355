"""The deployment thread in each format, as files that a person can read.

`python -m tests.test_golden` writes them anew; read the difference before you commit it.
"""

from pathlib import Path

import pytest

from contextkit import Thread, render
from contextkit.formats import FORMATS, Format

HERE = Path(__file__).parent
ENDINGS = {
    "tagged": "txt",
    "xml": "xml",
    "yaml": "yaml",
    "markdown": "md",
    "json-lines": "jsonl",
    "compact": "txt",
}


def golden(name: str, budget: int | None) -> Path:
    """Give the golden file of a format, whole or under a budget."""
    part = "" if budget is None else f"_{budget}"
    return HERE / "golden" / f"deployment_small{part}.{name}.{ENDINGS[name]}"


def thread() -> Thread:
    """Give the small deployment thread."""
    return Thread.from_json((HERE / "data" / "deployment_small.json").read_bytes())


@pytest.mark.parametrize("budget", [None, 300])
@pytest.mark.parametrize(("name", "format"), FORMATS.items())
def test_the_deployment_thread_looks_as_in_its_golden_file(
    name: str, format: Format, budget: int | None
) -> None:
    """Each format writes the thread as the golden file has it, whole and under a budget of 300 tokens."""
    assert render(thread(), format, budget=budget).text == golden(name, budget).read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "format"), FORMATS.items())
def test_a_golden_file_reads_back_as_its_events(name: str, format: Format) -> None:
    """Each format reads its golden file as the thread's events, in number, order, type and data."""
    read = format.read(golden(name, None).read_text(encoding="utf-8"))
    if name == "tagged":
        assert [event.type for event in read] == [event.type for event in thread()]
    else:
        assert [(event.type, event.data) for event in read] == [
            (event.type, event.data) for event in thread()
        ]


if __name__ == "__main__":
    for name, format in FORMATS.items():
        for budget in (None, 300):
            golden(name, budget).write_text(render(thread(), format, budget=budget).text, encoding="utf-8")

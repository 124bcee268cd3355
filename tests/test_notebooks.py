"""The notebooks run, and show what they show."""

import os
from pathlib import Path

import nbclient
import nbformat
import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.filterwarnings("ignore")  # of the kernel's own packages
def test_fetching_ahead_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each cell runs, and what it prints is what stands there."""
    monkeypatch.setitem(os.environ, "PYTHONPATH", str(ROOT))
    notebook = nbformat.read(ROOT / "notebooks" / "fetching_ahead.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    said = [_printed(cell) for cell in notebook.cells]
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    assert [_printed(cell) for cell in notebook.cells] == said


def _printed(cell: nbformat.NotebookNode) -> list[str]:
    outputs = cell.get("outputs", [])
    return [output.get("text") or output.data["text/plain"] for output in outputs]

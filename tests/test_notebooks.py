"""The notebooks run, show what they show, and are short enough to be read and reviewed."""

import base64
import json
import os
import re
import tempfile
from pathlib import Path

import pytest
from lxml import etree

from contextkit import Window
from contextkit.demo import deployment
from contextkit.occupancy import occupancy
from notebooks.refresh import NOTEBOOKS, outputs, read, run, with_images, written

ROOT = Path(__file__).parents[1]

_OF_ONE_RUN = re.compile(rf"\bat 0x[0-9a-f]{{6,}}|{re.escape(tempfile.gettempdir())}/|{re.escape(str(ROOT))}")
"""Addresses in memory, and folders of this machine."""

_ASKS = re.compile(
    r"<script|<link|<iframe|url\((?!#)|@import|\bhref=|\bsrc=(?!\"data:image/svg\+xml;base64,)"
)
"""What asks for something from elsewhere."""


def test_there_are_these() -> None:
    """Each subject has its notebook."""
    assert [path.stem for path in NOTEBOOKS] == [
        "a_budget_and_its_policies",
        "a_run_replayed",
        "errors",
        "fetching_ahead",
        "first_look",
        "formats_on_your_data",
    ]


@pytest.mark.filterwarnings("ignore")  # of the kernel's own packages
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_says_what_stands_there(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each cell runs, and says what is stored: `python -m notebooks.refresh` stores it anew."""
    monkeypatch.setitem(os.environ, "PYTHONPATH", str(ROOT))
    notebook = read(path)
    made = run(notebook)
    for old, new in zip(notebook.cells, made.cells, strict=True):
        assert outputs(new) == outputs(old), f"cell {old.id}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_in_the_one_form(path: Path) -> None:
    """Nothing of a single run is in the file, so that a change of it is a change of what it says."""
    text = path.read_text(encoding="utf-8")
    assert text == written(read(path))
    assert not _OF_ONE_RUN.findall(text)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_can_be_read(path: Path) -> None:
    """A title, words between the cells, under 15 cells, names that stay, and output that is no error."""
    cells = read(path).cells
    assert len(cells) < 15
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# ")
    names = [cell.id for cell in cells]
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names), names
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert len(code) < 0.7 * len(cells)
    shown = [output for cell in code for output in outputs(cell)]
    assert shown
    assert all(output["output_type"] != "error" and output.get("name") != "stderr" for output in shown)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_can_be_kept(path: Path) -> None:
    """The file is under 1 MB, and what it shows asks nothing of the network."""
    text = path.read_text(encoding="utf-8")
    assert len(text.encode()) < 1_000_000
    for cell in json.loads(text)["cells"]:
        for output in cell.get("outputs", []):
            page = "".join(output.get("data", {}).get("text/html", ""))
            assert not _ASKS.search(page)


def test_charts_are_stored_as_images() -> None:
    """Who takes SVG out of what he does not trust would leave its words; the image is the same chart."""
    page = occupancy(deployment(), Window(budget=6_000))._repr_html_()
    stored = with_images(page)
    assert "<svg" in page
    assert 'class="chart' not in stored
    ((words, image),) = re.findall(
        r'<img alt="([^"]*)" width="100%" src="data:image/svg[^,]*,([^"]*)">', stored
    )
    assert words.startswith("37 calls of the model; the context was compacted 6 times, before call 3")
    root = etree.fromstring(base64.b64decode(image))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    (title,) = root.iterfind(".//{*}svg[@class='chart occupancy']/{*}title")
    assert title.text == "Occupancy of the context, call by call"
    before, after = page.split("<svg", 1)[0], page.rpartition("</svg>")[2]
    assert stored.startswith(before.rpartition("<div")[0])
    assert stored.endswith(after)
    assert with_images("<p>no chart</p>") == "<p>no chart</p>"


def test_the_form_leaves_out_what_differs_from_run_to_run() -> None:
    """Times, counts, live widgets and metadata go; text in pieces is put together; what is shown stays."""
    import nbformat

    live = {"model_id": "1f", "version_major": 2, "version_minor": 0}
    data = {"text/html": "<b>7</b>", "application/vnd.jupyter.widget-view+json": live}
    said = [
        {"output_type": "stream", "name": "stdout", "text": "a\n"},
        {"output_type": "stream", "name": "stdout", "text": "b\n"},
        {"output_type": "execute_result", "execution_count": 7, "data": data, "metadata": {"x": 1}},
    ]
    cell = {"cell_type": "code", "id": "one", "source": "\n7\n", "execution_count": 7, "outputs": said}
    cell["metadata"] = {"execution": {"iopub.status.busy": "2026-11-22"}}
    whole = {"cells": [cell], "metadata": {"widgets": {"x": 1}}, "nbformat": 4, "nbformat_minor": 5}
    text = written(nbformat.from_dict(whole))  # type: ignore[no-untyped-call]
    (kept,) = json.loads(text)["cells"]
    assert kept["outputs"] == [
        {"name": "stdout", "output_type": "stream", "text": ["a\n", "b\n"]},
        {"data": {"text/html": ["<b>7</b>"]}, "execution_count": None, "metadata": {}}
        | {"output_type": "execute_result"},
    ]
    assert (kept["source"], kept["metadata"], kept["execution_count"]) == (["7"], {}, None)
    assert "widgets" not in json.loads(text)["metadata"]
    assert written(nbformat.reads(text, as_version=4)) == text  # type: ignore[no-untyped-call]

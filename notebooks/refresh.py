"""Runs the notebooks anew and writes them in one form: `python -m notebooks.refresh [NAME ...]`.

What is kept of a run is what a reader sees. Times, counts of executions, versions of the kernel and
the state of widgets would change with each run, and are taken out; so a change of a notebook in
version control is a change of what it says. Charts become images: whoever shows a notebook that he
does not trust, such as a code host, takes the elements of SVG out and leaves their words.
"""

import base64
import re
import sys
from pathlib import Path

import nbclient
import nbformat
from nbformat import NotebookNode

from contextkit.display.charts import svg_file
from contextkit.display.markup import Markup

FOLDER = Path(__file__).parent
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
"""All notebooks."""

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}
_LIVE = "application/vnd.jupyter.widget-view+json"
"""A widget on the screen. It needs a running kernel; the static view beside it does not."""

_CHART = re.compile(r'<svg\b[^>]*\bclass="chart\b[^>]*>')
_WIDTH = 860  # pixels, as in a notebook


def read(path: Path) -> NotebookNode:
    """Read a notebook from a file."""
    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def run(notebook: NotebookNode) -> NotebookNode:
    """Give the notebook with what its cells say when they are run anew, in a kernel of their own.

    Raises:
        nbclient.exceptions.CellExecutionError: If a cell fails.
    """
    made: NotebookNode = nbformat.from_dict(notebook)  # type: ignore[no-untyped-call]
    resources = {"metadata": {"path": str(FOLDER)}}
    nbclient.NotebookClient(made, timeout=120, kernel_name="python3", resources=resources).execute()
    return made


def written(notebook: NotebookNode) -> str:
    """Write a notebook in the one form: the text of its file."""
    cells = [_cell(cell) for cell in notebook.cells]
    clean = {"cells": cells, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    text: str = nbformat.writes(nbformat.from_dict(clean))  # type: ignore[no-untyped-call]
    return f"{text}\n"


def _cell(cell: NotebookNode) -> dict[str, object]:
    clean = {"cell_type": cell.cell_type, "id": cell.id, "metadata": {}, "source": cell.source.strip("\n")}
    if cell.cell_type == "code":
        clean |= {"execution_count": None, "outputs": outputs(cell)}
    return clean


def outputs(cell: NotebookNode) -> list[dict[str, object]]:
    """Give what a cell says, without what differs from run to run; text in pieces is put together."""
    clean: list[dict[str, object]] = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            last = clean[-1] if clean else {}
            if last.get("name") == output.name:
                last["text"] = f"{last['text']}{output.text}"
                continue
            clean.append({"output_type": "stream", "name": output.name, "text": output.text})
        elif output.output_type == "error":
            clean.append(dict(output))
        else:
            data = {kind: text for kind, text in output.data.items() if kind != _LIVE}
            if "text/html" in data:
                data["text/html"] = with_images(data["text/html"])
            shown = {"output_type": output.output_type, "data": data, "metadata": {}}
            clean.append(shown | ({"execution_count": None} if "execution_count" in output else {}))
    return clean


def with_images(html: str) -> str:
    """Put images in the place of the charts in a piece of HTML."""
    made, at = [], 0
    while found := _CHART.search(html, at):
        end = _end(html, found.start())
        chart = Markup(html[found.start() : end])
        (height,) = re.findall(r'\bheight="(\d+)"', found[0])
        file = svg_file(chart, _WIDTH, int(height)).encode()
        label = re.findall(r'aria-label="([^"]*)"', found[0])
        source = f"data:image/svg+xml;base64,{base64.b64encode(file).decode()}"
        made += [html[at : found.start()], f'<img alt="{"".join(label)}" width="100%" src="{source}">']
        at = end
    return "".join([*made, html[at:]])


def _end(html: str, start: int) -> int:
    """Give where the element of SVG ends that begins there; others may be in it."""
    depth = 0
    for tag in re.compile(r"<svg\b|</svg>").finditer(html, start):
        depth += -1 if tag[0] == "</svg>" else 1
        if not depth:
            return tag.end()
    return len(html)


def main(names: list[str]) -> None:
    """Refresh the notebooks of these names, or all."""
    for path in NOTEBOOKS:
        if not names or path.stem in names:
            path.write_text(written(run(read(path))), encoding="utf-8")
            print(path.name)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Every code block of the README runs, in order, and prints what it says."""

import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
FENCE = re.compile(r"(?:<!-- setup: \w+ -->\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> Iterator[tuple[str, str, bool]]:
    """Give each block's language and text, and whether it is a set-up command, which CI runs."""
    for match in FENCE.finditer(README.read_text(encoding="utf-8")):
        yield match[1], match[2], match[0].startswith("<!--")


def agrees(said: str, got: str) -> bool:
    """Whether the output is what the README says; `...` stands for anything."""
    return doctest.OutputChecker().check_output(said, got.rstrip("\n") + "\n", doctest.ELLIPSIS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder for the blocks that write files: a repository with two tags."""
    monkeypatch.chdir(tmp_path)
    who = "-c user.name=Ines -c user.email=ines@example.com -c commit.gpgsign=false"
    for command in ("init -q", f"{who} commit -q --allow-empty -m first", "tag v1.9", "tag v1.10"):
        subprocess.run(["git", *command.split()], check=True, capture_output=True)  # noqa: S607
    return tmp_path


def test_every_block_prints_what_the_readme_says(folder: Path) -> None:
    """Python blocks share their names; the `text` block behind one holds its output."""
    names: dict[str, object] = {}
    printed: str | None = None
    ran = 0
    for language, text, setup in blocks():
        if language == "python":
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                exec(compile(text, f"README block {ran}", "exec"), names)  # noqa: S102 - the README is ours
            printed = output.getvalue()
            ran += 1
        elif language == "text":
            assert printed is not None, f"nothing printed before:\n{text}"
            assert agrees(text, printed), f"README says:\n{text}\nbut it prints:\n{printed}"
            printed = None
        elif language == "console":
            run_console(text, folder)
            ran += 1
        else:
            assert setup, f"a {language} block is neither run nor checked"
    assert ran > 8


def run_console(text: str, folder: Path) -> None:
    """Run each `$ contextkit ...` line and compare what it prints."""
    environment = dict(os.environ, COLUMNS="100", PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, said = part.partition("\n")
        run = subprocess.run(  # noqa: S602 - the README is ours
            command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert agrees(said, run.stdout), f"$ {command}\nsays:\n{said}\nbut prints:\n{run.stdout}{run.stderr}"

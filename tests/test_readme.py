"""Every code block of the README and of `docs` runs, in order, and prints what it says."""

import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contextkit import Event, Thread, Window

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"(?:<!-- setup: \w+ -->\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> Iterator[tuple[str, str, bool]]:
    """Give each block's language and text, and whether it is a set-up command, which CI runs."""
    for match in FENCE.finditer(page.read_text(encoding="utf-8")):
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_prints_what_the_page_says(page: Path, folder: Path) -> None:
    """Python blocks of a page share their names; the `text` block behind one holds its output."""
    names: dict[str, Any] = {}
    printed: str | None = None
    ran = 0
    for language, text, setup in blocks(page):
        if language == "python":
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                exec(compile(text, f"{page.stem} block {ran}", "exec"), names)  # noqa: S102 - the page is ours
            printed = output.getvalue()
            ran += 1
        elif language == "text":
            assert printed is not None, f"nothing printed before:\n{text}"
            assert agrees(text, printed), f"{page.name} says:\n{text}\nbut it prints:\n{printed}"
            printed = None
        elif language == "console":
            run_console(text, folder)
            ran += 1
        else:
            assert setup, f"a {language} block is neither run nor checked"
    assert ran > 8 or page.stem != "README"
    if page.stem == "README":
        check_step(names)


def check_step(names: dict[str, Any]) -> None:
    """The step of a loop that the README shows, with a client that answers by the book."""
    call = SimpleNamespace(id="c1", function=SimpleNamespace(name="list_git_tags", arguments='{"limit": 2}'))
    usage = SimpleNamespace(prompt_tokens=40)
    message = SimpleNamespace(content="I look.", tool_calls=[call])
    reply = SimpleNamespace(usage=usage, choices=[SimpleNamespace(message=message)])
    completions = SimpleNamespace(create=lambda **sent: reply if sent["messages"] and sent["tools"] else None)
    client = SimpleNamespace(chat=SimpleNamespace(completions=completions))
    thread = Thread([Event("user", "Deploy the newest release.")])
    thread = names["step"](client, Window(budget=500), thread, [{}], lambda call: ["v1.10", call.id])
    assert [event.type for event in thread] == [
        *("user", "billed", "assistant", "list_git_tags", "list_git_tags_result"),
    ]
    assert thread[-1].data == ["v1.10", "c1"]


def test_pages_link_to_what_is_there() -> None:
    """Each link to a file of ours leads to one."""
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def run_console(text: str, folder: Path) -> None:
    """Run each `$ contextkit ...` line and compare what it prints."""
    environment = dict(os.environ, COLUMNS="100", PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, said = part.partition("\n")
        run = subprocess.run(  # noqa: S602 - the README is ours
            command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert agrees(said, run.stdout), f"$ {command}\nsays:\n{said}\nbut prints:\n{run.stdout}{run.stderr}"

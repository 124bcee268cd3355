"""Diffs: each file with what was added and removed, its hunks, and of these the changed lines first."""

import dataclasses
import re
from collections.abc import Iterator

from .drafts import Draft, Part, clipped
from .entries import lines_of

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_LINE = re.compile(
    r"[ +@\\-]|diff |index |Index: |(?:new|deleted) file |rename |similarity |commit |Author: |Date: "
)
_FILE = re.compile(r"diff --git |Index: |--- \S|diff -\S* ")
_GENERATED = re.compile(
    r"(?:^|/)(?:package-lock\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|uv\.lock|Cargo\.lock|go\.sum|Gemfile\.lock|"
    r"composer\.lock)$|\.(?:min\.(?:js|css)|map|snap|svg|pb\.go)$|(?:^|/)(?:dist|vendor|node_modules)/"
)
_LONG = 200
_SHARE, _LEAST = 0.35, 2_000


@dataclasses.dataclass(slots=True)
class _File:
    """A file of a diff: its heading lines and its hunks, each a list of lines with their numbers."""

    number: int
    name: str = ""
    added: int = 0
    removed: int = 0
    notes: list[tuple[int, str]] = dataclasses.field(default_factory=list)
    hunks: list[list[tuple[int, str]]] = dataclasses.field(default_factory=list)
    last: int = 0


def is_diff(text: str) -> bool:
    """Tell whether a text is a unified diff, by its beginning, and no other that has one in it."""
    head = text[:20_000]
    if (
        "\n@@ -" not in f"\n{head}"
        or not re.search(r"(?m)^@@ -\d+(?:,\d+)? \+\d+", head)
        or not re.search(r"(?m)^(?:diff --git |--- \S|\+\+\+ \S)", head)
    ):
        return False
    lines = [line for line in head.split("\n") if line.strip()]
    return sum(_LINE.match(line) is not None for line in lines) * 2 >= len(lines)


def _files(text: str) -> tuple[list[tuple[int, str]], list[_File], int]:
    before: list[tuple[int, str]] = []
    files: list[_File] = []
    old = new = number = 0
    for number, raw in enumerate(lines_of(text), start=1):
        line = raw.rstrip("\r")
        if old > 0 or new > 0:
            _changed(files[-1], number, line)
            old -= line[:1] in ("-", " ", "")
            new -= line[:1] in ("+", " ", "")
        elif files and (hunk := _HUNK.match(line)):
            old, new = int(hunk[1] or 1), int(hunk[2] or 1)
            files[-1].hunks.append([(number, line)])
        elif _FILE.match(line) and not (files and not files[-1].hunks and line.startswith("--- ")):
            files.append(_File(number, _name(line)))
        elif not files:
            before.append((number, line))
        elif line.startswith(("+++ ", "--- ", "rename to ")):
            name = line.split(" ", 2)[-1] if line.startswith("rename") else line[4:]
            files[-1].name = files[-1].name if name.startswith("/dev/null") else _path(name)
        elif line.strip() and not line.startswith(("index ", "similarity ", "====")):
            files[-1].notes.append((number, line))
        if files:
            files[-1].last = number
    return before, files, number


def _changed(file: _File, number: int, line: str) -> None:
    file.hunks[-1].append((number, line))
    file.added += line.startswith("+")
    file.removed += line.startswith("-")


def _name(line: str) -> str:
    return _path(line.rsplit(" ", maxsplit=1)[-1] if not line.startswith("--- ") else line[4:])


def _path(name: str) -> str:
    name = name.partition("\t")[0].strip().strip('"')
    return name[2:] if name.startswith(("a/", "b/")) else name


def diff_draft(text: str) -> Draft | None:
    """Draft the digest of a diff; nothing where the text is none."""
    before, files, size = _files(text)
    if not any(file.hunks for file in files):
        return None
    parts = [
        Part(2 if at < 12 else 6, clipped(line, _LONG), ((number, number),))
        for at, (number, line) in enumerate(before)
    ]
    for file in files:
        parts += _parts(file)
    counts = {"file": len(files), "hunk": sum(len(file.hunks) for file in files)}
    return Draft("diff", parts, size, counts=counts, room=max(_LEAST, int(_SHARE * len(text))))


def _parts(file: _File) -> Iterator[Part]:
    yield Part(1, f"{file.name} +{file.added} -{file.removed}, lines {file.number}-{file.last}")
    for number, line in file.notes[:8]:
        yield Part(3, clipped(line, _LONG), ((number, number),))
    generated = 4 if _GENERATED.search(file.name) else 0
    for nth, hunk in enumerate(file.hunks):
        number, heading = hunk[0]
        yield Part(
            4 + generated if nth < 8 else 6 + generated,
            clipped(heading, 120),
            ((number, number),) if len(heading) <= 120 else (),
        )
        told = 0
        for at, (place, line) in enumerate(hunk[1:], start=1):
            is_change = line[:1] in ("+", "-")
            near = any(
                hunk[other][1][:1] in ("+", "-") for other in (at - 1, at + 1) if 0 < other < len(hunk)
            )
            told += is_change
            rank = (5 + min(told // 6, 6)) if is_change else 12 if near else 14
            text = clipped(line, _LONG)
            yield Part(rank + generated, text, ((place, place),) if text == line else ())

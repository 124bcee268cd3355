"""Tests that failed, and what compilers and linters found -> pieces of a summary."""

import re
from collections import Counter
from collections.abc import Collection, Sequence

from ..patterns import Pattern
from .facts import Failure, Finding, Frame, OwnCode, short_path
from .pieces import STANDARD, Pieces, shortened
from .salience import failure_at

_LINK = Pattern(r" *[\[(]https?://[^\s\])]+[\])]$")
_SPACES = Pattern(r"\s{2,}")
_SEVERITY = Pattern(r"(?i)error|fatal|fail|^e$")
_CALM = Pattern(r"(?i)\[?(?:debug|trace|info)\b")
_SHARED = 5  # lines
_FEW = 12  # findings, of which notes are told as well
_INSTANTIATED = ("required from ‘", "required from '", "required by ", "In instantiation of")


def add_failures(pieces: Pieces, failures: Sequence[Failure]) -> None:
    """Add tests that failed, grouped by the place that they failed at."""
    groups: dict[tuple[str, str], list[Failure]] = {}
    for failure in failures:
        kind = failure.lines[0].split(":")[0][:40] if failure.lines else ""
        place = failure.frame.place if failure.frame else ""
        groups.setdefault((kind, place) if place else ("", _base(failure.name)), []).append(failure)
    for group in groups.values():
        if len(group) == 1:
            _failure(pieces, group[0], 1, placed=True)
        elif len(group) <= 8:
            at = f" at {group[0].frame}" if group[0].frame else ""
            pieces.start(1, f"×{len(group)}{at}")
            callers = {failure.caller.place for failure in group if failure.caller}
            if len(callers) == 1:  # a fixture that all of them use
                pieces.add(4, f" ← {callers.pop()}")
            for failure in group:
                _failure(pieces, failure, 2, indent="  ", most=3 if len(group) < 4 else 1)
            if len(group) >= 4:  # what all of them say is told once
                every = (line for line in group[0].lines[1:] if all(line in one.lines for one in group))
                for line in [*every][:_SHARED]:
                    pieces.long(3, f"    {line}", 160)
        else:
            at = f" at {group[0].frame}" if group[0].frame else ""
            _failure(pieces, group[0], 1)
            pieces.start(1, f"×{len(group)}{at}:")
            bases = Counter(_base(failure.name) for failure in group)
            for base, times in bases.items():
                pieces.add(2, f" {base}" + (f" ×{times}" if times > 1 else ""))
            pieces.start(
                4,
                "  "
                + " ".join(filter(None, (_parameters(failure.name) for failure in group)))[:600].rpartition(
                    " "
                )[0],
            )


def _failure(
    pieces: Pieces, failure: Failure, rank: int, *, placed: bool = False, indent: str = "", most: int = 8
) -> None:
    pieces.start(rank, indent + shortened(failure.name, 120))
    if placed and failure.frame:
        pieces.add(2, f" at {failure.frame}")
        if failure.caller:
            pieces.add(4, f" ← {failure.caller.place}")
    told = [line.strip() for line in failure.lines if line.strip()]
    shown, before = 0, ""
    for line in told:
        if shown and (line.startswith(("Omitting", "Use -v", "..."))):
            continue
        if most == 1 and shown == 0:
            pieces.add(rank, f": {shortened(line, 120)}")
        else:
            is_context = (
                shown > 1
                and (not before.endswith(":") or line.startswith("@@"))
                and not re.match(
                    r"[-+?]|[\w, ]+: |\w+=\S|\{|where|left|right|expected|received|\$?\w\S* = |\S.{0,200} !==? |Did you mean|Failing input|New snapshot|[\"'][^\"']*[\"']$|\[\d+\] .* == ",
                    line,
                )
            )
            pieces.long(rank + 1 if shown < most and not is_context else 6, f"{indent}  {line}", 160)
        shown, before = shown + 1, line


def _base(name: str) -> str:
    return name.partition("[")[0]


def _parameters(name: str) -> str:
    inside = name.partition("[")[2].removesuffix("]")
    return inside if len(inside) <= 24 and " " not in inside else ""


def add_findings(pieces: Pieces, findings: Sequence[Finding], own: OwnCode) -> None:
    """Add what compilers and linters found, grouped by message, with all places."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        message = _SPACES.sub(" ", finding.message) if "  " in finding.message else finding.message
        message = _LINK.sub("", message) if message.endswith((")", "]")) else message
        groups.setdefault((finding.severity, message), []).append(finding)
    short = _short_paths({finding.file for finding in findings})
    graded = any(_SEVERITY.search(severity) for severity, _ in groups)
    mine = {key for key, group in groups.items() if own(Frame(group[0].file, group[0].line))}
    few = sum(not message.startswith(_INSTANTIATED) for _, message in mine) <= _FEW
    for (severity, message), group in groups.items():
        rank = _rank(severity.lower(), message, graded, few and (severity, message) in mine)
        text = f"{severity}: {message}" if severity else message
        if len(group) == 1:
            only = group[0]
            place = f"{short[only.file]}:{only.line}" + (f":{only.column}" if only.column else "")
            pieces.long(rank, f"{place} {text}", 300)
        else:
            pieces.long(rank, text, 240)
            pieces.add(rank, f" ×{len(group)}")
            places = {(finding.file, finding.line, finding.column) for finding in group}
            near = Counter(place[:2] for place in places)
            by_file: dict[str, list[str]] = {}
            for finding in group:
                column = (
                    f":{finding.column}" if near[finding.file, finding.line] > 1 and finding.column else ""
                )
                by_file.setdefault(finding.file, []).append(f"{finding.line}{column}")
            for number, (file, numbers) in enumerate(by_file.items()):
                where = f"  {short[file]}:{','.join(dict.fromkeys(numbers))}"
                pieces.start(rank if not number and len(where) < 60 else max(rank, 4), where)
        for number, detail in enumerate(
            dict.fromkeys(detail for finding in group for detail in finding.details)
        ):
            pieces.long(max(rank, 3) if number < 5 else 6, f"    {detail}", 160)


def _rank(severity: str, message: str, graded: bool, few: bool) -> int:
    """Say how soon a finding is left out; where some are called errors, notes and warnings are less."""
    if message.startswith(_INSTANTIATED) or (_CALM.match(message) and failure_at(message) < 0):
        return STANDARD + 1
    if graded and severity in ("note", "info", "hint", "help"):
        return STANDARD if few else STANDARD + 1
    return 4 if graded and ("warn" in severity or severity == "w") else 2


def _short_paths(files: Collection[str]) -> dict[str, str]:
    """Give the paths without the folders that none needs to be told from the others."""
    short = {file: short_path(file) for file in files}
    twice = Counter(short.values())
    return {file: name if twice[name] == 1 else file for file, name in short.items()}

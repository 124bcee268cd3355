"""Compilers and linters: `path:line:col: message` in its many spellings -> findings."""

import re
from collections.abc import Collection, Sequence

from .facts import Finding
from .patterns import Pattern

_PATH = r"(?P<file>(?:[A-Za-z]:(?=[\\\\/]))?[^\s:()\"'<>|,\[\]{}=]++)"
_LEVELS = "fatal error|error|warning|warn|note|info|hint|convention|refactor|style|suggestion|failure"
# A capital letter begins a sentence, unless a colon or a code follows: `Error return value is not checked`.
_LEVEL = rf"(?:(?P<severity>(?:{_LEVELS})(?=\W|$)|(?i:{_LEVELS})(?=\s*[:\[(]|\s+[A-Z]+\d+\b|\s*$)) ?)"
_PLACED = Pattern(
    rf"\s*(?:(?:(?P<before>(?i:error|warning|fatal))(?:\[[^\]]+\])?:? (?:in )?)|\[\w+\] )?{_PATH}"
    r"(?::(?P<line>\d+)(?:[:.](?P<column>\d+))?(?:-\d+(?:[:.]\d+)?)?|:\((?P<line2>\d+),(?P<column2>\d+)\)(?:-\(\d+,\d+\))?"
    r"|\((?P<line3>\d+)(?:,(?P<column3>\d+)(?:,\d+,\d+)?)?\)|: line (?P<line4>\d+), col(?:umn)? (?P<column4>\d+)"
    r"|:\[(?P<line5>\d+),(?P<column5>\d+)\])"
    rf"(?:\s*[:,-]?\s+-?\s*|:\s*){_LEVEL}?(?P<message>\S.*)$"
)
_ALONE = Pattern(r"(?i)(error|warning):? *(\[[\w-]+\])?$")
_HEADING = Pattern(r"[\w@./\\+ -]++:?$")
_UNDER = Pattern(rf"\s+(?P<line>\d+)(?::(?P<column>\d+))?:?\s+{_LEVEL}?\s*(?P<message>\S.*)$")
_RUSTC = Pattern(r"(?P<severity>error|warning)(?P<code>\[[A-Z]\w+\])?: (?P<message>.+)$")
_ARROW = Pattern(
    r"\s*(?:(?:-->|\u256d\u2500+\[|at|╭▸|,-\[)\s*|(?<=\s)(?=\S+:$))(?P<file>[^\s:]+):(?P<line>\d+):(?P<column>\d+)[\]:]?$"
)
_ON_LINE = Pattern(
    r"(?:(?P<severity>[\w ]*(?:[Ee]rror|[Ww]arning|Notice|Deprecated)): +)?(?P<message>\S.*?) (?:in|at) (?P<file>\S+?) (?:on )?line (?P<line>\d+)[.,]?(?:$|(?P<near> near .*))"
)
_CODE = Pattern(r"\s*(?:\d+ *)?[|│]|\s*[\^~\u2500-\u257f]+[\s^~\w]*$|\s*\d+ *$")
_LABEL = Pattern(r"\s*[|│][\s|-]*\^+ (\w.{3,})$")  # rustc's, below the code that it points at
_NO_PATH = Pattern(r"(?i)https?$|^\d+$|^(?:error|warning|note|line|at|info)$|^\[")
_TRIED = Pattern(r"\d[):\]]|line \d|^(?:error|warning)|^\s+\d+:?\d*\s")


def read_findings(lines: Sequence[str], used: Collection[int]) -> tuple[list[Finding], set[int]]:
    """Read what stands at a place, line by line.

    Args:
        lines: A text's lines.
        used: The numbers of those that belong to something else.

    Returns:
        The findings, and the numbers of the lines that they were read from.

    >>> found, _ = read_findings(["src/a.py:3:5: F401 `os` imported but unused"], ())
    >>> found[0].file, found[0].line, found[0].message
    ('src/a.py', '3', 'F401 `os` imported but unused')
    """
    found: list[Finding] = []
    mine: set[int] = set()
    heading, pending = "", None
    above = -1  # the line that the message of a place may stand on, if the place follows
    last = -9  # the line of the finding that further lines may belong to
    for at, line in enumerate(lines):
        if at in used:
            continue
        if not line.strip():
            last = -9
            above = above if above == at - 1 else -1
            if at + 1 < len(lines) and not lines[at + 1].startswith((" ", "\t")):
                heading = ""
            continue
        finding = None
        if not _TRIED.search(line):
            pass
        elif match := _ARROW.match(line):
            if pending is None and above >= 0:
                pending = ("", lines[above].strip(" ✘×✖"))
                mine.add(above)
            if pending:
                finding = Finding(match["file"], match["line"], match["column"], *pending)
            pending = None
        elif match := _RUSTC.match(line):
            pending = (match["severity"], f"{(match['code'] or '').strip('[]')} {match['message']}".strip())
        elif heading and (match := _UNDER.match(line)):
            finding = Finding(
                heading, match["line"], match["column"] or "", match["severity"] or "", match["message"]
            )
        elif match := _PLACED.match(line):
            finding = _placed(match)
        elif match := _ON_LINE.match(line):
            message = match["message"] + (match["near"] or "")
            finding = Finding(match["file"], match["line"], "", match["severity"] or "", message)
        above = at if line[0].strip() and not finding else -1
        if finding:
            found.append(finding)
            mine.add(at)
            last = at
        elif last >= 0 and at - last < 12 and (match := _LABEL.match(line)):
            if match[1] not in found[-1].message:
                found[-1].details.append(match[1])
            mine.add(at)
        elif last >= 0 and at - last < 6 and line[0] in " \t" and not _is_source(lines, at):
            if found[-1].message:
                found[-1].details.append(line.strip())
            else:
                found[-1].message = line.strip()
            mine.add(at)
        elif last == at - 1 and _is_wrapped(found[-1].message, line):
            found[-1].message += f" {line.strip()}"
            mine.add(at)
            last = at
        elif _HEADING.match(line) and re.search(r"[/\\.]\w", line):
            heading, last = line.rstrip(":"), -9
    return found, mine


def _placed(match: re.Match[str]) -> Finding | None:
    found = match.groupdict()
    if _NO_PATH.search(found["file"]) or ("." not in found["file"] and "/" not in found["file"]):
        return None
    number = next((found[key] for key in ("line", "line2", "line3", "line4", "line5") if found[key]), "")
    keys = ("column", "column2", "column3", "column4", "column5")
    column = next((found[key] for key in keys if found[key]), "")
    message = re.sub(r"^[:\s-]+", "", found["message"])
    severity = found["severity"] or found["before"] or ""
    if not severity and (alone := _ALONE.match(message)):  # what it says follows on the next lines
        severity, message = alone[1], alone[2] or ""
    return Finding(found["file"], number, column, severity, message)


def _is_wrapped(message: str, behind: str) -> bool:
    """Whether a message goes on in the line behind it, which a narrow terminal has broken."""
    return (
        40 < len(message) + len(behind.split(" ", 1)[0])
        and message[-1] not in ".;:)]"
        and behind[0] in "\"'[("
        or (len(message) > 40 and message[-1] not in ".;:)]" and behind[0].islower())
    )


def _is_source(lines: Sequence[str], at: int) -> bool:
    """Whether a line is source code, or points at some."""
    behind = lines[at + 1] if at + 1 < len(lines) else ""
    points = ("^" in behind or "~" in behind) and not behind.strip(" \t^~|-")
    return points or bool(_CODE.match(lines[at]))

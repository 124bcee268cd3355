"""Compilers and linters: `path:line:col: message` in its many spellings -> findings."""

import re
from collections.abc import Collection, Sequence

from ..patterns import Pattern
from .facts import Finding

_PATH = r"(?P<file>(?:[A-Za-z]:(?=[\\\\/]))?[^\s:()\"'<>|,\[\]{}=]++)"
_LEVELS = "fatal error|error|warning|warn|note|info|hint|convention|refactor|style|suggestion|failure"
# A capital letter begins a sentence, unless a colon or a code follows: `Error return value is not checked`.
_LEVEL = rf"(?:(?P<severity>(?:{_LEVELS})(?=\W|$)|(?i:{_LEVELS})(?=\s*[:\[(]|\s+[A-Z]+\d+\b|\s*$)) ?)"
_PLACED = Pattern(
    rf"\s*(?:(?:(?P<before>(?i:error|warning|fatal)|[ew](?=:))(?:\[[^\]]+\])?:? (?:in )?)|\[\w+\] )?(?:file://)?{_PATH}"
    r"(?::(?P<line>\d+)(?:[:.](?P<column>\d+))?(?:-\d+(?:[:.]\d+)?)?|:\((?P<line2>\d+),(?P<column2>\d+)\)(?:-\(\d+,\d+\))?"
    r"|\((?P<line3>\d+)(?:,(?P<column3>\d+)(?:,\d+,\d+)?)?\)|: line (?P<line4>\d+), col(?:umn)? (?P<column4>\d+)"
    r"|:\[(?P<line5>\d+),(?P<column5>\d+)\])"
    rf"(?:\s*[:,-]?\s+-?\s*|:\s*){_LEVEL}?(?P<message>\S.*)$"
)
_ALONE = Pattern(r"(?i)(error|warning):? *(\[[\w-]+\])?$")
_HEADING = Pattern(r"[A-Za-z]:[\\/][^:*?\"<>|]++:?$|(?!.* -)[\w@./\\+ -]++:?$")
_FILE = Pattern(r"\.[A-Za-z]\w{0,7}:?$|[/\\]\w")
_SENTENCE = Pattern(r"\s|.* /|[^ ]+(?: [^ ]+){4}")  # what a path is not: it begins in the first column
_TABLE = Pattern(r"  Line\s{2,}(?P<file>[^\s:]+\.\w+)\s*$")  # PHPStan's, over its rows
_UNDER = Pattern(rf"\s+(?P<line>\d+)(?::(?P<column>\d+))?:?\s+{_LEVEL}?\s*(?P<message>[^\s|│].*)$")
_RUSTC = Pattern(r"(?P<severity>error|warning)(?P<code>\[[A-Z]\w+\])?: (?P<message>.+)$")
_ARROW = Pattern(
    r"\s*(?:(?:-->|\u256d\u2500+\[|at|╭▸|,-\[)\s*|(?<=\s)(?=\S+:$))(?P<file>[^\s:]+):(?P<line>\d+):(?P<column>\d+) ?[\]:]?$"
)
_ON_LINE = Pattern(
    r"(?:(?P<severity>[\w ]*(?:[Ee]rror|[Ww]arning|Notice|Deprecated)): +)?(?P<message>\S.*?) (?:in|at) (?P<file>\S+?) (?:on )?line (?P<line>\d+)[.,]?(?:$|(?P<near> near .*))"
)
_WORD = Pattern(r"\w")
_OCAML = Pattern(
    r'(?:# )?File "(?P<file>[^"]+)", lines? (?P<line>\d+(?:-\d+)?), characters (?P<column>\d+)-\d+:$'
)
_OF_OCAML = Pattern(
    r"(?:# )?(?P<severity>Error|Warning|Alert)(?: \d+| \([^()]+\))?(?: \[?[\w-]+\]?)?: (?P<message>.+)$"
)
_ABOVE = Pattern(r"(?P<file>[^\s:()\"'<>|,]+\.\w+):(?P<line>\d+):(?P<column>\d+):$")  # gfortran's
_BELOW = Pattern(r"(?P<severity>(?:Fatal )?Error|Warning): (?P<message>.+)$")
_CODE = Pattern(r"\s*(?:\d+ *)?[|│]|\s*[\^~\u2500-\u257f]+[\s^~\w]*$|\s*\d+ *$")
_LABEL = Pattern(r"\s*[|│][\s|-]*\^+ (\w.{3,})$")  # rustc's, below the code that it points at
_INCLUDED = Pattern(r"\s+from \S+:\d+[,:]$")
_LONGEST = 400  # characters of a message of several lines
_NARROW = 60  # columns of a terminal that breaks lines
_FAR = 99
_FAR_BELOW = 12  # lines of source code between a place and its message
_AT_EASE = Pattern(r"level=(?:info|debug|trace|notice)\b")  # a logger's line, which has the place it is from
_NO_PATH = Pattern(r"(?i)https?$|^\d+$|^(?:error|warning|note|line|at|info)$|^\[")
_IN_SCRIPT = Pattern(r"In (?P<file>\S+) line (?P<line>\d+):$")  # ShellCheck's, over source code and messages
_OF_SCRIPT = Pattern(r"\s*\^-*\^? (?P<message>SC\d+) \((?P<severity>\w+)\)(?P<rest>: .+)$")
# A line is tried for what these find; a search for one of few signs is far faster than for all at once.
_CLOSED = Pattern(r"[):\]](?<=\d.)")
_ON_A_LINE = Pattern(r"lines? \d|SC\d{4}")
_NUMBERED = Pattern(r"\s+\d+:?\d*\s")
_GRADES = tuple(
    before + grade
    for before in ("", "# ", "Fatal ")
    for grade in ("Error", "error", "Warning", "warning", "Alert")
)


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
    reader = _Reader(lines)
    for at, line in enumerate(lines):
        if at in used:
            continue
        if not line.strip():
            reader.blank(at)
        elif _is_worth_trying(line) and (finding := reader.finding(at, line)):
            reader.found.append(finding)
            reader.mine.add(at)
            reader.above, reader.last = -1, at
        else:
            if line[0] in " \t":
                reader.above = -1
            else:
                reader.above, reader.heading = at, ""
            if at - reader.last < _FAR or line[-1].isalnum() or line[-1] == ":" or line[:7] == "  Line ":
                reader.more(at, line)
    return reader.found, reader.mine


def _is_worth_trying(line: str) -> bool:
    """Rule out most lines, at little cost."""
    return (
        _CLOSED.search(line) is not None
        or line.startswith(_GRADES)
        or (line[0].isspace() and _NUMBERED.match(line) is not None)
        or (("line" in line or "SC" in line) and _ON_A_LINE.search(line) is not None)
    )


class _Reader:
    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.found: list[Finding] = []
        self.mine: set[int] = set()
        self.heading = ""  # the file that indented lines speak of
        self.pending: tuple[str, str] | None = None  # severity and message, whose place follows
        self.above = -1  # the line that the message may stand on, if a place follows
        self.last = -9  # the line of the finding that further lines may belong to
        self.place = "", "", ""  # of what OCaml and ShellCheck say, whose message follows
        self.below = -1  # the line behind those that it may stand on

    def blank(self, at: int) -> None:
        self.last = -9
        self.above = self.above if self.above == at - 1 else -1
        if at + 1 < len(self.lines) and not self.lines[at + 1].startswith((" ", "\t")):
            self.heading = ""

    def finding(self, at: int, line: str) -> Finding | None:
        """Read a line that has a place, or that the place of follows."""
        if match := _ARROW.match(line):
            if self.pending is None and self.above >= 0:
                self.pending = ("", self.lines[self.above].strip(" ✘×✖"))
                self.mine.add(self.above)
            told, self.pending = self.pending, None
            return Finding(match["file"], match["line"], match["column"], *told) if told else None
        if line[0] in "F#" and (match := _OCAML.match(line)):  # what it says stands behind the source code
            self.place = match["file"], match["line"], match["column"]
            self.mine.add(at)
            self.below = at + _FAR_BELOW
            return None
        if match := _ABOVE.match(line):
            self.place, self.below = (match["file"], match["line"], match["column"]), at + _FAR_BELOW
            self.mine.add(at)
            return None
        if at < self.below and (match := _OF_OCAML.match(line) or _BELOW.match(line)):
            self.below = -1
            return Finding(*self.place, match["severity"], match["message"])
        if match := _IN_SCRIPT.match(line):
            self.place = match["file"], match["line"], ""
            self.mine.update((at, at + 1))
            return None
        if self.place[0] and (match := _OF_SCRIPT.match(line)):
            return Finding(*self.place, match["severity"], match["message"] + match["rest"])
        if match := _RUSTC.match(line):
            code = (match["code"] or "").strip("[]")
            self.pending = (match["severity"], f"{code} {match['message']}".strip())
            return None
        if self.heading and (match := _UNDER.match(line)):
            column, severity = match["column"] or "", match["severity"] or ""
            return Finding(self.heading, match["line"], column, severity, match["message"])
        if match := _PLACED.match(line):
            return _placed(match)
        if (match := _ON_LINE.match(line)) and _WORD.search(match["message"]):
            message = match["message"] + (match["near"] or "")
            return Finding(match["file"], match["line"], "", match["severity"] or "", message)
        return None

    def more(self, at: int, line: str) -> None:
        """Read a line that may belong to the finding above it, or name a file."""
        if line[:7] == "  Line " and (table := _TABLE.match(line)):
            self.heading, self.last = table["file"], -9
            self.mine.add(at)
            return
        behind = at - self.last if self.last >= 0 else _FAR
        newest = self.found[-1] if self.found else None
        if newest and behind < 12 and (match := _LABEL.match(line)):
            if match[1] not in newest.message:
                newest.details.append(match[1])
        elif newest and behind < 6 and line[0] in " \t" and not is_source(self.lines, at):
            if newest.message and not _INCLUDED.match(line):
                newest.details.append(line.strip())
            elif not newest.message:
                newest.message = line.strip()
        elif newest and behind == 1 and _is_wrapped(newest.message, self.lines[at - 1], line):
            newest.message += f" {line.strip()}"
            self.last = at
        else:
            if _HEADING.match(line) and _FILE.search(line) and not _SENTENCE.match(line):
                self.heading, self.last = line.rstrip(":"), -9
            return
        self.mine.add(at)


def _placed(match: re.Match[str]) -> Finding | None:
    file, message = match["file"], match["message"].lstrip(": \t-")
    if ("." not in file and "/" not in file) or _NO_PATH.search(file) or _AT_EASE.match(message):
        return None
    number = match["line"] or match["line2"] or match["line3"] or match["line4"] or match["line5"]
    column = match["column"] or match["column2"] or match["column3"] or match["column4"] or match["column5"]
    if number == "0" and "." not in file:  # kworker/u2:0
        return None
    severity = match["severity"] or match["before"] or ""
    if not severity and (alone := _ALONE.match(message)):  # what it says follows on the next lines
        severity, message = alone[1], alone[2] or ""
    return Finding(file, number or "", column or "", severity, message)


def _is_wrapped(message: str, line: str, behind: str) -> bool:
    """Whether the message of a line goes on in the one behind it, which a narrow terminal has broken."""
    if not message or message[-1] in ".;:)]" or len(message) > _LONGEST:
        return False
    first = behind.split(" ", 1)[0]
    return (behind[0].islower() and len(line) > _NARROW) or (
        behind[0] in "\"'[(" and len(line + first) > _NARROW
    )


def is_source(lines: Sequence[str], at: int) -> bool:
    """Whether a line is source code, or points at some."""
    behind = lines[at + 1] if at + 1 < len(lines) else ""
    points = ("^" in behind or "~" in behind) and not behind.strip(" \t^~|-")
    return points or bool(_CODE.match(lines[at]))

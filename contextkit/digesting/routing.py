"""What kind of output a text or a value is."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from typing import Literal, get_args

from ..codecs.literals import parsed
from ..errors.lines import plain
from ..plain import JSON
from .binaries import is_base64, is_binary
from .diffs import is_diff
from .entries import Read, Reader, lines_of, margin_of
from .listings import is_listing
from .masks import GRADES, TIMES, clean, first_words, understood
from .pages import is_page
from .records import flat
from .tables import is_table
from .texts import HEADING

Kind = Literal["log", "json", "diff", "listing", "table", "html", "binary", "error", "text"]

KINDS: tuple[str, ...] = get_args(Kind)
"""The kinds of output."""

_CODE = re.compile(r"\s*(?:#(?!\d)|[*<@.]|//|/\*|- )|(?!\{.*\}$).*[{};(,:]$")
_SAMPLE = 160  # lines
_FEW = 120  # lines; of so few that are a trace for a third there is little else
_LONG_ROW = 4_000_000  # characters of a record on a line, and of the records that tell that all are
_ENDS = 12_000  # characters of each end that tell whether a text is an error
_RUN = re.compile(
    r"(?m)^(?:=+ (?:FAILURES|ERRORS|short test summary info) =+|--- FAIL: |\s+✕ |\s*● .+ › |failures:$|"
    r"FAILED \(|FAIL:? .+|Tests?:? +\d+ failed|not ok \d+ )"
)
# What the expressions find has one of these words or signs: looking for them first is far faster.
_RUN_WORDS = ("FAIL", "ERRORS =", "short test summary", "✕", "›", "failures:", "Test", "not ok ")
_COLUMN = re.compile(r":\d+:\d")
_TRACE_WORDS = (
    *("Traceback (", "Exception in ", "panic: ", "fatal error: ", "panicked", "nhandled ", "Caused by: "),
    *("at ", 'File "', "ERROR: "),
)
_TRACE = re.compile(
    r"(?m)^(?:Traceback \(most recent call last\)|Exception in thread |panic: |fatal error: |"
    r"thread '.{1,80}' panicked|"
    r"Unhandled [Ee]xception|\s*Caused by: |\s+at \S.{1,200}$|\s+File \".{1,200}, line \d+|=+\d+=+ ?ERROR: )"
)
_PART = re.compile(
    rf"{_TRACE.pattern}|\"[^\"]+\" |goroutine \d+ \[|created by |[\w./*()\[\]-]{{1,200}}\(.{{0,300}}\)$"
)
_FINDING = re.compile(
    r"(?m)^(?:[^\s:]{1,200}:\d+:\d+:? |\s+\d+:\d+\s+(?:error|warning) |"
    r"[^\s:]{1,200}[:(]\d+[:,]\d*[:)]? ?.{0,10}(?:error|warning)|(?:error|warning)(?:\[\w+\])?: |  --> )"
)


_SAID = {"msg", "message", "event", "log", "text", "@m", "@mt"}
_GRADED = {name.lower() for name in GRADES}
_MARKED = _GRADED | TIMES
_ASIDE = _MARKED | {"type", "seen"}


def kind_of_output(value: JSON) -> Kind:
    r"""Tell what kind of output a text or a value is.

    >>> kind_of_output("a,b,c\n" + "1,2,3\n" * 9), kind_of_output({"a": 1})
    ('table', 'json')
    """
    return routed(value)[0]


def routed(value: JSON) -> tuple[Kind, JSON]:
    """Tell the kind, and give the value; of a text that is JSON the value that was read."""
    if not isinstance(value, str):
        return "json", value
    if is_binary(value) or is_base64(value):
        return "binary", value
    start = value[:200].lstrip()[:1]
    if start and start in "{[":
        try:
            found = parsed(value)
        except ValueError:
            found = None
        if isinstance(found, dict | list):
            return "json", found
        if start == "{" and (rows := _rows(value)) is not None:
            return ("log" if _is_logged(rows) else "json"), value
    return _kind_of_text(value), value


def _kind_of_text(text: str) -> Kind:
    if is_page(text):
        return "html"
    if is_diff(text):
        return "diff"
    if _is_error(text):
        return "error"
    if is_table(text) and not _is_table_of_entries(text):
        return "table"
    if is_listing(text):
        return "listing"
    return "log" if _is_log(text) else "text"


def _is_table_of_entries(text: str) -> bool:
    """Tell whether the rows of a table are entries of a log, by the names of its columns."""
    names = set(re.findall(r"\w+", text[:400].lstrip().partition("\n")[0].lower()))
    return bool(names & {"message", "msg"} and names & _ASIDE) or bool(names & _GRADED and names & TIMES)


def _rows(text: str) -> list[JSON] | None:
    """Give the first records of JSON Lines; nothing where most lines are none."""
    rows: list[JSON] = []
    read = 0  # characters
    for number, line in enumerate(lines_of(text, longest=_LONG_ROW)):
        if number >= _SAMPLE or (read > _LONG_ROW and len(rows) >= 2):
            break
        read += len(line)
        if not line.strip():
            continue
        try:
            rows.append(parsed(line))
        except ValueError:
            if len(rows) < 3 or (number * 10 < _SAMPLE and len(rows) < 0.9 * number):
                return None
    dicts = [row for row in rows if isinstance(row, dict)]
    return dicts if len(dicts) >= 2 and len(dicts) >= 0.9 * len(rows) else None


def _is_logged(rows: list[JSON]) -> bool:
    """Tell whether records are those of a logger: most have a level and a message, or a time and one."""
    said = [{path.lower() for path, _ in flat(row, depth=2)} for row in rows]
    return sum(bool(names & _SAID) and bool(names & _MARKED) for names in said) >= 0.7 * len(said)


def rows_of_lines(text: str) -> list[JSON] | None:
    """Give the records of JSON Lines; nothing where a line is none."""
    rows: list[JSON] = []
    for line in lines_of(text, longest=len(text)):
        try:
            rows.append(parsed(line) if line.strip() else None)
        except ValueError:
            return None
    return rows or None


def _is_error(text: str) -> bool:
    """Tell whether a text is what failed: a run of tests, a compiler's findings, a trace and little else."""
    if len(text) > 40 * _ENDS:
        return False
    ends = text
    if len(text) > 2 * _ENDS:  # whole lines
        ends = text[:_ENDS].rpartition("\n")[0] + text[-_ENDS:][text[-_ENDS:].find("\n") :]
    ends = plain(ends)
    lines = [line for line in ends.split("\n") if line.strip()]
    ran = any(map(ends.__contains__, _RUN_WORDS)) and _RUN.search(ends) is not None
    ran = ran or (_may_find(ends) * 8 >= len(lines) and len(_FINDING.findall(ends)) * 8 >= len(lines))
    if not ran and (_may_trace(ends) * 3 < len(lines) or len(_TRACE.findall(ends)) * 3 < len(lines)):
        return False
    margin = min((len(line) - len(line.lstrip()) for line in lines), default=0)
    told = [line for line in lines if not line[margin].isspace()]
    if not ran and len(lines) > _FEW and 3 * sum(_PART.match(line) is None for line in told) > len(lines):
        return False  # a log with traces
    told = told[:_SAMPLE]
    return all(3 * heads < len(told) for heads in accumulate(map(_is_head, told), initial=0))


def _may_find(text: str) -> int:
    """Count what each finding has one of, which is far faster: no fewer than there are findings."""
    return sum(map(text.count, ("error", "warning", "  --> "))) + len(_COLUMN.findall(text))


def _may_trace(text: str) -> int:
    """Count what each line of a trace has one of."""
    return sum(map(text.count, _TRACE_WORDS))


def _is_head(line: str) -> bool:
    read = understood(line.strip())
    return read.told > 0 or (read.starts and bool(read.level))


def _is_log(text: str) -> bool:
    """Tell whether a text is a log: lines begin with times or levels, are of few shapes, or begin alike."""
    heads = 0
    lines: list[str] = []
    reads: list[Read] = []
    margin, reader = margin_of(text)[0], Reader()
    for line in lines_of(text, min(len(text), 400_000)):
        if len(lines) >= 2 * _SAMPLE or (len(lines) >= _SAMPLE // 4 and heads >= 0.7 * len(lines)):
            break
        told = clean(line[margin:] if not line[:margin].strip() else line)
        if told:
            lines.append(told)
            reads.append(read := reader(told))
            heads += told[0] not in " \t" and (read.starts or read.sourced or bool(read.level))
            if len(lines) in (_SAMPLE // 2, _SAMPLE) and _are_alike(reads) and not _is_code(lines):
                return True  # no need to read more
    if heads * 5 < len(lines) and _is_code(lines):
        return False
    return len(lines) >= 10 and (heads >= 0.3 * len(lines) or (len(lines) >= 40 and _are_alike(reads)))


def _is_code(lines: Sequence[str]) -> bool:
    """Tell whether lines are those of code, or of prose; what tools are at, they say with dots."""
    if sum("..." in line for line in lines) * 5 >= len(lines):
        return False
    headings = sum(HEADING.match(line.lstrip()) is not None for line in lines)
    coded = sum(_CODE.match(line) is not None for line in lines)
    return headings * 30 >= len(lines) or coded * 5 >= len(lines)


def _are_alike(reads: Sequence[Read]) -> bool:
    """Tell whether most lines begin as some others do; where fewer do, it must be with two words."""
    kinds = Counter(read.key.partition("\n")[2] for read in reads)
    begins = [(first_words(kind, 2), times) for kind, times in kinds.items()]
    for count, least, share in ((1, 4, 0.5), (2, 3, 0.3)):
        often: Counter[tuple[str, ...]] = Counter()
        for words, times in begins:
            often[words[:count]] += times
        many = max(least, len(reads) // 40)
        if sum(times for times in often.values() if times >= many) >= share * len(reads):
            return True
    return False

"""One failure in a run of tests: the lines of its block -> what it says and where it is."""

from collections.abc import Sequence

from ..patterns import Pattern
from .facts import Failure, Frame, OwnCode
from .frames import frame_of
from .pytest_runs import PYTEST_PLACE, note_place
from .salience import weight
from .traces import read_traces

_CODE = Pattern(
    r"\s*>?\s*\d+\s*[|│]|\s*[|^~\u2500-\u257f⎯]+\s*$|\s*[|│]\s|note: (?!panic|test did)|\s*@@|[-]{10,}|stack backtrace:"
)
_DIFF = Pattern(
    r"\s*(?:Expected|Received|Actual|Which is|Value of|expected|actual|received|got|want|left|right|Diff|Caused|Error|AssertionError)\b ?:?|\s*[-+]\s*\S|\s*\[\d+\] .* == |\s*(?:Did you mean|Failing input|New snapshot) ?|\s*\S.{0,200} !==? \S"
)
_NOISE = Pattern(
    r"\s*(?:(?:Method|Class)Source \[|\[\.{3}\]$|[-+] (?:Expected|Received|expected|actual)\b(?:\s+- \d+)?$|\+ expected - actual|duration_ms|type: |failureType: |(?:error|stack): [|>]-?$|code: 'ERR_|\.\.\.|---|\.\.$|(?:Error Message|Stack ?[Tt]race|stacktrace|Call log):$|Captured std|Subtest: |1\.\.\d+$|There (?:was|were) \d+ |ERRORS!$|FAILURES!$|--$|Failure$|Expected equality of these values:$|\(compared using|\[\w+\]$)"
)
_BRACKETS = frozenset(("", "{", "}", "[", "]", "(", ")", "},", "],", "),"))
_JUNIT_FRAME = Pattern(
    r"\s+(?:[\w.$-]+/)*[\w.$<>]+\((?:\w+\.(?:java|kt|scala|groovy):\d+|Native Method|Unknown Source)\)$"
)
_DOCTEST = Pattern(r"(?P<file>[^\"]+)\", line (?P<line>\d+), in (?P<name>.+)$")
_LABELLED = Pattern(r"(?:Expected|Got):$|Exception raised:$")
_OF_GO = Pattern(r"\s*testing\.go:\d+: (panic: .*)")  # where it runs a fuzz test
_GOROUTINE = Pattern(r"(\s+)goroutine \d+ \[")
_COMMENT = Pattern(r"(?<=^\s)(\s*)# (?=\s*\S)")
_PERL_PLACE = Pattern(r"\s*#\s+(?:in|at) (\S+) (?:at )?line (\d+)\.$")
_YAML = Pattern(r"(\s*)(expected|actual):$")  # of TAP; what it is stands below, further in
_BARE_TYPE = Pattern(r"\s*([A-Z]\w*(?:::[A-Z]\w*)+:|[A-Z]\w*(?:Error|Exception):)$")
_MOST = 12  # lines
_NUMBERED = Pattern(r"\s+\d+: ")
_LOCATION = Pattern(r"location: '(?P<file>\S+\.\w+):(?P<line>\d+):\d+'$")  # of a test, in TAP
_BARE = Pattern(r"(?P<file>\S+\.\w+):(?P<line>\d+)$")


def read_failure(name: str, block: Sequence[str], own: OwnCode) -> Failure:
    """Read the lines of one failure: the first ones, those that compare, and where it is.

    >>> failure = read_failure("adds", ["Error: got 1.27, want 1.3", "    at adds (sums.test.js:4:9)"], bool)
    >>> failure.name, failure.lines, str(failure.frame)
    ('adds', ['Error: got 1.27, want 1.3'], 'sums.test.js:4 adds')
    """
    failure = Failure(name)
    kept: list[str] = []
    block = _as_traces(_outdented(block))
    # Between the places of vitest stands source code; those are read one by one.
    faults, _, used = read_traces(["" if line.lstrip()[:2] == "❯ " else line for line in block], own)
    for fault in faults[:3]:
        if fault.headline:
            told = (detail.strip() for detail in fault.details if not _NOISE.match(detail))
            caused = f"{fault.relation} " if fault.relation == "caused by" else ""
            kept += [caused + fault.headline, *[detail for detail in told if detail not in _BRACKETS][:6]]
    frames = [frame for fault in reversed(faults) for frame in fault.frames]
    compared = 0
    test: Frame | None = None
    above = text = ""
    for at, line in enumerate(block):
        above, text = text or above, line.strip()
        if at in used or text in _BRACKETS or _CODE.match(line) or _NOISE.match(line):
            continue
        if frame := frame_of(line):
            frames.append(frame)
        elif match := _LOCATION.match(text):
            test = Frame(match["file"], match["line"])
        elif match := _BARE.match(text):
            if all(frame.file != match["file"] for frame in frames):  # else it is where the test begins
                frames.append(Frame(match["file"], match["line"]))
        elif match := PYTEST_PLACE.match(text):
            frames.append(Frame(match["file"], match["line"]))
            if match["rest"] and not _NOISE.match(match["rest"]):
                kept.append(match["rest"])
        elif (is_diff := bool(_DIFF.match(line))) or (
            (len(kept) < 3 or (len(kept) < _MOST and (above.endswith(":") or weight(text) > 1)))
            and text[-1] not in "{[("
        ):
            compared += is_diff
            if compared <= 8 and text not in kept:
                kept.append(text)
    failure.lines = kept[:_MOST]
    note_place(failure, [frame for frame in frames if own(frame)] or ([test] if test else []))
    return failure


def read_assertion(name: str, block: Sequence[str], own: OwnCode) -> Failure:
    """Read a failure of AVA, which draws the source code with numbers and a colon."""
    # Further in, so that its place is not taken for where Node says that it throws.
    return read_failure(name, [f"  {line}" for line in block if not _NUMBERED.match(line)], own)


def read_check(name: str, block: Sequence[str], own: OwnCode) -> Failure:
    """Read a failure of Catch2: its place is the name, what was checked and what that came to stand below."""
    failure = read_failure(block[0].strip() or name if block else name, block[1:], own)
    if match := PYTEST_PLACE.match(f"{name.replace('(', ':').rstrip(')')}:"):
        failure.frame = Frame(match["file"], match["line"])
    return failure


def read_example(name: str, block: Sequence[str], own: OwnCode) -> Failure:
    """Read an example of doctest, and below their labels what was expected and got, or the traceback."""
    match = _DOCTEST.match(name)
    place = Frame(match["file"], match["line"]) if match else None
    joined: list[str] = []
    for line in block:
        text = line.strip()
        if joined and _LABELLED.match(joined[-1]) and not text.startswith("Traceback ("):
            joined[-1] += f" {text}"
        elif text != "Failed example:":
            joined.append(line if "raised:" in "".join(joined) else text)
    failure = read_failure(match["name"] if match else name, joined, own)
    failure.frame, failure.caller = place or failure.frame, failure.frame if place else failure.caller
    return failure


def _outdented(block: Sequence[str]) -> Sequence[str]:
    """Take away how far a stack of Go stands inside of what a test says."""
    inside = next((match[1] for line in block if (match := _GOROUTINE.match(line))), "")
    return [line.removeprefix(inside) for line in block] if inside else block


def _as_traces(block: Sequence[str]) -> list[str]:
    """Write what runners say in ways of their own as others do.

    RSpec's signs of comments go, its type and message of a cause stand on one line; so do values that TAP
    writes below their names. JUnit's frames and places of Perl begin as those of others, and what Go says of
    a fuzz test as a panic.
    """
    lines: list[str] = []
    inside = 0  # how far in the name of a value stands
    for line in block:
        text = line if frame_of(line) else _COMMENT.sub(r"\1", line)
        if match := _OF_GO.match(line):
            text = match[1]
        elif _JUNIT_FRAME.match(line):
            text = f"    at {line.strip()}"
        elif line.lstrip().startswith("=> "):
            text = line.replace("=> ", "", 1)
        if line[:1] == "#":
            text = _PERL_PLACE.sub(r"  at \1:\2", line).removeprefix("#")
        if inside and len(text) - len(text.lstrip()) >= inside and text.strip():
            lines[-1] += f" {text.strip()}"
            continue
        inside = len(match[1]) + 1 if (match := _YAML.match(text)) else 0
        if lines and (match := _BARE_TYPE.match(lines[-1])) and text.strip():
            caused = len(lines) > 1 and "Caused by:" in lines[-2]
            lines[-1] = f"{'Caused by: ' if caused else ''}{match[1]} {text.strip()}"
        elif lines and lines[-1] == "Caused by" and text.strip():  # PHPUnit's
            lines[-1] += f": {text.strip()}"
        else:
            lines.append(text)
    return lines

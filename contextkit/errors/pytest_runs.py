"""What pytest says of tests that failed: its sections, and its short summary."""

import re
from collections.abc import Sequence
from itertools import takewhile

from ..patterns import Pattern
from .facts import Failure, Frame, OwnCode
from .traces import read_traces

_RESULT = Pattern(r"(?P<how>FAILED|ERROR) (?P<name>\S+::.*?|\S+\.py)(?: - (?P<message>.*))?$")
_SHOWN = Pattern(r"E( {3,}|$)(?P<text>.*)")
PYTEST_PLACE = Pattern(r"(?P<file>[^\s:]+):(?P<line>\d+):(?: in (?P<function>\S+))?(?: (?P<rest>.+))?$")
_START = 16  # characters
_WORKER = Pattern(r"\[gw\d+\] |[-_]{3,}")
_CAPTURED = Pattern(r"-{5,} Captured ")
_ERROR = Pattern(r"[\w.]+(?:Error|Exception|Failed|Warning|Exit)?\b:? ?|assert ")


def read_results(lines: Sequence[str]) -> dict[int, tuple[str, str, str]]:
    """Read the short summary: for each of its lines, by number, how it came out, the test and the message."""
    results: dict[int, tuple[str, str, str]] = {}
    for at, line in enumerate(lines):
        if line.startswith(("FAILED ", "ERROR ")) and (match := _RESULT.match(line)):
            results[at] = match["how"], match["name"], match["message"] or ""
    return results


def of_section(name: str, block: Sequence[str], own: OwnCode) -> Failure:
    """Read the lines of one section: what `E` stands before, and where it is."""
    failure = Failure(name)
    frames: list[Frame] = []
    shown: list[str] = []
    native = False
    for line in block:
        if line.startswith(("Traceback (most", "  + Exception Group Traceback (most")):
            native = True
        if line[:1] in "> ":  # source code, mostly; and nothing at all
            continue
        if line[0] == "-" and _CAPTURED.match(line):
            break
        if match := _SHOWN.match(line):
            shown.append(match["text"].rstrip())
        elif match := PYTEST_PLACE.match(line):
            frames.append(Frame(match["file"], match["line"], match["function"] or ""))
    if native:
        faults, _, _ = read_traces(block, own)
        for fault in faults[:1]:
            shown += [fault.headline, *fault.details]
            frames += fault.frames[::-1]
        for child in [fault for fault in faults if fault.relation == "-"][:6]:
            place = next((f" at {frame.place}" for frame in child.frames if own(frame)), "")
            shown += [child.headline + place, *takewhile(_is_told, child.details)]
    if not shown:  # a crash, a doctest, a test that passed against all expectation
        told = [line.strip() for line in block if line.strip() and not PYTEST_PLACE.match(line)]
        at = next((number for number, line in enumerate(told) if line.startswith("Expected")), 0)
        shown = _joined([line for line in told[at : at + 8] if not _WORKER.match(line)])
    failure.lines = _telling(shown)
    note_place(failure, [frame for frame in reversed(frames) if own(frame)])
    return failure


def _is_told(detail: str) -> bool:
    """Whether a detail is none of what Hypothesis explains by, which is lines of whole files."""
    return not detail.strip().startswith("Explanation:")


def _joined(lines: Sequence[str]) -> list[str]:
    """Put what a line announces behind it: `Expected:` and the value below it."""
    joined: list[str] = []
    for line in lines:
        if joined and joined[-1].endswith(":"):
            joined[-1] += f" {line}"
        else:
            joined.append(line)
    return joined


def note_place(failure: Failure, frames: Sequence[Frame]) -> None:
    """Note the innermost and the outermost place."""
    if frames:
        failure.frame = frames[0]
        failure.caller = frames[-1] if frames[-1].place != frames[0].place else None


def _telling(shown: list[str]) -> list[str]:
    """Put what differs right behind the first line; what both sides have in common comes last."""
    first: list[str] = []
    differing = 0
    for line in shown[1:]:
        text = line.strip()
        if text.startswith(("Differing items", "At index", "Extra items", "Left contains", "Right contains")):
            differing = 4
        if differing or (text[:2] in ("- ", "+ ", "-<", "+<") and len(first) < 8):
            first.append(line)
            differing -= differing > 0
    first = [line for line in first if not line.strip().startswith("Differing items")]
    rest = [line for line in shown[1:] if line not in set(first)]
    return shown[:1] + first + rest


def _escaped(name: str) -> str:
    """Escape what is not ASCII as pytest's short summary does."""
    if name.isascii():
        return name
    return "".join(sign if sign.isascii() else sign.encode("unicode_escape").decode() for sign in name)


def _spelled(name: str) -> str:
    """Spell a test as pytest's sections do: `TestOrders.test_total[EUR]`."""
    base, bracket, parameters = name.partition("[")
    return base.replace("::", ".") + bracket + parameters


def joined_with(
    results: Sequence[tuple[str, str, str]],
    failures: dict[str, Failure],
    lines: Sequence[str],
    used: set[int],
    own: OwnCode,
) -> list[Failure]:
    """Join pytest's sections with its short summary; `--tb=line` and `no` have that alone."""
    by_name: dict[tuple[bool, str], list[Failure]] = {}
    for name, failure in failures.items():
        short = re.sub(r"^ERROR (?:at (?:setup|teardown) of|collecting) ", "", name)
        by_name.setdefault((short != name, _spelled(_escaped(short))), []).append(failure)
    placed = [] if failures else _lines_alone(lines, used, own)
    # Warnings have places, too; and what is long is cut in the summary.
    by_start: dict[str, list[Failure]] = {}
    for failure in placed:
        by_start.setdefault(failure.lines[0][:_START], []).append(failure)
    joined: list[Failure] = []
    for number, (how, name, message) in enumerate(results):
        named = by_name.get((how == "ERROR", _spelled(name.partition("::")[2] or name)))
        known = named.pop(0) if named else None
        if known is None and len(placed) == len(results):
            known = placed[number]
        elif known is None and (alike := by_start.get(message[:_START])):
            known = alike.pop(0)
        told = known.lines if known and known.lines else [message] if message else []
        joined.append(Failure(name, told, known.frame if known else None, known.caller if known else None))
    return joined + [failure for named in by_name.values() for failure in named]


def _lines_alone(lines: Sequence[str], used: set[int], own: OwnCode) -> list[Failure]:
    """Read what `--tb=line` says: place and error on one line."""
    placed: list[Failure] = []
    for at, line in enumerate(lines):
        match = PYTEST_PLACE.match(line) if line[:1].strip() and at not in used else None
        if match and match["rest"] and _ERROR.match(match["rest"]):
            frame = Frame(match["file"], match["line"])
            placed.append(Failure("", [match["rest"]], frame if own(frame) else None))
            used.add(at)
    return placed

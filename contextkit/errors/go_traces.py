"""Go's panics and goroutines."""

import re

from ..patterns import Pattern
from .facts import Fault, Frame
from .reading import Reading
from .salience import weight

GOROUTINE = Pattern(r"goroutine \d+(?: gp=\S+ m=\S+(?: mp=\S+)?)? \[([^\],]+)")
_GO_PLACE = Pattern(r"\s+((?:[A-Za-z]:)?[^\s:][^:]*):(\d+)(?: \+0x[0-9a-f]+)?$")
GO_HEAD = Pattern(
    r"(?:.*? )?(?P<served>\S+: panic serving \S+: .*)|(?P<kind>panic|fatal error): (?P<message>.*)"
)
WRAPPED = Pattern(r"\t\S+\.go:\d+$")
_MESSAGES = 4  # lines that belong to one stack
_OF_HANGING, _OF_OTHERS = 3, 2  # frames
RACE = Pattern(r"WARNING: (DATA RACE)$")
_ACCESS = Pattern(
    r"((?:Previous )?(?:[Aa]tomic )?(?:[Rr]ead|[Ww]rite)) at 0x[0-9a-f]+ by (?:goroutine \d+|main goroutine):$"
)


def read_panic(reading: Reading, at: int, match: re.Match[str]) -> int:
    """Read a panic, without its stack; give the number of the line behind it."""
    fault = Fault("", match["served"]) if match["served"] else Fault(match["kind"], match["message"])
    reading.used.add(at)
    at += 1
    while reading.line(at).startswith(("[signal ", "\t", "panic: ")) or (
        not reading.line(at).strip() and GOROUTINE.match(reading.line(at + 1))
    ):
        if text := reading.line(at).split(" code=")[0].strip("[ \t"):
            fault.details.append(text)
        reading.used.add(at)
        at += 1
    reading.faults.append(fault)
    return at


def read_race(reading: Reading, at: int, match: re.Match[str]) -> int:
    """Read what the race detector reports: each access with its place; nothing of where goroutines began."""
    fault = Fault("", match[1])
    start, label = at, ""
    at += 1
    while at < len(reading.lines) and not reading.line(at).startswith("====="):
        line = reading.line(at)
        if access := _ACCESS.match(line):
            label = access[1]
        elif not line.strip():
            label = ""
        elif label and (place := _GO_PLACE.match(line)):
            frame = Frame(place[1], place[2], reading.line(at - 1).strip().removesuffix("()"))
            if not fault.frames:
                fault.frames.append(frame)
            if reading.own(frame):
                fault.details.append(f"{label} {frame}")
                label = "-"
        at += 1
    reading.used.update(range(start, at + 1))
    reading.faults.append(fault)
    return at + 1


def _is_go(fault: Fault) -> bool:
    """Whether a fault is Go's, and its stack is still to come."""
    return fault.type in ("panic", "fatal error") or "panic serving" in fault.message


def read_wrapped(reading: Reading, at: int, match: re.Match[str]) -> int:
    """Read what github.com/pkg/errors writes: each message with the stack that it came with, innermost first.

    Args:
        reading: The text.
        at: The number of a place, below the function that it is in.
        match: What it was found by.
    """
    head = at - 2
    if head < 0 or not WRAPPED.match(reading.line(at + 2)):  # not a stack
        return at + 1
    while head > at - 1 - _MESSAGES and weight(reading.line(head)) < 2 and _is_free(reading, head - 1):
        head -= 1
    told = [*reading.lines[head : at - 1]]
    frames, behind = _stack(reading, at - 1)
    for further in range(behind, behind + _MESSAGES):  # up to the next stack
        if _GO_PLACE.match(reading.line(further + 1)):
            told += reading.lines[behind:further]
            _, behind = _stack(reading, further)
            break
    reading.used.update(range(head, behind))
    reading.faults.append(
        Fault("", told[0].strip(), details=[line.strip() for line in told[1:]], frames=frames)
    )
    return behind


def _is_free(reading: Reading, at: int) -> bool:
    return bool(reading.line(at).strip()) and at not in reading.used and not _GO_PLACE.match(reading.line(at))


def _stack(reading: Reading, at: int) -> tuple[list[Frame], int]:
    """Read functions with their places below; give them, and the number of the line behind."""
    frames: list[Frame] = []
    while place := _GO_PLACE.match(reading.line(at + 1)):
        frames.append(Frame(place[1], place[2], reading.line(at)))
        at += 2
    return frames, at


def read_goroutines(reading: Reading, at: int) -> int:
    """Read goroutines; the running one's stack is that of the panic, the others are folded."""
    panic = reading.faults[-1] if reading.faults and _is_go(reading.faults[-1]) else None
    running = panic and not panic.frames
    hangs = panic is not None and "timed out" in panic.message  # what hangs is in the other goroutines
    folded: dict[tuple[str, str], int] = {}
    while match := GOROUTINE.match(reading.line(at)):
        frames, start = list[Frame](), at
        starter: Frame | None = None
        at += 1
        while reading.line(at).strip() and not GOROUTINE.match(reading.line(at)):
            place = _GO_PLACE.match(reading.line(at + 1))
            if place:
                name = re.sub(r"\([^()]*\)$", "", reading.line(at).strip())
                if name.startswith("created by "):
                    starter = Frame(place[1], place[2])
                else:
                    frames.append(Frame(place[1], place[2], name))
                at += 1
            elif not reading.line(at).startswith((" ", "\t")) and not reading.line(at).endswith(")"):
                break
            at += 1
        reading.used.update(range(start, at))
        if running and panic is not None and match[1] == "running":
            # What runs while it panics, a deferred function say, stands above the call of panic.
            raised = [number for number, frame in enumerate(frames) if frame.function == "panic"]
            again = any(detail.startswith("panic: ") for detail in panic.details)  # raised by a deferred one
            above = frames[: raised[-1]] if raised and again else []
            below = frames[raised[-1] + 1 :] if raised else [] if hangs else frames
            panic.frames = [*filter(reading.own, above), *below, *([starter] if starter and below else [])]
            running = None
        elif frames:
            mine = [frame for frame in frames if reading.own(frame)][: _OF_HANGING if hangs else _OF_OTHERS]
            if hangs and not mine:
                continue
            mine = mine or frames[:1]
            stack = f"at {' ← '.join(map(str, mine))}"
            if starter and (not hangs or reading.own(starter)):
                stack += f" ← {starter.place}"
            folded[match[1], stack] = folded.get((match[1], stack), 0) + 1
        if not reading.line(at).strip():
            at += 1
    for (state, stack), times in folded.items():
        count = f"×{times} " if times > 1 else ""
        reading.stacks.append(f"{count}goroutine [{state}] {stack}")
    return at

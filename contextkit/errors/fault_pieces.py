"""Errors with their chains -> pieces of a summary."""

from collections import Counter
from collections.abc import Sequence

from ..patterns import Pattern
from .facts import Fault, Frame, OwnCode
from .pieces import STANDARD, Pieces, shortened
from .records import read_records

_MESSAGE = 300  # characters
_BRACKETS = Pattern(r"[^\w\s]{1,4}$")
_QUOTED = Pattern(r"\d* ?\|(?: |$)")  # source code, as it is drawn next to a message
_PYDANTIC = Pattern(r"\s+(.*) \[type=[\w.]+, input_value=(.*), input_type=\w+\]$")
_JVM = (".java", ".kt", ".scala", "Unknown Source")


def add_faults(pieces: Pieces, faults: Sequence[Fault], own: OwnCode) -> None:
    """Add errors with their chains: type, message, details, and the frames in the user's own code."""
    folded: dict[tuple[str, ...], list[Fault]] = {}
    for fault in faults:
        if not fault.headline and not fault.frames:
            continue
        # Elixir's modules have no folders, and their errors are called the same: DBConnection.ConnectionError.
        fault.qualified = any(frame.file.endswith((".ex", ".exs", ".erl")) for frame in fault.frames)
        folded.setdefault(_key(fault, own), []).append(fault)
    order = [same[0] for same in folded.values()]
    heads = [fault for fault in order if not fault.relation]
    types = {fault.type for fault in order}
    if len({fault.short_type for fault in order}) < len(types):
        shorts = Counter(Fault(name).short_type for name in types)
        for fault in order:
            fault.qualified |= shorts[fault.short_type] > 1
    before: Fault | None = None
    head: Fault | None = None
    for number, same in enumerate(folded.values()):
        fault = same[0]
        following = order[number + 1] if number + 1 < len(order) else None
        is_root = (
            bool(fault.relation)
            and fault.relation != "-"
            and (following is None or following.relation in ("", "-", "suppressed"))
        )
        if not fault.relation:
            head = fault
        if not fault.relation:
            rank = 0 if fault is heads[0] else 2 if len(heads) <= 4 or fault in heads[:3] else 4
        elif is_root:
            rank = 1
        else:
            rank = 3 if fault.relation == "-" else 4
        _headline(pieces, fault, rank, before if rank > 1 else head, len(same))
        _details(pieces, fault, max(rank, 3))
        _stack(pieces, fault, rank, own)
        before = fault


def _key(fault: Fault, own: OwnCode) -> tuple[str, ...]:
    """Give what is the same in an error that came again; of one that is announced, with what it is."""
    mine = next((frame for frame in fault.frames if own(frame)), None)
    said = fault.details[:1] if fault.message.endswith(":") else []
    return fault.relation, fault.type, fault.message, *said, str(mine)


def _headline(pieces: Pieces, fault: Fault, rank: int, before: Fault | None, times: int) -> None:
    lead = {"": "", "-": "- "}.get(fault.relation, f"{fault.relation} ")
    told = before is not None and before is not fault and fault.message and fault.message in before.message
    headline = fault.headline
    if told and fault.relation and len(fault.message) > 24:
        headline = f"{fault.name} (same message)" if fault.type else "(same message)"
    longest = _MESSAGE if rank < 3 or fault.relation == "-" else 100 if fault.relation else 160
    if not f"{lead}{headline}":
        return
    pieces.long(rank, f"{lead}{headline}", longest)
    if times > 1:
        pieces.add(rank, f" ×{times}")


def _details(pieces: Pieces, fault: Fault, rank: int) -> None:
    place = ""
    shown = compared = 0
    for found in read_records("\n".join((fault.message, *fault.details))):
        pieces.start(rank, f"  {found.file}: {shortened(found.message, 160)}")
        shown = 6
    for detail in fault.details:
        if match := _PYDANTIC.match(detail):
            pieces.start(
                rank,
                f"  {place}: {match[1]}; got {shortened(match[2], 60)}"
                if place
                else f"  {match[1]}; got {match[2]}",
            )
            place = ""
        elif "errors.pydantic.dev" in detail:
            continue
        elif "validation error" in fault.message and detail.strip()[:1] != "{":  # FastAPI's are whole records
            place = detail.strip()
        elif (
            (text := detail.strip())
            and text not in ("Traceback", "^")
            and not text.startswith(("(Background on", "at "))
            and not _BRACKETS.match(text)
            and not _QUOTED.match(text)
        ):
            differs = text[0] in "+-" and compared < 8
            pieces.long(rank if shown < 5 or differs else 6, f"  {text}", 160)
            compared += differs
            shown += not differs


def _of_program(frames: Sequence[Frame]) -> int:
    """Find where a program of the JVM calls libraries that look like own code: by the package that it begins in."""
    packages = [tuple(frame.function.split(".")[:-2][:2]) for frame in frames if frame.file.endswith(_JVM)]
    return max(packages.index(packages[-1]), 1) if len(packages) == len(frames) > 3 else 1


def _stack(pieces: Pieces, fault: Fault, rank: int, own: OwnCode) -> None:
    if not fault.frames:
        return
    cycle, rest = _recursion(fault.frames)
    mine = [frame for frame in rest if own(frame)]
    mine = [frame for frame in mine if frame.file != "<string>"] or mine  # what a library wrote and ran
    rank = max(2, min(rank, 4))
    if cycle:
        times, frames = cycle
        pieces.start(rank, f"  recursion ×{times}: {' → '.join(map(str, frames))}")
        if mine:
            pieces.start(rank + 1, f"  entered from {mine[0]}")
        return
    frames = [*mine[:1], *mine[_of_program(mine) :]] or rest[:1]
    pieces.start(rank, f"  at {frames[0]}")
    seen = {frames[0].place}
    shown = 0
    for frame in frames[1:]:
        if frame.place in seen or "<anonymous>" in frame.file:
            continue
        seen.add(frame.place)
        pieces.add(
            3 if not shown and rank <= 2 else STANDARD if shown < 4 and rank <= 2 else 7 if shown < 5 else 8,
            f" ← {frame}",
        )
        shown += 1
    code = frames[0].code
    if code and not code.startswith(("raise ", "throw ")):  # which say again what is told already
        terse = len(fault.message.split()) < 4 or "SyntaxError" in fault.type
        pieces.start(6 if rank > 2 else 4 if terse else STANDARD, f"  {shortened(code, 120)}")
    if mine and rest[0] is not mine[0]:
        pieces.start(7, f"  via {rest[0]}")


def _recursion(frames: Sequence[Frame]) -> tuple[tuple[int, list[Frame]] | None, list[Frame]]:
    """Fold what calls itself again and again."""
    if len(frames) < 20:
        return None, list(frames)
    times = Counter(frame[:3] for frame in frames)
    often = {key for key, number in times.items() if number >= 8}
    if not often or sum(times[key] for key in often) * 2 < len(frames):
        return None, list(frames)
    cycle = [next(frame for frame in frames if frame[:3] == key) for key in times if key in often]
    rest = [frame for frame in frames if frame[:3] not in often]
    return (max(times.values()), cycle[:6][::-1]), rest

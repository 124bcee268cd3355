"""Which result answers which call: one ordered walk for every provider.

A provider's module cuts a history into pieces: calls, results and whatever else. A result is in
place where it answers a call of the newest turn with calls, and nothing but results stands between.
What is left is told apart: out of place, a second answer, an orphan.
"""

import dataclasses
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from . import rules
from .rules import Violation

Key = tuple[str, str]
_FATES = {
    "misplaced": rules.MISPLACED_RESULT,
    "duplicate": rules.DUPLICATE_RESULT,
    "orphan": rules.ORPHAN_RESULT,
}


@dataclasses.dataclass(slots=True, eq=False)
class Piece:
    """A call, a result, or something else, at its place in a history.

    Attributes:
        index: The message it is in.
        part: Its place among the parts of the message; `None` where it is the whole message.
        place: Its path, such as `messages[3].content[0]`.
        turn: The turn it belongs to: pieces of one turn do not stand between each other and a result.
        kind: What it is.
        id: The call's id, if it has one.
        name: The tool's name, as far as the piece says it.
        partner: The result of a call, or the call of a result (of a second one too); set by `pair`.
        fate: What is wrong with a result: `misplaced`, `duplicate`, `orphan`, or nothing; set by `pair`.
        repeated: Whether a call of the same id was waiting already; set by `pair`.
    """

    index: int
    part: int | None
    place: str
    turn: int
    kind: Literal["call", "result", "other"] = "other"
    id: str | None = None
    name: str = ""
    partner: "Piece | None" = None
    fate: str = ""
    repeated: bool = False

    @property
    def shown(self) -> str:
        """How errors name it."""
        named = " of ".join(
            part for part in (repr(self.id) if self.id is not None else "", self.name) if part
        )
        return named or "(unnamed)"


def _call_keys(call: Piece) -> list[Key]:
    if call.id is not None:
        return [("id", call.id), ("name", call.name)]
    return [("bare", call.name), ("name", call.name)]


def _result_key(result: Piece) -> list[Key]:
    """A result that names its call may answer a call without an id too, by the tool's name."""
    return [("name", result.name)] if result.id is None else [("id", result.id), ("bare", result.name)]


def pair(pieces: Sequence[Piece], *, anywhere: bool = False) -> None:
    """Find the result of each call, and what is wrong with the other results.

    Args:
        pieces: The pieces of a history, in order.
        anywhere: Whether a result may stand anywhere behind its call.

    >>> call = Piece(0, 0, "messages[0]", 0, "call", "a")
    >>> late, orphan = (Piece(n, 0, f"messages[{n}]", n, "result", id) for n, id in ((2, "a"), (3, "b")))
    >>> pair([call, Piece(1, 0, "messages[1]", 1), late, orphan])
    >>> call.partner is late, late.fate, orphan.fate
    (True, 'misplaced', 'orphan')
    """
    waiting: dict[Key, deque[Piece]] = {}
    turn = None
    strays = []
    for piece in pieces:
        if piece.kind == "call":
            if piece.turn != turn:
                turn, waiting = piece.turn, waiting if anywhere else {}
            piece.repeated = piece.id is not None and _first(waiting, ("id", piece.id)) is not None
            for key in _call_keys(piece):
                waiting.setdefault(key, deque()).append(piece)
        elif piece.kind == "result":
            call = next((call for key in _result_key(piece) if (call := _first(waiting, key))), None)
            if call:
                call.partner, piece.partner = piece, call
            else:
                strays.append(piece)
        elif piece.turn != turn and not anywhere:
            turn, waiting = None, {}
    _settle(pieces, strays)


def _first(waiting: dict[Key, deque[Piece]], key: Key) -> Piece | None:
    """Give the oldest call of this key that waits."""
    queue = waiting.get(key)
    while queue and queue[0].partner:
        queue.popleft()
    return queue[0] if queue else None


def _settle(pieces: Sequence[Piece], strays: Sequence[Piece]) -> None:
    """Say of each other result whether its call waits elsewhere, is answered already, or is not there.

    Of several calls that wait, the newest before the result is its call, else the first behind it.
    """
    if not strays:
        return
    calls: defaultdict[Key, list[Piece]] = defaultdict(list)
    before: defaultdict[Key, list[Piece]] = defaultdict(list)
    for piece in pieces:
        if piece.kind == "call":
            for key in _call_keys(piece):
                calls[key].append(piece)
                before[key].append(piece)
        elif piece.partner is None and piece.kind == "result":
            _give(piece, (_last(before[key]) for key in _result_key(piece)))
    behind = {key: deque(queue) for key, queue in calls.items()}
    for stray in strays:
        if not stray.fate:
            _give(stray, (_first(behind, key) for key in _result_key(stray)))
        if not stray.fate:
            stray.partner = next((calls[key][-1] for key in _result_key(stray) if calls.get(key)), None)
            stray.fate = "duplicate" if stray.partner else "orphan"


def _give(stray: Piece, waiting: Iterable[Piece | None]) -> None:
    """Give a result out of place to the first call that waits for it."""
    call = next((each for each in waiting if each), None)
    if call:
        call.partner, stray.partner, stray.fate = stray, call, "misplaced"


def _last(waiting: list[Piece]) -> Piece | None:
    """Give the newest call that waits."""
    while waiting and waiting[-1].partner:
        waiting.pop()
    return waiting[-1] if waiting else None


def violations(pieces: Sequence[Piece], provider: str) -> Iterator[Violation]:
    """Say what is wrong with the calls and results of pieces that were paired."""
    for piece in pieces:
        if piece.kind == "call" and piece.partner is None:
            yield rules.UNANSWERED_CALL.at(provider, piece.place, piece.shown)
        if piece.repeated and provider in rules.DUPLICATE_CALL_ID.errors:
            yield rules.DUPLICATE_CALL_ID.at(provider, piece.place, repr(piece.id))
        if piece.fate:
            yield _FATES[piece.fate].at(provider, piece.place, piece.shown)

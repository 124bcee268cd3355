"""Which result answers which call: one ordered walk for every provider.

A provider's module cuts a history into pieces: calls, results and whatever else. A result is in
place where it answers a call of the newest turn with calls, and nothing but results stands between.
What is left is told apart: out of place, a second answer, an orphan.
"""

import dataclasses
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
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
    id: str = ""
    name: str = ""
    partner: "Piece | None" = None
    fate: str = ""
    repeated: bool = False

    @property
    def shown(self) -> str:
        """How errors name it."""
        named = " of ".join(part for part in (repr(self.id) if self.id else "", self.name) if part)
        return named or "(unnamed)"


def _call_keys(call: Piece) -> list[Key]:
    if call.id:
        return [("id", call.id), ("name", call.name)]
    return [("bare", call.name), ("name", call.name)]


def _result_key(result: Piece) -> list[Key]:
    """A result that names its call may answer a call without an id too, by the tool's name."""
    return [("id", result.id), ("bare", result.name)] if result.id else [("name", result.name)]


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
            piece.repeated = bool(piece.id) and _first(waiting, ("id", piece.id)) is not None
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
    """Say of each other result whether its call waits elsewhere, is answered already, or is not there."""
    if not strays:
        return
    order = {id(piece): place for place, piece in enumerate(pieces)}
    calls: defaultdict[Key, list[Piece]] = defaultdict(list)
    for piece in pieces:
        if piece.kind == "call":
            for key in _call_keys(piece):
                calls[key].append(piece)
    for stray in strays:
        known = [call for key in _result_key(stray) for call in calls.get(key, ())]
        free = [call for call in known if call.partner is None]
        before = [call for call in free if order[id(call)] < order[id(stray)]]
        call = before[-1] if before else free[0] if free else None
        if call:
            call.partner = stray
        stray.partner = call or (known[-1] if known else None)
        stray.fate = "misplaced" if call else "duplicate" if known else "orphan"


def violations(pieces: Sequence[Piece], provider: str) -> Iterator[Violation]:
    """Say what is wrong with the calls and results of pieces that were paired."""
    for piece in pieces:
        if piece.kind == "call" and piece.partner is None:
            yield rules.UNANSWERED_CALL.at(provider, piece.place, piece.shown)
        if piece.repeated and provider in rules.DUPLICATE_CALL_ID.errors:
            yield rules.DUPLICATE_CALL_ID.at(provider, piece.place, repr(piece.id))
        if piece.fate:
            yield _FATES[piece.fate].at(provider, piece.place, piece.shown)

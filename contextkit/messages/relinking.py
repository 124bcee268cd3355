"""Putting calls and their results together again: one walk for every provider.

A result out of place is moved behind its call. A call without a result gets a stand-in. A result that
answers no call, or a call that is answered already, becomes a text of the user's that says so; an equal
second result goes.
"""

import dataclasses
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from . import pairing, rules, shapes
from .drafts import Draft
from .pairing import Piece

Message = dict[str, Any]


def _first(message: Message | None, parts: list[Message]) -> Message:
    return parts[0]


def _same(message: Message, ids: Mapping[int | None, str]) -> Message:
    return message


def _by_user(message: Message) -> bool:
    return message.get("role") == "user"


def _never(messages: Sequence[Message]) -> bool:
    return False


@dataclasses.dataclass(frozen=True, slots=True)
class Linking:
    """How a provider's messages are taken apart and put together.

    Attributes:
        pieces: Cuts a history into pieces, which are not paired yet.
        stand_in: Makes the result of a call that has none, of the call; `None` where none can be made up.
        told: Makes what the user says of a result without a call, of the result and a line about it.
        renamed: Gives a message with other ids, by the part that they stand in (`None`: the message).
        longest_id: How long a call's id may be.
        parts: Gives the parts of a message; `None` where each message is one element.
        joined: Makes a message like another, or a new one of the user's, of parts.
        is_users: Whether a message is on the side of the results.
        anywhere: Whether a result may stand anywhere behind its call.
        unique: Whether an id may be used once only in the whole history.
        elsewhere: Whether results may answer calls that are not in the history.
    """

    pieces: Callable[[Sequence[Message]], list[Piece]]
    stand_in: Callable[[Message, Piece], Message | None]
    told: Callable[[Message, str], list[Message]]
    renamed: Callable[[Message, Mapping[int | None, str]], Message] = _same
    longest_id: int = 1_000
    parts: Callable[[Message], list[Message]] | None = None
    joined: Callable[[Message | None, list[Message]], Message] = _first
    is_users: Callable[[Message], bool] = _by_user
    anywhere: bool = False
    unique: bool = False
    elsewhere: Callable[[Sequence[Message]], bool] = _never

    def found(self, draft: Draft) -> list[Piece]:
        """Give the pieces of a draft, paired."""
        pieces = self.pieces(draft.messages)
        pairing.pair(pieces, anywhere=self.anywhere)
        return pieces

    def value(self, draft: Draft, piece: Piece) -> Message:
        """Give what a piece is: a part of its message, or the message."""
        message = draft.messages[piece.index]
        return message if self.parts is None or piece.part is None else self.parts(message)[piece.part]


# ---- ids


def rename(draft: Draft, linking: Linking, others: Iterable[str] = ()) -> None:
    """Give another id to each call whose id is taken (by others too) or not allowed, and to its result."""
    found = linking.found(draft)
    used = {*others, *(piece.id for piece in found if piece.id is not None)}
    seen: set[str | None] = set(others)
    ids: defaultdict[int, dict[int | None, str]] = defaultdict(dict)
    tried: dict[str, int] = {}
    for piece in found:
        if piece.kind != "call" or piece.id is None:
            continue
        taken = piece.id in seen if linking.unique else piece.repeated
        bad = not allowed(piece.id, linking)
        if taken or bad:
            new = _free(shapes.legal(piece.id, linking.longest_id), used, linking.longest_id, tried)
            rule = rules.DUPLICATE_CALL_ID if taken else rules.CALL_ID
            path = piece.place.removeprefix(f"messages[{piece.index}]")
            draft.note(rule.name, piece.index, path, f"the call {piece.id!r} and its result are now {new!r}")
            for each in (piece, piece.partner):
                if each:
                    ids[each.index][each.part] = new
            used.add(new)
            seen.add(new)
        seen.add(piece.id)
    for index, own in ids.items():
        draft.messages[index] = linking.renamed(draft.messages[index], own)


def allowed(id: str, linking: Linking) -> bool:
    """Tell whether a call may have this id."""
    return 0 < len(id) <= linking.longest_id and (not linking.unique or shapes.is_legal(id))


def _free(id: str, used: set[str], longest: int, tried: dict[str, int]) -> str:
    """Give the id, or the first with a number behind it, that is not used."""
    if id not in used:
        return id
    number, new = tried.get(id, 1), id
    while new in used:
        number += 1
        end = f"_{number}"
        new = id[: longest - len(end)] + end
    tried[id] = number
    return new


# ---- results


@dataclasses.dataclass(slots=True)
class _Element:
    """A part (or a message) on its way into the repaired history; `value` is `None` in an empty message."""

    value: Message | None
    origin: int
    home: int | None
    users: bool


def relink(draft: Draft, linking: Linking) -> None:
    """Put calls and results together where they are not."""
    found = linking.found(draft)
    away = linking.elsewhere(draft.messages)
    if all(_is_fine(piece, away) for piece in found):
        return
    elements = _Walk(linking, draft, found, away).walk()
    if linking.parts is None:
        draft.put([(element.origin, element.value) for element in elements if element.value is not None])
        return
    made = []
    for home, group in itertools.groupby(elements, lambda element: element.home):
        own = list(group)
        values = [element.value for element in own if element.value is not None]
        like = None if home is None else draft.messages[home]
        same = like is not None and linking.parts(like) == values
        made.append((own[0].origin, like if like is not None and same else linking.joined(like, values)))
    draft.put(made)


def _is_fine(piece: Piece, away: bool) -> bool:
    if piece.kind == "call":
        return piece.partner is not None and not piece.partner.fate
    return not piece.fate or (away and piece.fate == "orphan")


class _Walk:
    """One pass over the elements of a history; what must wait for the end of the results is held back."""

    def __init__(self, linking: Linking, draft: Draft, found: Sequence[Piece], away: bool) -> None:
        self.linking, self.draft, self.away = linking, draft, away
        self.out: list[_Element] = []
        self.due: list[Piece] = []
        self.notes: list[_Element] = []
        self.turn: int | None = None
        self.by_message: dict[int, list[Piece]] = {}
        for piece in found:
            self.by_message.setdefault(piece.index, []).append(piece)

    def walk(self) -> list[_Element]:
        for index in range(len(self.draft.messages)):
            own = self.by_message.get(index, [])
            if self.linking.parts is None or not own:
                self.step(own, self.element(index, own[0] if own else None))
            else:
                for piece in own:
                    self.step([piece], self.element(index, piece))
        self.flush(None)
        return self.out

    def element(self, index: int, piece: Piece | None) -> _Element:
        message = self.draft.messages[index]
        value = self.linking.value(self.draft, piece) if piece else None
        return _Element(
            value if self.linking.parts else message,
            self.draft.origins[index],
            index,
            self.linking.is_users(message),
        )

    def step(self, pieces: Sequence[Piece], element: _Element) -> None:
        """Take one element: a result stays, waits or goes; anything of another turn ends the results."""
        if pieces and pieces[0].kind == "result":
            if _is_fine(pieces[0], self.away):
                self.out.append(element)
            else:
                self.stray(pieces[0], element)
            return
        turn = pieces[0].turn if pieces else None
        if turn is None or turn != self.turn:
            self.flush(element)
        self.turn = turn
        self.due += [piece for piece in pieces if piece.kind == "call" and not _is_fine(piece, self.away)]
        self.out.append(element)

    def stray(self, piece: Piece, element: _Element) -> None:
        path = piece.place.removeprefix(f"messages[{piece.index}]")
        rule, call = f"{piece.fate}-result", piece.partner
        if piece.fate == "misplaced":
            self.draft.note(rule, piece.index, path, f"the result {piece.shown} was moved behind its call")
            return
        kept = call.partner if call else None
        if kept and self.linking.value(self.draft, kept) == element.value:
            self.draft.note(
                rule, piece.index, path, f"the result {piece.shown} went: its call has an equal one"
            )
            return
        line = (
            f"(another result of the call {piece.shown}, which is answered already)"
            if kept
            else f"(the result of the call {piece.shown}, which is not in this history)"
        )
        self.draft.note(rule, piece.index, path, f"the result {piece.shown} is now a text of the user's")
        home = element.home if element.users else None  # the model did not say so
        self.notes += [
            dataclasses.replace(element, value=value, home=home, users=True)
            for value in self.linking.told(element.value or {}, line)
        ]

    def flush(self, following: _Element | None) -> None:
        """Put what was held back before what follows: first the results that are due, then the notes."""
        before = self.out[-1] if self.out else None
        next_home = following.home if following and following.users else None
        home = before.home if before and before.users else next_home
        for call in self.due:
            value = self.result(call)
            if value is not None:
                self.out.append(_Element(value, self.draft.origins[call.index], home, True))
        inside = following is not None and before is not None and before.home == following.home
        behind = bool(self.due) and home is not None and home == next_home
        for note in self.notes:
            self.out.append(dataclasses.replace(note, home=home) if inside or behind else note)
        self.due, self.notes = [], []

    def result(self, call: Piece) -> Message | None:
        """Give the result of a call: the one from elsewhere, else a stand-in."""
        if call.partner:
            return self.linking.value(self.draft, call.partner)
        value = self.linking.stand_in(self.linking.value(self.draft, call), call)
        if value is not None:
            path = call.place.removeprefix(f"messages[{call.index}]")
            what = f"the call {call.shown} got a stand-in for its result"
            self.draft.note(rules.UNANSWERED_CALL.name, call.index, path, what)
        return value

"""Quote: whole units go, and lines of them stay that later steps are likely to need."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from ..budgets import Meter
from ..events import Event, kind_of
from ..exceptions import SettingError
from ..threads import Thread, Unit
from .drop import counts_of, is_summary, line_of, parted, sizes_of, tokens_of
from .policy import telling
from .quoting import Quotable, Source, heard_in, source_of, speaker_of

_CHARACTERS = 4  # a token, roughly: only for how much of what goes may be quoted


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Quote:
    r"""Drops whole units, oldest first, and quotes lines of them, verbatim but for their indentation.

    Quoted are the lines that name what is not named in the units that stay: paths, ids, numbers and
    code symbols (see `contextkit.identifiers`), those first that the model has written itself, as
    many for a token as can be. What people have said in a few words, the first line of what they have
    pasted, and what errors say goes before them, the newest first, up to a quarter of what the quotes
    may have. They stand in one `omitted` event in the place of the first of what is gone, under the
    type and the id of the event that they are from; the id brings all of it back. Those of an earlier
    `Quote` take part in the choice, and may go. Of JSON, one record is a line; of a line of more than
    200 characters pieces are quoted. Pinned events, the task, calls in flight and the newest unit stay,
    and of the rest a summary goes last.

    Attributes:
        share: What the quotes may have together of the room that pinned events leave, and not more
            than half of what they are quoted from.

    Raises:
        SettingError: If the share is not above 0 and below 1.

    >>> thread = Thread().append(Event("note", "the build of v1.4.2 is red\n" + "it was slow\n" * 40))
    >>> for step in range(9):
    ...     thread = thread.append(Event("note", "nothing new here, nothing at all, just a long wait"))
    >>> view = Quote()(thread, Meter(lambda event: len(event.text) // 4, room=150))
    >>> view[0].data["quotes"]
    {'note 0': 'the build of v1.4.2 is red'}
    """

    share: float = 0.72

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise SettingError("Quote.share", self.share, "it must be above 0 and below 1")

    def __call__(self, view: Thread, meter: Meter) -> Thread:
        """Give the view without what does not fit, and with the lines that are worth it."""
        held, lines, free = parted(view)
        quoting = any(_data(line).get("quotes") for line in lines)
        if not free and not quoting:
            return view
        newest = next((unit for unit in reversed(free) if not is_summary(unit)), free[-1] if free else None)
        free.sort(key=lambda unit: unit is newest)  # a summary goes last of the others
        sizes = sizes_of(view)
        bare = meter(line_of([*lines, *[event for unit in free for event in unit.events]], view, sizes))
        room = meter.room(view) - sum(meter(event) for unit in held for event in unit.events) - bare
        wholes = zip(view, view.wholes(), strict=True)
        others = [(event, whole) for event, whole in wholes if counts_of(event) is None]
        # What a policy has cut out of an event stays out.
        sources = [source_of(event, cut=event is not whole) for event, whole in others]
        quotable = Quotable([*_quoted(lines, view), *sources])

        def leave(kept: set[str | None], left: int) -> tuple[Event, list[str]]:
            """Give the line with quotes that stands for all units that are not kept, and their ids."""
            gone = {event.id for unit in free if unit.events[0].id not in kept for event in unit.events}
            if not gone and not (quoting and meter.excess > 0):  # else what is quoted already has to shrink
                return line_of([], view, sizes), []
            out = [event for event in view if event.id in gone or event in lines]
            shown = [False] * (len(quotable) - len(others)) + [event.id not in gone for event, _ in others]
            # With its id it is the very event that will stand in the view, so that it is measured once.
            line = line_of(out, view, sizes)
            line = line.having(id=view.mark(out[0], line), pinned=False)
            return _with_quotes(line, quotable, shown, left, meter), [str(event.id) for event in out]

        kept, left = self._kept(free, lines, sizes, room, self.share * room, meter)
        leaving, out = leave(kept, left + bare)
        if out and (used := max(0, meter(leaving) - bare)) < left - room // 8:
            # There is not so much that is worth quoting: then more units stay.
            kept, left = self._kept(free, lines, sizes, room, 1.1 * used + 16, meter)
            leaving, out = leave(kept, left + bare)
        return view.drop(out, leaving=leaving) if out else view

    def _kept(
        self,
        units: list[Unit],
        lines: list[Event],
        sizes: Mapping[str | None, int],
        room: int,
        most: float,
        meter: Meter,
    ) -> tuple[set[str | None], int]:
        """Name the first events of the units that stay, newest first, and the tokens that quotes may have."""
        rest = 1.0 * sum(len(event.text) for event in lines)  # what is quoted already may all stay
        rest += sum(sizes[event.id] for unit in units for event in unit.events) / 2
        kept: set[str | None] = set()
        taken = 0
        for unit in reversed(units):
            own = sum(sizes[event.id] for event in unit.events) / 2
            quotes = min(most, (rest - own) / _CHARACTERS)
            tokens = tokens_of(unit, (int(room - quotes) if kept else room) - taken, meter)
            if tokens is None and kept:
                if tokens_of(unit, room, meter) is not None:
                    break
                continue  # larger than all the room: it goes by itself
            # The newest stays however large it is; one that is too large is for a `Clamp` to cut.
            kept.add(unit.events[0].id)
            taken, rest = taken + (room * 3 // 4 if tokens is None else tokens), rest - own
        return kept, int(min(room - taken, self.share * room, rest / _CHARACTERS))

    __repr__ = telling


def _data(event: Event) -> dict[str, Any]:
    return event.data if isinstance(event.data, dict) else {}


def _with_quotes(line: Event, quotable: Quotable, shown: list[bool], left: int, meter: Meter) -> Event:
    """Give the line with as many quotes as leave it within so many tokens."""
    ranked, wanted = quotable.rank(shown), 0.98 * left
    while wanted >= 16 and (quotes := quotable.take(ranked, wanted, meter.line)):
        quoting = line.having(data={**_data(line), "quotes": quotes})
        tokens = meter(quoting)
        if tokens <= left:
            return quoting
        wanted *= 0.95 * left / tokens
    return line


def _quoted(lines: list[Event], view: Thread) -> Iterator[Source]:
    """Give what earlier quotes hold, each as a source of its own."""
    for event in lines:
        quotes = _data(event).get("quotes")
        for name, text in quotes.items() if isinstance(quotes, dict) else ():
            if isinstance(text, str):
                type, _, id = name.partition(" ")
                origin = view.logged(id)
                kind = kind_of(type) if origin is None else speaker_of(origin)
                yield Source(name, text, own=False, heard=heard_in(text, kind))

"""Clamp: cut inside what is too long."""

import dataclasses
from collections.abc import Sequence

from ..budgets import Meter, whole_number
from ..events import Event, matches
from ..exceptions import SettingError
from ..plain import JSON
from ..threads import Thread, Unit
from .clamping import Keep, clamped
from .policy import patterns, telling


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Clamp:
    """Cuts the data of each event that is too long, at line borders, leaving a marker.

    All that are too long are cut at once, so that the prompt cache breaks once. In data that is not
    text the long texts are cut; where that is not enough, it becomes text, its YAML cut. The marker
    says how many lines and characters are gone and the id that brings them back; it is counted.
    Pinned events stay as they are.

    Attributes:
        tokens: What one event's data may have, in tokens.
        share: Where `tokens` is not given, what one event's data may have of the room that the pinned
            events leave, and at least 64 tokens.
        types: Patterns of event types, or kinds, to look at.
        keep: What stays of a long text: its `head`, its `tail`, or `both`.
        newest: How many of the newest units to look at; without it, all. Older ones may be for the
            policies behind this one.

    Raises:
        SettingError: If a setting is out of range.
    """

    tokens: int | None = None
    share: float = 0.125
    types: Sequence[str] | str = ("*",)
    keep: Keep = "both"
    newest: int | None = None

    def __post_init__(self) -> None:
        if self.tokens is not None:
            whole_number("Clamp.tokens", self.tokens, 1)
        if not 0 < self.share <= 1:
            raise SettingError("Clamp.share", self.share, "it must be above 0 and at most 1")
        if self.keep not in ("head", "tail", "both"):
            raise SettingError("Clamp.keep", self.keep, "it must be 'head', 'tail' or 'both'")
        if self.newest is not None:
            whole_number("Clamp.newest", self.newest, 1)
        object.__setattr__(self, "types", patterns("Clamp.types", self.types))

    def __call__(self, view: Thread, meter: Meter) -> Thread:
        """Give the view with what is too long cut."""
        changes: dict[str, JSON] = {}
        limit = self.tokens if self.tokens is not None else self._limit(view, meter)
        for event in view if self.newest is None else _events(view.units()[-self.newest :]):
            if event.pinned or event.kind == "compaction" or not matches(event, self.types):
                continue
            if not meter.exceeds(event, limit):  # measured already, and never smaller than its data
                continue

            name = f"{event.type} {event.id}"

            def cut(text: str, limit: int, name: str = name) -> str:
                return meter.cut(text, limit, keep=self.keep, marker=lambda *gone: _marker(name, *gone))

            data = clamped(event.data, limit, meter.text_exceeds, cut)
            if data is not event.data:
                # What has been cut here before is cut from what it was: the marker counts all that is gone.
                whole = view.whole(str(event.id))
                if whole is not event and f" left out of {name} ...]" in event.text:
                    data = clamped(whole.data, limit, meter.text_exceeds, cut)
                changes[str(event.id)] = data
        return view.replace_all(changes) if changes else view

    def _limit(self, view: Thread, meter: Meter) -> int:
        held = sum(meter(event) for unit in view.units() if unit.held for event in unit.events)
        return max(64, int((meter.room(view) - held) * self.share))

    __repr__ = telling


def _events(units: list[Unit]) -> list[Event]:
    return [event for unit in units for event in unit.events]


def _marker(name: str, lines: int, characters: int) -> str:
    gone = f"{lines:,} lines, {characters:,} characters" if lines else f"{characters:,} characters"
    return f"[... {gone} left out of {name} ...]"

"""Clamp: cut inside what is too long."""

import dataclasses
from collections.abc import Sequence

from ..budgets import Meter, whole_number
from ..exceptions import SettingError
from ..plain import JSON
from ..threads import Thread
from .clamping import Keep, clamped
from .policy import matches, patterns, telling


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Clamp:
    """Cuts the data of each event that is too long, at line borders, leaving a marker.

    All that are too long are cut at once, so that the prompt cache breaks once. In JSON data the
    long texts are cut. The marker says how many lines and characters are gone and the id that
    brings them back; it is counted. Pinned events stay as they are.

    Attributes:
        tokens: What one event's data may have, in tokens; without a figure, an eighth of the room
            that there is for all, and at least 256.
        types: Patterns of the event types to look at.
        keep: What stays of a long text: its `head`, its `tail`, or `both`.

    Raises:
        SettingError: If a setting is out of range.
    """

    tokens: int | None = None
    types: Sequence[str] | str = ("*",)
    keep: Keep = "both"

    def __post_init__(self) -> None:
        if self.tokens is not None:
            whole_number("Clamp.tokens", self.tokens, 1)
        if self.keep not in ("head", "tail", "both"):
            raise SettingError("Clamp.keep", self.keep, "it must be 'head', 'tail' or 'both'")
        object.__setattr__(self, "types", patterns("Clamp.types", self.types))

    def __call__(self, view: Thread, meter: Meter) -> Thread:
        """Give the view with what is too long cut."""
        changes: dict[str, JSON] = {}
        limit = self.tokens if self.tokens is not None else max(256, meter.room(view) // 8)
        for event in view:
            if event.pinned or event.kind == "compaction" or not matches(event, self.types):
                continue
            if not meter.exceeds(event, limit):  # measured already, and never smaller than its data
                continue

            def cut(text: str, limit: int, id: str | None = event.id) -> str:
                return meter.cut(text, limit, keep=self.keep, marker=lambda *gone: _marker(id, *gone))

            data = clamped(event.data, limit, meter.text_exceeds, cut)
            if data is not event.data:
                # cut from what it was, so that the marker of a second cut counts what the first one took
                whole = view.whole(str(event.id))
                changes[str(event.id)] = (
                    data if whole is event else clamped(whole.data, limit, meter.text_exceeds, cut)
                )
        return view.replace_all(changes) if changes else view

    __repr__ = telling


def _marker(id: str | None, lines: int, characters: int) -> str:
    gone = f"{lines:,} lines, {characters:,} characters" if lines else f"{characters:,} characters"
    return f"[... {gone} of {id} left out ...]"

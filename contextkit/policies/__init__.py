"""Policies, view -> smaller view, and arrivals, an event as it enters. One idea a file.

`DEFAULT_POLICIES` serves whoever names none. What it holds, and where each stands, was chosen by replaying
recorded and generated runs (`python -m benchmarks.replay`), by what the contexts still show of what the model
goes on to write, and by what they cost. So was the mark that a window goes down to, pinned events and 0.58 of
the rest: higher ones cost more, lower ones lose more.

1. `CollapseErrors`: errors that only repeat themselves say nothing new. Nothing is lost, so it comes first.
2. `Clamp` of the newest unit to a fifth of the room for each call, result and error: it stays, so it must
   leave room for others. Older ones are left whole: what is cut out of a result cannot be quoted from it.
3. `Quote`: the oldest units go, and the lines of them stay that name what else would be lost; before them
   what people and errors said, which rows of ids would crowd out: it costs hardly any recall, and holds what
   is wanted and forbidden. Dropping alone, or masking old results first, kept far less for the same tokens:
   the middle of an old result is mostly dead weight, but single lines are what the model comes back to.
4. `Clamp` of whatever the newest unit is, words of a person too, to half of the room, if it is too large.
5. `Drop`: for whatever even the quotes are too large for.

`Mask`, `ResolveErrors`, `Supersede`, `Within` and `Summarize` are left to those who know their threads.
`Supersede` reclaims most of what coding agents read, but an older copy of a file is mostly still right, and
its lines are quoted; a placeholder in its stead is not.
"""

import typing

from ..later import later
from .clamp import Clamp
from .collapse_errors import CollapseErrors
from .drop import Drop
from .policy import Arrival, Policy
from .quote import Quote
from .summarize import SUMMARY_PROMPT, Summarize

if typing.TYPE_CHECKING:
    from .clamp_arrival import ClampArrival
    from .mask import Mask
    from .redact import Redact
    from .within import Within

DEFAULT_POLICIES: tuple[Policy, ...] = (
    CollapseErrors(),
    Clamp(share=0.2, types=("call", "result", "error"), newest=1),
    Quote(),
    Clamp(share=0.5, newest=1),
    Drop(),
)
"""The ladder for whoever names none."""

__all__ = [
    "DEFAULT_POLICIES",
    "SUMMARY_PROMPT",
    "Arrival",
    "Clamp",
    "ClampArrival",
    "CollapseErrors",
    "Drop",
    "Mask",
    "Policy",
    "Quote",
    "Redact",
    "Summarize",
    "Within",
]

__getattr__ = later(
    __name__,
    {"clamp_arrival": ["ClampArrival"], "mask": ["Mask"], "redact": ["Redact"], "within": ["Within"]},
)

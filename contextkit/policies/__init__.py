"""Policies, view -> smaller view, and arrivals, an event as it enters. One idea a file.

`DEFAULT_POLICIES` serves whoever names none. Its order is from gentle to hard: errors that only
repeat themselves say nothing new; the middle of a very long result is the least read; an old
result can be asked for again. What people and the model have said is cut only where one event would
take more than half of what there is, so that the newest is not dropped. Whole units go last, oldest first.
"""

from .clamp import Clamp
from .clamp_arrival import ClampArrival
from .collapse_errors import CollapseErrors
from .drop import Drop
from .mask import Mask
from .policy import Arrival, Policy
from .redact import Redact
from .summarize import SUMMARY_PROMPT, Summarize
from .supersede import Supersede
from .targets import Target, default_target
from .within import Within

DEFAULT_POLICIES: tuple[Policy, ...] = (
    CollapseErrors(),
    Clamp(types=("call", "result", "error")),
    Mask(keep=4),
    Mask(keep=1),
    Clamp(share=0.5),
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
    "Redact",
    "Summarize",
    "Supersede",
    "Target",
    "Within",
    "default_target",
]

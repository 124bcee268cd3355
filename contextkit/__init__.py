"""contextkit turns event threads into token-budgeted contexts.

Every stage but the last maps a thread to a thread; the last one writes it as a context.
"""

import importlib
import typing

from .budgets import Budget, Meter
from .contexts import Context, Fragment, Receipt, Step
from .events import Event, kind_of
from .exceptions import (
    BudgetError,
    ContextkitError,
    CounterError,
    EventError,
    FetchError,
    FormatError,
    MissingExtraError,
    PolicyError,
    ReadError,
    RenderError,
    SettingError,
    TemplateError,
    ThreadError,
)
from .formats import COMPACT, JSON_LINES, MARKDOWN, TAGGED, XML, YAML, Format
from .messages import NamedThread, from_messages, read_threads
from .policies import (
    DEFAULT_POLICIES,
    SUMMARY_PROMPT,
    Arrival,
    Clamp,
    ClampArrival,
    CollapseErrors,
    Drop,
    Mask,
    Policy,
    Quote,
    Redact,
    Summarize,
    Supersede,
    Target,
    Within,
    default_target,
)
from .prompts import Prompt
from .renderers import Renderer, Template, as_compact, as_json, as_yaml, brief, hidden
from .threads import RESTORE_TOOL, Thread, Unit
from .tokens.counters import TokenCounter, token_counter
from .windows import Window, render

if typing.TYPE_CHECKING:
    from .comparing import compare
    from .comparisons import Comparison
    from .prefetching import Fetch, FetchCache, Hook, aprefetch, fetched, prefetch

__version__ = "0.1.0"

__all__ = [
    "COMPACT",
    "DEFAULT_POLICIES",
    "JSON_LINES",
    "MARKDOWN",
    "RESTORE_TOOL",
    "SUMMARY_PROMPT",
    "TAGGED",
    "XML",
    "YAML",
    "Arrival",
    "Budget",
    "BudgetError",
    "Clamp",
    "ClampArrival",
    "CollapseErrors",
    "Comparison",
    "Context",
    "ContextkitError",
    "CounterError",
    "Drop",
    "Event",
    "EventError",
    "Fetch",
    "FetchCache",
    "FetchError",
    "Format",
    "FormatError",
    "Fragment",
    "Hook",
    "Mask",
    "Meter",
    "MissingExtraError",
    "NamedThread",
    "Policy",
    "PolicyError",
    "Prompt",
    "Quote",
    "ReadError",
    "Receipt",
    "Redact",
    "RenderError",
    "Renderer",
    "SettingError",
    "Step",
    "Summarize",
    "Supersede",
    "Target",
    "Template",
    "TemplateError",
    "Thread",
    "ThreadError",
    "TokenCounter",
    "Unit",
    "Window",
    "Within",
    "aprefetch",
    "as_compact",
    "as_json",
    "as_yaml",
    "brief",
    "compare",
    "default_target",
    "fetched",
    "from_messages",
    "hidden",
    "kind_of",
    "prefetch",
    "read_threads",
    "render",
    "token_counter",
]

_LATER = {
    "Comparison": "comparisons",
    "compare": "comparing",
    **dict.fromkeys(("Fetch", "FetchCache", "Hook", "aprefetch", "fetched", "prefetch"), "prefetching"),
}


def __getattr__(name: str) -> object:
    """Import what not everybody needs when somebody asks for it, so that the import stays fast."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)
    return value

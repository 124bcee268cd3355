"""contextkit turns event threads into token-budgeted contexts.

Every stage but the last maps a thread to a thread; the last one writes it as a context.
"""

from .budgets import Budget, Meter
from .contexts import Context, Fragment, Receipt, Step
from .events import Event, kind_of
from .exceptions import (
    BudgetError,
    ContextkitError,
    CounterError,
    EventError,
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
    "Context",
    "ContextkitError",
    "CounterError",
    "Drop",
    "Event",
    "EventError",
    "Format",
    "FormatError",
    "Fragment",
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
    "as_compact",
    "as_json",
    "as_yaml",
    "brief",
    "default_target",
    "from_messages",
    "hidden",
    "kind_of",
    "read_threads",
    "render",
    "token_counter",
]

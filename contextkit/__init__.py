"""contextkit turns event threads into token-budgeted contexts.

Every stage but the last maps a thread to a thread; the last one writes it as a context.
"""

from .budgets import Budget, Meter
from .contexts import Context, Fragment, Receipt, Step
from .errors.facts import Frame, own_code
from .errors.fingerprints import Fingerprint, fingerprint
from .errors.life import Episode, Escalation, consecutive_errors, episodes, escalation
from .errors.summaries import summarize_error
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
from .formats import JSON_LINES, MARKDOWN, TAGGED, XML, YAML, Format
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
    ReferErrors,
    ResolveErrors,
    Summarize,
    Supersede,
    Target,
    Within,
    default_target,
)
from .prompts import Prompt
from .renderers import Renderer, Template, as_json, as_yaml, brief, error_summary, hidden
from .threads import RESTORE_TOOL, Thread, Unit
from .tokens.counters import TokenCounter, token_counter
from .windows import Window, render

__version__ = "0.1.0"

__all__ = [
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
    "Episode",
    "Escalation",
    "Event",
    "EventError",
    "Fingerprint",
    "Format",
    "FormatError",
    "Fragment",
    "Frame",
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
    "ReferErrors",
    "RenderError",
    "Renderer",
    "ResolveErrors",
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
    "as_json",
    "as_yaml",
    "brief",
    "consecutive_errors",
    "default_target",
    "episodes",
    "error_summary",
    "escalation",
    "fingerprint",
    "from_messages",
    "hidden",
    "kind_of",
    "own_code",
    "read_threads",
    "render",
    "summarize_error",
    "token_counter",
]

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
    Within,
)
from .prompts import Prompt
from .renderers import Renderer, Template, as_compact, as_json, as_yaml, hidden
from .threads import RESTORE_TOOL, Thread, Unit
from .tokens.counters import TokenCounter, token_counter
from .windows import Window, render

if typing.TYPE_CHECKING:
    from .comparing import compare
    from .comparisons import Comparison
    from .digesting.digests import Digested, digest
    from .display.explore import explore
    from .errors.facts import Frame, own_code
    from .errors.fingerprints import Fingerprint, fingerprint
    from .errors.life import Episode, Escalation, consecutive_errors, episodes, escalation
    from .errors.rendering import brief, error_summary
    from .errors.summaries import summarize_error
    from .fitting import fit, fit_context
    from .message_formats import (
        ANTHROPIC,
        GEMINI,
        OPENAI_CHAT,
        OPENAI_RESPONSES,
        MessageFormat,
        to_messages,
    )
    from .messages import NamedThread, from_messages, read_threads
    from .messages.caching import Front, cached_front, with_cache_marks
    from .messages.counting import Counted, count_messages
    from .messages.repairing import Repaired, repair
    from .messages.rules import Violation
    from .messages.validating import validate
    from .policies.digest import Digest
    from .policies.refer_errors import ReferErrors
    from .policies.resolve_errors import ResolveErrors
    from .policies.supersede import Supersede
    from .policies.targets import Target, default_target
    from .prefetching import Fetch, FetchCache, Hook, aprefetch, fetched, prefetch
    from .written import Loss, Written

__version__ = "0.1.0"

__all__ = [
    "ANTHROPIC",
    "COMPACT",
    "DEFAULT_POLICIES",
    "GEMINI",
    "JSON_LINES",
    "MARKDOWN",
    "OPENAI_CHAT",
    "OPENAI_RESPONSES",
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
    "Counted",
    "CounterError",
    "Digest",
    "Digested",
    "Drop",
    "Episode",
    "Escalation",
    "Event",
    "EventError",
    "Fetch",
    "FetchCache",
    "FetchError",
    "Fingerprint",
    "Format",
    "FormatError",
    "Fragment",
    "Frame",
    "Front",
    "Hook",
    "Loss",
    "Mask",
    "MessageFormat",
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
    "Repaired",
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
    "Violation",
    "Window",
    "Within",
    "Written",
    "aprefetch",
    "as_compact",
    "as_json",
    "as_yaml",
    "brief",
    "cached_front",
    "compare",
    "consecutive_errors",
    "count_messages",
    "default_target",
    "digest",
    "episodes",
    "error_summary",
    "escalation",
    "explore",
    "fetched",
    "fingerprint",
    "fit",
    "fit_context",
    "from_messages",
    "hidden",
    "kind_of",
    "own_code",
    "prefetch",
    "read_threads",
    "render",
    "repair",
    "summarize_error",
    "to_messages",
    "token_counter",
    "validate",
    "with_cache_marks",
]

_LATER = {
    "Comparison": "comparisons",
    "compare": "comparing",
    "explore": "display.explore",
    **dict.fromkeys(("Digested", "digest"), "digesting.digests"),
    **dict.fromkeys(("Frame", "own_code"), "errors.facts"),
    **dict.fromkeys(("Fingerprint", "fingerprint"), "errors.fingerprints"),
    **dict.fromkeys(("Episode", "Escalation", "consecutive_errors", "episodes", "escalation"), "errors.life"),
    **dict.fromkeys(("brief", "error_summary"), "errors.rendering"),
    "summarize_error": "errors.summaries",
    "Digest": "policies.digest",
    "ReferErrors": "policies.refer_errors",
    "ResolveErrors": "policies.resolve_errors",
    "Supersede": "policies.supersede",
    **dict.fromkeys(("Target", "default_target"), "policies.targets"),
    **dict.fromkeys(("NamedThread", "from_messages", "read_threads"), "messages"),
    **dict.fromkeys(("fit", "fit_context"), "fitting"),
    **dict.fromkeys(
        ("ANTHROPIC", "GEMINI", "OPENAI_CHAT", "OPENAI_RESPONSES", "MessageFormat", "to_messages"),
        "message_formats",
    ),
    **dict.fromkeys(("Loss", "Written"), "written"),
    **dict.fromkeys(("Repaired", "repair"), "messages.repairing"),
    "Violation": "messages.rules",
    "validate": "messages.validating",
    **dict.fromkeys(("Front", "cached_front", "with_cache_marks"), "messages.caching"),
    **dict.fromkeys(("Counted", "count_messages"), "messages.counting"),
    **dict.fromkeys(("Fetch", "FetchCache", "Hook", "aprefetch", "fetched", "prefetch"), "prefetching"),
}


def __getattr__(name: str) -> object:
    """Import what not everybody needs when somebody asks for it, so that the import stays fast."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)
    return value

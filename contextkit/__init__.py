"""contextkit turns event threads into token-budgeted contexts.

Every stage but the last maps a thread to a thread; the last one writes it as a context.

A name is imported when somebody asks for it, so that a program waits for what it uses, and for nothing else.
"""

from typing import TYPE_CHECKING as _TYPE_CHECKING

from .later import later as _later

if _TYPE_CHECKING:
    from .budgets import Budget, Meter
    from .comparing import compare
    from .comparisons import Comparison
    from .contexts import Context, Fragment, Receipt, Step
    from .digesting.digests import Digested, digest
    from .display.explore import explore
    from .errors.facts import Frame, own_code
    from .errors.fingerprints import Fingerprint, fingerprint
    from .errors.life import Episode, Escalation, consecutive_errors, episodes, escalation
    from .errors.rendering import brief, error_summary
    from .errors.summaries import summarize_error
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
    from .fitting import fit, fit_context
    from .formats import COMPACT, JSON_LINES, MARKDOWN, TAGGED, XML, YAML, Format
    from .message_formats import ANTHROPIC, GEMINI, OPENAI_CHAT, OPENAI_RESPONSES, MessageFormat, to_messages
    from .messages import NamedThread, from_messages, read_threads
    from .messages.caching import Front, cached_front, with_cache_marks
    from .messages.counting import Counted, count_messages
    from .messages.repairing import Repaired, repair
    from .messages.rules import Violation
    from .messages.validating import validate
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
    from .policies.digest import Digest
    from .policies.refer_errors import ReferErrors
    from .policies.resolve_errors import ResolveErrors
    from .policies.supersede import Supersede
    from .policies.targets import Target, default_target
    from .prefetching import Fetch, FetchCache, Hook, aprefetch, fetched, prefetch
    from .prompts import Prompt
    from .renderers import Renderer, Template, as_compact, as_json, as_yaml, hidden
    from .threads import RESTORE_TOOL, Thread, Unit
    from .tokens.counters import TokenCounter, token_counter
    from .windows import Window, render
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

__getattr__ = _later(
    __name__,
    {
        "budgets": ("Budget", "Meter"),
        "comparing": ("compare",),
        "comparisons": ("Comparison",),
        "contexts": ("Context", "Fragment", "Receipt", "Step"),
        "digesting.digests": ("Digested", "digest"),
        "display.explore": ("explore",),
        "errors.facts": ("Frame", "own_code"),
        "errors.fingerprints": ("Fingerprint", "fingerprint"),
        "errors.life": ("Episode", "Escalation", "consecutive_errors", "episodes", "escalation"),
        "errors.rendering": ("brief", "error_summary"),
        "errors.summaries": ("summarize_error",),
        "events": ("Event", "kind_of"),
        "exceptions": (
            "BudgetError",
            "ContextkitError",
            "CounterError",
            "EventError",
            "FetchError",
            "FormatError",
            "MissingExtraError",
            "PolicyError",
            "ReadError",
            "RenderError",
            "SettingError",
            "TemplateError",
            "ThreadError",
        ),
        "fitting": ("fit", "fit_context"),
        "formats": ("COMPACT", "Format", "JSON_LINES", "MARKDOWN", "TAGGED", "XML", "YAML"),
        "message_formats": (
            "ANTHROPIC",
            "GEMINI",
            "MessageFormat",
            "OPENAI_CHAT",
            "OPENAI_RESPONSES",
            "to_messages",
        ),
        "messages": ("NamedThread", "from_messages", "read_threads"),
        "messages.caching": ("Front", "cached_front", "with_cache_marks"),
        "messages.counting": ("Counted", "count_messages"),
        "messages.repairing": ("Repaired", "repair"),
        "messages.rules": ("Violation",),
        "messages.validating": ("validate",),
        "policies": (
            "Arrival",
            "Clamp",
            "ClampArrival",
            "CollapseErrors",
            "DEFAULT_POLICIES",
            "Drop",
            "Mask",
            "Policy",
            "Quote",
            "Redact",
            "SUMMARY_PROMPT",
            "Summarize",
            "Within",
        ),
        "policies.digest": ("Digest",),
        "policies.refer_errors": ("ReferErrors",),
        "policies.resolve_errors": ("ResolveErrors",),
        "policies.supersede": ("Supersede",),
        "policies.targets": ("Target", "default_target"),
        "prefetching": ("Fetch", "FetchCache", "Hook", "aprefetch", "fetched", "prefetch"),
        "prompts": ("Prompt",),
        "renderers": ("Renderer", "Template", "as_compact", "as_json", "as_yaml", "hidden"),
        "threads": ("RESTORE_TOOL", "Thread", "Unit"),
        "tokens.counters": ("TokenCounter", "token_counter"),
        "windows": ("Window", "render"),
        "written": ("Loss", "Written"),
    },
)


def __dir__() -> list[str]:
    return [*{*globals(), *__all__}]

"""The package's face: its names, and how fast it is there."""

import os
import statistics
import subprocess
import sys
from pathlib import Path

import contextkit

NAMES = [
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
"""Each name that users may rely on. A change here is a change for users: say so in the changelog."""

HEAVY = (
    *("numpy", "lxml", "jinja2", "tiktoken", "regex", "yaml", "tokenizers", "pydantic", "rich", "click"),
    *("anyio", "asyncio", "concurrent", "tenacity", "ipywidgets"),
)
ROOT = Path(__file__).parents[1]


def test_the_names_are_these() -> None:
    """`contextkit.__all__` is what is written here."""
    assert contextkit.__all__ == NAMES


def test_the_names_are_in_order() -> None:
    """Constants, then classes, then functions, each in the order of the alphabet, and none twice."""

    def group(name: str) -> int:
        return 0 if name.isupper() else 1 if name[0].isupper() else 2

    assert sorted(set(NAMES), key=lambda name: (group(name), name)) == NAMES


def test_the_names_are_complete() -> None:
    """Each public thing in the package that is not a module is in `__all__`, and the other way around."""
    module = type(sys)
    for name in contextkit.__all__:
        getattr(contextkit, name)  # some are imported when somebody asks for them
    there = {
        name for name, value in vars(contextkit).items() if name[0] != "_" and not isinstance(value, module)
    }
    assert there == set(contextkit.__all__)


def test_a_name_is_imported_when_it_is_asked_for() -> None:
    """`import contextkit` imports no module that has one of the names; `dir` shows them all the same."""
    code = "import sys, contextkit; print(sorted(name for name in sys.modules if 'contextkit.' in name))"
    assert run(code).strip() == "['contextkit.later']"
    code = "import contextkit; print(set(contextkit.__all__) <= set(dir(contextkit)))"
    assert run(code).strip() == "True"


def test_each_error_is_public() -> None:
    """Whoever catches an error finds its class in the package."""
    from contextkit import exceptions

    errors = {
        name for name, value in vars(exceptions).items() if isinstance(value, type) and name.endswith("Error")
    }
    assert errors <= set(contextkit.__all__)


def test_importing_loads_nothing_heavy() -> None:
    """What a render needs of contextkit leaves what is heavy or optional to whoever uses it."""
    code = f"import sys, contextkit.windows; print([name for name in {HEAVY} if name in sys.modules])"
    assert run(code).strip() == "[]"


def test_importing_is_fast() -> None:
    """What a render needs is there in under 100 ms, or under five times what the standard library takes.

    The median of five processes each, in seconds of processor time, measured from within, so that neither the
    interpreter's own start nor other programs count. What contextkit needs of the standard library takes some
    20 ms on a machine of 2024 at rest, so the second limit is the first one for slower or busier machines.
    """
    library = "dataclasses, datetime, json, re, threading, typing, zlib"
    usual = statistics.median(seconds(library) for _ in range(5))
    assert statistics.median(seconds("contextkit.windows") for _ in range(5)) < max(0.100, 5 * usual)


def seconds(modules: str) -> float:
    """Import modules in a new process, and give the seconds of processor time that took."""
    clock = "time.process_time()"
    return float(run(f"import time; start = {clock}; import {modules}; print({clock} - start)"))


def run(code: str) -> str:
    """Run code in a new process of this interpreter, and give what it prints."""
    # Bytecode is what a user has, whatever this process was told.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout

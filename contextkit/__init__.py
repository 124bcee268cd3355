"""contextkit turns event threads into token-budgeted contexts.

Every stage but the last maps a thread to a thread; the last one writes it as a context.
"""

from .budgets import Budget, Meter
from .contexts import Context, Fragment, Receipt, Step
from .events import Event
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
from .policies import (
    DEFAULT_POLICIES,
    Arrival,
    Clamp,
    ClampArrival,
    CollapseErrors,
    Drop,
    Mask,
    Policy,
    Redact,
    Within,
)
from .prompts import Prompt
from .renderers import Renderer, Template, as_json, as_yaml, brief, hidden
from .threads import Thread, Unit
from .tokens.counters import TokenCounter, token_counter
from .windows import Window, render

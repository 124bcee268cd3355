"""explore: sliders for the budget and the target, a choice of format and policies, and what comes of them."""

import contextlib
import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ..budgets import Budget
from ..contexts import Context
from ..events import Event
from ..exceptions import ContextkitError, SettingError, name_of
from ..formats import FORMATS, Format
from ..policies import DEFAULT_POLICIES, Mask
from ..policies.policy import Policy
from ..policies.resolve_errors import ResolveErrors
from ..policies.supersede import Supersede
from ..prompts import Prompt
from ..threads import Thread
from ..tokens.counters import TokenCounter
from ..windows import Window
from .contexts import context_html
from .controls import Controls
from .markup import Markup, element, joined
from .pages import frame

_COLLAPSE, _CLAMP, _QUOTE, _HALF, _DROP = DEFAULT_POLICIES
OFFERED: tuple[Policy, ...] = (
    *(_COLLAPSE, ResolveErrors(), Supersede(), _CLAMP, Mask(), _QUOTE, _HALF, _DROP),
)
"""The policies that can be chosen if none are given, gentlest first."""

_STEPS = 100  # of the slider, or some more
WITHOUT = "Sliders need an extra: pip install 'context-window-kit[notebook]'. This is the view without them."
"""What is said where the extra is missing."""
STILL = "Sliders need a running kernel. This is the view as it was last."
"""What is said where a notebook is only read."""


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen.

    Attributes:
        format: The name of the format.
        limit: The budget's limit, in tokens.
        target: What a compaction goes down to, in percent of what the context may have.
        policies: The names of the policies.
    """

    format: str
    limit: int
    target: int
    policies: tuple[str, ...]


class Explorer:
    """A thread's context that follows what is chosen.

    Attributes:
        thread: The thread.
        formats: The formats that can be chosen, by name.
        policies: The policies that can be chosen, by name.
        choice: What is chosen.
        context: What came of it; `None` where it failed.
        error: Why it failed: that the thread does not fit, or what a policy or a renderer did.
        least: The smallest limit that can be chosen, in tokens.
        most: The largest one.
        step: What lies between two that can be chosen, about.
        controls: The widgets: `format`, `budget`, `target` and `policies`, each with a `value`;
            `None` without the extra.
    """

    def __init__(
        self,
        thread: Thread,
        formats: Mapping[str, Format],
        policies: Mapping[str, Policy],
        chosen: Iterable[str],
        settings: Mapping[str, Any],
        budget: Budget | int | None,
    ) -> None:
        """Make it; see `explore`."""
        self.thread = thread
        self.formats, self.policies = MappingProxyType(dict(formats)), MappingProxyType(dict(policies))
        first = next(iter(self.formats))
        # Each remembers what it has measured, so that a step of a slider costs little.
        self._windows = {name: Window(format, **settings) for name, format in self.formats.items()}
        self._settings = settings
        whole = self._windows[first].render(thread).tokens
        self.step = nice_step(whole / _STEPS)
        given = Budget.of(budget or max(self.step, whole // 3 // self.step * self.step))
        self.most = max(given.limit, -(-whole // self.step) * self.step)
        self.least = min(given.limit, given.reserve + self.step)
        self._reserve = given.reserve
        share = 100 if given.target is None else max(1, round(100 * given.target / given.room))
        self.context: Context | None = None
        self.error: ContextkitError | None = None
        self.choice = Choice(first, given.limit, share, tuple(chosen))
        self.controls: Controls | None = None
        self.choose()

    @property
    def budget(self) -> Budget:
        """The budget that is chosen."""
        room = self.choice.limit - self._reserve
        return Budget(self.choice.limit, max(1, room * self.choice.target // 100), self._reserve)

    @property
    def window(self) -> Window:
        """A window with what is chosen, to go on with."""
        return Window(
            self.formats[self.choice.format],
            budget=self.budget,
            policies=[self.policies[name] for name in self.choice.policies],
            **self._settings,
        )

    def choose(self, **changes: Any) -> None:
        """Choose something else, such as `limit=6_000`: fields of a `Choice`."""
        self.choice = dataclasses.replace(self.choice, **changes)
        window = self._windows[self.choice.format]
        window.budget = self.budget
        window.policies = tuple(self.policies[name] for name in self.choice.policies)
        try:
            self.context, self.error = window.render(self.thread), None
        except ContextkitError as error:
            self.context, self.error = None, error

    def picture(self, *, open: bool = False) -> Markup:
        """Draw what came of it; `open` shows the text at once."""
        if self.context is not None:
            return context_html(self.context, open=open)
        return frame(element("p", element("b", "No context"), f": {self.error}"))

    def __repr__(self) -> str:
        return f"<Explorer: {repr(self.context).strip('<>') if self.context else self.error}>"

    def _repr_html_(self) -> str:
        said = element("p", STILL if self.controls else WITHOUT)
        chosen = f"{self.choice.format}, {self.budget}, {', '.join(self.choice.policies) or 'no policies'}"
        return joined([frame(said, element("p", chosen, class_="dim")), self.picture()])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        live = self.controls.live() if self.controls else {}
        return {**live, "text/plain": repr(self), "text/html": self._repr_html_()}


def explore(
    thread: Thread | Iterable[Event],
    *,
    budget: Budget | int | None = None,
    formats: Mapping[str, Format] | Sequence[Format] = FORMATS,
    policies: Sequence[Policy] | None = None,
    prompt: Prompt | str | None = None,
    counter: TokenCounter | str = "o200k_base",
) -> Explorer:
    """Show a thread's context in a notebook, with sliders for the budget and the target.

    Format and policies can be chosen too, and the picture and the text follow at once. That needs the
    extra `notebook`; without it the context is shown as it is, with a line that says so.

    Args:
        thread: The thread, or its events.
        budget: Where the sliders stand at first, in tokens; by default at a third of the whole.
        formats: What can be chosen; at first the first one is.
        policies: What can be chosen, gentlest first; at first all are. By default the default
            policies are, and `ResolveErrors`, `Supersede` and `Mask` can be.
        prompt: The text around the thread, or its template, with no variable but the thread.
        counter: Counts the tokens of a text; also the name of an encoding or of a model.

    Raises:
        SettingError: If there is no format, or one of them is not what it should be.

    >>> from contextkit.demo import deployment
    >>> explorer = explore(deployment(), budget=6_000)
    >>> explorer
    <Explorer: Context of 5,180 of 6,000 tokens, 13 of 89 events>
    >>> explorer.choose(format="compact", limit=12_000)
    >>> explorer.context
    <Context of 11,694 of 12,000 tokens, 37 of 89 events>
    """
    named = formats if isinstance(formats, Mapping) else {format.name: format for format in formats}
    if not named:
        raise SettingError("explore.formats", formats, "give one or more formats")
    offered = _named(OFFERED if policies is None else policies)
    chosen = [name for name, policy in offered.items() if policies is not None or policy in DEFAULT_POLICIES]
    log = thread if isinstance(thread, Thread) else Thread(thread)
    settings = {"prompt": prompt, "counter": counter}
    explorer = Explorer(log, named, offered, chosen, settings, budget)
    with contextlib.suppress(ImportError):  # the extra is missing: the view says so
        explorer.controls = Controls(explorer)
    return explorer


def nice_step(least: float) -> int:
    """Give the step of a slider: 1, 2 or 5 times a power of ten.

    >>> nice_step(256.9), nice_step(0.3), nice_step(70)
    (200, 1, 50)
    """
    power = 1
    while power * 10 <= least:
        power *= 10
    return max((times * power for times in (1, 2, 5) if times * power <= least), default=1)


def _named(policies: Sequence[Policy]) -> dict[str, Policy]:
    """Give policies by name; of equal names the later ones are numbered."""
    named: dict[str, Policy] = {}
    for policy in policies:
        label, number = name_of(policy), 1
        while (name := label if number == 1 else f"{label} ({number})") in named:
            number += 1
        named[name] = policy
    return named

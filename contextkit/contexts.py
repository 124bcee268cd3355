"""Context: the answer and its explanation."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Literal

from .budgets import Budget, whole_number
from .compaction import Stage
from .events import Event
from .exceptions import name_of
from .measuring import Measure
from .plain import JSON
from .records import is_bill, is_record
from .threads import Thread
from .tokens.counters import TokenCounter, base_of
from .written import Written

State = Literal["kept", "changed", "added", "gone"]


@dataclasses.dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a context, and the event that it came from.

    Attributes:
        id: The event's id.
        type: The event's type.
        text: The fragment, frame included.
        tokens: Its tokens.
        state: `kept` as it was, `changed` or `added` by a compaction.
        policy: The policy that changed or added it; `arrivals` where one changed it as it entered.
    """

    id: str
    type: str
    text: str
    tokens: int
    state: State
    policy: str | None = None


class Step:
    """What one policy saved in this compaction. The sizes are counted when they are asked for.

    Attributes:
        policy: The policy, as its repr.
    """

    __slots__ = ("_measure", "_stage", "policy")

    def __init__(self, stage: Stage, measure: Measure) -> None:
        self.policy = name_of(stage.policy)
        self._stage = stage
        self._measure = measure

    @property
    def before(self) -> int:
        """The tokens of the whole text before."""
        return self._measure.exact(self._stage.before)

    @property
    def after(self) -> int:
        """The tokens of the whole text after."""
        return self._measure.exact(self._stage.after)

    @property
    def saved(self) -> int:
        """The tokens that it saved."""
        return self.before - self.after

    def __repr__(self) -> str:
        return f"{self.policy}: {self.before:,} -> {self.after:,} tokens"


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Receipt:
    """Where each token of a context went. `rows` and the two rests add up to `tokens`.

    Attributes:
        tokens: The tokens of the whole text.
        room: What it was allowed to have, the reserve taken off; `None` without a budget.
        counter: What counted; an estimate says so.
        prompt: The tokens of the text around the thread.
        joins: What the counter makes of the places where fragments meet; 0 for a counter that adds up.
        before: The tokens that the whole text would have if nothing had been cut.
        rows: One for each event of the log and each event that compactions added: `id`, `type`,
            `state`, `policy`, `before` (tokens as it entered) and `after` (tokens in the context).
        failures: One for each policy that failed in a compaction of the thread: `record` (the id),
            `policy`, `failed` (why).
    """

    tokens: int
    room: int | None
    counter: str
    prompt: int
    joins: int
    before: int
    rows: tuple[dict[str, JSON], ...]
    failures: tuple[dict[str, JSON], ...] = ()

    def __repr__(self) -> str:
        return f"<Receipt of {len(self.rows):,} events: {self.before:,} tokens before, {self.tokens:,} after>"

    def to_data(self) -> dict[str, JSON]:
        """Give the receipt as plain data."""
        return {
            **dataclasses.asdict(self),
            "rows": [dict(row) for row in self.rows],
            "failures": [dict(failure) for failure in self.failures],
        }

    def _repr_html_(self) -> str:
        from .display.receipts import receipt_html

        return receipt_html(self)


@dataclasses.dataclass(frozen=True)
class Context:
    """What is sent to the model, and why it looks as it does.

    Attributes:
        thread: The thread it shows, with the record of the compaction if one was made: keep this one.
        steps: What each policy did in this compaction; empty where none was needed.
        budget: What it was made for.
    """

    thread: Thread
    steps: tuple[Step, ...]
    budget: Budget | None
    _measure: Measure = dataclasses.field(repr=False, compare=False)
    _log: Thread = dataclasses.field(repr=False, compare=False)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        limit = f" of {self.budget.room:,}" if self.budget else ""
        shown = sum(event.id in self._log for event in self._log.view())
        events = len(self._log) - len(self._log.records())
        about = "" if getattr(self._measure.counter, "exact", True) else "about "
        return f"<Context of {about}{self.tokens:,}{limit} tokens, {shown:,} of {events:,} events>"

    @functools.cached_property
    def tokens(self) -> int:
        """What the counter says of the whole text."""
        return self._measure.exact(self._log.view())

    @functools.cached_property
    def text(self) -> str:
        """The whole text."""
        return self._measure.text(self._log.view())

    @functools.cached_property
    def written(self) -> Written:
        """The context as messages, what stands beside them, and what they could not hold.

        A message format makes those of its provider. Of a text format they are two, in the shape of
        OpenAI Chat: the prompt before the thread as the system's, and the thread, with what stands
        after it, as the user's.
        """
        return self._measure.written(self._log.view())

    @property
    def messages(self) -> list[dict[str, JSON]]:
        """The context as messages; see `written`."""
        return self.written.messages

    @property
    def counter(self) -> TokenCounter:
        """What counted its tokens."""
        return self._measure.counter

    def billed(self, tokens: int) -> Event:
        """Give the event that says what the provider billed for this context; append it to the thread.

        From then on a window counts as the provider does, the better the more it is told.

        Args:
            tokens: What was billed as input, all that was read from or written to a cache included.

        Raises:
            SettingError: If it is not a whole number above 0.
        """
        whole_number("tokens", tokens, 1)
        counted = self._measure.counted(self._log.view())
        counter = name_of(base_of(self._measure.counter))
        return Event("billed", {"counter": counter, "counted": counted, "billed": tokens}, kind="usage")

    def view(self) -> Thread:
        """Give the events that it shows, as arrivals and compactions left them."""
        return self._log.view()

    @functools.cached_property
    def fragments(self) -> tuple[Fragment, ...]:
        """The parts of the text, in order, each with the event that it came from."""
        touched = self._touched
        fragments = []
        for event in self._measure.format.arranged(self._log.view()):
            if text := self._measure.piece(event).text:
                state, policy = touched.get(str(event.id), ("kept", None))
                tokens = self._measure.tokens(event)
                fragments.append(Fragment(str(event.id), event.type, text, tokens, state, policy))
        return tuple(fragments)

    @functools.cached_property
    def _touched(self) -> dict[str, tuple[State, str | None]]:
        """For each event that a compaction touched, how, and by which policy."""
        touched: dict[str, tuple[State, str | None]] = {}
        for event in self._log:
            if not is_record(event):
                id = str(event.id)
                touched.pop(id, None)  # of a line that had this id before, and was dropped
                if id in self._log.arrived:
                    touched[id] = ("changed", "arrivals")
                continue
            for step in event.data["steps"]:
                touched.update((id, ("gone", step["policy"])) for id in step.get("gone", ()))
                for id in step.get("changed", ()):
                    added = touched.get(id, ("kept", None))[0] == "added"
                    touched[id] = ("added" if added else "changed", step["policy"])
                for entry in step.get("added", ()):
                    touched[entry["event"]["id"]] = ("added", step["policy"])
        return touched

    @property
    def failures(self) -> tuple[dict[str, JSON], ...]:
        """What failed in compactions of the thread: `record` (its id), `policy` and `failed` (why)."""
        return tuple(
            {"record": record.id, "policy": step["policy"], "failed": step["failed"]}
            for record in self._log.records()
            for step in record.data["steps"]
            if step.get("failed")
        )

    def receipt(self) -> Receipt:
        """Say of each event what became of it, by which policy, and its tokens before and after.

        What is gone is counted now, so that this may take as long as counting the whole thread.
        """
        view, touched = self._log.view(), self._touched
        rows: list[dict[str, JSON]] = []
        entered = [event for event in self._log if not is_record(event)]
        for event in entered:
            state, policy = touched.get(str(event.id), ("kept", None))
            after = self._measure.tokens(view[str(event.id)]) if state != "gone" else 0
            rows.append(_row(str(event.id), event.type, state, policy, self._measure.tokens(event), after))
        for event in view:
            if event.id not in self._log:
                state, policy = touched[str(event.id)]
                rows.append(_row(str(event.id), event.type, state, policy, 0, self._measure.tokens(event)))
        prompt = self._measure.fixed
        joins = self.tokens - prompt - sum(row["after"] for row in rows)
        room = self.budget.room if self.budget else None
        counter = name_of(self._measure.counter)
        before = self._measure.exact(entered)
        return Receipt(self.tokens, room, counter, prompt, joins, before, tuple(rows), self.failures)

    def _repr_html_(self) -> str:
        from .display.contexts import context_html

        return context_html(self)


def billed_of(event: Event, counter: TokenCounter) -> tuple[int, int] | None:
    """Give what was counted and what was billed for a context, if the event says it of this counter."""
    data = event.data
    if not is_bill(event) or not isinstance(data, dict) or data.get("counter") != name_of(base_of(counter)):
        return None
    counted, billed = data.get("counted"), data.get("billed")
    if type(counted) is not int or type(billed) is not int or min(counted, billed) < 1:
        return None
    return counted, billed


def _row(id: str, type: str, state: State, policy: str | None, before: int, after: int) -> dict[str, JSON]:
    return {"id": id, "type": type, "state": state, "policy": policy, "before": before, "after": after}


def steps_of(stages: Sequence[Stage], measure: Measure) -> tuple[Step, ...]:
    """Give what each policy did as steps that can be asked for their sizes."""
    return tuple(Step(stage, measure) for stage in stages)

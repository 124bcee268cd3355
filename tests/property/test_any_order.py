"""All properties at once: a thread grows, is rendered, compacted, forked and written down in any order."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contextkit import (
    DEFAULT_POLICIES,
    TAGGED,
    Budget,
    BudgetError,
    Clamp,
    CollapseErrors,
    Context,
    Drop,
    Event,
    Mask,
    Quote,
    Summarize,
    Supersede,
    Thread,
    token_counter,
)
from contextkit.records import is_record

from ..strategies import same
from .strategies import (
    ADDITIVE,
    PLAIN,
    READY_MADE,
    RULES,
    Setup,
    bulk,
    data,
    nasty,
    recap,
    recounted,
    rendered,
)
from .test_pins import check_pins
from .test_receipts import check_states, check_sums
from .test_references import check_lines, check_placeholder
from .test_units import check_view, in_flight

_LADDERS = (
    DEFAULT_POLICIES,
    (Drop(),),
    (Mask(keep=0), Drop()),
    (CollapseErrors(), Clamp(20), Mask(keep=1), Drop()),
    (Supersede(), Quote(), Drop()),
    (Summarize(recap, keep=0.3), Clamp(40), Quote(0.5), Drop()),
)
_TEXT = st.one_of(bulk(), st.sampled_from(PLAIN), nasty())


class AnyOrder(RuleBasedStateMachine):
    """A thread and its window: after each step, all that always holds is checked."""

    def __init__(self) -> None:
        super().__init__()
        self.setup = Setup(TAGGED, token_counter("o200k_base"), DEFAULT_POLICIES, None)
        self.budget = Budget(1)
        self.thread = Thread()
        self.last: Context | None = None  # the newest context, while only appending has gone on since
        self.calls = 0

    @initialize(
        format=st.sampled_from(READY_MADE),
        rules=st.sampled_from(RULES),
        counter=st.sampled_from(ADDITIVE),
        ladder=st.sampled_from(_LADDERS),
        limit=st.sampled_from((150, 300, 100, 200, 600, 2_000)),
        share=st.sampled_from((60, None, 30, 90)),
        reserve=st.sampled_from((0, 10)),
    )
    def begin(self, format, rules, counter, ladder, limit, share, reserve) -> None:  # type: ignore[no-untyped-def]
        """Start with an empty thread and a window of any make."""
        limit *= 4 if counter is len else 1
        target = None if share is None else limit * share // 100
        self.budget = Budget(limit + reserve, target=target, reserve=reserve)
        self.setup = Setup(format | rules, counter, ladder, None)
        self.window = self.setup.window(self.budget)

    # ---- what can happen

    @rule(type=st.sampled_from(("note", "user", "error", "assistant", "reasoning", "usage")), data=_TEXT)
    def append(self, type: str, data: str) -> None:
        """Something happens."""
        self.thread = self.thread.append(Event(type, data))

    @rule(type=st.sampled_from(("note", "user")), data=st.sampled_from(PLAIN))
    def append_pinned(self, type: str, data: str) -> None:
        """Something happens that may never be cut."""
        self.thread = self.thread.append(Event(type, data, pinned=True))

    @rule(data=data())
    def call(self, data: object) -> None:
        """A tool is called."""
        self.thread = self.thread.call("get_log", data, call_id=f"c{self.calls}")
        self.calls += 1

    @precondition(lambda self: self.calls)
    @rule(number=st.integers(0, 99), data=data(), failed=st.booleans())
    def result(self, number: int, data: object, failed: bool) -> None:
        """Any call is answered, be it for the first time or again."""
        call_id = f"c{self.calls - 1 - number % self.calls}"
        if any(event.kind == "call" and event.call_id == call_id for event in self.thread):
            self.thread = self.thread.result(call_id, data, type="error" if failed else None)

    @rule(texts=st.lists(_TEXT, min_size=1, max_size=4))
    def rounds(self, texts: list[str]) -> None:
        """A tool is called and answers at once, some times, with a render after each."""
        for text in texts:
            self.call({"path": "log"})
            self.result(0, text, failed=False)
            self.render()

    @rule()
    def render(self) -> None:
        """The context is made; the loop goes on with its thread."""
        context = rendered(self.window, self.thread)
        assert_same(context, rendered(self.setup.window(self.budget), self.thread))
        if isinstance(context, BudgetError):
            assert context.needed > self.budget.limit
            return
        self.check(context)
        if self.last is not None and len(self.last.thread.records()) == len(context.thread.records()):
            assert context.text.startswith(self.last.text)
        self.thread = context.thread
        self.last = context

    @rule()
    def compact(self) -> None:
        """The thread is compacted without making a context."""
        try:
            compacted = self.window.compact(self.thread)
        except BudgetError:
            return
        if not any(isinstance(policy, Summarize) for policy in self.setup.policies):
            assert compacted == self.window.render(self.thread).thread
        assert self.window.compact(compacted) == compacted
        self.thread = compacted

    @rule(share=st.integers(0, 100))
    def fork(self, share: int) -> None:
        """The loop goes back to an earlier point, and leaves an event on the way that it came."""
        self.thread.append(Event("note", "on the other way"))
        self.thread = self.thread.fork(len(self.thread) * share // 100)
        self.last = None

    @rule(lines=st.booleans())
    def write_down_and_read(self, lines: bool) -> None:
        """The thread is stored and loaded, in another process as it were."""
        again = (
            Thread.from_jsonl(self.thread.to_jsonl()) if lines else Thread.from_json(self.thread.to_json())
        )
        assert again == self.thread
        assert list(again.view()) == list(self.thread.view())
        assert again.units() == self.thread.units()
        self.thread = again

    @rule()
    def new_window(self) -> None:
        """The window is made anew: nothing may be lost but time."""
        self.window = self.setup.window(self.budget)

    # ---- what always holds

    @invariant()
    def the_view_is_in_order(self) -> None:
        """Units are whole or gone, calls in flight and pinned events stand, and all can be had back."""
        check_view(self.thread)
        view = self.thread.view()
        standing = {event.id for event in view}
        assert in_flight(self.thread) <= standing
        for event in self.thread:
            assert same(self.thread.restore(str(event.id)), event.data)
            if event.pinned:
                assert view[str(event.id)] == event
        for event in view:
            check_placeholder(event, self.thread, self.setup.policies)
        check_lines(self.thread)

    @invariant()
    def compactions_are_rare(self) -> None:
        """Where the target was reached there are at most appended / (limit - target) + 1 compactions."""
        reached = [event for event in self.thread if is_record(event) and event.data["floor"] is None]
        mark = max((event.data["target"] for event in reached), default=0)
        if self.budget.room == mark:
            return
        events = [event for event in self.thread if not is_record(event)]
        appended = sum(recounted(self.setup.counter, self.setup.format(event)) for event in events)
        assert len(reached) <= appended / (self.budget.room - mark) + 1

    def check(self, context: Context) -> None:
        """All that a context says is so."""
        assert context.text == self.setup.text(context.thread.view())
        assert context.tokens == recounted(self.setup.counter, context.text) <= self.budget.room
        check_pins(context, self.thread, self.setup)
        check_sums(context, self.setup)
        check_states(context)


def assert_same(first: Context | BudgetError, second: Context | BudgetError) -> None:
    """Two windows say the same of one thread."""
    if isinstance(first, Context) and isinstance(second, Context):
        assert (first.text, first.tokens, first.thread) == (second.text, second.tokens, second.thread)
    else:
        assert str(first) == str(second)


AnyOrder.TestCase.settings = settings(stateful_step_count=30)
TestAnyOrder = AnyOrder.TestCase

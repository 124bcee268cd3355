"""Tests of `contextkit.windows`: the one way through, and everything that can be wrong on it."""

import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contextkit import (
    TAGGED,
    Budget,
    BudgetError,
    Clamp,
    CollapseErrors,
    ContextkitError,
    CounterError,
    Drop,
    Event,
    Mask,
    Meter,
    Policy,
    PolicyError,
    Prompt,
    RenderError,
    SettingError,
    Template,
    TemplateError,
    Thread,
    ThreadError,
    Window,
    render,
    token_counter,
)


def rounds(count: int, size: int = 100) -> Thread:
    """Give a task and rounds of a call with a result each: 0, then (1, 2), (3, 4), ..."""
    thread = Thread([Event("user", "go")])
    for number in range(count):
        thread = thread.call("get_log", call_id=str(number)).result(str(number), f"{number} ok\n" * size)
    return thread


class TestBadInput:
    """Each mistake is one of our errors, names what is wrong, and leaves everything as it was."""

    @pytest.mark.parametrize("budget", [0, -1, True, False, 8_000.0, "8000", [8_000]])
    def test_a_budget_that_is_no_number_of_tokens(self, budget: Any) -> None:
        """Zero, negative, bool, float: a `SettingError`, from a window and from `render`."""
        for make in (lambda: Window(budget=budget), lambda: render(Thread(), budget=budget)):
            with pytest.raises(SettingError, match=r"Budget\.limit"):
                make()

    def test_a_reserve_that_takes_all(self) -> None:
        """A reserve of the limit or more leaves no room."""
        with pytest.raises(SettingError, match=r"Budget\.reserve"):
            Budget(100, reserve=100)

    @pytest.mark.parametrize(
        ("settings", "name"),
        [
            ({"format": "TAGGED"}, "Window.format"),
            ({"format": None}, "Window.format"),
            ({"policies": ["drop"]}, "Window.policies"),
            ({"policies": Drop()}, "Window.policies"),
            ({"policies": None}, "Window.policies"),
            ({"arrivals": [None]}, "Window.arrivals"),
            ({"arrivals": len}, "Window.arrivals"),
            ({"prompt": 5}, "Window.prompt"),
        ],
    )
    def test_a_setting_of_the_wrong_type(self, settings: dict[str, Any], name: str) -> None:
        """What a window is made of is checked when it is made."""
        with pytest.raises(SettingError) as caught:
            Window(**settings)
        assert caught.value.name == name

    @pytest.mark.parametrize("counter", ["o200k", 5, object()])
    def test_a_counter_that_nobody_knows(self, counter: Any) -> None:
        """An unknown name, or what is no callable, is an error that lists what there is."""
        with pytest.raises(ContextkitError, match="no token counter for"):
            Window(counter=counter)

    @pytest.mark.parametrize("value", [1.0, "1", None, True, -1, np.int64(1), [1]], ids=repr)
    def test_a_counter_that_returns_no_number(self, value: Any) -> None:
        """A counter gives a whole number, 0 or more; all else is an error with counter and value."""

        def counter(text: str) -> Any:
            return value

        with pytest.raises(CounterError) as caught:
            render(Thread([Event("user", "go")]), counter=counter, budget=100)
        assert caught.value.counter is counter
        assert caught.value.value is value

    def test_a_renderer_that_raises(self) -> None:
        """The error names the renderer, the event's id and its type, and has the cause."""

        def broken(event: Event) -> str:
            raise KeyError("tag")

        thread = Thread([Event("user", "go"), Event("error", "x", id="e7")])
        with pytest.raises(RenderError) as caught:
            render(thread, TAGGED | {"error": broken})
        error = caught.value
        assert (error.renderer, error.event_id, error.event_type) == (broken, "e7", "error")
        assert isinstance(error.__cause__, KeyError)
        assert all(part in str(error) for part in ("broken", "'e7'", "'error'", "KeyError"))

    @pytest.mark.parametrize("value", [None, 5, b"text", ["text"]])
    def test_a_renderer_that_gives_no_text(self, value: Any) -> None:
        """A renderer returns text; an empty one leaves the event out, `None` does not."""
        with pytest.raises(RenderError, match="not text"):
            render(Thread([Event("error", "x")]), TAGGED | {"error": lambda _: value})

    def test_events_that_are_no_thread(self) -> None:
        """Duplicate ids, a result without its call, or no events at all: a `ThreadError`."""
        for events in (
            [Event("note", id="a"), Event("note", id="a")],
            [Event("x_result", "x", call_id="1")],
            ["text"],
            "text",
            [{"type": "user"}],
        ):
            with pytest.raises(ThreadError):
                render(events)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("source", "line"), [("{{ thread }\n", 1), ("a\n{% if %}\n{{ thread }}", 2), ("\n\n{% x %}", 3)]
    )
    def test_a_template_with_a_syntax_error(self, source: str, line: int) -> None:
        """The error says which line of which file, for prompts and for renderers."""
        for make in (lambda: Prompt(source, "prompt.md"), lambda: Template(source, "prompt.md")):
            with pytest.raises(TemplateError) as caught:
                make()
            assert (caught.value.line, caught.value.name) == (line, "prompt.md")
            assert f"prompt.md, line {line}" in str(caught.value)
        with pytest.raises(TemplateError):
            Window(prompt=source)

    @pytest.mark.parametrize(
        ("source", "said"),
        [
            ("no place for it", "nowhere"),
            ("{{ thread }}{{ thread }}", "2 times"),
            ("{{ thread }} at {{ time }}", "'time' is undefined"),
            ("\n{{ thread }}{{ 1 / 0 }}", "line 2"),
        ],
    )
    def test_a_prompt_that_cannot_be_filled_in(self, source: str, said: str) -> None:
        """The thread stands in it once, and each name must be given."""
        with pytest.raises(TemplateError, match=said):
            render(Thread(), prompt=source)

    def test_a_template_of_an_event_that_fails(self) -> None:
        """A name that is not there is an error that names the event."""
        with pytest.raises(RenderError, match="'colour' is undefined"):
            render(Thread([Event("note", "x")]), TAGGED | {"note": Template("{{ colour }}")})

    def test_a_template_cannot_reach_out(self) -> None:
        """Templates run in a sandbox, and cannot change what they are given."""
        for source in ("{{ data.__class__.__mro__ }}", "{{ data.append(1) }}"):
            with pytest.raises(RenderError):
                render(Thread([Event("note", [0])]), TAGGED | {"note": Template(source)})

    def test_nothing_is_changed_when_an_error_is_raised(self) -> None:
        """The thread is what it was, and the window goes on as if nothing had been."""
        calls = 0

        def fails_once(event: Event) -> str:
            nonlocal calls
            calls += 1
            if calls == 1:
                raise ValueError
            return event.text

        thread = rounds(20)
        before = thread.to_json()
        window = Window(TAGGED | {"*_result": fails_once}, budget=500, policies=[Mask(keep=1), Drop()])
        with pytest.raises(RenderError):
            window.render(thread)
        assert thread.to_json() == before
        expected = Window(
            TAGGED | {"*_result": lambda event: event.text}, budget=500, policies=window.policies
        )
        assert window.render(thread).text == expected.render(thread).text


class TestBudgetError:
    """It says what stands in the way, and which limit would do; rendering at that limit succeeds."""

    def test_it_names_the_limit_that_would_do(self) -> None:
        """`needed` is a limit, the reserve included; one token less is too little."""
        thread = Thread([Event("user", "word " * 300), *(Event("note", "x " * 50) for _ in range(9))])
        window = Window(budget=Budget(150, reserve=50), policies=[Drop()])
        with pytest.raises(BudgetError) as caught:
            window.render(thread)
        needed = caught.value.needed
        assert caught.value.limit == 150
        assert (
            Window(budget=Budget(needed, reserve=50), policies=[Drop()]).render(thread).tokens <= needed - 50
        )
        with pytest.raises(BudgetError):
            Window(budget=Budget(needed - 1, reserve=50), policies=[Drop()]).render(thread)

    def test_it_names_what_stands_in_the_way(self) -> None:
        """Pinned events, calls in flight and the prompt, dearest first, each with its tokens."""
        thread = Thread([Event("user", "word " * 300, id="task"), Event("note", "x")])
        thread = thread.call("deploy", {"to": "y " * 90}, call_id="1", id="flight")
        with pytest.raises(BudgetError) as caught:
            render(thread, budget=20, prompt="short {{ thread }}", policies=[Drop()])
        names = [name for name, _ in caught.value.blockers]
        assert names == ["task", "flight", "prompt"]
        assert caught.value.blockers[0][1] > 300
        assert "task (30" in str(caught.value)

    @pytest.mark.parametrize("target", [20, None])
    def test_the_limit_does_with_the_same_target_too(self, target: int | None) -> None:
        """Where the target stays, a policy that saves little is passed over now, and others do more."""

        def shorten(view: Thread, meter: Meter) -> Thread:
            return view.replace("x", "short")

        def cut(view: Thread, meter: Meter) -> Thread:
            if view["z"].text != "word " * 200:
                return view
            return view.replace("z", "word " * (10 if view["x"].text == "short" else 50))

        thread = Thread([Event("user", "word " * 200), Event("x", "a bit longer"), Event("z", "word " * 200)])
        thread = Thread(event.having(id=event.type) for event in thread)
        with pytest.raises(BudgetError) as caught:
            Window(budget=Budget(20, target=20), policies=[shorten, cut]).render(thread)
        needed = caught.value.needed
        wider = Budget(needed, target=target or needed)
        assert Window(budget=wider, policies=[shorten, cut]).render(thread).tokens <= needed

    def test_its_message_is_short(self) -> None:
        """Under 600 characters, whatever there is, and it says the remedy."""
        thread = Thread(Event("user", "word " * 50, id=f"a-rather-long-id-{n}" * 3) for n in range(500))
        with pytest.raises(BudgetError) as caught:
            render(thread, budget=100)
        assert len(str(caught.value)) < 600
        assert "and 497 more" in str(caught.value)
        assert "Raise the limit, unpin" in str(caught.value)
        assert len(caught.value.blockers) == 500

    def test_a_long_id_does_not_make_it_long(self) -> None:
        """An id of a user's may have any length; the message has not."""
        with pytest.raises(BudgetError) as caught:
            render(Thread([Event("user", "word " * 50, id="x" * 5_000)]), budget=10)
        assert len(str(caught.value)) < 600

    def test_a_prompt_alone_can_be_too_much(self) -> None:
        """An empty thread in a long prompt does not fit either."""
        with pytest.raises(BudgetError) as caught:
            render(Thread(), budget=10, prompt="word " * 50 + "{{ thread }}")
        assert [name for name, _ in caught.value.blockers] == ["prompt"]


class TestRender:
    """A window is made once and called at every step."""

    def test_a_loop_goes_on_with_the_contexts_thread(self) -> None:
        """The record of a compaction is in it, once; the next step starts from there."""
        window = Window(budget=Budget(600, target=300))
        thread, contexts = Thread([Event("user", "go")]), []
        for number in range(40):
            thread = thread.call("get_log", call_id=str(number)).result(str(number), "line\n" * 20)
            context = window.render(thread)
            contexts.append(context)
            thread = context.thread
        assert all(context.tokens <= 600 for context in contexts)
        assert len(thread.records()) == sum(bool(context.steps) for context in contexts) < 15
        assert all(record.data["floor"] is None for record in thread.records())

    def test_compact_makes_the_same_record(self) -> None:
        """`compact` is the first half of `render`; where nothing must be done, the thread comes back."""
        window = Window(budget=300)
        compacted = window.compact(rounds(9))
        assert compacted == window.render(rounds(9)).thread
        assert window.compact(compacted) is compacted
        assert window.compact(rounds(1, 5)) == rounds(1, 5)

    def test_a_target_that_cannot_be_reached_is_recorded(self) -> None:
        """The record says how far down it went."""
        thread = Thread([Event("user", "word " * 100), *(Event("note", "x " * 50) for _ in range(9))])
        context = Window(budget=Budget(400, target=50), policies=[Drop()]).render(thread)
        record = context.thread.records()[0]
        assert record.data["floor"] == context.tokens > 50
        assert (record.data["limit"], record.data["target"]) == (400, 50)

    def test_a_target_is_gone_down_to(self) -> None:
        """With a target more goes at once, without one no more than must."""
        low = render(rounds(9), budget=Budget(500, target=200), policies=[Drop()])
        high = render(rounds(9), budget=500, policies=[Drop()])
        assert low.tokens <= 200 < high.tokens <= 500

    def test_a_window_without_a_target_leaves_room_for_what_comes(self) -> None:
        """It goes down to a share of what the pinned leave; `render`, which is for once, fills up."""
        thread = rounds(40, 20).append(Event("note", "word " * 200, pinned=True))
        window = Window(budget=1_000, policies=[Drop()])
        context = window.render(thread)
        fixed = sum(fragment.tokens for fragment in context.fragments if fragment.type in ("user", "note"))
        mark = Budget(1_000).mark(fixed)
        assert context.thread.records()[0].data["target"] == mark
        assert mark - 100 < context.tokens <= mark < render(thread, budget=1_000, policies=[Drop()]).tokens

    def test_a_policy_that_saves_next_to_nothing_is_passed_over(self) -> None:
        """One that reaches the mark, or without which the room is not kept, is not."""
        thread = rounds(90, 20).append(Event("error", "x " * 20)).append(Event("error", "x " * 20))
        policies: list[Policy] = [CollapseErrors(), Drop()]
        passed = Window(budget=2_000, policies=policies).render(thread)
        assert [step.policy for step in passed.steps] == ["Drop()"]
        assert render(thread, budget=2_000, policies=policies).steps[0].policy == "CollapseErrors()"
        short = thread[-2:]
        limit = render(short).tokens - 1
        for budget in (limit, Budget(limit, target=1)):
            needed = Window(budget=budget, policies=[CollapseErrors()]).render(short)
            assert [step.policy for step in needed.steps] == ["CollapseErrors()"]

    def test_render_takes_events(self) -> None:
        """Any iterable of events will do."""
        assert render(event for event in [Event("user", "go")]).text == "<user>\ngo\n</user>\n"
        assert (render([]).text, render([]).tokens, render([], budget=1).tokens) == ("", 0, 0)

    def test_a_prompt_stands_around_the_thread(self) -> None:
        """Its variables are given at each step; it counts; it may come from a file."""
        window = Window(prompt="You deploy.\n\n{{ thread }}\nIt is {{ time }}.", budget=60)
        context = window.render(Thread([Event("user", "go")]), variables={"time": "14:07"})
        assert context.text == "You deploy.\n\n<user>\ngo\n</user>\n\nIt is 14:07."
        assert context.tokens == token_counter("o200k_base")(context.text)
        receipt = context.receipt()
        assert receipt.prompt > 0
        assert receipt.prompt + receipt.joins + sum(row["after"] for row in receipt.rows) == context.tokens

    def test_templates_come_from_files(self, tmp_path: Path) -> None:
        """`from_file` remembers the name, for errors."""
        path = tmp_path / "prompt.md"
        path.write_text("é {{ thread }}", encoding="utf-8")
        prompt = Prompt.from_file(path)
        assert (prompt.around({}), prompt.name) == (("é ", ""), str(path))
        path.write_text("{{ data }}!", encoding="utf-8")
        assert Template.from_file(path)(Event("note", "x")) == "x!"
        for value in (prompt, Template.from_file(path)):
            assert pickle.loads(pickle.dumps(value)) == copy.deepcopy(value) == value  # noqa: S301

    def test_a_counter_may_have_attributes_of_its_own(self) -> None:
        """An attribute that happens to be called as one of ours means nothing."""

        class Mine:
            base = "https://example.org"
            scale = 3

            def __call__(self, text: str) -> int:
                return len(text)

        assert render(rounds(3), counter=Mine(), budget=900).tokens <= 900

    def test_window_is_used_for_several_threads(self) -> None:
        """Two runs can share a window, in any order."""
        window = Window(budget=400)
        one, two = rounds(9), rounds(9, 60)
        texts = [window.render(thread).text for thread in (one, two, one, two)]
        assert texts[:2] == texts[2:] == [Window(budget=400).render(thread).text for thread in (one, two)]


class TestContext:
    """The answer explains itself."""

    def test_steps_say_what_each_policy_saved(self) -> None:
        """In order; a repr a person can read."""
        context = render(rounds(9), budget=500, policies=[Clamp(100), Mask(keep=1), Drop()])
        assert context.steps[0].policy == "Clamp(tokens=100)"
        assert sum(step.saved for step in context.steps) == context.steps[0].before - context.tokens
        assert repr(context.steps[0]).startswith("Clamp(tokens=100): ")

    def test_the_receipt_is_plain_data(self) -> None:
        """It can be written as JSON, and says what the limit was."""
        context = render(rounds(9), budget=Budget(600, reserve=100))
        told = json.loads(json.dumps(context.receipt().to_data()))
        assert (told["room"], told["tokens"]) == (500, context.tokens)
        assert {row["state"] for row in told["rows"]} <= {"kept", "changed", "added", "gone"}
        assert render(rounds(1)).receipt().room is None

    def test_repr_is_one_line(self) -> None:
        """Tokens, limit and events."""
        assert repr(render(rounds(1, 1), budget=100)) == "<Context of 29 of 100 tokens, 3 of 3 events>"
        assert "\n" not in repr(render(rounds(9), budget=300))

    def test_a_context_is_frozen(self) -> None:
        """Nobody changes what was sent."""
        with pytest.raises(AttributeError):
            render(rounds(1)).text = "x"


def test_a_policy_may_call_our_verbs_wrongly(  # what a user's policy raises of ours keeps its type
) -> None:
    """An error of ours that a policy causes comes out as it is; any other becomes a `PolicyError`."""
    wrong: list[tuple[Callable[..., Thread], type[ContextkitError]]] = [
        (lambda view, __: view.drop(["99"]), ThreadError),
        (lambda view, __: view.replace("99", "x"), ThreadError),
        (lambda view, __: view.nothing(), PolicyError),
    ]
    for policy, expected in wrong:
        with pytest.raises(expected):
            render(rounds(9), budget=100, policies=[policy])

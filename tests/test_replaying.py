"""Replaying: what a run's contexts held and cost, on runs small enough to count by hand."""

import sys
from collections.abc import Callable, Iterable, Sequence

import pytest

from benchmarks.runs import run
from contextkit import (
    JSON_LINES,
    TAGGED,
    XML,
    YAML,
    Budget,
    Event,
    Format,
    MissingExtraError,
    SettingError,
    Thread,
    Window,
    token_counter,
)
from contextkit.rates import RELATIVE, Rates, rates_of
from contextkit.replaying import Call, Replay, in_a_loop, mentions, replay, together, values

COUNT = token_counter("o200k_base")
TASK = Event("user", "Go on.")


def whole(thread: Thread) -> Sequence[Event]:
    """Show all there is."""
    return list(thread)


def showing(*texts: str) -> Callable[[Thread], Sequence[Event]]:
    """Show the task, and something else."""
    return lambda thread: [*(event for event in thread if event.pinned), *(Event("note", t) for t in texts)]


def without(*ids: str) -> Callable[[Thread], Sequence[Event]]:
    """Show all but some."""
    return lambda thread: [event for event in thread if event.id not in ids]


def last(
    thread: Iterable[Event], compile: Callable[[Thread], Sequence[Event]], format: Format = TAGGED
) -> Call:
    """Replay a run, and give the last call of the model."""
    return replay(Thread(thread), compile, format=format).calls[-1]


def recalled(call: Call) -> tuple[int, int]:
    return call.written, call.shown


class TestRecall:
    """What the model writes and has seen, and whether the context shows it."""

    seen = Event("note", "The order was moved.\nThen order HX-4711 went to the depot in Kiel, by lorry.")
    asks = Event("assistant", "Where is HX-4711?")

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("Then order HX-4711 went to the depot in Kiel, by lorry.", 1),
            ("'Then order' - (HX-4711);\n  went to: the depot-in", 1),  # other signs
            ("then ORDER HX-4711 went to the depot in Kiel", 0),  # other letters
            ("HX-4711", 0),
            ("order HX-4711 went", 0),  # a part of what stood around it
            ("ids: AB-12 HX-4711 CD-34", 0),
        ],
    )
    def test_it_is_shown_only_with_what_stood_around_it(self, text: str, shown: int) -> None:
        """Up to 16 word characters on each side, in its line; signs and blanks do not count."""
        assert recalled(last([TASK, self.seen, self.asks], showing(text))) == (1, shown)

    def test_one_of_its_mentions_is_enough(self) -> None:
        """Any earlier mention will do, not only the last."""
        run = [TASK, self.seen, Event("note", "HX-4711 is late."), self.asks]
        assert recalled(last(run, without("1"))) == (1, 1)
        assert recalled(last(run, without("2"))) == (1, 1)
        assert recalled(last(run, without("1", "2"))) == (1, 0)

    def test_the_line_ends_the_surroundings(self) -> None:
        """What stands in the next line may be gone."""
        seen = Event("note", "a long line before\nuser_id 7\na long line behind")
        run = [TASK, seen, Event("assistant", "user_id")]
        assert recalled(last(run, showing("user_id 7"))) == (1, 1)

    def test_only_what_stood_in_an_earlier_event_counts(self) -> None:
        """What the model brings up itself is no recall, nor is what the same message says twice."""
        run = [TASK, Event("assistant", "A new NAME_1 and NAME_2."), Event("assistant", "NAME_1, NEW_3")]
        assert [recalled(call) for call in replay(Thread(run), whole).calls] == [(0, 0), (1, 1)]

    def test_arguments_are_looked_at_without_their_names(self) -> None:
        """Of `{"user_id": ...}` the value counts, in JSON inside of text too; the tool's name never."""
        told = Event("note", "get_user user_id filter_by sara_doe_496 gold_member")
        data = {"user_id": "sara_doe_496", "more": '{"filter_by": ["gold_member"]}'}
        for given in (data, '{"user_id": "sara_doe_496", "filter_by": "gold_member"}'):
            call = Event("get_user", given, kind="call", call_id="1")
            assert recalled(last([TASK, told, call], whole)) == (2, 2)

    def test_far_is_more_than_ten_messages_back(self) -> None:
        """A message of the model is one, answers that follow each other are one."""
        for between, far in ((9, 0), (10, 1)):
            filler = [Event("note", "nothing") for _ in range(between)]
            call = last([TASK, self.seen, *filler, self.asks], whole)
            assert (call.far, call.far_shown, call.far_bare) == (far, far, far)
        thread = Thread([TASK, self.seen])
        for step in range(5):
            thread = thread.append(Event("assistant", "Two at once."))
            thread = thread.call("look", call_id=f"a{step}").call("look", call_id=f"b{step}")
            thread = thread.result(f"a{step}", "nothing").result(f"b{step}", "nothing")
        assert replay(thread.append(self.asks), whole).calls[-1].far == 1
        assert replay(thread.fork(22).append(self.asks), whole).calls[-1].far == 0

    def test_bare_is_far_without_surroundings(self) -> None:
        """A list of identifiers shows it bare."""
        filler = [Event("note", "nothing") for _ in range(12)]
        call = last([TASK, self.seen, *filler, self.asks], showing("ids: AB-12 HX-4711 CD-34"))
        assert (call.far, call.far_shown, call.far_bare) == (1, 0, 1)

    @pytest.mark.parametrize("format", [TAGGED, XML, YAML, JSON_LINES])
    def test_any_format_can_show_it(self, format: Format) -> None:
        """Quotes, escapes and indents are folded away."""
        text = 'if (a < b) {\n\treturn "x" && run_it(\'C1_x\');\n} // the "end" of run_all & rest'
        run = [TASK, Event("note", {"code": text, "n": 4711}), Event("assistant", "run_it C1_x run_all 4711")]
        assert recalled(last(run, whole, format)) == (4, 4)

    def test_names_and_surroundings(self) -> None:
        """Keys, `True` and `None` are left out, and long neighbours are cut."""
        assert list(mentions({"name_of_key": ["a line\nwith user_id=7 in it", True, None, 4711]})) == [
            ("user_id", "withuser_id7init"),
            ("4711", "4711"),
        ]
        long = "x" * 40 + " user_id " + "y" * 40
        assert list(mentions(long)) == [("user_id", "x" * 16 + "user_id" + "y" * 16)]

    def test_what_is_no_json_is_text(self) -> None:
        """Text that only looks like JSON stays as it is."""
        assert list(values(['{"a": "x"}', "{a: x}", "[1, [2]]", "[" * 10**5])) == [
            *("x", "{a: x}", "1", "2", "[" * 10**5)
        ]


class TestPrefix:
    """What the contexts have in common with those before them."""

    def test_a_log_that_only_grows_never_breaks(self) -> None:
        """Each context begins with all of the one before."""
        thread = Thread(
            [TASK, Event("assistant", "One."), Event("note", "Two."), Event("assistant", "Three.")]
        )
        done = replay(thread, whole)
        first, second = done.calls
        assert (first.shared, first.broke) == (0, False)
        assert (second.shared, second.broke) == (first.tokens, False)
        assert [call.tokens for call in done.calls] == [COUNT(TAGGED.text(thread[:n])) for n in (1, 3)]
        assert done.cost() == pytest.approx(second.tokens + 0.1 * first.tokens)
        assert done.prefix == first.tokens / (first.tokens + second.tokens)

    def test_what_comes_before_a_change_is_shared(self) -> None:
        """A context breaks when it does not begin with the one before; up to there it is shared."""
        thread = Thread([TASK, *(Event("assistant", f"Step {n} is done.") for n in range(5))])
        done = replay(thread, lambda head: [head[0], *head[max(1, len(head) - 2) :]])
        assert [call.broke for call in done.calls] == [False, False, False, True, True]
        common = TAGGED(thread[0]) + "<assistant>\nStep "
        assert [call.shared for call in done.calls[3:]] == [COUNT(common)] * 2
        assert done.breaks == 2

    @pytest.mark.parametrize("counter", ["o200k_base", len], ids=["with seams", "without"])
    def test_what_is_counted_piece_by_piece_is_what_the_text_has(self, counter: str) -> None:
        """Also where the context changes in the middle, or is no whole lines."""
        texts: list[str] = []
        joined = Format("bare", lambda event: event.text)

        def compile(thread: Thread) -> Sequence[Event]:
            view = [event for event in thread if int(str(event.id)) % 7 or len(thread) % 31]
            texts.append("".join(event.text for event in view))
            return view

        done = replay(run(300, seed=3), compile, counter=counter, format=joined, only_time=True)
        assert done.breaks > 3
        assert [call.tokens for call in done.calls] == list(map(token_counter(counter), texts))


class TestViolations:
    """What is wrong with a context."""

    thread = (
        Thread([TASK])
        .call("look", call_id="1")
        .result("1", "first")
        .call("look", call_id="1")  # the same id once more
        .result("1", "second")
        .append(Event("assistant", "Done."))
    )

    @pytest.mark.parametrize(
        ("compile", "said"),
        [
            (whole, ()),
            (without("1", "2"), ()),
            (without("1"), ("a result without its call: 2",)),
            (without("3"), ("a result without its call: 4",)),
            (without("2"), ("a call without its result: 1",)),
            (without("0"), ("a pinned event lost: 0",)),
            (lambda thread: [thread[0].with_data("Stop."), *thread[1:]], ("a pinned event lost: 0",)),
            (lambda thread: [thread[0], *reversed(list(thread)[1:3])], ("a result without its call: 2",)),
            (
                lambda thread: [*thread, Event("x", kind="result", call_id="9")],
                ("a result without its call: None",),
            ),
        ],
    )
    def test_calls_results_and_pinned_events(
        self, compile: Callable[[Thread], Sequence[Event]], said: tuple[str, ...]
    ) -> None:
        """Each is told with the id of the event; a call belongs to the results behind it."""
        assert last(self.thread, compile).violations == said

    def test_more_tokens_than_the_limit(self) -> None:
        """The limit itself is no violation."""
        tokens = COUNT(TAGGED.text(self.thread[:5]))
        assert replay(self.thread, whole, limit=tokens).violations == 0
        over = replay(self.thread, whole, limit=tokens - 1)
        assert over.calls[-1].violations == (f"over budget: {tokens} of {tokens - 1} tokens",)

    def test_a_call_in_flight_needs_no_result(self) -> None:
        """Its result comes later."""
        thread = Thread([TASK]).call("look", call_id="1").append(Event("assistant", "I wait."))
        assert last(thread.result("1", "here").append(Event("assistant", "Ah.")), whole).violations == ()
        assert replay(thread, whole).violations == 0


class TestRereads:
    """What the model reads again because it is gone."""

    def reads(self, *calls: Event) -> Thread:
        """Give a run of calls, each with its result."""
        thread = Thread([TASK])
        for number, call in enumerate(calls):
            thread = thread.append(call.having(call_id=str(number))).result(str(number), "line\n" * 9)
        return thread

    a, b = (Event("read", {"path": path}, kind="call", call_id="x") for path in ("a.py", "b.py"))
    edit = Event("edit", {"path": "a.py", "new_text": ""}, kind="call", call_id="x")

    def test_only_what_is_not_there_any_more(self) -> None:
        """A copy that stands whole need not be read again."""
        thread = self.reads(self.a, self.b, self.a)
        assert last(thread, whole).reread == ()
        assert last(thread, without("1", "2")).reread == ("a.py",)
        assert last(thread, without("3", "4")).reread == ()
        assert last(thread, lambda head: [e.with_data("cut") if e.id == "2" else e for e in head]).reread == (
            "a.py",
        )

    def test_what_was_written_since_or_is_another_part_is_no_re_read(self) -> None:
        """It is something new."""
        part = self.a.having(data={"path": "a.py", "offset": 20})
        for thread in (self.reads(self.a, self.edit, self.a), self.reads(self.a, part)):
            assert last(thread, without("1", "2")).reread == ()

    def test_the_newest_copy_counts(self) -> None:
        """Older ones may go."""
        thread = self.reads(self.a, self.a, self.a)
        assert [replay(thread, without(*ids)).rereads for ids in (("1", "2"), ("3", "4"))] == [1, 1]
        assert last(thread, without("1", "2")).reread == ()


class TestRates:
    """What a call costs, by the rules of those who sell it."""

    openai = Rates(2.0, 0.5, 2.0, minimum=1_024, granularity=128)
    anthropic = Rates(3.0, 0.3, 3.75, minimum=1_024)

    @pytest.mark.parametrize(
        ("tokens", "shared", "price"),
        [
            (2_000, 0, 4_000),
            (2_000, 1_023, 4_000),  # too short to be cached
            (2_000, 1_024, 976 * 2 + 1_024 / 2),
            (2_000, 1_151, 976 * 2 + 1_024 / 2),  # only whole steps of 128
            (2_000, 1_152, 848 * 2 + 1_152 / 2),
        ],
    )
    def test_openai(self, tokens: int, shared: int, price: float) -> None:
        """1,024 tokens or more, in steps of 128."""
        assert self.openai.price(tokens, shared) * 1e6 == pytest.approx(price)

    @pytest.mark.parametrize(
        ("tokens", "shared", "price"),
        [
            (1_000, 900, 3_000),  # too short to be written to the cache, or read from it
            (2_000, 1_000, 2_000 * 3.75),
            (2_000, 1_500, 500 * 3.75 + 1_500 * 0.3),
        ],
    )
    def test_anthropic(self, tokens: int, shared: int, price: float) -> None:
        """1,024 tokens or more, and writing costs extra."""
        assert self.anthropic.price(tokens, shared) * 1e6 == pytest.approx(price)

    def test_without_the_cache_nothing_is_written_to_it(self) -> None:
        """Each token costs what a new one does."""
        done = Replay((Call(1, 2_000, 0, False, 0.0), Call(2, 3_000, 2_000, False, 0.0)))
        assert done.cost(self.anthropic, cached=False) * 1e6 == pytest.approx(5_000 * 3)
        assert done.cost(self.anthropic) * 1e6 == pytest.approx(3_000 * 3.75 + 2_000 * 0.3)
        assert done.cost() == done.cost(RELATIVE) == pytest.approx(3_200)

    def test_of_a_model(self) -> None:
        """The prices are of today; their rules are known, and no long context makes them dearer."""
        pytest.importorskip("genai_prices")
        openai, anthropic = rates_of("gpt-5"), rates_of("claude-sonnet-4-5", "anthropic")
        assert (openai.minimum, openai.granularity, openai.written) == (1_024, 128, openai.input)
        assert (anthropic.minimum, anthropic.granularity) == (1_024, 1)
        assert 0 < anthropic.cached < anthropic.input < anthropic.written < 5
        assert 0 < openai.cached < openai.input
        with pytest.raises(SettingError, match="genai-prices does not know it"):
            rates_of("nobody-1")

    def test_of_a_model_without_the_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The error says what to install."""
        monkeypatch.setitem(sys.modules, "genai_prices", None)
        with pytest.raises(MissingExtraError, match=r"context-window-kit\[prices\]"):
            rates_of("gpt-5")


class TestWindow:
    """A window, used as an agent uses it."""

    thread = run(400, seed=5)

    def test_in_a_loop_is_what_one_does_by_hand(self) -> None:
        """Render, keep the thread, append what comes."""
        window, log, by_hand = Window(budget=Budget(6_000, target=3_000)), Thread(), []
        loop = in_a_loop(Window(budget=Budget(6_000, target=3_000)))
        for length in range(1, len(self.thread)):
            log = log.append(self.thread[length - 1])
            context = window.render(log)
            log = context.thread
            by_hand.append(context.text)
        assert len(log.records()) > 2
        looped = [loop(self.thread[:length]) for length in range(1, len(self.thread))]
        assert list(map(str, looped)) == by_hand

    def test_a_replay_recounts_what_it_makes(self) -> None:
        """Nothing is wrong, the tokens are those of the text, and the kinds add up to them."""
        window = Window(budget=6_000)
        done = replay(self.thread, window, limit=6_000)
        assert done.violations == 0
        assert done.breaks > 2
        assert all(sum(call.kinds.values()) == call.tokens for call in done.calls)
        assert 0 < done.far_recall <= done.bare_recall <= 1
        assert 0.5 < done.heard < 1
        assert done.recall > done.far_recall

    def test_for_the_time_alone_only_recall_and_the_like_are_left_out(self) -> None:
        """Tokens, prefix and breaks are the same."""
        full, quick = (
            replay(self.thread, Window(budget=6_000), limit=5_000, only_time=only) for only in (False, True)
        )

        assert [(c.tokens, c.shared, c.broke) for c in quick.calls] == [
            (c.tokens, c.shared, c.broke) for c in full.calls
        ]
        assert full.violations > 0
        assert quick.violations == quick.rereads == sum(call.written for call in quick.calls) == 0
        assert quick.seconds > 0

    def test_records_in_the_thread_are_not_replayed(self) -> None:
        """A log that was kept by a window is a run like any other."""
        log = Window(budget=6_000).render(self.thread).thread
        assert log.records()
        assert replay(log, whole, only_time=True).tokens == replay(self.thread, whole, only_time=True).tokens

    def test_the_figures_are_plain_data(self) -> None:
        """Those of several runs are put together."""
        done = replay(self.thread[:40], Window())
        data = together([done, done]).to_data()
        assert data["calls"] == 2 * len(done.calls)
        assert data["tokens"] == 2 * done.tokens
        assert data["recall"] == done.recall
        assert 0 < data["median"] <= data["p95"] <= data["milliseconds"]
        assert Replay(()).to_data()["recall"] == 1.0


def test_what_people_have_said_is_heard_or_not() -> None:
    """Each text in it, word for word, wherever it stands; long pastes do not count."""
    thread = Thread([Event("user", "ship it"), Event("assistant", "I begin.")])
    thread = thread.append(Event("slack_message", {"user": "ines", "text": "leave the <billing> alone"}))
    thread = thread.append(Event("user", "a line of a log\n" * 60)).append(Event("assistant", "yes"))
    whole = replay(thread, lambda head: head.view())
    assert [(call.said, call.said_shown) for call in whole.calls] == [(1, 1), (2, 2)]
    lost = replay(thread, lambda head: head.where(lambda event: event.type != "slack_message"))
    assert [(call.said, call.said_shown) for call in lost.calls] == [(1, 1), (2, 1)]
    assert (whole.heard, lost.heard) == (1, 2 / 3)
    assert replay(Thread([Event("assistant", "I begin.")]), lambda head: head.view()).heard == 1

"""Cases that once went wrong, each with what is right."""

import copy
import json
import pickle
import re
from collections.abc import Callable

import pytest

from contextkit import (
    ANTHROPIC,
    DEFAULT_POLICIES,
    GEMINI,
    OPENAI_CHAT,
    RESTORE_TOOL,
    TAGGED,
    Budget,
    BudgetError,
    Clamp,
    ClampArrival,
    CollapseErrors,
    CounterError,
    Drop,
    Event,
    Mask,
    MessageFormat,
    Meter,
    Policy,
    PolicyError,
    Quote,
    ReadError,
    Redact,
    RenderError,
    SettingError,
    Template,
    Thread,
    ThreadError,
    Window,
    Within,
    brief,
    compare,
    count_messages,
    fit,
    from_messages,
    render,
    to_messages,
    validate,
)
from contextkit.demo import deployment
from contextkit.exceptions import ContextkitError
from contextkit.fitting import fit_context
from contextkit.measuring import Memory
from contextkit.message_formats import MESSAGE_FORMATS
from contextkit.messages.reading import READERS
from contextkit.policies.quoting import source_of

REDACT = Redact({"k": r"sk-\w+"})


def errors(times: int, text: str) -> Thread:
    """Give a thread of calls that fail in the same way."""
    thread = Thread([Event("user", "go")])
    for number in range(times):
        thread = thread.call("deploy", {"n": number}, call_id=str(number)).result(
            str(number), text, type="error"
        )
    return thread


def test_clamp_keeps_the_count_of_an_earlier_policy() -> None:
    """Cutting a collapsed error leaves its count, or its text as the earlier policy left it."""
    thread = errors(4, "refused by the host\n" * 1_500)
    context = render(thread, budget=1_500, policies=[CollapseErrors(), Clamp(300), Drop()])
    assert "[4 times in a row]" in context.text


def test_clamp_does_not_bring_back_what_a_policy_has_hidden() -> None:
    """What a user's policy took out of an event stays out."""

    def condense(view: Thread, meter: Meter) -> Thread:
        return view.replace_all({str(e.id): "condensed " * 900 for e in view if "SECRET" in e.text})

    thread = Thread([Event("user", "go")]).call("read", call_id="1").result("1", "SECRET " * 4_000)
    assert "SECRET" not in render(thread, budget=900, policies=[condense, *DEFAULT_POLICIES]).text


def test_a_second_clamp_counts_all_that_is_gone() -> None:
    """The marker speaks of the original, however often it was cut."""
    thread = Thread([Event("user", "go")]).call("read", call_id="1").result("1", "a line of it\n" * 3_000)
    context = render(thread, budget=250, policies=[Clamp(900), Clamp(100)])
    kept = context.text.count("a line of it")
    assert f"[... {3_000 - kept:,} lines, {(3_000 - kept) * 13:,} characters left out of" in context.text


def test_redaction_reaches_into_older_compactions() -> None:
    """A log that was compacted without arrivals shows nothing that they take out."""
    thread = Thread([Event("user", "go")])
    for number in range(8):
        thread = thread.call("read", call_id=str(number)).result(str(number), "the key is sk-999 " * 40)
    older = Window(budget=700, policies=[Clamp(60)]).render(thread).thread
    assert older.records()
    window = Window(budget=700, policies=[Clamp(60)], arrivals=[REDACT])
    assert "sk-999" not in window.render(older).text


def test_what_an_arrival_took_out_does_not_come_back() -> None:
    """Not through restore, a copy, a pickle or a part; and never through the window."""
    window = Window(arrivals=[REDACT])
    thread = window.render([Event("user", "use sk-123 for it")]).thread
    for same in (
        thread,
        copy.deepcopy(thread),
        pickle.loads(pickle.dumps(thread)),  # noqa: S301 - our own
        thread.only("user"),
        Thread(thread),
    ):
        assert "sk-123" not in same.restore("0")
    assert "sk-123" not in window.restore(Thread.from_json(thread.to_json()), "0")
    assert Window().render(thread).fragments[0].state == "kept"


def test_additions_of_two_policies_keep_their_places() -> None:
    """A replay puts what two policies added where they put it."""

    def leave(id: str, text: str) -> object:
        return lambda view, meter: view.drop([id], leaving=Event("note", text)) if id in view else view

    thread = Thread([Event("user", "go"), Event("note", "first " * 200), Event("note", "second " * 200)])
    context = render(thread, budget=60, policies=[leave("2", "two"), leave("1", "one")])  # type: ignore[list-item]
    assert [event.data for event in context.thread.view()] == ["go", "one", "two"]


def test_within_holds_calls_to_a_limit() -> None:
    """A call whose result is of another type is not in flight."""
    thread = Thread([Event("user", "go")])
    for number in range(20):
        thread = thread.call("read_file", {"n": number}, call_id=str(number)).result(
            str(number), "text " * 20
        )
    view = Within("read_file", 60, (Drop(),))(thread, Meter(lambda event: 10))
    assert len(view) < 20
    assert all(len(unit.events) == 2 for unit in view.units()[1:] if unit.events[0].type == "read_file")


def test_within_takes_its_earlier_line_up() -> None:
    """A loop leaves one line of each kind of drop, not one a compaction."""
    window = Window(budget=Budget(700, target=650), policies=[Within("*_result", 150, (Drop(),)), Drop()])
    thread = Thread([Event("user", "go")])
    for number in range(60):
        thread = thread.call("read", {"n": number}, call_id=str(number)).result(str(number), "text " * 20)
        thread = window.render(thread).thread
    assert sum(event.type == "omitted" for event in thread.view()) <= 2


def test_consecutive_assistant_messages_are_units_of_their_own() -> None:
    """A monologue is cut at its beginning, not dropped whole."""
    thread = Thread(
        [Event("user", "go"), *(Event("assistant", f"step {n}: " + "words " * 30) for n in range(30))]
    )
    context = render(thread, budget=500)
    assert context.tokens > 400
    assert "step 29" in context.text
    read = from_messages([{"role": "user", "content": "go"}, *({"role": "assistant", "content": "a"},) * 9])
    assert len(read.units()) == 10


def test_all_of_one_message_is_one_unit() -> None:
    """The text behind a server's result stands in the message that began before it."""
    content = [
        {"type": "server_tool_use", "id": "s1", "name": "search", "input": {"q": "x"}},
        {"type": "web_search_tool_result", "tool_use_id": "s1", "content": []},
        {"type": "text", "text": "found"},
    ]
    thread = from_messages([{"role": "user", "content": "go"}, {"role": "assistant", "content": content}])
    assert [len(unit.events) for unit in thread.units()] == [1, 3]


def test_a_part_of_a_thread_keeps_its_units() -> None:
    """`only` neither fuses messages nor leaves answered calls in flight."""
    thread = Thread([Event("user", "go")])
    for number in range(60):
        thread = thread.append(Event("assistant", f"thought {number}")).call("read", call_id=str(number))
        thread = thread.result(str(number), "text " * 40)
    assert len(thread.only("user", "assistant").units()) == 61
    assert render(thread.only("user", "read"), budget=300).tokens <= 300


def test_a_part_of_a_thread_can_be_saved() -> None:
    """An answer without its call stands for itself, also where call ids are used again."""
    thread = Thread().call("a", call_id="1").result("1", "A").call("b", call_id="1").result("1", "B")
    part = thread.only("b", "a_result")
    assert [event.type for event in part] == ["a_result", "b"]
    assert Thread.from_json(thread[1:].to_json())[0].call_id is None


def test_a_policy_may_append_a_summary() -> None:
    """What is appended to a view gets an id of its own."""

    def summarise(view: Thread, meter: Meter) -> Thread:
        kept = view.drop([str(event.id) for event in view[1:-2]])
        return kept.append(Event("summary", "they talked", kind="compaction"))

    thread = Thread([Event("user", "go"), *(Event("note", f"note {n} " * 30) for n in range(9))])
    context = render(thread, budget=400, policies=[summarise])
    assert [event.type for event in context.thread.view()] == ["user", "note", "note", "summary"]


def test_deep_data_can_be_cut_and_saved() -> None:
    """Data as deep as an event may hold fits into the record of a compaction."""
    deep: object = "x" * 40
    for _ in range(197):
        deep = [deep]
    thread = Thread([Event("user", "go")]).call("read", call_id="1").result("1", deep)

    def nest(view: Thread, meter: Meter) -> Thread:
        return view.replace("2", [view["2"].data[0]])

    context = render(
        thread.append(Event("note", "x " * 200)), budget=500, policies=[nest, Mask(keep=0), Drop()]
    )
    assert Thread.from_json(context.thread.to_json()) == context.thread


def test_drop_on_a_compacted_log_works_on_its_view() -> None:
    """No record comes into a view."""
    thread = render(errors(9, "refused " * 30), budget=300).thread
    assert not any(event.type == "compaction" for event in thread.drop([str(thread.view()[-1].id)]))


@pytest.mark.parametrize(
    "step", [{"gone": ["0"]}, {"policy": "p", "added": [{"before": None, "event": {"type": "note"}}]}]
)
def test_a_record_of_another_shape_is_refused(step: dict[str, object]) -> None:
    """A step without its policy, or an added event without its id, is no record."""
    with pytest.raises(ThreadError, match="not the record of a compaction"):
        Thread([Event("user", "go"), Event("compaction", {"steps": [step]}, kind="compaction")])


def test_errors_travel_between_processes() -> None:
    """Each error is the same after pickling, attributes and all."""
    raised = [
        BudgetError(5, 9, [("0", 9)]),
        SettingError("Budget.limit", 0, "it must be more"),
        ThreadError("no", event_id="1"),
        CounterError(len, -1),
    ]
    for error in raised:
        same = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
        assert isinstance(same, ContextkitError)
        assert (type(same), str(same), same.__dict__) == (type(error), str(error), error.__dict__)


def test_the_restore_tool_is_json() -> None:
    """It can be sent as it is."""
    assert json.loads(json.dumps(RESTORE_TOOL)) == RESTORE_TOOL


def test_the_order_of_a_set_is_not_written() -> None:
    """Types given as a set are sorted, so that records are the same in each process."""
    assert repr(Mask(types={"b", "a"})) == "Mask(types=('a', 'b'))"  # type: ignore[arg-type]


def test_a_counter_that_raises_is_named() -> None:
    """Whoever asks, the error is the counter's."""

    def down(text: str) -> int:
        raise ConnectionError("tokenizer service down")

    with pytest.raises(CounterError, match="tokenizer service down"):
        render([Event("user", "go")], budget=100, counter=down)


def test_a_count_grows_with_later_errors() -> None:
    """A second collapse adds to what the first one has counted."""
    once = CollapseErrors()(errors(3, "refused"), Meter(lambda event: 1))
    thread = once.call("deploy", call_id="x").result("x", "refused", type="error")
    texts = [
        event.data for event in CollapseErrors()(thread, Meter(lambda event: 1)) if event.kind == "error"
    ]
    assert texts == ["refused\n[4 times in a row]"]


def test_the_newest_message_of_a_user_is_not_cut_first() -> None:
    """Old results go before what a person has just said."""
    thread = Thread([Event("user", "hello"), Event("assistant", "hi")])
    for number in range(10):
        thread = thread.call("read", {"n": number}, call_id=str(number)).result(str(number), "text " * 150)
    thread = thread.append(Event("assistant", "done")).append(Event("user", "the specification " * 200))
    context = render(thread, budget=1_200)
    assert context.fragments[-1].state == "kept"


def test_within_counts_what_an_earlier_line_has_counted() -> None:
    """A line that is taken up under its own id counts whole units, as a new one does."""
    policies = (Within("*_result", 40, (Mask(keep=0), Drop())), Drop())
    window = Window(budget=50, policies=policies)
    thread = Thread()
    for call_id, text in (("a", "0: ok\n1: ok\n2: ok\n3: ok\n4: ok"), ("b", "a" + " " * 100 + "b")):
        thread = window.render(thread.call("get_log", {"try": 0}, call_id=call_id)).thread
        thread = window.render(thread.result(call_id, text)).thread
    assert len(thread.records()) == 2
    (line,) = (event.data for event in thread.view() if event.type == "omitted")
    gone = [event for event in thread if event.type.startswith("get_log")]
    assert (line["events"], line["characters"]) == (4, sum(len(event.text) for event in gone))


def test_a_clamp_on_arrival_reaches_the_receipt() -> None:
    """What an arrival changed is marked so."""
    context = Window(arrivals=[ClampArrival(50)]).render([Event("log_result", "line\n" * 900)])
    assert context.receipt().rows[0]["state"] == "changed"
    assert context.receipt().rows[0]["policy"] == "arrivals"


def test_the_ends_of_a_line_are_those_of_the_log() -> None:
    """A line names the earliest and the latest of what it counts, also where it has taken up another one."""
    thread = Thread().call("get_log", "word " * 50, call_id="in flight")
    blank = "a" + " " * 100 + "b"
    for number, text in enumerate((blank, "line\n" * 5, blank, "line\n" * 60)):
        thread = thread.call("get_log", {"try": 0}, call_id=str(number))
        thread = thread.result(str(number), text, type="error" if number == 1 else None)
    policies = (Within("*_result", 40, (Mask(keep=0), Drop())), Drop())
    view = Window(budget=150, policies=policies).render(thread).view()
    lines = [event.data for event in view if event.type == "omitted"]
    assert [(line["first"], line["last"]) for line in lines] == [("3", "8")]


def test_a_line_reaches_as_far_as_each_line_that_it_takes_up() -> None:
    """The ranges of two lines may overlap: both together reach from end to end."""
    thread = Thread(Event("step" if n % 2 else "note", f"entry {n}") for n in range(9))
    view = Within("step", 1, (Drop(),))(thread.append(Event("plan", "...")), Meter(lambda event: 1))
    assert view["1+"].data == {"events": 4, "characters": 28, "first": "1", "last": "7"}
    view = Drop()(view, Meter(lambda event: 1, excess=3))
    assert view[0].data == {"events": 7, "characters": 49, "first": "0", "last": "7"}


def test_within_counts_no_error_that_the_one_that_stays_counts() -> None:
    """What is collapsed is told by the error that stays, and not by the line of what was dropped too."""
    thread = Thread([Event("user", "go")])
    for number, text in enumerate(("one", "two", "refused", "refused", "refused")):
        thread = thread.call("deploy", call_id=str(number)).result(str(number), text, type="error")
    view = Within("error", 2, (CollapseErrors(), Drop()))(thread, Meter(lambda event: 1))
    assert [event.id for event in view] == ["0", "2+", "9", "10"]
    assert view["2+"].data == {"events": 4, "characters": 6, "first": "1", "last": "4"}
    assert view["10"].data == "refused\n[3 times in a row]"


def test_an_id_is_not_given_again_in_one_compaction() -> None:
    """Of two policies the second gives its line neither the id that the first took nor the one it gave."""

    def leave(id: str, event: Event) -> object:
        return lambda view, meter: view.drop([id], leaving=event) if id in view else view

    events = (Event("note", f"note {n} " * (30 if n else 120)) for n in range(3))
    summary = Event("summary", "they talked " * 60, kind="compaction")
    first = Window(budget=500, policies=[leave("0", summary)]).render(Thread(events)).thread  # type: ignore[list-item]
    assert [event.id for event in first.view()] == ["0+", "1", "2"]
    line = Event("omitted", {"events": 1}, kind="compaction")
    policies = [leave("0+", line), leave("1", line.having(id="0+"))]
    context = Window(budget=150, policies=policies).render(first)  # type: ignore[arg-type]
    assert [(event.id, event.type) for event in context.thread.view()] == [
        ("0++", "omitted"),
        ("0+++", "omitted"),
        ("2", "note"),
    ]


def test_a_line_keeps_its_id_whatever_stood_there_before() -> None:
    """A line in the place of a summary, and of what came after it, is one line, taken up again and again."""
    of = {"events": 2, "characters": 40, "first": "0", "last": "1"}
    thread = Thread(Event("note", f"note {n}") for n in range(9))
    summary = Event("summary", {"of": of, "note": "", "text": "x"}, kind="compaction")
    view = thread.drop(["0", "1"], leaving=summary)
    for ids in (["0+", "2"], ["0++", "3"], ["0++", "4"]):
        view = view.drop(ids, leaving=Event("omitted", {"events": 3}, kind="compaction"))
        assert view[0].id == "0++"


@pytest.mark.parametrize("policies", [DEFAULT_POLICIES, (Quote(), Drop())])
def test_quotes_shrink_where_nothing_else_can_go(policies: tuple[Policy, ...]) -> None:
    """A loop that fills up to its limit: once all but the newest is quoted, the quotes make room for it."""
    window = Window(budget=Budget(2_000, target=2_000), policies=policies)
    thread = Thread()
    for event in deployment():
        thread = window.render(thread.append(event)).thread
    assert window.render(thread).tokens <= 2_000


def test_white_space_is_no_piece_of_a_long_line() -> None:
    """A line that is mostly white space is quoted as the words in it."""
    text = "a" + " " * 400 + "b"
    assert source_of(Event("note", text, id="7")).text == "a ...\n... b"
    assert source_of(Event("note", " " * 500 + "b", id="7")).text == "b"


def test_drop_takes_the_quotes_where_nothing_else_can_go() -> None:
    """What an earlier policy quoted goes before a budget is refused."""
    quoted = Window(budget=1_200, policies=[Quote()]).render(deployment()[:40]).thread
    assert "quotes" in str(quoted.view().only("omitted")[0].data)
    pinned = quoted.append(Event("note", "word " * 700, pinned=True))
    context = Window(budget=1_200, policies=[Drop()]).render(pinned)
    assert "quotes" not in str(context.view().only("omitted")[0].data)


def wrong_threads() -> list[tuple[Callable[[], object], type[Exception], str]]:
    thread = deployment()
    return [
        (lambda: render(None), ThreadError, "None is not events; give a list of them"),  # type: ignore[arg-type]
        (lambda: Thread(Event("a")), ThreadError, "[event] is a list of one"),  # type: ignore[arg-type]
        (lambda: Thread("text"), ThreadError, "'text' is not events"),  # type: ignore[arg-type]
        (lambda: Thread("a.json"), ThreadError, "of a file read_threads makes threads"),  # type: ignore[arg-type]
        (lambda: Thread.from_json("a.json"), ReadError, "it takes a text, read_threads reads a file"),
        (lambda: Thread.from_json(thread.to_jsonl()), ReadError, "from_jsonl reads one event a line"),
        (lambda: thread[100], IndexError, "no event stands at 100: there are 89"),
        (lambda: thread.only(3), ThreadError, "3 is no pattern"),  # type: ignore[arg-type]
        (lambda: thread.drop("12"), ThreadError, "'12' is one id; give a list of ids: ['12']"),
        (lambda: thread.fork("20"), ThreadError, "cannot fork at '20'"),  # type: ignore[arg-type]
        (lambda: thread.fork(2.5), ThreadError, "cannot fork at 2.5"),  # type: ignore[arg-type]
        (lambda: thread.append([Event("a")]), ThreadError, "extend takes several"),  # type: ignore[arg-type]
        (lambda: thread.append("text"), ThreadError, "make one with Event(type, data)"),  # type: ignore[arg-type]
        (lambda: thread.extend(Event("a")), ThreadError, "[event] is a list of one"),  # type: ignore[arg-type]
        (lambda: thread.drop(thread[8:]), ThreadError, "give the id of each event"),  # type: ignore[arg-type]
        (lambda: from_messages(thread), ReadError, "it is a thread already"),  # type: ignore[arg-type]
        (lambda: to_messages([{}], "gemini"), ThreadError, "{} is not an Event"),  # type: ignore[list-item]
    ]


@pytest.mark.parametrize(("make", "error", "words"), wrong_threads())
def test_what_is_no_thread_gets_an_error_of_ours(
    make: Callable[[], object], error: type[Exception], words: str
) -> None:
    """Never one of Python's that speaks of something else."""
    with pytest.raises(error, match=re.escape(words)):
        make()


def wrong_settings() -> list[tuple[Callable[[], object], str]]:
    return [
        (lambda: Window(8_000), "did you mean budget=8000?"),  # type: ignore[arg-type]
        (lambda: Window("XML"), "imported from contextkit, not its name"),  # type: ignore[arg-type]
        (lambda: Window(str), "Format(name, function) makes one of a function"),  # type: ignore[arg-type]
        (lambda: Window(policies=[Drop]), "make a value of it: Drop(...)"),  # type: ignore[list-item]
        (
            lambda: fit([], window=Window(OPENAI_CHAT), tools=[]),
            "OPENAI_CHAT.sent_with(tools=..., model=...)",
        ),
        (lambda: fit([], window=Window(OPENAI_CHAT), model="gpt-4o"), "model is 'gpt-4o'"),
        (lambda: Template(3), "from_file reads a file"),  # type: ignore[arg-type]
        (lambda: TAGGED | [1], "they must be a mapping of event types"),  # type: ignore[operator]
        (lambda: TAGGED | {3: brief}, "they must be a mapping of event types"),  # type: ignore[dict-item]
        (lambda: Redact("sk"), "it must be a mapping of names to patterns"),  # type: ignore[arg-type]
        (lambda: Drop(3), "it must be a function of a Unit"),  # type: ignore[arg-type]
        (lambda: compare(Thread([Event("a")]), [TAGGED], counters="o200k_base"), "['o200k_base']"),
        (lambda: render([], variables="x"), "it must be a mapping of names"),  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize(("make", "words"), wrong_settings())
def test_wrong_settings_are_told_before_they_are_used(make: Callable[[], object], words: str) -> None:
    """What was given, and what it must be."""
    with pytest.raises(SettingError, match=re.escape(words)):
        make()


async def later(view: Thread, meter: Meter) -> Thread:
    """A policy that cannot be one."""
    return view


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (lambda view, _: view[-10:], "event '0': it cut a pinned event; view.drop(ids)"),
        (lambda view, _: view.only("user"), "event '0': it cut a pinned event; view.drop(ids)"),
        (lambda view: view, "a policy takes two arguments, the view and a Meter"),
        (later, "it is async; a policy is a plain function"),
    ],
)
def test_first_policies_that_people_write_are_told_the_way_out(policy: Policy, words: str) -> None:
    """A slice, a choice of types, one argument, an `async def`."""
    with pytest.raises(PolicyError, match=re.escape(words)):
        render(deployment(), budget=6_000, policies=[policy])


def test_a_slice_that_parts_a_call_from_its_result_says_so() -> None:
    """It does not say that another event was put in its place."""
    thread = Thread().call("read", "a.py", call_id="1").append(Event("note", "x" * 99)).result("1", "A")
    with pytest.raises(PolicyError, match=r"it split a unit: .*; view\.drop"):
        render(thread, budget=20, policies=[lambda view, _: view[1:]])


def test_an_undefined_name_is_told_with_those_that_there_are() -> None:
    """In a template of an event; and a template is named as it was made."""
    with pytest.raises(RenderError, match=r"Template\('{{ rows }}'\).*it is given data, type, kind"):
        render([Event("note", "x")], TAGGED | {"note": Template("{{ rows }}")})


def test_a_window_renders_a_sub_agents_thread_in_a_budget_of_its_own() -> None:
    """For this context alone; the window keeps its own."""
    window = Window(budget=8_000)
    child = window.render(deployment().fork(at=40).only("slack_message", "*_result"), budget=2_000)
    assert child.tokens <= 2_000
    assert child.budget == Budget(2_000)
    assert window.render(deployment()).tokens > 2_000
    assert window.budget == Budget(8_000)


def test_a_thread_grows_by_the_events_of_another() -> None:
    """Positions and pins of the other thread's task stay behind; ids that were given do not."""
    thread = Thread([Event("user", "a"), Event("assistant", "b")])
    longer = thread.extend(Thread([Event("user", "c"), Event("note", "d", id="own")]))
    assert [(event.id, event.pinned) for event in longer] == [
        *(("0", True), ("1", False)),
        *(("2", False), ("own", False)),
    ]
    assert len(thread) == 2
    with pytest.raises(ThreadError, match="this id is taken"):
        longer.extend([Event("note", "e", id="own")])


@pytest.mark.parametrize("format", [ANTHROPIC, GEMINI, OPENAI_CHAT])
def test_a_window_counts_messages_as_fit_does(format: MessageFormat) -> None:
    """Without a counter, a message format's own: an estimate for those without a public tokenizer."""
    history = to_messages(deployment(), format.dialect.provider).messages
    window = Window(format, budget=6_000)
    assert fit(history, window=window) == fit(history, budget=6_000, provider=format.dialect.provider)


def test_a_cut_between_two_of_geminis_contents_and_a_call_leaves_the_call_in_place() -> None:
    """It joins neither of two contents that were sent as they are: a user's stands between."""
    call = {"functionCall": {"name": "deploy", "args": {}}, "thoughtSignature": "c2ln"}
    response = {"functionResponse": {"name": "deploy", "response": {"result": "done"}}}
    thread = from_messages(
        [
            {"role": "user", "parts": [{"text": "go"}]},
            {"role": "model", "parts": [{"text": "One."}]},
            {"role": "model", "parts": [{"text": "Two."}]},
            {"role": "user", "parts": [{"text": "and now?"}]},
            {"role": "model", "parts": [call]},
            {"role": "user", "parts": [response]},
        ]
    )
    view = thread.view().drop([str(thread[3].id)])
    contents = GEMINI.written(view).messages
    assert validate(contents, "gemini") == []
    assert [content["role"] for content in contents] == ["user", "model", "model", "user", "model", "user"]
    measure = GEMINI.measuring(GEMINI, len, Memory())
    assert measure.total(view) == measure.exact(view)


@pytest.mark.parametrize(
    ("provider", "thought"),
    [
        ("anthropic", {"role": "assistant", "content": [{"type": "redacted_thinking", "data": "EqQB"}]}),
        ("openai-responses", {"type": "reasoning", "id": "rs_1", "summary": []}),
    ],
)
def test_a_thought_alone_leaves_a_message(provider: str, thought: dict[str, object]) -> None:
    """One that says that there is nothing, and that counts; until more comes."""
    context = fit_context([thought], provider=provider)
    assert len(context.messages) == 1
    assert validate(context.messages, provider) == []
    format = MESSAGE_FORMATS[provider]
    measure = format.measuring(format, len, Memory())
    assert measure.total(context.view()) >= measure.exact(context.view())
    user = {"role": "user", "content": "go"}
    assert fit([thought, user], provider=provider) == [user]


def test_a_thought_alone_is_written_for_each_provider() -> None:
    """Gemini takes it; the others cannot."""
    thread = from_messages([{"role": "model", "parts": [{"text": "Hm.", "thought": True}]}])
    for provider in MESSAGE_FORMATS:
        assert validate(to_messages(thread, provider).messages, provider) == []


def test_calls_of_one_id_in_one_message_have_their_answers_in_order() -> None:
    """What fits comes back equal, and each is told apart where another provider is to read it."""

    def called(name: str) -> dict[str, object]:
        return {"id": "a", "type": "function", "function": {"name": name, "arguments": "{}"}}

    history: list[dict[str, object]] = [
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": None, "tool_calls": [called("read"), called("read")]},
        {"role": "tool", "tool_call_id": "a", "content": "first"},
        {"role": "tool", "tool_call_id": "a", "content": "second"},
    ]
    assert fit(history, provider="openai-chat") == history
    _, asked, answers = to_messages(from_messages(history), "anthropic").messages
    assert [block["id"] for block in asked["content"]] == [
        block["tool_use_id"] for block in answers["content"]
    ]
    assert [block["content"] for block in answers["content"]] == ["first", "second"]


def test_a_second_answer_is_none_to_an_older_call_of_the_same_id() -> None:
    """Also where what stood between the two is cut, and where the reader gave the older one its id."""

    def call(**call: object) -> dict[str, object]:
        return {"role": "model", "parts": [{"functionCall": {**call, "args": {}}}]}

    response = {"functionResponse": {"id": "call_1", "name": "deploy", "response": {"result": "done"}}}
    history: list[dict[str, object]] = [
        {"role": "user", "parts": [{"text": "go"}]},
        call(name="look"),
        {"role": "user", "parts": [{"text": "deploy it"}]},
        call(name="deploy", id="call_1"),
        {"role": "user", "parts": [response, response]},
    ]
    view = from_messages(history).view()
    contents = to_messages(view.drop([str(view[2].id)]), "gemini").messages
    assert validate(contents, "gemini") == []
    assert "done" in str(contents[-1])


def test_a_part_of_an_item_that_is_cut_keeps_the_type_of_a_text_there() -> None:
    """OpenAI's Responses have types of their own for what a user and the model say."""
    file = {"type": "input_file", "file_id": "file-1"}
    text = {"type": "input_text", "text": "word " * 100}
    view = from_messages([{"type": "message", "role": "user", "content": [file, text]}]).view()
    cut = Thread([*view[:1], view[1].with_data("word")])
    (item,) = to_messages(cut, "openai-responses").messages
    assert item["content"] == [file, {"type": "input_text", "text": "word"}]


def test_a_call_does_not_join_geminis_first_content_where_that_is_the_models() -> None:
    """It would stand at the beginning, behind no message of a user's."""
    call = {"functionCall": {"name": "deploy", "args": {}}}
    response = {"functionResponse": {"name": "deploy", "response": {"result": "done"}}}
    history: list[dict[str, object]] = [
        {"role": "model", "parts": [{"text": "Hello."}]},
        {"role": "user", "parts": [{"text": "go"}]},
        {"role": "model", "parts": [call]},
        {"role": "user", "parts": [response]},
    ]
    view = from_messages(history).view()
    view = view.drop([str(view[1].id)])
    assert validate(to_messages(view, "gemini").messages, "gemini") == []
    measure = GEMINI.measuring(GEMINI, len, Memory())
    assert measure.total(view) == measure.exact(view)


def test_an_answer_that_becomes_the_last_one_ends_in_no_white_space() -> None:
    """Anthropic takes it anywhere else, so it comes back as it came once more follows."""
    history = [{"role": "user", "content": "go"}, {"role": "assistant", "content": "Done.\n"}]
    more = [*history, {"role": "user", "content": "again"}]
    view = from_messages(more, "system").view()
    last = to_messages(view.drop([str(view[-1].id)]), "anthropic").messages[-1]
    assert last == {"role": "assistant", "content": "Done."}
    assert fit(more, provider="anthropic") == more


def test_parts_of_a_message_that_has_lost_its_first_one_count_with_its_frame() -> None:
    """Also where the first one is a thought that may not go as it is; and texts that are joined count so."""
    thought = {"type": "thinking", "thinking": "Hm.", "signature": "EqQB"}
    said = [thought, {"type": "text", "text": "On it."}]
    picture = {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}
    asked = [picture, {"type": "text", "text": "Listen."}, {"type": "text", "text": "Now."}]
    for format, message in (
        (ANTHROPIC, {"role": "assistant", "content": said}),
        (OPENAI_CHAT, {"role": "user", "content": asked}),
    ):
        provider = format.dialect.provider
        events = [*from_messages([{"role": "user", "content": "go"}]), *READERS[provider].events([message])]
        first, *others = events[1:]
        measure = format.measuring(format, len, Memory())
        for view in (
            [events[0], *others],
            [events[0], first.with_data({"a": 1}), *(event.with_data("cut") for event in others)],
        ):
            thread = Thread(event.having(id=None) for event in view)
            assert measure.total(thread) >= measure.exact(thread)


def test_an_answer_that_comes_too_late_keeps_its_text_beside_its_pictures() -> None:
    """What it says was lost where it had a picture, and only the first of two was shown; both count."""
    source = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
    picture = {"type": "image", "source": source}
    call = {"type": "tool_use", "id": "a", "name": "look", "input": {}}
    told = {
        "type": "tool_result",
        "tool_use_id": "a",
        "content": [{"type": "text", "text": "two"}, picture, picture],
    }
    thread = from_messages(
        [
            {"role": "user", "content": "go"},
            {"role": "assistant", "content": [call]},
            {"role": "user", "content": "hurry"},
            {"role": "assistant", "content": "Yes."},
            {"role": "user", "content": [told]},
        ]
    )
    for format in (ANTHROPIC, OPENAI_CHAT):
        messages = format.written(thread).messages
        assert "two" in str(messages)
        assert str(messages).count("iVBORw0KGgo=") == 2
        assert validate(messages, format.dialect.provider) == []
        measure = format.measuring(format, len, Memory())
        assert measure.total(thread) >= measure.exact(thread)


def test_a_call_that_is_cut_keeps_its_id() -> None:
    """A new one could be that of a call behind it."""

    def calls(*ids: str) -> dict[str, object]:
        function = {"name": "look", "arguments": "{}"}
        made = [{"id": id, "type": "function", "function": function} for id in ids]
        return {"role": "assistant", "content": None, "tool_calls": made}

    def answers(*ids: str) -> list[dict[str, object]]:
        return [{"role": "tool", "tool_call_id": id, "content": "ok"} for id in ids]

    history: list[dict[str, object]] = [{"role": "user", "content": "go"}]
    history += [calls("a"), *answers("a"), calls("a", "a_1"), *answers("a", "a_1")]
    view = from_messages(history).view()
    messages = to_messages(view.replace(str(view[3].id), {"cut": 1}), "openai-chat").messages
    assert validate(messages, "openai-chat") == []
    assert messages[3]["tool_calls"][0]["id"] == "a"


def test_an_output_of_an_earlier_response_is_a_text_where_it_is_cut() -> None:
    """Its item, which came without its call, holds none."""
    item = {"type": "function_call_output", "call_id": "stored", "output": "line\n" * 90}
    view = from_messages([item]).view()
    messages = to_messages(view.replace("0", "short"), "openai-responses").messages
    assert [message.keys() for message in messages] == [{"role", "content"}]
    assert validate(messages, "openai-responses") == []


def test_an_id_may_come_as_a_number() -> None:
    """A model that is told of `17` may ask for 17: the event of that id, wherever it stands."""
    thread = deployment().only("*_result")
    assert thread.restore(10) == thread.restore("10")  # type: ignore[arg-type]


def test_a_second_answer_is_for_its_own_call() -> None:
    """Of two calls of one id, one gets another; that may be the id of a third call."""

    def calling(id: str) -> dict[str, object]:
        return {"functionCall": {"name": "look", "args": {}, "id": id}}

    answer = {"functionResponse": {"name": "look", "response": {"result": "ok"}, "id": "call_3"}}
    history: list[dict[str, object]] = [
        {"role": "user", "parts": [{"text": "go"}]},
        {
            "role": "model",
            "parts": [{"text": "Yes."}, calling("call_1"), calling("call_1"), calling("call_3")],
        },
        {"role": "user", "parts": [answer, answer]},
    ]
    thread = from_messages(history)
    assert [event.call_id for event in thread][-3:] == ["call_4"] * 3
    rules = {each.rule for each in validate(to_messages(thread, "gemini").messages, "gemini")}
    assert not rules & {"unanswered-call", "duplicate-result"}


@pytest.mark.parametrize("first", ["system", "developer", "user"])
def test_tools_are_counted_as_they_are_billed(first: str) -> None:
    """OpenAI writes their definitions into the system prompt, where there is one."""
    function = {"name": "look", "description": "Looks.", "parameters": {"type": "object", "properties": {}}}
    tools = [{"type": "function", "function": function}]
    history = [{"role": first, "content": "Deploy with care."}, {"role": "user", "content": "Deploy it."}]
    context = fit_context(history, tools=tools, model="gpt-4o")
    assert context.tokens == count_messages(history, tools=tools, model="gpt-4o").tokens

"""What threads, windows, formats, receipts, comparisons and summaries show in a notebook.

Each view is well-formed, says what its value says, is text wherever a value holds text, and stays
light however large the value is.
"""

import copy
import pickle
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from lxml import etree

from contextkit import (
    COMPACT,
    DEFAULT_POLICIES,
    TAGGED,
    XML,
    Budget,
    Clamp,
    Drop,
    Event,
    Mask,
    Prompt,
    Redact,
    Template,
    Thread,
    Window,
    brief,
    compare,
    render,
    summarize_error,
)
from contextkit.demo import deployment
from contextkit.display.threads import share
from contextkit.display.windows import purpose
from contextkit.variants import VARIANTS

from .strategies import event_types, nasty_text

HOSTILE = (
    "</pre></details></div><script>alert(1)</script>&amp; \x00\x1b[2J\r\n\ud800\ufffe]]> \"' <!-- \u202e"
)
TAGS = frozenset(
    "div style p b span i table thead tbody tr th td u s details summary pre code".split()  # noqa: SIM905
)


def parsed(value: Any) -> etree._Element:
    """Parse what a value shows as XML, which is stricter than any browser."""
    page = value._repr_html_()
    for word in ("<script", "<link", "<img", "http:", "https:", "@import"):
        assert word not in page.replace("https://shop", "")
    return etree.fromstring(page.encode())


def texts(root: etree._Element, path: str) -> list[str]:
    return ["".join(map(str, element.itertext())) for element in root.iterfind(path)]


def rows(root: etree._Element, table: int = 0) -> dict[str, list[str]]:
    found = root.findall(".//table")[table].iterfind("tbody/tr")
    return {texts(row, "th")[0]: texts(row, "td") for row in found}


def number(text: str) -> int:
    return int(text.replace(",", ""))


# ---- threads


def test_a_thread_says_what_is_in_it() -> None:
    """Events, from when to when, types with events and characters that add up, and each event to unfold."""
    thread = deployment()
    root = parsed(thread)
    assert texts(root, "p")[0] == f"Thread: 89 events; {thread[0].at} to {thread[-1].at}"
    shown = rows(root)
    total = shown.pop("total")
    sums = [sum(number(cells[column]) for cells in shown.values()) for column in (1, 2)]
    assert [number(cell) for cell in total[1:3]] == sums == [89, sum(len(event.text) for event in thread)]
    lines = texts(root, "details/details/summary")
    assert len(lines) == 89
    assert lines[0].startswith("0 system pinned, 1,507 characters: You are dockhand")
    assert texts(root, "details/details/pre")[5].strip() == thread[5].data


def test_a_thread_is_short_at_first() -> None:
    """Nothing is unfolded, and what a colour says stands there in words."""
    root = parsed(deployment())
    assert not [element for element in root.iter("details") if element.get("open")]
    (events,) = root.findall("details")
    lines = events.findall("details")
    assert [line.find("summary/i").get("class") for line in lines[:3]] == [  # type: ignore[union-attr]
        "p-system",
        "p-user",
        "p-assistant",
    ]


def test_a_compacted_thread_says_what_is_gone() -> None:
    """Events that a compaction took are marked; the log still shows them."""
    thread = Window(budget=6_000).render(deployment()).thread
    root = parsed(thread)
    left = len(thread.view())
    assert f"{left} events in view after 1 compaction" in texts(root, "p")[0]
    lines = texts(root, "details/details/summary")
    gone = [line for line in lines if "gone from the view" in line]
    assert len(lines) == len(thread) == 90
    assert len(gone) == sum(event.id not in thread.view() for event in thread)


class Asked:
    """Counts how often the text of an event is asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0
        text: Any = Event.text  # a property

        def asked(event: Event) -> str:
            self.times += 1
            return str(text.fget(event))

        monkeypatch.setattr(Event, "text", property(asked))


def test_ten_thousand_events_stay_light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under 1 MB; each event is looked at once, and only those that are shown once more."""
    thread = Thread(
        Event(f"tool_{n % 40}" if n % 3 else "note", {"line": f"<b>{n}</b> & more\n" * 20})
        for n in range(10_000)
    )
    asked = Asked(monkeypatch)
    page = thread._repr_html_()
    assert len(page.encode()) < 1_000_000
    assert asked.times <= len(thread) + 5 * 100
    root = etree.fromstring(page.encode())
    lines = texts(root, "details/details/summary")
    assert [line.split()[0] for line in lines] == [*map(str, range(50)), *map(str, range(9_950, 10_000))]
    assert "9,900 events are not shown here; thread[50:-50] has them." in texts(root, "details/p")
    assert number(rows(root)["total"][1]) == 10_000


def test_long_texts_stay_light() -> None:
    """Of texts too long together the two ends are shown, and how much is not; short ones are whole."""
    events = [Event("note", "\x1b" * 200_000, id=f"{n}{'y' * 5_000}") for n in range(100)]
    thread = Thread([Event("user", "short & whole"), *events])
    page = thread._repr_html_()
    assert len(page.encode()) < 1_000_000
    root = etree.fromstring(page.encode())
    assert texts(root, "details/details/pre")[0].strip() == "short & whole"
    (left, *_) = re.findall(r"([\d,]+) characters are not shown here; thread\[", page)
    assert 198_000 < number(left) < 200_000


def test_what_is_shown_is_shared_out() -> None:
    """The short ones are whole; what they leave is shared among the long ones."""
    assert share([], 10) == 10
    assert share([1, 2, 3], 10) == 3
    assert share([1, 100, 100], 101) == 50


def test_an_empty_thread_shows_itself() -> None:
    """No events, no table."""
    assert texts(parsed(Thread()), "p") == ["Thread: 0 events"]


# ---- windows and formats


def test_a_window_says_what_it_does() -> None:
    """Its budget, its policies in their order with what they do, its arrivals, prompt and format."""
    window = Window(
        XML,
        budget=Budget(8_000, target=5_000, reserve=500),
        prompt=Prompt("Before <b>\n{{ thread }}"),
        policies=[Mask(keep=3), Drop()],
        arrivals=[Redact({"key": r"sk-secret\d"})],
    )
    root = parsed(window)
    said = "at most 7,500 tokens (8,000 without 500 for the reply); a thread that has more goes down to 5,000"
    assert texts(root, "p")[0] == f"Window: {said}"
    assert list(rows(root)) == ["1. Mask(keep=3)", "2. Drop()"]
    assert rows(root)["2. Drop()"] == ["Drops whole units, oldest first, until nothing is left to save."]
    assert list(rows(root, 1)) == ["1. Redact"]
    assert texts(root, "details/summary") == ["The prompt around the thread", "The format: XML"]
    assert "Before <b>" in texts(root, "details/pre")[0]
    assert "Tokens are those of o200k_base." in texts(root, "p")
    # What redacts can itself be what must not be seen.
    assert "sk-secret" not in window._repr_html_() + repr(window)


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (None, "any number of tokens"),
        (900, "at most 900 tokens; a thread that has more goes down to what is pinned and 0.58 of the rest"),
        (Budget(900, target=900), "at most 900 tokens; a thread that has more is cut no further than needed"),
    ],
)
def test_a_window_says_its_budget(budget: Budget | int | None, said: str) -> None:
    """In a sentence, whatever is left to the default."""
    assert texts(parsed(Window(budget=budget)), "p")[0] == f"Window: {said}"


def test_a_window_has_a_telling_repr() -> None:
    """What it was made with, without what is the default."""
    assert repr(Window()) == "Window(TAGGED)"
    made = Window(COMPACT, budget=900, policies=[Clamp(300)], arrivals=[Redact({"key": "sk-secret"})])
    budget = "Budget(limit=900, target=None, reserve=0)"
    assert repr(made) == f"Window(COMPACT, budget={budget}, policies=[Clamp(tokens=300)], arrivals=[Redact])"
    assert repr(Window(policies=list(DEFAULT_POLICIES))) == "Window(TAGGED)"


def test_a_window_without_policies_says_so() -> None:
    """Nothing is done to a thread that does not fit."""
    assert "It has no policies" in texts(parsed(Window(policies=[])), "p")[1]


def nameless(view: Thread, meter: object) -> Thread:
    return view


def test_a_purpose_is_the_first_line_of_a_docstring() -> None:
    """Of a function or of a class; of neither what Python writes itself."""
    import dataclasses
    import functools

    @dataclasses.dataclass
    class Plain:
        n: int = 1

        def __call__(self) -> None: ...

    assert purpose(nameless) == purpose(Plain()) == purpose(lambda: 1) == ""
    assert purpose(functools.partial(compare, runs=0)).startswith("Write the same thread")
    assert purpose(Mask(keep=1)) == (Mask.__doc__ or "").partition("\n")[0]


@pytest.mark.parametrize("format", [TAGGED, XML, COMPACT, *VARIANTS.values()], ids=lambda f: f.name)
def test_a_format_shows_a_sample(format: Any) -> None:
    """What a model sees of a small thread, and whether it can be read back and cached."""
    root = parsed(format)
    assert f"Format {format.name}: has {'a' if format.reader else 'no'} way back; " in texts(root, "p")[0]
    assert "Deploy the newest release." in texts(root, "pre")[0]
    assert bool(format.primer) == any(p.startswith("What teaches it to a model") for p in texts(root, "p"))


def test_a_format_shows_its_rules() -> None:
    """By what they are for; a rule that the sample is not made for takes nothing else away."""
    ours = TAGGED | {"error": brief, "*_result": Template("{{ data.nothing.there }}")}
    root = parsed(ours)
    assert list(rows(root)) == ["error", "*_result"]
    assert repr(ours) == "TAGGED | {'error': ..., '*_result': ...}"
    assert texts(root, "pre")[0] == "\n<user>\nDeploy the newest release.\n</user>\n"
    assert any("data.nothing" in p or "nothing" in p for p in texts(root, "p[@class='dim']"))
    assert "ConnectionError: refused" in texts(root, "pre")[3]


# ---- receipts, comparisons, summaries


@pytest.mark.parametrize("prompt", [None, "Deploy with care.\n{{ thread }}"])
@pytest.mark.parametrize("counter", ["o200k_base", lambda text: 3 * len(text) // 10])
def test_a_receipt_adds_up(prompt: str | None, counter: Any) -> None:
    """Each column of its two tables adds up to what the receipt says, and so does each row to its event's."""
    receipt = render(deployment(), budget=6_000, prompt=prompt, counter=counter).receipt()
    root = parsed(receipt)
    said = f"Receipt: {receipt.before:,} tokens before, {receipt.tokens:,} of 6,000 after"
    assert texts(root, "p")[0] == said
    for table, first in ((0, 1), (1, 3)):
        body = [texts(row, "td") for row in root.findall(".//table")[table].iterfind("tbody/tr")]
        for column, whole in ((first, receipt.before), (first + 1, receipt.tokens)):
            figures = [number(cells[column] or "0") for cells in body]
            assert sum(figures[:-1]) == figures[-1] == whole
    lines = [texts(row, "td") for row in root.findall(".//table")[1].iterfind("tbody/tr")]
    for row, cells in zip(receipt.rows, lines, strict=False):
        state = [row["type"], row["state"], row["policy"] or "", f"{row['before']:,}", f"{row['after']:,}"]
        assert cells == state
    assert repr(receipt) == (
        f"<Receipt of {len(receipt.rows)} events: {receipt.before:,} tokens before, {receipt.tokens:,} after>"
    )


def test_a_long_receipt_stays_light() -> None:
    """The dearest events have a row, all others one together, and the columns still add up."""
    thread = Thread(Event("note", f"line {n} " * (n % 7)) for n in range(10_000))
    receipt = render(thread, budget=20_000).receipt()
    page = receipt._repr_html_()
    assert len(page.encode()) < 200_000
    root = etree.fromstring(page.encode())
    body = [texts(row, "td") for row in root.findall(".//table")[1].iterfind("tbody/tr")]
    assert len(body) == 202
    assert f"{len(receipt.rows) - 200:,} other events" in rows(root, 1)
    assert sum(number(cells[3]) for cells in body[:-1]) == number(body[-1][3]) == receipt.before
    assert sum(number(cells[4]) for cells in body[:-1]) == number(body[-1][4]) == receipt.tokens


def test_a_receipt_says_what_failed() -> None:
    """A policy that failed is named, and why."""
    from contextkit import Summarize

    def fails(request: object) -> str:
        raise TimeoutError("no <answer>")

    window = Window(budget=6_000, policies=[Summarize(fails), Drop()])
    thread = window.compact(deployment())
    receipt = window.render(thread).receipt()
    (failure,) = receipt.failures
    assert texts(parsed(receipt), "p")[1] == f"Failed: {failure['policy']}: {failure['failed']}"


def test_a_comparison_is_short_at_first() -> None:
    """The sizes are there; where the tokens go, the types and the losses unfold."""
    comparison = compare(deployment(), [TAGGED, COMPACT], runs=0)
    root = parsed(comparison)
    assert len(root.findall("div/table")) == 1
    folded = texts(root, "details/summary")
    assert [text.split(",")[0] for text in folded] == [
        "Where the tokens go",
        "Tokens by event type",
        "What failed",
    ]
    assert rows(root)["COMPACT"][0] == f"{comparison['COMPACT'].tokens:,}"


def test_a_summary_shows_itself_and_what_it_is_of() -> None:
    """It is text like any other, which a notebook shows as lines, with the whole to unfold."""
    text = "x\n" * 50 + "Traceback (most recent call last):\n  File \"a.py\", line 3, in f\nKeyError: '<b>'\n"
    summary = summarize_error(text)
    root = parsed(summary)
    assert isinstance(summary, str)
    assert repr(summary) == repr(str(summary))
    assert summary.whole == text
    assert texts(root, "p")[0] == f"What went wrong: {len(summary):,} of {len(text):,} characters"
    assert texts(root, "pre") == [f"\n{summary}"]
    assert texts(root, "details/pre") == [f"\n{text}"]
    for again in (copy.deepcopy(summary), pickle.loads(pickle.dumps(summary))):  # noqa: S301
        assert (again, again.whole) == (summary, text)


def test_a_summary_in_an_event_is_plain_text() -> None:
    """A thread holds the summary alone, not the text that it is of."""
    event = Event("error", summarize_error("KeyError: 'tag'\n" + "x\n" * 100))
    assert type(event.data) is str


# ---- whatever they hold


class Policy:
    """</td><script>alert(3)</script>."""

    def __call__(self, view: Thread, meter: object) -> Thread:
        """Leave the view as it is."""
        return view

    def __repr__(self) -> str:
        return f'{HOSTILE}"><script>'


def hostile_thread() -> Thread:
    events = [
        Event("user", HOSTILE, id='"><script>alert(2)</script>\x1b'),
        Event('"&onload="x', {HOSTILE: [HOSTILE]}),
        Event("note", "\u202e" + "large " * 500),
    ]
    return Thread(events)


@pytest.mark.parametrize(
    "make",
    [
        hostile_thread,
        lambda: render(hostile_thread()),
        lambda: render(hostile_thread(), budget=700).receipt(),
        lambda: compare(hostile_thread(), {HOSTILE: TAGGED}, runs=0),
        lambda: summarize_error(HOSTILE * 40),
        lambda: TAGGED | {HOSTILE: lambda event: HOSTILE, "user": lambda event: HOSTILE},
        lambda: Window(policies=[Policy()], prompt=HOSTILE + "{{ thread }}", budget=700),
    ],
    ids=["thread", "context", "receipt", "comparison", "summary", "format", "window"],
)
def test_hostile_text_stays_text(make: Callable[[], Any]) -> None:
    """Text, ids, types, names and reprs can neither open nor close an element, nor turn the page around."""
    value = make()
    page = value._repr_html_()
    assert "<script" not in page
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e\ud800-\udfff]", page)
    drawn = {str(element.tag) for element in parsed(value).iter()}
    assert drawn <= TAGS | {"svg", "g", "rect", "path", "text", "title", "defs", "pattern"}


@settings(deadline=None)  # the first count of all loads a vocabulary
@given(event_types(), nasty_text())
def test_any_text_parses(type: str, text: str) -> None:
    """Whatever an event says, the views are well-formed."""
    thread = Thread([Event(type, text), Event("note", {text: [text]}, id=f"id {text}")])
    for value in (thread, render(thread).receipt(), summarize_error(text), TAGGED | {type: lambda _: text}):
        etree.fromstring(value._repr_html_().encode())

"""The picture of a context: it parses, says what the receipt says, and stays small."""

import re
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from lxml import etree, html

from contextkit import (
    TAGGED,
    Budget,
    BudgetError,
    Clamp,
    Context,
    Drop,
    Event,
    Redact,
    Thread,
    hidden,
    render,
)
from contextkit.display.contexts import context_html, pieces_of
from contextkit.display.strips import merged

from .strategies import event_types, nasty_text

DEMO = Path(__file__).parent.parent / "contextkit" / "demo" / "deployment.json"


def demo(budget: int | None = 4_500, **settings: object) -> Context:
    return render(Thread.from_json(DEMO.read_bytes()), budget=budget, **settings)  # type: ignore[arg-type]


def parsed(context: Context) -> etree._Element:
    """Parse the picture as XML, which is stricter than any browser."""
    return etree.fromstring(context_html(context).encode())


def texts(root: etree._Element, path: str) -> list[str]:
    return ["".join(map(str, element.itertext())) for element in root.iterfind(path)]


def number(text: str) -> int:
    return int(text.replace(",", ""))


def strip(root: etree._Element) -> list[etree._Element]:
    return [piece for piece in root.iterfind(".//svg/svg") if "piece" in str(piece.get("class")).split()]


def titles(root: etree._Element) -> list[str]:
    return texts(root, ".//svg/svg/title")


def widths(root: etree._Element) -> list[int]:
    return [number(re.findall(r"([\d,]+) tokens?\b", title)[0]) for title in titles(root)]


def rows(root: etree._Element) -> dict[str, list[str]]:
    return {texts(row, "th")[0]: texts(row, "td") for row in root.iterfind(".//tbody/tr")}


def test_a_notebook_shows_it() -> None:
    """A context shows itself; nothing is loaded and nothing runs."""
    page = demo()._repr_html_()
    assert page == context_html(demo())
    for word in ("<script", "<link", "<img", "url(h", "http:", "https:", "@import"):
        assert word not in page
    assert "prefers-color-scheme:dark" in page
    assert html.fromstring(page).find(".//details/pre") is not None


def test_the_heading_has_the_figures_of_the_context() -> None:
    """Tokens, what they may be, and the events that are in it."""
    context = demo()
    shown = sum(fragment.state != "added" for fragment in context.fragments)
    tokens = f"{context.tokens:,} of 4,500 tokens ({100 * context.tokens // 4_500} %)"
    assert texts(parsed(context), "p")[0] == f"Context: {tokens}, {shown} of 89 events"
    assert texts(parsed(demo(None)), "p")[0] == f"Context: {demo(None).tokens:,} tokens, 89 of 89 events"


@pytest.mark.parametrize("prompt", [None, "Deploy backends with care.\n\n{{ thread }}"])
@pytest.mark.parametrize("counter", ["o200k_base", len])
def test_the_strip_has_every_token(prompt: str | None, counter: object) -> None:
    """The widths of the segments are the tokens of the fragments, in order, with the prompt first."""
    budget = 4_500 if counter != len else 20_000
    context = demo(budget, prompt=prompt, counter=counter)
    root = parsed(context)
    sizes = widths(root)
    assert sum(sizes) == context.tokens
    receipt = context.receipt()
    assert titles(root)[0].startswith("around the thread") == (receipt.prompt + receipt.joins > 0)
    if prompt:
        assert sizes[0] == receipt.prompt + receipt.joins
    drawn = [float(str(piece.get("width")).removesuffix("%")) for piece in strip(root)]
    assert drawn == pytest.approx([100 * size / context.tokens for size in sizes], abs=0.001)


def test_each_segment_says_what_it_is() -> None:
    """Id, type, tokens, and what became of the event, in words."""
    context = demo(policies=[Clamp(200), Drop()])
    root = parsed(context)
    fragment = max((f for f in context.fragments if f.state == "changed"), key=lambda f: f.tokens)
    assert (
        f"{fragment.id} {fragment.type}: {fragment.tokens:,} tokens, changed by {fragment.policy}"
        in titles(root)
    )
    classes = {str(piece.get("class")).split()[1] for piece in strip(root)}
    assert classes == {fragment.state for fragment in context.fragments}


def test_the_table_is_the_receipt_by_type() -> None:
    """Tokens by event type equal the sums of the receipt, and their total the context's."""
    context = demo()
    after: Counter[str] = Counter()
    for row in context.receipt().rows:
        after[row["type"]] += row["after"]
    shown = rows(parsed(context))
    tokens = {type: number(cells[2]) for type, cells in shown.items()}
    total = tokens.pop("total")
    assert total == context.tokens == sum(tokens.values())
    (others,) = (name for name in tokens if name.endswith(" other types"))
    assert {type: after[type] for type in tokens if type != others} == {
        t: n for t, n in tokens.items() if t != others
    }
    assert tokens[others] == sum(after.values()) - sum(after[type] for type in tokens if type != others)


def test_the_key_counts_every_event() -> None:
    """Kept, changed, gone, added and hidden events are counted as the receipt counts them."""
    context = demo()
    states = Counter(row["state"] for row in context.receipt().rows)
    _, key = (p for p in texts(parsed(context), "p") if ": " in p and "Context" not in p)
    for state, count in states.items():
        assert re.search(rf"{state}: {count} events?\b", key)
    assert "not shown by the format" not in key
    quiet = demo(None, format=TAGGED | {"assistant": hidden})
    assert "not shown by the format: 11 events" in context_html(quiet)


def test_what_an_arrival_changed_is_changed() -> None:
    """A redacted event is shown as changed, without a compaction."""
    context = render([Event("user", "key sk-1234")], arrivals=[Redact({"key": r"sk-\d+"})])
    (piece,) = strip(parsed(context))
    assert piece.get("class") == "piece changed"
    assert piece.findtext("title") == f"0 user: {context.fragments[0].tokens} tokens, changed by arrivals"


def test_an_empty_context_has_a_picture() -> None:
    """No events, no strip."""
    root = parsed(render([]))
    assert strip(root) == []
    assert rows(root)["total"][2] == "0"


HOSTILE = (
    "</pre></details></div><script>alert(1)</script>&amp; \x00\x1b[2J\r\n\ud800\ufffe]]> \"' <!-- \u202e"
)


_TAGS = {
    *("div", "style", "p", "b", "span", "table", "thead", "tbody", "tr", "th", "td", "u", "s"),
    *("svg", "g", "title", "defs", "pattern", "path", "rect", "text", "details", "summary", "pre"),
}


def test_hostile_text_stays_text() -> None:
    """Text, ids, types and policies can neither open nor close an element."""

    class Policy:
        def __call__(self, view: Thread, meter: object) -> Thread:
            return view.replace("2", "small")

        def __repr__(self) -> str:
            return '"><script>'

    events = [
        Event("user", HOSTILE, id='"><script>alert(2)</script>\x1b'),
        Event('"&onload="x', HOSTILE),
        Event("note", "large " * 500),
    ]
    context = render(events, budget=500, policies=[Policy()])
    page = context_html(context)
    assert "<script" not in page
    assert "\x1b" not in page
    root = parsed(context)
    assert {str(element.tag) for element in root.iter()} <= _TAGS
    assert "<script>alert(1)</script>&amp;" in texts(root, "details/pre")[0]
    assert any('"><script>' in title for title in titles(root))


@settings(deadline=None)  # the first count of all loads a vocabulary
@given(event_types(), nasty_text())
def test_any_text_parses(type: str, text: str) -> None:
    """Whatever an event says, the picture is well-formed and shows the line that it stands in."""
    context = render([Event(type, text), Event("note", text, id=f"id {text}")])
    root = parsed(context)
    assert rows(root)["total"][2] == f"{context.tokens:,}"
    (shown,) = texts(root, "details/pre")
    assert shown.count("\n") == context.text.count("\n") + 1


def large(count: int, **settings: object) -> Context:
    events = (
        Event(f"tool_{n % 40}" if n % 3 else "note", f"<b>line {n} & more of it</b>\n" * 4)
        for n in range(count)
    )
    return render(Thread(events), **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("budget", [None, 200_000])
def test_ten_thousand_events_stay_light(budget: int | None) -> None:
    """Under 1 MB, under a second, and still every token is in the strip."""
    context = large(10_000, budget=budget)
    context.fragments  # noqa: B018  (counted by whoever made the context)
    times = []
    for _ in range(3):
        start = time.process_time()
        page = context_html(context)
        times.append(time.process_time() - start)
    assert len(page.encode()) < 1_000_000
    assert min(times) < 1
    sizes = widths(parsed(context))
    assert len(sizes) < 1_000
    assert sum(sizes) == context.tokens


@pytest.mark.parametrize("text", ["&" * 3_000_000, '"\n' * 300_000, "\x1b" * 500_000, "🙂" * 500_000])
def test_a_large_event_stays_light(text: str) -> None:
    """Of a long text the two ends are shown, and how much is not."""
    context = render([Event("x" * 5_000, text, id="y" * 5_000)], counter=len)
    assert len(context_html(context).encode()) < 1_000_000
    (left,) = re.findall(r"([\d,]+) characters are not shown", context_html(context))
    shown = texts(parsed(context), "details/pre")
    assert len(shown) == 2
    assert number(left) == len(context.text) - 120_000


def test_neighbours_that_cannot_be_seen_share_a_segment() -> None:
    """A wide event keeps a segment of its own; the narrow ones between are put together, none is lost."""
    context = render([Event("note", "word " * size) for size in (1, 1, 90, 1, 1, 1)])
    parts = list(merged(pieces_of(context), narrow=50))
    assert [(part.id, part.last, part.events) for part in parts] == [
        ("0", "1", 2),
        ("2", "", 1),
        ("3", "5", 3),
    ]
    assert sum(part.tokens for part in parts) == context.tokens
    assert parts[0].title == f"2 events, 0 to 1: {parts[0].tokens} tokens, 2 kept"


def test_a_budget_with_a_reserve_shows_the_room() -> None:
    """The limit of the heading is what the context may have, without what is kept for the reply."""
    assert " of 400 tokens (" in context_html(render([Event("user", "x")], budget=Budget(500, reserve=100)))
    with pytest.raises(BudgetError):
        render([Event("user", "x")], budget=1)

"""explore: what is moved is chosen, and what is chosen is shown."""

import builtins
from typing import Any

import pytest
from lxml import etree, html

from contextkit import (
    COMPACT,
    DEFAULT_POLICIES,
    TAGGED,
    Budget,
    BudgetError,
    Drop,
    Event,
    Mask,
    PolicyError,
    SettingError,
    Template,
    Thread,
    explore,
    render,
)
from contextkit.demo import deployment
from contextkit.display.explore import OFFERED, STILL, WITHOUT, Explorer, nice_step
from contextkit.exceptions import name_of
from contextkit.formats import FORMATS

_LIVE = "application/vnd.jupyter.widget-view+json"


def shown(explorer: Explorer) -> str:
    """Give the text that the widgets show, unescaped."""
    assert explorer.controls
    root = html.fromstring(explorer.controls.picture.value)
    return "".join("".join(map(str, pre.itertext())) for pre in root.iterfind(".//details[@open]/pre"))


def test_a_slider_is_followed_at_once() -> None:
    """The context, the picture and the text are those of the budget that the slider stands at."""
    explorer = explore(deployment(), budget=6_000)
    assert explorer.controls
    for limit in (9_000, 4_400, 25_800):
        explorer.controls.budget.value = limit
        context = render(deployment(), budget=limit)
        assert explorer.context is not None
        assert explorer.context.text == context.text == shown(explorer)[1:]
        assert f"{context.tokens:,} of {limit:,} tokens" in explorer.controls.picture.value
    assert context.tokens == 25_693


def test_the_target_is_followed() -> None:
    """In percent of what the context may have: with less, a compaction goes further down."""
    explorer = explore(deployment(), budget=Budget(8_000, reserve=1_000))
    assert explorer.controls
    assert explorer.budget == Budget(8_000, target=7_000, reserve=1_000)
    explorer.controls.target.value = 50
    assert explorer.budget == Budget(8_000, target=3_500, reserve=1_000)
    assert explorer.context is not None
    assert 2_500 < explorer.context.tokens <= 3_500
    given = explore(deployment(), budget=Budget(8_000, target=4_000))
    assert given.controls
    assert given.controls.target.value == 50


def test_format_and_policies_are_followed() -> None:
    """The choice among the formats is by name, and each policy has a box to tick."""
    explorer = explore(deployment(), budget=8_000)
    controls = explorer.controls
    assert controls
    assert list(controls.format.options) == list(FORMATS)
    assert list(controls.policies) == [name_of(policy) for policy in OFFERED]
    ticked = [name for name, box in controls.policies.items() if box.value]
    assert ticked == [name_of(policy) for policy in DEFAULT_POLICIES]
    controls.format.value = "compact"
    assert explorer.context is not None
    assert explorer.context.text == render(deployment(), COMPACT, budget=8_000).text
    for name, box in controls.policies.items():
        box.value = name in ("Mask()", "Drop()")
    assert explorer.context.text == (
        render(deployment(), COMPACT, budget=8_000, policies=[Mask(), Drop()]).text
    )


def test_what_was_found_is_a_window() -> None:
    """A window with what is chosen, which stays as it is when something else is."""
    explorer = explore(deployment(), prompt="Deploy.\n{{ thread }}", budget=8_000, counter="cl100k_base")
    assert explorer.controls
    explorer.controls.budget.value = 6_000
    explorer.controls.policies["Quote()"].value = False
    window = explorer.window
    assert window.budget == Budget(6_000, target=6_000)
    assert "Quote()" not in map(repr, window.policies)
    assert explorer.context is not None
    assert window.render(deployment()).text == explorer.context.text
    assert explorer.context.text.startswith("Deploy.\n<system>")
    explorer.controls.budget.value = 7_000
    assert window.budget == Budget(6_000, target=6_000)


def test_what_does_not_fit_is_said() -> None:
    """The error stands in the place of the picture until something fits again."""
    explorer = explore(deployment(), budget=8_000)
    assert explorer.controls
    for box in explorer.controls.policies.values():
        box.value = False
    assert explorer.context is None
    assert isinstance(explorer.error, BudgetError)
    assert f"No context</b>: {str(explorer.error)[:40]}" in explorer.controls.picture.value
    assert repr(explorer) == f"<Explorer: {explorer.error}>"
    explorer.controls.budget.value = explorer.most
    assert explorer.context is not None


def test_what_a_policy_does_wrong_is_said() -> None:
    """A policy that breaks its contract stops nothing."""

    def forgets(view: Thread, meter: object) -> Any:
        return None

    explorer = explore(deployment(), policies=[forgets, Drop()], budget=8_000)
    assert isinstance(explorer.error, PolicyError)
    assert explorer.controls
    explorer.controls.policies[name_of(forgets)].value = False
    assert explorer.context is not None


def test_formats_and_policies_can_be_given() -> None:
    """By name or as they are; policies of one name are told apart, and all are ticked."""
    ours = TAGGED | {"note": Template("{{ data | length }}")}
    explorer = explore(
        [Event("note", "abc")], formats={"ours": ours, "compact": COMPACT}, policies=[Drop()] * 2, budget=50
    )
    assert list(explorer.formats) == ["ours", "compact"]
    assert explorer.choice.policies == ("Drop()", "Drop() (2)")
    assert explorer.context is not None
    assert explorer.context.text == "<note>\n3\n</note>\n"
    assert list(explore([Event("note")], formats=[COMPACT]).formats) == ["COMPACT"]
    with pytest.raises(SettingError, match="one or more formats"):
        explore([], formats=[])


def test_the_sliders_have_a_range() -> None:
    """From a step to all of it, in steps that are round; a budget above that is the end of it."""
    explorer = explore(deployment())
    assert (explorer.least, explorer.step, explorer.most) == (200, 200, 25_800)
    assert explorer.choice.limit == 8_400
    assert explore(deployment(), budget=90_000).most == 90_000
    empty = explore([])
    assert (empty.least, empty.step, empty.choice.limit) == (1, 1, 1)
    assert [nice_step(least) for least in (0, 1, 9.9, 10, 49, 51)] == [1, 1, 5, 10, 20, 50]


def test_a_large_thread_follows_when_a_slider_is_let_go() -> None:
    """What takes long is not done at each pixel."""
    small, large = (explore([Event("note", "x")] * count).controls for count in (3, 3_000))
    assert small
    assert large
    assert (small.budget.continuous_update, large.budget.continuous_update) == (True, False)


def test_a_notebook_gets_widgets_and_a_view_that_stays() -> None:
    """Where a kernel runs the widgets show; where a notebook is only read, the view as it was last."""
    explorer = explore(deployment(), budget=6_000)
    bundle = explorer._repr_mimebundle_()
    assert bundle[_LIVE]["model_id"]
    assert STILL in bundle["text/html"]
    assert "5,180 of 6,000 tokens" in bundle["text/html"]
    assert bundle["text/plain"] == "<Explorer: Context of 5,180 of 6,000 tokens, 13 of 89 events>"
    etree.fromstring(f"<both>{bundle['text/html']}</both>".encode())


def test_without_the_extra_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence and the view; nothing is raised, and choosing still works."""
    imported = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "ipywidgets":
            raise ImportError(name)
        return imported(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    explorer = explore(deployment(), budget=6_000)
    assert explorer.controls is None
    bundle = explorer._repr_mimebundle_()
    assert list(bundle) == ["text/plain", "text/html"]
    assert "pip install &#x27;context-window-kit[notebook]&#x27;" in bundle["text/html"]
    assert WITHOUT.startswith("Sliders need an extra")
    explorer.choose(format="compact", limit=12_000)
    assert explorer.context is not None
    assert explorer.context.text == render(deployment(), COMPACT, budget=12_000).text


def test_moving_a_slider_counts_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has been written and measured for one budget is known for the next."""
    written: list[str | None] = []

    def write(event: Event) -> str:
        written.append(event.id)
        return f"{event.id} {event.text}\n"

    from contextkit import Format

    thread = Thread(Event("note", f"line {n} " * 20) for n in range(50))
    explorer = explore(thread, formats=[Format("LINES", write)], policies=[Drop()], budget=2_000)
    assert explorer.controls
    assert explorer.context is not None
    explorer.context.fragments  # noqa: B018
    written.clear()
    explorer.controls.budget.value = 1_500
    assert explorer.context.tokens <= 1_500
    assert [id for id in written if id not in (None, "0+")] == []

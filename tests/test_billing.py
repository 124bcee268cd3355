"""What a provider billed makes the counter of a window exact enough."""

import pytest

from benchmarks.runs import run
from contextkit import Budget, Context, Event, SettingError, Thread, Window, token_counter
from contextkit.tokens.counters import CLAUDE


def _provider(text: str) -> int:
    """A provider with a tokenizer of its own, and 2,000 tokens of tool definitions in front of each text."""
    return 2_000 + int(1.25 * token_counter("o200k_base")(text))


def _steps(thread: Thread, window: Window, *, tells: bool) -> list[tuple[Context, int]]:
    log, steps = Thread(), []
    for event in thread:
        log = log.append(event.having(id=None))
        if event.kind == "assistant":
            context = window.render(log)
            billed = _provider(context.text)
            steps.append((context, billed))
            log = context.thread.append(context.billed(billed)) if tells else context.thread
    return steps


def test_a_limit_is_kept_as_the_provider_counts() -> None:
    told = _steps(run(600, seed=1), Window(budget=8_000), tells=True)
    assert any(context.steps for context, _ in told)
    assert all(billed <= 8_000 for _, billed in told[5:])
    errors = sorted(abs(context.tokens - billed) / billed for context, billed in told[5:])
    assert errors[len(errors) // 2] <= 0.03
    silent = _steps(run(600, seed=1), Window(budget=8_000), tells=False)
    assert any(billed > 8_000 for _, billed in silent)


def test_a_fresh_window_counts_the_same() -> None:
    window = Window(counter=CLAUDE, budget=Budget(9_000, target=6_000))
    context = _steps(run(200, seed=2), window, tells=True)[-1][0]
    fresh = Window(counter=CLAUDE, budget=Budget(9_000, target=6_000))
    again = fresh.render(Thread.from_json(context.thread.to_json()))
    assert (again.text, again.tokens) == (context.text, context.tokens)
    assert again.counter(again.text) == again.tokens
    assert repr(again).startswith("<Context of about ")


def test_bills_of_another_counter_say_nothing() -> None:
    thread = Thread([Event("user", "Deploy the backend.")])
    context = Window(counter="cl100k_base").render(thread)
    thread = thread.append(context.billed(4_000))
    assert Window(counter="cl100k_base").render(thread).tokens >= 4_000
    assert Window(counter="o200k_base").render(thread).tokens == Window().render(thread[:1]).tokens


@pytest.mark.parametrize(
    "data",
    ["4,000", {"billed": 5}, {"counted": 0, "billed": 5}, {"counted": 5, "billed": "5"}, {"input_tokens": 5}],
)
def test_usage_of_another_shape_is_left_alone(data: object) -> None:
    if isinstance(data, dict):
        data["counter"] = repr(token_counter("o200k_base"))
    thread = Thread([Event("user", "Deploy."), Event("billed", data, kind="usage")])
    context = Window().render(thread)
    assert context.counter(context.text) == context.tokens
    assert "billed" not in context.text


@pytest.mark.parametrize("tokens", [0, -3, 1.5, True, "7"])
def test_a_bill_is_a_whole_number(tokens: int) -> None:
    with pytest.raises(SettingError, match="tokens"):
        Window().render([Event("user", "Deploy.")]).billed(tokens)

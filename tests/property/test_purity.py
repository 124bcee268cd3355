"""Property 5: contexts are a function of what they are made of."""

import copy
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from hypothesis import given

from contextkit import Context, Event, Redact, Thread, Window

from ..strategies import same
from .strategies import Setup, Shares, corpus, event_lists, pauses, rendered, run, setups, shares

ROOT = Path(__file__).parents[2]


class TestPurity:
    """No input is changed; the same input gives the same bytes, in any process, under any hash seed."""

    @given(event_lists(), setups(), shares(), pauses())
    def test_no_input_is_changed(
        self, events: list[Event], setup: Setup, shares: Shares, pauses: int
    ) -> None:
        """Events, their data, threads and views are after a render what they were before it."""
        written = [event.to_record() for event in events]
        before = copy.deepcopy(written)
        threads = []
        for thread, context in run(setup.window(shares.of(setup.size(events))), events, pauses):
            if isinstance(context, Context):
                context.receipt()
            threads += [
                (each, states(each))
                for each in (thread, *([context.thread] if isinstance(context, Context) else []))
            ]
        assert same(written, before)
        for thread, state in threads:  # later appends and compactions have not changed it either
            assert states(thread) == state

    @given(event_lists(), setups(), shares())
    def test_the_same_gives_the_same(self, events: list[Event], setup: Setup, shares: Shares) -> None:
        """Rendering again, with the same window or another, gives the same text, tokens and records."""
        budget = shares.of(setup.size(events))
        thread, window = Thread(events), setup.window(budget)
        shown = [told(rendered(each, thread)) for each in (window, window, setup.window(budget))]
        assert shown[0] == shown[1] == shown[2]

    @given(event_lists(), event_lists(max_size=4), setups(), shares())
    def test_two_ways_on_from_one_thread_do_not_meet(
        self, events: list[Event], others: list[Event], setup: Setup, shares: Shares
    ) -> None:
        """What is appended to one of two forks does not show in the other, nor in what they come from."""
        budget = shares.of(setup.size(events))
        start = Thread(events)
        alone = states(Thread([*events, Event("note", "one")]))
        ways = [start.append(Event("note", text)) for text in ("one", "two")]
        for number, _ in enumerate(others):
            ways[1] = ways[1].append(Event("note", number))
            rendered(setup.window(budget), ways[1])
        assert states(ways[0]) == alone
        assert states(start) == states(Thread(events))

    def test_any_process_gives_the_same_bytes(self) -> None:
        """Texts and records of a fixed corpus are the same under three hash seeds, and in this process."""
        code = "from tests.property.test_purity import digest; print(digest())"
        digests = {
            subprocess.run(
                [sys.executable, "-c", code],
                env={**os.environ, "PYTHONHASHSEED": seed},
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
            for seed in ("0", "1", "2")
        }
        assert digests == {digest()}


def states(thread: Thread) -> str:
    """All that a thread and its view say, as one text."""
    view = thread.view()
    units = [[event.id for event in unit.events] for unit in thread.units()]
    return json.dumps([thread.to_json(), [event.to_record() for event in view], units])


def told(context: object) -> str:
    """All that a context says, or its error, as one text."""
    if not isinstance(context, Context):
        return repr(context)
    return json.dumps([context.text, context.tokens, context.thread.to_json(), context.receipt().to_data()])


def digest() -> str:
    """The sha256 of all that is said of the corpus, arrivals included."""
    sha = hashlib.sha256()
    compactions = 0
    for events, setup, share in corpus(seed=20_260_301, count=120):
        budget = share.of(setup.size(events))
        redact = Redact({"key": r"re\w+ed", "line": "line"})
        window = Window(
            setup.format,
            budget=budget,
            prompt=setup.prompt,
            counter=setup.counter,
            policies=setup.policies,
            arrivals=[redact],
        )
        for made in (setup.window(budget), window):
            for _, context in run(made, events):
                sha.update(told(context).encode())
                compactions += isinstance(context, Context) and bool(context.steps)
    assert compactions > 100  # or the corpus says nothing
    return sha.hexdigest()

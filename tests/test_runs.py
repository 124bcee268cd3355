"""What `benchmarks.runs` promises: runs that are the same everywhere, and that remember."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from benchmarks.runs import Flavour, run, steps
from contextkit import Event, Thread

FLAVOURS: tuple[Flavour, ...] = ("coding", "service")
ROOT = Path(__file__).parents[1]
flavours = pytest.mark.parametrize("flavour", FLAVOURS)


def exchanges(thread: Thread) -> Iterator[tuple[Event, Event]]:
    """Give each call with its answer."""
    calls = {}
    for event in thread:
        if event.kind == "call":
            calls[event.call_id] = event
        elif event.call_id:
            yield calls[event.call_id], event


def identifiers(event: Event) -> set[str]:
    """Give the paths, ids and long numbers of an event."""
    return set(re.findall(r"[\w/.-]*(?:_|/|\d{3})[\w/.-]*\w", event.text))


def distances(thread: Thread) -> list[int]:
    """Give, for what the model names again, how many messages ago it was named last."""
    last: dict[str, int] = {}
    found, message, side = [], 0, False
    for event in thread:
        by_model = event.kind in ("assistant", "call")
        message, side = message + (by_model != side), by_model
        for name in identifiers(event):
            if by_model and last.get(name, message) < message:
                found.append(message - last[name])
            last[name] = message
    return found


@flavours
def test_the_same_seed_gives_the_same_thread(flavour: Flavour) -> None:
    """A seed is a run, and another seed is another one."""
    assert run(500, seed=4, flavour=flavour) == run(500, seed=4, flavour=flavour)
    assert run(500, seed=4, flavour=flavour) != run(500, seed=5, flavour=flavour)


@flavours
def test_the_same_seed_gives_the_same_thread_in_any_process(flavour: Flavour) -> None:
    """Nothing hangs on the hashes of a process."""
    code = (
        "import hashlib; from benchmarks.runs import run; "
        f"print(hashlib.sha256(run(600, flavour={flavour!r}).to_json().encode()).hexdigest())"
    )
    said = {
        subprocess.check_output(
            [sys.executable, "-c", code], cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": seed}
        )
        for seed in ("1", "2")
    }
    assert len(said) == 1


@flavours
def test_a_longer_run_begins_as_a_shorter_one(flavour: Flavour) -> None:
    """The events do not hang on how many are asked for."""
    assert list(run(400, flavour=flavour))[:200] == list(run(200, flavour=flavour))


@flavours
@pytest.mark.parametrize("seed", range(3))
def test_every_answer_has_a_call_before_it(seed: int, flavour: Flavour) -> None:
    """Each call is answered once, after it, by its own result or an error."""
    open_calls: dict[str | None, str] = {}
    for event, _ in zip(steps(seed, flavour), range(2_000), strict=False):
        if event.kind == "call":
            assert isinstance(event.data, dict)
            assert event.call_id not in open_calls
            open_calls[event.call_id] = event.type
        elif event.call_id is not None:
            assert event.type in ("error", f"{open_calls.pop(event.call_id)}_result")
        else:
            assert event.kind in ("system", "user", "assistant")
            assert not open_calls


@pytest.mark.parametrize("seed", range(3))
def test_a_read_shows_what_was_edited(seed: int) -> None:
    """A file read in full is what the last full read was, with the edits since."""
    texts: dict[str, str] = {}
    edited: dict[str, int] = {}
    checked = 0
    for call, answer in exchanges(run(4_000, seed=seed)):
        given: Any = call.data
        if answer.kind == "error":
            continue
        if call.type == "edit_file" and given["path"] in texts:
            assert texts[given["path"]].count(given["old_text"]) == 1
            texts[given["path"]] = texts[given["path"]].replace(given["old_text"], given["new_text"])
            edited[given["path"]] = edited.get(given["path"], 0) + 1
        if call.type == "read_file" and "offset" not in given and "more lines, go on" not in answer.text:
            assert texts.setdefault(given["path"], answer.text) == answer.text
            checked += edited.pop(given["path"], 0)
    assert checked > 20


def test_a_booking_shows_what_was_changed() -> None:
    """What a tool has changed, the next look-up shows."""
    shown: dict[str, Any] = {}
    checked = 0
    for call, answer in exchanges(run(4_000, flavour="service")):
        given: Any = call.data
        if call.type == "change_flights" and answer.kind == "result":
            shown[given["booking_id"]] = given["flights"][0]["flight_number"]
        if call.type == "get_booking" and given["booking_id"] in shown and answer.kind == "result":
            booking: Any = answer.data
            assert booking["flights"][0]["flight_number"] == shown[given["booking_id"]]
            checked += 1
    assert checked > 10


@flavours
def test_references_go_far_back_now_and_then(flavour: Flavour) -> None:
    """Most of what the model names again was named of late; a share was not for long."""
    back = distances(run(3_000, flavour=flavour))
    assert 0.5 < sum(messages <= 4 for messages in back) / len(back) < 0.85
    assert sum(messages > 10 for messages in back) / len(back) > 0.1
    assert sum(messages > 100 for messages in back) / len(back) > 0.02
    assert max(back) > 400


@flavours
def test_a_run_has_the_parts_of_a_real_one(flavour: Flavour) -> None:
    """A task, users who come back, errors, parallel calls and JSON results."""
    thread = run(3_000, flavour=flavour)
    kinds = [event.kind for event in thread]
    assert kinds[:2] == ["system", "user"]
    assert 1 / 25 < kinds.count("error") / kinds.count("call") < 1 / 7
    assert kinds.count("user") > 100
    assert any(one.kind == other.kind == "call" for one, other in pairwise(thread))
    assert any(event.kind == "result" and not isinstance(event.data, str) for event in thread)
    assert 250 < sum(len(event.text) for event in thread) / len(thread) < 700

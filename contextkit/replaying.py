"""Replaying: a run, step by step: what its contexts held and cost."""

import dataclasses
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from .contexts import Context
from .events import MODEL_KINDS, Event, Kind
from .formats import TAGGED, Format
from .identifiers import identifiers
from .plain import JSON, json_in
from .policies.targets import Target, default_target
from .rates import RELATIVE, Rates
from .records import is_record
from .threads import Thread
from .tokens.counters import TokenCounter, count, seams_of, token_counter
from .windows import Window

Compile: TypeAlias = Callable[[Thread], Context | Sequence[Event]]
"""The events so far -> the context, or the events, that the model is shown. Called before each model message,
with a thread that only grows."""

_ANSWERS: frozenset[Kind] = frozenset(("result", "error"))
_SURROUNDINGS = 16  # word characters on each side
_REACH = 96  # characters in which these are looked for
_TAIL = 512  # characters in which the last seam of a context is looked for
_FEW_WORDS = 600  # characters
_FOLDED = re.compile(r"(?:\\[nrt\"]|&(?:lt|gt|amp|quot|apos);|\W)+")


# ---- what a run was shown


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One call of the model in a run, and the context that was made for it.

    Attributes:
        events: How many events there were.
        tokens: The tokens of the context.
        shared: How many of them, from the first, equal the context of the call before.
        broke: Whether the context did not begin with the one before.
        seconds: What making it took; of a `Context`, its text included.
        written: The identifiers that the model wrote and that stood in an earlier event.
        shown: How many of these the context showed with their surroundings.
        far: Those among the written ones whose last mention was more than ten messages back.
        far_shown: How many of these it showed with their surroundings.
        far_bare: How many of these it showed anywhere.
        said: How often people had said something in a few words.
        said_shown: How much of that the context showed, word for word.
        violations: What was wrong with the context.
        reread: What the model read again because the context had lost it.
        kinds: The tokens of the events, by kind.
    """

    events: int
    tokens: int
    shared: int
    broke: bool
    seconds: float
    written: int = 0
    shown: int = 0
    far: int = 0
    far_shown: int = 0
    far_bare: int = 0
    said: int = 0
    said_shown: int = 0
    violations: tuple[str, ...] = ()
    reread: tuple[str, ...] = ()
    kinds: Mapping[str, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Replay:
    """What came of a run.

    Attributes:
        calls: The calls of the model, in order.
    """

    calls: tuple[Call, ...]

    @property
    def violations(self) -> int:
        """How many things were wrong with the contexts."""
        return sum(len(call.violations) for call in self.calls)

    @property
    def recall(self) -> float:
        """The share of what the model wrote and had seen that its contexts showed."""
        return _share(sum(c.shown for c in self.calls), sum(c.written for c in self.calls))

    @property
    def far_recall(self) -> float:
        """The same of what was last mentioned more than ten messages back."""
        return _share(sum(c.far_shown for c in self.calls), sum(c.far for c in self.calls))

    @property
    def bare_recall(self) -> float:
        """The same, wherever in the context it stands."""
        return _share(sum(c.far_bare for c in self.calls), sum(c.far for c in self.calls))

    @property
    def heard(self) -> float:
        """The share of what people had said in a few words that the contexts showed."""
        return _share(sum(c.said_shown for c in self.calls), sum(c.said for c in self.calls))

    @property
    def rereads(self) -> int:
        """How often the model read again what the context had lost."""
        return sum(len(call.reread) for call in self.calls)

    @property
    def tokens(self) -> int:
        """The tokens of all contexts."""
        return sum(call.tokens for call in self.calls)

    @property
    def prefix(self) -> float:
        """The share of all tokens that stood in the context of the call before, from its first token on."""
        return _share(sum(call.shared for call in self.calls), self.tokens)

    @property
    def breaks(self) -> int:
        """How many contexts did not begin with the one before."""
        return sum(call.broke for call in self.calls)

    @property
    def seconds(self) -> float:
        """What making all contexts took."""
        return sum(call.seconds for call in self.calls)

    def cost(self, rates: Rates = RELATIVE, *, cached: bool = True) -> float:
        """Give the price of all input.

        Args:
            rates: What a provider takes.
            cached: Whether its cache is used.
        """
        if not cached:
            return sum(rates.uncached(call.tokens) for call in self.calls)
        return sum(rates.price(call.tokens, call.shared) for call in self.calls)

    def to_data(self) -> dict[str, JSON]:
        """Give the figures of the run as plain data, times in milliseconds."""
        times = sorted(1_000 * call.seconds for call in self.calls) or [0.0]
        names = (
            *("violations", "recall", "far_recall", "bare_recall", "heard", "rereads", "tokens"),
            *("prefix", "breaks"),
        )
        return {
            "calls": len(self.calls),
            **{name: getattr(self, name) for name in names},
            "far": sum(call.far for call in self.calls),
            "cost": self.cost(),
            "milliseconds": sum(times),
            "median": statistics.median(times),
            "p95": times[min(len(times) - 1, round(0.95 * len(times)))],
        }


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def together(replays: Iterable[Replay]) -> Replay:
    """Put the calls of several runs into one."""
    return Replay(tuple(call for replay in replays for call in replay.calls))


def without_records(thread: Thread) -> Thread:
    """Give a run as it was before any compaction."""
    return thread if not thread.records() else Thread(event for event in thread if not is_record(event))


def call_positions(thread: Thread) -> list[int]:
    """Give how many events there are before each message of the model.

    >>> call_positions(Thread([Event("user", "Hi."), Event("assistant", "Hello."), Event("user", "Bye.")]))
    [1]
    """
    return [start for start, _ in _model_messages(list(thread), _message_numbers(thread))]


def in_a_loop(window: Window) -> Compile:
    """Give what an agent does that keeps `context.thread` at each step."""
    log = Thread()
    known = 0

    def compile(thread: Thread) -> Context:
        nonlocal log, known
        for event in thread.since(known):
            log = log.append(event)
        known = len(thread)
        context = window.render(log)
        log = context.thread
        return context

    return compile


def replay(
    thread: Thread,
    compile: Compile | Window,
    *,
    limit: int | None = None,
    counter: TokenCounter | str = "o200k_base",
    format: Format = TAGGED,
    only_time: bool = False,
) -> Replay:
    """Make the context for each message of the model, as an agent would, and say what it held.

    Messages are those of the chat: a message of the model is one, all answers to it that follow each
    other are one, and so is any other event.

    **Recall.** An *identifier* is what `contextkit.identifiers` finds. At each message of the model
    these are taken from its texts and from the values of its arguments (JSON in them parsed, names
    left out). Those count that stood in an earlier event. The context *shows* one if it holds, for
    one of its earlier mentions, the identifier with its surroundings: up to 16 word characters
    before and after it in its line or value, everything else folded away. *Far* are those whose
    last mention is more than ten messages back. *Bare* is far, found without surroundings.

    **Heard.** What people have said in up to 600 characters, at each call: the context shows it if it
    holds the words of each text in it, in their order.

    **Prefix.** The tokens of the longest text that this context and the one before begin with.

    **Violations.** More tokens than the limit, counted from the text alone; a result without its
    call before it; a call without a result that it has got; a pinned event lost or changed.

    **Re-reads.** Calls that read (`default_target`) what had been read before, not written since,
    and does not stand whole in the context.

    Args:
        thread: The run; records of compactions in it are left out.
        compile: What makes the contexts; of a window, used in a loop.
        limit: What a context may have, in tokens.
        counter: Counts the tokens of each context, whatever a window counts with.
        format: Writes the events where `compile` gives no context.
        only_time: Leave out all that takes long: recall, violations, re-reads and kinds.
    """
    thread = without_records(thread)
    compiled = in_a_loop(compile) if isinstance(compile, Window) else compile
    numbers, events = _message_numbers(thread), list(thread)
    seen, shown = _Seen(), _Shown(token_counter(counter), format)
    calls: list[Call] = []
    for start, stop in _model_messages(events, numbers):
        head = thread.fork(start)
        began = time.perf_counter()
        made = compiled(head)
        text = made.text if isinstance(made, Context) else None
        seconds = time.perf_counter() - began
        view = list(made.view() if isinstance(made, Context) else made)
        tokens, shared, broke = shown.update(shown.text_of(view) if text is None else text)
        call = Call(start, tokens, shared, broke, seconds)
        if not only_time:
            seen.read(events, numbers, start)
            over = (
                [f"over budget: {tokens:,} of {limit:,} tokens"]
                if limit is not None and tokens > limit
                else []
            )
            call = dataclasses.replace(
                call,
                **seen.recall(events[start:stop], numbers[start], shown.folded()),
                **seen.heard(shown.folded()),
                reread=tuple(seen.rereads(events[start:stop], view)),
                violations=(*over, *seen.violations(view)),
                kinds=shown.kinds(view),
            )
        calls.append(call)
    return Replay(tuple(calls))


def _model_messages(events: Sequence[Event], numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give the first position of each message of the model, and the one behind its last."""
    start = 0
    while start < len(events):
        stop = start + 1
        while stop < len(events) and numbers[stop] == numbers[start]:
            stop += 1
        if events[start].kind in MODEL_KINDS:
            yield start, stop
        start = stop


def _message_numbers(thread: Thread) -> list[int]:
    """Number the messages that the events stand in."""
    unit_of = {event.id: unit.events[0].id for unit in thread.units() for event in unit.events}
    numbers: list[int] = []
    last: tuple[str, str | None] | None = None
    for event in thread:
        part = "model" if event.kind in MODEL_KINDS else "answers" if event.kind in _ANSWERS else "other"
        message = (part, unit_of.get(event.id) if part != "other" else event.id)
        numbers.append((numbers[-1] if numbers else -1) + (message != last))
        last = message
    return numbers


class _Shown:
    """The contexts of a run, each next to the one before."""

    def __init__(self, counter: TokenCounter, format: Format) -> None:
        self._counter = counter
        self._format = format
        self._text = ""
        self._tokens = 0
        self._settled = (0, 0)  # characters that are counted once and for all, and their tokens
        self._folded = ("", "")
        self._fragments: dict[int, tuple[Event, str]] = {}
        self._sizes: dict[int, tuple[Event, int]] = {}

    def text_of(self, view: Iterable[Event]) -> str:
        """Write events, each once."""
        known, written = self._fragments, {}
        texts = []
        for event in self._format.arranged(view):
            written[id(event)] = known.get(id(event)) or (event, self._format(event))
            texts.append(written[id(event)][1])
        self._fragments = written
        return self._format.separator.join(filter(None, texts))

    def update(self, text: str) -> tuple[int, int, bool]:
        """Go on to the next context: its tokens, those shared with the last one, and whether it broke."""
        broke = not text.startswith(self._text)
        shared = self._tokens
        if broke:
            shared = count(self._counter, text[: _common(text, self._text)])
            self._settled = (0, 0)
        self._text, self._tokens = text, self._count(text)
        return self._tokens, min(shared, self._tokens), broke

    def _count(self, text: str) -> int:
        """Count a text that goes on from the last one: what stands behind the last seam of that."""
        start, tokens = self._settled
        seams = seams_of(self._counter)
        tail = max(start, len(text) - _TAIL)
        found = [seam.start() for seam in seams.finditer(text, tail)] if seams else []
        if found:
            tokens += count(self._counter, text[start : found[-1]])
            start = found[-1]
        self._settled = (start, tokens)
        return tokens + count(self._counter, text[start:])

    def folded(self) -> str:
        """Give the word characters of the context."""
        before, folded = self._folded
        if self._text.startswith(before):
            folded += _fold(self._text[len(before) :])
        else:
            folded = _fold(self._text)
        self._folded = (self._text, folded)
        return folded

    def kinds(self, view: Iterable[Event]) -> dict[str, int]:
        """Give the tokens of the events by kind."""
        kinds: dict[str, int] = defaultdict(int)
        sizes = {}
        for event in view:
            known = self._sizes.get(id(event))
            size = known[1] if known else count(self._counter, self._format(event))
            sizes[id(event)] = (event, size)
            kinds[event.kind] += size
        self._sizes = sizes
        return dict(kinds)


def _common(text: str, other: str) -> int:
    """Give the length of the longest text that both begin with."""
    low, high = 0, min(len(text), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if text[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


# ---- what had been seen


class _Seen:
    """What has stood in the events so far."""

    def __init__(self) -> None:
        self._read = 0
        self._mentions: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._last: dict[str, int] = {}
        self._pinned: list[Event] = []
        self._said: list[list[str]] = []
        self._calls: dict[str, Event] = {}  # the last of each id
        self._asked: dict[str | None, Event] = {}  # answer -> call, by the ids of the events
        self._answers: defaultdict[str | None, list[Event]] = defaultdict(list)
        self._copies: defaultdict[str, dict[Target, Event]] = defaultdict(dict)

    def read(self, events: Sequence[Event], numbers: Sequence[int], stop: int) -> None:
        """Take up the events before a position."""
        for position in range(self._read, stop):
            event = events[position]
            for name, surroundings in mentions(event.data):
                self._mentions[name].pop(surroundings, None)
                self._mentions[name][surroundings] = None  # the newest is the last
                self._last[name] = numbers[position]
            if event.pinned:
                self._pinned.append(event)
            if event.kind == "user" and len(event.text) <= _FEW_WORDS:
                self._said.append([_fold(value) for value in values(event.data)])
            self._follow(event)
        self._read = stop

    def _follow(self, event: Event) -> None:
        """Follow what is called, read and written."""
        if event.call_id is None:
            return
        if event.kind == "call":
            self._calls[event.call_id] = event
            for target in default_target(event):
                if target.writes:
                    self._copies.pop(target.key, None)
        elif call := self._calls.get(event.call_id):
            self._asked[event.id] = call
            self._answers[call.id].append(event)
            for target in default_target(call) if event.kind == "result" else ():
                if not target.writes:
                    self._copies[target.key][target] = event

    def recall(self, message: Iterable[Event], number: int, folded: str) -> dict[str, Any]:
        """Count what the message names of what has been seen, and how much of it the context shows."""
        names = sorted({name for event in message for name, _ in mentions(event.data)} & self._last.keys())
        told = {"written": len(names), "shown": 0, "far": 0, "far_shown": 0, "far_bare": 0}
        for name in names:
            is_there = _fold(name) in folded
            is_shown = is_there and any(mention in folded for mention in reversed(self._mentions[name]))
            told["shown"] += is_shown
            if number - self._last[name] > 10:
                told["far"] += 1
                told["far_shown"] += is_shown
                told["far_bare"] += is_there
        return told

    def heard(self, folded: str) -> dict[str, Any]:
        """Count what people have said, and how much of it the context shows."""
        shown = sum(all(value in folded for value in said) for said in self._said)
        return {"said": len(self._said), "said_shown": shown}

    def rereads(self, message: Iterable[Event], view: Iterable[Event]) -> Iterator[str]:
        """Give what the message reads again that does not stand whole in the context."""
        asked = [target for event in message if event.kind == "call" for target in default_target(event)]
        copies = {target: self._copies.get(target.key, {}).get(target) for target in asked}
        standing = {event.id: event for event in view} if any(copies.values()) else {}
        for target, copy in copies.items():
            if copy is not None and not _stands(copy, standing):
                yield target.key

    def violations(self, view: Sequence[Event]) -> Iterator[str]:
        """Give what is wrong with a context, its size left out."""
        standing: dict[str | None, Event] = {}
        for event in view:
            standing[event.id] = event
            if event.kind in _ANSWERS and event.call_id is not None:
                call = self._asked.get(event.id)
                if call is None or call.id not in standing:
                    yield f"a result without its call: {event.id}"
        for event in view:
            if event.kind == "call":
                for answer in self._answers.get(event.id, ()):
                    if answer.id not in standing:
                        yield f"a call without its result: {event.id}"
        for event in self._pinned:
            if not _stands(event, standing):
                yield f"a pinned event lost: {event.id}"


def _stands(event: Event, standing: Mapping[str | None, Event]) -> bool:
    """Tell whether an event stands whole among others."""
    shown = standing.get(event.id)
    return shown is not None and (shown.type, shown.data) == (event.type, event.data)


def mentions(data: JSON) -> Iterator[tuple[str, str]]:
    r"""Give the identifiers in a value, each with what stands around it in its line, folded.

    >>> for name, surroundings in mentions({"path": "src/app.py", "text": "first\nno such user_id: 7"}):
    ...     print(name, surroundings)
    src/app.py srcapppy
    user_id nosuchuser_id7
    """
    for text in values(data):
        found = identifiers(text)
        places = zip(found.names(), found.starts.tolist(), found.stops.tolist(), strict=True)
        for name, start, stop in places:
            before = found.data[max(0, start - _REACH) : start].rpartition(b"\n")[2]
            after = found.data[stop : stop + _REACH].partition(b"\n")[0]
            left, right = (_fold(part.decode("utf-8", "ignore")) for part in (before, after))
            yield name, left[-_SURROUNDINGS:] + _fold(name) + right[:_SURROUNDINGS]


def values(data: JSON) -> Iterator[str]:
    """Give the texts and numbers in a value, keys left out; JSON in a text is parsed.

    >>> list(values({"user_id": 7, "filter": '{"status": ["open"]}'}))
    ['7', 'open']
    """
    if isinstance(data, str):
        parsed = json_in(data)
        yield from (data,) if parsed is None else values(parsed)
    elif isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from values(value)
    elif data is not None and not isinstance(data, bool):
        yield str(data)


def _fold(text: str) -> str:
    return _FOLDED.sub("", text)

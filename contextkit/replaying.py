"""Replaying: a run, step by step: what its contexts held and cost."""

import dataclasses
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from .contexts import Context
from .events import Event, Kind
from .exceptions import SettingError
from .formats import TAGGED, Format
from .identifiers import identifiers
from .plain import JSON
from .policies.targets import default_target
from .threads import Thread
from .tokens.counters import TokenCounter, count, token_counter
from .windows import Window

Compile: TypeAlias = Callable[[Thread], Context | Sequence[Event]]
"""The events so far -> the context, or the events, that the model is shown. Called before each model message,
with a thread that only grows."""

_MODEL: frozenset[Kind] = frozenset(("assistant", "reasoning", "call"))
_ANSWERS: frozenset[Kind] = frozenset(("result", "error"))
_SURROUNDINGS = 16  # word characters on each side
_REACH = 96  # characters in which these are looked for
_FOLDED = re.compile(r"\\[nrt\"]|\W+")


# ---- what a run costs


@dataclasses.dataclass(frozen=True, slots=True)
class Rates:
    """What a provider takes for input, by its own rules of what it caches.

    Attributes:
        input: For a million tokens that are new.
        cached: For a million tokens that are read from the cache.
        written: For a million new tokens that are written to the cache; where that costs nothing
            extra, the same as `input`.
        minimum: The shortest prefix that is cached, in tokens.
        granularity: The steps in which a cached prefix grows, in tokens.
    """

    input: float
    cached: float
    written: float
    minimum: int = 0
    granularity: int = 1

    def price(self, tokens: int, shared: int) -> float:
        """Give the price of one call.

        Args:
            tokens: The tokens of the context.
            shared: How many of them, from the first, equal the context of the call before.

        >>> Rates(2.0, 0.5, 2.0, minimum=1_024, granularity=128).price(3_000_000, 1_000_100)
        4.50015
        """
        cached = shared - shared % self.granularity if shared >= self.minimum else 0
        new = tokens - cached
        return (cached * self.cached + new * (self.written if tokens >= self.minimum else self.input)) / 1e6


RELATIVE = Rates(1e6, 1e5, 1e6)
"""1 for a new token and 0.1 for one in the shared prefix: a cost in tokens, for whoever has no prices."""


def rates_of(model: str, provider: str | None = None) -> Rates:
    """Give today's rates of a model, from the extra `prices`.

    The rules are OpenAI's (a prefix of 1,024 tokens or more, in steps of 128, written for nothing)
    and Anthropic's (1,024 tokens or more, written for a price of its own).

    Raises:
        SettingError: If the model is not known.
        MissingExtraError: If `genai-prices` is not installed.
    """
    from .exceptions import MissingExtraError

    try:
        import genai_prices
        from genai_prices.types import Usage
    except ImportError as error:
        raise MissingExtraError("genai-prices", "prices") from error

    def asked(**usage: int) -> float:
        try:
            found = genai_prices.calc_price(Usage(**usage), model_ref=model, provider_id=provider)
        except LookupError as error:
            raise SettingError("model", model, "genai-prices does not know it") from error
        return float(found.input_price)

    million = 1_000_000
    new = asked(input_tokens=million)
    cached = asked(input_tokens=million, cache_read_tokens=million)
    written = asked(input_tokens=million, cache_write_tokens=million)
    return Rates(new, cached, written or new, minimum=1_024, granularity=128 if written in (0, new) else 1)


# ---- what a run was shown


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One call of the model in a run, and the context that was made for it.

    Attributes:
        events: How many events there were.
        tokens: The tokens of the context.
        shared: How many of them, from the first, equal the context of the call before.
        broke: Whether the context did not begin with the one before.
        seconds: What making it took, its text included.
        written: The identifiers that the model wrote and that stood in an earlier event.
        shown: How many of these the context showed with their surroundings.
        far: Those among the written ones whose last mention was more than ten messages back.
        far_shown: How many of these it showed with their surroundings.
        far_bare: How many of these it showed anywhere.
        violations: What was wrong with the context.
        reread: What the model read again because the context had lost it.
        kinds: The tokens of the events, by kind.
    """

    events: int
    tokens: int
    shared: int
    broke: bool
    seconds: float
    written: int
    shown: int
    far: int
    far_shown: int
    far_bare: int
    violations: tuple[str, ...]
    reread: tuple[str, ...]
    kinds: Mapping[str, int]


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
        return sum(rates.price(call.tokens, call.shared if cached else 0) for call in self.calls)

    def to_data(self) -> dict[str, JSON]:
        """Give the figures of the run as plain data, times in milliseconds."""
        times = sorted(1_000 * call.seconds for call in self.calls) or [0.0]
        names = ("violations", "recall", "far_recall", "bare_recall", "rereads", "tokens", "prefix", "breaks")
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

    **Recall.** An *identifier* is what `contextkit.identifiers` finds. At each message of the model
    these are taken from its texts and from the values of its arguments (JSON in them parsed, names
    left out). Those count that stood in an earlier event. The context *shows* one if it holds, for
    one of its earlier mentions, the identifier with its surroundings: up to 16 word characters
    before and after it in its line or value, everything else folded away. *Far* are those whose
    last mention is more than ten messages back, where the model's message is one, all answers to
    it that follow each other one, and any other event one. *Bare* is far, found without surroundings.

    **Prefix.** The tokens of the longest text that this context and the one before begin with.

    **Violations.** More tokens than the limit, by counting the whole text; a result without its
    call; a call without the result that it has got; a pinned event lost or changed.

    **Re-reads.** Calls that read (`default_target`) what had been read before, not written since,
    and does not stand whole in the context.

    Args:
        thread: The run.
        compile: What makes the contexts; of a window, used in a loop.
        limit: What a context may have, in tokens.
        counter: Counts the tokens of a text.
        format: Writes the events where `compile` gives no context.
        only_time: Leave out all that takes long: recall, violations, re-reads and kinds.
    """
    counter = token_counter(counter)
    compiled = in_a_loop(compile) if isinstance(compile, Window) else compile
    numbers = _message_numbers(thread)
    seen, shown = _Seen(), _Shown(counter, format)
    calls: list[Call] = []
    events = list(thread)
    for start, stop in _model_messages(events, numbers):
        head = thread.fork(start)
        began = time.perf_counter()
        made = compiled(head)
        text = made.text if isinstance(made, Context) else "".join(map(format, made))
        seconds = time.perf_counter() - began
        tokens, shared, broke = shown.update(text, made.tokens if isinstance(made, Context) else None)
        told: dict[str, Any] = {"violations": (), "reread": (), "kinds": {}}
        told |= {"written": 0, "shown": 0, "far": 0, "far_shown": 0, "far_bare": 0}
        if not only_time:
            view = list(made.view()) if isinstance(made, Context) else list(made)
            seen.read(events, numbers, start)
            told |= seen.recall(events[start:stop], numbers[start], shown.folded())
            told["reread"] = tuple(seen.rereads(events[start:stop], view))
            told["violations"] = tuple(_violations(head, view, count(counter, text), limit))
            told["kinds"] = shown.kinds(view)
        calls.append(Call(start, tokens, shared, broke, seconds, **told))
    return Replay(tuple(calls))


def _model_messages(events: Sequence[Event], numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give the first position of each message of the model, and the one behind its last."""
    start = 0
    while start < len(events):
        stop = start + 1
        while stop < len(events) and numbers[stop] == numbers[start]:
            stop += 1
        if events[start].kind in _MODEL:
            yield start, stop
        start = stop


def _message_numbers(thread: Thread) -> list[int]:
    """Number the messages that the events stand in."""
    unit_of = {event.id: unit.events[0].id for unit in thread.units() for event in unit.events}
    numbers: list[int] = []
    last: tuple[str, str | None] | None = None
    for event in thread:
        part = "model" if event.kind in _MODEL else "answers" if event.kind in _ANSWERS else "other"
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
        self._folded = ("", "")
        self._sizes: dict[int, tuple[Event, int]] = {}

    def update(self, text: str, tokens: int | None) -> tuple[int, int, bool]:
        """Go on to the next context: its tokens, those shared with the last one, and whether it broke."""
        if tokens is None:
            tokens = count(self._counter, text)
        broke = not text.startswith(self._text)
        shared = self._tokens
        if broke:
            shared = count(self._counter, text[: _common(text, self._text)])
        self._text, self._tokens = text, tokens
        return tokens, min(shared, tokens), broke

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


class _Seen:
    """What has stood in the events so far."""

    def __init__(self) -> None:
        self._read = 0
        self._mentions: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._last: dict[str, int] = {}
        self._calls: dict[str, tuple[str, ...]] = {}
        self._copies: dict[str, str] = {}

    def read(self, events: Sequence[Event], numbers: Sequence[int], stop: int) -> None:
        """Take up the events before a position."""
        for position in range(self._read, stop):
            event = events[position]
            for name, surroundings in mentions(event.data):
                self._mentions[name].pop(surroundings, None)
                self._mentions[name][surroundings] = None  # the newest is the last
                self._last[name] = numbers[position]
            self._follow(event)
        self._read = stop

    def _follow(self, event: Event) -> None:
        """Follow what is read and written."""
        if event.call_id is None:
            return
        if event.kind == "call":
            targets = default_target(event)
            self._calls[event.call_id] = tuple(repr(target) for target in targets if not target.writes)
            written = {target.key for target in targets if target.writes}
            for copy in [copy for copy in self._copies if any(repr(key) in copy for key in written)]:
                del self._copies[copy]
        elif event.kind == "result":
            self._copies.update((target, str(event.id)) for target in self._calls.get(event.call_id, ()))

    def recall(self, message: Iterable[Event], number: int, folded: str) -> dict[str, int]:
        """Count what the message names of what has been seen, and how much of it the context shows."""
        names = sorted({name for event in message for name, _ in mentions(event.data)} & self._last.keys())
        told = {"written": len(names), "shown": 0, "far": 0, "far_shown": 0, "far_bare": 0}
        for name in names:
            is_shown = any(mention in folded for mention in reversed(self._mentions[name]))
            told["shown"] += is_shown
            if number - self._last[name] > 10:
                told["far"] += 1
                told["far_shown"] += is_shown
                told["far_bare"] += _fold(name) in folded
        return told

    def rereads(self, message: Iterable[Event], view: Iterable[Event]) -> Iterator[str]:
        """Give what the message reads again that does not stand whole in the context."""
        whole: dict[str | None, Event] | None = None
        for event in message:
            for target in default_target(event) if event.kind == "call" else ():
                copy = self._copies.get(repr(target))
                if copy is not None:
                    whole = whole if whole is not None else {shown.id: shown for shown in view}
                    if copy not in whole or whole[copy].text.startswith(
                        f"[{whole[copy].type} {copy} left out"
                    ):
                        yield target.key


def mentions(data: JSON) -> Iterator[tuple[str, str]]:
    r"""Give the identifiers in a value, each with its surroundings: what stands around it in its line, folded.

    >>> list(mentions({"path": "src/app.py", "text": "first\nraise ValueError(f'{path}: no such user_id')"}))
    ... # doctest: +NORMALIZE_WHITESPACE
    [('src/app.py', 'srcapppy'), ('ValueError', 'raiseValueErrorfpathnosuchuser_'),
     ('user_id', 'ueErrorfpathnosuchuser_id')]
    """
    for text in values(data):
        for line in text.split("\n"):
            found = identifiers(line)
            if not len(found.starts):
                continue
            places = zip(found.names(), found.starts.tolist(), found.stops.tolist(), strict=True)
            for name, start, stop in places:
                before = _fold(found.data[max(0, start - _REACH) : start].decode("utf-8", "ignore"))
                after = _fold(found.data[stop : stop + _REACH].decode("utf-8", "ignore"))
                yield name, before[-_SURROUNDINGS:] + _fold(name) + after[:_SURROUNDINGS]


def values(data: JSON) -> Iterator[str]:
    """Give the texts and numbers in a value, keys left out; JSON in a text is parsed.

    >>> list(values({"user_id": 7, "filter": '{"status": ["open"]}'}))
    ['7', 'open']
    """
    import json

    if isinstance(data, str):
        if data[:1] in ("{", "["):
            try:
                parsed = json.loads(data)
            except (ValueError, RecursionError):
                pass
            else:
                yield from values(parsed)
                return
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from values(value)
    elif isinstance(data, list):
        for value in data:
            yield from values(value)
    elif data is not None and not isinstance(data, bool):
        yield str(data)


def _fold(text: str) -> str:
    return _FOLDED.sub("", text)


def _violations(thread: Thread, view: Sequence[Event], tokens: int, limit: int | None) -> Iterator[str]:
    if limit is not None and tokens > limit:
        yield f"over budget: {tokens:,} of {limit:,} tokens"
    called, answered = set(), set()
    for event in view:
        if event.call_id is None or event.kind == "compaction":
            continue
        if event.kind == "call":
            called.add(event.call_id)
        else:
            answered.add(event.call_id)
            if event.call_id not in called:
                yield f"a result without its call: {event.id}"
    open_calls = called - answered
    for event in thread if open_calls else ():
        if event.kind != "call" and event.call_id in open_calls:
            yield f"a call without its result: {event.call_id}"
    standing = {event.id: event for event in view}
    for event in _pinned(thread):
        if event.id not in standing or standing[event.id].data != event.data:
            yield f"a pinned event lost: {event.id}"


def _pinned(thread: Thread) -> Iterator[Event]:
    return (event for event in thread if event.pinned)

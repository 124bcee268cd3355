"""Comparing: the same thread in several formats: what each costs, what it loses, and what a cache saves."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from .codecs import json as json_codec
from .comparisons import Comparison, Part, Row, Size
from .events import Event
from .exceptions import CounterError, SettingError, name_of
from .formats import FORMATS, Format
from .rates import Rates, rates_of
from .renderers import Renderer
from .replaying import call_positions, replay
from .roundtrips import read_back
from .threads import Thread
from .tokens.counters import TokenCounter, count, token_counter

Formats: TypeAlias = Mapping[str, Format | Renderer] | Sequence[Format] | Format
"""What is compared: formats or renderers by name, or formats, which have a name of their own."""

_LETTER = "x"  # stands in for data, to see what is around it; it takes no quotes and no escapes
_WRITTEN = 4_000_000  # characters that are written to see whether a format is a stable prefix


def compare(
    thread: object,
    formats: Formats = FORMATS,
    *,
    counters: Sequence[TokenCounter | str] = ("o200k_base", "cl100k_base"),
    rates: Rates | str | None = None,
    as_of: str = "",
    runs: int = 3,
) -> Comparison:
    """Write the same thread, or one value, in several formats, and say what each costs and what it loses.

    Each figure is measured on the text that the format writes; nothing is declared.

    - *Tokens* and *bytes* are those of the whole text. Where a figure is one number, the first counter
      counted it.
    - *Framing* of an event: the tokens of its fragment with the letter `x` for its data, less that letter;
      of all events, also what is between them. Of a renderer that cannot write an `x` it counts as body.
    - *Escaping* of an event: the texts in its data that its fragment does not hold as they are (because of
      escapes, or because their lines are indented) are replaced by the letter `x`; what that saves beyond
      their own tokens is escaping. Quotes around a text that stays as it is belong to the body.
    - *Body*: all other tokens.
    - *Back*: what `format.read` gives, next to the events; see `roundtrips.Back`.
    - *Stable*: growing prefixes of the thread are written, and each text must be how the whole starts.
    - *Cacheable*: before each message of the model the context is written, as an agent would; the share
      of tokens, over all of them, that stand in the one before, from its first token on.
    - *Price*: of these contexts (without a message of the model: of the whole text, sent once).

    Args:
        thread: A thread, or events, as the compactions in it left them. Anything else is a value alone: a
            renderer writes just that, a format writes it as one event of the type `value`.
        formats: Formats or renderers by name, or a list of formats. A renderer gives whole fragments
            here; of events, each ends its line.
        counters: What counts the tokens: names of encodings or models, or counters.
        rates: What a provider takes, or the name of a model for the extra `prices`.
        as_of: The date of the prices, in your words.
        runs: How often each format writes the whole for the time it takes, the median of which counts; 0
            for no times, so that the same thread gives the same comparison.

    Raises:
        SettingError: If there is nothing to compare, or a format is neither a format nor a renderer.
        CounterError: If a counter gives something else than a whole number.

    >>> from .formats import JSON_LINES, TAGGED
    >>> tags = [{"tag": f"v1.{n}", "signed": n > 3} for n in range(6)]
    >>> print(compare([Event("list_git_tags_result", tags)], [TAGGED, JSON_LINES]))  # doctest: +ELLIPSIS
    <Comparison of 2 formats, 1 event: JSON_LINES loses nothing with 78 tokens>
    TAGGED: 90 tokens, +12.5 % to compact JSON, as text: ...a list comes back as text)
    JSON_LINES: 78 tokens, -2.5 % to compact JSON, exact
    """
    events, alone = _events(thread)
    named = _named(formats, alone=alone)
    if isinstance(counters, str):
        raise SettingError("compare.counters", counters, f"it must be a list, such as [{counters!r}]")
    counting = [token_counter(counter) for counter in counters]
    if not counting or not named:
        raise SettingError("compare", formats if counting else counters, "give one or more to compare")
    source, rate = _rates(rates, as_of)
    subject = _Subject(events, counting, rate, runs)
    value = events[0].data if alone else [{"type": event.type, "data": event.data} for event in events]
    rows = [_compared(name, format, subject) for name, format in named.items()]
    return Comparison(
        tuple(rows),
        _counter_names(counting, counters),
        _size(json_codec.encode(value), counting),
        _size(json.dumps(value, ensure_ascii=False, indent=2), counting),
        threads=1,
        events=len(events),
        calls=len(subject.calls),
        prices=source,
    )


# ---- what was given


def _events(given: object) -> tuple[Thread, bool]:
    """Give the events to compare, and whether they are a value alone."""
    if isinstance(given, Thread):
        return given.view(), False
    if isinstance(given, Event):
        return Thread([given]), False
    if isinstance(given, Sequence) and given and all(isinstance(item, Event) for item in given):
        return Thread(given), False
    return Thread([Event("value", given)]), True


def _named(formats: Formats, *, alone: bool) -> dict[str, Format]:
    if isinstance(formats, Format):
        formats = [formats]
    if isinstance(formats, Mapping):
        pairs = [(str(name), format) for name, format in formats.items()]
    else:
        pairs = [(getattr(format, "name", repr(format)), format) for format in formats]
    named: dict[str, Format] = {}
    for name, given in pairs:
        if not callable(given):
            raise SettingError(
                f"the format {name}", given, "it must be a format, or a function from an event to text"
            )
        format = given if isinstance(given, Format) else Format(name, given if alone else _Line(given))
        label, number = name, 1
        while label in named:
            number += 1
            label = f"{name} ({number})"
        named[label] = format
    return named


class _Line:
    """Ends what a renderer gives with a newline."""

    __slots__ = ("_renderer",)

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    def __repr__(self) -> str:
        return repr(self._renderer)

    def __call__(self, event: Event) -> str:
        text: Any = self._renderer(event)
        return f"{text}\n" if isinstance(text, str) and text and text[-1] != "\n" else text


def _counter_names(counters: Sequence[TokenCounter], given: Sequence[TokenCounter | str]) -> tuple[str, ...]:
    named = []
    for counter, name in zip(counters, given, strict=True):
        found = next(
            filter(None, (getattr(counter, key, None) for key in ("encoding", "name", "path"))), None
        )
        named.append(name if isinstance(name, str) else str(found or name_of(counter)))
    return tuple(named)


def _rates(rates: Rates | str | None, as_of: str) -> tuple[str, Rates | None]:
    """Say what the prices are, and give them."""
    if rates is None:
        return "", None
    found = rates_of(rates) if isinstance(rates, str) else rates
    figures = f"{found.input:g} a million tokens, {found.cached:g} cached"
    of = f"as of {as_of}" if as_of else "of no date given"
    if not isinstance(rates, str):
        return f"{figures}, {of}", found
    import genai_prices

    return f"{rates}: {figures}, {of}, by genai-prices {genai_prices.__version__}", found


def _size(text: str, counters: Iterable[TokenCounter]) -> Size:
    tokens = tuple(count(counter, text) for counter in counters)
    return Size(tokens, len(text.encode("utf-8", "surrogatepass")))


# ---- one format


def _as_it_is(event: Event) -> str:
    return event.text


_CONTEXT = Format("a context", _as_it_is)


class _Subject:
    """What all formats have in common.

    Attributes:
        thread: The events.
        counters: What counts.
        rates: What a provider takes.
        runs: How often each format writes the whole.
        calls: How many events there are before each message of the model.
    """

    def __init__(
        self, thread: Thread, counters: Sequence[TokenCounter], rates: Rates | None, runs: int
    ) -> None:
        self.thread = thread
        self.counters = counters
        self.rates = rates
        self.runs = runs
        self.calls = call_positions(thread)


def _compared(name: str, format: Format, subject: _Subject) -> Row:
    try:
        return _row(name, format, subject)
    except CounterError:
        raise
    except Exception as error:  # noqa: BLE001 - a format is user code: it can raise anything
        return Row(name, error=str(error) or type(error).__name__)


def _row(name: str, format: Format, subject: _Subject) -> Row:
    thread, counter = subject.thread, subject.counters[0]
    text = format.text(thread)
    row = Row(
        name,
        _size(text, subject.counters),
        tuple(_parts(format, thread, counter)),
        read_back(format, list(thread), text),
        _microseconds(lambda: format.text(thread), subject.runs),
        _is_stable(format, thread, text),
        primer=count(counter, format.primer) if format.primer else 0,
    )
    run = replay(thread, _Contexts(format, thread, text), counter=counter, format=_CONTEXT, only_time=True)
    sizes = [(call.tokens, call.shared) for call in run.calls]
    row = row._replace(sent=sum(tokens for tokens, _ in sizes), shared=sum(shared for _, shared in sizes))
    if (rates := subject.rates) is None:
        return row
    sizes = sizes or [(row.tokens or 0, 0)]
    return row._replace(
        price=sum(rates.uncached(tokens) for tokens, _ in sizes),
        price_cached=sum(rates.price(tokens, shared) for tokens, shared in sizes),
    )


def _microseconds(write: Callable[[], object], runs: int) -> float | None:
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        write()
        taken.append(1e6 * (time.perf_counter() - start))
    return sorted(taken)[len(taken) // 2] if taken else None


def _is_stable(format: Format, thread: Thread, text: str) -> bool:
    tries = min(len(thread), max(8, _WRITTEN // max(len(text), 1)))
    lengths = (round(len(thread) * number / tries) for number in range(1, tries + 1))
    return all(text.startswith(format.text(thread.fork(length))) for length in lengths)


class _Contexts:
    """Writes the contexts of a run; where a format writes event by event, each event once."""

    def __init__(self, format: Format, thread: Thread, text: str) -> None:
        self._format = format
        fragments = [format(event) for event in thread]
        adds_up = format.separator.join(filter(None, fragments)) == text
        self._fragments = fragments if adds_up else None

    def __call__(self, thread: Thread) -> Sequence[Event]:
        if self._fragments is None:
            return [Event("context", self._format.text(thread))]
        return [Event("context", self._format.separator.join(filter(None, self._fragments[: len(thread)])))]


# ---- framing, body and escaping


def _parts(format: Format, thread: Thread, counter: TokenCounter) -> Iterator[Part]:
    parts: dict[str, Part] = {}
    for event in format.arranged(thread):
        fragment = format(event)
        tokens = count(counter, fragment)
        framing = min(max(_frame(format, event, counter), 0), tokens)
        escaping = min(max(_escapes(format, event, fragment, tokens, counter), 0), tokens - framing)
        part = Part(event.type, 1, tokens, framing, escaping)
        parts[event.type] = parts[event.type].plus(part) if event.type in parts else part
    yield from parts.values()


def _frame(format: Format, event: Event, counter: TokenCounter) -> int:
    """Give the tokens of a fragment around next to no data."""
    try:
        fragment = format.write(event.having(data=_LETTER, raw=None))
    except Exception:  # noqa: BLE001 - a renderer that is made for other data
        return 0
    return count(counter, fragment) - count(counter, _LETTER)


def _escapes(format: Format, event: Event, fragment: str, tokens: int, counter: TokenCounter) -> int:
    """Give the tokens that texts which the fragment does not hold as they are cost beyond their own."""
    changed: list[str] = []
    data = _without(event.data, _Finder(fragment), changed)
    if not changed:
        return 0
    try:
        clean = format(event.having(data=data, raw=None))
    except Exception:  # noqa: BLE001 - a renderer that is made for other data
        return 0
    letter = count(counter, _LETTER)
    own = sum(count(counter, text) - letter for text in changed)
    return tokens - count(counter, clean) - own


class _Finder:
    """Finds texts in a fragment, one behind the other, as most formats write them."""

    def __init__(self, fragment: str) -> None:
        self._fragment = fragment
        self._at = 0

    def holds(self, text: str) -> bool:
        found = self._fragment.find(text, self._at)
        if found >= 0:
            self._at = found + len(text)
        return found >= 0 or text in self._fragment


def _without(value: Any, finder: _Finder, changed: list[str]) -> Any:
    """Give a value with a letter for each text that does not stand in the fragment, which are collected."""
    if isinstance(value, str):
        if finder.holds(value):
            return value
        changed.append(value)
        return _LETTER
    if isinstance(value, dict):
        return {key: _without(item, finder, changed) for key, item in value.items()}
    if isinstance(value, list):
        return [_without(item, finder, changed) for item in value]
    return value

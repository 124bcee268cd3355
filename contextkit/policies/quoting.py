"""Choosing the lines that are worth quoting: what the policy `Quote` leaves of what it drops."""

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..errors.life import has_failed
from ..errors.salience import FAILED
from ..events import MODEL_KINDS, Event, Kind
from ..identifiers import identifiers
from ..plain import JSON, json_in
from .drop import summed_up

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LONGEST = 200  # characters; of a longer line only the pieces that matter are quoted
_SHORT = 100  # characters; a longer part of a value is a line of its own
_PIECE = re.compile(rf".{{1,{_LONGEST}}}(?:\s|$)|.{{1,{_LONGEST}}}", re.DOTALL)
_MARKER = re.compile(r"^[ \t]*\[.*\bleft out\b.*\][ \t]*$", re.MULTILINE)
_BYTES = 4  # bytes a token, roughly: a sample says how far off that is
_SAMPLE = 48  # lines
_HEADING = 8  # tokens for the line that says where the quoted lines are from
_MENTION = 4.0  # how much more a line is worth for an identifier that the model itself has written
_HEARD = 0.05  # what a token is worth by itself, where a line counts whatever it names
_HEARD_FIRST = 0.25  # of what the quotes may have, for such lines before any others
_FEW_WORDS = 600  # characters; what is longer is a paste, or a trace
_NAMING = tuple(word for word in FAILED if word != "traceback")  # what follows that says which
_AN_ERROR = re.compile(r"\W*(?:(?:\w+\.)*\w*(?:Error|Exception)|error|fatal|Traceback|Failed|FAILED)\b")
_RECENT = 0.5  # how much more for one whose last mention is new


class Source(NamedTuple):
    """A text that lines may be quoted from.

    Attributes:
        name: What its quotes stand under: the event's type and id.
        text: The text.
        own: Whether the model wrote it.
        heard: Which of its lines count whatever they name, by their numbers: all that a person said in a few
            words, or of a short error; the first of a paste; of a longer error the first and the last line
            that name one, and its last.
    """

    name: str
    text: str
    own: bool
    heard: Sequence[int] = ()


def source_of(event: Event, *, cut: bool = False) -> Source:
    r"""Make a source of an event: its text, or its value with one record a line.

    Args:
        event: The event.
        cut: Whether a policy has cut it: the lines that say so are not its own.

    >>> found = [{"flight": "HAT069", "stops": []}, {"flight": "HAT083", "price": {"economy": 51}}]
    >>> source_of(Event("search_result", found, id="7")).text
    'flight: HAT069, stops: []\nflight: HAT083, price: economy: 51'
    """
    data = event.data
    if summed_up(event) is not None:
        data = str(data.get("text", ""))  # the rest of it counts what is gone
    text = _text_of(data)
    if cut:
        text = _MARKER.sub("", text)
    if len(text) > _LONGEST:
        lines = text.split("\n")
        if max(map(len, lines)) > _LONGEST:
            text = "\n".join([_wrapped(line) if len(line) > _LONGEST else line for line in lines])
    return Source(
        f"{event.type} {event.id}", text, event.kind in MODEL_KINDS, heard_in(text, speaker_of(event))
    )


def speaker_of(event: Event) -> Kind:
    """Give an event's kind; that of an error where a result says so in a field, or begins as one.

    Few providers mark them.

    >>> speaker_of(Event("run_result", "Error: no such run")), speaker_of(Event("run_result", "0 errors"))
    ('error', 'result')
    >>> speaker_of(Event("run_result", {"exit_code": 2, "stderr": "no such file"}))
    'error'
    """
    if event.kind != "result":
        return event.kind
    begins = isinstance(event.data, str) and _AN_ERROR.match(event.data, 0, _LONGEST)
    return "error" if begins or has_failed(event) else "result"


def heard_in(text: str, kind: Kind) -> Sequence[int]:
    r"""Say which lines of a text of this kind count whatever they name, by their numbers from 0.

    >>> [*heard_in("Never touch\nthe billing.", "user")], [*heard_in("done", "result")]
    ([0, 1], [])
    >>> heard_in("Traceback (most recent call last):\n" + "  ...\n" * 99 + "KeyError: 'tag'\nexit 1", "error")
    [100, 101]
    """
    if kind not in ("user", "error"):
        return ()
    if len(text) <= _FEW_WORDS:
        return range(text.count("\n") + 1)
    if kind == "user":  # what is asked stands before what is pasted
        return (text.count("\n", 0, len(text) - len(text.lstrip())),)
    lowered = text.lower()
    ends = [lowered.find(word) for word in _NAMING] + [lowered.rfind(word) for word in _NAMING]
    found = [at for at in ends if at >= 0] + [len(text.rstrip())]
    return sorted({text.count("\n", 0, at) for at in (min(found), max(found[:-1], default=0), found[-1])})


def _text_of(data: JSON) -> str:
    """Give the text of data, or of what its text is as JSON: one record a line."""
    value = json_in(data) if isinstance(data, str) else data
    if isinstance(value, dict | list):
        with contextlib.suppress(RecursionError):  # what stands in a text may be nested very deep
            return "\n".join(records(value))
    return data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def records(value: JSON) -> list[str]:
    """Write a value in its own order, one record a line: what is short stays with what it belongs to.

    >>> records({"user": 7, "flights": [{"id": "HAT069", "price": {"economy": 51}}, {"id": "HAT083"}]})
    ['user: 7', 'flights:', 'id: HAT069, price: economy: 51', 'id: HAT083']
    """
    lines: list[str] = []
    front, parts = "", list[str]()  # of the line that is being written

    def end(name: str = "") -> None:
        """End the line; what belongs to a name stands behind it in the next one."""
        nonlocal front
        lines.append(front + ", ".join(parts))
        front = name
        parts.clear()

    def walk(value: JSON) -> None:
        is_object = isinstance(value, dict)
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            name = f"{key}: " if is_object else ""
            short = _flow(item)
            if short is None:
                end(name)
                walk(item)
                end()
                continue
            if not is_object and isinstance(item, dict):
                end()  # a row of a table
            first, *others = f"{name}{short}".split("\n")
            parts.append(first)
            if others:
                end()
                *between, last = others
                lines.extend(between)
                parts.append(last)

    walk(value if isinstance(value, dict | list) else [value])
    end()
    return [text for line in lines if (text := line.rstrip())]


def _flow(value: JSON) -> str | None:
    """Write a scalar, and an object or a list of scalars if it is short."""
    if not isinstance(value, dict | list):
        return _scalar(value)
    if not value:
        return json.dumps(value)
    if any(isinstance(item, dict | list) for item in (value.values() if isinstance(value, dict) else value)):
        return None
    if isinstance(value, dict):
        text = ", ".join([f"{key}: {_scalar(item)}" for key, item in value.items()])
    else:
        text = ", ".join(map(_scalar, value))
    return text if len(text) <= _SHORT and "\n" not in text else None


def _scalar(value: JSON) -> str:
    if isinstance(value, str):
        return value
    return repr(value) if type(value) is int else json.dumps(value)


def _wrapped(line: str) -> str:
    pieces = [piece for found in _PIECE.findall(line) if (piece := found.strip())]
    if len(pieces) < 2:
        return "".join(pieces)
    return "\n".join(
        [pieces[0] + " ...", *(f"... {piece} ..." for piece in pieces[1:-1]), "... " + pieces[-1]]
    )


class Quotable:
    """The lines of some sources, and the identifiers in them.

    A line is worth what its identifiers are worth, for each of its tokens: `1 + 4 * log2(1 + n)` for
    one that stands in `n` events of the model's own, up to half more for one whose last mention is
    new. An identifier counts in one line alone, the best that holds it. (In recorded runs the model
    writes an old identifier again about four times as often if it has written it before.) What people
    have said in a few words, and what errors say, counts by itself, as it holds what they want and forbid,
    and what failed: the newest of it goes before all others, up to a quarter of what the quotes may have.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        """Find the lines and their identifiers.

        Args:
            sources: In the order in which they stand.
        """
        import numpy as np

        self._names = [source.name for source in sources]
        texts = [source.text.encode("utf-8", "surrogatepass") for source in sources]
        found = identifiers(b"\n".join(texts))
        self._data = found.data
        breaks = np.flatnonzero(np.frombuffer(found.data, np.uint8) == ord("\n"))
        self._starts = np.concatenate(([0], breaks + 1))
        self._stops = np.concatenate((breaks, [len(found.data)]))
        self._tokens = (self._stops - self._starts) / _BYTES + 2
        lengths = [text.count(b"\n") + 1 for text in texts]
        self._source = np.repeat(np.arange(len(sources)), lengths)
        full = self._stops - self._starts > 1
        begins = (np.cumsum(lengths) - lengths).tolist()
        heard = [at + line for at, source in zip(begins, sources, strict=True) for line in source.heard]
        self._heard = np.zeros(len(full), bool)
        self._heard[heard] = full[heard]

        unique, names = np.unique(found.keys, return_inverse=True)
        lines = np.searchsorted(self._starts, found.starts, "right") - 1
        self._count = max(1, len(unique))
        own = np.array([source.own for source in sources], bool)[self._source[lines]]
        mentions = _distinct(self._source[lines[own]] * self._count + names[own]) % self._count
        last = np.zeros(self._count)
        last[names] = np.arange(len(names)) / max(1, len(names))  # the last mention is what stays
        worth = 1 + _MENTION * np.log2(1 + np.bincount(mentions, minlength=self._count))
        self._worth = worth * (1 + _RECENT * last)
        pairs = _distinct(names * len(self._starts) + lines)
        self._found, self._lines = pairs // len(self._starts), pairs % len(self._starts)

    def __len__(self) -> int:
        return len(self._names)

    def rank(self, shown: Sequence[bool]) -> "NDArray[np.int64]":
        """Order the lines by what they are worth a token, the best first.

        Each identifier goes to the best line that holds it, which lowers the worth of the others;
        after three rounds hardly anything moves.

        Args:
            shown: For each source whether it stands in the context whole: then neither its lines are
                worth anything, nor are the identifiers that it holds.
        """
        import numpy as np

        hidden = ~np.array(shown, bool)[self._source]
        worth = self._worth.copy()
        worth[self._found[~hidden[self._lines]]] = 0
        wanted = hidden[self._lines] & (worth[self._found] > 0)
        lines, names = self._lines[wanted], self._found[wanted]
        begins = np.flatnonzero(np.diff(names, prepend=-1))  # they stand in the order of the identifiers
        group = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(names)))
        held = np.ones(len(lines), bool)
        for _ in range(3 if len(lines) else 0):
            rate = np.bincount(lines[held], worth[names[held]], len(self._tokens)) / self._tokens
            best = np.maximum.reduceat(rate[lines], begins)
            top = np.flatnonzero(rate[lines] == best[group])
            held = np.zeros(len(lines), bool)
            held[top[_firsts(group[top], len(begins))]] = True
        rate = np.bincount(lines[held], worth[names[held]], len(self._tokens)) / self._tokens
        rate += _HEARD * (self._heard & hidden)
        worthy = np.flatnonzero(rate)
        ranked: NDArray[np.int64] = worthy[np.argsort(-rate[worthy], kind="stable")]
        return ranked

    def _texts(self, lines: "NDArray[np.int64]") -> Iterator[str]:
        for start, stop in zip(self._starts[lines].tolist(), self._stops[lines].tolist(), strict=True):
            yield self._data[start:stop].decode("utf-8", "surrogatepass").strip()

    def take(self, ranked: "NDArray[np.int64]", tokens: float, size: Callable[[str], int]) -> dict[str, str]:
        """Give the best lines, about so many tokens of them, under the names of their sources, in order.

        Args:
            ranked: The lines, the best first.
            tokens: How many the lines may have with their headings.
            size: Gives the tokens of a line: asked for a sample of them.
        """
        import numpy as np

        if not len(ranked):
            return {}
        sample = ranked[:: len(ranked) // _SAMPLE + 1]
        sized = sum([size(f" {text}\n") for text in self._texts(sample)])
        scale = sized / self._tokens[sample].sum()
        ranked = ranked[self._tokens[ranked] * scale + _HEADING <= tokens]
        ranked = np.concatenate((self._heard_first(ranked, scale, _HEARD_FIRST * tokens), ranked))
        ranked = ranked[np.sort(_firsts(ranked, len(self._starts)))]
        sources = self._source[ranked]
        headings = np.zeros(len(sources))
        headings[_firsts(sources, len(self))] = _HEADING
        sizes = self._tokens[ranked] * scale + headings
        chosen = np.sort(ranked[: np.searchsorted(np.cumsum(sizes), tokens, "right")])
        quotes: dict[str, list[str]] = {}
        for source, text in zip(self._source[chosen].tolist(), self._texts(chosen), strict=True):
            if text:  # of lines that count whatever they name, one may be blank
                quotes.setdefault(self._names[source], []).append(text)
        return {name: "\n".join(texts) for name, texts in quotes.items()}

    def _heard_first(self, ranked: "NDArray[np.int64]", scale: float, tokens: float) -> "NDArray[np.int64]":
        """Give lines that count whatever they name, the newest sources first, each text once."""
        import numpy as np

        newest = np.sort(ranked[self._heard[ranked]])
        newest = newest[np.argsort(-self._source[newest], kind="stable")]
        lines: dict[str, int] = {}
        for text, line in zip(self._texts(newest), newest.tolist(), strict=True):
            lines.setdefault(text, line)
        once = np.array([*lines.values()], np.int64)
        return once[: np.searchsorted(np.cumsum(self._tokens[once] * scale + _HEADING), tokens, "right")]


def _distinct(values: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """Give the values in order, each once; `np.unique` hashes them, which takes many times as long."""
    import numpy as np

    values = np.sort(values)
    return values[np.diff(values, prepend=-1) > 0]


def _firsts(values: "NDArray[np.int64]", count: int) -> "NDArray[np.int64]":
    """Give for each value where it stands first; all are below the count."""
    import numpy as np

    places = np.full(count, -1)
    places[values[::-1]] = np.arange(len(values))[::-1]  # the last one written is what stays
    return places[places >= 0]

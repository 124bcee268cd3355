"""Comparisons: what `compare` finds, as values that can be added up over threads."""

import dataclasses
from collections.abc import Iterable
from typing import Literal, NamedTuple

from .exceptions import SettingError
from .plain import JSON
from .roundtrips import Back

_UNREAD = Back("not checked")


class Size(NamedTuple):
    """The size of a text.

    Attributes:
        tokens: Its tokens, for each of the comparison's counters.
        bytes: Its bytes as UTF-8.
    """

    tokens: tuple[int, ...]
    bytes: int

    def plus(self, other: "Size") -> "Size":
        """Add two sizes up."""
        return Size(_added(self.tokens, other.tokens), self.bytes + other.bytes)


class Part(NamedTuple):
    """What the events of one type take in a format, in tokens of the first counter.

    Attributes:
        type: The type of the events.
        events: How many there are.
        tokens: The tokens of their fragments.
        framing: Those of them that say where an event starts, ends and what type it is.
        escaping: Those that keep what is in the data from being taken for something else.
    """

    type: str
    events: int
    tokens: int
    framing: int
    escaping: int

    @property
    def body(self) -> int:
        """The tokens that are left: the data, with the notation of its values."""
        return self.tokens - self.framing - self.escaping

    def plus(self, other: "Part") -> "Part":
        """Add up two parts of one type."""
        names = ("events", "tokens", "framing", "escaping")
        return Part(self.type, *(getattr(self, name) + getattr(other, name) for name in names))


class Row(NamedTuple):
    """What one format makes of the events. Where it failed, `error` says why, and there are no figures.

    Attributes:
        format: The name it was given.
        size: The size of the whole text; `None` where it failed.
        parts: What the events of each type take, in the order in which the types first occur.
        back: What comes back when the text is read.
        microseconds: What writing all of it takes; `None` if that was not measured.
        stable: Whether the text of each shorter thread that was tried is how that of a longer one starts.
        sent: The tokens of all contexts of the run, one for each message of the model.
        shared: How many of these stood in the context before, from the first token on.
        price: What the contexts of the run cost without a cache; `None` without rates.
        price_cached: The same with the provider's cache.
        primer: The tokens of the line that explains the notation to a model, where the format has one.
            They are sent once a context, and are in no other figure.
        error: Why the format failed.
    """

    format: str
    size: Size | None = None
    parts: tuple[Part, ...] = ()
    back: Back = _UNREAD
    microseconds: float | None = None
    stable: bool = True
    sent: int = 0
    shared: int = 0
    price: float | None = None
    price_cached: float | None = None
    primer: int = 0
    error: str = ""

    @property
    def tokens(self) -> int | None:
        """The tokens of the whole text, by the first counter."""
        return self.size.tokens[0] if self.size else None

    @property
    def escaping(self) -> int:
        """The tokens that keep what is in the data from being taken for something else."""
        return sum(part.escaping for part in self.parts)

    @property
    def body(self) -> int:
        """The tokens of the data, with the notation of its values."""
        return sum(part.body for part in self.parts)

    @property
    def framing(self) -> int:
        """All other tokens: what is around the events and between them."""
        return (self.tokens or 0) - self.body - self.escaping

    @property
    def cacheable(self) -> float | None:
        """The share of the tokens of all contexts that stood in the one before; `None` without a run."""
        return self.shared / self.sent if self.sent else None

    def plus(self, other: "Row") -> "Row":
        """Add up what the same format makes of two threads; it has failed where it failed on one of them."""
        if self.size is None or other.size is None:
            return Row(self.format, error=self.error or other.error)
        parts = {part.type: part for part in self.parts}
        for part in other.parts:
            parts[part.type] = parts[part.type].plus(part) if part.type in parts else part
        return Row(
            self.format,
            self.size.plus(other.size),
            tuple(parts.values()),
            self.back.worse(other.back),
            _sum(self.microseconds, other.microseconds),
            self.stable and other.stable,
            self.sent + other.sent,
            self.shared + other.shared,
            _sum(self.price, other.price),
            _sum(self.price_cached, other.price_cached),
            max(self.primer, other.primer),
        )


def _sum(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value + other


def _added(values: Iterable[int], others: Iterable[int]) -> tuple[int, ...]:
    return tuple(value + other for value, other in zip(values, others, strict=True))


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """The same events in several formats.

    Attributes:
        rows: One for each format, in the order given.
        counters: The names of what counted. Where a figure is one number, it is the first one's.
        compact: The size of the same events as compact JSON: one list of objects with `type` and `data`;
            of a value alone, the value.
        pretty: The same, each entry on a line of its own, indented by 2.
        threads: How many threads were compared.
        events: Their events.
        calls: The messages of the model in them: before each there is a context.
        prices: What the prices are: whose, and of when; empty without rates.
    """

    rows: tuple[Row, ...]
    counters: tuple[str, ...]
    compact: Size
    pretty: Size
    threads: int
    events: int
    calls: int
    prices: str = ""

    def __getitem__(self, name: str) -> Row:
        """Give the row of a format by its name."""
        for row in self.rows:
            if row.format == name:
                return row
        raise KeyError(name)

    def cheapest(self, *, lossless: bool = True) -> Row | None:
        """Give the row with the fewest tokens, by the first counter; `None` if there is none.

        Args:
            lossless: Only of formats from which everything comes back.
        """
        rows = [row for row in self.rows if row.size and (row.back.lossless or not lossless)]
        return min(rows, key=lambda row: row.tokens or 0, default=None)

    def to_rows(self, by: Literal["format", "type"] = "format") -> list[dict[str, JSON]]:
        """Give flat rows, as `pandas.DataFrame` takes them.

        Args:
            by: One row a `format`; or one for each `type` of events in each format.
        """
        if by == "type":
            return [_part(row, part) for row in self.rows for part in row.parts]
        return [self._row(row) for row in self.rows]

    def _row(self, row: Row) -> dict[str, JSON]:
        names = [f"tokens_{name}" for name in self.counters]
        back = {"back": row.back.verdict, "reason": row.back.reason}
        if row.size is None or row.tokens is None:
            parts = ("bytes", "to_compact", "to_pretty", "framing", "body", "escaping", "primer", "back")
            rest = ("reason", "microseconds", "stable", "cacheable", "price", "price_cached")
            return {"format": row.format} | dict.fromkeys([*names, *parts, *rest]) | {"error": row.error}
        return {
            "format": row.format,
            **dict(zip(names, row.size.tokens, strict=True)),
            "bytes": row.size.bytes,
            "to_compact": _change(row.tokens, self.compact.tokens[0]),
            "to_pretty": _change(row.tokens, self.pretty.tokens[0]),
            **{name: getattr(row, name) for name in ("framing", "body", "escaping", "primer")},
            **back,
            **{name: getattr(row, name) for name in ("microseconds", "stable", "cacheable")},
            **{name: getattr(row, name) for name in ("price", "price_cached", "error")},
        }

    def to_data(self) -> dict[str, JSON]:
        """Give all of it as plain data."""
        sizes = {
            name: {"tokens": list(size.tokens), "bytes": size.bytes}
            for name, size in (("compact", self.compact), ("pretty", self.pretty))
        }
        counts = {name: getattr(self, name) for name in ("threads", "events", "calls", "prices")}
        rows = {"formats": self.to_rows(), "types": self.to_rows("type")}
        return {"counters": list(self.counters), **sizes, **counts, **rows}

    def __repr__(self) -> str:
        cheapest = self.cheapest()
        best = f": {cheapest.format} loses nothing with {cheapest.tokens:,} tokens" if cheapest else ""
        sizes = f"{_counted(len(self.rows), 'format')}, {_counted(self.events, 'event')}"
        return f"<Comparison of {sizes}{best}>"

    def __str__(self) -> str:
        lines = [repr(self)]
        for row in self.rows:
            if row.tokens is None:
                lines.append(f"{row.format}: failed: {row.error}")
                continue
            change = 100 * _change(row.tokens, self.compact.tokens[0])
            lines.append(f"{row.format}: {row.tokens:,} tokens, {change:+.1f} % to compact JSON, {row.back}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from .display.comparisons import comparison_html

        return comparison_html(self.to_data())


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


def _part(row: Row, part: Part) -> dict[str, JSON]:
    names = ("type", "events", "tokens", "framing", "body", "escaping")
    return {"format": row.format, **{name: getattr(part, name) for name in names}}


def _change(tokens: int, other: int) -> float:
    return tokens / other - 1 if other else 0.0


# ---- over several threads


def together(comparisons: Iterable[Comparison]) -> Comparison:
    """Add up the comparisons of several threads, made with the same formats and counters.

    Of what comes back, the worst counts; a format that failed on one thread has failed.

    Raises:
        SettingError: If there is none, or the formats or the counters are not the same.
    """
    whole: Comparison | None = None
    for comparison in comparisons:
        whole = comparison if whole is None else _two_together(whole, comparison)
    if whole is None:
        raise SettingError("together", (), "give one or more comparisons")
    return whole


def _two_together(one: Comparison, other: Comparison) -> Comparison:
    of_one, of_other = ([*c.counters, *(row.format for row in c.rows)] for c in (one, other))
    if of_one != of_other:
        raise SettingError("together", of_other, f"it must be as in the others: {of_one}")
    rows = tuple(row.plus(same) for row, same in zip(one.rows, other.rows, strict=True))
    sizes = one.compact.plus(other.compact), one.pretty.plus(other.pretty)
    counts = {name: getattr(one, name) + getattr(other, name) for name in ("threads", "events", "calls")}
    return Comparison(rows, one.counters, *sizes, **counts, prices=one.prices)

"""Supersede: old copies of what was read again, or written since, become a line."""

import dataclasses
import re
import sys
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence

from ..budgets import Meter
from ..events import Event, matches
from ..exceptions import SettingError
from ..plain import JSON
from ..threads import Thread
from .policy import left_out, patterns, telling
from .targets import Target, TargetsOf, default_target

_END = sys.maxsize  # the line after the last one of a resource
_SHORT = 200  # characters; one line of so many says that it worked, or that nothing has changed
_CUT = re.compile(r"\[\.\.\. (?:[\d,]+ lines?, )?[\d,]+ characters? left out")
_FAILED = re.compile(
    r"[\s\[<({*]*(?:(?:tool_use_)?error|fail(?:ed|ure)|fatal|traceback|exception|invalid|cannot|could not|"
    r"unable to|permission denied|access denied|enoent|no such file|(?:file|path|url|resource) not found|"
    r"(?:file|path) does not exist|no match(?:es)?|no replacement|no changes|old_?str\w* not found)\b",
    re.IGNORECASE,
)


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Supersede:
    r"""Replaces old copies by a line: what was read again, or written since, or came again the same.

    A result is left out if each line that it shows is shown by later reads that stand whole, if
    what it read was written later, or if a later result that stays is identical (and has 200
    characters or more). A narrower read supersedes no wider one; errors and calls in flight
    supersede nothing. Of calls that run in parallel none is later than the other.

    The line says why, and gives the id that brings the result back. It names no other event: a
    policy behind this one may cut that too.

    Place it before a `Clamp` or a `Mask`: what is cut already is no copy that an older one could go for.

    Attributes:
        target: Tells of a call what it reads and writes; `default_target` knows the usual shapes.
        types: Patterns of event types, or kinds, to look at; of these, events of kind `result`.

    Raises:
        SettingError: If a setting is out of range.

    >>> thread = Thread().call("read", {"path": "a.py"}, call_id="1").result("1", "import os\n" * 40)
    >>> thread = thread.call("edit", {"path": "a.py", "new_text": ""}, call_id="2").result("2", "done")
    >>> Supersede()(thread, Meter(lambda event: len(event.text), excess=1))[1].data
    '[read_result 1 left out: written since]'
    """

    target: TargetsOf = default_target
    types: Sequence[str] | str = ("*",)

    def __post_init__(self) -> None:
        if not callable(self.target):
            raise SettingError("Supersede.target", self.target, "it must be a callable: call -> targets")
        object.__setattr__(self, "types", patterns("Supersede.types", self.types))

    def __call__(self, view: Thread, meter: Meter) -> Thread:
        """Give the view with its old copies left out.

        All at once, however little is to save: the first cut breaks the prompt cache anyway, and
        what is out of date is better gone.
        """
        exchanges = self._exchanges(view)
        later = _Later()
        changes: dict[str, JSON] = {}
        for event in reversed(list(view)):
            id = str(event.id)
            exchange = exchanges.get(id)
            if event.kind == "call" and exchange is not None:
                later.add(exchange)
            elif event.kind == "result" and not _is_left_out(event):
                whole = view.whole(id)
                if (reason := later.reason(whole, exchange)) and self._may_cut(event):
                    line = left_out(event, reason)
                    if meter(event.with_data(line)) < meter(event):
                        changes[id] = line
                        continue
                if event is whole or _identity(event) == _identity(whole):
                    later.texts.add(_identity(whole))
                    if exchange is not None:
                        exchange.stands = True
        return view.replace_all(changes) if changes else view

    def _may_cut(self, event: Event) -> bool:
        return not event.pinned and matches(event, self.types)

    def _exchanges(self, view: Thread) -> "dict[str, _Exchange]":
        """Give for each call, and each answer, by its id, the exchange that it is a part of."""
        exchanges: dict[str, _Exchange] = {}
        newest: dict[str, _Exchange] = {}
        for event in view:
            if event.call_id is None:
                continue
            if event.kind == "call":
                newest[event.call_id] = _Exchange(tuple(self.target(view.whole(str(event.id)))))
            elif event.kind not in ("result", "error") or event.call_id not in newest:
                continue
            else:
                newest[event.call_id].answers.append(view.whole(str(event.id)))
            exchanges[str(event.id)] = newest[event.call_id]
        return exchanges

    __repr__ = telling


@dataclasses.dataclass(slots=True)
class _Exchange:
    """A call and what came of it.

    Attributes:
        targets: What the call reads and writes.
        answers: Its results and errors, as they were before any compaction.
        stands: Whether its result stands whole in the view.
    """

    targets: tuple[Target, ...]
    answers: list[Event] = dataclasses.field(default_factory=list)
    stands: bool = False

    @property
    def writes(self) -> set[str]:
        """The keys of what was written."""
        done = self.answers and not any(map(_failed, self.answers))
        return {target.key for target in self.targets if target.writes} if done else set()

    @property
    def reads(self) -> tuple[Target, ...]:
        """What the one answer shows; of a call that also writes, and one of many answers, nothing."""
        plain = len(self.answers) == 1 and not any(target.writes for target in self.targets)
        return self.targets if plain else ()

    @property
    def is_copy(self) -> bool:
        """Whether the answer stands there for an older one: whole, and more than a word about it."""
        if not self.stands or not self.reads or _failed(self.answers[0]):
            return False
        data = self.answers[0].data
        return not isinstance(data, str) or "\n" in data.rstrip("\n") or len(data) >= _SHORT


class _Later:
    """What stands after a place in the view; it is filled from the end."""

    def __init__(self) -> None:
        self.texts: set[tuple[bool, str]] = set()
        self.asked: set[Target] = set()
        self.shown: defaultdict[str, _Lines] = defaultdict(_Lines)
        self.written: set[str] = set()

    def add(self, exchange: _Exchange) -> None:
        """Take up what a call has done, its answer having been looked at."""
        self.written |= exchange.writes
        if exchange.is_copy:
            self.asked.update(exchange.reads)
            if not _CUT.search(exchange.answers[0].text):
                for target in exchange.reads:
                    self.shown[target.key].add(*_extent(target, exchange.answers[0]))

    def reason(self, result: Event, exchange: _Exchange | None) -> str:
        """Say why a result is an old copy; nothing where it is none."""
        if len(result.text) >= _SHORT and _identity(result) in self.texts:
            return "same as a later one"
        reads = exchange.reads if exchange is not None else ()
        again = [self._covers(target, result) for target in reads]
        if again and all(again):
            return "read again later"
        if again and all(now or read.key in self.written for now, read in zip(again, reads, strict=True)):
            return "written since"
        return ""

    def _covers(self, target: Target, result: Event) -> bool:
        if target in self.asked:  # the newest answer to the same question, however long either is
            return True
        return target.key in self.shown and self.shown[target.key].holds(*_extent(target, result))


class _Lines:
    """A set of lines, as ranges in order that do not touch."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._stops: list[int] = []

    def add(self, start: int, stop: int) -> None:
        """Add a range; those that it touches become one with it."""
        low, high = bisect_left(self._stops, start), bisect_right(self._starts, stop)
        if low < high:
            start, stop = min(start, self._starts[low]), max(stop, self._stops[high - 1])
        self._starts[low:high], self._stops[low:high] = [start], [stop]

    def holds(self, start: int, stop: int) -> bool:
        """Whether all lines of a range that has lines are there."""
        place = bisect_right(self._starts, start) - 1
        return place >= 0 and start < stop <= self._stops[place]


def _extent(target: Target, result: Event) -> tuple[int, int]:
    """Give the lines that a result shows: those asked for, as far as its text goes.

    A tool cuts what is long, and a file may end before the range does. The lines of what is not the
    bare text cannot be counted: one line, JSON, in which line breaks are escaped, or what was cut.
    """
    stop, text = _END if target.stop is None else target.stop, result.data
    if isinstance(text, str) and text[:1] not in ("{", "[") and "\n" in text and not _CUT.search(text):
        lines = text.count("\n") + (not text.endswith("\n"))
        stop = min(stop, target.start + lines)
    return target.start, stop


def _failed(answer: Event) -> bool:
    """Whether an answer says that the call has failed: by its kind, or in words, as some providers' do."""
    if answer.kind == "error":
        return True
    if isinstance(answer.data, str):
        return _FAILED.match(answer.data) is not None
    parts = answer.data if isinstance(answer.data, list) else [answer.data]
    return any(isinstance(part, dict) and _says_failed(part) for part in parts)


def _says_failed(part: dict[str, JSON]) -> bool:
    flags = (part.get("success"), part.get("ok"))
    return False in flags or bool(part.get("error") or part.get("is_error") or part.get("isError"))


def _identity(event: Event) -> tuple[bool, str]:
    return isinstance(event.data, str), event.text


def _is_left_out(event: Event) -> bool:
    """Whether the data is the line that a policy has put there."""
    data = event.data
    is_line = isinstance(data, str) and data.startswith(left_out(event, "")[:-1])
    return is_line and data.endswith("]") and "\n" not in data

"""MessageMeasure: what messages come to in tokens, the provider's framing included, nothing counted twice."""

import dataclasses
from collections.abc import Iterable
from math import inf
from typing import TYPE_CHECKING, cast

from ..events import MODEL_KINDS, Event
from ..measuring import Measure, Piece
from ..messages.bodies import body_of
from ..messages.counting import message_texts, message_tokens, request_tokens
from ..messages.dialects import GAP, OPENING, PLAIN
from ..messages.drafts import NO_CONTENT, NO_RESULT
from ..messages.ordinary import is_ordinary, loose_parts
from ..messages.writing import by_model, needs_opening, role_of, users
from ..plain import JSON, copied
from ..threads import Thread
from ..tokens.counters import BUILT_IN, Estimate, count
from ..tokens.cutting import exceeds
from ..written import Written
from .remembered import Leaf, Letter, Sum, bytes_of, json_lines

if TYPE_CHECKING:
    from .formats import MessageFormat

_LONG = 16  # characters a token: a text with more than that may be told too long without a full count
_SUMS = 3  # views that are remembered beside the last one: a compaction weighs some against each other
_DENSE = 8  # bytes a token: hardly any text has more
_ODD = 24  # tokens; more than a part costs beyond its own where it cannot stand as it is


@dataclasses.dataclass(frozen=True, slots=True)
class MessageMeasure(Measure):
    """Writes and counts the messages of one provider.

    What is decided on is the sum of the events, each counted as if it stood alone (without the frame
    of a message that an earlier event begins), and of what is written beside them: never less than
    what `exact` counts by the provider's formula over the messages as they are sent. The two are
    equal where all came from that provider.

    Attributes:
        format: Writes events as messages.
    """

    format: "MessageFormat"

    @property
    def provider(self) -> str:
        """The provider."""
        return self.format.dialect.provider

    def _text_tokens(self, text: str) -> int:
        known = self.memory.texts.get(text)
        if known is None:
            known = self.memory.texts[text] = count(self._base, text)
        return known

    # ---- one event

    def _written(self, event: Event) -> Piece:
        leaf = Leaf(event, self.format.alone(event))
        for message in leaf.messages:
            if message.keys() == {"system"}:
                leaf.fixed += self._message(message)
                continue
            fixed, texts = message_texts(message, self.provider, model=self.format.model)
            leaf.fixed += fixed
            leaf.texts += texts
        if leaf.is_part and leaf.source[0] == self.provider and event.kind != "call":
            leaf.fixed -= self._frame(event)  # it stands in the message that another event has begun
        return leaf

    def _leaf(self, event: Event) -> Leaf:
        known = self.memory.known.get(id(event))
        return cast(Leaf, known[1] if known else self.piece(event))  # `_written` makes no other

    def _weight(self, leaf: Leaf) -> int:
        if leaf.tokens is None:
            leaf.tokens = max(0, leaf.fixed + sum([self._text_tokens(text) for text in leaf.texts]))
        return leaf.tokens

    def tokens(self, event: Event) -> int:
        """Give the tokens of the event in a message."""
        return self._scale_part(self._weight(self._leaf(event)))

    def _frame(self, event: Event) -> int:
        """Give what a message costs that holds nothing."""
        role = role_of(event)
        return self.memory.fixed(f"\0frame {role}", lambda _: self._message(self.format.dialect.shell(role)))

    def _message(self, message: dict[str, JSON]) -> int:
        if message.keys() == {"system"}:
            return self._around(system=message["system"]) - self._around()
        return message_tokens(message, self.provider, self._text_tokens, model=self.format.model)

    def _around(self, system: JSON = None, tools: JSON = None) -> int:
        model = self.format.model
        return request_tokens(self.provider, self._text_tokens, system=system, tools=tools, model=model)

    def event_exceeds(self, event: Event, limit: int) -> bool:
        """Tell whether the event has more than `limit` tokens; counting stops early."""
        leaf = self._leaf(event)
        unscaled = self._part.unscale(limit) if isinstance(self._part, Estimate) else limit
        return self._sure(leaf, unscaled) or self._weight(leaf) > unscaled

    def _sure(self, leaf: Leaf, limit: int) -> bool:
        """Whether the event, not counted yet, is so long that it surely has more than `limit` tokens."""
        if leaf.tokens is not None or self._seams is None:
            return False
        longest, limit = max(leaf.texts, key=len, default=""), limit - min(0, leaf.fixed)
        return len(longest) > _LONG * (limit + 64) and (limit < 0 or exceeds(longest, limit, self._base))

    # ---- the whole

    def _sum(self, view: Iterable[Event]) -> Sum:
        """Give the view added up: what is new in it, where it goes on from one that was before."""
        log, sums = view if isinstance(view, Thread) else Thread(), self.memory.sums
        place = next((n for n, known in enumerate(sums) if log.starts_with(known.view)), None)
        found = Sum() if place is None else sums[place]
        new = [(event, self._leaf(event)) for event in (log.since(len(found.view)) if log else view)]
        if place is not None:
            del sums[place]  # a counter may raise: nothing half done is remembered
        for event, leaf in new:
            if not leaf.silent:
                self._add(found, event, leaf)
        if log:
            found.view = log
            self.memory.sums = [found, *sums[:_SUMS]]
        return found

    def _add(self, added: Sum, event: Event, leaf: Leaf) -> None:
        dialect = self.format.dialect
        added.tokens += self._gap(added, event, leaf) if dialect.alternates else 0
        added.tokens += self._beginning(added, event, leaf) if leaf.is_part else 0
        if leaf.messages:
            added.source = leaf.source
        is_call = event.kind == "call"
        answer = event.kind in ("result", "error") and event.call_id in added.open
        ends = added.answering or event.kind not in MODEL_KINDS
        if added.open and not answer and ends and not self._waits(event, leaf):
            added.tokens += self._waiting(added)  # nobody waits for an answer behind something else
            added.open.clear()
        if is_call:
            added.tokens += self._beside if added.called else 0
            added.open.append(str(event.call_id))
        elif answer:
            added.open.remove(str(event.call_id))
        added.answering, added.called = answer, is_call
        if by_model(event) and not added.begun and needs_opening(event, dialect):
            added.tokens += self._message(users(dialect, OPENING))
        added.begun = added.begun or (bool(leaf.messages) and event.kind != "system")
        if event.kind != "system":
            added.empty = added.empty is not False and (event.kind == "reasoning" or not leaf.messages)
        # An item goes anew where another one of its answer was cut.
        anew = leaf.hosted or (dialect.apart and event.kind == "assistant" and event.type not in PLAIN)
        if anew or (event.call_id is not None and not answer and not is_call):
            as_text = sum(map(self._message, self.format.as_text(event)))
            added.tokens += max(self._weight(leaf), as_text) + (_ODD if anew else 0)
        elif leaf.tokens is None and isinstance(self._base, BUILT_IN):
            added.uncounted.append(leaf)
            added.most += leaf.most
        else:
            added.tokens += self._weight(leaf)

    def _beginning(self, added: Sum, event: Event, leaf: Leaf) -> int:
        """Give what a part costs on top that begins its message, or may be joined to a text before it."""
        frame = self._frame(event) if leaf.source != added.source else 0
        joins = event.kind not in ("call", "result", "error") and not body_of(event, self.provider)
        return frame + (self._text_tokens("\n") + 1 if joins else 0)

    def _gap(self, added: Sum, event: Event, leaf: Leaf) -> int:
        """Give what a `GAP` before the event costs, if the writer leaves one there."""
        if not leaf.messages:
            return 0
        last, added.said = added.said, leaf.source
        follows = isinstance(last[1], int) and leaf.source == (last[0], last[1] + 1) and event.kind != "call"
        begins = leaf.source[0] == self.provider and (not leaf.is_part or leaf.source != last)
        if not by_model(event):
            added.models = 0
        elif not added.models:
            opened = added.begun or needs_opening(event, self.format.dialect)
            added.models = 1 if opened else 2
        elif begins and follows:
            added.models += 1
        elif begins and added.models > 1 and not added.open:
            added.models = 1
            return self._message(users(self.format.dialect, GAP))
        return 0

    def _waits(self, event: Event, leaf: Leaf) -> bool:
        """Whether calls may be answered behind the event, as the writer takes it."""
        told = event.kind in ("result", "error") and not leaf.hosted
        return self.format.dialect.apart and leaf.source[0] == self.provider and not told

    @property
    def _beside(self) -> int:
        """What a call costs on top where it is made together with another one."""
        return self.memory.fixed(f"\0beside {self.format.model}", lambda _: self._of_two())

    def _of_two(self) -> int:
        asked = Thread([Event("user", "a")]).call("a", {}, call_id="1").call("b", {}, call_id="2")
        together = sum(map(self._message, self.format.written(asked).messages))
        apart = sum(self._message(one) for event in asked for one in self.format.alone(event))
        return max(0, together - apart)

    def _waiting(self, added: Sum) -> int:
        return len(added.open) * (self._text_tokens(NO_RESULT) + _ODD) if added.open else 0

    def _standing_in(self, added: Sum) -> int:
        """Give what is written at the end for answers that have not come, or where there is no message."""
        nothing = self._message(users(self.format.dialect, NO_CONTENT)) if added.empty else 0
        return self._waiting(added) + nothing

    def added_up(self, view: Iterable[Event]) -> int:
        """Give the tokens of the whole as they are added up."""
        added = self._sum(view)
        self._settle(added, inf)
        return added.tokens + self._standing_in(added) + self._fixed_tokens

    def _settle(self, added: Sum, left: float) -> bool:
        """Count what was not counted, until it is sure whether it has more than so many tokens."""
        # Newest first: that is what a policy will keep, so that these counts are needed anyway.
        while added.uncounted:
            leaf = added.uncounted[-1]
            if left < inf and self._sure(leaf, int(left)):
                return True
            tokens, most = self._weight(leaf), leaf.most
            added.uncounted.pop()
            added.most, added.tokens, left = added.most - most, added.tokens + tokens, left - tokens
            if left < 0:
                return True
        return False

    def total(self, view: Iterable[Event]) -> int:
        """Give the tokens of the whole that are decided on."""
        return self._scale(self.added_up(view))

    def sizes(self, events: Iterable[Event]) -> None:
        """Messages are counted as a whole: no list of their events adds up to them."""

    @property
    def _fixed_tokens(self) -> int:
        return self.memory.fixed(f"\0around {self.before}\0{self.after}", lambda _: self.counted(()))

    @property
    def fixed(self) -> int:
        """The tokens of what stands around the thread: the prompt and the definitions of tools."""
        return self._scale(self._fixed_tokens)

    def exceeds(self, view: Iterable[Event], limit: int) -> bool:
        """Tell whether the whole has more than `limit` tokens; what need not be counted for that is not."""
        if isinstance(self.counter, Estimate):  # scaled once, so added up before
            limit = self.counter.unscale(limit)
        added = self._sum(view)
        left = limit - self._fixed_tokens - self._standing_in(added) - added.tokens
        return left < 0 or (added.most > left and self._settle(added, left))

    def _surely_exceeds(self, view: Iterable[Event], limit: int) -> bool:
        return self.exceeds(view, limit)

    def surely_fits(self, messages: Iterable[dict[str, JSON]], beside: Iterable[Event], limit: int) -> bool:
        """Tell whether a valid history surely has no more than `limit` tokens at each of its turns.

        It is not read for that. Of parts that may weigh otherwise than in their message, it is not sure.

        Args:
            messages: The history, in the provider's shape.
            beside: The events of the system prompt beside it.
            limit: The tokens.
        """
        if isinstance(self.counter, Estimate):
            limit = self.counter.unscale(limit)
        left = limit - self._fixed_tokens - _ODD
        left -= sum([self._weight(self._leaf(event)) for event in beside])
        texts, bounded, most = list[str](), isinstance(self._base, BUILT_IN), 0.0
        for message in messages:
            if not is_ordinary(message):
                return False
            fixed, own = message_texts(message, self.provider, model=self.format.model)
            left -= max(0, fixed) + _ODD * loose_parts(message)
            texts += own
            most += sum(map(bytes_of, own)) if bounded else 0
            if left < 0 or most > _DENSE * left:  # what is that long will not fit: no more is looked at
                return False
        most = most if bounded else inf
        for text in sorted(texts, key=len, reverse=True):  # the fewest calls that make it sure
            if left < 0 or most <= left:
                break
            left, most = left - self._text_tokens(text), most - bytes_of(text)
        return left >= 0

    # ---- the messages

    def write(self, view: Iterable[Event]) -> None:
        """Write the messages; they are counted when somebody asks."""
        self._letter(view)

    def written(self, view: Iterable[Event]) -> Written:
        """Give the messages, between those of the prompt."""
        writer = self._letter(view).writer
        messages = [*writer.ended(), *self._ending()]
        return Written(self.provider, copied(messages), copied(writer.system), tuple(writer.losses))

    def _ending(self) -> list[dict[str, JSON]]:
        return self.format.alone(Event("user", self.after)) if self.after else []

    def text(self, view: Iterable[Event]) -> str:
        """Give the messages, one a line as JSON."""
        return json_lines(self.written(view).messages)

    def _letter(self, view: Iterable[Event]) -> Letter:
        """Give the view as it is written: what is new in it, where it goes on from the last one."""
        known, log = self.memory.letter, view if isinstance(view, Thread) else Thread()
        if isinstance(known, Letter) and known.view and log.starts_with(known.view) and known.turn_ends(log):
            letter = known
        else:
            letter = Letter(self.format.writer())
            if self.before:
                letter.writer.feed([Event("system", self.before)])
        self.memory.letter = None  # a renderer may raise: nothing half done is remembered
        letter.writer.feed(log.since(len(letter.view)) if log else view)
        if log:
            letter.view, self.memory.letter = log, letter
        return letter

    def exact(self, view: Iterable[Event]) -> int:
        """Give the tokens of the messages as they are sent."""
        return self._scale(self.counted(view))

    def counted(self, view: Iterable[Event]) -> int:
        """Give the tokens of the whole; of an estimate, what it is made from."""
        letter = self._letter(view)
        messages = letter.writer.ended()
        settled = max(letter.counted, letter.writer.settled)
        letter.tokens += sum(map(self._message, messages[letter.counted : settled]))
        letter.counted = settled
        last = sum(map(self._message, [*messages[settled:], *self._ending()]))
        around = self._around(letter.writer.system, self.format.tools)
        if self.provider == "openai-chat" and self.format.tools:  # where they stand, in the system prompt
            first = next((one for one in messages if one.get("role") in ("system", "developer")), None)
            if first is not None:
                around = self._around(first, self.format.tools) - self._message(first)
        return letter.tokens + last + around

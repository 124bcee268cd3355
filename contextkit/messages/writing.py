"""The events of a thread -> a provider's messages that it accepts.

Whatever is as it came from the same provider is written as it came. All else is written anew by the
provider's `Dialect`, under the rules that every provider has:

- an answer stands directly behind its call, in the form the provider wants;
- a call that nobody answered before something else was said gets the fixed answer `NO_RESULT`; an
  answer that comes later than that, or whose call is gone, is told to the model as a user's text
  (OpenAI's Responses take it wherever it came, so calls of theirs wait to the end);
- what may not end a turn of the model's, as Anthropic's thinking, goes with what followed it;
- what is no message (a note, an event of the user's own type, what a compaction left) is a user's
  text in the look of a text format;
- what cannot be carried over is named in `losses`.

Nothing that was written changes when the thread grows, but for answers that stood in for late ones
at the very end.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence

from ..events import MODEL_KINDS, Event
from ..plain import JSON
from ..records import is_record
from ..written import Loss
from .bodies import body_of, frame_of, merge, raw_of
from .dialects import GAP, OPENING, PLAIN, Dialect, Look, Role
from .drafts import NO_CONTENT, NO_RESULT
from .media import Media, contents

_Waiting = tuple[str, str, Mapping[str, JSON], JSON]
"""A call: its id and name as written, its frame, and the number of the message that answers stand behind."""
_Source = tuple[str, int, int]  # the provider, the number of the message there, and the part of it

_ANEW = ""  # the provider of what came from this one and goes anew


class Writer:
    """Writes events one after the other; it may be asked for the messages at any time.

    Attributes:
        messages: The messages so far, without answers that stand in at the end.
        losses: What could not be carried over so far.
        in_flight: Whether a call of the provider's own tools waits, which goes otherwise if nothing comes.
    """

    def __init__(self, dialect: Dialect, look: Look) -> None:
        self.messages: list[dict[str, JSON]] = []
        self.losses: list[Loss] = []
        self.in_flight = False
        self._dialect = dialect
        self._look = look
        self._system: dict[str, JSON] = {}
        self._prompts: list[str] = []
        self._role: Role | None = None  # of the last message
        self._source: _Source = ("", 0, 0)  # where that came from
        self._said = False  # whether it has the model's text
        self._open: dict[str, list[_Waiting]] = {}  # the calls without an answer, by the ids they came with
        self._gone_on = False  # whether the model has, without waiting for the answers
        self._ids: set[str] = set()
        self._thoughts: list[Event] = []  # those that nothing of the model's followed yet
        self._spoke = False  # whether there was anything to say, if no more than a thought

    @property
    def settled(self) -> int:
        """How many of the messages stay as they are, whatever follows."""
        last = len(self.messages) - 1
        while last > 0 and self._thoughts and self._finished(self.messages[last]) != self.messages[last]:
            last -= 1
        return max(0, last)

    @property
    def system(self) -> JSON:
        """The system prompt that stands beside the messages."""
        if self._system:
            return self._system["system"]
        return self._dialect.system(self._prompts) if self._prompts else None

    def ended(self) -> list[dict[str, JSON]]:
        """Give the messages, with answers that stand in for those that have not come yet.

        Where nothing that was said may be sent, as thoughts alone, the one message says so.
        """
        messages = list(self.messages)
        self._finish(messages)
        if self._dialect.strips and messages:
            messages[-1] = _stripped(messages[-1])
        self._close(messages)
        return messages or ([users(self._dialect, NO_CONTENT)] if self._spoke else [])

    def answering(self, call_id: str, name: str) -> None:
        """Take it that a call was made, so that its answer can be written by itself."""
        self._open[call_id] = [(call_id, name, {}, None)]

    def feed(self, events: Iterable[Event]) -> None:
        """Write more events."""
        events = [event for event in events if event.kind != "usage" and not is_record(event)]
        own = self._dialect.provider
        spoiled = {e.call_id for e in events if hosted(e) and body_of(e, own) is None}
        spoiled |= self._abandoned(events)
        anew = self._anew_with_others(events) if self._dialect.apart else ()
        for event in events:
            self._event(
                event.having(raw={**raw_of(event), "provider": _ANEW}) if event.id in anew else event,
                spoiled=hosted(event) and event.call_id in spoiled,
            )

    def _abandoned(self, events: Sequence[Event]) -> set[str | None]:
        """Give the calls of the provider's own tools that have no answer, and that the history went on after.

        Those of the model's last turn may still be answered.
        """
        answered = {event.call_id for event in events if hosted(event) and event.kind != "call"}
        asked = [
            (place, event.call_id)
            for place, event in enumerate(events)
            if event.kind == "call" and event.call_id not in answered and hosted(event)
        ]
        begin = len(events) if asked else 0
        while begin and events[begin - 1].kind in ("result", "error") and not hosted(events[begin - 1]):
            begin -= 1
        while begin and by_model(events[begin - 1]):
            begin -= 1
        self.in_flight = any(place >= begin for place, _ in asked)
        return {id for place, id in asked if place < begin}

    def _anew_with_others(self, events: Sequence[Event]) -> set[str | None]:
        """Give the ids of what the model wrote at once, where a part of it is not as it came.

        OpenAI takes a thought, and an item by its id, only with all that came with it.
        """
        changed: set[str | None] = set()
        for is_models, run in itertools.groupby(events, lambda event: event.kind in MODEL_KINDS):
            own = [
                event
                for event in run
                if is_models and raw_of(event).get("provider") == self._dialect.provider
            ]
            thinks = any(event.kind == "reasoning" for event in own)
            if any(body_of(event) is None for event in own) or (thinks and own[-1].kind == "reasoning"):
                changed.update(event.id for event in own)
        return changed

    # ---- one event

    def _event(self, event: Event, *, spoiled: bool) -> None:
        """Write one event.

        Args:
            event: The event.
            spoiled: Whether it is of a tool that its provider ran, and cannot be sent to this one as it came.
        """
        rule = self._look.body(event)
        foreign = raw_of(event).get("provider") != self._dialect.provider
        body = None if rule is not None else body_of(event, self._dialect.provider)
        self._spoke = self._spoke or (event.kind != "system" and rule != "")
        if body is not None and "system" in body:
            merge(self._system, body)
        elif event.kind == "call" and (foreign or not spoiled):
            self._call(event, body)
        elif event.kind in ("result", "error") and event.call_id in self._open:
            self._result(event, body, rule)
        elif body is not None and not spoiled and (event.kind not in ("result", "error") or hosted(event)):
            self._say(event, role_of(event), body)
        elif rule != "":
            self._anew(event, rule)

    def _anew(self, event: Event, rule: str | None) -> None:
        """Write an event that is no call, answers none, and cannot stand as it came."""
        dialect, role = self._dialect, role_of(event)
        if dialect.apart and hosted(event):  # its item cannot hold a text
            event = event.having(raw={**raw_of(event), "provider": _ANEW})
        if event.kind == "reasoning":
            thought = dialect.reasoning(event.text if rule is None else rule)
            if thought is None:
                self._lost(event, "reasoning", "left out")
            else:
                self._say(event, role, thought)
            return
        if role == "system" and dialect.beside:
            if not self.messages:
                if (text := self._spoken(event, rule)).strip():
                    self._prompts.append(text)
                return
            self._lost(event, "the role of a system prompt", "a user's text")
            role = "user"
        body = body_of(event) if rule is None and event.type not in PLAIN else None
        found = [item for item in contents(body) if isinstance(item, Media)]
        told = event.kind in ("result", "error")  # its text says which media there are
        if (told or not found) and (text := self._spoken(event, rule)).strip():
            self._say(event, role, dialect.text(text, role, frame_of(event)))
        for each in found if told else found[:1]:
            self._show(event, role, each, told=told)

    def _show(self, event: Event, role: Role, media: Media, *, told: bool) -> None:
        """Write an image, a sound or a file: a line of text where it cannot stand and none told of it."""
        block = self._dialect.media(media, role)
        if block is not None:
            self._say(event, role, self._dialect.block(block))
            return
        self._lost(event, media.kind, "a line of text")
        if not told:
            self._say(event, role, self._dialect.text(media.placeholder, role, {}))

    def _say(self, event: Event, role: Role, body: dict[str, JSON]) -> None:
        self._begin(event, role)
        self._thoughts = [*self._thoughts, event] if event.kind == "reasoning" else []
        self.messages[-1] = message = dict(self.messages[-1])  # somebody may hold the message as it was
        merge(message, body, self._dialect.text_type(role))

    def _spoken(self, event: Event, rule: str | None) -> str:
        if event.type in PLAIN and (rule is not None or isinstance(event.data, str)):
            return event.data if rule is None else rule
        return self._look.text(event).rstrip("\n")

    # ---- calls and answers

    def _call(self, event: Event, body: dict[str, JSON] | None) -> None:
        frame = frame_of(event)
        name = str(frame.get("name", event.type))
        if raw_of(event).get("provider") != self._dialect.provider:
            name = self._dialect.name(name)
        own = raw_of(event).get("provider") in (self._dialect.provider, _ANEW)
        id = str(event.call_id) if own else self._fresh_id(str(event.call_id))
        if body is None:
            if hosted(event):
                self._lost(event, "a tool of the provider's", "a tool of the user's")
            body = self._dialect.call(id, name, event.data, _arguments(event), frame)
        self._ids.add(id)
        self._say(event, "assistant", body)
        if not (hosted(event) and body_of(event, self._dialect.provider) is body):
            self._wait(event, id, name, frame)

    def _wait(self, event: Event, id: str, name: str, frame: Mapping[str, JSON]) -> None:
        """Note a call that waits: calls of one id in one message are answered in their order."""
        key, raw = str(event.call_id), raw_of(event)
        anywhere = self._dialect.apart and raw.get("provider") in (self._dialect.provider, _ANEW)
        at = None if anywhere else raw.get("at")
        waiting = self._open.pop(key, [])
        if waiting and waiting[0][-1] != at:  # answers are for the newer message's
            self._open.setdefault(f"{key}\0", []).extend(waiting)
            waiting = []
        self._open[key] = [*waiting, (id, name, frame, at)]

    def _fresh_id(self, id: str) -> str:
        """Give the id that a call is written with: legal, and of no other call."""
        fresh = self._dialect.id(id)
        while fresh in self._ids:
            fresh = self._dialect.id(f"{fresh[-24:]}_{len(self._ids)}")
        return fresh

    def _result(self, event: Event, body: dict[str, JSON] | None, rule: str | None) -> None:
        waiting = self._open[str(event.call_id)]
        id, name, called, _ = waiting.pop(0)
        if not waiting:
            del self._open[str(event.call_id)]
        if body is None or id != event.call_id:
            came = body_of(event) if rule is None else None
            content = [event.text if rule is None else rule] if came is None else self._answered(event, came)
            frame = {**called, **frame_of(event)}
            body = self._dialect.result(id, name, content, event.kind == "error", frame)
        self._say(event, "tool", body)

    def _answered(self, event: Event, body: dict[str, JSON]) -> list[str | dict[str, JSON]]:
        """Give what an answer that came from another provider holds: its texts, and blocks of media."""
        items = list(contents(body))
        if not any(isinstance(item, Media) for item in items):
            return ["\n".join(map(str, items)) if items else event.text]
        content: list[str | dict[str, JSON]] = []
        for item in items:
            block = item if isinstance(item, str) else self._dialect.media(item, "tool")
            if block is None and isinstance(item, Media):
                self._lost(event, item.kind, "a line of text")
                block = item.placeholder
            content.append(block or "")
        return content

    def _finish(self, messages: list[dict[str, JSON]]) -> None:
        """Leave out the thoughts that a turn of the model's ends with, where they may not stand alone."""
        while messages and self._thoughts and (left := self._finished(messages[-1])) != messages[-1]:
            messages.pop()
            if left is not None:
                messages.append(left)
                break

    def _finished(self, message: dict[str, JSON]) -> dict[str, JSON] | None:
        """Give a message of the model's without the thoughts at its end; nothing, where no more is left."""
        content = message.get("content")
        if not isinstance(content, list) or message.get("role") != "assistant":
            return message
        left = list(content)
        while left and left[-1].get("type") in self._dialect.thoughts:
            left.pop()
        if len(left) == len(content):
            return message
        return {**message, "content": left} if left else None

    def _close(self, messages: list[dict[str, JSON]]) -> None:
        """Answer the calls that wait with what stands in; if the model has gone on, the user comes last."""
        asked = [messages.pop()] if self._open and self._gone_on and self._role == "user" else []
        last = messages[-1] if self._dialect.together and self._role == "tool" and messages else None
        for id, name, frame, _ in itertools.chain.from_iterable(self._open.values()):
            if last is None or not self._dialect.together:
                messages.append(self._dialect.shell("tool"))
            last = messages[-1] = dict(messages[-1])
            merge(last, self._dialect.result(id, name, [NO_RESULT], False, frame))
        messages += asked

    # ---- messages

    def _begin(self, event: Event, role: Role) -> None:
        """Make sure that the last message is the one that the event stands in."""
        raw = (
            raw_of(event) if role == "tool" or event.kind not in ("result", "error") or hosted(event) else {}
        )
        provider, shell, part = str(raw.get("provider", "")), raw.get("message"), raw.get("part")
        source = (provider, raw.get("at", 0), part if isinstance(part, int) else 0)
        if not self._continues(event, role, source, begins=isinstance(shell, dict)):
            if role == "assistant" and not self.messages and needs_opening(event, self._dialect):
                self.messages.append(users(self._dialect, OPENING))
            elif self._parted(event, role, source):
                self.messages.append(users(self._dialect, GAP))
            self._open_message(role, raw)
        elif self._open and role == "user" and self._dialect.results_first:
            self._close(self.messages)
            self._open.clear()
        self._source = source
        self._said = self._said or event.kind == "assistant"

    def _open_message(self, role: Role, raw: Mapping[str, JSON]) -> None:
        if role != "assistant":
            for thought in self._thoughts if self._dialect.thoughts else ():
                self._lost(thought, "reasoning", "left out")
            self._finish(self.messages)
        if self._open and role != "tool" and not self._waits(role, raw):
            self._close(self.messages)
            self._open.clear()
        self._gone_on = bool(self._open) and (self._gone_on or role == "assistant" != self._role)
        shell = raw.get("message") if raw.get("provider") == self._dialect.provider else None
        self.messages.append(dict(shell) if isinstance(shell, dict) else self._dialect.shell(role))
        self._role, self._said = role, False

    def _waits(self, role: Role, raw: Mapping[str, JSON]) -> bool:
        """Whether calls may be answered behind a message that begins."""
        dialect = self._dialect
        if role == self._role == "assistant" and (dialect.together or dialect.apart):
            return True
        # OpenAI's Responses take an answer at any place behind its call
        return dialect.apart and raw.get("provider") in (dialect.provider, _ANEW)

    def _continues(self, event: Event, role: Role, source: _Source, *, begins: bool) -> bool:
        """Whether the event stands in the last message."""
        own = source[0] == self._dialect.provider
        follows = source[:2] == self._source[:2] and self._source[2] < source[2]
        if self._role is None:
            return False
        if self._dialect.alternates and role == "assistant":  # what a message began with may be gone
            begins = begins or source[:2] != self._source[:2]
        if own and begins:
            return self._at_models(event, role, source) and not self._parted(event, role, source)
        if own and follows:
            return True
        if self._dialect.apart or role != self._role:
            return False
        if role != "assistant":
            return self._dialect.together if role == "tool" else follows
        at_once = follows or (not begins and (event.kind == "call" or not self._said))
        return self._dialect.together or bool(self._open) or at_once

    def _at_models(self, event: Event, role: Role, source: _Source) -> bool:
        """Whether a message of the model's may not stand behind the last one, which is the model's too.

        What stood between them may have been dropped.
        """
        neighbours = source[0] == self._source[0] and source[1] == self._source[1] + 1
        as_it_came = neighbours and event.kind != "call"
        at_model = role == self._role == "assistant" and not self._open
        return self._dialect.alternates and at_model and not as_it_came

    def _parted(self, event: Event, role: Role, source: _Source) -> bool:
        """Whether it may not join that one either, before which no user's message stands directly."""
        before = [message.get("role") for message in self.messages[-2:]]
        return self._at_models(event, role, source) and before[0] == before[-1]

    def _lost(self, event: Event, what: str, became: str) -> None:
        self.losses.append(Loss(str(event.id), event.type, what, became))


def _stripped(message: dict[str, JSON]) -> dict[str, JSON]:
    """Give a message of the model's without the white space that its text ends in."""
    content = message.get("content")
    if message.get("role") != "assistant" or not content:
        return message
    if isinstance(content, str):
        return {**message, "content": content.rstrip() or content}
    *others, last = content
    if not isinstance(last, dict) or not isinstance(text := last.get("text"), str):
        return message
    return {**message, "content": [*others, {**last, "text": text.rstrip() or text}]}


def needs_opening(event: Event, dialect: Dialect) -> bool:
    """Whether a user's message has to stand before the model's, where that would be the first."""
    raw = raw_of(event)
    came = raw.get("provider") == dialect.provider and isinstance(raw.get("message"), dict)
    first = raw.get("at") == 0 and event.kind != "call"
    return dialect.beside and not (came and (first or not dialect.alternates))


def users(dialect: Dialect, text: str) -> dict[str, JSON]:
    """Give a user's message that nobody wrote, such as the `OPENING`."""
    message = dialect.shell("user")
    merge(message, dialect.text(text, "user", {}))
    return message


def role_of(event: Event) -> Role:
    """Give the role in whose messages it stands; an answer to a call may have one of its own."""
    if event.kind == "system":
        return "system"
    return "assistant" if by_model(event) else "user"


def by_model(event: Event) -> bool:
    """Whether it stands in a message of the model's."""
    return event.kind in MODEL_KINDS or hosted(event)


def hosted(event: Event) -> bool:
    """Whether it is of a tool that the provider ran itself."""
    return bool(frame_of(event).get("hosted"))


def _arguments(event: Event) -> str | None:
    """Give the arguments of a call as the text that they came as."""
    body = body_of(event)
    if body is None:
        return None
    for call in body.get("tool_calls") or body.get("parts") or (body,):
        held = call.get("function", call) if isinstance(call, dict) else {}
        if isinstance(held, dict) and isinstance(text := held.get("arguments", held.get("args")), str):
            return text
    return None

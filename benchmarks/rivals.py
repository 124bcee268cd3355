"""Other libraries' ways of keeping an agent's history within a budget, as functions from thread to events.

Each is set up as its own documentation has it, and has the same tokenizer and the same budget: a message
counts as many tokens as the `TAGGED` fragments of its events, exactly. Nobody's counts are remembered
here; what a library remembers by itself it may. What comes back is found again by the position that was
sent along, never by content, and nothing is mended: a rival may exceed the budget, tear calls from their
results, or raise.

The libraries are imported when they are used: `pip install context-window-kit[rivals]`. prompt-poet is not
in that extra, since it asks for tiktoken 0.7.0, but works with a newer one: `pip install cachetools
google-cloud-storage`, then `pip install --no-deps prompt-poet`.
"""

import dataclasses
import json
from collections.abc import Callable, Coroutine, Iterable, Sequence
from importlib import import_module
from typing import Any, Literal, TypeAlias

from contextkit import TAGGED, Event, Thread, token_counter
from contextkit.events import MODEL_KINDS
from contextkit.tokens.vocabularies import load_encoding

Compile: TypeAlias = Callable[[Thread], Sequence[Event]]
"""The events so far -> the events that the model is shown. Called before each model message of one run."""

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]

ENCODING = "o200k_base"
count = token_counter(ENCODING)


# ---- what all have in common: events as the messages of a chat


@dataclasses.dataclass(frozen=True, slots=True)
class Turn:
    """One message of a chat.

    Attributes:
        at: Its position in the chat, as text: the id under which it is sent.
        role: Whose it is.
        events: What it was made of.
        fragments: Its events as `TAGGED` writes them.
        ids: For each event the id of the call that it is, or answers; no two calls have the same.
        text: What its events say, calls left out.
    """

    at: str
    role: Role
    events: tuple[Event, ...]
    fragments: tuple[str, ...]
    ids: tuple[str, ...]
    text: str

    @property
    def tokens(self) -> int:
        """The tokens of its fragments, counted anew each time, as those libraries' users do."""
        return sum(map(count, self.fragments))

    @property
    def calls(self) -> list[tuple[str, Event]]:
        """Its calls, with their ids."""
        return [(id, event) for id, event in zip(self.ids, self.events, strict=True) if event.kind == "call"]


class Chat:
    """A growing thread as turns, each made once.

    Attributes:
        turns: The turns so far.
        shown: Events that are in no thread: changed ones, and what a rival added.
    """

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.shown: dict[tuple[str, str], Event] = {}
        self._calls: dict[str | None, str] = {}
        self._seen = 0
        count("")  # the vocabulary is read now, not at the first step

    def grown(self, thread: Thread) -> list[Turn]:
        """Give the turns that have come since the last time."""
        groups: list[list[Event]] = []
        for position in range(self._seen, len(thread)):
            event = thread[position]
            if groups and _same_message(groups[-1][-1], event):
                groups[-1].append(event)
            else:
                groups.append([event])
        new = [self._turn(len(self.turns) + number, tuple(group)) for number, group in enumerate(groups)]
        self.turns += new
        self._seen = len(thread)
        return new

    def _turn(self, at: int, events: tuple[Event, ...]) -> Turn:
        ids = []
        for number, event in enumerate(events):
            if event.kind == "call":
                self._calls[event.call_id] = f"call_{at}_{number}"
            ids.append(self._calls.get(event.call_id, ""))
        text = "\n".join(event.text for event in events if event.kind != "call")
        return Turn(str(at), _role(events[0]), events, tuple(map(TAGGED, events)), tuple(ids), text)

    def events(self, ats: Iterable[str]) -> list[Event]:
        """Give the events of the turns that are still there."""
        return [event for at in ats for event in self.turns[int(at)].events]

    def changed(self, event: Event, text: str) -> Event:
        """Give an event with what a rival has left of it."""
        key = (str(event.id), text)
        if key not in self.shown:
            self.shown[key] = event.with_data(text)
        return self.shown[key]

    def added(self, name: str, text: str) -> Event:
        """Give the event of a message that a rival has added."""
        if (name, text) not in self.shown:
            self.shown[name, text] = Event("omitted", text, kind="compaction")
        return self.shown[name, text]


def _same_message(earlier: Event, event: Event) -> bool:
    """Tell whether two neighbours are of one model message, by the rule of `Thread.units`."""
    raw = event.raw if isinstance(event.raw, dict) else {}
    if "message" in raw or not {earlier.kind, event.kind}.issubset(MODEL_KINDS):
        return False
    return "part" in raw or event.kind == "call" or earlier.kind != "assistant"


def _role(event: Event) -> Role:
    if event.kind in MODEL_KINDS:
        return "assistant"
    if event.kind == "system":
        return "system"
    return "user" if event.call_id is None else "tool"


def _arguments(event: Event) -> dict[str, Any]:
    return event.data if isinstance(event.data, dict) else {"text": event.text}


def _finished(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that never waits, without the cost of an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    coroutine.close()
    raise RuntimeError("it waits for something")


# ---- LangChain


def _langchain_message(turn: Turn) -> Any:
    messages: Any = import_module("langchain_core.messages")
    if turn.role == "assistant":
        calls = [{"id": id, "name": call.type, "args": _arguments(call)} for id, call in turn.calls]
        return messages.AIMessage(turn.text, id=turn.at, tool_calls=calls)
    if turn.role == "tool":
        return messages.ToolMessage(turn.text, id=turn.at, tool_call_id=turn.ids[0])
    kind = messages.SystemMessage if turn.role == "system" else messages.HumanMessage
    return kind(turn.text, id=turn.at)


def _trim_messages(start_on: str | tuple[str, ...]) -> Callable[[int], Compile]:
    """LangChain's `trim_messages`: the newest messages that fit, and the system message."""

    def fresh(budget: int) -> Compile:
        trim: Any = import_module("langchain_core.messages").trim_messages
        chat, sent = Chat(), list[Any]()

        def counted(messages: Any) -> int:
            return sum(chat.turns[int(message.id)].tokens for message in messages)

        def compiled(thread: Thread) -> Sequence[Event]:
            sent.extend(map(_langchain_message, chat.grown(thread)))
            kept = trim(
                sent,
                strategy="last",
                max_tokens=budget,
                token_counter=counted,
                start_on=start_on,
                end_on=("human", "tool"),
                include_system=True,
            )
            return chat.events(message.id for message in kept)

        return compiled

    return fresh


def _clear_tool_uses(budget: int) -> Compile:
    """LangChain's `ClearToolUsesEdit`: above the budget, all tool results but three are cleared."""
    editing: Any = import_module("langchain.agents.middleware.context_editing")
    edit = editing.ClearToolUsesEdit(trigger=budget)
    chat, sent = Chat(), list[Any]()

    def shown(message: Any) -> tuple[Event, ...]:
        turn = chat.turns[int(message.id)]
        same = message.content == turn.text
        return turn.events if same else (chat.changed(turn.events[0], message.content),)

    def counted(messages: Any) -> int:
        total = 0
        for message in messages:
            turn, events = chat.turns[int(message.id)], shown(message)
            total += turn.tokens if events is turn.events else count(TAGGED(events[0]))
        return total

    def compiled(thread: Thread) -> Sequence[Event]:
        sent.extend(map(_langchain_message, chat.grown(thread)))
        messages = list(sent)
        edit.apply(messages, count_tokens=counted)
        return [event for message in messages for event in shown(message)]

    return compiled


# ---- LlamaIndex


def _chat_memory_buffer(budget: int) -> Compile:
    """LlamaIndex's `ChatMemoryBuffer`, behind the system prompt, as its chat engines use it.

    It has no counter of messages, but tokenizes their contents, joined with a space. So the contents are
    the fragments, those of the calls too, which it would not count elsewhere: exact but for the spaces.
    """
    types: Any = import_module("llama_index.core.llms")
    memory: Any = import_module("llama_index.core.memory")
    tokenize = load_encoding(ENCODING).encode_ordinary
    buffer = memory.ChatMemoryBuffer.from_defaults(token_limit=budget, tokenizer_fn=tokenize)
    chat, prefix = Chat(), list[Any]()

    def message(turn: Turn) -> Any:
        more: dict[str, Any] = {"at": turn.at}
        if turn.role == "tool":
            more["tool_call_id"] = turn.ids[0]
        if turn.calls:
            more["tool_calls"] = [
                {"id": id, "function": {"name": call.type, "arguments": _arguments(call)}, "type": "function"}
                for id, call in turn.calls
            ]
        return types.ChatMessage(role=turn.role, content="".join(turn.fragments), additional_kwargs=more)

    def compiled(thread: Thread) -> Sequence[Event]:
        for turn in chat.grown(thread):
            if turn.role == "system" and len(prefix) == int(turn.at):  # nothing else has come yet
                prefix.append(message(turn))
            else:
                buffer.put(message(turn))
        taken = len(tokenize(" ".join(message.content for message in prefix)))
        kept = prefix + buffer.get(initial_token_count=taken)
        return chat.events(message.additional_kwargs["at"] for message in kept)

    return compiled


# ---- Microsoft's agent framework


def _agent_framework(strategy: Callable[[Any, int, Any], Any]) -> Callable[[int], Compile]:
    """Microsoft's `agent_framework`: a strategy, applied to one list of messages before each model call.

    As in its own tool loop the list stays, with what has been left out marked as such.
    """

    def fresh(budget: int) -> Compile:
        library: Any = import_module("agent_framework")
        chat, messages = Chat(), list[Any]()
        chosen = strategy(library, budget, _Tokenizer(chat))

        def shown(message: Any) -> Sequence[Event]:
            if message.message_id.isdecimal():
                return chat.turns[int(message.message_id)].events
            return [chat.added(message.message_id, message.text)]

        def compiled(thread: Thread) -> Sequence[Event]:
            messages.extend(_agent_framework_message(library, turn) for turn in chat.grown(thread))
            kept = _finished(library.apply_compaction(messages, strategy=chosen, tokenizer=chosen.tokenizer))
            return [event for message in kept for event in shown(message)]

        return compiled

    return fresh


class _Tokenizer:
    """Counts a message of the agent framework, which it is given as JSON, by the fragments of its events."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    def count_tokens(self, text: str) -> int:
        """Count the tokens of a message."""
        message = json.loads(text)
        id = message["message_id"]
        if id.isdecimal():
            return self._chat.turns[int(id)].tokens
        return count(TAGGED(self._chat.added(id, " ".join(part["text"] for part in message["contents"]))))


def _agent_framework_message(library: Any, turn: Turn) -> Any:
    if turn.role == "tool":
        contents = [library.Content.from_function_result(turn.ids[0], result=turn.text)]
    else:
        contents = [library.Content.from_text(turn.text)] if turn.text or not turn.calls else []
        contents += [
            library.Content.from_function_call(id, call.type, arguments=_arguments(call))
            for id, call in turn.calls
        ]
    return library.Message(turn.role, contents, message_id=turn.at)


def _truncation(library: Any, budget: int, tokenizer: _Tokenizer) -> Any:
    """Drop the oldest groups, down to half of the budget, as in its own examples."""
    return library.TruncationStrategy(max_n=budget, compact_to=budget // 2, tokenizer=tokenizer)


def _context_window(library: Any, budget: int, tokenizer: _Tokenizer) -> Any:
    """Above half of the budget, make one line of old tool calls; above 0.8, drop down to half."""
    return library.ContextWindowCompactionStrategy(
        max_context_window_tokens=budget, max_output_tokens=0, tokenizer=tokenizer
    )


# ---- Pydantic AI


def _tiered_compaction(budget: int) -> Compile:
    """pydantic-ai-harness: clear old tool results, then drop the oldest messages, down to half of the budget.

    As in its own runs what it makes of the history stays. It counts texts, not messages: the texts are the
    fragments, and a call's name, which it counts besides, is none. A cleared result counts with the widest
    tags that a result has had so far.
    """
    compaction: Any = import_module("pydantic_ai_harness.compaction")
    model = import_module("pydantic_ai.models.test").TestModel()  # it is asked for nothing
    chat, history = Chat(), list[Any]()
    placeholder = compaction.ClearToolResults(max_tokens=1).placeholder
    counts = {placeholder: 0}  # of the texts that are no fragments

    def tokens(text: str) -> int:
        return counts[text] if text in counts else count(text)

    clear = compaction.ClearToolResults(max_tokens=1, tokenizer=tokens)
    slide = compaction.SlidingWindowCompaction(max_tokens=1, keep_tokens=budget // 2, tokenizer=tokens)
    tiers = compaction.TieredCompaction(tiers=[clear, slide], target_tokens=budget, tokenizer=tokens)
    parts: dict[str, list[Any]] = {}  # of each message, as they were sent

    def shown(message: Any) -> Iterable[Event]:
        events = chat.events(message.metadata["ats"])
        for event, part, sent in zip(events, message.parts, parts[message.metadata["ats"][0]], strict=True):
            yield event if part is sent else chat.changed(event, part.content)

    def compiled(thread: Thread) -> Sequence[Event]:
        for turns in _requests_and_responses(chat.grown(thread)):
            message = _pydantic_ai_message(turns)
            parts[turns[0].at] = list(message.parts)
            history.append(message)
            counts.update((call.type, 0) for turn in turns for _, call in turn.calls)
            results = [turn.events[0].with_data(placeholder) for turn in turns if turn.role == "tool"]
            counts[placeholder] = max([counts[placeholder], *(count(TAGGED(event)) for event in results)])
        history[:] = _finished(compaction.compact_now(tiers, list(history), model=model))
        return [event for message in history for event in shown(message)]

    return compiled


def _requests_and_responses(turns: list[Turn]) -> list[list[Turn]]:
    """Put all that is sent to the model between two of its responses into one request."""
    groups: list[list[Turn]] = []
    for turn in turns:
        if groups and "assistant" not in (groups[-1][-1].role, turn.role):
            groups[-1].append(turn)
        else:
            groups.append([turn])
    return groups


def _pydantic_ai_message(turns: list[Turn]) -> Any:
    messages: Any = import_module("pydantic_ai.messages")
    kind = messages.ModelResponse if turns[0].role == "assistant" else messages.ModelRequest
    parts = [
        _pydantic_ai_part(messages, turn.role, event, fragment, id)
        for turn in turns
        for event, fragment, id in zip(turn.events, turn.fragments, turn.ids, strict=True)
    ]
    return kind(parts=parts, metadata={"ats": [turn.at for turn in turns]})


def _pydantic_ai_part(messages: Any, role: Role, event: Event, fragment: str, id: str) -> Any:
    if event.kind == "call":
        return messages.ToolCallPart(tool_name=event.type, args=fragment, tool_call_id=id)
    if role == "tool":
        return messages.ToolReturnPart(tool_name=event.type, content=fragment, tool_call_id=id)
    if role == "assistant":
        kind = messages.ThinkingPart if event.kind == "reasoning" else messages.TextPart
    else:
        kind = messages.SystemPromptPart if role == "system" else messages.UserPromptPart
    return kind(fragment)


# ---- prompt-poet

_POEM = """\
{% for turn in turns %}
- name: "{{ turn.at }}"
  role: {{ turn.role }}
  truncation_priority: {{ 0 if turn.role == "system" else 1 }}
  content: |
    {{ escape_special_characters(turn.text) }}
{% endfor %}
"""


def _prompt_poet(budget: int) -> Compile:
    """prompt-poet: drops the oldest parts, in steps of a fourth of the budget, so that the start stays.

    A prompt cannot grow: each step renders its template, reads that as YAML, and tokenizes all parts. Its
    escaping takes tabs out; counted are the fragments as they were. It knows no calls, so that nothing keeps
    a result with its call.
    """
    poet: Any = import_module("prompt_poet")
    encode = load_encoding(ENCODING).encode_ordinary
    chat, turns = Chat(), list[dict[str, str]]()

    def compiled(thread: Thread) -> Sequence[Event]:
        for turn in chat.grown(thread):
            turns.append({"at": turn.at, "role": turn.role, "text": "".join(turn.fragments)})
        texts = iter([turn["text"] for turn in turns])
        prompt = poet.Prompt(
            raw_template=_POEM,
            template_data={"turns": turns},
            encode_func=lambda _: encode(next(texts)),
        )
        prompt.tokenize()
        prompt.truncate(token_limit=budget, truncation_step=max(1, budget // 4))
        return chat.events(part.name for part in prompt.parts)

    return compiled


RIVALS: dict[str, Callable[[int], Compile]] = {
    "langchain trim_messages": _trim_messages("human"),
    "langchain trim_messages, from any answer on": _trim_messages(("human", "ai")),
    "langchain ClearToolUsesEdit": _clear_tool_uses,
    "llama-index ChatMemoryBuffer": _chat_memory_buffer,
    "agent-framework Truncation": _agent_framework(_truncation),
    "agent-framework ContextWindow": _agent_framework(_context_window),
    "pydantic-ai-harness Tiered": _tiered_compaction,
    "prompt-poet truncate": _prompt_poet,
}
"""Name -> budget in tokens -> a fresh compile function for one run."""

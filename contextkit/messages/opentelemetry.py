"""OpenTelemetry's GenAI messages -> threads: lists, their JSON text, or the attributes of a span.

The shapes are the JSON Schemas of `open-telemetry/semantic-conventions-genai`, `model/gen-ai/`: input
messages, output messages and system instructions.

| a part | becomes an event of type |
|---|---|
| `text` | the role |
| `reasoning` | `reasoning` |
| `tool_call`, `server_tool_call` | the tool's name; `data`: its arguments |
| `tool_call_response`, `server_tool_call_response` | the call's type and `_result` |
| `blob`, `file`, `uri` | `image`, `audio`, `video` or `file`; `data` says what it is |
| `compaction` | `summary` |
| any other part | the part's type; `data`: the part |
"""

from collections.abc import Iterable, Iterator, Mapping

from ..events import Event
from ..exceptions import ReadError
from ..plain import JSON, json_in
from ..threads import Thread
from .bodies import Draft, stamped
from .envelopes import plain_messages
from .foreign import block_event, result_event, returned
from .parts import Calls, legal_type, named, parsed

PROVIDER = "opentelemetry"
INPUT, OUTPUT = "gen_ai.input.messages", "gen_ai.output.messages"
SYSTEM = "gen_ai.system_instructions"


def from_messages(messages: Iterable[object] | str, system_instructions: object = None) -> Thread:
    """Read messages, or their JSON text, with the system instructions that stand beside them.

    Raises:
        ReadError: If a message is of another shape, or answers a call that stands nowhere before it.

    >>> thread = from_messages('[{"role": "user", "parts": [{"type": "text", "content": "deploy it"}]}]')
    >>> [(event.type, event.data) for event in thread]
    [('user', 'deploy it')]
    """
    return Thread([*system(system_instructions), *events(plain_messages(_listed(messages, "messages")))])


def from_attributes(attributes: Mapping[str, object]) -> Thread:
    """Read what the attributes of a span say: the system instructions, the messages, and the answer.

    Only the first of several answers (`choices`) is read.

    >>> answer = [{"role": "assistant", "parts": [{"type": "text", "content": "Done."}]}]
    >>> [event.data for event in from_attributes({"gen_ai.output.messages": answer})]
    ['Done.']
    """
    given = [*_listed(attributes.get(INPUT) or [], INPUT), *_listed(attributes.get(OUTPUT) or [], OUTPUT)[:1]]
    return from_messages(given, attributes.get(SYSTEM))


def spans(document: Mapping[str, JSON]) -> Iterator[Mapping[str, JSON]]:
    """Give the attributes of each span with messages: of one span, or of a document of OTLP in JSON.

    >>> [*spans({"attributes": {"gen_ai.input.messages": "[]"}})]
    [{'gen_ai.input.messages': '[]'}]
    """
    found: JSON = document.get("attributes", document)
    if isinstance(found, list):
        pairs = [item for item in found if isinstance(item, dict) and isinstance(item.get("key"), str)]
        found = {item["key"]: _value(item.get("value")) for item in pairs}
    if isinstance(found, dict) and (INPUT in found or OUTPUT in found):
        yield found
    for key in ("resourceSpans", "scopeSpans", "spans"):
        held = document.get(key)
        for item in held if isinstance(held, list) else ():
            if isinstance(item, dict):
                yield from spans(item)


def _value(value: JSON) -> JSON:
    """Give a value of OTLP, which names its type."""
    if not isinstance(value, dict) or len(value) != 1:
        return value
    [(kind, held)] = value.items()
    if kind == "arrayValue" and isinstance(held, dict):
        return [_value(item) for item in held.get("values") or ()]
    if kind == "kvlistValue" and isinstance(held, dict):
        pairs = [item for item in held.get("values") or () if isinstance(item, dict) and "key" in item]
        return {str(item["key"]): _value(item.get("value")) for item in pairs}
    return held


def _listed(value: object, name: str) -> list[object]:
    found = json_in(value) if isinstance(value, str) else value
    if isinstance(found, str | bytes | Mapping) or not isinstance(found, Iterable):
        raise ReadError("it is no list, nor the JSON text of one", source=name)
    return list(found)


def system(instructions: object) -> list[Event]:
    """Read system instructions: a list of parts, or its JSON text, or plain text."""
    if not instructions:
        return []
    if isinstance(instructions, str) and not isinstance(json_in(instructions), list):
        return [Event("system", instructions)]
    parts = plain_messages(_listed(instructions, "system_instructions"))
    return stamped([Draft(block_event(part, "system"), {"parts": [part]}) for part in parts], PROVIDER, {})


def events(messages: Iterable[dict[str, JSON]]) -> list[Event]:
    """Read messages that are plain JSON as the events of a thread."""
    read: list[Event] = []
    calls = Calls()
    for index, message in enumerate(messages):
        role, parts = message.get("role"), message.get("parts")
        if not isinstance(role, str) or not isinstance(parts, list):
            raise ReadError("a message has a role and a list of parts", source=f"messages[{index}]")
        drafts = [
            _draft(part, role, calls, f"messages[{index}].parts[{at}]", (index, len(read) + at))
            for at, part in enumerate(parts)
        ]
        read += stamped(drafts or [Draft(block_event("", role), {})], PROVIDER, message)
    return read


def _draft(part: JSON, role: str, calls: Calls, place: str, at: tuple[int, int]) -> Draft:
    if not isinstance(part, dict) or not isinstance(part.get("type"), str):
        raise ReadError("a part is an object with a type", source=place)
    kind, body = part["type"], {"parts": [part]}
    hosted: dict[str, JSON] = {"hosted": True} if kind.startswith("server_") else {}
    if kind in ("tool_call", "server_tool_call"):
        name, given = legal_type(part.get("name")), part.get("server_tool_call", part.get("arguments"))
        id = part.get("id")
        call_id = calls.opened(id if isinstance(id, str) else None, name, batch=at[0], position=at[1])
        data = parsed(given) if isinstance(given, str) else {} if given is None else given
        event = Event(name, data, kind="call", call_id=call_id)
        return Draft(event, body, named(part.get("name"), name) | hosted)
    if kind in ("tool_call_response", "server_tool_call_response"):
        answer = next((part[key] for key in ("response", "result", f"{kind}") if key in part), "")
        return Draft(result_event(calls, part.get("id"), returned(answer), place, failed=False), body, hosted)
    if kind in ("reasoning", "compaction"):
        content = part.get("content")
        data = content if isinstance(content, str) and content else {"encrypted": True}
        thought = kind == "reasoning"
        return Draft(Event("reasoning", data) if thought else Event("summary", data, kind="assistant"), body)
    return Draft(block_event(part, role), body)

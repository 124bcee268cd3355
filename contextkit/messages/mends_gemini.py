"""How histories of Gemini are repaired."""

from collections.abc import Sequence
from typing import Any

from . import rules, rules_gemini
from .drafts import NO_CONTENT, NO_RESULT, Draft, Step, as_object, written
from .pairing import Piece
from .relinking import Linking, relink
from .rules_gemini import is_model, response_of, stands_behind

_CALLS = ("functionCall", "function_call")
_RESPONSES = ("functionResponse", "function_response")


def _content(draft: Draft, index: int, content: dict[str, Any]) -> dict[str, Any] | None:
    """Mend the parts of one content; a content that is left without any goes."""
    made = [_part(draft, index, f".parts[{part}]", each) for part, each in enumerate(content["parts"])]
    kept = [part for part in made if part is not None]
    if not kept:
        draft.note(rules.EMPTY_MESSAGE.name, index, ".parts", "the content was left out: it is empty")
        return None
    return content if kept == content["parts"] else content | {"parts": kept}


def _part(draft: Draft, index: int, path: str, part: dict[str, Any]) -> dict[str, Any] | None:
    if rules_gemini.is_empty(part):
        draft.note(rules.EMPTY_PART.name, index, path, "the part was left out: it holds nothing")
        return None
    for keys, inner, wrapped in ((_CALLS, "args", "arguments"), (_RESPONSES, "response", "result")):
        key = next((key for key in keys if part.get(key)), None)
        if key is None:
            continue
        value = part[key].get(inner)
        if value is not None and not isinstance(value, dict):
            draft.note(rules.ARGUMENTS_SHAPE.name, index, f"{path}.{inner}", f"the {inner} are now an object")
            made = as_object(value) if inner == "args" else {wrapped: value}
            part = part | {key: part[key] | {inner: made}}
        if not part[key]["name"]:
            draft.note(rules.TOOL_NAME.name, index, f"{path}.name", "the function is now called 'unnamed'")
            part = part | {key: part[key] | {"name": "unnamed"}}
    return part


def _parts(content: dict[str, Any]) -> list[dict[str, Any]]:
    return list(content["parts"])


def _joined(content: dict[str, Any] | None, parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"role": "user", "parts": list(parts)} if content is None else content | {"parts": list(parts)}


def _stand_in(part: dict[str, Any], call: Piece) -> dict[str, Any]:
    body = {"name": call.name, "response": {"error": NO_RESULT}}
    return {_response_key(part): ({"id": call.id} if call.id is not None else {}) | body}


def _response_key(part: dict[str, Any]) -> str:
    return "function_response" if "function_call" in part else "functionResponse"


def _told(part: dict[str, Any], line: str) -> list[dict[str, Any]]:
    response = response_of(part) or {}
    value = response.get("response")
    media = response.get("parts")
    said = [{"text": line if value is None else f"{line}\n{written(value)}"}]
    return [*said, *media] if isinstance(media, list) else said


_LINKING = Linking(
    rules_gemini.pieces,
    _stand_in,
    _told,
    parts=_parts,
    joined=_joined,
    is_users=lambda content: not is_model(content),
)


def _call_turns(draft: Draft) -> None:
    """Join a content with calls to the model's one before it; where it begins, put a user's before it."""
    made: list[tuple[int, dict[str, Any]]] = []
    for index, content in enumerate(draft.messages):
        origin = draft.origins[index]
        behind = stands_behind([message for _, message in made[-1:]] + [content], len(made[-1:]))
        if behind and not made:
            draft.note(rules.CALL_TURN.name, index, "", "a message of the user's was put before it")
            made.append((origin, {"role": "user", "parts": [{"text": NO_CONTENT}]}))
            made.append((origin, content))
        elif behind:
            draft.note(rules.CALL_TURN.name, index, "", "it was joined to the model's message before it")
            before, last = made.pop()
            made.append((before, last | {"parts": [*last["parts"], *content["parts"]]}))
        else:
            made.append((origin, content))
    draft.put(made)


STEPS: Sequence[Step] = (
    lambda draft: draft.each(_content),
    lambda draft: draft.split(_parts, _joined, rules_gemini.home_of),
    lambda draft: relink(draft, _LINKING),
    _call_turns,
)
"""The repairs of a history of Gemini, in order."""

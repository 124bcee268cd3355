"""Results of MCP tools -> events.

The shape is `CallToolResult` of the Model Context Protocol's `schema.json`.
"""

from ..events import Event
from ..exceptions import ReadError
from ..plain import JSON
from .bodies import Draft, stamped
from .envelopes import plain_messages
from .foreign import returned

PROVIDER = "mcp"


def from_result(result: object, call_id: str, type: str) -> Event:
    """Read what a tool of an MCP server answered, as the event that goes into the thread.

    The data is `structuredContent` where there is one (the text beside it says the same, by the
    protocol), else the content; images, sounds and files say what they are, and `raw` holds them.

    Args:
        result: A `CallToolResult`, as the client's object or as JSON.
        call_id: The call that it answers.
        type: The type of that call's event, which is the tool's name.

    Raises:
        ReadError: If it has no list of content.

    >>> from_result({"content": [{"type": "text", "text": "no disk"}], "isError": True}, "1", "df")
    Event('df_error', 'no disk', kind='error', call_id='1')
    """
    [found] = plain_messages([result])
    content = found.get("content")
    if not isinstance(content, list):
        raise ReadError("a CallToolResult has a list of content", source="result.content")
    structured = found.get("structuredContent", found.get("structured_content"))
    failed = bool(found.get("isError", found.get("is_error")))
    data: JSON = structured if structured is not None else returned(content)
    event = Event(
        f"{type}_error" if failed else f"{type}_result",
        data,
        kind="error" if failed else "result",
        call_id=call_id,
    )
    return stamped([Draft(event, {"content": content})], PROVIDER, found)[0]

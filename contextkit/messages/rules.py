"""What makes a history invalid: the catalogue of rules, with the providers' own words.

A rule holds for the providers that it has an error text for; the text is what their server answers
with (400), with `...` where the answer names something, and empty where its words are not known.
Rules that depend on the model or on other parts of a request are `optional`: they are looked at only
when they are asked for.

Sources: the providers' references and the answers of their servers, as users report them.
"""

import dataclasses
import types
from collections.abc import Mapping

OPENAI_CHAT = "openai-chat"
OPENAI_RESPONSES = "openai-responses"
ANTHROPIC = "anthropic"
GEMINI = "gemini"
PROVIDERS = (OPENAI_CHAT, OPENAI_RESPONSES, ANTHROPIC, GEMINI)


@dataclasses.dataclass(frozen=True, slots=True)
class Violation:
    """One thing in a history that its provider would not accept.

    Attributes:
        rule: The rule's name, such as `unanswered-call`.
        place: Where it is, such as `messages[3].content[0]`.
        provider: Whose rule it is.
        message: What is wrong, and the way out.
        error: What the provider's server answers, `...` for what it names; empty where that is not known.
    """

    rule: str
    place: str
    provider: str
    message: str
    error: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message} ({self.rule})"


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """A rule of one provider or more.

    Attributes:
        name: What it is called, in kebab case.
        wrong: What is wrong, and the way out; `{what}` is filled in.
        errors: The providers that have the rule, with the text of their error.
        optional: Whether it depends on the model or the request, and is looked at on request only.
    """

    name: str
    wrong: str
    errors: Mapping[str, str]
    optional: bool = False

    def at(self, provider: str, place: str, what: object = "") -> Violation:
        """Say that a place breaks the rule."""
        return Violation(self.name, place, provider, self.wrong.format(what=what), self.errors[provider])


def _rule(name: str, wrong: str, *, optional: bool = False, **errors: str) -> Rule:
    by_provider = {key.replace("_", "-"): text for key, text in errors.items()}
    return Rule(name, wrong, types.MappingProxyType(by_provider), optional)


# ---- calls and their results

UNANSWERED_CALL = _rule(
    "unanswered-call",
    "the call {what} has no result; add one, or let repair() add a stand-in",
    openai_chat="An assistant message with 'tool_calls' must be followed by tool messages responding to each "
    "'tool_call_id'. The following tool_call_ids did not have response messages: ...",
    openai_responses="No tool output found for function call ....",
    anthropic="messages....: `tool_use` ids were found without `tool_result` blocks immediately after: .... Each "
    "`tool_use` block must have a corresponding `tool_result` block in the next message.",
    gemini="Please ensure that the number of function response parts is equal to the number of function call "
    "parts of the function call turn.",
)
ORPHAN_RESULT = _rule(
    "orphan-result",
    "the result {what} answers no call of this history; put its call back, or write it as a user's text",
    openai_chat="Invalid parameter: messages with role 'tool' must be a response to a preceeding message with "
    "'tool_calls'.",
    openai_responses="No tool call found for function call output with call_id ....",
    anthropic="messages....: unexpected `tool_use_id` found in `tool_result` blocks: .... Each `tool_result` block "
    "must have a corresponding `tool_use` block in the previous message.",
    gemini="Please ensure that function response turn comes immediately after a function call turn.",
)
MISPLACED_RESULT = _rule(
    "misplaced-result",
    "the result {what} does not stand directly behind its call; move it there",
    openai_chat=UNANSWERED_CALL.errors[OPENAI_CHAT],
    openai_responses=ORPHAN_RESULT.errors[OPENAI_RESPONSES],
    anthropic=UNANSWERED_CALL.errors[ANTHROPIC],
    gemini=ORPHAN_RESULT.errors[GEMINI],
)
DUPLICATE_RESULT = _rule(
    "duplicate-result",
    "the call of the result {what} is answered already; keep one of the results",
    openai_chat="Invalid parameter: Duplicate value for 'tool_call_id' of ..., in messages[...] and messages[...].",
    openai_responses="",
    anthropic="messages....: each tool_use must have a single result. Found multiple `tool_result` blocks with id: ...",
    gemini=UNANSWERED_CALL.errors[GEMINI],
)
DUPLICATE_CALL_ID = _rule(
    "duplicate-call-id",
    "another call has the id {what} already; give each call and its result an id of its own",
    openai_chat="",
    openai_responses="",
    anthropic="messages....: `tool_use` ids must be unique",
)
UNANSWERED_SERVER_CALL = _rule(
    "unanswered-server-call",
    "the server's tool call {what} has no result, and the history goes on after it; leave the call out",
    anthropic="messages....: ... tool use with id ... was found without a corresponding ..._tool_result block",
)
ORPHAN_SERVER_RESULT = _rule(
    "orphan-server-result",
    "the server's tool result {what} has no call before it; put its call back, or leave the result out",
    anthropic="messages....: unexpected `tool_use_id` found in `..._tool_result` blocks: .... Each `..._tool_result` "
    "block must have a corresponding `server_tool_use` block before it.",
)

# ---- the shape of a call

ARGUMENTS_SHAPE = _rule(
    "arguments-shape",
    "{what}",
    openai_chat="Invalid type for 'messages[...].tool_calls[...].function.arguments': expected a string, but got "
    "an object instead.",
    openai_responses="Invalid type for 'input[...].arguments': expected a string, but got an object instead.",
    anthropic="messages....content....tool_use.input: Input should be a valid dictionary",
    gemini="",
)
TOOL_NAME = _rule(
    "tool-name",
    "the tool's name {what}; letters, digits, `_` and `-` are allowed",
    openai_chat="Invalid 'messages[...].tool_calls[...].function.name': string does not match pattern. Expected a "
    "string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
    openai_responses="Invalid 'input[...].name': string does not match pattern. Expected a string that matches the "
    "pattern '^[a-zA-Z0-9_-]+$'.",
    anthropic="messages....content....tool_use.name: String should match pattern '^[a-zA-Z0-9_-]{1,200}$'",
    gemini="* GenerateContentRequest.contents[...].parts[...].function_response.name: Name cannot be empty.",
)
CALL_ID = _rule(
    "call-id",
    "the call's id {what}; give the call and its result another one",
    openai_chat="Invalid 'messages[...].tool_calls[...].id': string too long. Expected a string with maximum length "
    "40, but got a string with length ... instead.",
    openai_responses="Invalid 'input[...].call_id': string too long. Expected a string with maximum length 64, but "
    "got a string with length ... instead.",
    anthropic="messages....content....tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
)
EMPTY_CALLS = _rule(
    "empty-calls",
    "the list of calls is empty; leave `tool_calls` out",
    openai_chat="Invalid 'messages[...].tool_calls': empty array. Expected an array with minimum length 1, but got "
    "an empty array instead.",
)

# ---- messages and their content

WRONG_SHAPE = _rule("wrong-shape", "{what}", openai_chat="", openai_responses="", anthropic="", gemini="")
NO_MESSAGES = _rule(
    "no-messages",
    "there is no message; send at least one of the user's",
    openai_chat="Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array "
    "instead.",
    openai_responses='One of "input" or "previous_response_id" or \'prompt\' must be provided.',
    anthropic="messages: at least one message is required",
    gemini="* GenerateContentRequest.contents: contents is not specified",
)
UNKNOWN_ROLE = _rule(
    "unknown-role",
    "{what}",
    openai_chat="Invalid value: '...'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and "
    "'developer'.",
    openai_responses="Invalid value: '...'. Supported values are: 'assistant', 'system', 'developer', and 'user'.",
    anthropic="messages....role: Input should be 'user' or 'assistant'",
    gemini="Please use a valid role: user, model.",
)
WRONG_ROLE = _rule(
    "wrong-role",
    "{what}",
    anthropic="messages....content....: `...` blocks can only be in `...` messages",
    gemini="",
)
MISSING_CONTENT = _rule(
    "missing-content",
    "the {what} has no content; write some, or leave it out",
    openai_chat="Invalid value for 'content': expected a string, got null.",
    openai_responses="",
)
EMPTY_MESSAGE = _rule(
    "empty-message",
    "the {what} is empty; leave it out",
    openai_chat="Invalid 'messages[...].content': empty array. Expected an array with minimum length 1, but got an "
    "empty array instead.",
    anthropic="messages....: all messages must have non-empty content except for the optional final assistant message",
    gemini="* GenerateContentRequest.contents[...].parts: contents.parts must not be empty.",
)
EMPTY_PART = _rule(
    "empty-part",
    "the part holds nothing; leave it out",
    gemini="* GenerateContentRequest.contents[...].parts[...].data: required oneof field 'data' must have one "
    "initialized field",
)
EMPTY_TEXT = _rule(
    "empty-text",
    "the text block is empty; leave it out",
    anthropic="messages: text content blocks must be non-empty",
)
BLANK_TEXT = _rule(
    "blank-text",
    "the text block is white space only; leave it out",
    anthropic="messages: text content blocks must contain non-whitespace text",
)
TRAILING_WHITE_SPACE = _rule(
    "trailing-white-space",
    "the text that the assistant is to go on with ends in white space; strip it",
    anthropic="messages: final assistant content cannot end with trailing whitespace",
)
EMPTY_ERROR_RESULT = _rule(
    "empty-error-result",
    "the result is an error and says nothing; say what failed",
    anthropic="messages....content....tool_result: content cannot be empty if `is_error` is true",
)
EMPTY_RESULT_LIST = _rule(
    "empty-result-list",
    "the list of the result's blocks is empty; leave `content` out, or write a text",
    anthropic="",
)
PART_TYPE = _rule(
    "part-type",
    "{what}",
    anthropic="messages....content....tool_result.content....type: Field required",
    openai_chat="Invalid value: '...'. Supported values are: 'text' and ....",
    openai_responses="Invalid value: '...'. Supported values are: ....",
)

# ---- what surrounds the calls

CALL_TURN = _rule(
    "call-turn",
    "a message with a function call stands {what}; it must follow a user's message or a function's response",
    gemini="Please ensure that function call turn comes immediately after a user turn or after a function response turn.",
)
TOO_MANY_MESSAGES = _rule(
    "too-many-messages",
    "there are {what} messages, and 100,000 are allowed; send fewer",
    anthropic="messages: List should have at most 100000 items",
)

# ---- reasoning

REASONING_ALONE = _rule(
    "reasoning-alone",
    "nothing that the model wrote follows the reasoning item {what}; keep what it led to, or leave it out",
    openai_responses="Item '...' of type 'reasoning' was provided without its required following item.",
)
DUPLICATE_ITEM = _rule(
    "duplicate-item",
    "an item before it has the id {what} too; keep one of them",
    openai_responses="Duplicate item found with id .... Remove duplicate items from your input and try again.",
)
ITEM_ID = _rule(
    "item-id",
    "the item's id {what}; use the id that the provider gave, or none",
    openai_responses="Invalid 'input[...].id': '...'. Expected an ID that begins with '...'.",
)
THINKING_SIGNATURE = _rule(
    "thinking-signature",
    "the {what} block has no signature; send it as it came, or leave it out",
    anthropic="messages....content....: Invalid `signature` in `thinking` block",
)
THINKING_LAST = _rule(
    "thinking-last",
    "the assistant's turn ends with thinking; keep what it led to, or leave the thinking out",
    anthropic="messages....: The final block in an assistant message cannot be `thinking`.",
)

# ---- cache marks

TOO_MANY_CACHE_MARKS = _rule(
    "too-many-cache-marks",
    "this is cache mark number {what}, and four are allowed; take some away",
    anthropic="A maximum of 4 blocks with cache_control may be provided. Found ....",
)
CACHE_MARK_ORDER = _rule(
    "cache-mark-order",
    "a cache mark of 1h follows one of 5m; the longer ones must come first",
    anthropic="messages....cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' "
    "cache_control block",
)
CACHE_MARK_PLACE = _rule(
    "cache-mark-place",
    "a {what} block takes no cache mark; put it on another block",
    anthropic="messages....content....cache_control: Extra inputs are not permitted",
)

# ---- what depends on the model or the request

ORPHAN_CONTINUATION = _rule(
    "orphan-continuation",
    "the output {what} answers no call of this history; send it with the `previous_response_id` of its call",
    optional=True,
    openai_responses=ORPHAN_RESULT.errors[OPENAI_RESPONSES],
)
TRAILING_ASSISTANT = _rule(
    "trailing-assistant",
    "the history ends with the model's own message; end with a user's message or a result",
    optional=True,
    anthropic="This model does not support assistant message prefill. The conversation must end with a user message.",
    gemini="Please ensure that single turn requests end with a user role or the role field is empty.",
)
SYSTEM_IN_MESSAGES = _rule(
    "system-in-messages",
    "a system message stands among the messages; write it as `system` beside them",
    optional=True,
    anthropic='messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not '
    '"system" as an input message role.',
)
THINKING_FIRST = _rule(
    "thinking-first",
    "the assistant's last message has calls and does not begin with thinking; send its thinking as it came",
    optional=True,
    anthropic="messages....content....type: Expected `thinking` or `redacted_thinking`, but found `...`. When "
    "`thinking` is enabled, a final `assistant` message must start with a thinking block",
)
THOUGHT_SIGNATURE = _rule(
    "thought-signature",
    "the call {what} has no thoughtSignature; send it as it came",
    optional=True,
    gemini="Function call is missing a thought_signature in functionCall parts.",
)

RULES = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
"""Every rule, in the order above."""

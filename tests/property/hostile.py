"""Histories at their worst, of each provider: what agents' loops send when something has gone wrong.

Calls in parallel, answered late, twice or never; ids that come again; texts, messages and lists that are
empty; system prompts in the middle; images, files, thoughts with and without signatures, refusals, blocks
that nobody knows; arguments that are no JSON; names of any characters.
"""

import json
import random
from collections.abc import Callable
from typing import Any

Message = dict[str, Any]

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
TEXTS = (
    *(
        "Deploy it.",
        "Deploy it.",
        "ok",
        "",
        " \n",
        "line\n" * 30,
        "日本語 🙂",
        "a\x00b",
        "<user>\n</user>",
        "word " * 200,
    ),
    *(
        "Traceback (most recent call last):\nKeyError: 'tag'",
        '{"rows": [1, 2, 3]}',
        "  padded  ",
        "e\u0301\u2028",
    ),
)
NAMES = ("get_log", "get_log", "list_git_tags", "deploy", "git.list tags", "größe", "x" * 90, "mcp__a-b")
ARGUMENTS = (
    *(
        '{"page": 1}',
        '{"page":1}',
        "{}",
        '{ "tag": "v1.10" }',
        "",
        '{"broken": ',
        "null",
        "[1, 2]",
        '"text"',
        "NaN",
    ),
    *('{"a": 1, "a": 2}', '{"big": 12345678901234567890, "x": 1.0}', json.dumps({"log": "line\n" * 200})),
)
IDS = ("call_1", "call_1", "call_2", "a:1", "x" * 70, "ü")


class Hostile:
    """Makes one history; `choose` is a `random.Random`, or what hypothesis has in its place.

    Attributes:
        choose: What is asked at each turn.
        valid: Whether the provider is to accept the history; if not, anything goes.
    """

    def __init__(self, choose: random.Random, *, valid: bool = False) -> None:
        self.choose = choose
        self.valid = valid
        self.messages: list[Message] = []
        self.calls: list[tuple[str, str]] = []  # the id and the name of each
        self.number = 0

    def rarely(self, one_in: int = 6) -> bool:
        """Whether something happens that happens seldom; never in a history that is to be valid."""
        return not self.valid and self.choose.randrange(one_in) == 0

    def often(self) -> bool:
        """Toss a coin."""
        return self.choose.randrange(2) == 0

    def text(self) -> str:
        """Give any text; one that says something, if it has to."""
        text = self.choose.choice(TEXTS)
        return text if text.strip() or not self.valid else "ok"

    def new_call(self) -> tuple[str, str]:
        """Give an id and a name: mostly new and harmless ones."""
        self.number += 1
        id = self.choose.choice(IDS) if self.rarely(4) else f"call_{self.number}"
        name = self.choose.choice(NAMES[:4] if self.valid else NAMES)
        return id, name

    def arguments(self) -> str:
        """Give the arguments of a call."""
        return self.choose.choice(ARGUMENTS[:4] if self.valid else ARGUMENTS)

    def answered(self, calls: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Give the calls that are answered at once, in some order, some twice, some of long ago."""
        found = [call for call in calls if not self.rarely(5)]
        if self.rarely(4):
            self.choose.shuffle(found)
        if found and self.rarely(6):
            found.append(self.choose.choice(found))
        if self.calls and self.rarely(6):
            found.append(self.choose.choice(self.calls))
        if self.rarely(12):
            found.append(("orphan", "get_log"))
        self.calls += calls
        return found

    def some(self, what: Callable[[], Any], most: int = 3, least: int = 1) -> list[Any]:
        """Give some of what a function gives; rarely none."""
        number = 0 if self.rarely(10) else self.choose.randrange(least, most + 1)
        return [what() for _ in range(number)]


def history(provider: str, choose: random.Random, *, turns: int = 8, valid: bool = False) -> list[Message]:
    """Make a history of a provider."""
    made: Any = MAKERS[provider](choose, valid=valid)
    steps = [*made.STEPS[:2], *(choose.choice(made.STEPS) for _ in range(choose.randrange(1, turns)))]
    if not valid and choose.randrange(5) == 0:
        steps = steps[2:] or steps
    for step in steps:
        getattr(made, step)()
    if not made.messages:
        made.user()
    messages: list[Message] = made.messages
    return messages


class Chat(Hostile):
    """OpenAI's Chat Completions."""

    STEPS = ("system", "user", "user", "round", "round", "round", "assistant", "late", "legacy")

    def say(self, role: str, **fields: Any) -> None:
        """Append a message."""
        self.messages.append({"role": role, **fields})

    def parts(self, *kinds: str) -> Any:
        """Give a content: a text, or parts of the kinds."""
        if self.often():
            return self.text()
        return self.some(lambda: self.part(self.choose.choice(kinds)))

    def part(self, kind: str) -> Message:
        """Give a part."""
        url = {"url": self.choose.choice((f"data:image/png;base64,{PNG}", "https://a.example/b.png"))}
        parts: dict[str, Message] = {
            "text": {"type": "text", "text": self.text()},
            "image": {"type": "image_url", "image_url": url},
            "file": {
                "type": "file",
                "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0="},
            },
            "audio": {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
            "refusal": {"type": "refusal", "refusal": self.text() or "no"},
        }
        return parts[kind]

    def system(self) -> None:
        """A prompt, also in the middle."""
        self.say(self.choose.choice(("system", "developer")), content=self.parts("text"))

    def user(self) -> None:
        """A message of the user's."""
        name = {"name": "ines"} if self.rarely() else {}
        self.say("user", content=self.parts("text", "text", "image", "file", "audio"), **name)

    def assistant(self) -> None:
        """An answer without calls."""
        kind = self.choose.randrange(4)
        if kind == 0:
            self.say("assistant", content=None, refusal=self.text() or "no")
        elif kind == 1:
            self.say("assistant", content=self.parts("text", "refusal"))
        else:
            more: Message = {"reasoning_content": self.text()} if self.often() else {}
            more |= {"annotations": [], "audio": None} if self.often() else {}
            self.say("assistant", content=None if self.rarely() else self.text(), **more)

    def round(self) -> None:
        """Calls, and what answers them."""
        calls = self.some(self.new_call)
        if self.valid and not calls:
            return
        content = self.choose.choice(({}, {"content": None}, {"content": ""}, {"content": self.text()}))
        written = [
            {"id": id, "type": "function", "function": {"name": name, "arguments": self.arguments()}}
            for id, name in calls
        ]
        if written and self.rarely(8):
            written[0] = {"id": calls[0][0], "type": "custom", "custom": {"name": "sh", "input": self.text()}}
        self.say("assistant", **content, tool_calls=written)
        if self.rarely(8):
            self.user()
        for id, _ in self.answered(calls):
            self.say("tool", tool_call_id=id, content=self.parts("text"))

    def late(self) -> None:
        """An answer to a call of before."""
        if self.calls and self.rarely(2):
            self.say("tool", tool_call_id=self.choose.choice(self.calls)[0], content=self.text())

    def legacy(self) -> None:
        """A call in the form of 2023."""
        if self.often():
            self.say(
                "assistant", content=None, function_call={"name": "get_log", "arguments": self.arguments()}
            )
            self.say("function", name="get_log", content=self.text())


class Responses(Hostile):
    """OpenAI's Responses."""

    STEPS = ("system", "user", "user", "round", "round", "round", "assistant", "late", "odd")

    def say(self, **fields: Any) -> None:
        """Append an item."""
        self.messages.append(fields)

    def item(self, role: str, *kinds: str) -> None:
        """Append a message with a text or parts."""
        content = self.text() if self.often() else self.some(lambda: self.part(self.choose.choice(kinds)))
        self.say(**({"type": "message"} if self.often() else {}), role=role, content=content)

    def part(self, kind: str) -> Message:
        """Give a part."""
        parts: dict[str, Message] = {
            "input_text": {"type": "input_text", "text": self.text()},
            "output_text": {"type": "output_text", "text": self.text(), "annotations": []},
            "image": {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}", "detail": "auto"},
            "file": {"type": "input_file", "file_id": "file-1"},
        }
        return parts[kind]

    def system(self) -> None:
        """A prompt."""
        self.item(self.choose.choice(("system", "developer")), "input_text")

    def user(self) -> None:
        """A message of the user's."""
        self.item("user", "input_text", "input_text", "image", "file")

    def assistant(self) -> None:
        """An answer, perhaps behind a thought."""
        self.reasoning()
        self.number += 1
        content = [self.part("output_text")]
        self.say(
            type="message", id=f"msg_{self.number}", status="completed", role="assistant", content=content
        )

    def reasoning(self) -> None:
        """A thought."""
        if self.often():
            self.number += 1
            summary = [{"type": "summary_text", "text": self.text()}] if self.often() else []
            encrypted = {"encrypted_content": "gAAAAA" * 30} if self.often() else {}
            id = "rs_1" if self.rarely(8) else f"rs_{self.number}"
            self.say(type="reasoning", id=id, summary=summary, **encrypted)

    def round(self) -> None:
        """Calls, and what answers them."""
        self.reasoning()
        calls = self.some(self.new_call)
        if self.valid and not calls:
            self.assistant()
        customs = []
        for id, name in calls:
            if self.rarely(8):
                customs.append(id)
                self.say(type="custom_tool_call", call_id=id, name=name, input=self.text())
            else:
                own = (
                    {"id": f"fc_{self.number}_{len(self.messages)}", "status": "completed"}
                    if self.often()
                    else {}
                )
                self.say(type="function_call", call_id=id, name=name, arguments=self.arguments(), **own)
        if self.choose.randrange(8) == 0:
            self.user()  # OpenAI takes the answers behind it too
        for id, _ in self.answered(calls):
            kind = "custom_tool_call_output" if id in customs else "function_call_output"
            output = self.text() if self.often() else self.some(lambda: self.part("input_text"))
            self.say(type=kind, call_id=id, output=output)

    def late(self) -> None:
        """An answer to a call of before; OpenAI takes one behind the model's next turn too."""
        if self.valid and self.often():
            self.number += 1
            call = {"type": "function_call", "call_id": f"call_{self.number}", "name": "deploy"}
            self.say(**call, arguments="{}")
            between = self.choose.choice(((), ("user",), ("assistant", "user"), ("user", "round")))
            for step in between:
                getattr(self, step)()
            self.say(type="function_call_output", call_id=call["call_id"], output=self.text())
        if self.calls and self.rarely(2):
            self.say(
                type="function_call_output", call_id=self.choose.choice(self.calls)[0], output=self.text()
            )

    def odd(self) -> None:
        """An item of the server's."""
        self.number += 1
        search = {"type": "search", "query": "api-7", "queries": ["api-7"]}
        self.say(type="web_search_call", id=f"ws_{self.number}", status="completed", action=search)
        self.assistant()


class Anthropic(Hostile):
    """Anthropic's Messages."""

    STEPS = ("user", "assistant", "user", "round", "round", "round", "assistant", "late", "server", "middle")

    def say(self, role: str, content: Any) -> None:
        """Append a message."""
        self.messages.append({"role": role, "content": content})

    def text_block(self) -> Message:
        """Give a text, perhaps with a cache mark."""
        mark = (
            {"cache_control": {"type": "ephemeral"}}
            if self.choose.randrange(8) == 0 and not self.valid
            else {}
        )
        return {"type": "text", "text": self.text(), **mark}

    def block(self) -> Message:
        """Give a block of the user's."""
        data = {"type": "base64", "media_type": "image/png", "data": PNG}
        return self.choose.choice(
            (
                self.text_block(),
                self.text_block(),
                {"type": "image", "source": data},
                {
                    "type": "document",
                    "title": "a",
                    "source": {"type": "text", "media_type": "text/plain", "data": "a"},
                },
                {"type": "document", "source": {"type": "url", "url": "https://a.example/b.pdf"}},
            )
        )

    def thinking(self) -> list[Message]:
        """Give thoughts."""
        kind = self.choose.randrange(4)
        signature = "" if self.rarely() else "EqQB" * 20
        thought = {"type": "thinking", "thinking": self.text(), "signature": signature}
        return [[], [], [thought], [{"type": "redacted_thinking", "data": "EmwK" * 20}]][kind]

    def user(self) -> None:
        """A message of the user's."""
        self.say("user", self.text() if self.often() else self.some(self.block))

    def assistant(self) -> None:
        """An answer."""
        text = self.text().strip()
        blocks = [*self.thinking(), {"type": "text", "text": text}]
        if self.rarely(8):
            blocks.append({"type": "fallback_hint", "note": self.text()})
        if len(blocks) > 1 and self.choose.randrange(4) == 0:  # neighbours are one turn
            self.say("assistant", blocks[:1])
            blocks = blocks[1:]
        self.say("assistant", text if self.often() else blocks)

    def round(self) -> None:
        """Calls, and what answers them."""
        calls = self.some(self.new_call)
        said: list[Message] = [{"type": "text", "text": self.text()}] if self.often() else []
        written: list[Message] = []
        for id, name in calls:
            given = self.choose.choice(({"page": 1}, {}, {"log": "line\n" * 200}))
            written.append(
                {"type": "tool_use", "id": id, "name": name, "input": "text" if self.rarely(20) else given}
            )
        if self.valid and not written:
            self.assistant()
            return
        self.say("assistant", [*self.thinking(), *said, *written])
        if self.rarely(8):
            self.user()
        results = [self.result(id) for id, _ in self.answered(calls)]
        if self.rarely(8):
            results.insert(0, self.text_block())
        for each in [[one] for one in results] if self.rarely(5) else [results]:
            self.say("user", each + ([self.text_block()] if self.choose.randrange(5) == 0 else []))

    def result(self, id: str) -> Message:
        """Give the answer to a call."""
        data = {"type": "base64", "media_type": "image/png", "data": PNG}
        contents: tuple[Message, ...] = (
            {"content": self.text()},
            {"content": [{"type": "text", "text": self.text()}, {"type": "image", "source": data}]},
            {"content": self.text() or "no", "is_error": True},
            {},
            {"content": []} if not self.valid else {},
        )
        return {"type": "tool_result", "tool_use_id": id, **self.choose.choice(contents)}

    def late(self) -> None:
        """An answer to a call of before."""
        if self.calls and self.rarely(2):
            self.say("user", [self.result(self.choose.choice(self.calls)[0])])

    def server(self) -> None:
        """A tool that the server runs."""
        self.number += 1
        id = f"srvtoolu_{self.number}"
        call = {"type": "server_tool_use", "id": id, "name": "web_search", "input": {"query": "api-7"}}
        found = {"type": "web_search_tool_result", "tool_use_id": id, "content": []}
        blocks = [call] if self.rarely(3) else [call, found]
        self.say("assistant", [*blocks, {"type": "text", "text": "Found it."}])

    def middle(self) -> None:
        """A system prompt among the messages."""
        if self.rarely(3):
            self.say("system", self.text())


class Gemini(Hostile):
    """Gemini's contents."""

    STEPS = ("user", "model", "user", "round", "round", "round", "model", "late", "code")

    def say(self, role: str, parts: list[Message]) -> None:
        """Append a content."""
        self.messages.append({"role": role, "parts": parts})

    def part(self) -> Message:
        """Give a part of the user's."""
        return self.choose.choice(
            (
                {"text": self.text()},
                {"text": self.text()},
                {"inlineData": {"mimeType": "image/png", "data": PNG}},
                {"fileData": {"mimeType": "application/pdf", "fileUri": "https://a.example/b.pdf"}},
            )
        )

    def user(self) -> None:
        """A content of the user's."""
        self.say("user", self.some(self.part))

    def model(self) -> None:
        """An answer."""
        thought = [{"text": self.text() or "Hm.", "thought": True}] if self.often() else []
        signed = {"thoughtSignature": "c2ln" * 20} if self.often() else {}
        self.say("model", [*thought, {"text": self.text(), **signed}])

    def round(self) -> None:
        """Calls, and what answers them."""
        if self.valid and self.messages[-1]["role"] == "model":
            self.user()
        calls = self.some(self.new_call)
        ids = self.often()
        written: list[Message] = []
        for id, name in calls:
            given = {"name": name, "args": self.choose.choice(({"page": 1}, {}, {"log": "line\n" * 200}))}
            call = {"functionCall": given | ({"id": id} if ids else {})}
            written.append(call | ({"thoughtSignature": "c2ln" * 20} if self.often() and not written else {}))
        if self.valid and not written:
            self.model()
            return
        self.say("model", ([{"text": self.text()}] if self.often() else []) + written)
        if self.rarely(8):
            self.user()
        self.say("user", [self.response(id, name, ids) for id, name in self.answered(calls)])

    def response(self, id: str, name: str, ids: bool) -> Message:
        """Give the answer to a call."""
        answer = self.choose.choice(({"result": self.text()}, {"error": "refused"}, {}, {"rows": [1, 2, 3]}))
        return {"functionResponse": {"name": name, "response": answer} | ({"id": id} if ids else {})}

    def late(self) -> None:
        """An answer to a call of before."""
        if self.calls and self.rarely(2):
            id, name = self.choose.choice(self.calls)
            self.say("user", [self.response(id, name, self.often())])

    def code(self) -> None:
        """Code that the model ran."""
        code = {"executableCode": {"language": "PYTHON", "code": "print(1)"}}
        self.say(
            "model",
            [code, {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n"}}, {"text": "One."}],
        )


MAKERS: dict[str, Callable[..., Any]] = {
    "openai-chat": Chat,
    "openai-responses": Responses,
    "anthropic": Anthropic,
    "gemini": Gemini,
}

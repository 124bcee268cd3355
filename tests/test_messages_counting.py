"""Provider messages cost what the providers bill, as far as that can be known."""

import base64
import itertools
import json
import struct
from collections import Counter
from pathlib import Path
from typing import Any, cast

import pytest

from benchmarks import billing, billing_examples
from contextkit import Counted, CounterError, ReadError, SettingError, count_messages, token_counter
from contextkit.messages.counting import message_tokens, request_tokens
from contextkit.messages.signatures import signature
from contextkit.tokens.calibration import calibrated
from contextkit.tokens.counters import CLAUDE, GEMINI, EncodingCounter

EXACT = EncodingCounter("o200k_base")
HELLO: dict[str, Any] = {"role": "user", "content": "hello world"}  # two tokens
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": PARAMETERS}}
CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city":"Paris"}'},
}
EXCHANGE: list[dict[str, Any]] = [
    HELLO,
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "call_1", "content": "sunny in Paris"},
]


def png(width: int, height: int) -> str:
    """The start of a PNG of this size, as Base64."""
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", width, height)
    return base64.b64encode(head + bytes(40)).decode()


def jpeg(width: int, height: int) -> str:
    """The start of a JPEG with metadata before its size."""
    metadata = b"\xff\xe1" + struct.pack(">H", 4_002) + bytes(4_000)
    size = b"\xff\xc2" + struct.pack(">HBHHB", 17, 8, height, width, 3)
    return base64.b64encode(b"\xff\xd8" + metadata + b"\xff" + size + bytes(20)).decode()


def gif(width: int, height: int) -> str:
    """The start of a GIF."""
    return base64.b64encode(b"GIF89a" + struct.pack("<HH", width, height) + bytes(8)).decode()


def webp(width: int, height: int, kind: bytes) -> str:
    """The start of a WebP of one of its three kinds."""
    if kind == b"VP8X":
        rest = bytes(8) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    elif kind == b"VP8L":
        rest = bytes(4) + b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14)
    else:
        rest = bytes(10) + struct.pack("<HH", width, height)
    return base64.b64encode(b"RIFF" + bytes(4) + b"WEBP" + kind + rest + bytes(20)).decode()


def seen(data: str, kind: str = "image/png", **more: Any) -> dict[str, Any]:
    """A message of Chat Completions with one image."""
    image = {"url": f"data:{kind};base64,{data}", **more}
    return {"role": "user", "content": [{"type": "image_url", "image_url": image}]}


class TestOpenAI:
    """Text is exact, tools are calibrated."""

    def test_a_message_is_its_role_its_text_and_three(self) -> None:
        """The text has two tokens, and the role `user` one."""
        assert message_tokens(HELLO, "openai-chat", EXACT) == 6
        assert count_messages([HELLO], model="gpt-4o") == Counted(9, "exact", 9, 9, 9, 0, 0, 0)

    def test_a_model_that_reasons_has_one_token_less_before_its_answer(self) -> None:
        """Two instead of three."""
        assert count_messages([HELLO], model="gpt-5-mini").tokens == 8
        assert count_messages([HELLO], model="o3-mini").tokens == 8
        assert request_tokens("openai-chat", EXACT, model="gpt-4o") == 3

    def test_a_name_costs_one_token_more_than_itself(self) -> None:
        """As OpenAI says of them."""
        named = {**HELLO, "name": "example_user"}
        assert message_tokens(named, "openai-chat", EXACT) == 6 + 1 + EXACT("example_user")

    def test_parts_of_text_are_texts(self) -> None:
        """Two parts are two texts."""
        parts = {"role": "user", "content": [{"type": "text", "text": "hello world"}] * 2}
        assert message_tokens(parts, "openai-chat", EXACT) == 8

    @pytest.mark.parametrize("example", billing_examples.EXAMPLES, ids=lambda example: example["model"])
    def test_what_openai_published(self, example: dict[str, Any]) -> None:
        """Texts to the token; tools within the bound, and within three."""
        case = billing.Case(**example)
        counted = billing.counted(case)
        assert counted.high is not None
        assert counted.low <= case.billed <= counted.high
        assert abs(counted.tokens - case.billed) <= (0 if counted.basis == "exact" else 3)

    def test_a_call_and_its_result(self) -> None:
        """The call's arguments, the name twice, five around them, and two messages; and the tool's type."""
        counted = count_messages(EXCHANGE, model="gpt-4o")
        call = 4 + EXACT('{"city":"Paris"}') + 2 * EXACT("get_weather") + 5
        assert counted.tokens == 3 + 6 + call + 4 + EXACT("sunny in Paris")
        assert counted.basis == "calibrated"
        with_tool = count_messages(EXCHANGE, model="gpt-4o", tools=[TOOL])
        assert with_tool.tokens - counted.tokens == with_tool.tools == 30
        assert with_tool.low < with_tool.tokens < (with_tool.high or 0)

    def test_a_system_message_and_tools_share_a_message(self) -> None:
        """For GPT-4: four tokens less than the two alone."""
        system = {"role": "system", "content": "Be brief."}
        alone = count_messages([HELLO], model="gpt-4o", tools=[TOOL])
        both = count_messages([system, HELLO], model="gpt-4o", tools=[TOOL])
        assert both.system == message_tokens(system, "openai-chat", EXACT)
        assert both.tokens == alone.tokens + both.system - 4

    def test_items_of_the_responses(self) -> None:
        """Instructions are a message; a reasoning item of an earlier turn is left out."""
        items: list[dict[str, Any]] = [
            HELLO,
            {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "g" * 5_000},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hello."}]},
        ]
        counted = count_messages([*items, HELLO], model="gpt-5", system="Be brief.")
        assert counted.tokens == 2 + (4 + EXACT("Be brief.")) + 6 + (4 + 2 + EXACT("Hello.")) + 6
        assert counted.basis == "exact"
        current = count_messages(items, "openai-responses", model="gpt-5")
        assert current.images > 500
        assert current.basis == "estimate"
        assert current.low < current.tokens < (current.high or 0)

    def test_a_deferred_tool_costs_nothing_for_sure(self) -> None:
        """Until it is searched for."""
        tool = {"type": "function", "name": "get_weather", "parameters": PARAMETERS, "defer_loading": True}
        tools = [{"type": "tool_search"}, tool]
        counted = count_messages([HELLO], "openai-responses", model="gpt-5.4", tools=tools)
        assert counted.high is None
        assert counted.basis == "estimate"

    @pytest.mark.parametrize(
        ("size", "detail", "tokens"),
        [
            ((512, 512), "auto", 85 + 170),
            ((513, 512), "high", 85 + 2 * 170),
            ((1_024, 1_024), "auto", 85 + 4 * 170),  # scaled to 768 x 768
            ((4_096, 8_192), "auto", 85 + 6 * 170),  # to 1024 x 2048, then to 768 x 1536
            ((4_096, 8_192), "low", 85),
        ],
    )
    def test_tiles_of_an_image(self, size: tuple[int, int], detail: str, tokens: int) -> None:
        """The examples of OpenAI's own guide."""
        counted = count_messages([seen(png(*size), detail=detail)], model="gpt-4o")
        assert counted.images == tokens
        assert (counted.low, counted.high) == (counted.tokens, counted.tokens)

    def test_patches_of_an_image(self) -> None:
        """A kilopixel square has 32 by 32 patches; there are at most 1,536."""
        assert count_messages([seen(png(1_024, 1_024))], model="gpt-4.1-mini").images == 1_659  # 1024 x 1.62
        assert count_messages([seen(png(8_000, 8_000))], model="gpt-4.1-mini").images == 2_489

    def test_an_image_that_is_not_here_has_bounds(self) -> None:
        """From the smallest to the largest."""
        message = {
            "role": "user",
            "content": [{"type": "image_url", "image_url": {"url": "https://a.b/c.png"}}],
        }
        counted = count_messages([message], model="gpt-4o")
        assert (counted.low, counted.high) == (7 + 85, 7 + 85 + 6 * 170)
        assert counted.basis == "estimate"


class TestImageSizes:
    """Width and height are read from the first bytes."""

    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (png(1_500, 600), "image/png"),
            (jpeg(1_500, 600), "image/jpeg"),
            (gif(1_500, 600), "image/gif"),
            (webp(1_500, 600, b"VP8X"), "image/webp"),
            (webp(1_500, 600, b"VP8L"), "image/webp"),
            (webp(1_500, 600, b"VP8 "), "image/webp"),
        ],
    )
    def test_each_format(self, data: str, kind: str) -> None:
        """1,500 by 600 pixels: 1,200 tokens for Claude, 6 tiles for GPT-4o, 2 for Gemini."""
        block = {"type": "image", "source": {"type": "base64", "media_type": kind, "data": data}}
        claude = count_messages([{"role": "user", "content": [block]}], "anthropic")
        assert claude.images == 1_200
        assert count_messages([seen(data, kind)], model="gpt-4o").images == 85 + 6 * 170
        part = {"inlineData": {"mimeType": kind, "data": data}}
        assert count_messages([{"role": "user", "parts": [part]}]).images == 2 * 258

    @pytest.mark.parametrize(
        "whole", [png(9, 9), jpeg(9, 9), gif(9, 9), webp(9, 9, b"VP8L"), "", "!", "AAAA"]
    )
    def test_a_header_that_is_cut_off_has_no_size(self, whole: str) -> None:
        """And raises nothing, wherever it ends."""
        for end in range(0, len(whole), 3):
            counted = count_messages([seen(whole[:end])], model="gpt-4o")
            assert counted.images in (85 + 170, 85 + 3 * 170)


class TestAnthropic:
    """An estimate, scaled once."""

    def test_the_sum_is_scaled(self) -> None:
        """Texts and framing in tokens of the base, times the factor of the model."""
        base = message_tokens(HELLO, "anthropic", EXACT) + request_tokens("anthropic", EXACT)
        counted = count_messages([HELLO], "anthropic", model="claude-sonnet-4-5")
        assert counted.tokens == CLAUDE.scale(base)
        assert counted.basis == "estimate"
        assert counted.low < counted.tokens < (counted.high or 0)

    def test_a_calibrated_counter_is_said_to_be_one(self) -> None:
        """Its overhead comes on top once."""
        counter = calibrated(CLAUDE, [(1_000, 3_250), (4_000, 7_000), (9_000, 13_250)])
        counted = count_messages([HELLO], "anthropic", counter=counter)
        assert counted.tokens > 2_000
        long = count_messages([{"role": "user", "content": "word " * 1_000}], "anthropic", counter=counter)
        assert 3_000 < long.tokens < 3_500

    def test_thinking_of_earlier_turns_is_left_out_where_the_model_does(self) -> None:
        """Opus 4.5 and later models are shown it."""
        thought = {"type": "thinking", "thinking": "word " * 400, "signature": "s" * 5_000}
        answer = {"role": "assistant", "content": [thought, {"type": "text", "text": "Yes."}]}
        old = count_messages([HELLO, answer, HELLO], "anthropic", model="claude-sonnet-4-5").tokens
        new = count_messages([HELLO, answer, HELLO], "anthropic", model="claude-opus-4-5").tokens
        assert old < 50
        assert 400 < new < 600

    def test_tools_have_a_preamble(self) -> None:
        """Some 500 tokens for Claude 4.5, before the first definition."""
        tool = {"name": "get_weather", "description": "", "input_schema": PARAMETERS}
        one = count_messages([HELLO], "anthropic", model="claude-sonnet-4-5", tools=[tool])
        two = count_messages([HELLO], "anthropic", model="claude-sonnet-4-5", tools=[tool, tool])
        assert 490 < one.tools < 560
        assert 0 < two.tools - one.tools < 60

    def test_a_text_document_is_its_text(self) -> None:
        """And a PDF is an estimate for each of its pages."""
        text = {
            "type": "document",
            "source": {"type": "text", "media_type": "text/plain", "data": "word " * 300},
        }
        assert 300 < count_messages([{"role": "user", "content": [text]}]).tokens < 600
        file = base64.b64encode(b"%PDF-1.4 <</Type /Pages>>" + b"<</Type /Page>>" * 3).decode()
        pdf = {
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": file},
        }
        counted = count_messages([{"role": "user", "content": [pdf]}])
        assert counted.images == 3 * 1_700
        assert counted.high is not None
        assert counted.low < counted.images < counted.high


class TestGemini:
    """An estimate, scaled once."""

    def test_the_sum_is_scaled(self) -> None:
        """Both spellings of the keys are one."""
        content = {"role": "user", "parts": [{"text": "hello world"}]}
        base = message_tokens(content, "gemini", EXACT) + request_tokens("gemini", EXACT)
        assert count_messages([content]).tokens == GEMINI.scale(base) == 4
        call = {
            "functionCall": {"name": "get_weather", "args": {"city": "Paris"}},
            "thoughtSignature": "s" * 99,
        }
        other = {"function_call": call["functionCall"], "thought_signature": "s" * 99}
        one, two = ({"role": "model", "parts": [part]} for part in (call, other))
        assert message_tokens(one, "gemini", EXACT) == message_tokens(two, "gemini", EXACT)

    def test_a_signature_stands_for_thoughts_of_the_current_turn(self) -> None:
        """It is no text, and nothing at all once the user has asked anew."""
        ask = {"role": "user", "parts": [{"text": "hello world"}]}
        part = {"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "s" * 10_000}
        answer = {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"result": 1}}}]}
        current = count_messages([ask, {"role": "model", "parts": [part]}, answer])
        assert 1_500 < current.images < 2_500
        assert count_messages([ask, {"role": "model", "parts": [part]}, answer, ask]).images == 0
        history = [ask, {"role": "model", "parts": [part]}, answer]
        assert count_messages(history, model="gemini-3-flash-preview") == current
        earlier = count_messages(history, model="gemini-2.5-pro")
        assert (earlier.images, earlier.messages) == (0, current.messages)
        assert earlier.high is not None
        assert earlier.high < 100

    def test_tools_cost_a_third_before_2_5(self) -> None:
        """And the signatures of 2.0 cost nothing either."""
        ask = {"role": "user", "parts": [{"text": "Is it on?"}]}
        about = "Say whether the thing that the user asks about is on, or has been on in the last hour or so."
        tools = [{"functionDeclarations": [{"name": "is_it_on", "description": about}]}]
        named = (
            count_messages([ask], model=f"gemini-{name}", tools=tools) for name in ("2.0-flash", "2.5-pro")
        )
        before, since = (counted.tools for counted in named)
        assert 0.2 < before / since < 0.35


class TestAll:
    """What holds for each provider."""

    @pytest.mark.parametrize("provider", ["openai-chat", "openai-responses", "anthropic", "gemini"])
    def test_messages_add_up(self, provider: str) -> None:
        """The sum of the messages and what stands around them is the whole."""
        messages = [{"role": role, "content": text, "parts": [{"text": text}]} for role, text in TURNS]
        parts = sum(message_tokens(one, provider, EXACT) for one in messages)
        whole = count_messages(messages, provider, counter=EXACT)  # type: ignore[arg-type]
        assert whole.tokens == parts + request_tokens(provider, EXACT)
        assert whole.tokens == whole.messages + whole.system + whole.tools + whole.images

    def test_each_text_is_counted_once(self) -> None:
        """By one call of the counter, whatever else is in its message."""
        seen_texts: Counter[str] = Counter()

        def spy(text: str) -> int:
            seen_texts[text] += 1
            return len(text)

        count_messages(EXCHANGE, model="gpt-4o", counter=spy, tools=[TOOL])
        assert seen_texts["sunny in Paris"] == 1
        assert max(seen_texts.values()) == 1

    @pytest.mark.parametrize(
        ("provider", "block", "key"),
        [
            ("anthropic", {"type": "thinking", "thinking": "so"}, "signature"),
            ("anthropic", {"type": "tool_use", "name": "f", "input": {}}, "id"),
            ("anthropic", {"type": "a_new_block", "note": "so"}, "signature"),
            ("openai-chat", {"type": "text", "text": "so"}, "id"),
            ("openai-chat", {"type": "a_new_part", "note": "so"}, "data"),
        ],
    )
    def test_opaque_fields_are_not_text(self, provider: str, block: dict[str, Any], key: str) -> None:
        """Their length changes nothing in the count of texts."""
        one, other = (
            {"role": "assistant", "content": [{**block, key: "x7Qz" * length}]} for length in (1, 5_000)
        )
        spied: list[str] = []

        def spy(text: str) -> int:
            spied.append(text)
            return EXACT(text)

        found = [message_tokens(message, provider, spy) for message in (one, other)]
        assert max(map(len, spied)) < 100
        assert found[0] == found[1]

    def test_a_message_costs_more_with_more_text(self) -> None:
        """Word by word, for each provider."""
        for provider in ("openai-chat", "anthropic"):
            costs = [
                message_tokens({"role": "user", "content": "word " * number}, provider, EXACT)
                for number in range(50)
            ]
            assert all(less < more for less, more in itertools.pairwise(costs))

    @pytest.mark.parametrize(
        ("messages", "model", "provider"),
        [
            ([HELLO], None, "openai-chat"),
            ([HELLO], "claude-opus-4-5", "anthropic"),
            (EXCHANGE, None, "openai-chat"),
            ([{"role": "user", "parts": [{"text": "x"}]}], None, "gemini"),
            (
                [HELLO, {"type": "function_call_output", "call_id": "1", "output": ""}],
                None,
                "openai-responses",
            ),
            ([{"role": "user", "content": [{"type": "input_text", "text": "x"}]}], None, "openai-responses"),
            ([{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1"}]}], None, "anthropic"),
        ],
    )
    def test_the_provider_is_found(self, messages: list[Any], model: str | None, provider: str) -> None:
        """By keys and blocks, then by the model."""
        told = count_messages(messages, model=model)
        assert told == count_messages(messages, cast(Any, provider), model=model)

    def test_a_tool_at_the_provider_has_no_upper_bound(self) -> None:
        """What it finds is billed too."""
        for provider, tool in (
            ("openai-responses", {"type": "web_search"}),
            ("anthropic", {"type": "web_search_20250305", "name": "web_search"}),
            ("gemini", {"googleSearch": {}}),
        ):
            counted = count_messages([HELLO], provider, tools=[tool])  # type: ignore[arg-type]
            assert counted.high is None
            assert counted.basis == "estimate"

    def test_what_is_wrong_is_said(self) -> None:
        """A provider, a counter, messages."""
        with pytest.raises(SettingError, match="known are openai-chat, openai-responses, anthropic, gemini"):
            message_tokens(HELLO, "google", EXACT)
        with pytest.raises(SettingError, match="known are"):
            request_tokens("google", EXACT)
        with pytest.raises(CounterError):
            count_messages([HELLO], counter=lambda _: 1.5)  # type: ignore[arg-type, return-value]
        with pytest.raises(ReadError):
            count_messages("hello")  # type: ignore[arg-type]

    def test_a_model_nobody_knows_is_counted_as_the_providers_newest(self) -> None:
        """By o200k_base for OpenAI's shapes, if its name is one of theirs."""
        assert count_messages([HELLO], model="gpt-of-mine").tokens == 8
        assert count_messages([HELLO], "anthropic", model="mine").tokens > 8


TURNS = [("user", "hello world"), ("assistant", "Hello."), ("user", "Deploy the backend, please.")]


class TestSignatures:
    """Tools are written as types."""

    def test_the_whole_language(self) -> None:
        """Enumerations, arrays, objects, unions, references, defaults."""
        schema = {
            "type": "object",
            "description": "All of it.",
            "$defs": {
                "Place": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
            },
            "required": ["unit", "places"],
            "properties": {
                "unit": {"enum": ["c", "f"], "description": "Which.\nOne line more."},
                "places": {"type": "array", "items": {"$ref": "#/$defs/Place"}},
                "days": {"type": "integer", "default": 3},
                "when": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "which": {"type": "array", "items": {"type": ["string", "number"]}},
                "more": {"type": "object"},
                "what": {},
            },
        }
        assert signature("f", "Does it.", schema).split("\n") == [
            "// Does it.",
            "// All of it.",
            "type f = (_: {",
            "// Which.",
            "// One line more.",
            'unit: "c" | "f",',
            "places: {",
            "name: string,",
            "}[],",
            "days?: number, // default: 3",
            "when?: string | null,",
            "which?: (string | number)[],",
            "more?: object,",
            "what?: any,",
            "}) => any;",
        ]

    def test_references_end(self) -> None:
        """A tree within itself, a reference to nowhere, and references that double at each step."""
        node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}, "away": {"$ref": "#/no"}}}
        text = signature("f", "", {"properties": {"tree": {"$ref": "#/$defs/Node"}}, "$defs": {"Node": node}})
        assert text.count("next") == 1
        doubling = {
            f"d{at}": {"anyOf": [{"$ref": f"#/$defs/d{at + 1}"}, {"$ref": f"#/$defs/d{at + 1}"}]}
            for at in range(40)
        }
        text = signature("f", "", {"properties": {"x": {"$ref": "#/$defs/d0"}}, "$defs": doubling})
        assert len(text) < 200_000


def test_the_benchmark_reads_recorded_requests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A record of each provider, with its own words for usage; what was cached is billed too."""
    import gzip

    part = {"parts": [{"text": "hello world"}]}
    records = [
        ("openai-chat", {"model": "gpt-4o", "messages": [HELLO]}, {"prompt_tokens": 9}),
        ("openai-responses", {"model": "gpt-5", "input": "hello world"}, {"input_tokens": 8}),
        (
            "anthropic",
            {"model": "claude-sonnet-4-5", "messages": [HELLO]},
            {"input_tokens": 3, "cache_read_input_tokens": 7},
        ),
        ("google", {"contents": [{"role": "user", **part}]}, {"promptTokenCount": 4}),
    ]
    with gzip.open(tmp_path / "recorded_requests.jsonl.gz", "wt") as file:
        for number, (provider, request, usage) in enumerate(records):
            record = {"provider": provider, "source": f"case {number}", "request": request, "usage": usage}
            file.write(json.dumps(record) + "\n")
    billing.main(["--data", str(tmp_path), "--halves"])
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [row[2:5] for row in rows[1:5]] == [["1", "100%", "100%"]] * 4
    billing.main([])
    assert "both of OpenAI    text                 7   100%" in capsys.readouterr().out


def test_a_second_count_tokenises_nothing_twice() -> None:
    """The counter of the caller may keep what it counted."""
    known: dict[str, int] = {}
    calls = 0

    def keeping(text: str) -> int:
        nonlocal calls
        if text not in known:
            calls += 1
            known[text] = EXACT(text)
        return known[text]

    first = [message_tokens(one, "openai-chat", keeping) for one in EXCHANGE]
    before = calls
    assert [message_tokens(one, "openai-chat", keeping) for one in EXCHANGE] == first
    assert calls == before
    assert token_counter("gpt-4o")("hello world") == 2


@pytest.mark.parametrize(("calls", "tokens"), [(1, 40), (2, 89), (3, 114)])
def test_parallel_calls_cost_more_once(calls: int, tokens: int) -> None:
    """Bills for GPT-3.5 that were made public: each further call costs as much as the first, and once 24.

    With the figures for GPT-4o, which has 13 where this has 24, and one call that is two too many.
    """
    case = next(each for each in billing_examples.EXAMPLES if each["billed"] == 40)
    ask, call, result = case["messages"]
    call = {**call, "tool_calls": call["tool_calls"] * calls}
    counted = count_messages([ask, call, *[result] * calls], model="gpt-3.5-turbo")
    assert abs(counted.tokens - tokens) <= 8


@pytest.mark.parametrize(
    ("model", "basis"),
    [("gpt-4o", "exact"), ("openai/gpt-9", "exact"), (None, "exact"), ("llama-3.1-70b", "estimate")],
)
def test_a_model_that_is_not_known_is_an_estimate(model: str | None, basis: str) -> None:
    """A new one of OpenAI's is taken to count as the last did; any other has a spread."""
    counted = count_messages([{"role": "user", "content": "Deploy it."}], model=model)
    assert counted.basis == basis
    assert counted.high is not None
    assert (counted.low < counted.high) == (basis == "estimate")


def test_a_model_is_a_name() -> None:
    """What else is given is an error of ours."""
    with pytest.raises(SettingError, match="it must be the model's name"):
        count_messages([{"role": "user", "content": "Deploy it."}], model=3)  # type: ignore[arg-type]

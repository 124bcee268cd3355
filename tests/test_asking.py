"""Questions to a model: a reader that reads everything has all of them right, and one that doesn't hasn't."""

import json
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contextkit import JSON_LINES, MARKDOWN, XML, YAML, Format, SettingError, as_json, as_yaml
from contextkit.asking import Question, ask
from contextkit.plain import same
from contextkit.questions import questions

QUESTIONS = questions()
ROOT = Path(__file__).parents[1]


def reader(format: Format, damage: Callable[[Any], Any] = lambda data: data) -> Callable[[str], str]:
    """A model that reads the data with the format's own reader, and works out each answer."""
    known = {(question.text, as_json_text(question.data)): question for question in QUESTIONS}

    def model(prompt: str) -> str:
        context, _, rest = prompt.rpartition("\nQuestion: ")
        (event,) = format.read(context)
        question = known[rest.partition("\n")[0], as_json_text(event.data)]
        try:
            return json.dumps(question.solve(damage(event.data)))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            return "I don't know."

    return model


def as_json_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def as_text(value: Any) -> Any:
    """What is left of the types where everything is read as text."""
    if isinstance(value, dict):
        return {key: as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return list(map(as_text, value))
    return value if isinstance(value, str) else str(value)


def without_last(value: Any) -> Any:
    """What is left where the last row is overlooked."""
    if isinstance(value, list):
        return value[:-1]
    return dict(list(value.items())[:-1])


def scores(model: Callable[[str], str], format: Format) -> dict[str, float]:
    return {row["kind"]: row["score"] for row in ask(model, QUESTIONS, format).to_rows()}


@pytest.mark.parametrize("format", [JSON_LINES, XML, YAML, MARKDOWN], ids=str)
def test_a_perfect_reader_is_always_right(format: Format) -> None:
    """Each lossless format has in it what each answer takes."""
    answers = ask(reader(format), QUESTIONS, format)
    assert answers.wrong() == []
    assert (answers.score, answers.asked) == (1.0, len(QUESTIONS))
    assert str(answers).startswith(f"{format.name}: {len(QUESTIONS)} of {len(QUESTIONS)} right (lookup ")


def test_a_damaged_reader_is_found_out_by_kind() -> None:
    """One without types fails on types and sums; one that overlooks the last row, on that and on counts."""
    typeless, short = scores(reader(YAML, as_text), YAML), scores(reader(YAML, without_last), YAML)
    assert typeless["type"] < 0.7
    assert typeless["aggregate"] < 0.5
    assert typeless["fields"] == typeless["last row"] == 1
    assert short["last row"] < 0.5
    assert short["count"] < 0.7
    assert short["type"] > short["count"]


def test_nobody_is_right_by_saying_the_same_always() -> None:
    """No answer is right for more than a few questions."""
    for reply in ("null", "0", "true", "[]", '"text"', ""):
        assert ask(lambda prompt, reply=reply: reply, QUESTIONS, JSON_LINES).score < 0.15  # type: ignore[misc]


def test_the_same_seed_asks_the_same() -> None:
    """On any machine, in any process; another seed asks about other data."""
    texts = [question.prompt(JSON_LINES) for question in QUESTIONS]
    code = (
        "import zlib; from contextkit import JSON_LINES; from contextkit.questions import questions; "
        "print(zlib.crc32(''.join(question.prompt(JSON_LINES) for question in questions()).encode()))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)
    assert int(ran.stdout) == zlib.crc32("".join(texts).encode())
    assert [question.prompt(JSON_LINES) for question in questions(1)] != texts
    with pytest.raises(SettingError):
        questions(rows=1)


@pytest.mark.parametrize("seed", range(8))
def test_every_question_has_one_answer(seed: int) -> None:
    """It is plain JSON and is right itself; and no two questions about the same data have the same text."""
    asked = questions(seed, rows=6 + seed)
    assert all(question.is_right(json.dumps(question.answer)) for question in asked)
    assert all(question.answer is not None for question in asked)
    assert len({(question.text, as_json_text(question.data)) for question in asked}) == len(asked)


@pytest.mark.parametrize(
    ("answer", "reply", "right"),
    [
        ("no", "no", True),
        ("no", '"no"', True),
        ("no", "false", False),
        ("no", "No", False),
        ("01234", "1234", False),
        ("7", "7", True),
        (7, '"7"', False),
        (7, " 7.0\n", True),
        (7.25, "7.25", True),
        (7.25, "7.2", False),
        (True, "true", True),
        (True, "1", False),
        (True, "yes", False),
        ([1, "a"], '```json\n[1, "a"]\n```', True),
        ([1, "a"], '["a", 1]', False),
        ([], "[]", True),
        ("", '""', True),
        ("", "", True),
        (7, "It is 7.", False),
        (7, "", False),
    ],
)
def test_answers_are_right_or_wrong(answer: Any, reply: str, right: bool) -> None:
    """As JSON, with types; text may stand without its quotes."""
    assert Question("lookup", answer, "What is it?", lambda data: data).is_right(reply) is right


def test_a_prompt_is_the_data_and_the_question() -> None:
    """A renderer writes the data alone; what explains a notation comes first."""
    question = Question("lookup", {"a": 1}, "What is `a`?", lambda data: data["a"])
    assert question.prompt(as_yaml) == "a: 1\n\nQuestion: What is `a`?\nAnswer with the value alone, as JSON."
    assert ask(lambda prompt: "1", [question], as_json).format == "as_json"

    class Primed(Format):
        __slots__ = ("primer",)

    primed = Primed("PRIMED", as_json)
    object.__setattr__(primed, "primer", "This is JSON.")
    assert question.prompt(primed).startswith('This is JSON.\n\n{"a":1}\n\nQuestion: ')


def test_what_a_model_raises_is_no_answer() -> None:
    """Neither is anything but text; and without questions there is no score."""

    def broken(prompt: str) -> str:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        ask(broken, QUESTIONS, JSON_LINES)
    with pytest.raises(SettingError):
        ask(lambda prompt: 7, QUESTIONS, JSON_LINES)  # type: ignore[arg-type, return-value]
    assert ask(broken, [], JSON_LINES).score == 0
    assert same(QUESTIONS[0].answer, QUESTIONS[0].solve(QUESTIONS[0].data))

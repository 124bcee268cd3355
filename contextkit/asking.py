"""Asking: whether a model reads a format as well as JSON, to be measured with a model of yours.

The questions come with contextkit (`contextkit.questions`), with data that is made up from a seed, and an
answer that follows from it. A model is any function from text to text. It gets the data as the format
writes it, the question, and is told to answer with the value alone. An answer is right or wrong, by the
rule in `Question.is_right`.

```
print(ask(model, questions(), FORMAT))
```
"""

import dataclasses
from collections.abc import Callable, Iterable
from typing import TypeAlias

from .codecs import json as json_codec
from .events import Event
from .exceptions import FormatError, SettingError
from .formats import Format
from .plain import JSON, same
from .renderers import Renderer
from .threads import Thread

Model: TypeAlias = Callable[[str], str]
"""A prompt to a reply."""

_ASKED = "Question: "
_HOW = "Answer with the value alone, as JSON."


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """A question about data, and how its answer follows from the data.

    Attributes:
        kind: What it asks for, such as `lookup` or `count`.
        data: The data that it is about.
        text: The question.
        solve: The data -> the answer.
    """

    kind: str
    data: JSON
    text: str
    solve: Callable[[JSON], JSON] = dataclasses.field(repr=False, compare=False)

    @property
    def answer(self) -> JSON:
        """The right answer."""
        return self.solve(self.data)

    def prompt(self, format: Format | Renderer) -> str:
        """Write what a model is asked: the data as the event `records`, and the question.

        >>> from .formats import JSON_LINES
        >>> print(Question("lookup", {"a": 1}, "What is a?", lambda data: data["a"]).prompt(JSON_LINES))
        {"type":"records","data":{"a":1}}
        <BLANKLINE>
        Question: What is a?
        Answer with the value alone, as JSON.
        """
        event = Event("records", self.data)
        context = format.text(Thread([event])) if isinstance(format, Format) else format(event)
        before = f"{format.primer}\n\n" if isinstance(format, Format) and format.primer else ""
        end = "\n" if context.endswith("\n") else "\n\n"
        return f"{before}{context}{end}{_ASKED}{self.text}\n{_HOW}"

    def is_right(self, reply: str) -> bool:
        """Tell whether a reply is the right answer, and nothing else.

        White space around it and a code fence do not count. It must be the answer as JSON, its types
        included, but 12 and 12.0 are one number; text may stand without quotes.

        >>> question = Question("lookup", {"zip": "01234"}, "What is zip?", lambda data: data["zip"])
        >>> [question.is_right(reply) for reply in ('"01234"', "01234", "1234", "It is 01234.")]
        [True, True, False, False]
        """
        reply = _unfenced(reply)
        answer = self.answer
        if isinstance(answer, str) and reply == answer:
            return True
        try:
            value = json_codec.decode(reply)
        except FormatError:
            return False
        return same(_numbers(value), _numbers(answer))


def _unfenced(reply: str) -> str:
    reply = reply.strip()
    if reply.startswith("```") and reply.endswith("```") and "\n" in reply:
        reply = reply[reply.index("\n") : -3].strip()
    return reply


def _numbers(value: JSON) -> JSON:
    """Give a value with whole numbers where a number has no fraction."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return {key: _numbers(item) for key, item in value.items()} if isinstance(value, dict) else value


# ---- asking


@dataclasses.dataclass(frozen=True, slots=True)
class Answers:
    """What a model answered.

    Attributes:
        format: The name of the format that it read.
        replies: Each question with the reply, and whether it is right.
    """

    format: str
    replies: tuple[tuple[Question, str, bool], ...] = dataclasses.field(repr=False)

    @property
    def right(self) -> int:
        """How many answers are right."""
        return sum(right for *_, right in self.replies)

    @property
    def asked(self) -> int:
        """How many questions there were."""
        return len(self.replies)

    @property
    def score(self) -> float:
        """The share that is right."""
        return self.right / self.asked if self.asked else 0.0

    def wrong(self) -> list[tuple[Question, str]]:
        """Give the questions that were not answered rightly, with the replies."""
        return [(question, reply) for question, reply, right in self.replies if not right]

    def to_rows(self) -> list[dict[str, JSON]]:
        """Give one flat row for each kind of question: `format`, `kind`, `asked`, `right` and `score`."""
        kinds: dict[str, list[bool]] = {}
        for question, _, right in self.replies:
            kinds.setdefault(question.kind, []).append(right)
        return [
            {
                "format": self.format,
                "kind": kind,
                "asked": len(found),
                "right": sum(found),
                "score": sum(found) / len(found),
            }
            for kind, found in kinds.items()
        ]

    def __str__(self) -> str:
        kinds = [f"{row['kind']} {row['right']}/{row['asked']}" for row in self.to_rows()]
        return f"{self.format}: {self.right} of {self.asked} right ({', '.join(kinds)})"


def ask(model: Model, questions: Iterable[Question], format: Format | Renderer) -> Answers:
    """Ask a model each question with its data in a format, and score the replies.

    Whatever the model raises is raised: a call that failed is no wrong answer.

    Args:
        model: A function from a prompt to a reply.
        questions: What to ask; `questions()` are those that come with contextkit.
        format: A format, or a renderer.

    Raises:
        SettingError: If a reply is not text.

    >>> from .formats import JSON_LINES
    >>> asked = [Question("lookup", {"a": n}, "What is a?", lambda data: data["a"]) for n in range(3)]
    >>> print(ask(lambda prompt: "2", asked, JSON_LINES))
    JSON_LINES: 1 of 3 right (lookup 1/3)
    """
    replies = []
    for question in questions:
        reply = model(question.prompt(format))
        if not isinstance(reply, str):
            raise SettingError("model", model, f"it must reply with text, and gave {reply!r}")
        replies.append((question, reply, question.is_right(reply)))
    return Answers(format.name if isinstance(format, Format) else _name(format), tuple(replies))


def _name(renderer: Renderer) -> str:
    return getattr(renderer, "__name__", repr(renderer))

'''Questions: whether a model reads a format as well as JSON, to be measured with a model of yours.

The questions come with contextkit, with data that is made up from a seed and an answer that follows
from it. A model is any function from text to text; what it is told is the data as the format writes it,
the question, and to answer with the value alone. An answer is right or wrong, by the rule in `is_right`.

```
print(ask(model, questions(), FORMAT))
```
'''

import dataclasses
import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
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
_HOW = "Answer with the value alone, written as JSON: text in double quotes, numbers, true, false, null, lists."


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
        Answer with the value alone, written as JSON: text in double quotes, numbers, true, false, null, lists.
        """
        event = Event("records", self.data)
        context = format.text(Thread([event])) if isinstance(format, Format) else format(event)
        primer = getattr(format, "primer", "")
        before = f"{primer}\n\n" if primer and isinstance(primer, str) else ""
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
    >>> print(ask(lambda prompt: "null", questions(rows=8), JSON_LINES))  # doctest: +ELLIPSIS
    JSON_LINES: 2 of 24 right (lookup 0/4, ...
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


# ---- the questions that come with contextkit


_NAMES = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven", "inlet", "juniper", "kestrel")
_STATES = ("active", "paused", "failed", "no", "null", "on")
_CITIES = ("Oslo", "Lyon", "Kraków", "São Paulo", "Graz", "Turku")


def questions(seed: int = 0, *, rows: int = 40) -> tuple[Question, ...]:
    """Give the questions, on five shapes of data; the same seed gives the same ones on any machine.

    The shapes: equal rows, rows with an object and a list in them, rows of which some lack keys, an object
    of objects, and a deep configuration. The data has what is easily taken for something else: numbers
    that are text, words such as `no` and `null`, empty texts, texts with commas and with lines.

    Args:
        seed: What the data is made up from.
        rows: How many rows each shape has.
    """
    if rows < 2:
        raise SettingError("rows", rows, "it must be 2 or more")
    chance = random.Random(seed)  # noqa: S311 - data for questions, no secret
    flat, nested, ragged = _flat(chance, rows), _nested(chance, rows), _ragged(chance, rows)
    keyed, deep = _keyed(chance, rows), _deep(chance, rows)
    found: list[Question] = []
    for shape in (
        _of_flat(chance, flat),
        _of_nested(chance, nested),
        _of_ragged(chance, ragged),
        _of_keyed(chance, keyed),
        _of_deep(chance, deep),
    ):
        found += shape
    order = list(dict.fromkeys(question.kind for question in found))
    return tuple(sorted(found, key=lambda question: order.index(question.kind)))


def _flat(chance: random.Random, rows: int) -> list[dict[str, JSON]]:
    return [
        {
            "id": 1_000 + 7 * number,
            "name": f"{chance.choice(_NAMES)}-{number}",
            "state": chance.choice(_STATES),
            "zip": f"{chance.randrange(100_000):05d}",
            "price": chance.randrange(100, 90_000) / 100,
            "stock": chance.randrange(0, 60),
            "listed": chance.random() < 0.5,
        }
        for number in range(rows)
    ]


def _nested(chance: random.Random, rows: int) -> list[dict[str, JSON]]:
    return [
        {
            "order": f"#W{chance.randrange(10**7):07d}-{number}",
            "customer": {"city": chance.choice(_CITIES), "note": chance.choice(("", "ring twice, please", "a\nb"))},
            "items": [
                {"sku": f"{chance.choice(_NAMES)}{part}", "count": chance.randrange(1, 9)}
                for part in range(chance.randrange(1, 4))
            ],
        }
        for number in range(rows)
    ]


def _ragged(chance: random.Random, rows: int) -> list[dict[str, JSON]]:
    made: list[dict[str, JSON]] = []
    for number in range(rows):
        row: dict[str, JSON] = {"at": f"12:{number // 60:02d}:{number % 60:02d}", "level": chance.choice(("info", "warn"))}
        if number % 3 == 1:
            row["error"] = None
        if number % 3 == 2:
            row["error"] = {"code": chance.choice((404, 500, "E-17")), "retried": chance.random() < 0.5}
        made.append(row)
    return made


def _keyed(chance: random.Random, rows: int) -> dict[str, dict[str, JSON]]:
    return {
        f"{chance.choice(_NAMES)}_{number}": {"share": chance.randrange(0, 101), "owner": chance.choice(_NAMES)}
        for number in range(rows)
    }


def _deep(chance: random.Random, rows: int) -> dict[str, JSON]:
    services = {
        f"{_NAMES[number % len(_NAMES)]}{number}": {
            "limits": {"cpu": f"{chance.randrange(1, 9)}00m", "replicas": chance.randrange(1, 9)},
            "hosts": [f"10.0.{number}.{host}" for host in range(chance.randrange(0, 3))],
            "version": chance.choice(("1.10", "2", "0x1F")),
            "debug": chance.choice((True, False, None)),
        }
        for number in range(max(2, rows // 4))
    }
    return {"region": "no", "services": services}


def _of_flat(chance: random.Random, rows: list[dict[str, JSON]]) -> Iterator[Question]:
    for key in ("zip", "price"):
        id = chance.choice(rows)["id"]
        yield Question("lookup", rows, f"What is the `{key}` of the row whose `id` is {id}?", _Field(id, key))
    state = chance.choice(rows)["state"]
    yield Question("count", rows, "How many rows are there?", len)
    yield Question(
        "filter",
        rows,
        f'How many rows have the `state` "{state}"?',
        lambda data: sum(row["state"] == state for row in data),
    )
    yield Question(
        "filter",
        rows,
        "Which are the `id`s of the rows that are `listed` and have a `stock` below 10, in their order? Give a list.",
        lambda data: [row["id"] for row in data if row["listed"] is True and row["stock"] < 10],
    )
    yield Question("aggregate", rows, "What is the sum of all `stock`?", lambda data: sum(row["stock"] for row in data))
    yield Question("aggregate", rows, "What is the highest `price`?", lambda data: max(row["price"] for row in data))
    yield Question("last row", rows, "What is the `name` in the last row?", lambda data: data[-1]["name"])
    yield Question("fields", rows, "Which keys does the first row have, in their order? Give a list.", lambda data: list(data[0]))
    for key in ("zip", "stock", "state"):
        yield Question("type", rows, f"{_TYPE} `{key}` in the first row?", lambda data, key=key: _type(data[0][key]))  # type: ignore[misc]


def _of_nested(chance: random.Random, rows: list[dict[str, JSON]]) -> Iterator[Question]:
    at = chance.randrange(len(rows))
    order = rows[at]["order"]
    yield Question("lookup", rows, f"What is the `city` of the `customer` of the order {order}?", lambda data: data[at]["customer"]["city"])
    yield Question("lookup", rows, f"What is the `note` of the `customer` of the order {order}?", lambda data: data[at]["customer"]["note"])
    yield Question("count", rows, f"How many `items` does the order {order} have?", lambda data: len(data[at]["items"]))
    yield Question("aggregate", rows, f"What is the sum of the `count` of all `items` of the order {order}?", lambda data: sum(item["count"] for item in data[at]["items"]))
    yield Question("last row", rows, "What is the `sku` of the last of the `items` of the last order?", lambda data: data[-1]["items"][-1]["sku"])

"""Questions with their answers, to ask a model with `contextkit.asking.ask`."""

import random
from collections.abc import Callable
from typing import Any, TypeAlias

from .asking import Question
from .exceptions import SettingError
from .plain import JSON

_NAMES = (
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "haven",
    "inlet",
    "juniper",
    "kestrel",
)
_STATES = ("active", "paused", "failed", "no", "null", "on")
_NOTES = ("", "ring twice, please", "left door\nsecond floor", "true")
_CITIES = ("Oslo", "Lyon", "Kraków", "São Paulo", "Graz", "Turku")
_TYPE = "Is it text, number, boolean, null, list or object: "
_LIST = "Give a list, in their order."
_Put: TypeAlias = Callable[[str, str, Callable[[Any], JSON]], None]


def questions(seed: int = 0, *, rows: int = 40) -> tuple[Question, ...]:
    """Give the questions, on six shapes of data; the same seed gives the same ones on any machine.

    The shapes: equal rows, rows with an object and a list in them, rows of which some lack keys, an object
    of objects, a deep configuration, and pairs of rows that stand there more than once. The data has what is
    easily taken for something else: numbers that are text, words such as `no` and `null`, empty texts, texts
    with commas and with lines.

    Args:
        seed: What the data is made up from.
        rows: How many rows each shape has.

    Raises:
        SettingError: If there are fewer than 6 rows.

    >>> sorted({question.kind for question in questions()})
    ['aggregate', 'count', 'fields', 'filter', 'last row', 'lookup', 'presence', 'type']
    """
    if rows < 6:
        raise SettingError("rows", rows, "it must be 6 or more")
    chance = random.Random(seed)  # noqa: S311 - data for questions, no secret
    found: list[Question] = []
    for make, about in ((_flat, _of_flat), (_nested, _of_nested), (_ragged, _of_ragged)):
        _collect(make(chance, rows), about, chance, found)
    _collect(_keyed(chance, rows), _of_keyed, chance, found)
    _collect(_deep(chance, rows), _of_deep, chance, found)
    _collect(_pairs(chance, rows), _of_pairs, chance, found)
    kinds = list(dict.fromkeys(question.kind for question in found))
    return tuple(sorted(found, key=lambda question: kinds.index(question.kind)))


def _collect(
    data: Any, about: Callable[[Any, random.Random, _Put], None], chance: random.Random, found: list[Question]
) -> None:
    about(data, chance, lambda kind, text, solve: found.append(Question(kind, data, text, solve)))


def _flat(chance: random.Random, rows: int) -> Any:
    return [
        {
            "id": 1_000 + 7 * number,
            "name": f"{chance.choice(_NAMES)}-{number}",
            "state": chance.choice(_STATES),
            "zip": f"{chance.randrange(100_000):05d}",
            "price": chance.randrange(100, 90_000) / 100,
            "stock": chance.randrange(60),
            "listed": chance.random() < 0.5,
        }
        for number in range(rows)
    ]


def _of_flat(data: Any, chance: random.Random, put: _Put) -> None:
    one, other = chance.sample(range(len(data)), 2)
    state = data[one]["state"]
    put("lookup", f"What is the `zip` of the row with the `id` {data[one]['id']}?", lambda d: d[one]["zip"])
    put("lookup", f"What is the `price` of `{data[other]['name']}`?", lambda d: d[other]["price"])
    put("count", "How many rows are there?", len)
    put(
        "filter",
        f'How many rows have the `state` "{state}"?',
        lambda d: sum(row["state"] == state for row in d),
    )
    put(
        "filter",
        f"Which `id`s have the rows that are `listed` and have a `stock` below 20? {_LIST}",
        lambda d: [row["id"] for row in d if row["listed"] is True and row["stock"] < 20],
    )
    put("aggregate", "What is the sum of all `stock`?", lambda d: sum(row["stock"] for row in d))
    put("aggregate", "What is the highest `price`?", lambda d: max(row["price"] for row in d))
    put("last row", "What is the `name` in the last row?", lambda d: d[-1]["name"])
    put("fields", f"Which keys does the first row have? {_LIST}", lambda d: list(d[0]))
    put("type", f"{_TYPE}the `zip` in the first row?", lambda d: _type(d[0]["zip"]))
    put("type", f"{_TYPE}the `stock` in the last row?", lambda d: _type(d[-1]["stock"]))
    put("type", f"{_TYPE}the `state` of `{data[one]['name']}`?", lambda d: _type(d[one]["state"]))


def _nested(chance: random.Random, rows: int) -> Any:
    return [
        {
            "order": f"#W{chance.randrange(10**6):06d}{number}",
            "customer": {"city": chance.choice(_CITIES), "note": _NOTES[number % len(_NOTES)]},
            "items": [
                {"sku": f"{chance.choice(_NAMES)}{part}", "count": chance.randrange(1, 9)}
                for part in range(chance.randrange(1, 4))
            ],
        }
        for number in range(rows)
    ]


def _of_nested(data: Any, chance: random.Random, put: _Put) -> None:
    one, other = chance.sample(range(len(data)), 2)
    of_one, of_other = f"the order {data[one]['order']}", f"the order {data[other]['order']}"
    put("lookup", f"What is the `city` of {of_one}?", lambda d: d[one]["customer"]["city"])
    put("lookup", f"What is the `note` of {of_other}?", lambda d: d[other]["customer"]["note"])
    put("count", f"How many `items` does {of_one} have?", lambda d: len(d[one]["items"]))
    put(
        "aggregate",
        f"What is the sum of `count` over the `items` of {of_other}?",
        lambda d: sum(item["count"] for item in d[other]["items"]),
    )
    put(
        "last row",
        "What is the `sku` of the last item of the last order?",
        lambda d: d[-1]["items"][-1]["sku"],
    )
    put("fields", f"Which keys does each of the `items` have? {_LIST}", lambda d: list(d[0]["items"][0]))


def _ragged(chance: random.Random, rows: int) -> Any:
    made: list[dict[str, JSON]] = []
    for number in range(rows):
        made.append(
            {"at": f"12:{number // 60:02d}:{number % 60:02d}", "level": chance.choice(("info", "warn"))}
        )
        if number % 3 == 1:
            made[-1]["error"] = None
        if number % 3 == 2:
            made[-1]["error"] = {"code": chance.choice((404, 500, "E-17")), "retried": chance.random() < 0.5}
    return made


def _of_ragged(data: Any, chance: random.Random, put: _Put) -> None:
    for offset in range(3):
        at = chance.randrange(len(data) // 3) * 3 + offset
        entry = f"the entry at {data[at]['at']}"
        put("presence", f"Does {entry} have the key `error`?", _has_error(at))
        if offset:
            put("type", f"{_TYPE}the `error` of {entry}?", _type_of_error(at))
    put("lookup", f"What is the `code` of the `error` of {entry}?", lambda d: d[at]["error"]["code"])
    put(
        "count",
        "How many entries have the key `error`, null or not?",
        lambda d: sum("error" in row for row in d),
    )
    put(
        "filter",
        f"At which times (`at`) is `retried` true? {_LIST}",
        lambda d: [row["at"] for row in d if (row.get("error") or {}).get("retried") is True],
    )
    put("last row", "What is the `level` of the last entry?", lambda d: d[-1]["level"])


def _has_error(at: int) -> Callable[[Any], JSON]:
    return lambda d: "error" in d[at]


def _type_of_error(at: int) -> Callable[[Any], JSON]:
    return lambda d: _type(d[at]["error"])


def _keyed(chance: random.Random, rows: int) -> Any:
    return {
        f"{chance.choice(_NAMES)}_{number}": {"share": chance.randrange(101), "owner": chance.choice(_NAMES)}
        for number in range(rows)
    }


def _of_keyed(data: Any, chance: random.Random, put: _Put) -> None:
    one, other = chance.sample(list(data), 2)
    owner = data[other]["owner"]
    put("lookup", f"What is the `share` of `{one}`?", lambda d: d[one]["share"])
    put("count", "How many keys are there at the top?", len)
    put("presence", "Is there a key `quartz_3` at the top?", lambda d: "quartz_3" in d)
    put("presence", f"Is there a key `{other}` at the top?", lambda d: other in d)
    put(
        "filter",
        f"Which keys have the `owner` {owner}? {_LIST}",
        lambda d: [key for key, value in d.items() if value["owner"] == owner],
    )
    put("aggregate", "What is the highest `share`?", lambda d: max(value["share"] for value in d.values()))
    put("last row", "What is the last key at the top?", lambda d: list(d)[-1])


def _deep(chance: random.Random, rows: int) -> Any:
    services = {
        f"{_NAMES[number % len(_NAMES)]}{number}": {
            "limits": {"cpu": f"{chance.randrange(1, 9)}00m", "replicas": chance.randrange(1, 9)},
            "hosts": [f"10.0.{number}.{host}" for host in range(number % 3)],
            "version": ("1.10", "2", "0x1F")[number % 3],
            "debug": (True, False, None)[number % 3],
        }
        for number in range(max(3, rows // 4))
    }
    return {"region": "no", "services": services}


def _of_deep(data: Any, chance: random.Random, put: _Put) -> None:
    one, other = chance.sample(list(data["services"]), 2)
    put(
        "lookup",
        f"What is the `cpu` of the `limits` of {one}?",
        lambda d: d["services"][one]["limits"]["cpu"],
    )
    put("lookup", "What is the `region`?", lambda d: d["region"])
    put("type", f"{_TYPE}the `version` of {other}?", lambda d: _type(d["services"][other]["version"]))
    put("type", f"{_TYPE}the `debug` of {other}?", lambda d: _type(d["services"][other]["debug"]))
    put("type", f"{_TYPE}the `hosts` of {one}?", lambda d: _type(d["services"][one]["hosts"]))
    put("count", f"How many `hosts` does {one} have?", lambda d: len(d["services"][one]["hosts"]))
    put(
        "aggregate",
        "What is the sum of `replicas` over all services?",
        lambda d: sum(service["limits"]["replicas"] for service in d["services"].values()),
    )
    put("fields", f"Which keys does {other} have? {_LIST}", lambda d: list(d["services"][other]))


def _pairs(chance: random.Random, rows: int) -> Any:
    legs = [
        {
            "flight": f"HAT{number}{chance.randrange(10, 100)}",
            "from": chance.choice(_CITIES),
            "departs": f"{chance.randrange(24):02d}:{chance.randrange(60):02d}:00",
            "price": chance.randrange(50, 400),
        }
        for number in range(max(3, rows // 8))
    ]
    return [chance.sample(legs, 2) for _ in range(rows // 2)]


def _of_pairs(data: Any, chance: random.Random, put: _Put) -> None:
    at = chance.randrange(1, len(data))
    flight = data[at][1]["flight"]
    put("lookup", f"When does the second flight of pair {at + 1} depart?", lambda d: d[at][1]["departs"])
    put("count", "How many pairs are there?", len)
    put(
        "filter",
        f"How many pairs end with the flight {flight}?",
        lambda d: sum(pair[1]["flight"] == flight for pair in d),
    )
    put(
        "aggregate",
        f"What is the sum of both `price`s of pair {at + 1}?",
        lambda d: sum(leg["price"] for leg in d[at]),
    )
    put("last row", "Where does the last flight of the last pair start?", lambda d: d[-1][1]["from"])


def _type(value: JSON) -> str:
    words = {str: "text", bool: "boolean", int: "number", float: "number", list: "list", dict: "object"}
    return words.get(type(value), "null")

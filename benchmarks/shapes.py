"""Shapes of data that agents meet, made up from a seed: each a thread of calls with their results.

The same seed gives the same threads in any process. Words, figures and how they are spread are ours; the
shapes are those that format benchmarks compare: tables, nested rows, logs whose rows differ, maps, arrays of
arrays, configurations, dumps of an API, long texts, edits of code, and talk.
"""

import random
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from contextkit import Event, Thread

from .threads import generated, log_text

Shape: TypeAlias = Callable[[random.Random], Thread]

_FIRST = ("Ada", "Bela", "Chiara", "Dana", "Emeka", "Farah", "Goran", "Hana", "Ines", "Jonas", "Kofi", "Lea")
_LAST = ("Adler", "Bianchi", "Costa", "Diallo", "Eriksen", "Fontaine", "García", "Hansen", "Ito", "Kowalski")
_CITIES = ("Oslo", "Lyon", "Kraków", "Porto", "Graz", "Turku", "Ghent", "Split", "Brno", "Cork")
_TEAMS = ("payments", "search", "platform", "billing", "growth", "support")
_WORDS = (
    *("the", "a", "cache", "worker", "queue", "replica", "of", "in", "to", "for", "with", "never", "always"),
    *(
        "fails",
        "retries",
        "waits",
        "drops",
        "writes",
        "reads",
        "index",
        "shard",
        "deploy",
        "rollback",
        "region",
    ),
    *(
        "tenant",
        "invoice",
        "session",
        "token",
        "request",
        "page",
        "before",
        "after",
        "until",
        "while",
        "slow",
    ),
    *("stale", "empty", "full", "partial", "expired"),
)


def shapes(seed: int = 0) -> dict[str, Thread]:
    """Give a thread for each shape, by its name.

    >>> shapes() == shapes()
    True
    """
    # Each has a source of its own: a change to one leaves the others as they were.
    return {name: make(random.Random(f"{seed} {name}")) for name, make in SHAPES.items()}  # noqa: S311


def _asked(
    name: str, documents: list[Any], arguments: Callable[[int], Any] = lambda at: {"page": at}
) -> Thread:
    thread = Thread([Event("user", f"Please look at what {name} gives, and tell me what stands out.")])
    for at, document in enumerate(documents):
        thread = thread.call(name, arguments(at), call_id=str(at)).result(str(at), document)
    return thread.append(Event("assistant", "That is all there is."))


def _sentence(chance: random.Random) -> str:
    words = [chance.choice(_WORDS) for _ in range(chance.randint(4, 18))]
    return f"{' '.join(words).capitalize()}."


def _name(chance: random.Random) -> str:
    return f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"


def _day(chance: random.Random) -> str:
    return f"2026-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"


def _time(chance: random.Random) -> str:
    return (
        f"{_day(chance)}T{chance.randint(0, 23):02d}:{chance.randint(0, 59):02d}:{chance.randint(0, 59):02d}Z"
    )


def _hex(chance: random.Random, digits: int = 12) -> str:
    return f"{chance.getrandbits(4 * digits):0{digits}x}"


def _uniform_rows(chance: random.Random) -> Thread:
    """Equal rows of scalars."""

    def row(id: int) -> dict[str, Any]:
        name = _name(chance)
        return {
            "id": id,
            "name": name,
            "email": f"{name.lower().replace(' ', '.')}@example.com",
            "team": chance.choice(_TEAMS),
            "salary": chance.randrange(40_000, 160_000, 500),
            "since": _day(chance),
            "active": chance.random() < 0.8,
        }

    return _asked("list_employees", [[row(50 * page + at) for at in range(50)] for page in range(4)])


def _nested_rows(chance: random.Random) -> Thread:
    """Equal rows with objects in them."""

    def row() -> dict[str, Any]:
        return {
            "flight_number": f"HAT{chance.randint(1, 300):03d}",
            "from": {
                "city": chance.choice(_CITIES),
                "gate": f"{chance.choice('ABC')}{chance.randint(1, 40)}",
            },
            "to": {"city": chance.choice(_CITIES), "gate": f"{chance.choice('ABC')}{chance.randint(1, 40)}"},
            "departs": f"{chance.randint(0, 23):02d}:{chance.choice((0, 15, 30, 45)):02d}:00",
            "seats": {"basic_economy": chance.randint(0, 20), "economy": chance.randint(0, 20)},
            "prices": {"basic_economy": chance.randint(50, 120), "economy": chance.randint(120, 400)},
        }

    documents = [[row() for _ in range(chance.randint(1, 9))] for _ in range(20)]
    return _asked(
        "search_flights", documents, lambda at: {"from": _CITIES[at % 10], "day": f"2026-05-{at + 1:02d}"}
    )


def _semi_uniform_logs(chance: random.Random) -> Thread:
    """Rows of which some have what others lack."""

    def row() -> dict[str, Any]:
        made: dict[str, Any] = {
            "at": _time(chance),
            "level": chance.choice(("info", "info", "warn", "error")),
            "endpoint": f"/api/{chance.choice(_TEAMS)}",
            "status": chance.choice((200, 200, 204, 404, 500)),
            "ms": chance.randint(2, 4_000),
        }
        if made["status"] >= 400:
            made["error"] = {"message": _sentence(chance), "retryable": chance.random() < 0.5}
        if chance.random() < 0.3:
            made["user"] = chance.randint(1_000, 9_999)
        return made

    return _asked("query_logs", [[row() for _ in range(40)] for _ in range(4)])


def _keyed_maps(chance: random.Random) -> Thread:
    """Objects of equal objects."""

    def variants() -> dict[str, Any]:
        return {
            str(chance.randrange(10**9, 10**10)): {
                "options": {"color": chance.choice(("red", "blue", "black")), "size": chance.choice("SML")},
                "available": chance.random() < 0.7,
                "price": chance.randrange(1_000, 20_000) / 100,
            }
            for _ in range(chance.randint(3, 12))
        }

    documents = [{"product_id": str(chance.randrange(10**9)), "variants": variants()} for _ in range(14)]
    return _asked("get_product", documents)


def _arrays_of_arrays(chance: random.Random) -> Thread:
    """Lists in lists: of numbers, and of equal rows."""

    def leg() -> dict[str, Any]:
        return {
            "number": f"HAT{chance.randint(1, 300):03d}",
            "city": chance.choice(_CITIES),
            "price": chance.randint(50, 400),
        }

    matrices: list[Any] = [
        {
            "columns": ["x", "y", "z"],
            "values": [[round(chance.gauss(0, 9), 2) for _ in range(3)] for _ in range(20)],
        }
        for _ in range(5)
    ]
    return _asked("get_matrix", matrices + [[[leg(), leg()] for _ in range(12)] for _ in range(6)])


def _deep_configuration(chance: random.Random) -> Thread:
    """Settings some levels down, no two alike."""

    def part(depth: int) -> Any:
        if depth == 0 or chance.random() < 0.2:
            return chance.choice(
                (
                    True,
                    False,
                    None,
                    chance.randint(0, 9_000),
                    f"{chance.randint(1, 60)}s",
                    _hex(chance, 6),
                    "no",
                    [],
                )
            )
        return {
            f"{chance.choice(_WORDS)}_{chance.choice(_TEAMS)}": part(depth - 1)
            for _ in range(chance.randint(2, 4))
        }

    return _asked(
        "read_config", [{"version": "1.10", **{name: part(4) for name in _TEAMS[:4]}} for _ in range(6)]
    )


def _api_dumps(chance: random.Random) -> Thread:
    """What an API says of pull requests: much that nobody asked for."""

    def person() -> dict[str, Any]:
        name = _name(chance)
        login = name.split()[0].lower() + str(chance.randint(1, 99))
        url = f"https://api.example.com/users/{login}"
        return {
            "login": login,
            "id": chance.randrange(10**7),
            "name": name,
            "url": url,
            "avatar": f"{url}/avatar.png",
            "bio": None,
        }

    def pull(number: int) -> dict[str, Any]:
        url = f"https://api.example.com/repos/{chance.choice(_TEAMS)}/pulls/{number}"
        return {
            "url": url,
            "html_url": url.replace("api.", ""),
            "node_id": _hex(chance, 20),
            "number": number,
            "state": chance.choice(("open", "closed")),
            "title": _sentence(chance),
            "body": "\n\n".join(_sentence(chance) for _ in range(chance.randint(0, 4))) or None,
            "user": person(),
            "labels": [
                {"name": chance.choice(_TEAMS), "color": _hex(chance, 6), "default": False}
                for _ in range(chance.randint(0, 3))
            ],
            "requested_reviewers": [person() for _ in range(chance.randint(0, 2))],
            "head": {"ref": f"fix/{chance.choice(_WORDS)}-{number}", "sha": _hex(chance, 40)},
            "created_at": _time(chance),
            "merged_at": None if chance.random() < 0.5 else _time(chance),
            "draft": chance.random() < 0.2,
        }

    return _asked("list_pull_requests", [[pull(10 * page + at) for at in range(5)] for page in range(4)])


def _long_text(chance: random.Random) -> Thread:
    """Logs and pages, with a few fields around them."""
    documents: list[Any] = [
        {
            "exit_code": chance.randint(0, 1),
            "stdout": log_text(chance.randint(500, 6_000), seed=at),
            "truncated": False,
        }
        for at in range(8)
    ]
    pages = ["\n\n".join(" ".join(_sentence(chance) for _ in range(6)) for _ in range(8)) for _ in range(4)]
    return _asked(
        "run_command", documents + [{"url": "https://docs.example", "text": page} for page in pages]
    )


def _code_edits(chance: random.Random) -> Thread:
    """Calls that hold code, and short answers."""
    thread = Thread([Event("user", "Make the checks pass.")])
    for at in range(16):
        word, limit = chance.choice(_WORDS), chance.randint(2, 90)
        head = f'def join_{word}(names: list[str]) -> str:\n    """Join <{word}> names."""\n'
        check = f'    if len(names) > {limit} and "" in names:\n        raise ValueError(f"{{names!r}} &")\n'
        last = '    return "\\n".join(names)\n'
        path = f"src/{chance.choice(_TEAMS)}/{word}.py"
        edit = {"path": path, "old_str": head + last, "new_str": head + check + last}
        thread = thread.append(Event("assistant", _sentence(chance)))
        thread = thread.call("str_replace", edit, call_id=str(at))
        answer = (
            {"ok": True, "line": limit} if at % 3 else f"@@ -{limit},3 +{limit},5 @@\n{head}{check}{last}"
        )
        thread = thread.result(str(at), answer)
    return thread


def _chat(chance: random.Random) -> Thread:
    """A person and a model, with no calls."""
    thread = Thread([Event("system", " ".join(_sentence(chance) for _ in range(12)))])
    for _ in range(30):
        thread = thread.append(
            Event("user", " ".join(_sentence(chance) for _ in range(chance.randint(1, 3))))
        )
        points = "\n".join(
            f"{at}. **{chance.choice(_TEAMS)}**: {_sentence(chance)}" for at in range(1, chance.randint(2, 5))
        )
        thread = thread.append(Event("assistant", f"{_sentence(chance)}\n\n{points}"))
    return thread


def _agent(chance: random.Random) -> Thread:
    """An agent at work, as the other benchmarks have it: all of this in one thread."""
    return generated(120, seed=chance.randrange(1_000), bodies="values")


SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "uniform rows": _uniform_rows,
        "nested rows": _nested_rows,
        "semi-uniform logs": _semi_uniform_logs,
        "keyed maps": _keyed_maps,
        "arrays of arrays": _arrays_of_arrays,
        "deep configuration": _deep_configuration,
        "API dumps": _api_dumps,
        "long text": _long_text,
        "code edits": _code_edits,
        "chat": _chat,
        "agent at work": _agent,
    }
)
"""How each shape is made."""

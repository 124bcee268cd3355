"""Outputs of tools, made up from a seed: logs with labelled shapes, JSON with planted outliers.

The words of a log's messages are drawn too, so that no two seeds have a template in common.
"""

import dataclasses
import json
import random
import re
from collections.abc import Callable
from typing import Any

_THINGS = [
    "invoice",
    "session",
    "worker",
    "shard",
    "replica",
    "ledger",
    "cursor",
    "snapshot",
    "tenant",
    "webhook",
    "batch",
    "gateway",
    "lease",
    "socket",
    "bundle",
    "volume",
    "manifest",
    "certificate",
    "payload",
    "checkpoint",
    "partition",
    "listener",
    "scheduler",
    "allocator",
    "mailbox",
    "registry",
]
_DEEDS = [
    "opened",
    "closed",
    "refreshed",
    "rotated",
    "published",
    "merged",
    "archived",
    "rejected",
    "promoted",
    "drained",
    "evicted",
    "compacted",
    "replayed",
    "throttled",
    "acquired",
    "released",
    "resolved",
    "flushed",
    "mounted",
    "negotiated",
]
_MANNERS = (
    *("after retrying", "without quorum", "by the operator", "on schedule", "in read-only mode"),
    *("during warmup", "while draining", "for the last time", "ahead of the deadline"),
    *("from a stale copy", "with reduced priority"),
)
_PEOPLE = [
    "alice",
    "bob",
    "carol",
    "dave",
    "erin",
    "frank",
    "grace",
    "heidi",
    "ivan",
    "judy",
    "mallory",
    "niaj",
    "olivia",
    "peggy",
    "rupert",
    "sybil",
]
_PLACES = [
    "berlin",
    "oslo",
    "lima",
    "quito",
    "dakar",
    "hanoi",
    "perth",
    "turin",
    "basel",
    "leeds",
    "malmo",
    "porto",
]
_CLASSES = ["Quota", "Width", "Rate", "Lease", "Parse", "Route", "Token", "Index"]
_FAULTS = [
    "exceeded for",
    "is not what was agreed with",
    "has no entry for",
    "was refused by",
    "does not match",
]

Slot = Callable[[random.Random], str]

SLOTS: dict[str, Slot] = {
    "int": lambda r: str(r.randint(0, 10 ** r.randint(1, 6))),
    "ms": lambda r: f"{r.uniform(0.1, 900):.1f}ms",
    "float": lambda r: f"{r.uniform(0, 100):.3f}",
    "ip": lambda r: (
        f"10.{r.randint(0, 255)}.{r.randint(0, 255)}.{r.randint(1, 254)}:{r.randint(1024, 65535)}"
    ),
    "uuid": lambda r: "-".join(f"{r.getrandbits(4 * n):0{n}x}" for n in (8, 4, 4, 4, 12)),
    "hex": lambda r: f"0x{r.getrandbits(40):x}",
    "sha": lambda r: f"{r.getrandbits(48):012x}",
    "person": lambda r: r.choice(_PEOPLE),
    "place": lambda r: r.choice(_PLACES),
    "file": lambda r: f"/srv/{r.choice(_PLACES)}/{r.choice(_PEOPLE)}_{r.randint(1, 99)}.dat",
    "quoted": lambda r: f"'{r.choice(_PEOPLE)}-{r.randint(1, 9999)}'",
    "mail": lambda r: f"{r.choice(_PEOPLE)}{r.randint(1, 99)}@example.org",
    "size": lambda r: f"{r.randint(1, 999)}KB",
    "percent": lambda r: f"{r.randint(0, 100)}%",
}
"""What stands where lines of one shape differ."""


@dataclasses.dataclass(frozen=True, slots=True)
class Template:
    """A shape of a log.

    Attributes:
        level: `INFO`, `WARN` and so on.
        source: Who says it.
        text: What is said, with `{slot}`s.
        below: The lines below, with slots.
        weight: How common it is; 0 for once.
    """

    level: str
    source: str
    text: str
    below: tuple[str, ...]
    weight: float


@dataclasses.dataclass(frozen=True, slots=True)
class Log:
    """A log and what must be kept of it.

    Attributes:
        name: Its format, and how it was changed.
        text: The log.
        shapes: For each shape the fixed words of its lines, in order; of what stands below, in a list each.
        errors: For each line of an error that stands alone, what is said.
    """

    name: str
    text: str
    shapes: list[list[list[str]]]
    errors: list[str]


def _templates(r: random.Random, shapes: int) -> list[Template]:
    made: list[Template] = []
    said: set[str] = set()
    while len(made) < shapes:
        rank = len(made)
        # The first are common, the last come once.
        weight = 0.0 if rank >= shapes - 5 else 1.0 / (1 + rank) ** 1.3
        level = (
            r.choice(["INFO"] * 6 + ["DEBUG"] * 3)
            if rank < shapes * 0.6
            else r.choice(["INFO", "WARN", "ERROR", "WARN"])
        )
        thing, deed = r.choice(_THINGS), r.choice(_DEEDS)
        slots = r.sample(sorted(SLOTS), r.randint(1, 3))
        forms = [
            f"{thing} {{{slots[0]}}} {deed} {r.choice(_MANNERS)}",
            f"{deed} {thing} " + " ".join(f"{r.choice(_THINGS)}={{{slot}}}" for slot in slots),
            f"{thing} {deed}: {r.choice(_THINGS)} {{{slots[0]}}} {r.choice(_MANNERS)} ({{{slots[-1]}}})",
            f"{{{slots[0]}}} {deed} the {thing} {r.choice(_MANNERS)} in {{{slots[-1]}}}",
        ]
        text = r.choice(forms)
        if text in said:
            continue
        said.add(text)
        below: tuple[str, ...] = ()
        if rank % 7 == 5:
            level, below = "ERROR", _trace(r)
        elif rank % 9 == 4:
            below = tuple(
                f"    {r.choice(_THINGS)}_{at} = {{{r.choice(sorted(SLOTS))}}}"
                for at in range(r.randint(2, 5))
            )
        made.append(Template(level, f"{r.choice(_THINGS)}.{r.choice(_THINGS)}", text, below, weight))
    return made


def _trace(r: random.Random) -> tuple[str, ...]:
    kind, fault = f"{r.choice(_CLASSES)}{r.choice(('Error', 'Exception'))}", r.choice(_FAULTS)
    said = f"{r.choice(_THINGS)} {fault} {{int}}"
    frames = [(r.choice(_THINGS), r.randint(10, 400), r.choice(_DEEDS)) for _ in range(r.randint(2, 9))]
    style = r.choice(("python", "java", "node", "java"))
    if style == "python":
        lines = ["Traceback (most recent call last):"]
        for module, line, function in frames:
            lines += [
                f'  File "/srv/app/{module}.py", line {line}, in {function}',
                f"    return {function}({module})",
            ]
        return (*lines, f"{kind}: {said}")
    if style == "java":
        lines = [f"com.acme.{kind}: {said}"]
        lines += [
            f"\tat com.acme.{module}.Main.{function}({module.title()}.java:{line})"
            for module, line, function in frames
        ]
        if r.random() < 0.5:
            lines += [
                f"Caused by: com.acme.{r.choice(_CLASSES)}Fault: no {r.choice(_THINGS)} {{int}}",
                f"\t... {len(frames)} more",
            ]
        return tuple(lines)
    lines = [f"{kind}: {said}"]
    return (
        *lines,
        *(f"    at {function} (/srv/app/{module}.js:{line}:7)" for module, line, function in frames),
    )


_FIXED = re.compile(r"\{\w+\}")


def _filled(text: str, r: random.Random) -> str:
    return _FIXED.sub(lambda slot: SLOTS[slot[0][1:-1]](r), text)


def fixed(text: str) -> list[str]:
    """Give the parts of a template that never change."""
    return [part.strip() for part in _FIXED.split(text) if re.search(r"\w{2}", part)]


# ---- formats: number of the line, template and message -> line


def _clock(at: int) -> str:
    return f"{at // 3600 % 24:02}:{at // 60 % 60:02}:{at % 60:02}"


def _python(at: int, t: Template, said: str, r: random.Random) -> str:
    return f"2026-03-01 {_clock(at)},{r.randint(0, 999):03} - {t.source} - {t.level} - {said}"


def _syslog(at: int, t: Template, said: str, r: random.Random) -> str:
    process = f"{t.source}[{r.randint(100, 9999)}]"
    return f"Mar  1 {_clock(at)} web-{r.randint(1, 4)} {process}: {t.level.lower()}: {said}"


def _java(at: int, t: Template, said: str, r: random.Random) -> str:
    time = f"{_clock(at)}.{r.randint(0, 999):03}"
    return f"{time} [pool-1-thread-{r.randint(1, 16)}] {t.level:5} c.acme.{t.source} - {said}"


def _klog(at: int, t: Template, said: str, r: random.Random) -> str:
    time, file = f"{_clock(at)}.{r.randint(0, 999999):06}", t.source.replace(".", "_")
    return f"{t.level[0]}0301 {time}       1 {file}.go:{len(t.text) * 3}] {said}"


def _kubernetes(at: int, t: Template, said: str, r: random.Random) -> str:
    return f"2026-03-01T{_clock(at)}.{r.randint(0, 10**9 - 1):09}Z stderr F {t.level} {t.source} {said}"


def _json_lines(at: int, t: Template, said: str, r: random.Random) -> str:
    record = {
        "ts": f"2026-03-01T{_clock(at)}Z",
        "level": t.level.lower(),
        "logger": t.source,
        "msg": said,
        "req": r.getrandbits(40),
    }
    return json.dumps(record)


def _logfmt(at: int, t: Template, said: str, r: random.Random) -> str:
    head = f"time=2026-03-01T{_clock(at)}Z level={t.level.lower()} src={t.source}"
    return f'{head} msg="{said}" span={r.getrandbits(32):08x}'


def _compose(at: int, t: Template, said: str, r: random.Random) -> str:
    return f"{t.source.partition('.')[0]:<12} | [{_clock(at)}] {t.level}: {said}"


def _bare(at: int, t: Template, said: str, r: random.Random) -> str:
    return f"{t.source}: {said}" if t.level in ("INFO", "DEBUG") else f"{t.source}: {t.level.lower()}: {said}"


def _glog(at: int, t: Template, said: str, r: random.Random) -> str:
    return f"[{t.level}] [03/01/2026 {_clock(at)}] [{t.source}] {said}"


def _nginx(at: int, t: Template, said: str, r: random.Random) -> str:
    process = f"{r.randint(10, 99)}#{r.randint(10, 99)}: *{r.randint(1, 9999)}"
    client = f"client: 10.0.0.{r.randint(1, 254)}"
    return f"2026/03/01 {_clock(at)} [{t.level.lower()}] {process} {said}, {client}"


def _android(at: int, t: Template, said: str, r: random.Random) -> str:
    time = f"03-01 {_clock(at)}.{r.randint(0, 999):03}"
    return f"{time} {r.randint(100, 9999):>5} {r.randint(100, 9999):>5} {t.level[0]} {t.source}: {said}"


def _epoch(at: int, t: Template, said: str, r: random.Random) -> str:
    return f"{1_772_000_000 + at}.{r.randint(0, 999):03} {t.level.lower()} {t.source} {said}"


def _nested(at: int, t: Template, said: str, r: random.Random) -> str:
    log = {"level": t.level, "logger": t.source}
    record = {"@timestamp": f"2026-03-01T{_clock(at)}Z", "log": log, "message": said}
    return json.dumps(record | {"trace": {"id": f"{r.getrandbits(64):016x}"}})


def _journal(at: int, t: Template, said: str, r: random.Random) -> str:
    priority = {"ERROR": "3", "WARN": "4", "INFO": "6", "DEBUG": "7"}[t.level]
    unit = {"_HOSTNAME": "web-1", "_PID": str(r.randint(100, 9999)), "SYSLOG_IDENTIFIER": t.source}
    time = f"{1_772_000_000 + at}{r.randint(0, 999999):06}"
    return json.dumps({"__REALTIME_TIMESTAMP": time, "PRIORITY": priority, **unit, "MESSAGE": said})


FORMATS = {
    "python logging": _python,
    "syslog": _syslog,
    "java": _java,
    "klog": _klog,
    "kubernetes": _kubernetes,
    "json lines": _json_lines,
    "logfmt": _logfmt,
    "compose": _compose,
    "no times": _bare,
    "brackets": _glog,
    "nginx error": _nginx,
    "android": _android,
    "epoch": _epoch,
    "nested json": _nested,
    "journal": _journal,
}
"""How lines look."""


def _ansi(line: str) -> str:
    return re.sub(r"\b(INFO|DEBUG|WARN|ERROR|info|debug|warn|error)\b", "\x1b[32m\\1\x1b[0m", line, count=1)


CHANGES: dict[str, Callable[[list[str]], str]] = {
    "": lambda lines: "\n".join(lines) + "\n",
    "crlf": lambda lines: "\r\n".join(lines) + "\r\n",
    "ansi": lambda lines: "\n".join(map(_ansi, lines)),
    "indented": lambda lines: "\n".join(f"  {line}" for line in lines),
}
"""How a log is changed as a whole."""


def log(format: str, change: str = "", *, lines: int = 2_000, shapes: int = 26, seed: int = 0) -> Log:
    """Make up a log.

    Args:
        format: One of `FORMATS`.
        change: One of `CHANGES`.
        lines: How many entries it has, about.
        shapes: How many shapes; the last five come once.
        seed: What everything is drawn from.
    """
    r = random.Random(f"{format} {change} {lines} {shapes} {seed}")  # noqa: S311 - not for secrets
    templates = _templates(r, shapes)
    weights = [t.weight for t in templates]
    drawn = r.choices(templates, weights, k=lines)
    for rare in [t for t in templates if t not in set(drawn)]:
        drawn.insert(r.randint(1, len(drawn)), rare)
    told: list[str] = []
    errors: list[str] = []
    for number, t in enumerate(drawn):
        said = _filled(t.text, r)
        told.append(FORMATS[format](40_000 + number // 3, t, said, r))
        if told[-1].startswith("{") and t.below:
            told[-1] = (
                told[-1][:-1]
                + ', "stack": '
                + json.dumps("\n".join(_filled(line, r) for line in t.below))
                + "}"
            )
        else:
            told += [_filled(line, r) for line in t.below]
        if t.level == "ERROR" and not t.below:
            errors.append(said)
    kept = [[fixed(t.text), *_below(t)] for t in templates]
    return Log(f"{format}{f', {change}' if change else ''}", CHANGES[change](told), kept, errors)


def _below(t: Template) -> list[list[str]]:
    """Give what must be kept of the lines below: of a trace what was raised and why, else the first two."""
    raised = [
        line for line in t.below if re.match(r"(?:Caused by: )?[\w.]+(?:Error|Exception|Fault): ", line)
    ]
    if t.below and not raised:
        return [fixed(line) for line in t.below[:2]]
    return [fixed(re.sub(r"^(?:Caused by: )?com\.acme\.", "", line)) for line in raised]


def shapes_kept(log: Log, told: str) -> list[bool]:
    """Tell for each shape of a log whether a digest has it: its fixed parts in order on a line each."""
    lines = [re.sub(r"\\n|\\t", " ", line) for line in told.split("\n")]

    def has(parts: list[str]) -> bool:
        pattern = re.compile(".*?".join(re.escape(part) for part in parts))
        return any(pattern.search(line) for line in lines)

    return [all(map(has, shape)) for shape in log.shapes]


# ---- JSON arrays


@dataclasses.dataclass(frozen=True, slots=True)
class Rows:
    """Records, and what was planted in them.

    Attributes:
        name: What they are.
        records: The records.
        planted: For each outlier what a digest must have on one line: the id, and the value or the field.
    """

    name: str
    records: list[dict[str, Any]]
    planted: list[tuple[str, ...]]


def _orders(n: int, r: random.Random) -> dict[str, Any]:
    return {
        "order_id": f"ord-{n:06}",
        "created_at": f"2026-03-{1 + n // 60 % 28:02}T{n % 24:02}:{n % 60:02}:00Z",
        "customer": {"name": f"{r.choice(_PEOPLE)} {r.choice(_THINGS)}", "city": r.choice(_PLACES)},
        "total": round(r.lognormvariate(3.5, 0.6), 2),
        "currency": r.choice(["EUR"] * 9 + ["USD"] * 5),
        "items": [
            {"sku": f"S-{r.randint(100, 999)}", "qty": r.randint(1, 5)} for _ in range(r.randint(1, 4))
        ],
        "paid": r.random() < 0.7,
    }


def _pods(n: int, r: random.Random) -> dict[str, Any]:
    return {
        "metadata": {
            "name": f"{r.choice(_THINGS)}-{r.getrandbits(32):08x}-{n}",
            "namespace": r.choice(["shop", "infra", "data"]),
        },
        "status": {"phase": "Running", "restarts": 0 if r.random() < 0.8 else r.randint(1, 3), "ready": True},
        "node": f"node-{r.randint(1, 9)}",
        "cpu": f"{r.randint(10, 400)}m",
        "image": f"registry.example.org/{r.choice(_THINGS)}:{r.randint(1, 9)}.{r.randint(0, 20)}",
        "labels": r.sample(_THINGS, 2),
    }


def _metrics(n: int, r: random.Random) -> dict[str, Any]:
    return {
        "t": 1_772_000_000 + 60 * n,
        "host": f"db-{n % 7}",
        "key": f"k{n}",
        "p50": round(r.gauss(12, 1.5), 3),
        "p99": round(r.gauss(80, 9), 2),
        "requests": r.randint(900, 1400),
        "state": "ok" if r.random() < 0.9 else "slow",
    }


def _users(n: int, r: random.Random) -> dict[str, Any]:
    return {
        "id": 10_000 + n,
        "email": f"{r.choice(_PEOPLE)}.{n}@example.org",
        "age": r.randint(18, 80),
        "plan": r.choice(["free"] * 6 + ["pro"] * 3 + ["team"]),
        "bio": " ".join(r.choices(_THINGS + _DEEDS, k=r.randint(3, 12))),
        "last_login": f"2026-0{r.randint(1, 3)}-{r.randint(1, 28):02}",
        "manager": None,
        "score": r.randint(0, 100),
    }


def _readings(n: int, r: random.Random) -> dict[str, Any]:
    return {
        "device": f"sn-{n * 7919 % 9973:04}",
        "at": {"lat": round(52 + r.random(), 5), "lon": round(13 + r.random(), 5)},
        "celsius": round(r.gauss(21, 1.2), 1),
        "battery": r.randint(60, 100),
        "firmware": r.choice(["2.1.0"] * 4 + ["2.1.1"]),
        "owner": f"{r.choice(_PEOPLE)} {r.choice(_PLACES)}",
    }


SCHEMAS: dict[str, tuple[Callable[[int, random.Random], dict[str, Any]], str]] = {
    "orders": (_orders, "order_id"),
    "pods": (_pods, "metadata.name"),
    "metrics": (_metrics, "key"),
    "users": (_users, "id"),
    "readings": (_readings, "device"),
}
"""What makes a record, and the field that names it."""


def _leaf(record: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    *above, name = path.split(".")
    for key in above:
        record = record[key]
    return record, name


def _plant(record: dict[str, Any], paths: list[str], r: random.Random) -> tuple[str, ...]:
    """Make one field of a record unusual, and give what tells of it."""
    path = r.choice(paths)
    held, name = _leaf(record, path)
    value = held[name]
    deeds = ["missing", "null", "type", "value", "value", "value", "extra"]
    deed = r.choice([deed for deed in deeds if value is not None or deed in ("type", "extra")])
    if deed == "missing":
        del held[name]
        return (path,)
    if deed == "null":
        held[name] = None
        return (path, "null")
    if deed == "extra":
        held["override"] = r.choice(_PEOPLE)
        return ("override", held["override"])
    if deed == "type":
        held[name] = (
            r.choice([f"n/a {r.choice(_THINGS)}", f"see {r.choice(_PLACES)}"])
            if not isinstance(value, str)
            else r.randint(1, 99)
        )
    elif isinstance(value, bool):
        held[name] = "maybe"
    elif isinstance(value, int | float):
        held[name] = r.choice([value * 1000 + 7, -abs(value) - 5, value * 200 + 99])
    elif re.match(r"\d{4}-\d\d", value):
        held[name] = r.choice(["1970-01-01", "2099-12-31"]) + value[10:]
    else:
        held[name] = r.choice(
            [f"ERROR: {r.choice(_FAULTS)} {r.randint(1, 99)}", "", f"<{r.choice(_THINGS)}>", value * 9]
        )
    return (
        path,
        json.dumps(held[name], ensure_ascii=False)[:40].strip('"').rpartition(" ")[0] or str(held[name])[:30],
    )


def rows(schema: str, *, records: int = 300, outliers: int = 8, seed: int = 0) -> Rows:
    """Make up records, some of which are unusual in one field.

    Args:
        schema: One of `SCHEMAS`.
        records: How many.
        outliers: In how many of them something is planted.
        seed: What everything is drawn from.
    """
    r = random.Random(f"{schema} {records} {outliers} {seed}")  # noqa: S311 - not for secrets
    make, key = SCHEMAS[schema]
    made = [make(n, r) for n in range(records)]
    paths = [path for path in _paths(made[0]) if path != key]
    planted = []
    for n in r.sample(range(records), outliers):
        held, name = _leaf(made[n], key)
        planted.append((str(held[name]), *_plant(made[n], paths, r)))
    return Rows(schema, made, planted)


def _paths(record: dict[str, Any], above: str = "") -> list[str]:
    found: list[str] = []
    for name, value in record.items():
        if isinstance(value, dict):
            found += _paths(value, f"{above}{name}.")
        elif not isinstance(value, list):
            found.append(f"{above}{name}")
    return found


def outliers_kept(rows: Rows, told: str) -> list[bool]:
    """Tell for each planted outlier whether a digest has it: its id, its field and its value on a line."""
    lines = told.split("\n")
    return [any(all(part in line for part in planted) for line in lines) for planted in rows.planted]

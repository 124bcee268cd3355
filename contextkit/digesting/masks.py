"""One line of a log -> what it has in common with its likes: times, numbers, ids, quoted words are masked."""

import json
import re
from collections.abc import Collection
from functools import lru_cache
from itertools import islice
from string import ascii_letters
from typing import NamedTuple

from ..errors.lines import plain

LONGEST = 600
"""Characters of a line that are looked at."""

_CLOCK = r"\d\d:\d\d:\d\d(?:[.,:]\d+)?"
_DATE = r"\d{4}[-/.]\d\d[-/.]\d\d"
_ZONE = r"(?:Z|[+-]\d\d:?\d\d| ?UTC| [+-]\d{4})?"
_TIME = re.compile(
    rf"(?:<\d+>\d? ?|\d+:[A-Z] )?(?:(?:time|ts|t|timestamp|date|at|asctime)=\"?)?[\[(]?\s{{0,8}}"
    rf"(?:{_DATE}(?:[T ]{_CLOCK})?{_ZONE}"
    rf"|(?:[A-Z][a-z]{{2}},? )?[A-Z][a-z]{{2}} [ \d]\d {_CLOCK}(?: \d{{4}})?"
    rf"|\d\d[-/ ][A-Z][a-z]{{2}}[-/ ]\d{{4}}[: ]{_CLOCK}{_ZONE}|\d\d[-/.]\d\d[-/.](?:\d\d){{1,2}} {_CLOCK}"
    rf"|\d\d[-/.]\d\d {_CLOCK}|\d{{1,4}}[smhd](?:\d{{1,2}}[smh])?(?= {{2,}})|{_CLOCK}"
    rf"|\d{{10}}(?:\.\d+|\d{{3}})?|\d+\.\d{{3,}})(?:,\d+)?[\])\"]?(?=[\s|:,\]]|$)[:,|]?\s*"
)
_KLOG_LEVELS = tuple("IWEFD")
_KLOG = re.compile(rf"([IWEFD])\d{{4}} {_CLOCK}\s+")
_SOURCE = re.compile(r"[\w.-]{1,40}\s{0,20}\| ")
_LEVELS = (
    r"TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|ERR|CRIT(?:ICAL)?|FATAL|SEVERE|PANIC|ALERT|EMERG|"
    r"INF|DBG|WRN|FTL|CRT"
)
# Both begin with few signs, for which a search is fast; then it looks at what stands around the sign.
_LEVEL = re.compile(rf"[ACDEFINPSTW](?<![\w/.-].)(?<=(?=({_LEVELS})(?![\w/.-])).)")
_SMALL_LEVEL = re.compile(
    r"[\[<(|lLsS](?:(?<=[\[<(|])\s?|(?<!\w.)(?i:(?<=l)(?:evel|vl|oglevel)|(?<=s)everity)[\"']?\s?[=:]\s?[\"']?)"
    rf"((?i:{_LEVELS}))\b"
)
_FIRST_LEVEL = re.compile(rf"(?i)(?:npm |go: |ld: )?({_LEVELS})(?:\[\w+\])?(?::|!)")
_STARTS = re.compile(rf"[\[(<]?(?:{_LEVELS})[\])>]?\b[ :|\]-]|\d{{1,3}}(?:\.\d{{1,3}}){{3}} |\{{\"")
_TITLED = re.compile(
    r"(Error|Warning|Critical|Fatal|Information|Normal|Verbose|Notice|error|warn(?:ing)?|info|debug|fatal)"
    r"(?=[\s:\]|])"
)
_DATED = re.compile(rf"\d\d-\d\d {_CLOCK} {{1,4}}\d+ {{1,4}}\d+ ([VDIWEF]) ")
_REQUEST = re.compile(r"\"([A-Z]{3,8}) ([^\s\"]{1,300})[^\s\"]* HTTP/[\d.]{1,3}\" (\d{3})\b")
_QUERIED = re.compile(r"=[^&]*")
_STATUS = re.compile(r"HTTP/[\d.]+\"? (?:status[=: ])?(\d)\d\d\b")
_VALUE = re.compile(
    r"(?<!\w)(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{22,26}"
    r"|[-+]?[^\W\d]*+\d[\w.:@%+-]*+(?:,\d[\w.%]*+)*+)"
)
# The same in parts, for ASCII: a search for what begins with one of few signs is far faster.
_UUIDS = re.compile(r"[0-9a-fA-F](?<!\w.)[0-9a-fA-F]{7}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{22,26}")
_FROM_DIGIT = re.compile(r"[0-9][A-Za-z0-9_.:@%+-]*+(?:,[0-9][A-Za-z0-9_.%]*+)*+")
_SIGN = re.compile(r"[-+](?<!\w.)(?=0)")
_LETTERS = f"{ascii_letters}_"
_QUOTED = re.compile(r"\"[^\"\n]{0,300}\"|(?<!\w)'[^'\n]{0,120}'(?!\w)")
_TOKEN = re.compile(r"[^\s=:,\"'()\[\]{}<>|;]+(?::[^\s=:,\"'()\[\]{}<>|;]+)*")
_STEMS = (  # looking for them one by one is faster than the expression, which is needed at few lines
    *("error", "fail", "fatal", "panic", "exception", "traceback", "denied", "refused"),
    *("cannot", "could not", "unable", "aborted", "killed", "segmentation fault", "timed out"),
    *("unhandled", "uncaught"),
    *("out of memory", "not found", "no such"),
)
_FAILED = re.compile(rf"\b(?:{'|'.join(_STEMS).replace('fail', 'fail(?:ed|ure|s|ing)?')})\b")
_NO_FAILURE = re.compile(
    r"(?i)\b(?:0|no) (?:errors?|failures?|failed)\b|\b(?:errors?|failed|failures?)[=:] ?0\b"
)

_COUNTED = re.compile(
    r"\b(?:\d{1,9}|no) (?:errors?|failures?|failed)\b|\b(?:errors?|failed|failures?)[=:] ?\d"
)

ERROR, WARNING, OTHER = 3, 2, 0
_WEIGHTS = {
    **dict.fromkeys(
        ("ERROR", "ERR", "CRIT", "CRITICAL", "FATAL", "SEVERE", "PANIC", "ALERT", "EMERG"), ERROR
    ),
    **dict.fromkeys(("E", "F", "FTL", "CRT"), ERROR),
    **dict.fromkeys(("WARN", "WARNING", "W", "WRN"), WARNING),
}
MESSAGES = (
    *("msg", "message", "MESSAGE", "Message", "@m", "@mt", "event", "text", "body", "log", "error", "err"),
    *("error.message", "err.message"),
)
"""The fields of an entry that is JSON which say what happened."""
GRADES = (
    *("level", "severity", "lvl", "levelname", "log.level", "loglevel", "log_level", "Level", "PRIORITY"),
    *("priority", "severityText", "severity_text", "@l"),
)
"""The fields that say how bad it is."""
TIMES = frozenset(
    [
        *("time", "ts", "timestamp", "@timestamp", "t", "date", "datetime", "asctime", "@t", "timemillis"),
        *("__realtime_timestamp", "__monotonic_timestamp", "_source_realtime_timestamp", "__cursor"),
    ]
)
"""The fields that say when, in small letters."""
# The numbers of pino and bunyan, and those of syslog.
_NUMBERED = {"60": "FATAL", "50": "ERROR", "40": "WARN", **dict.fromkeys("0123", "ERROR"), "4": "WARN"}


class Line(NamedTuple):
    """A line of a log, understood.

    Attributes:
        text: The line, without colours.
        starts: Whether an entry begins with it, by its time, level or address.
        sourced: Whether it begins with who says it: `web-1 | `.
        told: Where its text begins behind the time.
        level: Its level as it is written; empty where it has none.
        weight: `ERROR`, `WARNING` or `OTHER`.
        fields: Its fields, where it is JSON.
    """

    text: str
    starts: bool
    sourced: bool
    told: int
    level: str
    weight: int
    fields: dict[str, object] | None


@lru_cache(maxsize=512)  # a line is read to tell the kind, and again as an entry's
def understood(text: str) -> Line:
    """Read a line of a log that is clean.

    >>> line = understood("2026-03-01 10:00:00,123 ERROR app.db: lost connection 7")
    >>> line.text[line.told:], line.level, line.starts
    ('ERROR app.db: lost connection 7', 'ERROR', True)
    """
    if text.startswith("{") and text.endswith("}") and (fields := _fields(text)) is not None:
        level = _grade(fields)
        weight = _WEIGHTS.get(level.upper(), OTHER) if level else _by_words(text)
        return Line(text, True, False, 0, level, weight, fields)
    at = source_of(text)
    klog = _KLOG.match(text, at) if text[at : at + 1] in _KLOG_LEVELS else _DATED.match(text, at)
    if klog is not None:
        return Line(text, True, at > 0, klog.end(), klog[1], _WEIGHTS.get(klog[1], OTHER), None)
    time = _TIME.match(text, at)
    told = time.end() if time is not None else at
    level = _level(text, told)
    if level:
        weight = _WEIGHTS.get(level.upper(), OTHER)
    elif "HTTP/" in text and (status := _STATUS.search(text, told, told + 300)) is not None:
        weight = {"5": ERROR, "4": WARNING}.get(status[1], OTHER)
    else:
        weight = _by_words(text[told : told + 300])
    starts = time is not None or _STARTS.match(text, told) is not None
    return Line(text, starts, at > 0, told, level, weight, None)


def frame(text: str) -> Line:
    """Read a line of a stack, which has no time and no level; by its words it may tell of a failure."""
    return Line(text, False, False, 0, "", _by_words(text[:300]), None)


def source_of(text: str) -> int:
    """Give where a line begins behind who says it.

    >>> source_of("web-1  | ready"), source_of("ready")
    (9, 0)
    """
    source = _SOURCE.match(text) if "| " in text[:62] else None
    return source.end() if source is not None else 0


def clean(line: str) -> str:
    r"""Give a line as a terminal would leave it, as far as it is looked at.

    >>> clean("10 %\r 99 %\r100 %\r")
    '100 %'
    """
    if len(line) > 8 * LONGEST:
        line = line[: 8 * LONGEST]
    if not line.isprintable():
        if "\r" in line:
            line = line.rstrip("\r").rpartition("\r")[2]
        line = plain(line)
    return line.rstrip()


@lru_cache(maxsize=512)
def sketch(text: str) -> str:
    """Give what lines have in common that are understood alike; nothing for JSON, which is cheap to read.

    >>> sketch("10:00:01 job 12 took 3.5ms")
    '0 job 0 took 0'
    """
    if text.startswith("{"):
        return ""
    if "HTTP/" not in text:
        return _masked(text[: 2 * LONGEST])
    if request := _request(text):
        return request
    status = _STATUS.search(text)
    return _masked(text[: 2 * LONGEST]) + (f" {status[0]}" if status is not None else "")


def _request(text: str) -> str:
    """Give the method, path and status of a line of a web server's; who asked from where is no shape."""
    asked = _REQUEST.search(text) if '" ' in text else None
    if asked is None:
        return ""
    path, mark, query = asked[2].partition("?")
    return f"{asked[1]} {_masked(path)}{mark}{_QUERIED.sub('=', query)} {asked[3]}"


def is_steady(line: Line) -> bool:
    """Tell whether other values in a line would change nothing: a number tells whether errors are none."""
    if line.fields is not None or line.level:
        return line.fields is None
    lowered = line.text.lower()
    return not ("error" in lowered or "fail" in lowered) or _COUNTED.search(lowered) is None


def _level(text: str, told: int) -> str:
    if (found := _LEVEL.search(text, told, told + 80)) is not None:
        return found[1]
    found = _TITLED.match(text, told) or (_TITLED.match(text) if told else _FIRST_LEVEL.match(text))
    found = found or _SMALL_LEVEL.search(text, told, told + 120)
    return found[1] if found is not None else ""


def _by_words(text: str) -> int:
    lowered = text.lower()
    if not any(map(lowered.__contains__, _STEMS)) or _FAILED.search(lowered) is None:
        return OTHER
    return OTHER if _NO_FAILURE.search(lowered) is not None else ERROR


def _fields(text: str) -> dict[str, object] | None:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict):
        return None
    nested = [value for value in fields.values() if isinstance(value, dict)]
    return _flat(fields) if nested else fields


def _flat(fields: dict[str, object], above: str = "", levels: int = 3) -> dict[str, object]:
    """Give the fields of an object with those of the objects in it, by their paths."""
    flat: dict[str, object] = {}
    for name, value in fields.items():
        if isinstance(value, dict) and value and levels:
            flat |= _flat(value, f"{above}{name}.", levels - 1)
        else:
            flat[f"{above}{name}"] = value
    return flat


def _grade(fields: dict[str, object]) -> str:
    for name in GRADES:
        value = fields.get(name)
        if isinstance(value, str | int) and value is not True:
            told = str(value)
            return told if not told.isdigit() else _NUMBERED.get(told, "")
    return ""


def shape_of(line: Line) -> str:
    """Give what a line has in common with its likes.

    >>> shape_of(understood("10:00:01 user 12 opened 'a.txt' in 3.5ms from 10.0.0.1:80"))
    "user 0 opened '' in 0 from 0"
    """
    if line.fields is not None:
        return _shape_of_fields(line.fields)
    if "HTTP/" in line.text and (request := _request(line.text)):
        return request
    text = line.text[line.told : line.told + LONGEST]
    if text == line.text and not _has_quotes(text) and (drawn := sketch(text)):
        return drawn
    return masked(text) + (_status(text) if "HTTP/" in text else "")


def _shape_of_fields(fields: dict[str, object]) -> str:
    names = " ".join(fields)
    said = [value for name in MESSAGES if isinstance(value := fields.get(name), str)]
    if not said:
        said = [
            value for name, value in fields.items() if isinstance(value, str) and name.lower() not in TIMES
        ]
    told = " | ".join([masked(value[:LONGEST]) for value in said])
    return f"{names} | {_grade(fields)} | {told}"


def _status(text: str) -> str:
    status = _STATUS.search(text)
    return f" {status[1]}xx" if status is not None else ""


def masked(text: str) -> str:
    """Mask the values of a text.

    >>> masked("worker-12 has 1,024 jobs of 'mail'")
    "worker-0 has 0 jobs of ''"
    """
    if _has_quotes(text):
        text = _QUOTED.sub(_inside, text)
    return _masked(text)


def _has_quotes(text: str) -> bool:
    return '"' in text or "'" in text


def _masked(text: str) -> str:
    """Mask numbers, and words that have digits."""
    if not text.isascii():
        return _VALUE.sub("0", text)
    if text.count("-") >= 4:
        text = _UUIDS.sub("\0", text)
    parts = _FROM_DIGIT.split(text)
    last = parts.pop()
    if parts:
        text = "0".join([part.rstrip(_LETTERS) for part in parts]) + "0" + last
        if "-0" in text or "+0" in text:
            text = _SIGN.sub("", text)
    return text.replace("\0", "0")


def _inside(quoted: re.Match[str]) -> str:
    text = quoted[0]
    return text if " " in text else text[0] * 2


def words(shape: str) -> list[str]:
    """Give the words of a shape, at the places that may differ."""
    return _TOKEN.findall(shape)


def first_words(shape: str, most: int) -> tuple[str, ...]:
    """Give the first of the words of a shape, as many as it has."""
    return tuple([found[0] for found in islice(_TOKEN.finditer(shape), most)])


def _place(name: str) -> int:
    """Put first what says most: the rest may be cut."""
    return 0 if name in GRADES else 1 if name in MESSAGES else 2


def bare(line: Line, without: Collection[str] = ()) -> str:
    """Give a line without its time, and if it is JSON without some fields.

    >>> bare(understood('{"ts": 1767225600, "msg": "started"}'))
    '{"msg":"started"}'
    """
    if line.fields is None:
        return line.text[line.told :]
    rest = {
        name: line.fields[name]
        for name in sorted(line.fields, key=_place)
        if name.lower() not in TIMES and name not in without
    }
    return json.dumps(rest, ensure_ascii=False, separators=(",", ":"))

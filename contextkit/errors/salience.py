"""Which lines of a text matter, whatever its format: the guard behind all parsers."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from ..patterns import Pattern

FAILED = (
    *("error", "fail", "exception", "fatal", "panic", "traceback", "denied", "refused"),
    *("cannot", "could not", "unable", "not found", "not ok", "abort", "killed", "timed out"),
    *("segmentation", "uncaught", "sanitizer", "exit code", "exit status", "exited with"),
)
"""What a text that tells of a failure has at least one of, in small letters."""

# Looking for fifty words one by one is faster than one expression with all of them.
_STRONG = (
    *(word for word in FAILED if word not in ("fail", "sanitizer")),  # a line with these need not tell of one
    *("failed", "failing", "failure", "can't", "couldn't", "no such", "unresolved", "core dumped", "timeout"),
    *("unhandled", "stuck", "kernel bug", "oops: "),
    *("out of memory", "exit with", "non-zero", "conflict", "crash", "not allowed", "impossible", "terminat"),
    *("corrupt", "assertion", "violat", "invalid", "undefined", "unexpected", "missing", "✖", "✗", "×", "●"),
    *("rejected", "mismatch", "does not", "doesn't", "is not", "must be", "too few", "too many", "too long"),
    *("too large", "too small", "unknown", "illegal", "deadlock", "overflow", "exceeded", "depends on"),
    *("requires", "unsupported", "incompatible", "expired", "unreachable", "forbidden", "unauthorized"),
    *("out of ", "already", "duplicate", "not permitted", "unbound", "ambiguous", "interrupted", "unrecogni"),
    *("no route", "no space", "multiple def", "giving up", "incorrect", "wrong", "never ", "intercept"),
    "test case: ",
    *("sigsegv", "sigabrt", "signal 1", "signal 6", "signal 9"),
)
_MAYBE_STRONG = (
    *("fail", "bad", "returned ", "e  "),
    *("exit_", "exitcode", "returncode", '"rc"', "rc=", "(exit ", "*** "),
)
_WHOLE = frozenset((*_STRONG, "non", "fail", "fails", "errors", "not", "use", "out"))
_STRONG_WORDS = Pattern(
    r"\bfail\b|\bbad\b|returned \d|^e  |(?:exit_?code|exit_status|returncode|\"rc)\"?[:=] ?-?[1-9]|\(exit [1-9]|\*\*\* \S|\brc=[1-9]"
)
_WEAK = Pattern(
    r"expected|received|actual|\bgot\b|\bwant\b|left:|right:|warn|assert|caused by|raise |throw|hint|help:|note:|"
    r"retry|[\w)]:\d+(?::\d+)?\b|line \d+|\(\d+,\d+\)|^[-+] |code:|found:|\d+ (?:passed|errors?|warnings?|problems?|tests?)"
)
_NAMES = ("error", "fatal", "panic", "fail")
CALM = Pattern(r"\b(?:INFO|DEBUG|TRACE|NOTICE)\b|\blevel=(?:info|debug|trace|notice)\b")
_COMPARED = Pattern(r"\s*(?:left|right|expected|received|actual|got|want)\b[^:=]{0,20}[:=] *\S")
_TYPES = Pattern(
    r"\b[A-Z]\w*(?:Error|Exception|Failure|Fault)\b|\b[a-z][\w.]*\.[A-Z]\w+: |^(?!INFO|DEBUG|TRACE|NOTICE)[A-Z]\w+(?:(?:\.|::)\w+)*: (?=\S+ |['\"<(\[])"
)
_LOUD = Pattern(r"\b(?:ERROR|FAIL(?:ED|URE)?|FATAL|PANIC|ABORT(?:ED)?|CRITICAL)\b")
_SUCCESS = Pattern(
    r"(?i)\balready (?:satisfied|up[ -]to|the newest)|\b0 (?:errors?|failures?|failed|problems)\b|\bno (?:errors?|failures|problems|issues)\b|PASSED| \.\.\. ok$|^\s*(?:[✓✔√]|ok )|^PASS\b"
)
_PASSED = "PASSED"  # one of these, of which a run of tests may have thousands
# Paths, options and packages, whose words say nothing of what happened: crash/test_3.html, --timeout, liberror-perl.
_NAMED = Pattern(
    r"(?<![\w.@+~%-])(?:[\w.@+~%-]*+/[\w.@+~%/-]*+|--[a-z][\w-]*+|-w[\w=-]++|[a-z\d]++(?:-[a-z\d.+]++)++(?![\w/]))"
)
TITLE = Pattern(r"\W*\w+(?: \w+)?:?\W{4,}$|\s*\w+(?: \w+)?:\s*$")
_SETTING = Pattern(  # of an object that a console shows whole: timeout: 1500
    r"(?i)\s++['\"\[]?(?:Symbol\()?\w{1,60}[\])'\"]{0,3}: (?:null|undefined|false|0|\[(?:Function|Getter|Array|Object|Circular)\b.*\]),?$"
    r"|\s++\w*timeout\w*: \d+,?$"
)
_TAG = 24  # characters
_FEW_TAGS = 5  # lines; what more of them begin with is who speaks: ACPI, Get
_SHAPE = Pattern(r"0x[0-9a-f]+|\d+|'[^']*'|\"[^\"]*\"|\[[^\]]*\]")
_PLACE = Pattern(r"(?<![\w./\\-])(?=[\d.:-]*[A-Za-z/])([\w./\\-]++)(:\d+(?::\d+)?|\(\d+(?:,\d+)?\))")
_SPACES = Pattern(r"\s+")


def failure_at(text: str, start: int = 0) -> int:
    """Find the first word that tells of a failure: where it begins, or -1.

    >>> failure_at("it has failed"), failure_at("done")
    (7, -1)
    """
    lowered = text[start:].lower()
    return min((start + at for word in FAILED if (at := lowered.find(word)) >= 0), default=-1)


def is_letter(sign: str) -> bool:
    """Whether a sign is a part of a word."""
    return sign.isalnum() or sign == "_"


def weight(line: str, least: int = 1, strong: Collection[str] = _STRONG, tags: Collection[str] = ()) -> int:
    """Say how much a line matters: 3 names an error, 2 speaks of one, 1 may help, 0 none of these.

    Args:
        line: A line.
        least: The least weight that is asked for; what is less may come out as 0, sooner.
        strong: The words that name an error; those that no line has can be left out.
        tags: What stands before a colon and names no error, though it may look so.

    >>> [weight(line) for line in ("KeyError: 'a'", "0 errors", "connection refused", "  at a.py:3", "done")]
    [3, 0, 2, 1, 0]
    """
    lowered = line.lower()
    heavy = 0
    if _says(lowered, strong) and _says(_NAMED.sub(_unless_said, lowered), strong):
        names = lowered.lstrip(" \t#[").startswith(_NAMES) or _TYPES.search(line) or _LOUD.search(line[:80])
        heavy = 3 if names else 2
    elif (": " in line and line.partition(": ")[0] not in tags and _TYPES.search(line)) or _COMPARED.match(
        lowered
    ):
        heavy = 2
    elif least < 2 and _WEAK.search(lowered) and not CALM.search(line):
        heavy = 1
    return 0 if heavy and (_SUCCESS.search(line) or TITLE.match(line) or _SETTING.match(line)) else heavy


def _says(lowered: str, strong: Collection[str]) -> bool:
    """Whether a line has a word that names an error."""
    return any(map(lowered.__contains__, strong)) or bool(
        any(map(lowered.__contains__, _MAYBE_STRONG)) and _STRONG_WORDS.search(lowered)
    )


def _unless_said(name: re.Match[str]) -> str:
    """Take a name out of a line, unless it only looks like one: Failure/Error, non-zero, use-after-free."""
    text = name[0]
    if "/" in text:
        return " " if "." in text or text.count("/") > 1 else text
    return " " if text[0] == "-" or not _WHOLE.intersection(text.split("-")) else text


def shape(line: str) -> str:
    """Give what a line has in common with its likes: numbers and quotes are masked.

    >>> shape("worker 12: cannot open 'a.txt'")
    'worker 0: cannot open 0'
    """
    return _SPACES.sub(" ", _SHAPE.sub("0", line)).strip()


class Alike(NamedTuple):
    """Lines of one shape.

    Attributes:
        weight: How much the first of them matters.
        numbers: Where they are.
    """

    weight: int
    numbers: list[int]


def salient(lines: Sequence[str], used: Collection[int] = (), least: int = 2) -> list[Alike]:
    """Find the lines that matter, by their shapes, in order.

    The last line that is not blank is always one of them.
    """
    found: dict[str, Alike] = {}
    opened = False  # whether the line above announces what this one says
    unread = {line[:400] for at, line in enumerate(lines) if at not in used}
    whole = "\n".join([line for line in unread if _PASSED not in line]).lower()
    strong = [word for word in _STRONG if word in whole]
    last = next((at for at in range(len(lines) - 1, -1, -1) if lines[at].strip()), -1)
    heads = Counter(line[:end] for line in lines if (end := line.find(": ", 0, _TAG)) > 0)
    tags = {head for head, times in heads.items() if times > _FEW_TAGS}
    for at, line in enumerate(lines):
        if at in used or not line.strip():
            continue
        looked_at = line[:400]
        heavy = 0 if _PASSED in looked_at else weight(looked_at, least, strong, tags)
        if opened:
            heavy = max(heavy, 2)
        opened = heavy >= 2 and not opened and line.rstrip().endswith(":")
        if heavy >= least or at == last:
            heavy = max(heavy, 2 if at == last else 0)
            alike = line if "*** [" in line else shape(line[:400])  # there make names what failed
            found.setdefault(alike, Alike(heavy, [])).numbers.append(at)
    return list(found.values())


def from_both_ends(alike: Sequence[Alike]) -> list[Alike]:
    """Order lines by weight, and those of a weight from both ends: the first error, the last one, the second.

    >>> [one.numbers for one in from_both_ends([Alike(1, [1]), Alike(2, [2]), Alike(2, [3]), Alike(2, [4])])]
    [[2], [4], [3], [1]]
    """
    classes: dict[int, list[Alike]] = {}
    for one in alike:
        classes.setdefault(one.weight, []).append(one)
    ordered: list[Alike] = []
    for heavy in sorted(classes, reverse=True):
        first = classes[heavy]
        half = (len(first) + 1) // 2
        last = first[half:][::-1]
        for number in range(half):
            ordered += first[number : number + 1] + last[number : number + 1]
    return ordered


def places(lines: Sequence[str], numbers: Sequence[int], most: int = 24) -> list[str]:
    """Give the places that lines name, each once, without the file that the one before has.

    >>> places(["a.c:3:1: bad", "a.c:9:1: bad", "b.c(7,2): bad"], [0, 1, 2])
    ['a.c:3:1', '9:1', 'b.c(7,2)']
    """
    told: dict[str, None] = {}
    file = ""
    for number in numbers:
        if match := _PLACE.search(lines[number][:400]):
            told[match[2] if match[1] == file else match[0]] = None
            file = match[1]
        if len(told) == most:
            break
    return [place.lstrip(":") for place in told]

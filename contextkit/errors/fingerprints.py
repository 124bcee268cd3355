"""Fingerprints: which errors are the same, on two levels."""

import dataclasses
from collections.abc import Sequence

from ..patterns import Pattern
from .facts import Facts, Fault, Frame, OwnCode, own_code
from .lines import last_states, lines_of, plain
from .salience import salient, weight
from .summaries import read, text_of

_MASKS = (
    (Pattern(r"https?://[^\s'\")]+"), "<url>"),
    (Pattern(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "<email>"),
    (Pattern(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "<id>"),
    (Pattern(r"(?:[A-Za-z]:)?(?:[\\/][\w.@+-]+){2,}[\\/]?|\b(?:[\w.@+-]+/)+[\w.@+-]+\.\w+"), "<path>"),
    (
        Pattern(
            r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?|\b\d\d:\d\d:\d\d(?:[.,]\d+)?"
        ),
        "<time>",
    ),
    (Pattern(r"\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b"), "<ip>"),
    (Pattern(r"\b0x[0-9a-fA-F]+\b|\b(?=\w*\d)(?=\w*[a-f])[0-9a-f]{7,}\b"), "<hex>"),
    (Pattern(r"[-+]?\b\d+(?:[.,]\d+)*(?:ms|s|m|h|kB|KB|MB|GB|%)?\b|(?<=[A-Za-z_-])\d+\b"), "<n>"),
)
_GENERATED = Pattern(
    r"0x[0-9a-f]+|\$\$Lambda.*|\$\d+|<lambda_[0-9a-f]+>|\.func\d+(?:\.\d+)*|lambda\$(\w+)\$\d+|\d+$|\[.*"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Fingerprint:
    """What an error is, for telling whether another one is the same.

    Attributes:
        group: The same for errors of the same class: types of the chain, messages without their values,
            the innermost function of the user's own code. Lines and folders don't count.
        instance: The same for errors of a class with the same values.
    """

    group: str
    instance: str

    def __str__(self) -> str:
        return self.group


def fingerprint(error: BaseException | str | bytes, *, own: OwnCode = own_code) -> Fingerprint:
    r"""Tell which error this is.

    >>> def trace(line, currency):
    ...     return f'Traceback (most recent call last):\n  File "a.py", line {line}, in f\nNoRate: {currency} 17'
    >>> one, moved, other = (fingerprint(trace(*values)) for values in [(3, "CHF"), (9, "CHF"), (3, "JPY")])
    >>> one == moved, one.group == other.group
    (True, False)
    """
    lines = lines_of(plain(last_states(text_of(error))))
    facts, used = read(lines, own)
    literal = _parts(facts, own)
    if not literal:
        found = [lines[alike.numbers[0]].strip() for alike in salient(lines, used)]
        telling = [line for line in found if weight(line[:400]) >= 2] or found[-1:]
        literal = [("", line, "") for line in telling[:8]]
    general = [(kind, masked(message), function) for kind, message, function in literal]
    return Fingerprint(_digest(general, 12), _digest(literal, 16))


def masked(message: str) -> str:
    """Give a message without its values: numbers, ids, paths, addresses, times.

    >>> masked("order 1042 not found at /srv/shop/a.py after 30ms")
    'order <n> not found at <path> after <n>'
    """
    for pattern, name in _MASKS:
        message = pattern.sub(name, message)
    return message


def _parts(facts: Facts, own: OwnCode) -> list[tuple[str, str, str]]:
    """Give type, message and function of each part of an error."""
    parts: list[tuple[str, str, str]] = []
    for fault in facts.faults[:12]:
        part = (fault.short_type, fault.message[:400], _function(fault, own))
        if part not in parts:
            parts.append(part)
    failures = [
        ("", f"{failure.name} {failure.lines[0] if failure.lines else ''}"[:400], "")
        for failure in facts.failures
    ]
    findings = (
        [(finding.severity, finding.message[:400], "") for finding in facts.findings] if not parts else []
    )
    return parts + sorted(failures)[:50] + sorted(set(findings))[:50]


def _function(fault: Fault, own: OwnCode) -> str:
    """Name the innermost function of the user's own code by its file, without folders, and its name."""
    frame: Frame | None = next((frame for frame in fault.frames if own(frame)), None)
    if frame is None:
        return ""
    file = frame.file.replace("\\", "/").rpartition("/")[2]
    return f"{file}:{_GENERATED.sub('', frame.name)}"


def _digest(parts: Sequence[tuple[str, str, str]], length: int) -> str:
    import hashlib

    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:length]

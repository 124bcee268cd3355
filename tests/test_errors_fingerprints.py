"""Fingerprints: the same for the same error, whatever its lines, folders and values."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from contextkit import fingerprint
from contextkit.errors.fingerprints import masked

TRACES = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parent / "data" / "errors").glob("*.txt"))
    if path.stem
    in {"python_chain", "java_chain", "go_panic", "rust_panic", "csharp_chain", "node_cause", "kotlin"}
}
KEEPING: dict[str, Callable[[str], str]] = {
    "other lines": lambda text: re.sub(
        r"(line |\.(?:py|java|go|rs|js|cs|kt):)(\d+)", lambda m: f"{m[1]}{int(m[2]) + 3}", text
    ),
    "other folders": lambda text: re.sub(r"(?<![.\w])/(?:app|home/ci|src)/", "/mnt/build/x/", text),
    "other numbers": lambda text: re.sub(r"\b(?:2231|77|5)\b", "9", text),
    "other addresses": lambda text: re.sub(r"0x[0-9a-f]{3,}", "0xabc123", text),
    "colours": lambda text: "\n".join(f"\x1b[31m{line}\x1b[0m" for line in text.split("\n")),
    "a prefix": lambda text: "\n".join(f"2031-05-02 10:00:01 ERROR {line}" for line in text.split("\n")),
    "CRLF": lambda text: text.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("mutation", KEEPING)
@pytest.mark.parametrize("name", TRACES)
def test_an_error_keeps_its_fingerprint(name: str, mutation: str) -> None:
    """What says nothing of which error it is changes nothing."""
    assert fingerprint(KEEPING[mutation](TRACES[name])).group == fingerprint(TRACES[name]).group


def test_different_errors_differ() -> None:
    """No two of our traces have the same fingerprint."""
    for one, other in itertools.combinations(TRACES.values(), 2):
        assert fingerprint(one).group != fingerprint(other).group


@pytest.mark.parametrize(
    ("old", "new"), [("no rate for", "no price for"), ("in amount", "in total"), ("KeyError", "IndexError")]
)
def test_another_message_function_or_type_is_another_error(old: str, new: str) -> None:
    """Message, function and type each tell errors apart."""
    text = TRACES["python_chain"]
    assert fingerprint(text.replace(old, new)).group != fingerprint(text).group


def test_values_tell_instances_apart() -> None:
    """The second level has the values."""
    text = TRACES["python_chain"]
    other = fingerprint(text.replace("2231", "2232"))
    assert other.group == fingerprint(text).group
    assert other.instance != fingerprint(text).instance


def test_a_known_vector() -> None:
    """A fingerprint is the same in each process and version."""
    assert str(fingerprint("ValueError: 3 is odd")) == "af57d8ab42f0"


@pytest.mark.parametrize(
    ("message", "general"),
    [
        ("order 1042 is late", "order <n> is late"),
        ("GET https://a.example/x?y=1 failed", "GET <url> failed"),
        ("no file /srv/data/a.csv", "no file <path>"),
        ("id 123e4567-e89b-42d3-a456-426614174000", "id <id>"),
        ("at 0x7f31aa", "at <hex>"),
        ("from 10.0.0.7:443", "from <ip>"),
        ("mail to a@b.example", "mail to <email>"),
    ],
)
def test_values_are_masked(message: str, general: str) -> None:
    """Numbers, ids, paths and addresses are no part of a message's class."""
    assert masked(message) == general


def test_what_stands_around_a_text_of_no_known_format_changes_nothing() -> None:
    """The last line counts only if no line says what went wrong."""
    text = "cannot lift 7 t: crane is busy\n"
    around = "".join(f"step {n}\n" for n in range(9)) + text + "done\n"
    assert fingerprint(around).group == fingerprint(f"starting\n{text}bye\n").group

"""Texts of errors as others would have them: elsewhere, later, in colours, behind a logger's prefix."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

_LINE = re.compile(
    r"(line |\.(?:py|pyx|java|go|rs|jsx?|tsx?|mjs|cjs|cs|kt|rb|php|cpp|c|h|cc|scala)[:(])(\d+)"
)


def _each_line(text: str, write: Callable[[int, str], str]) -> str:
    return "\n".join(write(number, line) for number, line in enumerate(text.split("\n")))


IDENTITY: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "as it is": str,
        "other lines": lambda text: _LINE.sub(lambda match: f"{match[1]}{int(match[2]) + 7}", text),
        "other folders": lambda text: re.sub(
            r"(?<![\w.:/])/(?:srv|home|app|src|tmp)/", "/mnt/ci/build-77/", text
        ),
        "other numbers": lambda text: re.sub(
            r"(?<![\w.:/(-])[1-9]\d{1,8}(?![\w.:/])", lambda match: str(int(match[0]) - 1), text
        ),
        "other addresses": lambda text: re.sub(
            r"0x[0-9a-f]{3,}", lambda match: f"0x{'7f31c0a9d2e4' * 2}"[: len(match[0])], text
        ),
        "other versions": lambda text: re.sub(r"(?<=[@v-])\d+\.\d+\.\d+", "9.8.7", text),
        "colours": lambda text: _each_line(text, lambda _, line: f"\x1b[31m{line}\x1b[0m"),
        "a logger's prefix": lambda text: _each_line(
            text, lambda at, line: f"2031-05-02 10:00:{at % 60:02},{at % 999:03} ERROR app: {line}"
        ),
        "a container's prefix": lambda text: _each_line(text, lambda _, line: f"web_1  | {line}"),
        "CRLF": lambda text: text.replace("\n", "\r\n"),
        "indented": lambda text: _each_line(text, lambda _, line: f"    {line}" if line else line),
        "among other lines": lambda text: "".join(f"step {n}\n" for n in range(40)) + f"{text}\ndone\n",
    }
)
"""What changes a text, but not which error it tells of."""

FACTS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        **{
            name: IDENTITY[name]
            for name in ("colours", "CRLF", "a logger's prefix", "a container's prefix", "indented")
        },
        "other lines": IDENTITY["other lines"],
        "renamed classes": lambda text: re.sub(r"\b([A-Z]\w+?)(?:Error|Exception)\b", r"\1Gone", text),
        "a cut tail": lambda text: text[: len(text) * 4 // 5],
        "among other lines": lambda text: (
            "".join(f"step {n} of 60: fetched layer\n" for n in range(60))
            + text
            + "".join(f"\ncleaning up {n}" for n in range(30))
        ),
    }
)
"""What leaves most facts in a text; those that it takes away or changes are not asked for."""

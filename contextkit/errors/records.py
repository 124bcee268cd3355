"""Findings in JSON, as linters and validators write them: objects with a message and a place, in whatever words."""

import json
from collections.abc import Iterator

from .facts import Finding

_FILES = ("filePath", "file", "filename", "fileName", "file_path", "uri", "resource")
_LINES = ("line", "lineNumber", "startLine", "start_line", "beginLine", "row")
_COLUMNS = ("column", "col", "character", "startColumn", "start_column")
_PLACES = ("location", "loc", "locations", "range", "start", "position", "pos", "begin", "span", "region")
_MESSAGES = ("message", "msg", "text", "description", "detail", "reason")
_CODES = ("ruleId", "rule", "rule_id", "code", "check_name", "symbol", "check", "test_id")
_DEEPEST = 40


def read_records(text: str) -> list[Finding]:
    r"""Read the findings of a JSON text; none if it is no JSON, or has no object with a message and a place.

    >>> found = read_records('[{"filePath": "a.js", "messages": [{"ruleId": "eqeqeq", "line": 2, "message": "Use ==="}]}]')
    >>> found[0].file, found[0].line, found[0].message
    ('a.js', '2', 'eqeqeq Use ===')
    >>> [found] = read_records('[{"path": ["lines", 0, "qty"], "message": "expected int"}]')
    >>> found.file, found.message
    ('lines.0.qty', 'expected int')
    """
    if text.lstrip()[:1] not in ("{", "["):
        return []
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return list(_walk(value, "", 0))


def _walk(value: object, file: str, depth: int) -> Iterator[Finding]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, file, depth + 1)
    elif isinstance(value, dict):
        line, column, inner = _place(value)
        file = _text(value, _FILES) or inner or _path(value.get("path")) or file
        message = _text(value, _MESSAGES)
        if message and (line or isinstance(value.get("path"), (list, str)) or inner):
            further = value.get("extensions")
            code = _text(value, _CODES) or (_text(further, _CODES) if isinstance(further, dict) else "")
            severity = value.get("severity", value.get("level", ""))
            yield Finding(
                file,
                line,
                column,
                severity if isinstance(severity, str) else "",
                f"{code} {message}" if code and code not in message else message,
            )
            return
        for item in value.values():
            if isinstance(item, (dict, list)):
                yield from _walk(item, file, depth + 1)


def _text(value: dict[str, object], names: tuple[str, ...]) -> str:
    return next((item for name in names if isinstance(item := value.get(name), str) and item), "")


def _number(value: dict[str, object], names: tuple[str, ...]) -> str:
    return next((str(item) for name in names if isinstance(item := value.get(name), int)), "")


def _path(value: object) -> str:
    if isinstance(value, list):
        return ".".join(str(item) for item in value)
    return value if isinstance(value, str) else ""


def _place(value: dict[str, object], depth: int = 0) -> tuple[str, str, str]:
    """Give line, column and file of an object, or of the object that says where it is."""
    line, column = _number(value, _LINES), _number(value, _COLUMNS)
    file = ""
    for name in _PLACES:
        item = value.get(name)
        if isinstance(item, list) and item and isinstance(item[0], dict):
            item = item[0]
        elif isinstance(item, list) and name == "loc":
            file = file or _path(item)
        if isinstance(item, dict) and depth < 4:
            inner = _place(item, depth + 1)
            line, column = line or inner[0], column or inner[1]
            file = file or _text(item, _FILES) or _path(item.get("path")) or inner[2]
    return line, column, file

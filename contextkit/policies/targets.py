"""Target: what a tool call reads or writes, and the function that knows it of the usual tools."""

import dataclasses
import json
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from ..budgets import whole_number
from ..events import Event
from ..exceptions import SettingError
from ..plain import JSON


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """What a call reads or writes: a resource, or some of its lines.

    Attributes:
        key: The resource's name; two calls of the same key speak of the same thing.
        start: The first line that is read.
        stop: The line after the last one; `None` reads to the end.
        writes: Whether the call changes the resource; which lines does not matter then, since all
            that stand behind them move.

    Raises:
        SettingError: If the key is not text, or the lines are no range.
    """

    key: str
    start: int = 1
    stop: int | None = None
    writes: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.key, str):
            raise SettingError("Target.key", self.key, "it must be text")
        whole_number("Target.start", self.start, 0)
        if self.stop is not None:
            whole_number("Target.stop", self.stop, self.start)


TargetsOf: TypeAlias = Callable[[Event], Iterable[Target]]
"""A call -> what it reads and writes; nothing where that is not known, and its result is left alone. Pure."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Names of arguments are compared without `_` and `-` and in small letters: `file_path` is `filePath`.
_PATHS = _names("path filepath filename file targetfile absolutepath abspath relativepath notebookpath")
_LISTS = _names("files paths filepaths filenames")
_EDITS = _names("edits changes")
_FIRST = _names("offset startline linestart fromline firstline startlineoneindexed")
_LAST = _names("endline lineend toline lastline endlineoneindexedinclusive")
_COUNT = _names("limit numlines linecount maxlines")
_PAIR = _names("viewrange linerange")
_IDLE = _names("command description explanation reason encoding timeout")
_WRITTEN = _EDITS | _names(
    "content contents newtext oldtext newstring oldstring newstr oldstr filetext newsource codeedit "
    "replacement insertline insertion diff patch"
)
_KEYS = _names("id ids url urls uri uris href link")

# Words in the names of tools.
_WRITES = _names(
    "write edit editor create update replace patch delete insert apply append remove move rename "
    "overwrite modify save undo"
)
_OPENS = _names("read view open cat show get load fetch")
_PLAIN = _names("file files text content contents source lines range many multiple fs mcp tool")
_READS = _OPENS | _names("list search find grep glob query lookup describe retrieve browse download")
_FLOWS = _names("next new output poll stream terminal shell process console random")
"""What gives something else each time it is asked."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PATCHED = re.compile(r"^(?:\*\*\* (?:Update|Add|Delete) File:|\+\+\+ b/|--- a/)[ \t]*(\S.*)$", re.MULTILINE)


def default_target(call: Event) -> list[Target]:
    """Tell what a call reads or writes, by the names of the tool and of its arguments.

    - A file is read by a tool such as `read`, `view_file` or `open`, with a path or a list of
      files, and with nothing else but lines: `offset` and `limit`, `start_line` and `end_line`, `view_range`.
    - A file is written where the tool's name says so (`edit`, `create_file`), its `command` does,
      or its arguments do (`new_text`, `content`); a patch names its files itself.
    - Whatever else is read and has a name (`url`, `id`, `user_id`, a path) is the same if the tool
      and all arguments are.

    Of other calls nothing is known: a command of a shell may read and write anything.

    >>> default_target(Event("read", {"path": "./a.py", "offset": 20, "limit": 10}, call_id="1"))
    [Target(key='a.py', start=20, stop=30, writes=False)]
    >>> default_target(Event("str_replace", {"path": "a.py", "new_str": ""}, call_id="2"))
    [Target(key='a.py', start=1, stop=None, writes=True)]
    >>> default_target(Event("fetch", {"url": "https://example.com", "raw": True}, call_id="3"))[0].key
    'fetch {"raw":true,"url":"https://example.com"}'
    """
    words = _words(call.type)
    if words & {"patch", "diff"} and (paths := _patched(call.data)):
        return [Target(path, writes=True) for path in paths]
    if not isinstance(call.data, dict):
        return []
    arguments = {_bare(name): value for name, value in call.data.items() if value is not None}
    files = list(_files(arguments))
    if files and isinstance(command := arguments.get("command"), str):
        words = _words(command)  # one tool for all, such as `str_replace_editor`
    writes = bool(words & _WRITES or arguments.keys() & _WRITTEN)
    if files and (writes or _opens(words)):
        targets = [_file(path, rest, writes=writes) for path, rest in files]
        known = [target for target in targets if target is not None]
        if len(known) == len(files):
            return known
    if writes or not words & _READS or words & _FLOWS or not (files or any(map(_is_key, call.data))):
        return []
    return [Target(f"{call.type} {json.dumps(call.data, sort_keys=True, separators=(',', ':'))}")]


def _bare(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name)}


def _opens(words: set[str]) -> bool:
    """Whether a tool of these words gives a file's text: `read_file` does, `get_outline` does not."""
    return bool(words & _OPENS) and words <= _OPENS | _PLAIN


def _is_key(argument: str) -> bool:
    return not _words(argument).isdisjoint(_KEYS)


def _patched(data: JSON) -> list[str]:
    texts = data.values() if isinstance(data, dict) else [data]
    found = [path for text in texts if isinstance(text, str) for path in _PATCHED.findall(text)]
    return [posixpath.normpath(path.rstrip()) for path in dict.fromkeys(found)]


def _files(arguments: Mapping[str, JSON]) -> Iterator[tuple[str, dict[str, JSON]]]:
    """Give the files that arguments name, each with the arguments that are about it."""
    rest = {name: value for name, value in arguments.items() if name not in _PATHS | _LISTS}
    for name, value in arguments.items():
        if name in _PATHS and isinstance(value, str) and value:
            yield value, rest
        for item in value if name in _LISTS | _EDITS and isinstance(value, list) else ():
            if isinstance(item, str) and item and name in _LISTS:
                yield item, rest
            elif isinstance(item, dict):
                own = {_bare(key): part for key, part in item.items() if part is not None}
                paths = [own[key] for key in own if key in _PATHS]
                about = {key: part for key, part in own.items() if key not in _PATHS}
                yield from ((path, {**rest, **about}) for path in paths if isinstance(path, str) and path)


def _file(path: str, arguments: Mapping[str, JSON], *, writes: bool) -> Target | None:
    key = posixpath.normpath(path)
    if writes:
        return Target(key, writes=True)
    lines = _lines(arguments)
    return None if lines is None else Target(key, *lines)


def _lines(arguments: Mapping[str, JSON]) -> tuple[int, int | None] | None:
    """Give the first line and the one after the last; `None` where an argument is not understood."""
    first, last, count = 1, -1, -1
    for name, value in arguments.items():
        number = _number(value)
        if name in _PAIR and isinstance(value, list) and len(value) == 2:
            first, last = _number(value[0]), _number(value[1], least=-1)
        elif name in _FIRST and number >= 0:
            first = number
        elif name in _LAST and number >= 0:
            last = number
        elif name in _COUNT and number >= 0:
            count = number
        elif name not in _IDLE:
            return None
    if first < 0 or last < -1:
        return None
    stop = first + count if count >= 0 else last + 1 if last >= 0 else None
    start = max(first, 1)  # where the first line is 0, that line is in no range: not asked, not given
    return None if stop is not None and stop < start else (start, stop)


def _number(value: Any, least: int = 0) -> int:
    """Give a whole number, also of its digits; -2 where it is none."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= least else -2

"""Listings of files -> a tree: folders with how many files of which kind are in them, few files by name."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from .drafts import Draft, Part, clipped
from .entries import lines_of

_LONG_FORM = re.compile(r"[-dlbcps][-rwxsStT]{9}[.+@]?\s+\d+\s+\S+\s+\S+\s+[\d.,]+[KMGTB]?i?B?\s+")
_LS_TIME = re.compile(
    r"(?:[A-Z][a-z]{2} [ \d]\d\s+[\d:]{4,5}|\d{4}-\d\d-\d\d \d\d:\d\d(?::[\d.]+ [-+]\d{4})?) "
)
_TREE = re.compile(r"((?:[│|]?(?:   |\u00a0\u00a0 ))*)(?:├|└|\||`|\+|\\)(?:── |-- |──|---)")
_PATH = re.compile(
    r"(?:\./|/|~/|[A-Za-z]:\\)?[\w.@+~$%#=,()\[\]{}&!' -]{1,120}"
    r"(?:[/\\][\w.@+~$%#=,()\[\]{}&!' -]{1,120}){0,60}[/\\]?$"
)
_SIGN = re.compile(r"[/\\.]")
_SHARE, _LEAST, _SAMPLE, _FEW = 0.1, 1_500, 200, 6
_NAMED = 12  # files of a folder that are named; of more, those of rare kinds


def is_listing(text: str) -> bool:
    """Tell whether a text is a listing of files, by its first lines."""
    lines = [line.rstrip() for line in text[:20_000].split("\n")[:_SAMPLE] if line.strip()]
    if len(lines) < _FEW:
        return False
    if _most(lines, 0.7, _LONG_FORM.match) or _most(lines, 0.7, _TREE.match):
        return True
    return _most(lines, 0.95, _is_path) and _most(lines, 0.7, _SIGN.search)


def _most(lines: Sequence[str], share: float, is_one: Callable[[str], object]) -> bool:
    """Tell whether so many of the lines are of a kind, looking at no more of them than it takes."""
    others = 0
    for line in lines:
        others += not is_one(line)
        if len(lines) - others < share * len(lines):
            return False
    return True


def _is_path(line: str) -> bool:
    return (
        len(line) <= 300
        and line.count(" ") <= 2
        and not line.startswith(" ")
        and _PATH.match(line) is not None
        and not line.endswith((".", ","))
    ) or (line.endswith(":") and "/" in line and " " not in line)


def _paths(text: str) -> Iterator[tuple[int, str, str]]:
    """Give the paths of a listing with their lines and what is said of each."""
    folder = ""
    above: list[str] = []
    for number, raw in enumerate(lines_of(text), start=1):
        line = raw.rstrip()
        if not line:
            continue
        if (tree := _TREE.match(line)) is not None:
            depth = len(tree[1].replace("\u00a0", " ").replace("│", " ").replace("|", " ")) // 4
            name = line[tree.end() :].strip()
            above[depth + 1 :] = []
            above[depth:] = [name.rstrip("/")]
            yield number, "/".join(above), ""
        elif (long := _LONG_FORM.match(line)) is not None:
            time = _LS_TIME.match(line, long.end())
            name = line[time.end() if time else long.end() :].partition(" -> ")[0]
            if name not in (".", ".."):
                yield number, f"{folder}{name}{'/' if line[0] == 'd' else ''}", long[0]
        elif line.endswith(":") and " " not in line:
            folder = f"{line[:-1].rstrip('/')}/"
        elif line not in (".", "./") and not re.match(r"total [\d.]+\w?$|\d+ director", line):
            yield number, f"{folder}{line}".replace("\\", "/"), ""


def listing_draft(text: str) -> Draft | None:
    """Draft the digest of a listing; nothing where the text is none."""
    names: dict[str, list[tuple[int, str]]] = {}
    folders: set[str] = set()
    size = text.count("\n") + (not text.endswith("\n"))
    for number, path, _ in _paths(text):
        clean = path.rstrip("/")
        folder, _, name = clean.rpartition("/")
        if path.endswith("/"):
            folders.add(clean)
        names.setdefault(folder, []).append((number, name))
    entries = sum(map(len, names.values()))
    if entries < _FEW:
        return None
    folders |= {folder for folder in names if folder}
    parents = {folder for folder in folders for folder in _above(folder)} | folders
    for folder, found in names.items():  # a folder that was listed itself is no file
        names[folder] = [
            (number, name)
            for number, name in found
            if f"{folder}/{name}".lstrip("/") not in parents and f"{folder}/{name}" not in parents
        ]
    parts = list(_tree(names))
    counts = {"file": sum(map(len, names.values())), "folder": len(folders)}
    return Draft(
        "listing", parts, size, counts=counts, room=max(_LEAST, int(_SHARE * len(text))), noun="folders"
    )


def _above(folder: str) -> Iterator[str]:
    while "/" in folder:
        folder = folder.rpartition("/")[0]
        if folder:
            yield folder


def _ending(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return f".{ending}" if dot and stem and len(ending) <= 12 else name if not dot else ""


def _tree(names: dict[str, list[tuple[int, str]]]) -> Iterator[Part]:
    for folder, found in sorted(names.items()):
        if not found:
            continue
        depth = folder.count("/")
        rank = min(1 + depth // 2, 4) if len(names) <= 60 else min(2 + depth, 12)
        yield Part(rank, _folder(folder, found), stands=len(found))
        endings = Counter(_ending(name) for _, name in found)
        few = len(found) <= _NAMED
        told = [(number, name) for number, name in found if few or endings[_ending(name)] <= 2]
        if told:
            shown = told[:_NAMED]
            more = f", +{len(told) - len(shown)}" if len(told) > len(shown) else ""
            text = ", ".join(clipped(name, 60) for _, name in shown)
            yield Part(
                max(rank, 5 + (not few)), f"  {text}{more}", tuple((number, number) for number, _ in shown)
            )


def _folder(folder: str, found: list[tuple[int, str]]) -> str:
    endings = Counter(_ending(name) or "others" for _, name in found)
    most = [(ending, times) for ending, times in endings.most_common(5) if times > 1 or len(endings) <= 5]
    rest = len(found) - sum(times for _, times in most)
    told = " ".join(f"{ending} ×{times}" for ending, times in most) + (f" +{rest}" if rest else "")
    lines = f"{found[0][0]}-{found[-1][0]}" if len(found) > 1 else f"{found[0][0]}"
    return f"{lines} {clipped(folder, 200) or '.'}/ {told}"

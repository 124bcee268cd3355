"""Tracebacks as IPython and rich write them: places with the source code around them, an arrow at the line."""

from ..patterns import Pattern
from .facts import Frame
from .reading import Reading

NOTEBOOK = Pattern(r"(?P<type>[A-Za-z_][\w.]*) {2,}Traceback \(most recent call last\)$")
BOX = Pattern(r"╭─+ Traceback \(most recent call last\) ─+╮$")
_IN_BOX = Pattern(r"│ (?P<file>\S.*?):(?P<line>\d+) in (?P<function>.+)$")
_OF_BOX = Pattern(r"│ ❱ +\d+ [│ ]*(?P<code>.*)$")
_PLACE = Pattern(
    r"(?:File (?P<file>\S+?):(?P<line>\d+)|(?P<cell>(?:Cell|Input) In ?\[\d+\]))(?:, line (?P<cell_line>\d+))?"
    r"(?:, in (?P<function>[^(]+)\(.*)?$"
)
_OLD_PLACE = Pattern(r"(?P<file><ipython-input-[\w-]+>|[~/\w][^\s:]*\.\w+) in (?P<function>[^\s(]+)\(.*$")
_ARROW = Pattern(r"-*> ?(?P<line>\d+)(?: (?P<code>.*))?$")
_AROUND = Pattern(r"\s*\d+(?: |$)|\s*\(\.\.\.\)$|\s+\S|\s*$")  # code around the arrow, and what is left out


def read_cells(reading: Reading, at: int, name: str) -> tuple[list[Frame], int]:
    """Read the places behind the title of a traceback.

    Args:
        reading: The text.
        at: The number of the title's line.
        name: The error's class, which the line with the message begins with.

    Returns:
        The places, outermost first, and the number of the line with the message, or of one that is none of it.
    """
    frames: list[Frame] = []
    for number in range(at + 1, len(reading.lines)):
        line = reading.lines[number]
        if line == name or line.startswith(f"{name}:"):
            return frames, number
        if match := _PLACE.match(line):
            function = match["function"] or ""
            frames.append(
                Frame(match["file"] or match["cell"], match["line"] or match["cell_line"] or "", function)
            )
        elif match := _OLD_PLACE.match(line):
            frames.append(Frame(match["file"], "", match["function"]))
        elif frames and (match := _ARROW.match(line)):
            code = (match["code"] or "").strip()
            frames[-1] = frames[-1]._replace(line=frames[-1].line or match["line"], code=code)
        elif not _AROUND.match(line):
            return frames, number
    return frames, len(reading.lines)


def read_box(reading: Reading, at: int) -> tuple[list[Frame], int]:
    """Read the places in a box of rich's: them, outermost first, and the number of the line below the box."""
    frames: list[Frame] = []
    for number in range(at + 1, len(reading.lines)):
        line = reading.lines[number]
        if not line.startswith("│"):
            return frames, number + line.startswith("╰")
        line = line.rstrip("│ ")
        if match := _IN_BOX.match(line):
            frames.append(Frame(match["file"], match["line"], match["function"]))
        elif frames and (match := _OF_BOX.match(line)):
            frames[-1] = frames[-1]._replace(code=match["code"])
    return frames, len(reading.lines)

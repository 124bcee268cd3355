"""Stack traces -> faults. Python writes the error behind its stack; most others before it."""

import re
from collections.abc import Sequence

from .facts import Fault, Frame, OwnCode
from .frames import frame_of
from .patterns import Pattern

_STARRED = Pattern(r"\*\* \((?P<type>[\w.]+)\) (?P<message>.*)$")
_TYPED = Pattern(
    r"\[?(?P<type>[A-Za-z_][\w.$\\]*(?:::[A-Za-z_]\w*)*)(?: \[\w+\])?(?:\([^)]*\))?(?:: ?(?P<message>.*))?$"
)
_NAMED = Pattern(
    r"(?:Error|Exception|Throwable|Failure|Fault|Interrupt|Exit|Warning|Panic|Group|Abort|Iteration)\d?$"
)
_LEAD = Pattern(
    r"(?P<indent>[\s|]*)(?P<lead>(?:(?:\[ERROR\] |PHP )?(?:Exception in thread \"[^\"]*\" |Caused by: |Suppressed: "
    r"|Wrapped by: |\[?cause\]?: |Uncaught (?:\(in promise\) )?|Unhandled [Ee]xception[.:]\s*|FATAL UNHANDLED EXCEPTION: "
    r"|Fatal error: +|--+> |\(Inner Exception #\d+\) |panic: |Error: Uncaught |Unhandled rejection |\*\* \(|ERROR:? "
    r"|thrown: |Next ))*)"
)
_CAUSED = Pattern(r"(?i)caused by|\[?cause\]?:|--+> |\bnext ")
_SEPARATOR = {
    "The above exception was the direct cause": "caused by",
    "During handling of the above exception": "while handling",
}
_CHILD = Pattern(r"[ |]*\+(?:-\+)?-{5,} (?:\d+|\.\.\.) -{5,}$")
_MARGIN = Pattern(r"[ |+-]*$")
_STOP = Pattern(
    r'[=_]{5,}|-{10,}|"""|(?:FAILED|ERROR|PASSED) |Ran \d|\[?\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|\[?(?:INFO|DEBUG|WARN|WARNING|ERROR|CRITICAL)\b|Traceback \(|\d+ (?:passed|failed)'
)
_MORE = Pattern(r"\s*(?:\.\.\. |--- End of |\.\.\.$|<[\w ]+ frames? )")
_TITLE = Pattern(
    r"(?i)\s*(?:full |python )?(?:stack ?-?trace|backtrace|call stack|(?:stack )?traceback)(?: ?\(.*\))?:?$"
)
_FIELD = Pattern(r"\s+(code|status|statusCode|exitCode|signal|reason|path|sqlState|detail|hint): (.+?),?$")
_GOROUTINE = Pattern(r"goroutine \d+(?: gp=\S+ m=\S+(?: mp=\S+)?)? \[([^\],]+)")
_GO_PLACE = Pattern(r"\s+(\S+):(\d+)(?: \+0x[0-9a-f]+)?$")
_GO_HEAD = Pattern(
    r"(?:.*? )?(?P<served>\S+: panic serving \S+: .*)|(?P<kind>panic|fatal error): (?P<message>.*)"
)
_RUST = Pattern(r"thread '([^']*)'(?: \(\d+\))? panicked at (?:'(.*)', )?([^\s:']+):(\d+)(?::\d+)?:?$")
_RUST_FRAME = Pattern(r"\s+\d+: (?:\s*0x[0-9a-f]+ - )?(.+)$")
_RUST_PLACE = Pattern(r"\s+at (\S+?):(\d+)(?::\d+)?$")
_HASH = Pattern(r"::h[0-9a-f]{16}$|\[[0-9a-f]{16}\]")
_SANITIZER = Pattern(r"(?:==\d+==)?\s*(?:ERROR|WARNING): (\w+Sanitizer): (\S+)(.*)")
_SANITIZED = Pattern(
    r"\s*(?:(READ|WRITE) of size|.*\blocated (?:\d+ bytes|in stack)|.*?(?:freed|allocated|created) by|.* leak of )"
)
_RUBY = Pattern(
    r"(?P<file>[^\s:]+):(?P<line>\d+):in [`'](?P<function>[^']+)': (?P<message>.*?) ?\((?P<type>[A-Z][\w:]*)\)$"
)
_PHP = Pattern(
    r"(?P<lead>.*\bUncaught |Next )(?P<type>[A-Za-z_][\w\\]*): (?P<message>.*) in (?P<file>\S+?)(?::| on line )(?P<line>\d+)$"
)
_PLACED = Pattern(r"(?:file://)?([^\s:()]+\.[cm]?[jt]sx?):(\d+)$")
_HINTS = (
    *(
        "at ",
        "Traceback (",
        "goroutine ",
        "panic",
        "fatal error: ",
        "Sanitizer: ",
        "#",
        ":in ",
        "Uncaught ",
        "Next ",
    ),
    *('File "', "-----", "❯ ", "from ", "called at ", "  (", ".lua:", ".ex"),
)
_TRIED = Pattern(
    r"Traceback \(|^\s*at |goroutine \d|panic|fatal error: |Sanitizer: |^\s*#\d|:\d+:in [`']|Uncaught |^Next "
    r"|^\s*File \"|\{$|\+-.* -{5,}$|❯ |^\s+from |\.js:\d+$|\.[cm]js:\d+$|\.tsx?:\d+$|^\s+\(|^\s+\S+\.(?:lua|exs?):| called at "
)


def read_traces(lines: Sequence[str], own: OwnCode) -> tuple[list[Fault], list[str], set[int]]:
    """Read all stack traces of a text.

    Returns:
        The faults in the order in which they are to be told; folded stacks; and the numbers of the lines that
        are a part of a trace.

    >>> faults, _, _ = read_traces(["Traceback (most recent call last):", '  File "a.py", line 2, in f', "E: x"], str)
    >>> faults[0].headline, str(faults[0].frames[0])
    ('E: x', 'a.py:2 f')
    """
    reader = _Reader(lines, own)
    reader.read()
    return reader.faults, reader.stacks, reader.used


def _is_worth_trying(line: str) -> bool:
    """Rule out most lines, at little cost."""
    return ((any(map(line.__contains__, _HINTS)) or line.endswith("{")) and bool(_TRIED.search(line))) or (
        line[-1:].isdigit() and bool(_PLACED.match(line))
    )


class _Reader:
    def __init__(self, lines: Sequence[str], own: OwnCode) -> None:
        self.lines = lines
        self.own = own
        self.faults: list[Fault] = []
        self.stacks: list[str] = []
        self.used: set[int] = set()
        self.place: Frame | None = None  # Node names the place of what it throws before the error

    def read(self) -> None:
        at, lines = 0, self.lines
        while at < len(lines):
            line = lines[at]
            at = max(self.trace(at), at + 1) if _is_worth_trying(line) else at + 1

    def trace(self, at: int) -> int:
        """Read what begins on a line; give the number of the line behind it."""
        line = self.lines[at]
        if "Traceback (most recent call last)" in line or _CHILD.match(line):
            return self.python(at)
        if _GOROUTINE.match(line):
            return self.goroutines(at)
        if match := _GO_HEAD.match(line):
            return self.go_panic(at, match)
        if match := _RUST.search(line):
            return self.rust(at, match)
        if match := _SANITIZER.match(line):
            return self.sanitizer(at, match)
        if match := _RUBY.match(line):
            return self.ruby(at, match)
        if match := _PHP.match(line):
            return self.php(at)
        if match := _PLACED.match(line):
            self.place = Frame(match[1], match[2], "", self.line(at + 1).strip())
            if self.line(at + 2).strip("^ \t~") == "":
                self.used.update((at, at + 1, at + 2))
                return at + 3
        elif line.endswith("{") and self.line(at + 1).strip() in ("[errors]: [", "[cause]: {"):
            self.faults.append(self.typed(line.rstrip("{ ").rstrip("]")))
            self.used.update((at, at + 1))
        elif _RUST_PLACE.match(line) and _RUST_FRAME.match(self.line(at - 1)):
            return self.backtrace(at - 1)
        elif frame_of(line):
            return self.stack(at)
        return at + 1

    def line(self, at: int) -> str:
        return self.lines[at] if 0 <= at < len(self.lines) else ""

    def typed(self, text: str) -> Fault:
        """Read `lead type: message`."""
        if starred := _STARRED.match(text.strip()):
            return Fault(starred["type"], starred["message"])
        lead = _LEAD.match(text)
        rest = text[lead.end() :] if lead else text
        match = _TYPED.match(rest)
        fault = Fault(match["type"], (match["message"] or "").strip()) if match else Fault("", rest.strip())
        if match and not _is_type(fault.type) and (not fault.message or not fault.type[:1].isupper()):
            fault = Fault("", rest.strip())
        if lead and _CAUSED.search(lead["lead"]):
            fault.relation = "caused by"
        elif lead and "Suppressed" in lead["lead"]:
            fault.relation = "suppressed"
        return fault

    # Python

    def python(self, at: int) -> int:
        """Read a chain of tracebacks, the oldest first, as Python writes it."""
        chain: list[Fault] = []
        child = bool(_CHILD.match(self.line(at)))
        relation = ""
        while True:
            if _CHILD.match(self.line(at)):
                self.used.add(at)
                column = self.line(at).rindex("+", 0, self.line(at).index("---")) + 2
                at += 1
            else:
                column = re.match(r"(?:[ |]*\+ (?=Exc))?[ |]*", self.line(at)).end()  # type: ignore[union-attr]
            fault, at = self.python_block(at, column)
            fault.relation = relation
            chain.append(fault)
            relation, behind = self.separator(at, column)
            if not relation:
                break
            chain[-1].relation = relation  # of this one to the next, which is the outer one
            at = behind
        chain.reverse()
        # Relations stand with the inner one; the outermost has none, or is a child of a group.
        chain[0].relation = "-" if child else ""
        for fault in chain:
            fault.depth = column // 2
        self.faults += chain
        return at

    def python_block(self, at: int, column: int) -> tuple[Fault, int]:
        frames: list[Frame] = []
        fault = Fault("")
        while at < len(self.lines):
            line = self.lines[at]
            if line[:column].strip(" |+"):
                break
            text = line[column:]
            if not text.strip():
                if frames:
                    break
            elif (frame := frame_of(text)) and text[0] == " ":
                code = self.line(at + 1)[column:]
                frames.append(frame._replace(code=code.strip()) if code.startswith("    ") else frame)
            elif text[0] != " " and not text.startswith(
                ("Traceback (", "Exception Group Traceback (", "+ Exc")
            ):
                fault = self.typed(text)
                self.used.add(at)
                at = self.details(fault, at + 1, column)
                break
            self.used.add(at)
            at += 1
        fault.frames = frames[::-1]
        return fault, at

    def details(self, fault: Fault, at: int, column: int) -> int:
        """Read the lines behind the one with the message: more of it, and notes."""
        for number in range(at, min(at + 400, len(self.lines))):
            line = self.lines[number]
            text = line[column:]
            if not text.strip() or line[:column].strip(" |") or _STOP.match(text) or _CHILD.match(line):
                return number
            self.used.add(number)
            fault.details.append(text.rstrip())
        return min(at + 400, len(self.lines))

    def separator(self, at: int, column: int) -> tuple[str, int]:
        """Read the line between two tracebacks of a chain."""
        relation = ""
        for number in range(at, min(at + 6, len(self.lines))):
            text = self.lines[number][column:]
            for start, name in _SEPARATOR.items():
                if text.startswith(start):
                    relation = name
            if relation and "Traceback (most recent call last)" in text:
                return relation, number
            if relation or text.strip(' "|'):
                self.used.add(number) if relation else None
                if not relation:
                    break
        return "", at

    # What writes its error before its stack: Java, JavaScript, C#, and whatever looks alike

    def stack(self, at: int) -> int:
        head = self.head_above(at)
        faults = self.heads(head, at)
        segments: list[list[Frame]] = [[]]
        behind = at
        while behind < len(self.lines):
            line = self.lines[behind]
            if frame := frame_of(line):
                segments[-1].append(frame)
                if line.endswith(" {"):
                    behind += 1
                    break
            elif not _MORE.match(line):
                break
            elif "--- End of inner" in line:
                segments.append([])
            behind += 1
        for fault, frames in zip(reversed(faults), segments, strict=False):
            fault.frames = frames
        for frames in segments[len(faults) :]:
            faults[0].frames += frames
        while match := _FIELD.match(self.line(behind)):
            faults[0].details.append(f"{match[1]}: {match[2]}")
            behind += 1
        frames = faults[0].frames
        if self.place and frames and all(f[:2] != self.place[:2] for f in frames) and self.own(self.place):
            frames.insert(0, self.place)
        self.place = None
        self.used.update(range(head, behind))
        if "(Inner Exception #" not in self.line(head) or all(
            f.headline != faults[0].headline for f in self.faults
        ):
            self.faults += faults
        return behind

    def head_above(self, at: int) -> int:
        """Find the line that names the error of a stack; the stack's own first line if there is none."""
        titled = bool(_TITLE.match(self.line(at - 1)))
        top = at - 2 if titled or not self.line(at - 1).strip() else at - 1
        parted = False  # by a blank line; what is above it must look like an error
        for number in range(top, max(top - 30, -1), -1):
            text = self.lines[number]
            if number in self.used or frame_of(text):
                break
            if not text.strip():
                parted = True
            elif self.is_head(text, near=number == at - 1) and (
                not parted or (text[:1].strip() and _NAMED.search(text.partition(":")[0].partition(" [")[0]))
            ):
                return number
        near = (titled or top == at - 1) and top >= 0 and top not in self.used
        return top if near and self.lines[top].strip() and not frame_of(self.lines[top]) else at

    def heads(self, head: int, at: int) -> list[Fault]:
        """Read the lines before a stack as one fault, or as a chain with arrows."""
        if head == at:
            return [Fault("")]
        if self.line(head).lstrip().startswith("---> ") and self.is_head(self.line(head - 1), near=True):
            first = [self.typed(part) for part in self.line(head - 1).split(" ---> ")]
        else:
            first = []
        parts = re.split(r" ?---> (?!\(Inner)", self.line(head).strip())
        faults = first + [self.typed(part) for part in parts if part]
        for fault in faults[1:]:
            fault.relation = "caused by"
        told = (line.rstrip() for line in self.lines[head + 1 : at] if not _TITLE.match(line))
        faults[-1].details += [line for line in told if line.strip(" ^~")]
        above = self.line(head - 1).strip()
        if above == "[errors]: [" or (
            self.faults and self.faults[-1].relation == "-" and head - 1 in self.used
        ):
            faults[0].relation = faults[0].relation or "-"
        return faults

    def is_head(self, text: str, *, near: bool) -> bool:
        """Whether a line names an error; one just before a stack need not look like much."""
        lead = _LEAD.match(text)
        rest = text[lead.end() :] if lead else text
        match = _TYPED.match(rest)
        if not match:
            return False
        if _is_type(match["type"]):
            return True
        return near and bool(match["message"]) and match["type"][:1].isupper() and text[:1] not in " \t"

    # Go

    def go_panic(self, at: int, match: re.Match[str]) -> int:
        fault = Fault("", match["served"]) if match["served"] else Fault(match["kind"], match["message"])
        self.used.add(at)
        at += 1
        while self.line(at).startswith(("[signal ", "\tpanic: ", "\t/", "panic: ")) or (
            not self.line(at).strip() and _GOROUTINE.match(self.line(at + 1))
        ):
            if text := self.line(at).split(" code=")[0].strip("[ \t"):
                fault.details.append(text)
            self.used.add(at)
            at += 1
        self.faults.append(fault)
        return at

    def is_go(self, fault: Fault) -> bool:
        """Whether a fault is Go's, and its stack is still to come."""
        return fault.type in ("panic", "fatal error") or "panic serving" in fault.message

    def goroutines(self, at: int) -> int:
        """Read goroutines; the running one's stack is that of the panic, the others are folded."""
        panic = self.faults[-1] if self.faults and self.is_go(self.faults[-1]) else None
        running = panic and not panic.frames
        folded: dict[tuple[str, str], int] = {}
        while match := _GOROUTINE.match(self.line(at)):
            frames, started, start = [], "", at
            at += 1
            while self.line(at).strip() and not _GOROUTINE.match(self.line(at)):
                place = _GO_PLACE.match(self.line(at + 1))
                if place:
                    name = re.sub(r"\([^()]*\)$", "", self.line(at).strip())
                    if name.startswith("created by "):
                        started = Frame(place[1], place[2]).place
                    else:
                        frames.append(Frame(place[1], place[2], name))
                    at += 1
                elif not self.line(at).startswith((" ", "\t")) and not self.line(at).endswith(")"):
                    break
                at += 1
            self.used.update(range(start, at))
            if running and panic is not None and match[1] == "running":
                # What runs while it panics, a deferred function say, stands above the call of panic.
                raised = [number for number, frame in enumerate(frames) if frame.function == "panic"]
                panic.frames, running = frames[raised[-1] + 1 :] if raised else frames, None
            elif frames:
                mine = next((frame for frame in frames if self.own(frame)), frames[0])
                stack = f"at {mine}" + (f" ← {started}" if started else "")
                folded[match[1], stack] = folded.get((match[1], stack), 0) + 1
            if not self.line(at).strip():
                at += 1
        for (state, stack), times in folded.items():
            count = f"×{times} " if times > 1 else ""
            self.stacks.append(f"{count}goroutine [{state}] {stack}")
        return at

    # Rust

    def rust(self, at: int, match: re.Match[str]) -> int:
        thread, message, file, number = match.groups()
        head = at
        details = [] if thread in ("main", "<unnamed>") or "::" in thread else [f"thread '{thread}'"]
        at += 1
        while message is None or (
            self.line(at).strip() and not self.line(at).startswith(("stack backtrace", "note:"))
        ):
            text = self.line(at).strip()
            message, details = (text, details) if message is None else (message, [*details, text])
            at += 1
            if at >= len(self.lines) or at > head + 40:
                break
        frames: list[Frame] = []
        if self.line(at).startswith("stack backtrace"):
            frames, at = self.rust_frames(at + 1)
        if self.line(at).startswith("note: "):
            at += 1
        here = Frame(re.sub(r"^\./", "", file), number)
        same = [frame for frame in frames if frame.line == number and frame.file.endswith(here.file)]
        own = [frame for frame in frames if self.own(frame) and frame not in same[:1]]
        stack = ([same[0]] if same else [here] if self.own(here) else []) + own
        self.used.update(range(head, at))
        self.faults.append(Fault("panicked", message or "", "", details, stack or frames))
        return at

    def rust_frames(self, at: int) -> tuple[list[Frame], int]:
        """Read numbered functions, each with its place on the next line."""
        frames: list[Frame] = []
        while match := _RUST_FRAME.match(self.line(at)):
            place = _RUST_PLACE.match(self.line(at + 1))
            function = _HASH.sub("", match[1].replace("::{{closure}}", ""))
            if place:
                frames.append(Frame(place[1].removeprefix("./"), place[2], function))
            at += 2 if place else 1
        return frames, at

    def backtrace(self, at: int) -> int:
        """Read a backtrace of an error that is no panic, as anyhow and eyre write it."""
        while at > 0 and _RUST_FRAME.match(self.line(at - 1)):
            at -= 1
        head = self.head_above(at)
        faults = self.heads(head, at)
        faults[-1].frames, behind = self.rust_frames(at)
        self.faults += faults
        self.used.update(range(head, behind))
        return behind

    # Sanitizers

    def sanitizer(self, at: int, match: re.Match[str]) -> int:
        fault = Fault("", f"{match[1]}: {match[2]}")
        if not match[3].startswith(" on "):
            fault.message += match[3]
        head, label = at, ""
        at += 1
        while at < len(self.lines) and at < head + 200 and "ABORTING" not in self.line(at):
            line = self.line(at)
            if line.startswith("SUMMARY:") or _SANITIZER.match(line):
                break
            if frame := frame_of(line):
                if not label:
                    fault.frames.append(frame)
                elif self.own(frame):
                    fault.details.append(f"{label} {frame}")
                    label = "-"
            elif _SANITIZED.match(line):
                text = re.sub(
                    r"0x[0-9a-f]+ is |(?: at)? 0x[0-9a-f]+.*| \[0x.*| thread T\d+ here| here:?$", "", line
                ).strip(" :")
                if "by" in text.split() or "leak of" in text:
                    label = text
                else:
                    fault.details.append(text)
            at += 1
        self.used.update(range(head, at))
        self.faults.append(fault)
        return at

    # Ruby and PHP

    def ruby(self, at: int, match: re.Match[str]) -> int:
        chained = bool(self.faults) and at - 1 in self.used
        fault = Fault(match["type"], match["message"], "caused by" if chained else "")
        fault.frames = [Frame(match["file"], match["line"], match["function"])]
        self.used.add(at)
        at += 1
        while frame := frame_of(self.line(at)):
            fault.frames.append(frame)
            self.used.add(at)
            at += 1
        if len(fault.frames) > 1 and fault.frames[0][:2] == fault.frames[1][:2]:
            del fault.frames[0]  # a built-in method has the place of its caller
        self.faults.append(fault)
        return at

    def php(self, at: int) -> int:
        chain: list[Fault] = []
        while match := _PHP.match(self.line(at)):
            message = re.sub(r", called in (\S+) on line (\d+) and defined$", "", match["message"])
            fault = Fault(match["type"], message, "caused by", frames=[Frame(match["file"], match["line"])])
            if message != match["message"]:
                fault.details.append(match["message"][len(message) + 2 :])
            chain.append(fault)
            calls: list[Frame] = []
            while self.line(at).strip() and not self.line(at).startswith("  thrown in"):
                if frame := frame_of(self.line(at)):
                    calls.append(frame)
                self.used.add(at)
                at += 1
            # PHP names at each place the function that is called there, not the one that it stands in.
            places = [fault.frames[0], *calls]
            inside = [call.function for call in calls] + [""]
            pairs = zip(places, inside, strict=True)
            fault.frames = [place._replace(function=function) for place, function in pairs if place.file]
            if self.line(at).startswith("  thrown in"):
                self.used.add(at)
            at += not self.line(at).strip()
        chain.reverse()
        chain[0].relation = ""
        self.faults += chain
        return at


def _is_type(name: str) -> bool:
    last = re.split(r"[.$\\]|::", name)[-1]
    return bool(_NAMED.search(last)) or ("." in name and last[:1].isupper()) or ("\\" in name)

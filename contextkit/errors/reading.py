"""What all readers of traces share: the lines, what was found so far, and how an error names itself."""

import re
from collections.abc import Sequence

from ..patterns import Pattern
from .facts import Fault, Frame, OwnCode

_STARRED = Pattern(r"\*\* \((?P<type>[\w.]+)\) (?P<message>.*)$")
TYPED = Pattern(
    r"\[?(?P<type>[A-Za-z_][\w.$\\]*(?:::[A-Za-z_]\w*)*)(?: \[\w+\])?(?:\([^)]*\))?(?:: ?(?P<message>.*))?$"
)
NAMED = Pattern(
    r"(?:Error|Exception|Throwable|Failure|Fault|Interrupt|Exit|Warning|Panic|Group|Abort|Iteration)\d?$"
)
LEAD = Pattern(
    r"(?P<indent>[\s|]*)(?P<lead>(?:(?:\[ERROR\] |PHP )?(?:Exception in thread \"[^\"]*\" |Caused by: |Suppressed: "
    r"|Wrapped by: |\[?cause\]?: |Uncaught (?:\(in promise\) )?|Unhandled [Ee]xception[.:]\s*|FATAL UNHANDLED EXCEPTION: "
    r"|Fatal error: +|--+> |\(Inner Exception #\d+\) |panic: |Error: Uncaught |Unhandled rejection |\*\* \(|ERROR:? "
    r"|thrown: |Next ))*)"
)
_THREAD = Pattern(r"thread \"(?!main\")[^\"]*\"")
_CAUSED = Pattern(r"(?i)caused by|\[?cause\]?:|--+> |\bnext ")


class Reading:
    """Lines of a text, and what has been read of them.

    Attributes:
        lines: The lines.
        own: Tells a frame of the user's own code from others.
        faults: Errors, in the order in which they are to be told.
        stacks: Folded stacks.
        used: The numbers of the lines that are a part of a trace.
        place: Where Node says that it throws, ahead of the error.
    """

    def __init__(self, lines: Sequence[str], own: OwnCode) -> None:
        self.lines = lines
        self.own = own
        self.faults: list[Fault] = []
        self.stacks: list[str] = []
        self.used: set[int] = set()
        self.place: Frame | None = None

    def line(self, at: int) -> str:
        """Give a line; nothing beyond both ends."""
        return self.lines[at] if 0 <= at < len(self.lines) else ""


def typed(text: str) -> Fault:
    """Read `lead type: message`."""
    if starred := _STARRED.match(text.strip()):
        return Fault(starred["type"], starred["message"])
    lead = LEAD.match(text)
    rest = text[lead.end() :] if lead else text
    match = TYPED.match(rest)
    fault = Fault(match["type"], (match["message"] or "").strip()) if match else Fault("", rest.strip())
    if match and not is_type(fault.type) and (not fault.message or not fault.type[:1].isupper()):
        fault = Fault("", rest.strip())
    if lead and (thread := _THREAD.search(lead["lead"])):
        fault.details.append(thread[0])
    if lead and _CAUSED.search(lead["lead"]):
        fault.relation = "caused by"
    elif lead and "Suppressed" in lead["lead"]:
        fault.relation = "suppressed"
    return fault


def is_head(text: str, *, near: bool) -> bool:
    """Whether a line names an error; one just before a stack need not look like much."""
    lead = LEAD.match(text)
    rest = text[lead.end() :] if lead else text
    match = TYPED.match(rest)
    if not match:
        return False
    if is_type(match["type"]):
        return True
    return near and bool(match["message"]) and match["type"][:1].isupper() and text[:1] not in " \t"


def is_type(name: str) -> bool:
    """Whether a name looks like that of a class of errors."""
    last = re.split(r"[.$\\]|::", name)[-1]
    return bool(NAMED.search(last)) or ("." in name and last[:1].isupper()) or ("\\" in name)

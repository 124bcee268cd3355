"""Lines of stacks: one expression for each way that a language writes a frame."""

from functools import lru_cache

from ..patterns import Pattern
from .facts import Frame

_SHAPES = (
    # Python: File "a.py", line 3, in f
    Pattern(r'\s*File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>.+))?$'),
    # Valgrind: by 0x10918F: dup (leak.c:3)
    Pattern(r"\s*(?:at|by) 0x[0-9A-F]+: (?P<function>.+) \((?P<file>[^\s():]+):(?P<line>\d+)\)$"),
    Pattern(r"\s*(?:at|by) 0x[0-9A-F]+: (?P<function>.+) \(in (?P<file>[^\s():]+)\)$"),
    # Java, Kotlin, Scala: at a.b.C.m(File.java:3)
    Pattern(
        r"\s*at (?P<function>[^\s(]+)\((?:(?P<file>[^\s():]+|Native Method|Unknown Source)(?::(?P<line>\d+))?)\)"
    ),
    # JavaScript: at f (file:3:4), at file:3:4
    Pattern(
        r"\s*at (?:async )?(?:(?P<function>[^()]*?(?: \[as [^\]]+\])?) )?"
        r"\(?(?P<file>(?:[A-Za-z]+:)?[^\s()]*?[^\s():]):(?P<line>\d+)(?::\d+)?\)?(?: \{|,)?$"
    ),
    # JavaScript without a place: at async Promise.any (index 0), at Array.reduce (<anonymous>)
    Pattern(r"\s*at (?P<function>(?:async )?[^()]+?) \((?P<file><anonymous>|native|index \d+)\)[,{ ]*$"),
    # JavaScript in TAP: f (file:///a.mjs:3:4)
    Pattern(
        r"\s+(?:async )?(?P<function>[\w.$<>]+(?: [\w.$<>]+)?) \((?P<file>(?:file://|/|node:)[^\s()]+?):(?P<line>\d+):\d+\)$"
    ),
    # C#, of Mono and of .NET
    Pattern(
        r"\s*at (?P<function>\S+) ?\([^)]*\)(?: \[0x\w+\])?(?: in (?P<file>.+?):(?:line )?(?P<line>\d+))?(?: <---)?$"
    ),
    # Ruby: from a.rb:3:in `f'
    Pattern(r"\s*(?:from |\d+: from |# )(?P<file>[^\s:]+):(?P<line>\d+)(?::in [`'](?P<function>[^']+)')?$"),
    Pattern(r"\s*(?P<file>[^\s:]+):(?P<line>\d+):in [`'](?P<function>[^']+)'$"),
    # PHP: #0 /srv/a.php(3): f()
    Pattern(r"\s*#\d+ (?:(?P<file>[^\s(]+)\((?P<line>\d+)\)|\[internal function\]): (?P<function>.+)$"),
    Pattern(r"\s*#\d+ (?P<function>\{main\})(?P<file>)$"),
    # C and C++: #0 0x55 in f /srv/a.c:3:1, #0 f (x=1) at a.c:3
    Pattern(
        r"\s*#\d+ +(?:0x[0-9a-f]+ in )?(?P<function>[^\s(]+(?:\([^)]*\))?)(?: const)?(?: \([^)]*\))?(?: at)? "
        r"\(?(?P<file>[^\s:()]+)(?::(?P<line>\d+)(?::\d+)?|\+0x[0-9a-f]+)\)?(?: \([^()]+\)){0,2}$"
    ),
    Pattern(
        r"\s*#\d+ +0x[0-9a-f]+ in (?P<function>[^\s(]+(?:\([^)]*\))?)(?: \([^)]*\))? (?P<file>/[^\s:()]+)$"
    ),
    # Dart: #0      main (file:///a.dart:3:5)
    Pattern(
        r"\s*#\d+ +(?P<function>[^\s(]+|[^\s(]+(?:<anonymous closure>[^\s(]*)+) "
        r"\((?P<file>[^()]+?):(?P<line>\d+)(?::\d+)?\)$"
    ),
    # Elixir writes an app, its version, a place and a function
    Pattern(
        r"\s+(?:\((?P<app>\w+)[^)]*\) )?(?P<file>[\w./-]+\.exs?|[\w./-]+\.erl):(?P<line>\d+): (?P<function>.+)$"
    ),
    # Lua: a.lua:3: in function 'f'; Perl: main::f() called at a.pl line 3
    Pattern(r"\s+(?P<file>[^\s:]+\.lua):(?P<line>\d+): in (?:function |upvalue |method )?(?P<function>.+)$"),
    Pattern(r"\s+(?P<function>\S+\(.*\)) called at (?P<file>\S+) line (?P<line>\d+)"),
    # vitest: ❯ f a.ts:3:4
    Pattern(r"\s*❯ (?:(?P<function>\S+) )?(?P<file>[^\s:]+):(?P<line>\d+)(?::\d+)?$"),
)
_STARTS = ('File "', "at ", "by 0x", "from ", "#", "(", "❯ ", *"0123456789")
_PARTS = (":in `", ":in '", ".lua:", ".ex:", ".exs:", ".erl:", " called at ", " (file://", " (/", " (node:")


@lru_cache(maxsize=512)  # those of a recursion come again and again
def frame_of(line: str) -> Frame | None:
    r"""Read one line of a stack; nothing if it is none.

    >>> frame_of('  File "shop/run.py", line 10, in main')
    Frame(file='shop/run.py', line='10', function='main', code='')
    >>> frame_of("\tat com.shop.App.total(App.java:25)")
    Frame(file='App.java', line='25', function='com.shop.App.total', code='')
    """
    if not line.lstrip().startswith(_STARTS) and not any(map(line.__contains__, _PARTS)):
        return None
    line = line[:600].rstrip()
    for shape in _SHAPES:
        if match := shape.match(line):
            found = match.groupdict()
            file = (found.get("file") or "").removeprefix("file://")
            if found.get("app"):
                file = f"{found['app']}/{file}"
            return Frame(file, found.get("line") or "", (found.get("function") or "").strip())
    return None

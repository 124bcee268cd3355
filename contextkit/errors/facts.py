"""What an error text says: faults with frames, findings of compilers and linters, failures of test runs."""

import dataclasses
import functools
import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from ..patterns import Pattern


class Frame(NamedTuple):
    """One place in a stack.

    Attributes:
        file: The path as the text has it; may be empty.
        line: The line's number as the text has it; may be empty.
        function: The function, qualified as the text has it; may be empty.
        code: The line of source code, where the text shows it.
    """

    file: str
    line: str
    function: str = ""
    code: str = ""

    @property
    def place(self) -> str:
        """The file, of a far one with its last folder only, and the line.

        >>> Frame("/srv/shop/shop/pricing.py", "20", "total").place
        'shop/pricing.py:20'
        """
        file = _short_file(self.file)
        return f"{file}:{self.line}" if self.line else file

    @property
    def name(self) -> str:
        """The function's last names, without what it was called with.

        >>> Frame("App.java", "19", "com.shop.App.convert").name
        'App.convert'
        """
        return _short_name(self.function)

    def __str__(self) -> str:
        return f"{self.place} {self.name}".strip()


_REMEMBERED = 1_000  # files and functions: the same ones stand in many stacks


@functools.lru_cache(_REMEMBERED)
def _short_file(file: str) -> str:
    return short_path(_SLASHES.sub("/", file)).lstrip("/")


@functools.lru_cache(_REMEMBERED)
def _short_name(function: str) -> str:
    name = _ARGUMENTS.sub("", function)
    if "." in (last := name.rpartition("/")[2]):  # Go's have the folders of their package
        name = last
    if len(name) > 40 or name.count(".") > 1:
        name = ".".join(name.split(".")[-2:])
    return name if len(name) <= 60 else _HALF_WORD.sub("", name[-60:]) or name


def short_path(file: str) -> str:
    """Give a relative path of a few folders, which can be opened as it is; of others the last folder and the file.

    >>> short_path("src/shop/api/pricing.py"), short_path("/srv/shop/shop/pricing.py")
    ('src/shop/api/pricing.py', 'shop/pricing.py')
    """
    file = file[match.end() :] if (match := _WORKSPACE.match(file)) else file
    near = file[:1] not in "/~.<" and file[1:2] != ":" and file.count("/") <= _FOLDERS
    return file if near else "/".join(file.split("/")[-2:])


_FOLDERS = 8
_WORKSPACE = Pattern(  # where runners and containers keep what they check out
    r"(?:\.|/(?:home|Users)/runner/work/[^/]+/[^/]+|[A-Z]:/a/[^/]+/[^/]+|/builds/[^/]+/[^/]+|/(?:github/)?workspaces?"
    r"|(?:/usr/src)?/app)/(?=[^/]+/)|\w+/(?=lib/\S+\.ex$)"
)
_SLASHES = Pattern(r"\\+")
_HALF_WORD = Pattern(r"^\w+\W*")
_ARGUMENTS = Pattern(r"(?<!\.)\(.*")  # Go writes receivers so: main.(*Crane).lift

OwnCode: TypeAlias = Callable[[Frame], bool]
"""Whether a frame is in the user's own code. Pure."""

_FOREIGN_FILES = Pattern(
    r"(?:site|dist)-packages|node_modules|^node:|^internal/|^<frozen|^/rustc/|^/usr/(?:bin/\.\./)?(?:lib(?:exec)?|local|include|share)/"
    r"|/lib/python\d|/usr/src/|/gems/|/vendor/|/pkg/mod/|/\.cargo/|/\.rustup/|libsanitizer|sysdeps/|^\.\./csu/"
    r"|\.pxi?$|<anonymous>|/go/src/runtime/|/jdk|^\[internal|^native$|^index \d|^dart:|^package:flutter/|/usr/local/go/|/Go/src/|^_testmain\.go|^Native Method|^Unknown Source|/\.venv/"
    r"|\.pyenv/|[/\\]Lib[/\\]|[/\\]dotnet[/\\]|^<[0-9a-f]{32}>|^/_/src/|^(?:elixir|mix|stdlib|kernel|ex_unit|iex|logger|phoenix\w*|plug\w*|ecto\w*|db_connection|postgrex|gen_stage|oban|absinthe|tesla)/(?:lib/)?|^\./\w+\.jl|^libraries/base|^(?:gen|eunit)_\w+\.erl|^(?:proc_lib|timer|lists|erl_eval|init)\.erl"
    r"|<compiler-generated>|/__cypress/runner/|/polyfills\.js$"
)
_FOREIGN_NAMES = Pattern(
    r"(?:java\.base|android|androidx|dalvik|java|javax|jdk|sun|com\.sun|kotlin|kotlinx|scala|akka|groovy|org\.(?:springframework|apache|junit|"
    r"hibernate|gradle|jboss|eclipse|codehaus|mockito|hamcrest|opentest4j|postgresql)|com\.(?:fasterxml|google\.common|"
    r"zaxxer)|io\.(?:netty|ktor)|reactor|jakarta|System|Microsoft|Newtonsoft|Xunit|NUnit|std|core|alloc|"
    r"__rustc|tokio|Stdlib\w*|runtime|testing|net/http|sync|time|reflect|encoding)(?:[./\[]|::)"
    r"|test::|rust_begin_unwind|_start\b|__libc|__interceptor_|__asan|<(?:alloc|core|std|fn\b)"
)


def own_code(frame: Frame) -> bool:
    """Tell the user's own code from libraries, run times and generated code, by path and by name.

    >>> own_code(Frame("/srv/shop/run.py", "10", "main")), own_code(Frame("node:events", "502"))
    (True, False)
    """
    return frame.line != "0" and _is_own(frame.file, frame.function)


@functools.lru_cache(_REMEMBERED)
def _is_own(file: str, function: str) -> bool:
    name = function.removeprefix("app//").partition("@")[0]
    return not _FOREIGN_FILES.search(_SLASHES.sub("/", file)) and not _FOREIGN_NAMES.match(name)


@dataclasses.dataclass
class Fault:
    """One error of a chain or a group.

    Attributes:
        type: The class, qualified as the text has it; may be empty.
        message: What it says: the first line.
        relation: What it is to the one before: `caused by`, `while handling`, `suppressed`, `-` for a child of a
            group, or nothing.
        details: Further lines of the message, notes and fields.
        frames: The stack, innermost first.
        depth: How deep it is in groups.
        qualified: Whether its name says too little without its package.
    """

    type: str
    message: str = ""
    relation: str = ""
    details: list[str] = dataclasses.field(default_factory=list)
    frames: list[Frame] = dataclasses.field(default_factory=list)
    depth: int = 0
    qualified: bool = False

    @property
    def short_type(self) -> str:
        """The class without its package; of one in a module of Ruby or C++, or in a class of Python, with that.

        >>> Fault("shop.pricing.PricingError").short_type, Fault("com.shop.App$OrderException").short_type
        ('PricingError', 'OrderException')
        >>> Fault("Errno::ENOENT").short_type, Fault("shop.models.Order.DoesNotExist").short_type
        ('Errno::ENOENT', 'Order.DoesNotExist')
        """
        names = re.split(r"[$\\]", self.type.rstrip(".:$\\"))[-1].split(".")
        if len(names) > 2 and names[0][:1].islower() and names[-2][:1].isupper():
            return ".".join(names[-2:])
        return "::".join(names[-1].split("::")[-2:])

    @property
    def headline(self) -> str:
        """Type and message on a line."""
        return f"{self.name}: {self.message}" if self.message and self.type else self.name or self.message

    @property
    def name(self) -> str:
        """The class as it is to be told."""
        return self.type if self.qualified else self.short_type


@dataclasses.dataclass
class Finding:
    """What a compiler or a linter says of one place."""

    file: str
    line: str
    column: str
    severity: str
    message: str
    details: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Failure:
    """One test that failed.

    Attributes:
        name: The test, as its runner names it.
        lines: What is said of it: type and message first, then expected and received and the like.
        frame: The innermost place in the user's own code.
        caller: The outermost one, if it is another: mostly the test itself.
    """

    name: str
    lines: list[str] = dataclasses.field(default_factory=list)
    frame: Frame | None = None
    caller: Frame | None = None


@dataclasses.dataclass
class Facts:
    """All that was understood of a text.

    Attributes:
        faults: Errors with their chains, outermost first, the cause last.
        stacks: Folded stacks of goroutines and threads, as text.
        failures: Tests that failed.
        findings: What compilers and linters said.
        counts: Lines that count: of tests, errors, warnings.
    """

    faults: list[Fault] = dataclasses.field(default_factory=list)
    stacks: list[str] = dataclasses.field(default_factory=list)
    failures: list[Failure] = dataclasses.field(default_factory=list)
    findings: list[Finding] = dataclasses.field(default_factory=list)
    counts: list[str] = dataclasses.field(default_factory=list)

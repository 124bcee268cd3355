"""Runs of tests -> failures and counts, for the runners of a dozen languages."""

import re
from collections.abc import Collection, Mapping, Sequence

from ..patterns import Pattern
from .facts import Failure, OwnCode
from .failures import read_assertion, read_check, read_example, read_failure
from .pytest_runs import joined_with, of_section, read_results

_STARTS = Pattern(
    r"_{3,} (?P<pytest>\S.*?) _{3,}$"
    r"|\s*● (?P<jest>(?!Console$).*(?: › .*|suite failed to run))$"
    r"|  ● (?P<outermost>(?!Console$)\S.*)$"
    r"|\s*(?:FAIL|×|✗)\s+(?P<vitest>\S.* > .*)$"
    r"|\s{0,6}\d+\) (?P<numbered>\S.*)$"
    r"|\s*--- FAIL: (?P<go>\S+)"
    r"|---- (?P<cargo>.+) stdout ----$"
    r"|(?:FAIL|ERROR): (?P<unittest>\w+ \(.*\)(?: .*)?)$"
    r"|\s*#\s+Failed test '(?P<perl>.+)'$"
    r"|\s*not ok \d+ *-? *(?P<tap>.*)$"
    r"|(?P<gradle>\S.* > .*) FAILED *$"
    r"|\[ERROR\] +(?P<maven>[\w.$]+(?:Test\w*|IT|Spec)\b.*)$"
    r"|\s+(?:Failed|X) (?P<dotnet>[\w.]+(?:\(.*\))?) \[[^\]]+\]$"
    r"|\s*✖ (?P<node>\S.*) \([\d.]+ ?ms\)$"
    r"|\s*✘ (?:\[fail\]: )?(?P<listed>\S.*)$"
    r"|(?P<catch>\S.*?[:(]\d+\)?): FAILED:$"
    r"|FAILED: (?P<testng>(?!\d)\S.*)$"
    r"|\[ RUN      \] (?P<gtest>\S.*)$"
    r"|File \"(?P<doctest>[^\"]+\", line \d+, in [\w.]+)$"
    r"|(?:── )?(?P<testthat>(?:Failure|Error|Warning) \('?[^'():]+:\d+(?::\d+)?'?\): .+?)(?: ─+)?$"
    r"|(?P<robot>\S.*?) +\| FAIL \|$"
    r"|Testcase: (?P<ant>\S+) took [\d.]+ sec$"
    r"|\s+(?P<junit>JUnit (?:Jupiter|Vintage):\S.*)$"
    r"|\s+\d+ - (?P<ctest>\S+(?: \((?!Failed)(?:[A-Z_]+|Timeout|Not Run|\w+ aborted)\))?)(?: \(Failed\)|(?<=\))) *$"
)
_COUNT = Pattern(
    r"(?:=+ |[✖ℹ×*# ]*|\[\w+\] )?(?P<line>(?:(?:Failed|Passed)!  - |Failed: \d+\.|Tests?(?: Suites| Files)?:? |Test run|test result: |Ran |Found |FAILED \(|Tests run: |Snapshots?: "
    r"|\d+ (?:failed|passed|passing|failing|errors?\b|warnings?\b|problems?\b|issues?\b|examples?|tests?\b|scenarios?\b|failures?\b|runs?,)"
    r"|\[ FAIL \d+ \| |\[ +\d+ tests failed +\]|\d+% tests passed, |\d+ FAILED TESTS?$|\d+ items had failures|(?:pass|fail) \d+$|collected \d+ items / ).*?)(?: =+)?$"
)
# Most lines are ruled out by what they begin with.
_FIRST = frozenset("_●X×✗✖-[✘#0123456789")
_FIRST_WORDS = (
    *("FAIL ", "FAIL\t", "FAIL: ", "FAILED: ", "Failed ", "Failure (", 'File "', "ERROR: ", "Error ("),
    *("not ok ", "Testcase: ", "JUnit ", "Warning (", "── "),
)
_COUNT_WORDS = (
    *("Failed", "Passed!", "Test", "test result: ", "Ran ", "Found ", "FAILED (", "Snapshot", "[", "pass "),
    *("fail ", "collected ", *"0123456789"),
)
_FIRST_LETTERS, _COUNT_LETTERS = (
    frozenset(word[0] for word in words) for words in (_FIRST_WORDS, _COUNT_WORDS)
)
_PASSED = frozenset("✓✔√")
_LISTED = 200  # names
_COUNT_SIGNS = "=✖ℹ×*# "
_COUNTED = Pattern(
    r"(?i)\d+ ?(?:tests?|failed|failures?|errors?|problems?|issues?|passed|passing|failing|examples?|total|warnings?|fixable)|(?:failures?|fail|failed|pass|passed|errors)[=: ]+\d"
)
_ENDS = Pattern(
    r"\*{20,}$|Skip \(|(?:Test run|Duration:|── Skipped|══ )|\[(?:  FAILED  |       OK |-{10}|={10})\]|Errors while running CTest|\[(?:INFO|ERROR|WARNING)\]|[=⎯]{5,}|[ℹ▶] |(?:PASSED|SKIPPED): |panic: test timed out|test at \S+:\d+:\d+$|(?:PASS|RUN|ok|FAIL|RUNS)[ \t]|FAIL$|failures:$|Test Suites:|Tests:|Summary of all|⎯|\d+ (?:passing|failing|pending)|Failed [Tt]ests|#\s+(?:tests|pass|fail)|test result:|Test [Rr]un |Total tests: |rspec |Failed examples:|=== "
)
_PLAIN = Pattern(r"[-=]{20,}$|[=]{5,} ")
_MAVEN = Pattern(r"(?:[\w$]+\.)*([\w$]+\.\w+)(?::(\d+))? *(?:(?:-- )?Time elapsed.*|»? ?(.*))$")
_RUN = Pattern(r"=== (?:RUN|CONT|NAME) +(\S+)$")
_FAILED = Pattern(r"FAIL +(\S+)")
_OF_ANT = Pattern(r"\s+(?:FAILED|Caused an ERROR)")
_OF_TESTNG = Pattern(r"(?:\w+\.)+[A-Z]\w*(?:: |$)")
_TELLS = {"ant": _OF_ANT, "testng": _OF_TESTNG}  # else it passed, or is no test: ninja writes the same
_CTEST = Pattern(r" *\d+/\d+ Test +#\d+: (\S+) [^*]*(\*\*\*)?")
_CTEST_ENDS = Pattern(r" +Start +\d+: |\d+% tests passed")
_TOLD = Pattern(  # by googletest, ctest and PHPUnit, of what a block, a list or a count tells as well
    r"There (?:was|were) \d+ \w+:$|\[  FAILED  \]|\[[-=]{10}\] |\[ +\d+ (?:containers|tests) \w+ +\]|Note: Google Test filter|\s*\d+/\d+ Test +#\d+: .*\*\*\*(?:Failed|Timeout|Exception:(?: \w+)?) +[\d.]+ sec|The following tests FAILED:"
)
_PARAMETERS = Pattern(r"\[  FAILED  \] .*, where (.+?)(?: \(\d+ ms\))?$")
_OF_PERL = Pattern(r"\s*#  |\s*$")
_HOOK = Pattern(r'\s*"(?:before|after) (?:each|all)" hook')
_LABELS = ("Error:", "Failure:")
_READERS = {"pytest": of_section, "doctest": read_example, "ava": read_assertion, "catch": read_check}


def read_runs(lines: Sequence[str], own: OwnCode) -> tuple[list[Failure], list[str], set[int]]:
    """Read what failed in a run of tests.

    Returns:
        The failures, the lines that count, and the numbers of the lines that belong to either.

    >>> failures, _, _ = read_runs(["--- FAIL: TestConvert (0.00s)", "    a_test.go:16: got 1.27, want 1.3"], str)
    >>> failures[0].name, failures[0].lines
    ('TestConvert', ['got 1.27, want 1.3'])
    """
    counts, counted = _counts(lines)
    blocks = _blocks(lines, counted)
    kinds = {kind for kind, *_ in blocks}
    logs = _logs(lines) if "go" in kinds else _outputs(lines) if "ctest" in kinds else {}
    used = set(counted)
    failures: dict[str, Failure] = {}
    suites: dict[str, Failure] = {}  # which are told where no test in them is
    opened = {line.strip(" ▶") for line in lines if "▶" in line} if "node" in kinds else set()
    results = read_results(lines)
    used.update(results)
    pytest = bool(results) or "pytest" in kinds
    numbered = _is_numbered_run(lines, counts)
    for kind, title, start, end in blocks:
        if (kind == "numbered" and not numbered) or (kind != "pytest" and pytest):
            continue
        if kind in _TELLS and not _TELLS[kind].match("".join(lines[start + 1 : start + 2])):
            continue
        used.update(range(start, end))
        if _is_suite(kind, title, lines[start + 1 : end], opened):
            suites[title] = Failure(title)
            continue
        name, block = (
            _titled(title, lines[start + 1 : end]) if kind == "numbered" else (title, lines[start + 1 : end])
        )
        if kind == "gtest" and end < len(lines) and (parameters := _PARAMETERS.match(lines[end])):
            block = [parameters[1], *block]
        if kind in ("go", "ctest"):
            log = logs.get(name.partition(" (")[0], ())
            used.update(log)
            block = [*(lines[number] for number in log), *block]
        if name.endswith("suite failed to run"):  # many do, and are told apart by their files
            above = (_FAILED.match(line) for line in reversed(lines[max(start - 3, 0) : start]))
            name = next((f"{match[1]} › {name}" for match in above if match), name)
        failure = _READERS.get(kind, read_failure)(name, block, own)
        key = re.sub(r"^\S+\.\w+ > ", "", name) if kind == "vitest" else name
        if kind == "numbered":
            key = f"{lines[start].strip()}"
        elif kind == "maven":
            key = _named_by_maven(failure, failures)
        known = failures.get(key)
        if known is None or _weighs(known) < _weighs(failure):
            failures[key] = failure
    if kinds & {"gtest", "ctest", "junit", "numbered"}:
        used.update(at for at, line in enumerate(lines) if _TOLD.match(line))
    if pytest:
        return joined_with(list(results.values()), failures, lines, used, own), counts, used
    return _told_once(list((failures or suites).values())), counts, used


def _is_suite(kind: str, title: str, block: Sequence[str], opened: Collection[str]) -> bool:
    """Whether Node says no more than that tests in a suite have failed, which it has opened by its name."""
    if kind == "node":
        return title in opened and not any(map(str.strip, block))
    return kind == "tap" and any("'subtestsFailed'" in line for line in block)


def _named_by_maven(failure: Failure, known: Mapping[str, Failure]) -> str:
    """Take apart what Maven writes on one line: the test, its line where it has no other, and what it says.

    Returns:
        The test; with its line where it has failed at another one, as with other parameters.
    """
    if not (match := _MAVEN.match(failure.name)):
        return failure.name
    failure.name = f"{match[1]}:{match[2]}" if match[2] and not failure.frame else match[1]
    failure.lines = [*filter(None, [match[3]]), *failure.lines]
    before = known.get(match[1])
    return failure.name if before and not before.frame and before.name != match[1] else match[1]


def _weighs(failure: Failure) -> tuple[bool, int]:
    """Say how much is told of a failure that comes twice: first in a list, then with its place."""
    return failure.frame is not None, len(failure.lines)


def _told_once(failures: Sequence[Failure]) -> list[Failure]:
    """Leave out names of a list of what failed, where they are told of elsewhere."""
    told = " ".join(line for failure in failures for line in failure.lines)
    last = [failure.name.rpartition(" › ") for failure in failures]
    inner = {name for outer, _, name in last if outer}
    return [
        failure
        for failure in failures
        if failure.frame
        or len(failure.lines) > 1
        or (failure.name not in inner and (failure.lines or failure.name not in told))
    ]


def _counts(lines: Sequence[str]) -> tuple[list[str], set[int]]:
    counts: dict[str, int] = {}
    for at, line in enumerate(lines):
        said = line.lstrip(_COUNT_SIGNS)
        if (
            said[:1] in _COUNT_LETTERS
            and len(line) < 200
            and said.startswith(_COUNT_WORDS)
            and (match := _COUNT.match(line))
            and _COUNTED.search(line)
        ):
            counts.setdefault(match["line"].strip(" ="), at)
    kept = list(counts.items())[-8:]
    return [line for line, _ in kept], {at for _, at in kept}


def _blocks(lines: Sequence[str], counted: set[int]) -> list[tuple[str, str, int, int]]:
    """Give the kind, name, first line and the line behind the last one of each failure."""
    blocks: list[tuple[str, str, int, int]] = []
    kind, name, start = "", "", -1
    listed: set[str] = set()  # what AVA lists, and tells of below the bare names
    for at, line in enumerate(lines):
        said = line.lstrip()
        first = said[:1]
        may = first in _FIRST or (first in _FIRST_LETTERS and said.startswith(_FIRST_WORDS))
        match = _STARTS.match(line) if may or " FAILED" in line or "| FAIL |" in line else None
        ends = start >= 0 and (
            at in counted
            or (kind == "pytest" and line[:1] in ("-", "=") and _PLAIN.match(line))
            or (kind in ("robot", "catch") and _PLAIN.match(line))
            or (kind == "perl" and not _OF_PERL.match(line))
            or (kind != "pytest" and (first in _PASSED or (line[:1] not in " \t" and _ENDS.match(line))))
        )
        if listed and " › " in said and said[:1].isalnum() and any(one.startswith(said) for one in listed):
            if start >= 0:
                blocks.append((kind, name, start, at))
            kind, name, start = "ava", said, at
            continue
        if match or ends:
            if start >= 0 and not line.startswith("[       OK "):
                blocks.append((kind, name, start, at))
            start = -1
        if match and match.lastgroup:
            kind, name, start = match.lastgroup, match[match.lastgroup].strip(), at
            if kind == "listed" and len(listed) < _LISTED:
                listed.add(name)
    if start >= 0:
        blocks.append((kind, name, start, len(lines)))
    told = tuple({name for kind, name, *_ in blocks if kind == "ava"})
    return [block for block in blocks if block[0] != "listed" or not block[1].startswith(told)]


def _titled(name: str, block: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Give the whole name of a test that goes on in the next lines, up to one that ends with a colon."""
    for number, line in enumerate(block[:5]):
        if not line.strip() or (": " in line and not _HOOK.match(line)):
            break
        if line.rstrip().endswith(":"):
            names = [name, *block[: number + 1]]
            return " › ".join(part.strip(" :") for part in names if part not in _LABELS), block[number + 1 :]
    return name, block


def _logs(lines: Sequence[str]) -> dict[str, list[int]]:
    """Give the lines that `go test -v` writes of each test while it runs, ahead of its result."""
    logs: dict[str, list[int]] = {}
    name = ""
    for number, line in enumerate(lines):
        if line.startswith("=== "):
            name = match[1] if (match := _RUN.match(line)) else ""
        elif line.lstrip().startswith("--- "):
            name = ""
        elif name:
            logs.setdefault(name, []).append(number)
    return logs


def _outputs(lines: Sequence[str]) -> dict[str, list[int]]:
    """Give the lines that `ctest --output-on-failure` writes of each test that failed, behind its result."""
    outputs: dict[str, list[int]] = {}
    name = ""
    for number, line in enumerate(lines):
        if match := _CTEST.match(line):
            name = match[1] if match[2] else ""
        elif _CTEST_ENDS.match(line):
            name = ""
        elif name and line.strip():
            outputs.setdefault(name, []).append(number)
    return outputs


def _is_numbered_run(lines: Sequence[str], counts: Sequence[str]) -> bool:
    return any(
        "failing" in line or re.match(r"\d+ failed", line) or "ailure" in line or "examples" in line
        for line in counts
    ) or any(
        line.startswith(("There was ", "There were ", "Failures:")) or "  Failure/Error: " in line
        for line in lines
    )

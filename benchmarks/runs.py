"""Long runs of an agent with a memory, made up from a seed: what a step names, earlier events have shown.

Behind a run is a small world. For "coding" it is a repository whose files edits really change, with tests,
tickets, records and logs; for "service" a travel desk with a policy, customers, bookings and flights. A user
asks for one task after the other and sometimes comes back to an old one. The agent names what it has seen:
mostly of late, now and then of hundreds of messages ago, as real agents do. The texts and names are ours; the
same seed gives the same events in any process.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count as numbers
from itertools import islice
from textwrap import indent
from typing import Any, Literal, TypeVar

from contextkit import Event, Thread

from .threads import _ADJECTIVES, _ERRORS, _NOUNS, _VERBS, _Author

Flavour = Literal["coding", "service"]
"""What the agent does: it changes a repository, or it serves customers."""

Language = Literal["py", "ts"]
_Call = tuple[str, dict[str, Any]]
_T = TypeVar("_T")

_OLD_TOPICS = 60
_MEMORY = 1_500
_SLOT = re.compile(r"<(n|m|N|M|a|v|i|j|k|name|callee|error|key)>")


def run(count: int, *, seed: int = 0, flavour: Flavour = "coding") -> Thread:
    """Give the first so many events of a run.

    >>> run(300) == run(300), run(300, flavour="service") == run(300, seed=1, flavour="service")
    (True, False)
    """
    return Thread(islice(steps(seed, flavour), count))


def steps(seed: int = 0, flavour: Flavour = "coding") -> Iterator[Event]:
    """Give the events of a run that never ends."""
    return (_Coding(seed) if flavour == "coding" else _Service(seed)).events()


class _ToolError(Exception):
    """What a tool says where it fails."""


class _Run:
    """An agent at work: its tools, and what it remembers."""

    hurdles: tuple[str, ...] = ()

    def __init__(self, seed: int) -> None:
        self.author = _Author(seed)
        self.tools: dict[str, Callable[..., Any]] = {}
        self.call_ids = numbers(1)
        self.memory: deque[str] = deque(maxlen=_MEMORY)
        self.rules: list[str] = []

    def chance(self, share: float) -> bool:
        return self.author.random() < share

    def one(self, *texts: str) -> str:
        return self.author.choice(texts)

    def far(self, items: Sequence[_T], tail: float = 0.7) -> _T:
        """Pick an item: mostly a late one, with a heavy tail."""
        back = int(self.author.paretovariate(tail))
        return items[-back] if back <= len(items) else items[self.author.randrange(len(items))]

    def note(self, *seen: str) -> None:
        """Remember what was seen, once while it is fresh."""
        for one in seen:
            if not self.memory or self.memory[-1] != one:
                self.memory.append(one)

    def recall(self, share: float) -> str:
        """Say something of an earlier event, from time to time."""
        if not self.memory or not self.chance(share):
            return ""
        if self.rules and self.chance(0.15):
            return " " + self.author.choice(self.rules)
        seen = self.far(self.memory, 0.35)
        return " " + self.one(
            f"`{seen}` did much the same before.",
            f"It must agree with `{seen}`.",
            f"We have met this once, with `{seen}`.",
            f"Unlike `{seen}`, this one is not finished.",
            f"I keep `{seen}` in mind here.",
        )

    def message(self, text: str, *calls: _Call) -> Iterator[Event]:
        """Give a message of the model with its calls, and what the tools answer; a hurdle is taken again."""
        if text := text.strip():
            yield Event("assistant", text)
        numbered = [(str(next(self.call_ids)), *call) for call in calls]
        for call_id, name, arguments in numbered:
            yield Event(name, arguments, kind="call", call_id=call_id)
        again: list[_Call] = []
        for call_id, name, arguments in numbered:
            if self.hurdles and self.chance(0.03):
                yield Event("error", self.author.choice(self.hurdles).format(name=name), call_id=call_id)
                again.append((name, arguments))
                continue
            try:
                data = self.tools[name](**arguments)
            except _ToolError as error:
                yield Event("error", str(error), call_id=call_id)
            else:
                yield Event(f"{name}_result", data, call_id=call_id)
        if again:
            yield from self.message(self.one("", "Once more.", "That was a hiccup, I try again."), *again)

    def events(self) -> Iterator[Event]:
        raise NotImplementedError


# A repository and the desk around it.

_PYTHON = (
    '''def <name>(<n>: <N>, *, limit: int = <i>) -> list[str]:
    """<v> each <a> <n>, up to a limit."""
    if <n>.size > limit:
        raise <error>(f"cannot <v> {<n>!r}: more than {limit}")
    found = [item.<key> for item in <n>.items if item.<a>]
    return <callee>(found, timeout=<j>)''',
    '''def <name>(<n>_id: str, retries: int = <k>) -> <N> | None:
    """Ask for the <n> until its <m> is <a>."""
    for attempt in range(retries):
        <m> = <callee>(<n>_id, wait=<j> * attempt)
        if <m> is None:
            log.warning("<v> of %s failed, attempt %d", <n>_id, attempt)
            continue
        if <m>.state == "<a>":
            return <N>.of(<m>, <key>=<i>)
    return None''',
    '''class <name>:
    """Holds what is <a> of a <n>."""

    def __init__(self, <m>: <M>, max_<n>s: int = <i>) -> None:
        self._<m> = <m>
        self.max_<n>s = max_<n>s

    def <v>(self, key: str) -> <M>:
        """Give the <m> of a key, and make room where there is none."""
        if len(self._<m>) >= self.max_<n>s:
            <callee>(key, reason="<a>_<n>", grace=<j>)
        return self._<m>[key]

    def close(self) -> None:
        for key in list(self._<m>):
            self._<m>.pop(key).<key>.release()''',
    """def <name>(connection: Connection, since: datetime) -> int:
    rows = connection.execute(
        "SELECT id, <n>_id, <key> FROM <m>s WHERE state = '<a>' AND created_at > ? LIMIT <i>",
        (since,),
    ).fetchall()
    for row in rows:
        <callee>(row["<n>_id"], <key>=row["<key>"])
    log.info("<v>: %d <m>s were <a>", len(rows))
    return len(rows)""",
    """async def <name>(<m>: <M>, <n>s: Sequence[<N>]) -> dict[str, <M>]:
    async with asyncio.timeout(<j>):
        answers = await asyncio.gather(*(<callee>(<n>.<key>) for <n> in <n>s))
    if not any(answers):
        raise <error>(f"no <n> of {<m>.<key>} is <a>")
    return {answer.<key>: answer for answer in answers[:<i>]}""",
)
_TYPESCRIPT = (
    """export function <name>(<n>: <N>, limit = <i>): string[] {
  if (<n>.size > limit) {
    throw new RangeError(`cannot <v> ${<n>.id}: more than ${limit}`);
  }
  const found = <n>.items.filter((item) => item.<a>).map((item) => item.<key>);
  return <callee>(found, { timeout: <j> });
}""",
    """export async function <name>(<n>Id: string, retries = <k>): Promise<<N> | undefined> {
  for (let attempt = 0; attempt < retries; attempt++) {
    const <m> = await <callee>(<n>Id, <j> * attempt);
    if (<m>?.state === "<a>") {
      return { ...<m>, <key>: <i> };
    }
  }
  return undefined;
}""",
    """export class <name> {
  private readonly <m>s = new Map<string, <M>>();

  constructor(private readonly max<N>s = <i>) {}

  <v>(key: string): <M> | undefined {
    if (this.<m>s.size >= this.max<N>s) {
      <callee>(key, { reason: "<a>-<n>", grace: <j> });
    }
    return this.<m>s.get(key);
  }
}""",
    """export const <name> = (<m>s: readonly <M>[]): Record<string, <N>> => {
  const by<N>: Record<string, <N>> = {};
  for (const <m> of <m>s.slice(0, <i>)) {
    by<N>[<m>.<key>] = <callee>(<m>, "<a>");
  }
  return by<N>;
};""",
)
_TESTS = {
    "py": """def test_<name>_<a>() -> None:
    <n> = make_<n>(size=<j>, <key>="<a>")
    assert <callee>(<n>) == <i>""",
    "ts": """test("<name> when <a>", () => {
  const <n> = make<N>({ size: <j>, <key>: "<a>" });
  expect(<callee>(<n>)).toEqual(<i>);
});""",
}
_TALK = (
    "`{x}` and `{y}` work together here, and the {a} {n} isn't covered by a test yet.",
    "It fails because `{x}` takes the {n} before the {m} is {a}; `{y}` expects it the other way round.",
    "Either `{x}` gets the {n} from outside, or `{y}` asks for it; I take the first, the other is {a}.",
    "With {f} the {n} is never {a}, so `{x}` doesn't have to {v} anything twice.",
    "Nothing else depends on `{x}`, as far as I can see; `{y}` only reads the {m}.",
    "I will {v} the {n} first, then look at `{y}`, and run everything again in the end.",
    "Should the {n} of {p} be {a}, it is `{x}` that has to {v} the {m}.",
)
_GUARDS = {
    "py": ('if {k} > {i}:\n    raise {e}("{k} is over {i}")', 'log.debug("{k} of %s", {i})'),
    "ts": ('if ({k} > {i}) {{\n  throw new RangeError("{k} is over {i}");\n}}', 'trace("{k}", {i});'),
}
_PREFIX = {
    "invoices": "inv",
    "customers": "cus",
    "payments": "pay",
    "webhooks": "whk",
    "tenants": "ten",
    "releases": "rel",
}
_TABLES = tuple(_PREFIX)


@dataclass(slots=True)
class _Block:
    name: str
    text: str


@dataclass(slots=True, eq=False)
class _File:
    """A file of the repository: imports, then functions and classes."""

    path: str
    language: Language
    nouns: list[str]
    head: _Block
    blocks: list[_Block]
    _text: str | None = None

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = "\n\n\n".join(block.text for block in (self.head, *self.blocks)) + "\n"
        return self._text

    def replace(self, old: str, new: str) -> None:
        """Replace the text, which stands in one of the blocks, or take a block out."""
        block = next((block for block in (self.head, *self.blocks) if old in block.text), None)
        if block:
            block.text = block.text.replace(old, new, 1)
        else:
            self.blocks = [block for block in self.blocks if old != f"\n\n\n{block.text}"]
        self._text = None

    def line_of(self, block: _Block) -> int:
        return self.text[: self.text.index(block.text)].count("\n") + 1


@dataclass(slots=True, eq=False)
class _Topic:
    """What a task is about: what the agent has in mind while it works."""

    ticket: str
    subject: str
    files: list[_File]
    tests: _File
    names: list[str]
    records: list[tuple[str, str]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    figure: int = 0

    def words(self) -> list[str]:
        return [self.ticket, self.files[0].path, *self.names, *(id for _, id in self.records), *self.requests]


class _Coding(_Run):
    """An agent that works on a repository."""

    hurdles = (
        "{name}: no answer within 30 s",
        "ConnectionResetError: [Errno 104] the tool host closed the connection of {name}",
        "TimeoutError: {name} is over its 120 s; the sandbox has been started again",
    )

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        author = self.author
        self.files: dict[str, _File] = {}
        self.names: dict[str, None] = {}
        self.callables: dict[str, list[str]] = {"py": ["load_settings"], "ts": ["loadSettings"]}
        self.tests: dict[str, _File] = {}
        self.failures: dict[str, str] = {}
        self.topics: deque[_Topic] = deque(maxlen=_OLD_TOPICS)
        self.recent: deque[_File] = deque(maxlen=80)
        self.ticket = self.author.randint(300, 4_000)
        self.port = self.author.randint(7_000, 9_900)
        self.records: dict[str, dict[str, Any]] = {}
        self.letters = author.choice(_NOUNS)[:4].upper()
        self.project = f"{self.author.choice(_NOUNS)}-{self.author.choice(('desk', 'hub', 'works', 'line'))}"
        self.tools = {
            "read_file": self._read_file,
            "search": self._search,
            "find_files": self._find_files,
            "list_folder": self._list_folder,
            "edit_file": self._edit_file,
            "write_file": self._write_file,
            "run_tests": self._run_tests,
            "run_command": self._run_command,
            "get_ticket": self._get_ticket,
            "query_records": self._query_records,
            "get_record": self._get_record,
            "get_logs": self._get_logs,
        }
        for number in range(64):
            self._new_file(4 + self.author.lines(6) if number % 9 else 70)

    # The world

    def _name(self, language: str, *, title: bool = False) -> str:
        """Make up a name that the repository does not have."""
        author = self.author
        while True:
            words = [author.choice(_VERBS), author.choice((*_ADJECTIVES, *_NOUNS)), author.choice(_NOUNS)]
            if self.chance(0.25):
                del words[1]
            elif self.chance(0.2):
                words.append(author.choice(("by", "for", "of")))
                words.append(author.choice(_NOUNS))
            if words[-1] != words[-2] and (key := "_".join(words)) not in self.names:
                self.names[key] = None
                break
        if title:
            return "".join(word.title() for word in words[1:]) + words[0].title().removesuffix("e") + "er"
        return key if language == "py" else words[0] + "".join(word.title() for word in words[1:])

    def _block(self, language: Language, nouns: list[str], name: str = "", figure: int = 0) -> _Block:
        """Write a function or a class of a file's nouns, which calls one that is there already."""
        author, templates = self.author, _PYTHON if language == "py" else _TYPESCRIPT
        template = author.choice(templates)
        while name and ("class <name>" in template) != name[0].isupper():
            template = author.choice(templates)
        is_class = "class <name>" in template
        name = name or self._name(language, title=is_class)
        text = self._fill(template, nouns, name, self.far(self.callables[language], 0.4), figure)
        if not is_class and name not in self.callables[language][-50:]:
            self.callables[language].append(name)
            del self.callables[language][:-600]
        return _Block(name, text)

    def _fill(self, template: str, nouns: list[str], name: str, callee: str, figure: int = 0) -> str:
        """Fill a template; what the agent writes has a figure that it knows, not one out of the air."""
        author, n, m = self.author, *self.author.sample(nouns, 2)
        words = {"n": n, "m": m, "N": n.title(), "M": m.title(), "name": name, "callee": callee}
        words |= {
            "a": author.choice(_ADJECTIVES),
            "v": author.choice(_VERBS),
            "error": author.choice(_ERRORS),
        }
        words |= {"i": str(figure or author.randint(100, 90_000)), "j": str(author.randint(2, 90))}
        words |= {"k": str(author.randint(2, 9)), "key": f"{author.choice(nouns)}_id"}
        return _SLOT.sub(lambda found: words[found[1]], template)

    def _new_file(self, blocks: int) -> _File:
        """Make a file and the file of its tests."""
        author = self.author
        language: Language = "py" if self.chance(0.6) else "ts"
        while True:
            noun, verb, other = author.choice(_NOUNS), author.choice(_VERBS), author.choice(_NOUNS)
            if language == "py":
                path, tested = f"services/{noun}/{verb}_{other}.py", f"tests/{noun}/test_{verb}_{other}.py"
            else:
                path = f"packages/{noun}/src/{other}-{verb}.ts"
                tested = f"packages/{noun}/test/{other}-{verb}.test.ts"
            if path not in self.files:
                break
        nouns = list(dict.fromkeys((noun, other, *author.sample(_NOUNS, 3))))
        made = [self._block(language, nouns) for _ in range(blocks)]
        if language == "py":
            head = f'"""{verb.title()} each {other} of a {noun}."""\n\nimport asyncio\nimport logging\n\n'
            head += f"from services.{noun}.{other} import {noun.title()}, {other.title()}\n\n"
            head += f"log = logging.getLogger({noun!r})"
            test_head = f"from services.{noun}.{verb}_{other} import {made[0].name}"
        else:
            head = f'import type {{ {noun.title()} }} from "../{noun}.js";\n'
            head += 'import { trace } from "../trace.js";'
            test_head = f'import {{ {made[0].name} }} from "../src/{other}-{verb}.js";'
        file = self.files[path] = _File(path, language, nouns, _Block(path, head), made)
        tests = self.files[tested] = _File(tested, language, nouns, _Block(tested, test_head), [])
        tests.blocks += [self._test(tests, block.name) for block in made[:6]]
        self.tests[path] = tests
        return file

    def _test(self, file: _File, name: str, figure: int = 0) -> _Block:
        text = self._fill(_TESTS[file.language], file.nouns, name, name, figure)
        return _Block(re.search(r"test_\w+|(?<=\")[^\"]+", text)[0], text)  # type: ignore[index]

    def _record(self, table: str = "") -> tuple[str, str]:
        """Make a record of a table."""
        author = self.author
        table = table or author.choice(_TABLES)
        id = f"{_PREFIX[table]}_{author.code_id()}"
        self.records[id] = {**author.record(), "id": id, "tenant_id": f"ten_{author.code_id()[:8]}"}
        if len(self.records) > 400:
            del self.records[next(iter(self.records))]
        return table, id

    # The tools

    def _file(self, path: str) -> _File:
        if path not in self.files:
            raise _ToolError(f"No such file: {path}")
        return self.files[path]

    def _read_file(self, path: str, offset: int = 1, limit: int = 400) -> str:
        lines = self._file(path).text.split("\n")
        if offset > len(lines):
            raise _ToolError(f"{path} has {len(lines)} lines; there is no line {offset}")
        rest = len(lines) - (offset + limit - 1)
        more = f"\n[{rest} more lines, go on with offset={offset + limit}]" if rest > 0 else ""
        return "\n".join(lines[offset - 1 : offset - 1 + limit]) + more

    def _search(self, pattern: str, path: str = "") -> str:
        found: list[str] = []
        for file in self.files.values():
            if pattern in file.text and file.path.startswith(path):
                found += (
                    f"{file.path}:{number}:{line.strip()}"
                    for number, line in enumerate(file.text.split("\n"), 1)
                    if pattern in line
                )
        more = [f"... {len(found) - 40} more"] if len(found) > 40 else []
        return "\n".join(found[:40] + more) or "no matches"

    def _find_files(self, pattern: str) -> str:
        part = pattern.strip("*")
        return "\n".join([path for path in self.files if part in path][:60]) or "no files found"

    def _list_folder(self, path: str) -> str:
        return "\n".join(
            f"{len(file.text):>7} {name}" for name, file in self.files.items() if name.startswith(path)
        )

    def _edit_file(self, path: str, old_text: str, new_text: str) -> str:
        file = self._file(path)
        if (times := file.text.count(old_text)) != 1:
            raise _ToolError(f"old_text stands {times} times in {path}; it must stand there once")
        file.replace(old_text, new_text)
        return f"Replaced {len(old_text)} characters with {len(new_text)} in {path}."

    def _write_file(self, path: str, content: str) -> str:
        return f"Wrote {len(content)} characters to {path}."

    def _run_tests(self, target: str) -> str:
        path = target.partition("::")[0]
        if path in self.failures:
            raise _ToolError(self.failures[path])
        tests, seconds = self._file(path), self.author.expovariate(0.4)
        names = [f"{path}::{block.name} PASSED" for block in tests.blocks] if self.chance(0.3) else []
        return "\n".join([*names, f"{len(tests.blocks)} passed in {seconds:.2f}s"])

    def _run_command(self, command: str, timeout: int = 30) -> str:
        if command.startswith("git log"):
            return "\n".join(
                f"{self.author.code_id()[:9]} {topic.ticket}: {topic.names[-1]} of the {topic.subject}"
                for topic in list(self.topics)[-12:]
            )
        if command.startswith("git diff"):
            path = command.rpartition(" ")[2]
            block = self.author.choice(self._file(path).blocks)
            lines = block.text.split("\n")[:9]
            return f"--- a/{path}\n+++ b/{path}\n@@ {block.name} @@\n" + "\n".join(
                f"+{line}" for line in lines
            )
        if command.startswith("git commit"):
            return f"[main {self.author.code_id()[:9]}] {command[15:60]}\n 2 files changed"
        if "build" in command and self.chance(0.12):
            return self.author.log()
        return self.one("(no output)", "ok", "done in 4.1s", f"exit 0\n{self.author.log()[:600]}")

    def _get_ticket(self, id: str) -> dict[str, Any]:
        topic = next((topic for topic in reversed(self.topics) if topic.ticket == id), None)
        if topic is None:
            raise _ToolError(f"there is no ticket {id}")
        author = self.author
        return {
            "id": id,
            "title": f"{topic.subject.title()}: {topic.names[0]} is {author.choice(_ADJECTIVES)}",
            "state": author.choice(("open", "open", "in_review")),
            "text": author.prose(2),
            "seen_in": {"request_ids": topic.requests, "records": [id for _, id in topic.records]},
            "figures": {"limit": topic.figure, "build": author.code_id()[:9]},
        }

    def _query_records(self, table: str, where: dict[str, str], limit: int = 5) -> dict[str, Any]:
        ids = (
            [where["id"]]
            if "id" in where
            else [self._record(table)[1] for _ in range(self.author.randint(1, limit))]
        )
        rows = [
            {key: value for key, value in self.records[id].items() if key != "owner"} | where
            for id in ids
            if id in self.records
        ]
        return {"table": table, "rows": rows, "total": len(rows) + self.author.choice((0, 0, 12, 340))}

    def _get_record(self, table: str, id: str) -> dict[str, Any]:
        if id not in self.records:
            raise _ToolError(f"{table} has no record {id}; it may be archived")
        return self.records[id]

    def _get_logs(self, request_id: str, lines: int = 50) -> str:
        topic = next((topic for topic in reversed(self.topics) if request_id in topic.requests), None)
        log = self.author.log().split("\n")[:lines]
        if topic is None:
            return "\n".join(log)
        told = f"{self.author.time()} ERROR [{topic.subject}-2] request={request_id} in {topic.names[0]}"
        ids = " ".join(f"{table}={id}" for table, id in topic.records)
        return "\n".join([*log[:-1], f"{told} {ids} limit={topic.figure}", *log[-1:]])

    # The agent

    def events(self) -> Iterator[Event]:
        yield Event("system", self._prompt())
        yield Event("user", f"Hello. {self._demand()} {self._demand()} {self._demand()}")
        yield from self.message("Understood." + "".join(f" {rule}" for rule in self.rules))
        while True:
            yield from self._task()

    def _prompt(self) -> str:
        author = self.author
        rules = [
            f"You are a programmer of the project {self.project} and work in its repository.",
            "Python lives in services/, TypeScript in packages/, tests stand beside them.",
            "Read before you edit. An edit replaces text that stands once in a file.",
            "Run the tests of what you have changed, and say in the end which files and functions changed.",
            f"A check logs with DEBUG_{author.choice(_NOUNS).upper()}; the trace id is {author.code_id()}.",
            f"A commit names its ticket, as in `{self.letters}-{self.ticket}`.",
        ]
        tools = [f"- {name}: {'text' if name != 'get_record' else 'a JSON object'}" for name in self.tools]
        return "\n".join([*rules, "", "Your tools:", *tools, "", author.prose(5)])

    def _demand(self) -> str:
        """Ask for something that holds from now on, and let the agent keep it in mind."""
        author, kind = self.author, self.author.randrange(5)
        path, figure, id = author.choice(list(self.files)), author.randint(1_000, 20_000), author.code_id()
        says, keeps = (
            (f"Never touch {path}, another team is on it.", f"I leave `{path}` alone, as you asked."),
            (f"No limit may be over {figure} anywhere.", f"All limits stay under {figure}, as agreed."),
            (f"For checks there is the tenant ten_{id}.", f"Only the tenant `ten_{id}` is used for checks."),
            (f"Staging listens on port {self.port}.", f"Staging is still the one on port {self.port}."),
            (f"Everything goes to the branch work/{id[:6]}.", f"It goes to `work/{id[:6]}`, as the rest."),
        )[kind]
        self.rules = [*self.rules[-7:], keeps]
        return says

    def _topic(self) -> _Topic:
        """Take up something new, near to what was done of late or elsewhere in the repository."""
        author = self.author
        if len(self.files) < 300 and self.chance(0.08):
            self._new_file(author.randint(2, 7))
        sources = list(self.tests)
        if self.recent and self.chance(0.4):
            first = self.far(self.recent, 0.5)
        else:
            first = self.files[author.choice(sources)]
        files = [first]
        for _ in range(author.choice((0, 0, 1, 1, 2))):
            file = self.files[author.choice(sources)]
            if file.language == first.language and file not in files:
                files.append(file)
        self.ticket += author.randint(1, 9)
        self.recent.extend(files)
        return _Topic(
            f"{self.letters}-{self.ticket}",
            first.path.split("/")[1],
            files,
            self.tests[first.path],
            [author.choice(file.blocks).name for file in files],
            [self._record() for _ in range(author.choice((0, 1, 1, 2)))],
            [f"req_{author.code_id()}" for _ in range(author.choice((0, 0, 1, 2)))],
            figure=author.randint(1_100, 99_000),
        )

    def _task(self) -> Iterator[Event]:
        """Give the events from what the user asks for to the summary, with what the user says to it."""
        back = len(self.topics) > 3 and self.chance(0.22)
        topic = self.far(self.topics, 0.5) if back else self._topic()
        if topic in self.topics:
            self.topics.remove(topic)
        self.topics.append(topic)
        kinds = (self._repair, self._repair, self._rename, self._extend, self._operate, self._answer)
        task = self.author.choice(kinds)
        topic.changed = []
        yield Event("user", self._wish(topic, task.__name__, back=back))
        if not back or self.chance(0.4):
            yield from self._look(topic)
        yield from task(topic)
        self.note(*topic.words())
        for _ in range(self.author.choice((0, 0, 0, 0, 1, 2))):
            yield from self._follow_up(topic)

    def _wish(self, topic: _Topic, kind: str, *, back: bool) -> str:
        name, path, n = topic.names[0], topic.files[0].path, topic.subject
        wish = {
            "_repair": self.one(f"{name} fails again", f"the tests of {path} are red", f"fix {topic.ticket}"),
            "_rename": self.one(f"{name} needs a better name", f"{name} says the wrong thing, rename it"),
            "_extend": self.one(f"{path} needs one more function", f"do what {topic.ticket} asks for"),
            "_operate": self.one("customers complain, look at the records", f"what is wrong with the {n}s"),
            "_answer": self.one(f"how does {name} work", f"who calls {name}", f"what is in {path} by now"),
        }[kind]
        if back:
            start = self.one("Back to", "Once more", "I have to return to", "Remember")
            what = self.one(topic.ticket, f"the {n}", name, f"the {n} thing we did before")
            return f"{start} {what}: {wish if self.chance(0.5) else 'it still is not right'}, please."
        ids = " ".join([f"{table.removesuffix('s')} {id}" for table, id in topic.records] + topic.requests)
        parts = [
            f"{wish}.",
            f"It is {topic.ticket}." if self.chance(0.6) else "",
            f"See {ids}." if ids else "",
            f"The number must be {topic.figure}." if self.chance(0.9) else "",
        ]
        if self.chance(0.35):
            parts.append(self.author.prose(1.6))
        if self.chance(0.06):
            parts.append(self._demand())
        if self.chance(0.05):
            parts.append("Here is what I got:\n" + self.author.log())
        return " ".join(part for part in parts if part)

    def _talk(self, topic: _Topic, mean: float, share: float = 1) -> str:
        """Write on what the agent has in mind."""
        if not self.chance(share):
            return ""
        author, words, said = self.author, topic.words(), []
        for _ in range(min(12, author.lines(mean))):
            n, m = author.sample(_NOUNS, 2)
            slots = {"n": n, "m": m, "a": author.choice(_ADJECTIVES), "v": author.choice(_VERBS)}
            slots |= {"x": author.choice(words), "y": author.choice(topic.names), "p": topic.files[0].path}
            said.append(author.choice(_TALK).format(**slots, f=topic.figure))
        return " " + " ".join(said)

    def _look(self, topic: _Topic) -> Iterator[Event]:
        """Find what it is about, and read it."""
        name, file, author = topic.names[0], topic.files[0], self.author
        ways: list[_Call] = [
            ("search", {"pattern": name}),
            ("get_ticket", {"id": topic.ticket}),
            ("find_files", {"pattern": f"*{file.path.rsplit('/', 1)[1]}"}),
            ("list_folder", {"path": file.path.rsplit("/", 1)[0]}),
            ("search", {"pattern": name, "path": file.path.split("/")[0]}),
        ]
        calls = author.sample(ways, author.choice((1, 1, 1, 2, 3)))
        says = self.one(
            f"I look for `{name}` first.", f"Let me see where {topic.subject} is handled.", "", ""
        )
        yield from self.message(says + self._talk(topic, 2.5, 0.4) + self.recall(0.15), *calls)
        if self.chance(0.12):
            guess = file.path.replace("services/", "services/core/").replace("/src/", "/lib/")
            yield from self.message("", ("read_file", {"path": guess}))
            yield from self.message("Not there.", ("find_files", {"pattern": file.path.rsplit("/", 1)[1]}))
        reads = [self._reading(one, name) for one, name in zip(topic.files, topic.names, strict=False)]
        together = self.chance(0.5)
        for batch in [reads] if together else [[read] for read in reads]:
            says = self.one("", "Now the code.", f"`{name}` is the one; I read what is around it.", "")
            yield from self.message(says + self._talk(topic, 1.5, 0.25) + self.recall(0.1), *batch)

    def _reading(self, file: _File, name: str) -> _Call:
        """Read a file: the whole of a short one, mostly a part of a long one."""
        block = next((block for block in file.blocks if block.name == name), file.blocks[-1])
        length = file.text.count("\n")
        if self.chance(0.7 if length > 120 else 0.25):
            start = max(1, file.line_of(block) - self.author.randint(0, 12))
            return "read_file", {
                "path": file.path,
                "offset": start,
                "limit": self.author.choice((30, 50, 80, 150)),
            }
        return "read_file", {"path": file.path}

    def _edit(self, file: _File, topic: _Topic, name: str = "") -> _Call:
        """Choose an edit: a figure, a guard, or the whole function anew."""
        author = self.author
        block = next((block for block in file.blocks if block.name == name), None) or author.choice(
            file.blocks
        )
        lines, kind = block.text.split("\n"), author.random()
        figures = [number for number, line in enumerate(lines) if re.search(r"\b\d{2,}\b", line)]
        if kind < 0.3:
            old, new = block.text, self._block(file.language, file.nouns, block.name, topic.figure).text
        elif kind < 0.65 and figures:
            at = author.choice(figures)
            old = self._once(file, lines, at, at + author.randint(1, 4))
            shown = str(topic.figure if self.chance(0.7) else author.randint(12, 99))
            new = re.sub(r"\b\d{2,}\b", shown, old, count=1)
        else:
            at = author.randrange(1, max(2, len(lines) - 2))
            old = self._once(file, lines, 0, at)
            margin = re.match(r"\s*", lines[at] or lines[at - 1])[0]  # type: ignore[index]
            guard = author.choice(_GUARDS[file.language])
            guard = guard.format(k=f"{topic.subject}_limit", i=topic.figure, e=author.choice(_ERRORS))
            new = f"{old}\n{indent(guard, margin)}"
        if len(lines) > 45:
            old, new = block.text, self._block(file.language, file.nouns, block.name, topic.figure).text
        topic.changed.append(f"`{block.name}` in {file.path}")
        if block.name not in topic.names:
            topic.names.append(block.name)
            del topic.names[1:-4]
        return "edit_file", {"path": file.path, "old_text": old, "new_text": new}

    def _once(self, file: _File, lines: list[str], start: int, end: int) -> str:
        """Give lines of a block, with as many before them as make them the only ones in the file."""
        while file.text.count(old := "\n".join(lines[start:end])) != 1 and start:
            start -= 1
        return old if file.text.count(old) == 1 else "\n".join(lines)

    def _editing(self, topic: _Topic, times: int) -> Iterator[Event]:
        for number in range(times):
            file = topic.files[0] if number == 0 or self.chance(0.5) else self.author.choice(topic.files)
            name = topic.names[0] if number == 0 else ""
            call = self._edit(file, topic, name)
            changed, seen = topic.changed[-1], self.author.choice(topic.words())
            says = self.one(
                f"I change {changed}.",
                f"{changed} is the cause: {topic.figure} is what `{seen}` needs.",
                f"Now {changed}, so that `{seen}` holds.",
                "",
                "",
            )
            if self.chance(0.07):
                wrong = {**call[1], "old_text": call[1]["old_text"].replace(" ", "  ", 1)}
                yield from self.message(says, ("edit_file", wrong))
                yield from self.message("It has changed since, I read it again.", self._reading(file, name))
                says = ""
            yield from self.message(says + self._talk(topic, 2.2, 0.4) + self.recall(0.1), call)

    def _testing(self, topic: _Topic) -> Iterator[Event]:
        """Run the tests until they pass; a failure may come back as it was."""
        path = topic.tests.path
        for name in topic.names[1:] if self.chance(0.4) else ():
            call: _Call = ("search", {"pattern": name})
            if self.chance(0.4):
                call = self._reading(self.author.choice(topic.files), name)
            yield from self.message(self._talk(topic, 1, 0.3), call)
        calls: list[_Call] = [("run_tests", {"target": path})]
        yield from self.message(self.one("", "Now the tests.", f"I run {path}."), *calls)
        while path in self.failures:
            name = topic.names[-1]
            says = self.one(f"`{name}` still fails.", f"It is {topic.figure} that `{name}` does not get.", "")
            file = self.author.choice(topic.files)
            if self.chance(0.6):
                yield from self.message(says + self.recall(0.15), self._reading(file, name))
            yield from self._editing(topic, 1)
            if self.chance(0.6):
                del self.failures[path]
            yield from self.message("", *calls)

    def _failure(self, topic: _Topic) -> str:
        """Give what the tests print where they fail: the way through the files of the topic."""
        author, test = self.author, self.author.choice(topic.tests.blocks)
        frames = []
        for file in [topic.tests, *topic.files]:
            block = test if file is topic.tests else author.choice(file.blocks)
            line = author.choice([line for line in block.text.split("\n") if len(line) > 12]).strip()
            frames.append(f'  File "{file.path}", line {file.line_of(block)}, in {block.name}\n    {line}')
        error = (
            f"{author.choice(_ERRORS)}: {topic.names[0]} gave {topic.figure}, not {author.randint(10, 9_000)}"
        )
        noise = "\n" + author.log() if self.chance(0.2) else ""
        return (
            f"FAILED {topic.tests.path}::{test.name}\nTraceback (most recent call last):\n"
            + "\n".join(frames)
            + f"\n{error}{noise}\n1 failed, {len(topic.tests.blocks) - 1} passed"
        )

    def _repair(self, topic: _Topic) -> Iterator[Event]:
        if self.chance(0.75):
            self.failures[topic.tests.path] = self._failure(topic)
        if self.chance(0.7):
            yield from self.message(
                self.one("I run the tests to see it.", "") + self.recall(0.1),
                ("run_tests", {"target": f"{topic.tests.path}"}),
            )
        if topic.requests and self.chance(0.6):
            yield from self.message("", ("get_logs", {"request_id": self.author.choice(topic.requests)}))
        yield from self._editing(topic, self.author.choice((1, 2, 3, 4, 6, 9, 14)))
        yield from self._testing(topic)
        yield from self._summary(topic)

    def _rename(self, topic: _Topic) -> Iterator[Event]:
        """Rename a function everywhere it stands."""
        old, file = topic.names[0], topic.files[0]
        new = self._name(file.language, title=old[:1].isupper())
        yield from self.message(f"`{old}` becomes `{new}`." + self.recall(0.1), ("search", {"pattern": old}))
        calls: list[_Call] = []
        word = re.compile(rf"\b{re.escape(old)}\b")
        for one in list(self.files.values()):
            for block in (one.head, *one.blocks) if old in one.text else ():
                lines = block.text.split("\n")
                at = next((number for number, line in enumerate(lines) if word.search(line)), None)
                if at is None or len(calls) == 7:
                    continue
                text = self._once(one, lines, at, at + 1)
                calls.append(
                    ("edit_file", {"path": one.path, "old_text": text, "new_text": word.sub(new, text)})
                )
                topic.changed.append(one.path)
                if block.name == old:
                    block.name = new
        for start in range(0, len(calls), 3):
            if self.chance(0.5):
                yield from self.message(self.one("", "The callers too."), *calls[start : start + 3])
            else:
                for call in calls[start : start + 3]:
                    yield from self.message("", call)
        known = self.callables[file.language]
        if old in known:
            known[known.index(old)] = new
        topic.names[0] = new
        yield from self._testing(topic)
        yield from self._summary(topic)

    def _extend(self, topic: _Topic) -> Iterator[Event]:
        """Add a function and its test, by what another one does."""
        file, tests = topic.files[0], topic.tests
        if self.recent and self.chance(0.5):
            like = self.far(self.recent, 0.3)
            block = self.author.choice(like.blocks)
            says = f"`{block.name}` in {like.path} does something like it, I read that first."
            yield from self.message(says, self._reading(like, block.name))
        made = self._block(file.language, file.nouns, figure=topic.figure)
        if self.chance(0.25) and len(self.files) < 320:
            made_file = self._new_file(self.author.randint(1, 4))
            yield from self.message(
                f"This gets a file of its own, {made_file.path}." + self.recall(0.1),
                ("write_file", {"path": made_file.path, "content": made_file.text}),
            )
            topic.changed.append(made_file.path)
        for one, block in ((file, made), (tests, self._test(tests, made.name, topic.figure))):
            last = one.blocks[-1]
            lines = last.text.split("\n")
            old = self._once(one, lines, max(0, len(lines) - 2), len(lines))
            new = f"{old}\n\n\n{block.text}"
            call = ("edit_file", {"path": one.path, "old_text": old, "new_text": new})
            yield from self.message(self.one("", f"`{block.name}` comes after `{last.name}`."), call)
            if one.text.count(block.text) == 1 and last.text.endswith(f"\n\n\n{block.text}"):
                last.text = last.text.removesuffix(f"\n\n\n{block.text}")
                one.blocks.append(block)
            topic.changed.append(f"`{block.name}` in {one.path}")
        topic.names.append(made.name)
        del topic.names[1:-4]
        if len(file.blocks) > 24:
            yield from self._remove(file, topic)
        if len(tests.blocks) > 30:
            yield from self._remove(tests, topic)
        yield from self._testing(topic)
        yield from self._summary(topic)

    def _remove(self, file: _File, topic: _Topic) -> Iterator[Event]:
        """Take out a function that nobody needs, so that files stay readable."""
        block = self.author.choice(file.blocks[:-1])
        yield from self.message(
            f"`{block.name}` is not used any more, I take it out of {file.path}.",
            ("search", {"pattern": block.name}),
        )
        cut = {"path": file.path, "old_text": f"\n\n\n{block.text}", "new_text": ""}
        yield from self.message("", ("edit_file", cut))
        topic.changed.append(f"`{block.name}` (removed)")

    def _operate(self, topic: _Topic) -> Iterator[Event]:
        """Follow a request or a record through logs and tables."""
        if not topic.records:
            topic.records.append(self._record())
        calls: list[_Call] = [("get_logs", {"request_id": id}) for id in topic.requests]
        calls += [("get_record", {"table": table, "id": id}) for table, id in topic.records]
        if self.chance(0.5):
            yield from self.message(self.one("", f"I look at {topic.records[0][1]}."), *calls[:4])
        else:
            for call in calls:
                yield from self.message(self.recall(0.15), call)
        for _ in range(self.author.choice((0, 1, 2, 3, 5))):
            table, id = self.author.choice(topic.records)
            tenant = self.records.get(id, {}).get("tenant_id", f"ten_{id[4:12]}")
            yield from self.message(
                self.one(
                    "", f"{id} belongs to {tenant}; what else has it?", f"{topic.figure} stands in {id} too."
                ),
                ("query_records", {"table": table, "where": {"tenant_id": tenant}, "limit": 4}),
            )
            if self.chance(0.4):
                topic.records.append((table, next(reversed(self.records))))
                del topic.records[1:-3]
        health = f"curl -s http://staging.example:{self.port}/{topic.subject}s/{topic.records[-1][1]}"
        yield from self.message(self.recall(0.2), ("run_command", {"command": health, "timeout": 20}))
        if self.chance(0.4):
            yield from self._editing(topic, self.author.choice((1, 2, 4)))
            yield from self._testing(topic)
        yield from self._summary(topic)

    def _answer(self, topic: _Topic) -> Iterator[Event]:
        name = topic.names[0]
        for _ in range(self.author.choice((1, 2, 3, 5))):
            yield from self.message(self.recall(0.2), self._reading(self.author.choice(topic.files), name))
        callers = [file.path for file in list(self.files.values())[:40] if name in file.text][:4]
        yield from self.message(
            f"`{name}` in {topic.files[0].path} stops at {topic.figure}; {', '.join(callers) or 'nobody'} "
            f"calls it." + self._talk(topic, 5) + self.recall(0.3)
        )

    def _summary(self, topic: _Topic) -> Iterator[Event]:
        """Say what was done, and commit it sometimes."""
        if self.chance(0.4):
            path = self.author.choice(topic.files).path
            commit = f'git commit -am "{topic.ticket}: {topic.names[-1]}"'
            for command in (f"git diff {path}", "npm run build 2>&1 | tail -20", commit):
                if self.chance(0.5):
                    yield from self.message("", ("run_command", {"command": command, "timeout": 60}))
        done = list(dict.fromkeys(topic.changed)) or [f"nothing in {topic.files[0].path}"]
        lines = [f"{self.one('Done', 'Fixed', 'That is it')} ({topic.ticket}). Changed:"]
        lines += [
            f"- {one}: {self.one('the limit is', 'now', 'checked up to')} {topic.figure}" for one in done[:8]
        ]
        if topic.records:
            lines.append(f"Seen with {' and '.join(id for _, id in topic.records[:3])}.")
        lines.append((self._talk(topic, 4, 0.8) + self.recall(0.5)).strip())
        yield from self.message("\n".join(lines))

    def _follow_up(self, topic: _Topic) -> Iterator[Event]:
        """Give a short word of the user on what was done, and what the agent makes of it."""
        name, author = topic.names[-1], self.author
        kind = author.randrange(5)
        if kind == 0:
            topic.figure = author.randint(1_100, 99_000)
            yield Event(
                "user", self.one(f"Make it {topic.figure}.", f"No, {topic.figure} is the right number.")
            )
            yield from self._editing(topic, author.choice((1, 1, 2)))
            yield from self.message(f"Done, `{name}` has {topic.figure} now." + self.recall(0.3))
        elif kind == 1:
            yield Event(
                "user", self.one("Still broken.", "That is not what I meant, read it again.", "Hm, no.")
            )
            yield from self.message("", self._reading(topic.files[0], topic.names[0]))
            yield from self._editing(topic, 1)
            yield from self._testing(topic)
            yield from self.message(f"`{topic.names[0]}` in {topic.files[0].path} is right now.")
        elif kind == 2:
            old = self.far(self.topics, 0.4)
            yield Event("user", self.one(f"Is this like {old.ticket}?", "Did we not do that before?"))
            yield from self.message(
                f"Yes: for {old.ticket} it was `{old.names[0]}` in {old.files[0].path}, with {old.figure}."
            )
        elif kind == 3:
            file = self.far(self.recent, 0.5)
            yield Event("user", f"And what about the {file.path.split('/')[1]} there?")
            yield from self.message("", self._reading(file, name), ("search", {"pattern": name}))
            yield from self.message(f"{file.path} does not use `{name}`, so {topic.ticket} is not about it.")
        else:
            yield Event("user", self.one("Good, commit it.", "ok", "Thanks. Push it.", author.prose(1)))
            commit = f'git commit -am "{topic.ticket}: {author.choice(_VERBS)} {name}"'
            yield from self.message("", ("run_command", {"command": commit}))
            yield from self.message(f"{topic.ticket} is in." + self.recall(0.3))


# A travel desk.

_PLACES = dict(
    pair.split(maxsplit=1)
    for pair in (
        *("AVH Arvenhold", "BRM Brimmet", "CQS Caquessa", "DUL Dulvern", "EKV Ekvara", "FNT Fontrey"),
        *("GOM Gommern Bay", "HXL Hexley", "IVR Ivrana", "JUP Juppel", "KLD Kaldur", "LQN Lequin"),
    )
)
_FIRST = (
    *("mara", "tobin", "ilse", "yorick", "sanne", "petra"),
    *("odo", "linnea", "karim", "vesna", "bruno", "aiko"),
)
_LAST = (
    *("lund", "ferrow", "quist", "halloran", "dembele", "ostrow"),
    *("vanterpool", "ruiz", "sato", "brandt", "eze", "moreau"),
)
_CABINS = ("basic", "standard", "business")
_POLICY = """# Policy of the {name} travel desk

It is {day}. You help the colleagues of the travel desk, who write for their customers.

- Before a tool changes a booking, list what it will change, with ids, dates and prices, and wait for a yes.
- Say nothing that neither the user nor a tool has told you, and give no advice of your own.
- A request against this policy is turned down; what no tool can do goes to a person with hand_over.

## Words

- A customer has an id, an email, a date of birth, payment methods, a tier (plain, silver, gold) and bookings.
- A booking has an id, a customer, flights, passengers, a cabin, bags, payments and maybe a cover.
- A flight has a number, two places, times, and for each date seats and prices in each cabin.

## Changes

- Basic bookings cannot be changed, but they can be cancelled within 24 hours of being made.
- A change costs {change} for each passenger, and the difference of the prices; gold customers pay no fee.
- The places of a trip stay as they are. The cabin must be the same on all flights of a booking.
- A booking with a flight that is over is never changed. Use the code {code} for a change after delays.

## Bags and cover

- A bag costs {bag}. Plain customers have none free in basic, one in standard and two in business.
- Silver customers have one more, gold customers two more. No booking has more than nine bags.
- A cover costs {cover} for each passenger and pays back everything for reasons of health or weather.

## Money

- A booking is paid with at most one voucher, one card and three gift cards, all of them known before.
- What is left of a voucher is lost. A refund goes to where the money came from, within {refund} days.
- A late flight gives a voucher of {voucher} for each passenger, if the customer asks and has a tier.
- Sums over {limit} need the desk's approval id, such as APR-{approval}, which the user gives.

## Handing over

- Groups of more than nine, animals, and what needs a doctor's word go to queue {queue}.
- So do complaints that have been closed once. Name the booking and what has been tried.
"""


@dataclass(slots=True, eq=False)
class _Case:
    """A customer with a booking, as the desk has it in hand."""

    customer: dict[str, Any]
    booking: dict[str, Any]
    number: str
    offered: list[dict[str, Any]] = field(default_factory=list)

    def words(self) -> list[str]:
        booking = self.booking
        legs = [text for flight in booking["flights"] for text in (flight["flight_number"], flight["date"])]
        paid = [payment["method"] for payment in booking["payments"]]
        return [self.customer["customer_id"], booking["booking_id"], self.number, *legs, *paid]

    @property
    def name(self) -> str:
        return f"{self.customer['name']['first']} {self.customer['name']['last']}"


def _leg(flight: dict[str, Any], cabin: str) -> dict[str, Any]:
    leg = {key: flight[key] for key in ("flight_number", "from", "to", "date", "leaves")}
    return leg | {"price": flight["prices"][cabin]}


class _Service(_Run):
    """An agent of a travel desk: it looks up customers and changes their bookings."""

    hurdles = ("{name}: the booking system does not answer", "503 from {name}: try again in a moment")

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.cases: deque[_Case] = deque(maxlen=_OLD_TOPICS)
        self.customers: dict[str, dict[str, Any]] = {}
        self.bookings: dict[str, dict[str, Any]] = {}
        self.flights: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        author = self.author
        self.fees: dict[str, Any] = {
            "change": author.randint(110, 195),
            "bag": author.randint(21, 64),
            "cover": author.randint(17, 48),
            "refund": author.randint(4, 14),
            "voucher": author.randint(160, 290),
            "limit": author.randint(1_500, 4_000),
            "approval": author.randint(10_000, 99_999),
            "queue": f"Q-{author.randint(100, 999)}",
            "code": f"WX{author.randint(100, 999)}",
        }
        self.rules = [
            f"A change costs {self.fees['change']} for each passenger.",
            f"A bag costs {self.fees['bag']}, by the policy.",
            f"The cover is {self.fees['cover']} for each passenger.",
            f"The voucher for a delay is {self.fees['voucher']} for each passenger.",
            f"Over {self.fees['limit']} I need an approval such as APR-{self.fees['approval']}.",
            f"Otherwise it goes to {self.fees['queue']}.",
            f"After delays the code is {self.fees['code']}.",
        ]
        self.tools = {
            "get_customer": self._get_customer,
            "get_booking": self._get_booking,
            "get_history": self._get_history,
            "search_flights": self._search_flights,
            "change_flights": self._change_flights,
            "update_bags": self._update_bags,
            "cancel_booking": self._cancel_booking,
            "issue_voucher": self._issue_voucher,
            "calculate": self._calculate,
            "think": self._think,
            "hand_over": self._hand_over,
        }

    # The world

    def _date(self) -> str:
        return f"2026-{self.author.randint(4, 9):02d}-{self.author.randint(1, 28):02d}"

    def _id(self) -> str:
        while (id := "".join(self.author.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=6))).isalpha():
            pass
        return id

    def _case(self) -> _Case:
        """Make a customer with one to three bookings."""
        author = self.author
        first, last, number = author.choice(_FIRST), author.choice(_LAST), author.randint(1_000, 9_999)
        card = {"brand": "Velo", "last_four": str(author.randint(1_000, 9_999))}
        payments: dict[str, dict[str, Any]] = {f"card_{author.randint(1_000_000, 9_999_999)}": card}
        for kind in ("voucher", "gift_card"):
            if self.chance(0.6):
                payments[f"{kind}_{author.randint(1_000_000, 9_999_999)}"] = {
                    "amount": author.randint(40, 400)
                }
        customer: dict[str, Any] = {
            "customer_id": f"{first}_{last}_{number}",
            "name": {"first": first.title(), "last": last.title()},
            "email": f"{first}.{last}{number}@mail.example",
            "phone": f"555-{author.randint(1_000, 9_999)}",
            "born": self._birthday(),
            "address": {
                "street": f"{author.randint(2, 300)} {author.choice(_NOUNS).title()} Street",
                "place": author.choice(list(_PLACES.values())),
                "postcode": str(author.randint(10_000, 99_999)),
            },
            "tier": author.choice(("plain", "plain", "silver", "gold")),
            "member_since": author.time()[:10],
            "payment_methods": payments,
            "bookings": [],
            "notes": author.prose(1.3),
        }
        self._keep(self.customers, customer["customer_id"], customer)
        bookings = [self._book(customer) for _ in range(author.choice((1, 1, 2, 3)))]
        return _Case(customer, bookings[0], f"CASE-{author.randint(10_000, 99_999)}")

    def _birthday(self) -> str:
        author = self.author
        return f"19{author.randint(50, 99)}-{author.randint(1, 12):02d}-{author.randint(1, 28):02d}"

    def _keep(self, store: dict[Any, Any], key: Any, value: Any) -> None:
        store[key] = value
        if len(store) > 300:
            del store[next(iter(store))]

    def _book(self, customer: dict[str, Any]) -> dict[str, Any]:
        author, last, cabin = self.author, customer["name"]["last"], self.author.choice(_CABINS)
        origin, target = author.sample(list(_PLACES), 2)
        flights = [self._flight(origin, target, self._date())]
        if self.chance(0.6):
            flights.append(self._flight(target, origin, self._date()))
        names = [customer["name"]["first"], *author.sample(_FIRST, author.choice((0, 0, 1, 2)))]
        paid = {
            "method": next(iter(customer["payment_methods"])),
            "amount": sum(flight["prices"][cabin] for flight in flights) * len(names),
        }
        booking = {
            "booking_id": self._id(),
            "customer_id": customer["customer_id"],
            "state": "booked",
            "cabin": cabin,
            "flights": [_leg(flight, cabin) for flight in flights],
            "passengers": [{"name": f"{name.title()} {last}", "born": self._birthday()} for name in names],
            "payments": [paid],
            "bags": author.randint(0, 3),
            "cover": self.chance(0.4),
            "made_at": author.time(),
        }
        customer["bookings"].append(booking["booking_id"])
        del customer["bookings"][:-4]
        self._keep(self.bookings, booking["booking_id"], booking)
        return booking

    def _flight(self, origin: str, target: str, date: str) -> dict[str, Any]:
        author, hour = self.author, self.author.randint(5, 20)
        return {
            "flight_number": f"NQ{author.randint(100, 9_999)}",
            "from": origin,
            "to": target,
            "date": date,
            "leaves": f"{hour:02d}:{author.choice(('00', '15', '30', '45'))}",
            "arrives": f"{hour + author.randint(1, 3):02d}:{author.choice(('05', '20', '35', '50'))}",
            "operated_by": author.choice(("Nordquell Air", "Nordquell Regional")),
            "terminal": author.randint(1, 4),
            "state": author.choice(("open", "open", "open", "late")),
            "seats": {cabin: author.randint(0, 19) for cabin in _CABINS},
            "prices": {
                cabin: author.randint(110, 190) * (number + 1) for number, cabin in enumerate(_CABINS)
            },
        }

    # The tools

    def _get_customer(self, customer_id: str) -> dict[str, Any]:
        if customer_id not in self.customers:
            raise _ToolError(f"no customer {customer_id}")
        return self.customers[customer_id]

    def _get_booking(self, booking_id: str) -> dict[str, Any]:
        if booking_id not in self.bookings:
            raise _ToolError(f"no booking {booking_id}")
        return self.bookings[booking_id]

    def _get_history(self, customer_id: str) -> dict[str, Any]:
        """Give what was said and done for the customer before, which may be long."""
        author, bookings = self.author, self._get_customer(customer_id)["bookings"]
        entries = [
            {
                "at": author.time(),
                "by": author.choice(("desk", "agent", "web", "phone")),
                "booking_id": author.choice(bookings),
                "what": author.choice(("question", "change", "complaint", "payment")),
                "text": author.prose(1.6),
            }
            for _ in range(min(60, author.lines(18)))
        ]
        return {"customer_id": customer_id, "entries": entries}

    def _search_flights(self, origin: str, target: str, date: str) -> list[dict[str, Any]]:
        trip = origin, target, date
        if trip not in self.flights:
            found = [self._flight(*trip) for _ in range(self.author.choice((1, 2, 3, 4, 6, 8, 18)))]
            self._keep(self.flights, trip, found)
        return self.flights[trip]

    def _change_flights(
        self,
        booking_id: str,
        flights: list[dict[str, str]],
        passengers: list[dict[str, str]],
        payment: dict[str, Any],
    ) -> dict[str, Any]:
        booking = self._get_booking(booking_id)
        old = booking["flights"][0]
        found = self._search_flights(old["from"], old["to"], flights[0]["date"])
        flight = next((one for one in found if one["flight_number"] == flights[0]["flight_number"]), None)
        if flight is None:
            raise _ToolError(f"{flights[0]['flight_number']} does not fly on {flights[0]['date']}")
        due = self._due(booking, flight)
        if payment["amount"] != due:
            raise _ToolError(f"payment does not add up: {booking_id} needs {due}, not {payment['amount']}")
        booking["flights"][0] = _leg(flight, booking["cabin"])
        booking["payments"].append({"method": payment["method"], "amount": due})
        return booking

    def _due(self, booking: dict[str, Any], flight: dict[str, Any]) -> int:
        more = flight["prices"][booking["cabin"]] - booking["flights"][0]["price"] + self.fees["change"]
        return int(more * len(booking["passengers"]))

    def _update_bags(self, booking_id: str, bags: int, payment: dict[str, Any]) -> dict[str, Any]:
        booking = self._get_booking(booking_id)
        booking["bags"] = bags
        return {key: booking[key] for key in ("booking_id", "bags", "cabin")} | {"paid": payment}

    def _cancel_booking(self, booking_id: str, reason: str) -> dict[str, Any]:
        booking = self._get_booking(booking_id)
        if booking["cabin"] == "basic" and not booking["cover"]:
            raise _ToolError(f"{booking_id} is basic and has no cover: it cannot be cancelled")
        booking["state"] = "cancelled"
        return booking

    def _issue_voucher(self, customer_id: str, amount: int) -> dict[str, Any]:
        id = f"voucher_{self.author.randint(1_000_000, 9_999_999)}"
        self._get_customer(customer_id)["payment_methods"][id] = {"amount": amount}
        return {"voucher_id": id, "amount": amount, "customer_id": customer_id}

    def _calculate(self, expression: str) -> float:
        first, sign, second = re.split(r" ([-+*]) ", expression)
        return float(int(first) * int(second) if sign == "*" else int(first) + int(sign + second))

    def _think(self, thought: str) -> str:
        return ""

    def _hand_over(self, booking_id: str, queue: str, summary: str) -> str:
        return f"{booking_id} now waits in {queue}."

    # The agent

    def events(self) -> Iterator[Event]:
        name = self.author.choice(_NOUNS).title()
        yield Event("system", _POLICY.format(name=name, day=self._date(), **self.fees))
        yield Event("user", "Hello, here is the desk. I have a list of customers for you.")
        yield from self.message("Welcome. Please give me the customer id or the booking id of the first one.")
        tasks = (self._move, self._move, self._move, self._add_bags, self._cancel, self._delay)
        while True:
            back = len(self.cases) > 3 and self.chance(0.25)
            case = self.far(self.cases, 0.45) if back else self._case()
            if back:
                self.cases.remove(case)
            self.cases.append(case)
            yield from self._open_again(case) if back else self._open(case)
            yield from self.author.choice(tasks)(case)
            self.note(*case.words())
            if self.chance(0.3):
                yield from self._ask_back()

    def _shown(self, case: _Case) -> str:
        """Write a booking down, as it is now."""
        booking, customer = case.booking, case.customer
        lines = [f"- Booking: {booking['booking_id']} ({booking['cabin']}), case {case.number}"]
        lines += [
            f"- {leg['flight_number']}: {_PLACES[leg['from']]} ({leg['from']}) to {_PLACES[leg['to']]} "
            f"({leg['to']}) on {leg['date']} at {leg['leaves']}, {leg['price']}"
            for leg in booking["flights"]
        ]
        if self.chance(0.6):
            people = ", ".join(f"{one['name']} ({one['born']})" for one in booking["passengers"])
            lines.append(f"- Passengers: {people}")
        if self.chance(0.5):
            paid = "; ".join(f"{one['amount']} from {one['method']}" for one in booking["payments"][-3:])
            lines.append(f"- Paid: {paid}")
        if self.chance(0.4):
            lines.append(f"- Customer: {customer['customer_id']}, {customer['email']}, {customer['tier']}")
        lines.append(f"- Bags: {booking['bags']}; cover: {'yes' if booking['cover'] else 'no'}")
        return "\n".join(lines)

    def _open(self, case: _Case) -> Iterator[Event]:
        """Let the user name a customer, and look at what there is."""
        id, booking = case.customer["customer_id"], case.booking["booking_id"]
        gives = self.one(f"The booking is {booking}.", "", f"It is {case.number}, booking {booking}.")
        told = self.author.prose(1.6) if self.chance(0.7) else ""
        start = self.one("Next is", "Now", "Please take")
        if self.chance(0.3):
            yield Event("user", f"{start} {case.name}. {told}".strip())
            yield from self.message(f"What is the id of {case.name}, or of the booking?" + self.recall(0.3))
            start, told = self.one("The id:", "Of course,"), ""
        yield Event("user", f"{start} {id}. {gives} {told}".strip())
        if gives and self.chance(0.5):
            calls: list[_Call] = [("get_customer", {"customer_id": id})]
            yield from self.message("", *calls, ("get_booking", {"booking_id": booking}))
        else:
            yield from self.message("", ("get_customer", {"customer_id": id}))
            others = case.customer["bookings"] if self.chance(0.7) else [booking]
            calls = [("get_booking", {"booking_id": one}) for one in others]
            for batch in [calls] if self.chance(0.4) else [[call] for call in calls]:
                yield from self.message("", *batch)
        if self.chance(0.5):
            yield from self.message("", ("get_history", {"customer_id": id}))
        shown = self._shown(case)
        yield from self.message(
            f"This is what {case.name} has:\n{shown}\nWhat shall I do?" + self.recall(0.2)
        )

    def _open_again(self, case: _Case) -> Iterator[Event]:
        """Let the user come back to a customer, whom the agent remembers."""
        id, booking = case.customer["customer_id"], case.booking["booking_id"]
        asks = (f"Back to {case.name}, please.", f"{case.number} once more.", f"{id} has written again.")
        yield Event("user", self.one(*asks))
        if self.chance(0.6):
            yield from self.message("", ("get_booking", {"booking_id": booking}))
        if self.chance(0.3):
            yield from self.message("What was it then?", ("get_history", {"customer_id": id}))
        shown = f"\n{self._shown(case)}" if self.chance(0.6) else ""
        yield from self.message(f"That was {id} with {booking}.{shown}\nWhat is it now?" + self.recall(0.2))

    def _small_talk(self, case: _Case) -> Iterator[Event]:
        """Let the user ask for something else in between, which makes the agent wait."""
        if not self.chance(0.4):
            return
        fees, day = self.fees, case.booking["flights"][0]["date"]
        asks, says = self.author.choice(
            (
                ("What does a change cost?", f"By the policy {fees['change']} for each passenger."),
                ("And a bag?", f"A bag costs {fees['bag']}, free ones are not left for this cabin."),
                (
                    "Do they get money for the delay?",
                    f"A voucher of {fees['voucher']} each, with cover or tier.",
                ),
                ("One moment, they are on the phone.", f"I wait. {case.number} is still open."),
                (
                    "Who decides on big sums?",
                    f"Over {fees['limit']} it is APR-{fees['approval']} or the like.",
                ),
                ("Which day was that again?", f"It is on {day}, as booked."),
            )
        )
        yield Event("user", f"{asks} {self.author.sentence() if self.chance(0.4) else ''}".strip())
        yield from self.message(says + self.recall(0.4))

    def _payment(self, case: _Case, amount: int) -> dict[str, Any]:
        return {"method": self.author.choice(list(case.customer["payment_methods"])), "amount": amount}

    def _yes(self, says: str, case: _Case) -> Iterator[Event]:
        """Tell what will be done, and get a yes."""
        shown = f"\n\nThe booking as it is:\n{self._shown(case)}\n\n" if self.chance(0.5) else " "
        yield from self.message(f"{says}{shown}Shall I go on?" + self.recall(0.2))
        extra = f" for {case.booking['booking_id']}" if self.chance(0.2) else ""
        told = f" {self.author.prose(1.2)}" if self.chance(0.4) else ""
        yield Event("user", self.one("Yes", "Yes, please", "Go on", "Confirmed") + f"{extra}.{told}")

    def _offers(self, case: _Case) -> Iterator[Event]:
        """Search flights until the user likes one day's."""
        old, cabin = case.booking["flights"][0], case.booking["cabin"]
        origin, target = old["from"], old["to"]
        for turn in range(self.author.choice((1, 1, 2, 3))):
            date = self._date()
            asked = f"{_PLACES[origin]} to {_PLACES[target]} on {date}"
            first = (f"Move {old['flight_number']}: {asked}.", f"They want {asked}.")
            yield Event(
                "user", self.one(*first) if not turn else self.one(f"What about {date}?", f"And {date}?")
            )
            trip = {"origin": origin, "target": target, "date": date}
            yield from self.message("", ("search_flights", trip))
            case.offered = self.flights[origin, target, date]
            lines = [
                f"{number}. {one['flight_number']}, {one['leaves']} to {one['arrives']}: {cabin} "
                f"{one['prices'][cabin]}, {one['seats'][cabin]} seats, {one['state']}"
                for number, one in enumerate(case.offered[:8], 1)
            ]
            told = "\n".join(lines)
            yield from self.message(
                f"From {origin} to {target} on {date} there are:\n{told}" + self.recall(0.2)
            )

    def _move(self, case: _Case) -> Iterator[Event]:
        """Change a flight: offer, calculate, ask, pay; the sum is wrong sometimes."""
        booking, old, fee = case.booking, case.booking["flights"][0], self.fees["change"]
        yield from self._offers(case)
        yield from self._small_talk(case)
        flight = self.author.choice(case.offered)
        number, date, price = flight["flight_number"], flight["date"], flight["prices"][booking["cabin"]]
        due, people = self._due(booking, flight), len(booking["passengers"])
        takes = (f"Take {number}.", f"The one at {flight['leaves']}.", "The one that I said first.")
        yield Event("user", self.one(*takes))
        if self.chance(0.6):
            yield from self.message("", ("calculate", {"expression": f"{price} - {old['price']}"}))
        if self.chance(0.5):
            yield from self.message("", ("calculate", {"expression": f"{due // people} * {people}"}))
        wrong = self.chance(0.3)
        payment = self._payment(case, due - fee if wrong else due)
        arguments = {
            "booking_id": booking["booking_id"],
            "flights": [{"flight_number": number, "date": date}],
            "passengers": booking["passengers"],
            "payment": payment,
        }
        says = (
            f"{booking['booking_id']}: {old['flight_number']} on {old['date']} becomes {number} on {date}, "
        )
        yield from self._yes(f"{says}and {payment['amount']} is taken from {payment['method']}.", case)
        yield from self.message("", ("change_flights", arguments))
        if wrong:
            thought = (
                f"The change of {booking['booking_id']} costs {fee} for each of {people}. "
                f"{payment['amount']} left that out, {due} is right, as {number} is {price}."
            )
            yield from self.message("", ("think", {"thought": thought}))
            yield from self._yes(f"With the fee of {fee} it is {due} from {payment['method']}.", case)
            payment = {**payment, "amount": due}
            yield from self.message("", ("change_flights", {**arguments, "payment": payment}))
        yield from self.message(
            f"{case.name} flies with {number} now; {due} was taken from {payment['method']}.\n"
            + self._shown(case)
            + self.recall(0.25)
        )

    def _add_bags(self, case: _Case) -> Iterator[Event]:
        id, more, fee = case.booking["booking_id"], self.author.randint(1, 3), self.fees["bag"]
        bags = case.booking["bags"] + more
        yield Event("user", self.one(f"They need {bags} bags in all.", f"Add bags to {id}, {bags} in all."))
        payment = self._payment(case, fee * more)
        yield from self.message("", ("calculate", {"expression": f"{fee} * {more}"}))
        yield from self._small_talk(case)
        yield from self._yes(
            f"{id} will have {bags} bags: {payment['amount']} from {payment['method']}.", case
        )
        yield from self.message("", ("update_bags", {"booking_id": id, "bags": bags, "payment": payment}))
        yield from self.message(f"Done:\n{self._shown(case)}" + self.recall(0.3))

    def _cancel(self, case: _Case) -> Iterator[Event]:
        id, fees, customer = case.booking["booking_id"], self.fees, case.customer["customer_id"]
        why = self.one("someone is ill", "plans have changed", "the weather")
        yield Event("user", f"They want to cancel, {why}. {self.author.sentence()}")
        method = case.booking["payments"][0]["method"]
        yield from self._yes(f"I cancel {id} and pay back to {method} in {fees['refund']} days.", case)
        yield from self.message("", ("cancel_booking", {"booking_id": id, "reason": why}))
        if case.booking["state"] == "cancelled":
            case.booking = self._book(case.customer)
            yield Event("user", f"They have booked anew, {case.booking['booking_id']}. Is that all right?")
            new: _Call = ("get_booking", {"booking_id": case.booking["booking_id"]})
            yield from self.message(f"{id} is cancelled, I look at the new one.", new)
            yield from self.message(f"Yes, instead of {id} there is:\n{self._shown(case)}")
            return
        passed = {
            "booking_id": id,
            "queue": fees["queue"],
            "summary": f"{customer} wants to cancel {id}: {why}.",
        }
        yield from self.message(f"{id} cannot be cancelled, it is basic.", ("hand_over", passed))
        yield from self.message(f"{id} of {customer} waits in {fees['queue']} now." + self.recall(0.2))

    def _delay(self, case: _Case) -> Iterator[Event]:
        """Give a voucher for a flight that was late."""
        flight, fee, id = case.booking["flights"][-1], self.fees["voucher"], case.customer["customer_id"]
        number, people = flight["flight_number"], len(case.booking["passengers"])
        yield Event("user", f"{number} was late and {case.name} complains. {self.author.prose(1)}")
        yield from self.message("", ("calculate", {"expression": f"{fee} * {people}"}))
        yield from self._small_talk(case)
        yield from self._yes(f"{id} gets {fee * people} for {number} on {flight['date']}.", case)
        yield from self.message("", ("issue_voucher", {"customer_id": id, "amount": fee * people}))
        voucher = next(reversed(case.customer["payment_methods"]))
        says = f"{id} has {voucher} of {fee * people} now, for {number} ({case.number})."
        yield from self.message(says + self.recall(0.3))

    def _ask_back(self) -> Iterator[Event]:
        """Let the user ask for something of an earlier case."""
        case = self.far(self.cases, 0.4)
        flight, id = case.booking["flights"][0], case.booking["booking_id"]
        asks = (f"When does {case.name} fly?", f"The booking of {case.name}?", f"Is {case.number} done?")
        yield Event("user", f"By the way: {self.one(*asks)}")
        if self.chance(0.3):
            yield from self.message("", ("get_booking", {"booking_id": id}))
        says = f"{case.name}: {id}, {flight['flight_number']} on {flight['date']} ({case.number})."
        yield from self.message(says)

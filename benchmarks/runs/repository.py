"""A repository and the desk around it: files whose edits really change, tests, tickets, records and logs."""

import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from ..threads import ADJECTIVES, ERRORS, NOUNS, VERBS
from .agents import OLD_TOPICS, Run, ToolError

Language = Literal["py", "ts"]

_SLOT = re.compile(r"<(n|m|N|M|a|v|i|j|k|name|callee|error|key)>")

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
TALK = (
    "`{x}` and `{y}` work together here, and the {a} {n} isn't covered by a test yet.",
    "It fails because `{x}` takes the {n} before the {m} is {a}; `{y}` expects it the other way round.",
    "Either `{x}` gets the {n} from outside, or `{y}` asks for it; I take the first, the other is {a}.",
    "With {f} the {n} is never {a}, so `{x}` doesn't have to {v} anything twice.",
    "Nothing else depends on `{x}`, as far as I can see; `{y}` only reads the {m}.",
    "I will {v} the {n} first, then look at `{y}`, and run everything again in the end.",
    "Should the {n} of {p} be {a}, it is `{x}` that has to {v} the {m}.",
)
GUARDS = {
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
TABLES = tuple(_PREFIX)


@dataclass(slots=True)
class Block:
    """A function, a class or a test, or what stands above them all."""

    name: str
    text: str


@dataclass(slots=True, eq=False)
class File:
    """A file of the repository: imports, then functions and classes."""

    path: str
    language: Language
    nouns: list[str]
    head: Block
    blocks: list[Block]
    _text: str | None = None

    @property
    def text(self) -> str:
        """The whole file."""
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

    def line_of(self, block: Block) -> int:
        """Give the number of the line on which a block begins."""
        return self.text[: self.text.index(block.text)].count("\n") + 1


@dataclass(slots=True, eq=False)
class Topic:
    """What a task is about: what the agent has in mind while it works."""

    ticket: str
    subject: str
    files: list[File]
    tests: File
    names: list[str]
    records: list[tuple[str, str]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    figure: int = 0

    def words(self) -> list[str]:
        """Give what the agent may name of it later."""
        return [self.ticket, self.files[0].path, *self.names, *(id for _, id in self.records), *self.requests]


class Repository(Run):
    """The world of an agent that works on a repository, and its tools."""

    hurdles = (
        "{name}: no answer within 30 s",
        "ConnectionResetError: [Errno 104] the tool host closed the connection of {name}",
        "TimeoutError: {name} is over its 120 s; the sandbox has been started again",
    )

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        author = self.author
        self.files: dict[str, File] = {}
        self.names: dict[str, None] = {}
        self.callables: dict[str, list[str]] = {"py": ["load_settings"], "ts": ["loadSettings"]}
        self.tests: dict[str, File] = {}
        self.failures: dict[str, str] = {}
        self.topics: deque[Topic] = deque(maxlen=OLD_TOPICS)
        self.recent: deque[File] = deque(maxlen=80)
        self.ticket = self.author.randint(300, 4_000)
        self.port = self.author.randint(7_000, 9_900)
        self.records: dict[str, dict[str, Any]] = {}
        self.letters = author.choice(NOUNS)[:4].upper()
        self.project = f"{self.author.choice(NOUNS)}-{self.author.choice(('desk', 'hub', 'works', 'line'))}"
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
            words = [author.choice(VERBS), author.choice((*ADJECTIVES, *NOUNS)), author.choice(NOUNS)]
            if self.chance(0.25):
                del words[1]
            elif self.chance(0.2):
                words.append(author.choice(("by", "for", "of")))
                words.append(author.choice(NOUNS))
            if words[-1] != words[-2] and (key := "_".join(words)) not in self.names:
                self.names[key] = None
                break
        if title:
            return "".join(word.title() for word in words[1:]) + words[0].title().removesuffix("e") + "er"
        return key if language == "py" else words[0] + "".join(word.title() for word in words[1:])

    def _block(self, language: Language, nouns: list[str], name: str = "", figure: int = 0) -> Block:
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
        return Block(name, text)

    def _fill(self, template: str, nouns: list[str], name: str, callee: str, figure: int = 0) -> str:
        """Fill a template; what the agent writes has a figure that it knows, not one out of the air."""
        author, n, m = self.author, *self.author.sample(nouns, 2)
        words = {"n": n, "m": m, "N": n.title(), "M": m.title(), "name": name, "callee": callee}
        words |= {
            "a": author.choice(ADJECTIVES),
            "v": author.choice(VERBS),
            "error": author.choice(ERRORS),
        }
        words |= {"i": str(figure or author.randint(100, 90_000)), "j": str(author.randint(2, 90))}
        words |= {"k": str(author.randint(2, 9)), "key": f"{author.choice(nouns)}_id"}
        return _SLOT.sub(lambda found: words[found[1]], template)

    def _new_file(self, blocks: int) -> File:
        """Make a file and the file of its tests."""
        author = self.author
        language: Language = "py" if self.chance(0.6) else "ts"
        while True:
            noun, verb, other = author.choice(NOUNS), author.choice(VERBS), author.choice(NOUNS)
            if language == "py":
                path, tested = f"services/{noun}/{verb}_{other}.py", f"tests/{noun}/test_{verb}_{other}.py"
            else:
                path = f"packages/{noun}/src/{other}-{verb}.ts"
                tested = f"packages/{noun}/test/{other}-{verb}.test.ts"
            if path not in self.files:
                break
        nouns = list(dict.fromkeys((noun, other, *author.sample(NOUNS, 3))))
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
        file = self.files[path] = File(path, language, nouns, Block(path, head), made)
        tests = self.files[tested] = File(tested, language, nouns, Block(tested, test_head), [])
        tests.blocks += [self._test(tests, block.name) for block in made[:6]]
        self.tests[path] = tests
        return file

    def _test(self, file: File, name: str, figure: int = 0) -> Block:
        text = self._fill(_TESTS[file.language], file.nouns, name, name, figure)
        return Block(re.search(r"test_\w+|(?<=\")[^\"]+", text)[0], text)  # type: ignore[index]

    def _record(self, table: str = "") -> tuple[str, str]:
        """Make a record of a table."""
        author = self.author
        table = table or author.choice(TABLES)
        id = f"{_PREFIX[table]}_{author.code_id()}"
        self.records[id] = {**author.record(), "id": id, "tenant_id": f"ten_{author.code_id()[:8]}"}
        if len(self.records) > 400:
            del self.records[next(iter(self.records))]
        return table, id

    # The tools

    def _file(self, path: str) -> File:
        if path not in self.files:
            raise ToolError(f"No such file: {path}")
        return self.files[path]

    def _read_file(self, path: str, offset: int = 1, limit: int = 400) -> str:
        lines = self._file(path).text.split("\n")
        if offset > len(lines):
            raise ToolError(f"{path} has {len(lines)} lines; there is no line {offset}")
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
            raise ToolError(f"old_text stands {times} times in {path}; it must stand there once")
        file.replace(old_text, new_text)
        return f"Replaced {len(old_text)} characters with {len(new_text)} in {path}."

    def _write_file(self, path: str, content: str) -> str:
        return f"Wrote {len(content)} characters to {path}."

    def _run_tests(self, target: str) -> str:
        path = target.partition("::")[0]
        if path in self.failures:
            raise ToolError(self.failures[path])
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
            raise ToolError(f"there is no ticket {id}")
        author = self.author
        return {
            "id": id,
            "title": f"{topic.subject.title()}: {topic.names[0]} is {author.choice(ADJECTIVES)}",
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
            raise ToolError(f"{table} has no record {id}; it may be archived")
        return self.records[id]

    def _get_logs(self, request_id: str, lines: int = 50) -> str:
        topic = next((topic for topic in reversed(self.topics) if request_id in topic.requests), None)
        log = self.author.log().split("\n")[:lines]
        if topic is None:
            return "\n".join(log)
        told = f"{self.author.time()} ERROR [{topic.subject}-2] request={request_id} in {topic.names[0]}"
        ids = " ".join(f"{table}={id}" for table, id in topic.records)
        return "\n".join([*log[:-1], f"{told} {ids} limit={topic.figure}", *log[-1:]])

"""An agent that works on a repository."""

import re
from collections.abc import Iterator
from textwrap import indent

from contextkit import Event

from ..threads import ADJECTIVES, ERRORS, NOUNS, VERBS
from .agents import Call
from .repository import GUARDS, TALK, File, Repository, Topic


class Coding(Repository):
    """An agent that works on a repository."""

    def events(self) -> Iterator[Event]:
        """Give one task after the other."""
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
            f"A check logs with DEBUG_{author.choice(NOUNS).upper()}; the trace id is {author.code_id()}.",
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

    def _topic(self) -> Topic:
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
        return Topic(
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

    def _wish(self, topic: Topic, kind: str, *, back: bool) -> str:
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

    def _talk(self, topic: Topic, mean: float, share: float = 1) -> str:
        """Write on what the agent has in mind."""
        if not self.chance(share):
            return ""
        author, words, said = self.author, topic.words(), []
        for _ in range(min(12, author.lines(mean))):
            n, m = author.sample(NOUNS, 2)
            slots = {"n": n, "m": m, "a": author.choice(ADJECTIVES), "v": author.choice(VERBS)}
            slots |= {"x": author.choice(words), "y": author.choice(topic.names), "p": topic.files[0].path}
            said.append(author.choice(TALK).format(**slots, f=topic.figure))
        return " " + " ".join(said)

    def _look(self, topic: Topic) -> Iterator[Event]:
        """Find what it is about, and read it."""
        name, file, author = topic.names[0], topic.files[0], self.author
        ways: list[Call] = [
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

    def _reading(self, file: File, name: str) -> Call:
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

    def _edit(self, file: File, topic: Topic, name: str = "") -> Call:
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
            guard = author.choice(GUARDS[file.language])
            guard = guard.format(k=f"{topic.subject}_limit", i=topic.figure, e=author.choice(ERRORS))
            new = f"{old}\n{indent(guard, margin)}"
        if len(lines) > 45:
            old, new = block.text, self._block(file.language, file.nouns, block.name, topic.figure).text
        topic.changed.append(f"`{block.name}` in {file.path}")
        if block.name not in topic.names:
            topic.names.append(block.name)
            del topic.names[1:-4]
        return "edit_file", {"path": file.path, "old_text": old, "new_text": new}

    def _once(self, file: File, lines: list[str], start: int, end: int) -> str:
        """Give lines of a block, with as many before them as make them the only ones in the file."""
        while file.text.count(old := "\n".join(lines[start:end])) != 1 and start:
            start -= 1
        return old if file.text.count(old) == 1 else "\n".join(lines)

    def _editing(self, topic: Topic, times: int) -> Iterator[Event]:
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

    def _testing(self, topic: Topic) -> Iterator[Event]:
        """Run the tests until they pass; a failure may come back as it was."""
        path = topic.tests.path
        for name in topic.names[1:] if self.chance(0.4) else ():
            call: Call = ("search", {"pattern": name})
            if self.chance(0.4):
                call = self._reading(self.author.choice(topic.files), name)
            yield from self.message(self._talk(topic, 1, 0.3), call)
        calls: list[Call] = [("run_tests", {"target": path})]
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

    def _failure(self, topic: Topic) -> str:
        """Give what the tests print where they fail: the way through the files of the topic."""
        author, test = self.author, self.author.choice(topic.tests.blocks)
        frames = []
        for file in [topic.tests, *topic.files]:
            block = test if file is topic.tests else author.choice(file.blocks)
            line = author.choice([line for line in block.text.split("\n") if len(line) > 12]).strip()
            frames.append(f'  File "{file.path}", line {file.line_of(block)}, in {block.name}\n    {line}')
        error = (
            f"{author.choice(ERRORS)}: {topic.names[0]} gave {topic.figure}, not {author.randint(10, 9_000)}"
        )
        noise = "\n" + author.log() if self.chance(0.2) else ""
        return (
            f"FAILED {topic.tests.path}::{test.name}\nTraceback (most recent call last):\n"
            + "\n".join(frames)
            + f"\n{error}{noise}\n1 failed, {len(topic.tests.blocks) - 1} passed"
        )

    def _repair(self, topic: Topic) -> Iterator[Event]:
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

    def _rename(self, topic: Topic) -> Iterator[Event]:
        """Rename a function everywhere it stands."""
        old, file = topic.names[0], topic.files[0]
        new = self._name(file.language, title=old[:1].isupper())
        yield from self.message(f"`{old}` becomes `{new}`." + self.recall(0.1), ("search", {"pattern": old}))
        calls: list[Call] = []
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

    def _extend(self, topic: Topic) -> Iterator[Event]:
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

    def _remove(self, file: File, topic: Topic) -> Iterator[Event]:
        """Take out a function that nobody needs, so that files stay readable."""
        block = self.author.choice(file.blocks[:-1])
        yield from self.message(
            f"`{block.name}` is not used any more, I take it out of {file.path}.",
            ("search", {"pattern": block.name}),
        )
        cut = {"path": file.path, "old_text": f"\n\n\n{block.text}", "new_text": ""}
        yield from self.message("", ("edit_file", cut))
        topic.changed.append(f"`{block.name}` (removed)")

    def _operate(self, topic: Topic) -> Iterator[Event]:
        """Follow a request or a record through logs and tables."""
        if not topic.records:
            topic.records.append(self._record())
        calls: list[Call] = [("get_logs", {"request_id": id}) for id in topic.requests]
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

    def _answer(self, topic: Topic) -> Iterator[Event]:
        name = topic.names[0]
        for _ in range(self.author.choice((1, 2, 3, 5))):
            yield from self.message(self.recall(0.2), self._reading(self.author.choice(topic.files), name))
        callers = [file.path for file in list(self.files.values())[:40] if name in file.text][:4]
        yield from self.message(
            f"`{name}` in {topic.files[0].path} stops at {topic.figure}; {', '.join(callers) or 'nobody'} "
            f"calls it." + self._talk(topic, 5) + self.recall(0.3)
        )

    def _summary(self, topic: Topic) -> Iterator[Event]:
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

    def _follow_up(self, topic: Topic) -> Iterator[Event]:
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
            commit = f'git commit -am "{topic.ticket}: {author.choice(VERBS)} {name}"'
            yield from self.message("", ("run_command", {"command": commit}))
            yield from self.message(f"{topic.ticket} is in." + self.recall(0.3))

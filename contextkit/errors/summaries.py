"""summarize_error: an exception or a text -> the few lines of it that matter."""

import dataclasses
import re
import traceback
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from ..budgets import whole_number
from ..tokens.counters import TokenCounter, count, token_counter
from .facts import Facts, Failure, Fault, Finding, Frame, OwnCode, own_code
from .findings import read_findings
from .lines import lines_of, plain
from .patterns import Pattern
from .records import read_records
from .pieces import STANDARD, Pieces, fitted, shortened
from .runs import read_runs
from .salience import Alike, explains, failure_at, places, salient, shape, words_of
from .traces import read_traces
from .unknown_stacks import read_unknown_stacks

MARKERS = frozenset(
    {
        "at",
        "failed",
        "caused",
        "by",
        "while",
        "handling",
        "suppressed",
        "recursion",
        "entered",
        "from",
        "same",
        "message",
        "got",
        "goroutine",
        "more",
        "lines",
        "left",
        "out",
        "exit",
        "status",
        "via",
        "in",
        "panicked",
        "thread",
        "code",
    }
)
"""The words that a summary may have besides those of its input; and numbers behind `×`, `+` and `[...`."""

_MOST = 2_000  # tokens of a summary without a budget
_FALLBACK = 420  # tokens of one of a format that nobody knows; more for a long text
_SOME = 200  # lines that are looked through at a time
_FEW = 3  # lines of a shape that are all quoted
_MESSAGE = 300  # characters
_WORD = Pattern(r"\w+")
_COUNTED = Pattern("×\\d+|\\[\\+?[\\d,.… ]+ (?:more )?lines?(?: left out)?[ .]*\\]")
_INSTANTIATED = ("required from ‘", "required from '", "required by ", "In instantiation of")
_RULER = Pattern(r"([^\w\s])\1{4,}")
_BRACKETS = Pattern(r"[^\w\s]{1,4}$")
_QUOTED = Pattern(r"\d* ?\|(?: |$)")  # source code, as it is drawn next to a message
_PYDANTIC = Pattern(r"\s+(.*) \[type=[\w.]+, input_value=(.*), input_type=\w+\]$")


def summarize_error(
    error: BaseException | str,
    budget: int | None = None,
    *,
    own: OwnCode = own_code,
    status: int | None = None,
    counter: TokenCounter | str = "o200k_base",
    parse: bool = True,
) -> str:
    r"""Say what went wrong in few words: type, message, cause, and where in the user's own code.

    Reads stack traces of a dozen languages, runs of tests, and what compilers and linters say. What it cannot
    read it quotes: lines that speak of failure, and both ends. The summary is never larger than the input, says
    nothing that the input does not, and never tells of success only where something failed.

    Args:
        error: An exception, or a text: standard error, a log, the output of a build.
        budget: The most tokens of the summary; more of them show more. By default what is worth its tokens.
        own: Tells a frame of the user's own code from others.
        status: The exit status of the program, if it is known.
        counter: Counts tokens; also by name.
        parse: Whether to read formats; `False` leaves it to quoting.

    Raises:
        SettingError: If the budget is not a positive whole number.

    >>> error = '''Traceback (most recent call last):
    ...   File "/srv/shop/pricing.py", line 11, in convert
    ...     return amount * RATES[currency]
    ... KeyError: 'CHF'
    ...
    ... The above exception was the direct cause of the following exception:
    ...
    ... Traceback (most recent call last):
    ...   File "/srv/shop/run.py", line 10, in main
    ...     pricing.total(ORDER)
    ...   File "/srv/shop/pricing.py", line 20, in total
    ...     raise PricingError(f"cannot price {line!r}") from error
    ... shop.pricing.PricingError: cannot price line 'B-9': no rate for CHF
    ... '''
    >>> print(summarize_error(error))
    PricingError: cannot price line 'B-9': no rate for CHF
      at shop/pricing.py:20 total ← shop/run.py:10 main
    caused by KeyError: 'CHF'
      at shop/pricing.py:11 convert
      return amount * RATES[currency]
    """
    if budget is not None:
        whole_number("summarize_error.budget", budget, 1)
    count_tokens = token_counter(counter)
    text = plain(text_of(error))
    lines = lines_of(text)
    limit = budget or _MOST
    prefix = f"exit status {status}\n" if status else ""
    facts, used = read(lines, own, text) if parse else (Facts(), set[int]())
    pieces = _pieces(facts, own)
    known = bool(pieces)
    if known:
        _guarded(pieces, lines, used)
        _with_failure(pieces, lines)
        summary = fitted(pieces, limit, count_tokens, None if budget else STANDARD)
    else:
        summary = _quoted(lines, budget, count_tokens)
    if known and not _is_faithful(summary, lines, text):
        summary = _quoted(lines, budget, count_tokens)
    if failure_at(summary) < 0 <= (told := failure_at(text)) and all(failure_at(line) < 0 for line in lines):
        summary = _saying(text, told, summary, limit, count_tokens)
    if prefix:
        summary = prefix + summary
        if count(count_tokens, summary) > limit:
            summary = prefix.strip() if budget and budget < 12 else _cut(summary, limit, count_tokens)
    return _no_larger(summary, prefix, text, limit, count_tokens)


def text_of(error: BaseException | str) -> str:
    """Give an error's text: of an exception the traceback as Python prints it, with what a process wrote."""
    if isinstance(error, str):
        return error
    text = "".join(traceback.format_exception(error))
    for name in ("stderr", "stdout", "output"):
        written = getattr(error, name, None)
        if isinstance(written, bytes):
            written = written.decode("utf-8", "replace")
        if isinstance(written, str) and written.strip():
            return f"{text}\n{written[-20_000:]}"
    return text


def read(lines: Sequence[str], own: OwnCode = own_code, text: str = "") -> tuple[Facts, set[int]]:
    """Read the facts of a text, and the numbers of the lines that they are from."""
    facts = Facts()
    facts.findings = read_records(text)
    if facts.findings:
        return facts, set(range(len(lines)))
    facts.failures, facts.counts, used = read_runs(lines, own)
    if not facts.failures:
        facts.faults, facts.stacks, traced = read_traces(lines, own)
        used |= traced
        if not facts.faults and not facts.stacks:
            facts.faults, traced = read_unknown_stacks(lines, used)
            used |= traced
    facts.findings, found = read_findings(lines, used)
    return facts, used | found


def _is_faithful(summary: str, lines: Sequence[str], text: str) -> bool:
    """Whether each word of a summary is a word of the text, or a marker."""
    words = set(_WORD.findall(_COUNTED.sub(" ", summary))) - MARKERS
    unique = list(dict.fromkeys(lines))  # many come more than once
    unique = unique[-_SOME:] + unique[:-_SOME]  # the counts and the last error stand at the end
    for start in range(0, len(unique), _SOME):
        words.difference_update(_WORD.findall("\n".join(unique[start : start + _SOME])))
        if not words:
            return True
    return words <= set(_WORD.findall(text))


def _no_larger(summary: str, prefix: str, text: str, limit: int, counter: TokenCounter) -> str:
    """Give the text itself where a summary is no shorter."""
    whole = prefix + text.strip()
    if len(whole) > 20 * limit + 2 * len(summary):
        return summary
    mine = count(counter, summary)
    # A beginning with more tokens says enough of the whole: what follows takes no more than one away.
    if 2 * len(summary) < len(whole) and count(counter, whole[: 2 * len(summary)]) > mine + 1:
        return summary
    tokens = count(counter, whole)
    return whole if tokens <= limit and (mine >= tokens or len(summary) >= len(whole)) else summary


def _cut(text: str, limit: int, counter: TokenCounter) -> str:
    pieces = Pieces()
    for line in text.split("\n"):
        pieces.start(0, line)
    return fitted(pieces, limit, counter)


# What was understood


def _pieces(facts: Facts, own: OwnCode) -> Pieces:
    pieces = Pieces()
    for number, line in enumerate(reversed(facts.counts)):
        if facts.failures or facts.findings or facts.faults or number == 0:
            pieces.start(0 if number == 0 else 2, shortened(line, 160))
    if pieces and not (facts.failures or facts.findings or facts.faults):
        for line in facts.counts[:-1]:
            pieces.start(1, shortened(line, 160))
    if facts.failures and not facts.counts:
        pieces.start(0, "failed:")
    _failures(pieces, facts.failures)
    _faults(pieces, facts.faults, own)
    for number, stack in enumerate(facts.stacks):
        wanted = any(fault.type == "fatal error" for fault in facts.faults) or not facts.faults
        pieces.start((3 if number < 12 else 6) if wanted else 6, stack)
    _findings(pieces, facts.findings)
    return pieces


def _faults(pieces: Pieces, faults: Sequence[Fault], own: OwnCode) -> None:
    folded: dict[tuple[str, ...], list[Fault]] = {}
    order: list[Fault] = []
    for fault in faults:
        if not fault.headline and not fault.frames:
            continue
        mine = next((frame for frame in fault.frames if own(frame)), None)
        same = folded.setdefault((fault.relation, fault.type, fault.message, str(mine)), [])
        if not same:
            order.append(fault)
        same.append(fault)
    heads = [fault for fault in order if not fault.relation]
    types = {fault.type for fault in order}
    if len({fault.short_type for fault in order}) < len(types):
        shorts = Counter(Fault(name).short_type for name in types)
        for fault in order:
            fault.qualified = shorts[fault.short_type] > 1
    before: Fault | None = None
    head: Fault | None = None
    for number, fault in enumerate(order):
        following = order[number + 1] if number + 1 < len(order) else None
        is_root = (
            bool(fault.relation)
            and fault.relation != "-"
            and (following is None or following.relation in ("", "-", "suppressed"))
        )
        if not fault.relation:
            head = fault
        if not fault.relation:
            rank = 0 if fault is heads[0] else 2 if len(heads) <= 4 or fault in heads[:3] else 4
        elif is_root:
            rank = 1
        else:
            rank = 3 if fault.relation == "-" else 4
        mine = next((frame for frame in fault.frames if own(frame)), None)
        times = len(folded[fault.relation, fault.type, fault.message, str(mine)])
        _headline(pieces, fault, rank, before if rank > 1 else head, times)
        _details(pieces, fault, max(rank, 3))
        _stack(pieces, fault, rank, own)
        before = fault


def _headline(pieces: Pieces, fault: Fault, rank: int, before: Fault | None, times: int) -> None:
    lead = {"": "", "-": "- "}.get(fault.relation, f"{fault.relation} ")
    told = before is not None and before is not fault and fault.message and fault.message in before.message
    headline = fault.headline
    if told and fault.relation and len(fault.message) > 24:
        headline = f"{fault.name} (same message)" if fault.type else "(same message)"
    longest = _MESSAGE if rank < 3 or fault.relation == "-" else 100
    if not f"{lead}{headline}":
        return
    pieces.long(rank, f"{lead}{headline}", longest)
    if times > 1:
        pieces.add(rank, f" ×{times}")


def _details(pieces: Pieces, fault: Fault, rank: int) -> None:
    place = ""
    shown = compared = 0
    for found in read_records("\n".join((fault.message, *fault.details))):
        pieces.start(rank, f"  {found.file}: {shortened(found.message, 160)}")
        shown = 6
    for detail in fault.details:
        if match := _PYDANTIC.match(detail):
            pieces.start(
                rank,
                f"  {place}: {match[1]}; got {shortened(match[2], 60)}"
                if place
                else f"  {match[1]}; got {match[2]}",
            )
            place = ""
        elif "errors.pydantic.dev" in detail:
            continue
        elif "validation error" in fault.message:
            place = detail.strip()
        elif (
            (text := detail.strip())
            and text not in ("Traceback", "^")
            and not text.startswith(("(Background on", "at "))
            and not _BRACKETS.match(text)
            and not _QUOTED.match(text)
        ):
            differs = text[0] in "+-" and compared < 8
            pieces.long(rank if shown < 5 or differs else 6, f"  {text}", 160)
            compared += differs
            shown += not differs


def _stack(pieces: Pieces, fault: Fault, rank: int, own: OwnCode) -> None:
    if not fault.frames:
        return
    cycle, rest = _recursion(fault.frames)
    mine = [frame for frame in rest if own(frame)]
    rank = max(2, min(rank, 4))
    if cycle:
        times, frames = cycle
        pieces.start(rank, f"  recursion ×{times}: {' → '.join(map(str, frames))}")
        if mine:
            pieces.start(rank + 1, f"  entered from {mine[0]}")
        return
    frames = mine or rest[:1]
    pieces.start(rank, f"  at {frames[0]}")
    seen = {frames[0].place}
    shown = 0
    for frame in frames[1:]:
        if frame.place in seen or "<anonymous>" in frame.file:
            continue
        seen.add(frame.place)
        pieces.add(
            3 if not shown and rank <= 2 else STANDARD if shown == 1 and rank <= 2 else 7 if shown < 5 else 8,
            f" ← {frame}",
        )
        shown += 1
    code = frames[0].code
    if code:
        terse = len(fault.message.split()) < 4 or "SyntaxError" in fault.type
        pieces.start(4 if terse and rank <= 2 else 6, f"  {shortened(code, 120)}")
    if mine and rest[0] is not mine[0]:
        pieces.start(7, f"  via {rest[0]}")


def _recursion(frames: Sequence[Frame]) -> tuple[tuple[int, list[Frame]] | None, list[Frame]]:
    """Fold what calls itself again and again."""
    if len(frames) < 20:
        return None, list(frames)
    times = Counter(frame[:3] for frame in frames)
    often = {key for key, number in times.items() if number >= 8}
    if not often or sum(times[key] for key in often) * 2 < len(frames):
        return None, list(frames)
    cycle = [next(frame for frame in frames if frame[:3] == key) for key in times if key in often]
    rest = [frame for frame in frames if frame[:3] not in often]
    return (max(times.values()), cycle[:6][::-1]), rest


def _failures(pieces: Pieces, failures: Sequence[Failure]) -> None:
    groups: dict[tuple[str, str], list[Failure]] = {}
    for failure in failures:
        kind = failure.lines[0].split(":")[0][:40] if failure.lines else ""
        place = failure.frame.place if failure.frame else ""
        groups.setdefault((kind, place) if place else ("", _base(failure.name)), []).append(failure)
    for group in groups.values():
        if len(group) == 1:
            _failure(pieces, group[0], 1, placed=True)
        elif len(group) <= 8:
            at = f" at {group[0].frame}" if group[0].frame else ""
            pieces.start(1, f"×{len(group)}{at}")
            for failure in group:
                _failure(pieces, failure, 2, indent="  ", most=2 if len(group) < 4 else 1)
        else:
            at = f" at {group[0].frame}" if group[0].frame else ""
            _failure(pieces, group[0], 1)
            pieces.start(1, f"×{len(group)}{at}:")
            bases = Counter(_base(failure.name) for failure in group)
            for base, times in bases.items():
                pieces.add(2, f" {base}" + (f" ×{times}" if times > 1 else ""))
            pieces.start(
                4,
                "  "
                + " ".join(filter(None, (_parameters(failure.name) for failure in group)))[:600].rpartition(
                    " "
                )[0],
            )


def _failure(
    pieces: Pieces, failure: Failure, rank: int, *, placed: bool = False, indent: str = "", most: int = 8
) -> None:
    pieces.start(rank, indent + shortened(failure.name, 120))
    if placed and failure.frame:
        pieces.add(2, f" at {failure.frame}")
        if failure.caller:
            pieces.add(4, f" ← {failure.caller.place}")
    told = [line.strip() for line in failure.lines if line.strip()]
    shown = 0
    for line in told:
        if shown and (line.startswith(("Omitting", "Use -v", "..."))):
            continue
        if most == 1 and shown == 0:
            pieces.add(rank, f": {shortened(line, 120)}")
        else:
            is_context = shown > 1 and not re.match(
                r"[-+?]|[\w ]+: |\{|where|left|right|expected|received", line
            )
            pieces.long(rank + 1 if shown < most and not is_context else 6, f"{indent}  {line}", 160)
        shown += 1


def _base(name: str) -> str:
    return name.partition("[")[0]


def _parameters(name: str) -> str:
    inside = name.partition("[")[2].removesuffix("]")
    return inside if len(inside) <= 24 and " " not in inside else ""


_LINK = Pattern(r" *[\[(]https?://[^\s\])]+[\])]$")
_SEVERITY = Pattern(r"(?i)error|fatal|fail")


def _findings(pieces: Pieces, findings: Sequence[Finding]) -> None:
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        message = _LINK.sub("", re.sub(r"\s{2,}", " ", finding.message))
        groups.setdefault((finding.severity, message), []).append(finding)
    short = _short_paths({finding.file for finding in findings})
    graded = any(_SEVERITY.search(severity) for severity, _ in groups)
    few = sum(not message.startswith(_INSTANTIATED) for _, message in groups) <= 8
    for (severity, message), group in groups.items():
        low = severity.lower()
        rank = (
            6
            if message.startswith(_INSTANTIATED)
            else (STANDARD if few else 6)
            if low in ("note", "info", "hint", "help") and graded
            else 4
            if "warn" in low and graded
            else 2
        )
        text = f"{severity}: {message}" if severity else message
        if len(group) == 1:
            only = group[0]
            place = f"{short[only.file]}:{only.line}" + (f":{only.column}" if only.column else "")
            pieces.long(rank, f"{place} {text}", 300)
        else:
            pieces.long(rank, text, 240)
            pieces.add(rank, f" ×{len(group)}")
            by_file: dict[str, list[str]] = {}
            for finding in group:
                by_file.setdefault(finding.file, []).append(finding.line)
            for number, (file, numbers) in enumerate(by_file.items()):
                where = f"  {short[file]}:{','.join(dict.fromkeys(numbers))}"
                pieces.start(rank if not number and len(where) < 60 else max(rank, 4), where)
        for number, detail in enumerate(
            dict.fromkeys(detail for finding in group for detail in finding.details)
        ):
            pieces.long(max(rank, 3) if number < 5 else 6, f"    {detail}", 160)


def _short_paths(files: Collection[str]) -> dict[str, str]:
    """Give the paths without the folders that none needs to be told from the others."""
    short = {file: "/".join(file.split("/")[-2:]) for file in files}
    twice = Counter(short.values())
    return {file: name if twice[name] == 1 else file for file, name in short.items()}


# What was not


def _guarded(pieces: Pieces, lines: Sequence[str], used: set[int]) -> None:
    """Add the lines that matter and are not explained by what was understood."""
    words = words_of(" ".join(piece.text for piece in pieces if piece.rank <= STANDARD))
    # A short text is told nearly whole; of a longer one what speaks of failure, and of a warning or two.
    said = sum(1 for line in lines if line.strip())
    least = 0 if said <= 6 else 1 if said <= 30 else 2
    missed = [alike for alike in salient(lines, used, least) if not explains(words, lines[alike.numbers[0]])]
    missed.sort(key=lambda alike: -alike.weight)
    if least > 1:
        warned = (at for at, line in enumerate(lines) if _warns(line) and at not in used)
        missed += [Alike(1, [at]) for at in islice(warned, 8) if not explains(words, lines[at])][:2]
    for heavy, numbers in sorted(missed[:12], key=lambda alike: alike.numbers[0]):
        line = lines[numbers[0]].strip()
        pieces.start(3 if heavy > 2 else 4 if heavy == 2 else STANDARD, shortened(line, 160))
        if len(numbers) > 1:
            pieces.add(4, f" ×{len(numbers)}")
    if len(missed) > 12:
        pieces.start(4, f"[+{len(missed) - 12} more lines]")


def _warns(line: str) -> bool:
    return "WARN" in line or "arning:" in line


def _with_failure(pieces: Pieces, lines: Sequence[str]) -> None:
    """See to it that a word of failure is there, if the text has one."""
    if any(piece.rank <= 1 and failure_at(piece.text) >= 0 for piece in pieces):
        return
    telling = next((index for index, piece in enumerate(pieces) if failure_at(piece.text) >= 0), -1)
    if telling >= 0 and pieces[telling].rank <= STANDARD and not pieces[telling].text.startswith(" "):
        pieces[telling] = dataclasses.replace(pieces[telling], rank=1)
    elif line := next((line for line in lines if failure_at(line) >= 0), ""):
        pieces.start(1, _around_failure(line))


def _saying(text: str, at: int, summary: str, limit: int, counter: TokenCounter) -> str:
    """Put a text's word of failure before a summary that has none: it stood in the prefix of each line."""
    start = at
    while start > max(at - 40, 0) and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    word = re.match(r"\w*", text[start : start + 80])
    said = f"{word[0] if word else ''}: {summary}"
    return said if count(counter, said) <= limit else summary


def _around_failure(line: str) -> str:
    at = failure_at(line)
    start = line.rfind(" ", 0, at) + 1 if at > 100 else 0
    return shortened(line[start:].strip(), 300)


def _around(lines: Sequence[str], at: int) -> Iterator[tuple[int, int]]:
    """Give the lines around one, up to a blank line, each with how far it is."""
    for step, most in ((1, 4), (-1, 2)):
        for distance in range(1, most + 1):
            near = at + step * distance
            if not 0 <= near < len(lines) or not lines[near].strip():
                break
            yield near, distance


def _ends(lines: Sequence[str], numbers: Sequence[int]) -> list[int]:
    """Give the lines of both ends, outermost first, and of lines alike but one from each end."""
    ends: list[int] = []
    for order in (numbers[:60], numbers[::-1][:60]):
        seen: dict[str, int] = {}
        for distance, at in enumerate(order):
            if seen.setdefault(shape(lines[at][:200]), distance) == distance:
                ends.append(2 * distance * len(lines) + at)
    return [end % len(lines) for end in sorted(ends)]


def _is_drawn(line: str) -> bool:
    """Whether a line is a ruler, a box, or letters made of signs."""
    signs = "".join(_RULER.sub("", line[:200]).split())
    return sum(map(str.isalnum, signs)) * 3 < len(signs) or not signs


def _quoted(lines: Sequence[str], budget: int | None, counter: TokenCounter) -> str:
    """Quote lines that matter and both ends, in order, and say how many lines are left out."""
    numbers = [at for at, line in enumerate(lines) if line.strip()]
    if not numbers:
        return ""
    numbers = [at for at in numbers if not _is_drawn(lines[at])] or numbers
    ranks: dict[int, int] = {}
    alike_at: dict[int, str] = {}
    by_weight = sorted(salient(lines, least=1), key=lambda alike: (-alike.weight, alike.numbers[0]))
    if budget is None:
        strong = sum(1 for alike in by_weight if alike.weight >= 2)
        budget = min(_FALLBACK + sum(map(len, lines)) // 130 + 15 * max(strong - 12, 0), _MOST)
    shown = {3: 0, 2: 0, 1: 0, 0: 0}
    for heavy, same in by_weight:
        shown[heavy] += 1
        rank = (3 - heavy) * 40 + min(shown[heavy], 39)
        ranks[same[0]] = rank
        if len(same) <= _FEW:
            ranks |= dict.fromkeys(same[1:], rank + 20)
        else:
            alike_at[same[0]] = f" ×{len(same)} {' '.join(places(lines, same)[1:])}".rstrip()
    if numbers:
        ranks[numbers[-1]] = 0
    for heavy, same in by_weight:
        if heavy >= 2:
            for at, distance in _around(lines, same[0]):
                ranks[at] = min(ranks.get(at, 999), 40 * (4 - heavy) + 5 * distance)
    for distance, at in enumerate(_ends(lines, numbers)):
        ranks[at] = min(ranks.get(at, 999), 60 + distance // 2)
    pieces = Pieces()
    telling = [same[0] for _, same in by_weight if failure_at(lines[same[0]]) >= 0]
    strongest = next(iter(telling), next((at for at in numbers if failure_at(lines[at]) >= 0), numbers[-1]))
    for at in sorted({*ranks, strongest}):
        if at == strongest:
            pieces.start(0, lines[at].rstrip() if len(lines[at]) <= 300 else _around_failure(lines[at]))
        else:
            pieces.start(ranks[at] + 1, shortened(lines[at].rstrip(), 200))
        if at in alike_at:
            pieces.add(60, alike_at[at])
    return fitted(pieces, budget, counter)


def headline(error: BaseException | str, *, own: OwnCode = own_code, longest: int = 200) -> str:
    r"""Give the first line of an error's summary.

    >>> headline("Traceback (most recent call last):\n  ...\nKeyError: 'tag'")
    "KeyError: 'tag'"
    """
    first = summarize_error(error, own=own).partition("\n")[0].strip()
    return first if len(first) <= longest else first[: longest - 3] + "..."

"""summarize_error: an exception or a text -> the few lines of it that matter."""

import traceback
from collections.abc import Collection, Sequence
from os import PathLike

from ..budgets import whole_number
from ..exceptions import SettingError
from ..patterns import Pattern
from ..tokens.counters import TokenCounter, count, token_counter
from .embedded import CHAIN
from .facts import Facts, OwnCode, own_code
from .failure_pieces import add_failures, add_findings
from .fault_pieces import add_faults
from .findings import read_findings
from .lines import last_states, lines_of, plain
from .pieces import STANDARD, Piece, Pieces, shortened, written
from .quotes import MOST, add_failure, quoted, telling
from .records import read_records
from .runs import read_runs
from .salience import from_both_ends, is_letter, salient
from .summary import Summary
from .traces import read_traces
from .unexplained import STATUS, add_unexplained
from .unknown_stacks import read_unknown_stacks

MARKERS = frozenset(
    (
        *("at", "from", "via", "in", "by", "caused", "while", "handling", "suppressed", "failed", "panicked"),
        *("recursion", "entered", "same", "message", "got", "goroutine", "thread", "code", "exit", "status"),
        *("more", "lines", "left", "out"),
    )
)
"""The words that a summary may have besides those of its input; and numbers behind `×`, `+` and `[...`."""

_TIMES = Pattern(r" ×\d+(?: .*)?$")  # how often a line came, and where
_WORD = Pattern(r"\w+")
_FAILING = Pattern(
    r"(?i)\b(\d{1,9}) (?:errors?|failures?|failed|failing|problems?)\b|\b(?:failures?|errors?|failed|fail)[=: ]+(\d{1,9})\b"
)
_FAILED = "failed:"  # before tests that nothing counts
_HALF_READ = 300  # lines; of more than that a few say less than the names
_OUTSIDE = ("panic: ", "WARNING: DATA RACE")  # what Go writes in a run of tests, but as no part of one
_AT_ONCE = 500  # lines whose words are found at once
_SOONER = 8  # lines in which a word is looked for sooner than all words of a line are found
_COUNTED = Pattern("×\\d+|\\[\\+?[\\d,.… ]+ (?:more )?lines?(?: left out)?[ .]*\\]")


def summarize_error(
    error: BaseException | str | bytes,
    budget: int | None = None,
    *,
    own: OwnCode = own_code,
    status: int | None = None,
    counter: TokenCounter | str = "o200k_base",
    parse: bool = True,
) -> Summary:
    r"""Say what went wrong in few words: type, message, cause, and where in the user's own code.

    Reads stack traces of a dozen languages, runs of tests, and what compilers and linters say. What it cannot
    read it quotes: lines that speak of failure, and both ends. The summary is never larger than the input, says
    nothing that the input does not, and never tells of success only where something failed. It is a text,
    which also has the `whole` that it is of, and a notebook shows both.

    Args:
        error: An exception, or a text: standard error, a log, the output of a build; bytes are read as UTF-8.
        budget: The most tokens of the summary; more of them show more, and the least still say that something
            failed. By default what is worth its tokens.
        own: Tells a frame of the user's own code from others.
        status: The exit status of the program, if it is known.
        counter: Counts tokens; also by name.
        parse: Whether to read formats; `False` leaves it to quoting.

    Raises:
        SettingError: If the budget is not a positive whole number, or too small to say that something failed;
            if the error is neither an exception nor a text.

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
    told = text_of(error)
    text = plain(told)
    left = last_states(told)
    whole = text if left is told else plain(left)
    lines = lines_of(whole)
    limit = budget or MOST
    prefix = f"exit status {status}\n" if status else ""
    head = [Piece(0, -1, prefix.strip())] if prefix else []
    pieces = _understood(lines, own, text) if parse else []
    summary = ""
    if pieces:
        summary = telling([*head, *pieces], prefix + text, limit, count_tokens, None if budget else STANDARD)
    if CHAIN in whole:  # told is only what stands there
        lines = lines_of(whole, chains=False)
    if not pieces or not _is_faithful(summary.removeprefix(prefix), lines, text):
        pieces, worth = quoted(lines, own)
        summary = telling([*head, *pieces], prefix + text, budget or worth, count_tokens)
    return Summary(_no_larger(summary, prefix, text, limit, count_tokens), text)


def essence(text: str) -> str:
    """Give what a summary says of a plain text that is a part of a larger one, whose size is seen to there."""
    pieces = _understood(lines_of(text), own_code, text)
    return written([piece for piece in pieces if piece.rank <= STANDARD]) or summarize_error(text)


def _understood(lines: Sequence[str], own: OwnCode, text: str) -> Pieces:
    """Give what the parsers make of a text, and what they leave out; nothing if they know nothing of it."""
    facts, used = read(lines, own, text)
    if _is_half_read(facts, lines, used):
        return Pieces()
    pieces = _pieces(facts, own)
    if pieces:
        add_unexplained(pieces, lines, used, own)
        add_failure(pieces, lines)
    return pieces


def _is_half_read(facts: Facts, lines: Sequence[str], used: Collection[int]) -> bool:
    """Whether little more than the names of tests was read of a text that says much more of them."""
    bare = sum(not failure.lines and not failure.frame for failure in facts.failures)
    if bare < 2 or 2 * bare <= len(facts.failures):
        return False
    unread = {line for at, line in enumerate(lines) if at not in used and line.strip()}
    return 2 * len(used) < len(unread) < _HALF_READ


def text_of(error: BaseException | str | bytes) -> str:
    """Give an error's text: of an exception the traceback as Python prints it, with what a process wrote.

    Raises:
        SettingError: If it is neither an exception nor a text.
    """
    if isinstance(error, bytes):
        return error.decode("utf-8", "replace")
    if isinstance(error, str):
        return error
    if not isinstance(error, BaseException):
        raise SettingError("error", error, _way_out(error))
    text = "".join(traceback.format_exception(error))
    for name in ("stderr", "stdout", "output"):
        written = getattr(error, name, None)
        if isinstance(written, bytes):
            written = written.decode("utf-8", "replace")
        if isinstance(written, str) and written.strip():
            return f"{text}\n{written[-20_000:]}"
    return text


def _way_out(value: object) -> str:
    """Say what to give instead of a value that is no error."""
    if isinstance(value, type) and issubclass(value, BaseException):
        return "give the exception that was caught, not its class"
    if isinstance(value, PathLike):
        return "give what the file says: `path.read_text()`"
    return "give an exception, a text, or the bytes that a process wrote"


def read(lines: Sequence[str], own: OwnCode = own_code, text: str = "") -> tuple[Facts, set[int]]:
    """Read the facts of a text, and the numbers of the lines that they are from."""
    facts = Facts()
    facts.findings = read_records(text)
    if facts.findings:
        return facts, set(range(len(lines)))
    facts.failures, facts.counts, used = read_runs(lines, own)
    ended = any(line.startswith(_OUTSIDE) for line in lines)
    if not facts.failures or ended:
        others = ["" if at in used else line for at, line in enumerate(lines)] if used else lines
        facts.faults, facts.stacks, traced = read_traces(others, own)
        used |= traced
        if not facts.failures and not facts.faults and not facts.stacks:
            facts.faults, traced = read_unknown_stacks(lines, used)
            used |= traced
    facts.findings, found = read_findings(lines, used)
    return facts, used | found


def _is_faithful(summary: str, lines: Sequence[str], text: str) -> bool:
    """Whether each word of a summary is a word of the text, or a marker."""
    words = set(_WORD.findall(_COUNTED.sub(" ", summary))) - MARKERS
    unlike = list(dict.fromkeys(lines))  # many come more than once
    for at in range(0, len(unlike), _AT_ONCE):
        if len(words) * _SOONER < len(unlike):
            break
        words.difference_update(_WORD.findall("\n".join(unlike[at : at + _AT_ONCE])))
    whole = "\n".join(unlike) if words else ""
    return all(_has_word(whole, word) or _has_word(text, word) for word in words)


def _has_word(text: str, word: str) -> bool:
    """Whether a word stands in a text by itself; looking for a few of them beats finding all that there are."""
    at = text.rfind(word)  # the counts and the last error stand at the end
    while at >= 0:
        behind = at + len(word)
        if not is_letter(text[behind : behind + 1]) and not (at and is_letter(text[at - 1])):
            return True
        at = text.rfind(word, 0, at)
    return False


def _no_larger(summary: str, prefix: str, text: str, limit: int, counter: TokenCounter) -> str:
    """Give the text itself where a summary is no shorter."""
    whole = prefix + text.strip()
    if len(whole) > 20 * limit + 2 * len(summary):
        return summary
    mine = count(counter, summary)
    # A beginning with more tokens says enough of the whole: what follows takes no more than one away.
    for length in (len(summary) * 5 // 4 + 40, len(summary) * 2):
        if length < len(whole) and count(counter, whole[:length]) > mine + 1:
            return summary
    tokens = count(counter, whole)
    return whole if tokens <= limit and (mine >= tokens or len(summary) >= len(whole)) else summary


def _pieces(facts: Facts, own: OwnCode) -> Pieces:
    pieces = Pieces()
    failed = bool(facts.failures or facts.findings or facts.faults)
    counts = [line for line in reversed(facts.counts) if not failed or not _counts_none(line)]
    for line in counts[:1]:
        pieces.start(0, shortened(line, 160))
    for line in counts[1:] if failed else counts[:0:-1]:
        pieces.start(2 if failed else 1, shortened(line, 160))
    if facts.failures and not counts:
        pieces.start(0, _FAILED)
    add_failures(pieces, facts.failures)
    add_faults(pieces, facts.faults, own)
    fatal = not facts.faults or any(
        fault.type == "fatal error" or "timed out" in fault.message for fault in facts.faults
    )
    for number, stack in enumerate(facts.stacks):
        pieces.start((3 if number < 12 else 6) if fatal else STANDARD if number < 2 else 6, stack)
    add_findings(pieces, facts.findings, own)
    return pieces


def _counts_none(line: str) -> bool:
    """Whether a line counts failures, and all its numbers are zero."""
    failing = [number for found in _FAILING.findall(line) for number in found if number]
    return bool(failing) and not any(map(int, failing))


def headline(error: BaseException | str | bytes, *, own: OwnCode = own_code, longest: int = 200) -> str:
    r"""Give the line that says what went wrong: the first one of what a summary says soonest.

    >>> headline("Traceback (most recent call last):\n  ...\nKeyError: 'tag'")
    "KeyError: 'tag'"
    >>> headline("cleaning up\ncp: dist/a.json: No such file or directory\n\nCommand exited with code 1")
    'cp: dist/a.json: No such file or directory'
    """
    text = plain(last_states(text_of(error)))
    lines = lines_of(text)
    pieces = [piece for piece in _pieces(read(lines, own, text)[0], own) if piece.text != _FAILED]
    line = min(pieces, key=lambda piece: piece.rank).line if pieces else 0
    first = _TIMES.sub("", written([piece for piece in pieces if piece.line == line]).strip())
    if not first or not _is_faithful(first, lines, text):
        told = [lines[alike.numbers[0]].strip() for alike in from_both_ends(salient(lines, least=1))]
        first = next((line for line in told if not STATUS.search(line)), told[0] if told else "")
    return first if len(first) <= longest else first[: longest - 3] + "..."

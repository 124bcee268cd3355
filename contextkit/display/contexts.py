"""A context as a picture for a notebook: which event has how many of its tokens, and the text itself.

One piece of HTML that needs nothing from elsewhere: its style is in it, there is no script, and what
came from events is escaped. What a colour says, a pattern and a word say too. It stays small however
large the context is: events too narrow to be seen share a segment, and of a long text the two ends
are shown.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from .tables import visible

if TYPE_CHECKING:
    from ..contexts import Context, Fragment

_NARROW = 1 / 320  # of the strip's width: some three pixels in a notebook
_LETTER = 1 / 115  # of the strip's width: what a letter of a label takes
_TYPES = 12  # rows of the table
_END = 60_000  # characters shown of each end of a long text
_NAME = 60  # characters shown of a name

_CSS = """
.ck{--ink:#1f2328;--dim:#59636e;--paper:#fff;--line:#d1d9e0;--kept:#b6d4f2;--changed:#f5d491;--added:#b5e0b8;
--mark:rgba(31,35,40,.5);max-width:60em;padding:.8em 1em;border:1px solid var(--line);border-radius:6px;
background:var(--paper);color:var(--ink);color-scheme:light dark;font:14px/1.45 system-ui,sans-serif;
text-align:left}
@media (prefers-color-scheme:dark){.ck{--ink:#e6edf3;--dim:#9198a1;--paper:#151b23;--line:#3d444d;
--kept:#2b4f77;--changed:#6d5215;--added:#27582f;--mark:rgba(230,237,243,.5)}}
.ck p{margin:0 0 .5em;color:inherit}.ck .dim{color:var(--dim)}
.ck .strip{display:flex;height:2.1em;margin:0 0 .5em;border:1px solid var(--line);
border-radius:3px;overflow:hidden}
.ck .strip>span{flex-basis:0;min-width:0;overflow:hidden;white-space:nowrap;font-size:12px;line-height:2.45em;
text-indent:4px;box-shadow:inset 1px 0 var(--paper)}.ck .strip>.many{box-shadow:none}
.ck .strip b{padding:1px 3px;font-weight:normal;background:inherit;background-image:none}
.ck .kept{background-color:var(--kept)}
.ck .changed{background-color:var(--changed);
background-image:repeating-linear-gradient(45deg,var(--mark) 0 1px,transparent 1px 6px)}
.ck .added{background-color:var(--added);
background-image:radial-gradient(var(--mark) 1.2px,transparent 1.4px);background-size:6px 6px}
.ck .around{background-color:var(--paper);
background-image:repeating-linear-gradient(90deg,var(--mark) 0 1px,transparent 1px 4px)}
.ck i{display:inline-block;width:1.1em;height:1em;margin:0 .35em 0 0;border:1px solid var(--line);
vertical-align:-.15em}
.ck .key>span{margin-right:1.4em;white-space:nowrap}
.ck table{margin:.2em 0 .6em;border-collapse:collapse;color:inherit;font-size:13px}
.ck tr{background:none}
.ck th,.ck td{padding:.15em .9em .15em 0;border:0;text-align:left;white-space:nowrap}
.ck .n{text-align:right;font-variant-numeric:tabular-nums}
.ck thead th{border-bottom:1px solid var(--line)}.ck .sum th,.ck .sum td{border-top:1px solid var(--line)}
.ck tbody th{font-weight:normal}
.ck u{display:block;width:12em;text-decoration:none}.ck u>s{display:block;height:.8em;background:var(--dim)}
.ck summary{cursor:pointer}
.ck pre{max-height:32em;overflow:auto;margin:.5em 0 0;padding:.6em;border:1px solid var(--line);
background:none;color:inherit;
font:12px/1.4 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Segment:
    """A part of the strip: one event, or neighbours that are too narrow to be seen.

    Attributes:
        fragments: What it stands for, in order.
        tokens: Their tokens.
    """

    fragments: "tuple[Fragment, ...]"
    tokens: int

    @property
    def state(self) -> str:
        """What became of most of its tokens."""
        sizes: Counter[str] = Counter()
        for fragment in self.fragments:
            sizes[fragment.state] += fragment.tokens
        return max(sizes, key=lambda state: sizes[state])

    @property
    def title(self) -> str:
        """Say what it stands for."""
        first, last = self.fragments[0], self.fragments[-1]
        tokens = f"{self.tokens:,} token{'s' if self.tokens != 1 else ''}"
        if first is last:
            by = f" by {_short(first.policy)}" if first.policy else ""
            return f"{_short(first.id)} {_short(first.type)}: {tokens}, {first.state}{by}"
        states = Counter(fragment.state for fragment in self.fragments)
        counted = ", ".join(f"{count:,} {state}" for state, count in states.items())
        return f"{len(self.fragments):,} events, {_short(first.id)} to {_short(last.id)}: {tokens}, {counted}"


def segments(fragments: "Sequence[Fragment]", *, narrow: int) -> Iterator[Segment]:
    """Put neighbours together that have fewer than `narrow` tokens, so that not too many are drawn."""
    run: list[Fragment] = []
    size = 0
    for fragment in fragments:
        if run and (size >= narrow or fragment.tokens >= narrow):
            yield Segment(tuple(run), size)
            run, size = [], 0
        run.append(fragment)
        size += fragment.tokens
    if run:
        yield Segment(tuple(run), size)


def context_html(context: "Context") -> str:
    """Draw a context as HTML: a heading, a strip with its events, a table by type, and the text.

    Nothing is counted for it that the context has not counted already, so what is gone has its
    number of events here, and its tokens in `Context.receipt`.
    """
    parts = (STYLE, _heading(context), _strip(context), _key(context), _types(context), _text(context))
    return f'<div class="ck">{"".join(parts)}</div>'


STYLE = f"<style>{_CSS}</style>"


def _heading(context: "Context") -> str:
    size = f"{context.tokens:,} tokens"
    if context.budget:
        room = context.budget.room
        size = f"{context.tokens:,} of {room:,} tokens ({100 * context.tokens // room} %)"
    shown = sum(fragment.state != "added" for fragment in context.fragments)
    return f"<p><b>Context</b>: {size}, {shown:,} of {_events(sum(_logged(context).values()))}</p>"


def _logged(context: "Context") -> Counter[str]:
    """Count the events of the log by type, without the records of compactions."""
    records = {event.id for event in context.thread.records()}
    return Counter(event.type for event in context.thread if event.id not in records)


def _around(context: "Context") -> int:
    """Give the tokens that belong to no event: the prompt's, and what joins cost."""
    return context.tokens - sum(fragment.tokens for fragment in context.fragments)


def _strip(context: "Context") -> str:
    spans = []
    if (around := _around(context)) > 0:
        title = f"around the thread: {around:,} tokens"
        spans.append(f'<span class="around" style="flex-grow:{around}" title="{title}"></span>')
    narrow = int(context.tokens * _NARROW) + 1
    spans += [_span(segment, context.tokens) for segment in segments(context.fragments, narrow=narrow)]
    label = "The context from its first token to its last, a segment an event"
    return f'<div class="strip" role="img" aria-label="{label}">{"".join(spans)}</div>' if spans else ""


def _span(segment: Segment, whole: int) -> str:
    one = len(segment.fragments) == 1
    type = _short(segment.fragments[0].type)
    fits = one and segment.tokens >= whole * _LETTER * (len(type) + 2)
    label = f"<b>{escape(type)}</b>" if fits else ""
    name = segment.state if one else f"{segment.state} many"
    size = f'style="flex-grow:{segment.tokens}" title="{escape(segment.title)}"'
    return f'<span class="{name}" {size}>{label}</span>'


def _key(context: "Context") -> str:
    tokens: Counter[str] = Counter()
    events: Counter[str] = Counter()
    for fragment in context.fragments:
        tokens[fragment.state] += fragment.tokens
        events[fragment.state] += 1
    keys = [
        f'<span><i class="{state}"></i>{state}: {_events(events[state])}, {tokens[state]:,} tokens</span>'
        for state in ("kept", "changed", "added")
        if events[state]
    ]
    if around := _around(context):
        keys.append(f'<span><i class="around"></i>around the thread: {around:,} tokens</span>')
    view = context.thread.view()
    if gone := sum(_logged(context).values()) - sum(str(event.id) in context.thread for event in view):
        keys.append(f"<span>gone: {_events(gone)}</span>")
    if hidden := len(view) - len(context.fragments):
        keys.append(f"<span>not shown by the format: {_events(hidden)}</span>")
    return f'<p class="key">{" ".join(keys)}</p>'


def _types(context: "Context") -> str:
    logged = _logged(context)
    shown: Counter[str] = Counter()
    tokens: Counter[str] = Counter(dict.fromkeys(logged, 0))
    for fragment in context.fragments:
        shown[fragment.type] += 1
        tokens[fragment.type] += fragment.tokens
    ordered = sorted(tokens, key=lambda name: (-tokens[name], name))
    lines = [(escape(_short(type)), shown[type], logged[type], tokens[type]) for type in ordered[:_TYPES]]
    if rest := ordered[_TYPES:]:
        sums = (sum(counter[type] for type in rest) for counter in (shown, logged, tokens))
        lines.append((f"{len(rest):,} other types", *sums))  # type: ignore[arg-type]
    longest = max((line[3] for line in lines), default=0)
    rows = [_row(*line, bar=line[3] / max(longest, 1)) for line in lines]
    if around := _around(context):
        rows.append(
            f'<tr><th>around the thread</th><td></td><td></td><td class="n">{around:,}</td><td></td></tr>'
        )
    totals = (sum(shown.values()), sum(logged.values()), context.tokens)
    heads = "".join(f'<th class="n">{head}</th>' for head in ("in the text", "in the log", "tokens"))
    body = "".join(rows) + _row("total", *totals, name="sum")
    return f"<table><thead><tr><th>event type</th>{heads}<th></th></tr></thead><tbody>{body}</tbody></table>"


def _row(label: str, shown: int, logged: int, tokens: int, *, bar: float = 0, name: str = "") -> str:
    numbers = "".join(f'<td class="n">{number:,}</td>' for number in (shown, logged, tokens))
    drawn = f'<u><s style="width:{bar:.1%}"></s></u>' if bar else ""
    start = f'<tr class="{name}">' if name else "<tr>"
    return f"{start}<th>{label}</th>{numbers}<td>{drawn}</td></tr>"


def _text(context: "Context") -> str:
    text, left = context.text, ""
    if len(text) > 2 * _END:
        middle = len(text) - 2 * _END
        left = (
            f'</pre><p class="dim">{middle:,} characters are not shown here; context.text has them.</p><pre>'
        )
    parts = (text[:_END], text[len(text) - _END :]) if left else (text,)
    # A browser drops a newline that directly follows <pre>.
    shown = left.join("\n" + "\n".join(_safe(line) for line in part.split("\n")) for part in parts)
    return f"<details><summary>The text ({len(text):,} characters)</summary><pre>{shown}</pre></details>"


def _safe(line: str) -> str:
    return "\t".join(escape(visible(part), quote=False) for part in line.split("\t"))


def _short(name: str) -> str:
    name = visible(name[: _NAME + 1])
    return name if len(name) <= _NAME else name[: _NAME - 1] + "…"


def _events(number: int) -> str:
    return f"{number:,} event{'s' if number != 1 else ''}"

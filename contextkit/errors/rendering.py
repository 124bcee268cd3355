"""Renderers that tell an error in few words: `brief` in one line, `error_summary` in some."""

from ..events import Event
from ..renderers import as_yaml
from .summaries import headline, summarize_error

_TEXTS = ("error", "message", "traceback", "stack", "output", "stdout", "stderr")
_CODES = ("exit_code", "exit_status", "exitCode", "returncode")


def brief(event: Event) -> str:
    r"""Give one line of at most 200 characters: of an error the one that names it, of all else the first.

    >>> brief(Event("error", "Traceback (most recent call last):\n  ...\nKeyError: 'tag'"))
    "KeyError: 'tag'"
    """
    if event.kind == "error" and (line := headline(event.text)):
        return line
    line = next((line.strip() for line in event.text.splitlines() if line.strip()), "")
    return line if len(line) <= 200 else line[:197] + "..."


def error_summary(event: Event) -> str:
    r"""Give what went wrong in few words: `TAGGED | {"error": error_summary}`.

    Of an object the texts count (`stderr`, `stdout`, `output`, `traceback`, `error`, `message`), and the exit
    status, if it has one.

    >>> text = 'Traceback (most recent call last):\n  File "app/run.py", line 3, in main\nKeyError: 7'
    >>> print(error_summary(Event("error", {"exit_code": 1, "stdout": "", "stderr": text})))
    exit status 1
    KeyError: 7
      at app/run.py:3 main
    """
    data = event.data
    if not isinstance(data, dict):
        return str(summarize_error(as_yaml(event))) or as_yaml(event)
    texts = [str(data[name]) for name in _TEXTS if isinstance(data.get(name), str) and data[name]]
    codes = [data[name] for name in _CODES if isinstance(data.get(name), int)]
    if not texts:
        return str(summarize_error(as_yaml(event))) or as_yaml(event)
    status = next((code for code in codes if isinstance(code, int) and not isinstance(code, bool)), None)
    return str(summarize_error("\n".join(texts), status=status))

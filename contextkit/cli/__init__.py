"""The command line: `contextkit demo`, `render`, `explain`, `count`, `compare`, `report`, `explore` ...

Data goes to standard output, as UTF-8; all else goes to standard error. Standard output that is no
terminal gets plain text, without colours and lines.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | a thread could not be rendered: it does not fit its budget, and the message says which would do |
| 2 | wrong usage: an option out of range, an unknown counter, a prompt template that cannot be used |
| 3 | input that cannot be read: a file that is missing, or not a thread |
| 70 | a bug in contextkit |
| 130 | stopped by Ctrl-C |
| 141 | the reader of standard output has gone (`| head`) |

What cannot be read or does not fit is said and passed over; the other threads are done, and the
highest code counts.
"""

import sys
from pathlib import Path
from typing import Any

import click

from ..display import terminal
from ..later import later

_STOPPED, _PIPE_CLOSED, _BUG = 130, 141, 70
_MODULES = {
    "comparing": ("compare",),
    "demonstration": ("demo",),
    "rendering": ("count", "explain", "render"),
    "reports": ("explore", "report"),
    "summaries": ("digest", "errors"),
}
_command = later(__name__, _MODULES)


class _Group(click.Group):
    """The group of our commands, which turns whatever happens into an exit code.

    A command is imported when it is asked for, so that each waits only for what it needs.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names of the commands."""
        return sorted(name for names in _MODULES.values() for name in names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give a command by its name."""
        found = _command(cmd_name) if cmd_name in self.list_commands(ctx) else None
        return found if isinstance(found, click.Command) else None

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; no traceback ever reaches the user."""
        try:
            terminal.prepare()
            super().invoke(ctx)
            sys.stdout.flush()
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            ctx.exit(_STOPPED)
        except BrokenPipeError:
            terminal.close()
            ctx.exit(_PIPE_CLOSED)
        except Exception as error:  # noqa: BLE001  (the last line of defence)
            terminal.complain(f"a bug in contextkit: {type(error).__name__}: {error}{_place(error)}")
            ctx.exit(_BUG)


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f" ({Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})"


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="context-window-kit", prog_name="contextkit")
def main() -> None:
    """Turn event threads into token-budgeted contexts for LLM agents.

    Try `contextkit demo` first. A FILE holds one thread or many; `-` is standard input.
    """

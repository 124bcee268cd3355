"""`python -m contextkit.cli`."""

from . import main

main(prog_name="contextkit")

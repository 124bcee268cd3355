"""Draws the pictures of README.md, from the thread that ships: `python -m benchmarks.pictures`."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from contextkit import Budget, Window, render
from contextkit.demo import deployment
from contextkit.display.contexts import context_file
from contextkit.display.occupancies import occupancy_file
from contextkit.occupancy import occupancy

DOCS = Path(__file__).parents[1] / "docs"


def pictures() -> Mapping[str, str]:
    """Give the files by name."""
    window = Window(budget=Budget(8_000, reserve=800))
    return {
        "occupancy.svg": occupancy_file(occupancy(deployment(), window)),
        "context.svg": context_file(render(deployment(), budget=8_000)),
    }


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=DOCS, metavar="FOLDER", help="where to write them")
    folder = parser.parse_args().to
    for name, text in pictures().items():
        (folder / name).write_text(text, encoding="utf-8")
        print(f"{folder / name}: {len(text.encode()):,} bytes")


if __name__ == "__main__":
    main()

"""The house has floors: a module imports from lower ones and from its own folder, and nothing else."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "contextkit"
MODULES = sorted(PACKAGE.rglob("*.py"))

FLOORS = {
    "later": 0,
    "patterns": 0,
    "exceptions": 0,
    "demo": 8,
    "plain": 1,
    "events": 1,
    "identifiers": 1,
    "rates": 1,
    "records": 1,
    "excerpts": 1,
    "logs": 1,
    "units": 1,
    "threads": 1,
    "codecs": 1,
    "tokens": 1,
    "budgets": 2,
    "errors": 3,
    "digesting": 4,
    "renderers": 2,
    "messages": 3,
    "message_formats": 6,
    "written": 2,
    "formats": 4,
    "variants": 5,
    "prompts": 4,
    "roundtrips": 5,
    "measuring": 5,
    "policies": 5,
    "calling": 6,
    "compaction": 6,
    "contexts": 6,
    "windows": 7,
    "prefetching": 8,
    "fitting": 8,
    "asking": 8,
    "comparing": 8,
    "comparisons": 8,
    "questions": 8,
    "replaying": 8,
    "parts": 9,
    "occupancy": 9,
    "format_costs": 9,
    "reporting": 9,
    "display": 10,
    "cli": 11,
    "__init__": 12,
}
"""The floor of each module or folder."""

HEAVY = {
    *(
        "jinja2",
        "lxml",
        "numpy",
        "pydantic",
        "regex",
        "rich",
        "click",
        "tiktoken",
        "anyio",
        "tenacity",
        "tokenizers",
        "toktok",
        "ipywidgets",
        "yaml",
        "toon_format",
    ),
    *("anthropic", "genai_prices", "google", "openai", "pydantic_ai"),
    *("asyncio", "concurrent", "hashlib"),  # of the standard library, 7 ms and more
    *("base64", "fractions", "pathlib", "statistics", "traceback"),  # 1 ms and more, and few need them
}
"""What takes long to import or need not be installed: imported where it is used."""


def name_of(path: Path) -> tuple[str, ...]:
    """Give a module's name inside the package, such as `("tokens", "seams")`."""
    return path.relative_to(PACKAGE).with_suffix("").parts


def floor(name: tuple[str, ...]) -> int:
    """Give the floor of a module."""
    assert name[0] in FLOORS, f"{'/'.join(name)} has no floor yet: give it one"
    return FLOORS[name[0]]


def imports(path: Path) -> Iterator[tuple[ast.Import | ast.ImportFrom, tuple[str, ...]]]:
    """Yield each import of a module with the names of the functions it stands in."""

    def walk(
        node: ast.AST, inside: tuple[str, ...]
    ) -> Iterator[tuple[ast.Import | ast.ImportFrom, tuple[str, ...]]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import | ast.ImportFrom):
                yield child, inside
            elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from walk(child, (*inside, child.name))
            else:
                yield from walk(child, inside)

    yield from walk(ast.parse(path.read_text(encoding="utf-8")), ())


def targets(path: Path, node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, ...]]:
    """Yield the modules of the package that a relative import names."""
    if isinstance(node, ast.Import) or not node.level:
        return
    folder = name_of(path)[: -node.level]
    module = (*folder, *(node.module or "").split(".")) if node.module else folder
    for alias in node.names:
        longer = (*module, alias.name)
        is_module = (
            PACKAGE.joinpath(*longer).with_suffix(".py").exists() or PACKAGE.joinpath(*longer).is_dir()
        )
        yield longer if is_module else module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: "/".join(name_of(path)))
def test_a_module_imports_from_lower_floors_only(path: Path) -> None:
    """An import goes down, or to a module of the same floor and folder."""
    name = name_of(path)
    for node, inside in imports(path):
        for target in targets(path, node):
            assert target, f"line {node.lineno} imports the package itself"
            if inside and inside[-1] == "_repr_html_" and target[0] == "display":
                continue
            same_folder = len(name) == len(target) and name[:-1] == target[:-1]
            own_folder = name[0] == target[0]
            lower = floor(target) < floor(name)
            level = floor(target) == floor(name) and (same_folder or own_folder)
            assert lower or level, f"line {node.lineno} reaches up to {'/'.join(target)}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: "/".join(name_of(path)))
def test_imports_inside_are_relative(path: Path) -> None:
    """No module imports the package by its name."""
    for node, _ in imports(path):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        assert all(name.split(".")[0] != "contextkit" for name in names), f"line {node.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: "/".join(name_of(path)))
def test_imports_in_functions_are_of_heavy_or_optional_packages(path: Path) -> None:
    """What a function imports takes long or may be missing, or is `display`, for a picture."""
    for node, inside in imports(path):
        if not inside or (
            inside[-1] == "_repr_html_" and [target[0] for target in targets(path, node)] == ["display"]
        ):
            continue
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        relative = isinstance(node, ast.ImportFrom) and node.level > 0
        assert not relative, f"line {node.lineno} hides an import of our own"
        assert {name.split(".")[0] for name in names} <= HEAVY, f"line {node.lineno} could stand at the top"


def test_nothing_imports_in_a_circle() -> None:
    """The modules can be put in an order in which each imports earlier ones only."""
    needs: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for path in MODULES:
        name = name_of(path)
        at_top = [node for node, inside in imports(path) if not inside and node.col_offset == 0]
        found = {target for node in at_top for target in targets(path, node)}
        files = {(*target, "__init__") if PACKAGE.joinpath(*target).is_dir() else target for target in found}
        needs[name] = files - {name}
    while needs:
        free = [name for name, wanted in needs.items() if not wanted & needs.keys()]
        assert free, f"a circle among {sorted(needs)}"
        for name in free:
            del needs[name]

"""The tree keeps its shape: who may import whom (docs/architecture.md), no cycles, files of a readable size."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "handlers", "storage", "templates")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

# a library → the places that may import it (a path prefix each)
OWNERS = {
    "aiogram": ("handlers/", "bot/telegram/", "bot/app.py", "bot/sandbox/"),
    "telegram": ("bot/telegram/gateway.py",),
    "sqlalchemy": ("storage/", "bot/app.py"),
    "alembic": ("storage/",),
    "asyncpg": ("storage/databases/",),
    "obstore": ("storage/files/objects.py",),
    "apscheduler": ("bot/scheduler.py",),
    "jinja2": ("bot/telegram/rendering.py", "templates/"),
    "typer": ("bot/cli/",),
    "typst": ("bot/paper/",),
}
STANDARD_ONLY = "bot/domain/"
SERVICES_MAY = ("bot.domain", "bot.services", "bot.ports", "bot.clock", "bot.scheduler")


def name_of(path: Path) -> str:
    """`bot/domain/issue.py` → `bot.domain.issue`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def place_of(path: Path) -> str:
    """The path as written in this file's tables."""
    return path.relative_to(ROOT).as_posix()


def imports_of(path: Path, *, lazy: bool = True) -> Iterator[str]:
    """Every module a file imports; with `lazy` also inside functions."""
    tree = ast.parse(path.read_text("utf-8"))
    nodes = ast.walk(tree) if lazy else tree.body
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=place_of)
def test_each_library_stays_in_its_room(path: Path) -> None:
    """Telegram's two libraries, SQL, templates and the scheduler are each known in one place only."""
    for imported in imports_of(path):
        rooms = OWNERS.get(imported.split(".")[0])
        assert rooms is None or place_of(path).startswith(rooms), f"{place_of(path)} imports {imported}"


@pytest.mark.parametrize("path", [p for p in MODULES if place_of(p).startswith(STANDARD_ONLY)], ids=place_of)
def test_the_domain_stands_alone(path: Path) -> None:
    """Rules import the standard library and each other, nothing else of ours or of others."""
    ours = {"bot", "handlers", "storage", "templates"}
    for imported in imports_of(path):
        assert imported.startswith("bot.domain") or imported.split(".")[0] not in ours, imported
        assert imported.split(".")[0] in ours or imported.split(".")[0] in _standard_library(), imported


@pytest.mark.parametrize("path", [p for p in MODULES if place_of(p).startswith("bot/services/")], ids=place_of)
def test_use_cases_know_rules_and_ports_only(path: Path) -> None:
    """A service reaches the outside through ports; it knows no handler, store, template or chat library."""
    for imported in imports_of(path):
        if imported.split(".")[0] in {"bot", "handlers", "storage", "templates"}:
            assert imported.startswith(SERVICES_MAY), f"{place_of(path)} imports {imported}"


def test_no_import_cycles() -> None:
    """No module needs, at import time, a module that needs it."""
    known = {name_of(path) for path in MODULES}
    graph = {name_of(path): {i for i in imports_of(path, lazy=False) if i in known} for path in MODULES}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " → ".join((*trail, name))
        if name in done:
            return
        for needed in graph[name] - {name}:
            visit(needed, (*trail, name))
        done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("room", ["bot/services", "storage"])
def test_rooms_stand_in_layers(room: str) -> None:
    """No package of a room needs, be it only inside a function, one that needs it."""
    module = room.replace("/", ".")
    packages = {path.name for path in (ROOT / room).iterdir() if (path / "__init__.py").exists()}
    needs: dict[str, set[str]] = {package: set() for package in packages}
    for path in (path for path in MODULES if place_of(path).startswith(f"{room}/")):
        package = place_of(path).removeprefix(f"{room}/").partition("/")[0]
        if package in packages:
            asked = {i.removeprefix(f"{module}.").split(".")[0] for i in imports_of(path) if i.startswith(f"{module}.")}
            needs[package] |= (asked & packages) - {package}
    TopologicalSorter(needs).prepare()  # CycleError names those that need each other


def _standard_library() -> frozenset[str]:
    import sys  # noqa: PLC0415 - only this check needs it

    return sys.stdlib_module_names

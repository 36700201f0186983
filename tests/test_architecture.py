"""The house of the design: which way imports point, and where a library may come in."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A module whose path starts with the left may import, of this project, only what starts with the right.
ALLOWED = {
    "bot.domain": {"bot.domain", "model.reading"},
    "bot.locales": {"bot.locales"},
    "bot.services": {"bot.services", "bot.domain", "bot.locales", "bot.errors", "model.reading"},
    "bot.clients": {"bot.clients", "bot.services", "bot.domain", "bot.errors", "bot.__version__", "model"},
    "bot.storage": {"bot.storage", "bot.services", "bot.domain", "bot.errors"},
    "bot.platforms": {"bot.platforms", "bot.services", "bot.domain", "bot.errors", "bot.config", "bot.locales"},
    "bot.web": {
        "bot.web", "bot.services", "bot.domain", "bot.errors", "bot.config", "bot.locales", "bot.storage",
        "bot.__version__", "model.reading",
    },
    "cogs": {"cogs", "bot.services", "bot.domain", "bot.errors", "bot.platforms"},
    "model": {"model"},
}  # fmt: skip

# The folders of the recogniser, each on those before it. What only reads, the modules beside them too, is the ground.
LAYERS = ("reads", "sources", "training", "judging", "release", "explaining", "sheet", "uses all")
READS, USES_ALL = ("finder", "pages"), ("__main__", "bench", "stroke_order")


def modules() -> Iterator[tuple[str, Path]]:
    for package in ("bot", "cogs", "model"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "node_modules" not in path.parts:
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def ours_imported_in(package: str) -> Iterator[tuple[str, str]]:
    """Each module of a package with each of this project's that it imports."""
    for name, path in modules():
        if is_in(name, package):
            yield from ((name, one) for one in imports_of(path) if one.split(".")[0] in {"bot", "cogs", "model"})


@pytest.mark.parametrize("package", ALLOWED)
def test_imports_point_inwards(package: str) -> None:
    wrong = [
        f"{name} imports {imported}"
        for name, imported in ours_imported_in(package)
        if not any(is_in(imported, allowed) for allowed in ALLOWED[package])
    ]
    assert wrong == []


@pytest.mark.parametrize("package", ALLOWED)
def test_nothing_is_allowed_that_nobody_needs(package: str) -> None:
    imported = {one for _, one in ours_imported_in(package)}
    assert [one for one in ALLOWED[package] - {package} if not any(is_in(name, one) for name in imported)] == []


def layer_of(module: str) -> int:
    """The layer of a module of model/, or of what is imported from one."""
    inside = f"{module}.".split(".")[1]
    return LAYERS.index("uses all" if inside in USES_ALL else inside if inside in LAYERS else "reads")


def test_the_recogniser_is_built_in_layers() -> None:
    assert {path.parent.name for path in (ROOT / "model").glob("*/__init__.py")} == {*READS, *LAYERS[1:-1]}
    inside = [(name, one) for name, one in ours_imported_in("model") if one != "model"]
    assert [f"{name} imports {one}" for name, one in inside if layer_of(one) > layer_of(name)] == []


def test_the_domain_knows_the_standard_library_only() -> None:
    foreign = [
        f"{name} imports {imported}"
        for name, path in modules()
        if name.startswith("bot.domain")
        for imported in imports_of(path)
        if imported.split(".")[0] not in sys.stdlib_module_names | {"bot", "model"}
    ]
    assert foreign == []


def test_every_package_of_the_design_is_there() -> None:
    assert {path.name for path in (ROOT / "bot").iterdir() if path.is_dir()} >= {
        "domain", "services", "clients", "storage", "platforms", "web", "locales",
    }  # fmt: skip

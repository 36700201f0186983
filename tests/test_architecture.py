"""The house of the design: which way imports point, and where a library may come in."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A module whose path starts with the left may import, of this project, only what starts with the right.
ALLOWED = {
    "bot.core": {"bot.core", "bot.core.errors"},
    "bot.domain": {"bot.domain", "bot.core", "model.reading"},
    "bot.locales": {"bot.locales"},
    "bot.services": {"bot.services", "bot.domain", "bot.core", "bot.locales", "bot.core.errors", "model.reading"},
    "bot.clients": {"bot.clients", "bot.services", "bot.domain", "bot.core", "bot.core.errors", "bot.__version__", "model"},
    "bot.storage": {"bot.storage", "bot.services", "bot.domain", "bot.core", "bot.core.errors"},
    "bot.platforms": {
        "bot.platforms", "bot.services", "bot.domain", "bot.core", "bot.core.errors", "bot.config", "bot.locales",
    },
    "bot.platforms.web": {
        "bot.platforms.web", "bot.services", "bot.domain", "bot.core", "bot.core.errors", "bot.config", "bot.locales", "bot.storage",
        "bot.__version__", "model.reading",
    },
    "cogs": {"cogs", "bot.services", "bot.domain", "bot.core", "bot.platforms"},
    "model": {"model"},
}  # fmt: skip

# What may import of its own package only what stands before it: folders, and modules that need several of them. Each
# package begins with what is not named: its ground, which knows nothing of the rest.
LAYERS = {
    "model": ("synthetic", "rendering", "explaining", "check_set", "workshop", "__main__"),
    "model.workshop": (
        "sources", "training", "evaluation", "release", "explaining", "paper", "bench", "command_line",
    ),
    "bot.services": (
        "delivery", "events", "reports", "reminders", "recognition", "rehearsing", "organisers", "answering",
        "commands",
    ),
}  # fmt: skip
GROUND = {  # the folders in it
    "model": {"finder", "pages", "segmentation"},
    "model.workshop": set(),
    "bot.services": {"ports"},
}


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


def layer_of(module: str, package: str) -> int:
    """The layer of a module of a package, or of what is imported from one."""
    inside = f"{module}.".removeprefix(f"{package}.").split(".")[0]
    return LAYERS[package].index(inside) + 1 if inside in LAYERS[package] else 0


@pytest.mark.parametrize("package", LAYERS)
def test_folders_stand_on_each_other(package: str) -> None:
    inside = [(name, one) for name, one in ours_imported_in(package) if is_in(one, package)]
    wrong = [f"{name} imports {one}" for name, one in inside if layer_of(one, package) > layer_of(name, package)]
    assert wrong == []


@pytest.mark.parametrize("package", LAYERS)
def test_every_folder_has_its_layer(package: str) -> None:
    folders = {path.parent.name for path in ROOT.joinpath(*package.split(".")).glob("*/__init__.py")}
    assert folders - set(LAYERS[package]) == GROUND[package]


def test_the_bot_knows_nothing_of_the_models_workshop() -> None:
    known = [f"{name} imports {one}" for part in ("bot", "cogs") for name, one in ours_imported_in(part)]
    assert [one for one in known if is_in(one.split()[-1], "model.workshop")] == []


def test_reading_needs_nothing_that_only_training_does() -> None:
    """Every module of the reader is imported; what comes with it is seen in a process of its own."""
    reader = [name for name, _ in modules() if is_in(name, "model") and not is_in(name, "model.workshop")]
    code = f"import sys, {', '.join(name for name in reader if name != 'model.__main__')}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in loaded if is_in(name, "model.workshop")] == []
    assert not {"tensorflow", "keras", "matplotlib", "sklearn", "scipy", "skimage"} & set(loaded)


@pytest.mark.parametrize("package", ["bot.core", "bot.domain"])
def test_the_rules_know_the_standard_library_only(package: str) -> None:
    foreign = [
        f"{name} imports {imported}"
        for name, path in modules()
        if is_in(name, package)
        for imported in imports_of(path)
        if imported.split(".")[0] not in sys.stdlib_module_names | {"bot", "model"}
    ]
    assert foreign == []


def test_every_package_of_the_design_is_there() -> None:
    assert {path.name for path in (ROOT / "bot").iterdir() if path.is_dir()} >= {
        "domain", "services", "clients", "storage", "platforms", "web", "locales",
    }  # fmt: skip

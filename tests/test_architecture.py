"""The design: which way imports point, and where a library may come in."""

import ast
import functools
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

TOPICS = ("delivery", "events", "reports", "reminders", "handwriting", "organisers")  # each knows those before it
OUTER = {"store", "connpass", "site", "workers"}  # folders of a topic that fulfil its ports

# A module of the kind on the left may import, of this project, only modules of its own kind and of those on the right.
ALLOWED = {
    "core": set(),
    "locales": set(),
    "rules": {"core", "model.reading"},
    "ports": {"core", "rules", "model.reading"},
    "services": {"core", "locales", "rules", "ports", "model.reading"},
    "answering": {"core", "locales", "services"},
    "store": {"core"},
    "network": {"core", "__version__"},
    "sandbox": set(),
    "outer": {
        "core", "rules", "ports", "services", "store", "network", "sandbox", "model.reading", "model",
    },
    "platforms": {
        "core", "locales", "rules", "ports", "services", "answering", "config", "store", "model.reading", "__version__",
    },
    "cogs": {"core", "services", "answering", "platforms"},
    "model": {"model.reading"},
    "model.reading": {"model"},
}  # fmt: skip

# What may import of its own package only what stands before it: folders, and modules that need several of them. Each
# package begins with what is not named: its ground, which knows nothing of the rest.
LAYERS = {
    "model": ("synthetic", "rendering", "explaining", "check_set", "workshop", "__main__"),
    "model.workshop": (
        "sources", "training", "evaluation", "release", "explaining", "paper", "bench", "command_line",
    ),
}  # fmt: skip
GROUND = {  # the folders in it
    "model": {"detector", "finder", "pages", "segmentation"},
    "model.workshop": set(),
}


def modules() -> Iterator[tuple[str, Path]]:
    for package in ("bot", "cogs", "model"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "node_modules" not in path.parts:
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


@functools.cache
def imports_of(path: Path, *, that_run: bool = False) -> frozenset[str]:
    """What a module imports; `that_run`: without what is imported for types alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    ifs = [node for node in ast.walk(tree) if isinstance(node, ast.If)]
    for_types = [node for node in ifs if ast.unparse(node.test) == "TYPE_CHECKING"]
    left_out = {inner for node in for_types for inner in ast.walk(node)} if that_run else set()
    return frozenset(name for node in ast.walk(tree) if node not in left_out for name in names_imported_by(node))


def names_imported_by(node: ast.AST) -> Iterator[str]:
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


def kind_of(module: str) -> str:
    """What a module is, by its folder: a key of ALLOWED, or a module of the bot that may know everyone."""
    top, *inside = module.split(".")
    if top != "bot":
        return "model.reading" if is_in(module, "model.reading") else top
    if inside and inside[0] in TOPICS:
        folder = inside[1] if len(inside) > 1 else ""
        return folder if folder in {"rules", "ports"} else "outer" if folder in OUTER else "services"
    return inside[0] if inside else "bot"


def kinds_imported_by(kind: str) -> Iterator[tuple[str, str, str]]:
    """Each import of this project by modules of a kind: the module, what it imports, and of what kind that is."""
    for package in ("bot", "cogs", "model"):
        for name, imported in ours_imported_in(package):
            if kind_of(name) == kind:
                yield name, imported, kind_of(imported)


@pytest.mark.parametrize("kind", ALLOWED)
def test_imports_point_inwards(kind: str) -> None:
    allowed = ALLOWED[kind] | {kind}
    assert [f"{name} imports {what}" for name, what, known in kinds_imported_by(kind) if known not in allowed] == []


@pytest.mark.parametrize("kind", ALLOWED)
def test_nothing_is_allowed_that_nobody_needs(kind: str) -> None:
    assert ALLOWED[kind] - {known for _, _, known in kinds_imported_by(kind)} == set()


def topic_of(module: str) -> int:
    """Where the topic of a module stands among them."""
    return TOPICS.index(module.split(".")[1])


def test_a_topic_knows_the_services_of_those_before_it_only() -> None:
    known = [
        (name, what) for kind in ("services", "outer") for name, what, of in kinds_imported_by(kind) if of == "services"
    ]
    assert [f"{name} imports {what}" for name, what in known if topic_of(what) > topic_of(name)] == []


def test_no_imports_go_round_in_a_circle() -> None:
    every = {name for name, _ in modules()}
    graph = {
        name: {what if what in every else what.rpartition(".")[0] for what in imports_of(path, that_run=True)}
        & every - {name}
        for name, path in modules()
    }
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


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


@pytest.mark.parametrize("kind", ["core", "rules"])
def test_the_rules_know_the_standard_library_only(kind: str) -> None:
    foreign = [
        f"{name} imports {imported}"
        for name, path in modules()
        if kind_of(name) == kind
        for imported in imports_of(path)
        if imported.split(".")[0] not in sys.stdlib_module_names | {"bot", "model"}
    ]
    assert foreign == []


def test_every_topic_is_there() -> None:
    assert {path.name for path in (ROOT / "bot").iterdir() if (path / "rules").is_dir()} == set(TOPICS)

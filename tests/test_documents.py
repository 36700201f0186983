"""What the documents name is there: files, functions, commands with their options, and the arrows of the house."""

import ast
import json
import re
from collections.abc import Container, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from bot.answering.commands import COMMANDS, DATA, TSUDOI
from bot.command_line.main import cli
from bot.store.lifetimes import LEFT, PERSONAL
from docs import command_line, privacy
from model.workshop.command_line import app
from tests.test_architecture import imports_of, kind_of, modules

ROOT = Path(__file__).parents[1]
OF_CODE = ("docs/architecture.md", "docs/architecture.ja.md", "CONTRIBUTING.md")
DOCUMENTS = sorted(
    str(path.relative_to(ROOT)) for folder in (".", "docs", "model", ".github") for path in (ROOT / folder).glob("*.md")
)
FOLDERS = ("bot", "cogs", "model", "tests", "benchmarks", "docs", "deploy")
FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)*\.(?:py|js|toml|yaml|md|po|txt)|(?:[\w.-]+/)+[\w.-]*")
NAME = re.compile(r"[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*(?:\.\w+)?|\w+\(\)|(?!TSUDOI_)[A-Z][A-Z_]+")
BEFORE = re.compile(r"(?:sudo (?:-u \w+ )?|env |\w+=\S* |\S+/(?=python|tsudoi))*")  # a command itself
COMMAND = re.compile(r"(?:(?P<tsudoi>tsudoi|python -m bot)|python -m (?P<module>[\w.]+)|make)(?P<rest>(?: \S+)*)$")
TERMINAL = {"tsudoi": get_command(cli), "model": get_command(app)}


def read(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


# --- files and functions -------------------------------------------------------------------------------------------


def spans(paragraph: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", paragraph)


def paragraphs(document: str) -> Iterator[list[str]]:
    """What stands between backticks, by paragraph, entry of a list or row of a table."""
    text = re.sub(r"```.*?```", "", read(document), flags=re.DOTALL)
    for part in re.split(r"\n\s*\n|\n(?=\s*(?:[-*|]|\d+\.) ?)", text):
        yield spans(part)


def file_named(span: str) -> Path | None:
    """The file or folder that is meant; None where something else is."""
    is_ours = span.split("/")[0] in FOLDERS or (ROOT / span).exists()
    return ROOT / span if FILE.fullmatch(span) and is_ours else None


@cache
def defined_in(path: Path) -> frozenset[str]:
    """Every name that a module defines: `Class`, `Class.attribute`, `function()`, CONSTANT."""
    return frozenset(names_in(ast.parse(path.read_text(encoding="utf-8"))))


def names_in(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{node.name}()"
        elif isinstance(node, ast.ClassDef):
            yield node.name
            yield from (f"{node.name}.{name}" for name in members_of(node))
        else:
            yield from names_set_by(node)


def members_of(node: ast.ClassDef) -> Iterator[str]:
    for member in node.body:
        if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
            yield member.name
        else:
            yield from names_set_by(member)


def names_set_by(node: ast.stmt) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    for target in targets:
        yield from (name.id for name in ast.walk(target) if isinstance(name, ast.Name))


@cache
def defined_anywhere() -> frozenset[str]:
    paths = (
        path for folder in ("bot", "cogs", "model", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")
    )
    return frozenset(name for path in paths if "node_modules" not in path.parts for name in defined_in(path))


@pytest.mark.parametrize("document", OF_CODE)
def test_every_file_that_is_named_is_there(document: str) -> None:
    named = [path for paragraph in paragraphs(document) for span in paragraph if (path := file_named(span))]
    assert named
    assert [str(path.relative_to(ROOT)) for path in named if not path.exists()] == []


@pytest.mark.parametrize("document", OF_CODE)
def test_every_name_is_defined_in_a_file_that_its_paragraph_names(document: str) -> None:
    def is_defined(name: str, known: Container[str]) -> bool:
        return name in (known if "." in name or "(" in name else defined_anywhere())  # a Message is at home everywhere

    missing = []
    for paragraph in paragraphs(document):
        files = [path for span in paragraph if (path := file_named(span)) and path.suffix == ".py" and path.exists()]
        known = {name for path in files for name in defined_in(path)} if files else defined_anywhere()
        missing += [name for name in paragraph if NAME.fullmatch(name) and not is_defined(name, known)]
    assert missing == []


# --- links ---------------------------------------------------------------------------------------------------------


def anchors_of(page: Path) -> set[str]:
    """The names of its headings, as forges make them."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    text = re.sub(r"```.*?```", "", read(document), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", text):
        target, _, anchor = "".join(link).partition("#")
        if target.startswith(("https://", "http://", "handson/")):  # what the hands-on shows, its own test looks for
            continue
        page = (ROOT / document).parent / target if target else ROOT / document
        assert page.exists(), target
        assert not anchor or anchor in anchors_of(page), f"{target}#{anchor}"


# --- the picture of the house --------------------------------------------------------------------------------------


DRAWN_AS = {"cogs": "platforms", "model.reading": "model"} | dict.fromkeys(("network", "sandbox", "store"), "shared")


def part_of(module: str) -> str:
    """Where a module, or what is imported from one, stands in the picture."""
    kind = kind_of(module)
    return DRAWN_AS.get(kind, kind)


def reached_from(part: str, drawn: set[tuple[str, str]]) -> set[str]:
    """The parts that an arrow, or several on end, lead to."""
    next_ones = {end for start, end in drawn if start == part}
    return next_ones.union(*(reached_from(end, drawn) for end in next_ones))


def test_the_arrows_of_the_house_are_the_imports() -> None:
    text = read("docs/architecture.md")
    parts = set(re.findall(r"^ *(\w+)\[\"", text, re.MULTILINE))
    drawn = set(re.findall(r"^ *(\w+) --> (\w+)$", text, re.MULTILINE))
    imported = {(part_of(module), part_of(what)) for module, path in modules() for what in imports_of(path)}
    real = {(one, other) for one, other in imported if one != other and {one, other} <= parts}
    assert drawn <= real
    assert {(one, other) for one, other in real if other not in reached_from(one, drawn)} == set()


# --- commands ------------------------------------------------------------------------------------------------------


def commands_in(document: str) -> Iterator[re.Match[str]]:
    """Every command, in blocks that are typed into a terminal and between backticks."""
    text = re.sub(r"\\\n\s*", "", read(document))
    typed = [
        line for block in re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL) for line in block.splitlines()
    ]
    for code in (*typed, *spans(re.sub(r"```.*?```", "", text, flags=re.DOTALL))):
        for part in re.split(r"&&|[;|<>'()]", code.partition(" #")[0]):
            command = BEFORE.sub("", part.strip(), count=1)
            if found := COMMAND.match(command):
                yield found


def mistake_in(command: Any, words: list[str]) -> str | None:
    """What is wrong with the words after a command of typer's; None where they are understood."""
    while isinstance(command, TyperGroup) and words and not words[0].startswith("-"):
        if not re.fullmatch(r"[a-z-]+", words[0]):  # COMMAND, …: any of them is meant
            return None
        inner = command.commands.get(words[0])
        if inner is None:
            return f"there is no command {words[0]}"
        command, words = inner, words[1:]
    known = {"--help", *(name for one in command.params for name in (*one.opts, *one.secondary_opts))}
    wrong = [word for word in words if re.match(r"--?[a-z]", word) and word.partition("=")[0] not in known]
    return f"{command.name} has no {wrong}" if wrong else None


def mistake(found: re.Match[str]) -> str | None:
    words = [word.strip("[]") for word in (found["rest"] or "").split()]
    if found["tsudoi"]:
        return mistake_in(TERMINAL["tsudoi"], words)
    module = found["module"]
    if module is None:
        return mistake_of_make(words)
    if module == "model":
        return mistake_in(TERMINAL["model"], words)
    if module.split(".")[0] not in FOLDERS:
        return None  # not ours: python -m venv
    path = ROOT / f"{module.replace('.', '/')}.py"
    path = path if path.exists() else ROOT / module.replace(".", "/") / "__main__.py"
    if not path.exists():
        return f"there is no module {module}"
    unknown = [word for word in words if word.startswith("--") and f'"{word}"' not in path.read_text(encoding="utf-8")]
    return f"{module} has no {unknown}" if unknown else None


def mistake_of_make(words: list[str]) -> str | None:
    target = next((word for word in words if "=" not in word), None)
    if target is None or re.search(rf"^{re.escape(target)}:", read("Makefile"), re.MULTILINE):
        return None
    return f"make has no {target}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_that_is_shown_is_understood(document: str) -> None:
    assert [f"{found[0]}: {wrong}" for found in commands_in(document) if (wrong := mistake(found))] == []


@pytest.mark.parametrize("language", privacy.PAGES)
def test_the_page_about_privacy_has_what_the_register_says(language: str) -> None:
    """Else: python -m docs.privacy."""
    assert privacy.PAGES[language].read_text(encoding="utf-8") == privacy.page(language)


def test_security_promises_the_spans_of_the_register() -> None:
    promised = " ".join((ROOT / "SECURITY.md").read_text(encoding="utf-8").split())
    for span, english, japanese in (
        (PERSONAL, "{} days after it", "イベントの{}日後"),
        (LEFT, "after {} days", "{}日後"),
    ):
        assert english.format(span.days) in promised
        assert japanese.format(span.days) in promised


@pytest.mark.parametrize("language", command_line.PAGES)
def test_the_page_of_the_command_line_is_what_the_commands_say(language: str) -> None:
    """Else: python -m docs.command_line."""
    assert command_line.PAGES[language].read_text(encoding="utf-8") == command_line.page(language)


def test_a_slip_in_a_command_is_noticed() -> None:
    for typed in ("tsudoi rum", "tsudoi next --jason", "python -m model tran", "make scael", "python -m benchmarks.x"):
        found = COMMAND.match(typed)
        assert found is not None
        assert mistake(found) is not None, typed


@pytest.mark.parametrize("document", ["docs/members.md", "docs/members.ja.md"])
def test_every_command_that_members_type_is_in_the_table(document: str) -> None:
    shown = set(re.findall(r"`!([^ `]+)", read(document)))
    listed = [one for one in COMMANDS if one not in (DATA, TSUDOI)]  # those stand where organisers look
    assert [one.name for one in listed if one.name not in shown and one.aliases[0] not in shown] == []


# --- READMEs, and figures ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", ["README.md", "README.ja.md"])
def test_the_readme_is_short_enough_to_be_read(document: str) -> None:
    assert len(read(document).splitlines()) <= 120


@pytest.mark.parametrize("document", [one for one in DOCUMENTS if one.endswith(".ja.md")])
def test_what_is_there_in_japanese_is_there_in_english(document: str) -> None:
    """And each language leads to the other."""
    english = document.replace(".ja.md", ".md")
    assert f"[English]({Path(english).name})" in read(document)
    assert f"[日本語]({Path(document).name})" in read(english)


@pytest.mark.parametrize("document", ["model/README.md", "model/README.ja.md"])
def test_the_first_look_at_the_model_shows_the_figures_of_its_card(document: str) -> None:
    card = json.loads(read("model/artifacts/card.json"))
    shown = re.findall(r"^\| [^|]+ \| ([\d,]+) \| (\S+) \| (\S+) \| (\S+) \|$", read(document), re.MULTILINE)
    assert shown == [
        (f"{row['images']:,}", *(f"{row[key]:.2%}" for key in ("top1", "right_when_sure", "refused")))
        for row in card["figures"]
    ]

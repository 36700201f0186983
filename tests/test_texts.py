"""What people read: every text has its English and its Japanese, and no text stands outside of the catalogues."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.core import reasons  # noqa: F401  # loads every problem
from bot.core.problems.base import TRY_AGAIN, Problem
from bot.core.skips import NothingToSay

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "bot/locales/ja/LC_MESSAGES/tsudoi.po"
PAGES = ROOT / "bot/platforms/web/static"
WORDS = PAGES.parent / "words.json"
JAPANESE = re.compile("[ぁ-ゖァ-ヺ一-鿿]")
TRANSLATES = {"gettext", "ngettext", "_"}
DESCRIBES = {
    "command",
    "describe",
    "Choice",
    "Group",
    "Parameter",
}  # what Discord shows of slash commands: its translator finds it
COUNTERS = "件|人|回|文字|字|枚|分|日|時間|週間|か月|席|問|位|通"

TABLES = (  # of texts that are looked up when they are said
    "bot/reports/report_reasons.py: _REASONS",
    "bot/reports/report_reasons.py: _SEVERAL",
    "bot/platforms/slack/manifest.py: SCOPES",
    "cogs/model.py: _TOPICS",
    "cogs/quiz.py: _TOPICS",
)

# Japanese in the code that is no text of ours, by the reason why it is there.
JAPANESE_IN_CODE = {
    "what members may type": (
        "bot/reminders/rules/lead_times.py",
        "bot/events/rules/prefectures.py",
        "bot/core/commands.py: _HIRAGANA",
        "bot/answering/commands.py",
        "bot/handwriting/consent_messages.py: (SAMPLES, EXPORT, FORGET)",
        "bot/organisers/organising.py: TOPICS",
        "bot/handwriting/changing_model.py: ChangingModel",
        "bot/handwriting/quizzing.py: _TOPICS",
        "bot/reminders/reminding.py: _USUAL_WORDS",
        "cogs/organising.py: Organising",
    ),
    "what is read in other people's pages and titles": (
        "bot/events/connpass/feed_entries.py",
        "bot/reports/site/report_page.py: _UPCOMING",
        "bot/events/rules/events.py",
        "bot/reports/rules/dates.py",
        "bot/reports/rules/drafts.py",
        "bot/events/rules/titles.py",
        "bot/store/migrations/versions/0020_event_numbers.py",
        "bot/events/event_cards.py: event_title",
    ),
    "characters, and words that begin with them": (
        "bot/handwriting/rules/quiz.py",
        "bot/handwriting/rules/romaji.py: _ROWS",
        "bot/handwriting/quiz_messages.py: _hint",
    ),
    "the sample community, which is a Japanese one": (
        "bot/platforms/web/sample_pages.py",
        "bot/platforms/web/sample_timeline.py",
        "bot/platforms/web/samples.py: SampleCommunity",
    ),
    "names that are the same in every language": (
        "bot/command_line/main.py: cli",
        "bot/app/running.py: introduction",
        "bot/platforms/web/pages.py: LANGUAGES",
        "bot/handwriting/changing_model.py: SHIPPED",
        "bot/reminders/member_settings_messages.py: _languages",
        "bot/locales/__init__.py: LANGUAGES",
    ),
    "what a platform is told before anybody says in which language": (
        "bot/platforms/discord/slash_commands.py: READ_MENU",
        "bot/platforms/discord/slash_commands.py: PARAMETERS",
    ),
    "how Japanese dates are written": ("bot/locales/__init__.py: _date",),
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for package in ("bot", "cogs"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def strings(nodes: list[ast.expr]) -> Iterator[str]:
    yield from (one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str))


def texts_in(node: ast.AST) -> Iterator[str]:
    """The texts that a call looks up: the singular, where there are two."""
    if isinstance(node, ast.Call) and called(node) in TRANSLATES:
        yield from strings(node.args[:1])
    elif isinstance(node, ast.Call) and called(node) in DESCRIBES:
        named = [one.value for one in node.keywords if one.arg != "value" and called(node) != "Choice"]
        yield from (one for one in strings([*node.args[:2], *named]) if " " in one)  # a name is no text
        if called(node) == "Choice":
            yield from strings([one.value for one in node.keywords if one.arg == "name"])


@cache
def used() -> frozenset[str]:
    looked_up = {text for _, tree in modules() for node in ast.walk(tree) for text in texts_in(node)}
    return frozenset({*looked_up, *texts_in_tables(), *texts_of_the_shipped_card(), *texts_of_problems()})


def texts_of_the_shipped_card() -> Iterator[str]:
    """What `!model` says of the shipped model comes from its card: a new card needs its Japanese, too."""
    card = json.loads((ROOT / "model/artifacts/card.json").read_text(encoding="utf-8"))
    yield from (figures["name"] for figures in card["figures"])
    yield from card["notices"]


def texts_of_problems() -> Iterator[str]:
    """What stands beside the codes, and is looked up when somebody reads of it."""
    yield TRY_AGAIN
    yield from (text for kind in Problem.kinds.values() for text in (kind.happened, kind.remedy) if text)
    yield from (one.happened for one in NothingToSay)


def texts_in_tables() -> Iterator[str]:
    for path, tree in modules():
        for top in tree.body:
            if isinstance(top, ast.Assign) and isinstance(top.value, ast.Dict) and f"{path}: {name_of(top)}" in TABLES:
                yield from strings(top.value.values)


@cache
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="ja")


def entries() -> list[tuple[tuple[str, ...], str]]:
    """Each text in English, its plural too where it has one, and in Japanese, which knows no plural."""

    def forms(text: Any) -> tuple[str, ...]:
        return (text,) if isinstance(text, str) else tuple(text)

    return [(forms(one.id), forms(one.string)[0]) for one in catalogue() if one.id]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_text_has_its_japanese() -> None:
    translated = {english[0] for english, japanese in entries() if japanese}
    assert used() - translated == set()


def test_the_catalogue_has_nothing_that_is_not_used_and_nothing_twice() -> None:
    assert {english[0] for english, _ in entries()} - used() == set()
    written = re.findall(r'^msgid ((?:".*"\n)+)', CATALOGUE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [text for text, count in Counter(written).items() if count > 1] == []
    assert [one.id for one in catalogue() if one.id and one.fuzzy] == []


def test_what_is_filled_in_is_the_same_in_both_languages() -> None:
    wrong = [(english, japanese) for english, japanese in entries() if not fits(english, japanese)]
    assert wrong == []


def fits(english: tuple[str, ...], japanese: str) -> bool:
    given = set().union(*map(placeholders, english))
    may_be_left_out = (
        {"count", "n"} if len(english) == 2 else set()
    )  # "the reports are these" may be all there is to say
    return given - may_be_left_out <= placeholders(japanese) <= given


def test_only_what_is_known_here_is_looked_up_under_a_name() -> None:
    """The texts of `TABLES` and of slash commands, and the labels of posts, marked where they stand."""
    hidden = {
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in TRANSLATES and not isinstance(node.args[0], ast.Constant)
    }
    assert hidden == {
        "bot/reports/report_reasons.py",
        "bot/handwriting/model_messages.py",  # what a model's card says
        "bot/platforms/discord/slash_commands.py",
        "bot/organisers/delivery_labels.py",
        "bot/core/problems/base.py",
        "bot/core/skips.py",
        "bot/core/keeping.py",
        "bot/handwriting/consent_messages.py",
        "bot/platforms/slack/checking.py",  # why a scope is there
    }


CHECKS = ("bot/command_line/checking.py", "bot/platforms/discord/checking.py", "bot/platforms/slack/checking.py")


@pytest.mark.parametrize("path", CHECKS)
def test_whatever_check_finds_is_looked_up(path: str) -> None:
    """A sentence in these modules is a docstring, or an argument of what looks it up."""
    tree = dict(modules())[path]
    looked_up = {id(part) for node in ast.walk(tree) for part in _arguments(node)}
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in looked_up | docstrings
    ]
    assert [text for text in found if text.count(" ") > 1] == []


def _arguments(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call) and called(node) in TRANSLATES:
        yield from node.args


def places_of_japanese() -> Iterator[str]:
    for path, tree in modules():
        no_texts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        looked_up = {
            id(part)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and any(True for _ in texts_in(node))
            for given in (*node.args, *(one.value for one in node.keywords))
            for part in ast.walk(given)
        }
        for top in tree.body:
            parts = (one for one in ast.walk(top) if id(one) not in no_texts | looked_up)
            if any(JAPANESE.search(text) for text in strings([one for one in parts if isinstance(one, ast.Constant)])):
                yield f"{path}: {name_of(top)}"


def name_of(statement: ast.stmt) -> str:
    if isinstance(statement, ast.Assign):
        return ast.unparse(statement.targets[0])
    return getattr(statement, "name", "") or ast.unparse(getattr(statement, "target", statement))


def test_no_japanese_text_stands_in_the_code() -> None:
    found = list(places_of_japanese())
    allowed = [place for places in JAPANESE_IN_CODE.values() for place in places]
    assert [one for one in found if one not in allowed and one.partition(":")[0] not in allowed] == []
    assert [one for one in allowed if one not in found and not any(f"{one}:" in place for place in found)] == []


# --- the pages -----------------------------------------------------------------------------------------------------


@cache
def words(language: str) -> dict[str, str]:
    pairs = json.loads(WORDS.read_text(encoding="utf-8"), object_pairs_hook=list)
    assert len(pairs) == len(dict(pairs)), "a word is there twice"
    return {name: dict(said)[language] for name, said in pairs}


def test_the_pages_have_every_word_in_both_languages() -> None:
    assert words("ja").keys() == words("en").keys()
    assert [key for key, japanese in words("ja").items() if holes(japanese) != holes(words("en")[key])] == []


def holes(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_the_pages_use_every_word_and_no_other() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in PAGES.iterdir() if path.suffix in {".js", ".html"})
    source += (PAGES.parent / "pages.py").read_text(encoding="utf-8")
    assert set(re.findall(r'word\("(\w+)"', source)) - words("ja").keys() == set()
    begins = re.findall(r"`(\w+_)\$\{", source)
    unused = [key for key in words("ja") if not re.search(rf"\b{key}\b", source) and not key.startswith(tuple(begins))]
    assert [key for key in unused if not key.startswith("error_")] == []  # those are the codes of answers


def test_no_japanese_text_stands_in_the_pages() -> None:
    both = re.compile(r"^export const ROWS|^  \.concat\(")
    lines = [
        f"{path.name}: {line}"
        for path in PAGES.iterdir()
        if path.suffix in {".js", ".html"}
        for line in path.read_text(encoding="utf-8").splitlines()
        if JAPANESE.search(line) and not both.search(line)
    ]
    assert lines == []


# --- how Japanese is written ---------------------------------------------------------------------------------------


def japanese_texts() -> list[str]:
    return [*(japanese for _, japanese in entries()), *words("ja").values()]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(rf"(?:\d|\{{\w+\}}) (?:{COUNTERS})", id="a space between a number and what it counts"),
        pytest.param(r"[ぁ-ゖァ-ヺ一-鿿][,.](?:\s|$)", id="a comma or full stop of another language"),
        pytest.param(r"\([ぁ-ゖァ-ヺ一-鿿]", id="brackets of another language"),
        pytest.param(r"[！？] [ぁ-ゖァ-ヺ一-鿿]", id="a space between two sentences"),
        pytest.param(
            r"[A-Za-z](?<!DM)[ぁ-ゖァ-ヺ一-鿿]|[ぁ-ゖァ-ヺ一-鿿](?!DM)[A-Za-z]",
            id="no space beside a name in Latin letters",
        ),
    ],
)
def test_japanese_is_written_in_one_way(broken: str) -> None:
    assert [text for text in japanese_texts() if re.search(broken, text)] == []


# --- one name for each thing ---------------------------------------------------------------------------------------

JAPANESE_DOCUMENTS = (
    "SECURITY.md",
    "docs/handson.md",
    *(str(path.relative_to(ROOT)) for folder in (".", "docs", "model") for path in (ROOT / folder).glob("*.ja.md")),
)
ALLOWED = re.compile("IP アドレス|メールアドレス|`[^`]*`")  # another thing, and what is typed


def retired_names() -> list[str]:
    """The last column of the glossary in CONTRIBUTING."""
    glossary = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Words")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in glossary.splitlines() if line[:1] == "|"]
    assert rows[0][-1] == "retired"
    return [name for row in rows[2:] for name in row[-1].split("、") if name]


def test_no_name_that_was_retired_comes_back() -> None:
    places = [("tsudoi.po", text) for _, text in entries()] + [("words.json", text) for text in words("ja").values()]
    places += [
        (document, line)
        for document in JAPANESE_DOCUMENTS
        for line in (ROOT / document).read_text(encoding="utf-8").splitlines()
    ]
    names = re.compile("|".join(map(re.escape, retired_names())))
    found = [(place, hit[0], text) for place, text in places for hit in names.finditer(ALLOWED.sub("", text))]
    assert found == []


# --- one language at a time ----------------------------------------------------------------------------------------

NAMES = frozenset(
    "systemd Docker gcloud connpass Connpass Discord Slack Tsudoi KanjiVG Ulrich Apel LiteRT Google Outlook iPhone "
    "Workspace API CC BY-SA DM ID JSON Markdown MB OAuth URL JPEG PNG WebP GIF HEIC AVIF Bot git manifest managers "
    "JavaScript SQLite PostgreSQL NTP Enter Delete Shift Ctrl Ctrl-C Z a d h m r x y ja en".split()
)
TO_PRESS = re.compile(  # buttons and pages of Discord's and Slack's sites, which are in English
    "Create New App|From a manifest|New Application|Message Content Intent|Reset Token|Install App|Install to Workspace"
    "|Bot User OAuth Token|App-Level Tokens?|Basic Information|Generate(?: Token and Scopes)?|OAuth & Permissions"
    "|App Home|Messages Tab"
)
TO_TYPE = re.compile(  # commands, keys, files, addresses and placeholders
    r"\{\w*\}|https?://\S*|`[^`]*`|\[\[?\w+\]\]?(?: \w+)*|[!/@][\w-]+(?: [a-z]+)*|[\w/-]*[._]\w+(?:[._]\w+)*"
    r'|connections:write|sqlite:///tsudoi\.db|kind = "feed"|"new"|true：|false：|xox\w-|xapp-'
    r"|tfug-utsunomiya|(?:python -m )?model \w+|make init|tsudoi \w+(?: \w+)?|\{sign\}\w+"
)
TYPED_IN_JAPANESE = re.compile(r"「[^」]*」|【サンプル】|集い|[!/]\S+|\d+(?:日前|分)")


def test_no_english_stands_in_japanese() -> None:
    cards = set(texts_of_the_shipped_card())  # names of works and of people
    texts = [*(japanese for english, japanese in entries() if english[0] not in cards), *words("ja").values()]
    found = {(word, text) for text in texts for word in re.findall("[A-Za-z][A-Za-z-]*", prose(text))}
    assert {(word, text) for word, text in found if word not in NAMES} == set()


def prose(text: str) -> str:
    without_commands = re.sub(r"\{sign\}\w+", " ", text)
    return TO_PRESS.sub(" ", TO_TYPE.sub(" ", without_commands))


def test_no_japanese_stands_in_english_but_what_is_typed() -> None:
    texts = [*(form for english, _ in entries() for form in english), *words("en").values()]
    assert [text for text in texts if re.search("[一-鿿]|[ぁ-ゖァ-ヺ]{2}", TYPED_IN_JAPANESE.sub("", text))] == []

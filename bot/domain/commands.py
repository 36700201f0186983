"""The commands that members type, on every platform: names, short Japanese aliases, and reading them from a text."""

import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache


@dataclass(frozen=True, slots=True)
class Command:
    """A command such as `!next`; the first alias is the one that help shows beside the name."""

    name: str
    aliases: tuple[str, ...]


NEXT = Command("next", ("次", "つぎ", "次回"))
EVENTS = Command("events", ("イベント", "予定", "一覧"))
REPORT = Command("report", ("レポート", "報告"))
REPORTS = Command("reports", ("レポート一覧", "報告一覧"))
DRAFT = Command("draft", ("下書き", "したがき"))  # for organisers
REMIND = Command("remind", ("リマインド", "思い出させて"))
REMINDERS = Command("reminders", ("リマインド一覧",))
READ = Command("read", ("読んで", "よんで"))
SAMPLES = Command("samples", ("あずけた文字", "サンプル"))
EXPORT = Command("export", ("書き出し", "エクスポート"))
FORGET = Command("forget", ("忘れて", "わすれて"))
DATA = Command("data", ("データ",))  # for organisers
QUIZ = Command("quiz", ("クイズ", "くいず"))
MODEL = Command("model", ("モデル",))
HELP = Command("help", ("ヘルプ", "使い方"))
TSUDOI = Command("tsudoi", ("集い", "つどい"))  # for organisers
ORGANISING = {
    "setup": "設定",
    "sources": "取得元",
    "rooms": "チャンネル",
    "rehearse": "リハーサル",
    "status": "状態",
    "data": "データ",
}
COMMANDS = (
    NEXT,
    EVENTS,
    REPORT,
    REPORTS,
    DRAFT,
    REMIND,
    REMINDERS,
    READ,
    SAMPLES,
    EXPORT,
    FORGET,
    DATA,
    QUIZ,
    MODEL,
    HELP,
    TSUDOI,
)

_NEAR = 0.7  # nxet is near next; rank and ping, which other bots answer, are near nothing
_HIRAGANA = {katakana: katakana - 0x60 for katakana in range(ord("ァ"), ord("ヶ") + 1)}


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as somebody typed it. `command` is None if there is no such command."""

    name: str
    argument: str
    command: Command | None


def parse_command(text: str) -> Typed | None:
    """Read `!next 3` or `！次　３`; None if the text is no command."""
    folded = unicodedata.normalize("NFKC", text).strip()
    if not folded.startswith("!") or len(folded) < 2 or not folded[1].isalnum():
        return None
    name, _, argument = folded[1:].partition(" ")
    name = name.strip().casefold()
    return Typed(name, argument.strip(), _by_name().get(_in_hiragana(name)))


def organising_topic(written: str) -> str:
    """Return what is meant after `!tsudoi`, in English or Japanese: a key of ORGANISING; `status` if it is unclear."""
    asked = unicodedata.normalize("NFKC", written).strip().casefold()
    return next((topic for topic, name in ORGANISING.items() if asked in (topic, name)), "status")


def nearest_command(name: str) -> Command | None:
    """Return the command that was probably meant; None where it is as likely a command of another bot."""
    found = get_close_matches(_in_hiragana(name.casefold()), _by_name(), n=1, cutoff=_NEAR)
    return _by_name()[found[0]] if found else None


@cache
def _by_name() -> dict[str, Command]:
    return {_in_hiragana(name): command for command in COMMANDS for name in (command.name, *command.aliases)}


def _in_hiragana(name: str) -> str:
    """Return the name as somebody types it who does not switch to katakana: `れぽーと`."""
    return name.translate(_HIRAGANA)

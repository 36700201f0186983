"""Reading commands from what people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.commands import COMMANDS, EVENTS, HELP, NEXT, READ, REPORT, REPORTS, VOCABULARY
from bot.core.folding import fold


@pytest.mark.parametrize(
    ("text", "command", "argument"),
    [
        ("!next", NEXT, ""),
        ("  !NEXT 3 ", NEXT, "3"),
        ("！次　３", NEXT, "3"),
        ("!次回 機械学習 もくもく", NEXT, "機械学習 もくもく"),
        ("!イベント", EVENTS, ""),
        ("!レポート 4", REPORT, "4"),
        ("!reports", REPORTS, ""),
        ("!読んで", READ, ""),
        ("!ヘルプ", HELP, ""),
    ],
)
def test_a_command_is_read_with_its_argument(text: str, command: object, argument: str) -> None:
    typed = VOCABULARY.parse(text)
    assert typed is not None
    assert (typed.command, typed.argument) == (command, argument)


@pytest.mark.parametrize("text", ["", "next", "!", "!!", "! next", "すごい!", "!?", "…"])
def test_ordinary_talk_is_no_command(text: str) -> None:
    assert VOCABULARY.parse(text) is None


@pytest.mark.parametrize(("name", "meant"), [("nxet", NEXT), ("event", EVENTS), ("レポト", REPORT), ("xyzzy", None)])
def test_a_mistyped_command_finds_the_nearest(name: str, meant: object) -> None:
    assert VOCABULARY.nearest(name) is meant


def test_no_name_belongs_to_two_commands() -> None:
    names = [name for command in COMMANDS for name in (command.name, *command.aliases)]
    assert len(names) == len(set(names))


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    typed = VOCABULARY.parse(text)
    assert typed is None or "!" in fold(text)

"""What a command is, and how one is read from what people type, on every platform."""

import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Generic, TypeVar

from bot.core.askers import Asker
from bot.core.messages import Message

_NEAR = 0.7  # nxet is near next; rank and ping, which other bots answer, are near nothing
_HIRAGANA = {katakana: katakana - 0x60 for katakana in range(ord("ァ"), ord("ヶ") + 1)}

Services = TypeVar("Services")  # what commands are answered with


@dataclass(frozen=True, slots=True)
class Parameter(Generic[Services]):
    """What may stand behind a command: described in English, with its Japanese in the catalogue, for a Discord menu.

    `suggest` returns what somebody may mean who began to type, as (shown, meant).
    """

    description: str
    suggest: Callable[[Services, Asker, str], Awaitable[Sequence[tuple[str, str]]]] | None = None


@dataclass(frozen=True, slots=True)
class Command(Generic[Services]):
    """A command such as `!next`; the first alias is the one that help shows beside the name.

    `help` takes texts and returns what the command does, with `{sign}` before the names of commands. `answer` takes the
    services, who asks, and what stood behind the command. `usage` is an example of that. Only the member reads what
    `is_private`. Help leaves out what `is_for_organisers`, and what `is_of_reading` where nothing is read. The answer
    to what `asks_for_rights` depends on what the member may do. What is `for_now` is not answered minutes later.
    """

    name: str
    aliases: tuple[str, ...]
    help: Callable[[Any], str]
    answer: Callable[[Services, Asker, str], Awaitable[Message]]
    parameter: Parameter[Services] | None = None
    usage: str = ""
    is_private: bool = False
    is_for_organisers: bool = False
    is_of_reading: bool = False
    asks_for_rights: bool = False
    for_now: bool = False


@dataclass(frozen=True, slots=True)
class Typed(Generic[Services]):
    """A command as somebody typed it. `command` is None if there is no such command."""

    name: str
    argument: str
    command: Command[Services] | None


class Vocabulary(Generic[Services]):
    """The commands there are, found by any of their names."""

    def __init__(self, commands: Sequence[Command[Services]] = ()) -> None:
        self.commands = tuple(commands)
        self._by_name = {
            _in_hiragana(name): command for command in commands for name in (command.name, *command.aliases)
        }

    def parse(self, text: str) -> Typed[Services] | None:
        """Read `!next 3` or `！次　３`; None if the text is no command."""
        folded = unicodedata.normalize("NFKC", text).strip()
        if not folded.startswith("!") or len(folded) < 2 or not folded[1].isalnum():
            return None
        name, _, argument = folded[1:].partition(" ")
        name = name.strip().casefold()
        return Typed(name, argument.strip(), self._by_name.get(_in_hiragana(name)))

    def nearest(self, name: str) -> Command[Services] | None:
        """Return the command that was probably meant; None where it is as likely a command of another bot."""
        found = get_close_matches(_in_hiragana(name.casefold()), self._by_name, n=1, cutoff=_NEAR)
        return self._by_name[found[0]] if found else None


def _in_hiragana(name: str) -> str:
    """Return the name as somebody types it who does not switch to katakana: `れぽーと`."""
    return name.translate(_HIRAGANA)

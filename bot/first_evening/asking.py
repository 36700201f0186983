"""How a first evening speaks: to a person at a terminal, or to a script that is never asked anything."""

import getpass
import os
import select
import sys
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from bot.core.errors import ConfigurationError
from bot.locales import Texts

WIDEST = 100  # columns of prose


class Asker(ABC):
    """Shows and asks. What is shown may be strangers' words: it neither moves the cursor nor changes colours."""

    is_person: bool

    def __init__(self, texts: Texts, console: Console | None = None) -> None:
        self.texts = texts
        self._console = console or Console(highlight=False)

    def heading(self, title: str) -> None:
        """Begin a part."""
        self._console.print()
        self._console.print(Rule(Text(title, "bold"), align="left", style="dim"), width=self._width)

    def say(self, text: str, style: str = "") -> None:
        """Say something, in lines that fit; Japanese may break anywhere, so the terminal does it."""
        self._console.print(Text(_plain(text), style), width=self._width, soft_wrap=self.texts.locale == "ja")

    def guide(self, text: str, address: str = "") -> None:
        """Lead somebody by the hand: what to do, and an address or a file for it."""
        self.say(text)
        if address:
            self.show(f"   {address}")

    def show(self, text: str, style: str = "cyan") -> None:
        """Show an address or a command, in one piece so that it can be copied."""
        self._console.print(Text(_plain(text), style), soft_wrap=True)

    def waiting(self, text: str) -> AbstractContextManager[object]:
        """Show at a terminal that something takes a moment, as long as it does."""
        return self._console.status(Text(_plain(text), "dim"))

    def good(self, text: str) -> None:
        """Say what works."""
        self._marked("✓", "green", text)

    def warn(self, text: str, detail: str = "") -> None:
        """Say what somebody should know, and what a server or a client said of it."""
        self._marked("!", "yellow", text, detail)

    def bad(self, text: str, detail: str = "") -> None:
        """Say what does not work, and what a server or a client said of it."""
        self._marked("✗", "red", text, detail)

    def _marked(self, mark: str, style: str, text: str, detail: str = "") -> None:
        marked = Text.assemble((f"{mark} ", style), _plain(text))
        self._console.print(marked, width=self._width, soft_wrap=self.texts.locale == "ja")
        if detail:
            self._console.print(Padding(Text(_plain(detail), "dim"), (0, 0, 0, 2), expand=False), width=self._width)

    @property
    def _width(self) -> int:
        return min(self._console.width, WIDEST)

    @abstractmethod
    def ask(self, question: str, flag: str, default: str | None = None) -> str:
        """Return an answer in one line; `default` (which may be empty) where nothing is typed."""

    @abstractmethod
    def ask_secret(self, question: str, source: str, default: str | None = None) -> str:
        """Return an answer that is not seen while it is typed; `source` is where a script has it."""

    @abstractmethod
    def choose(self, question: str, flag: str, options: Mapping[str, str], default: str) -> str:
        """Return one of the options, which are shown by their labels."""

    @abstractmethod
    def enters_within(self, seconds: float) -> bool:
        """Whether somebody presses Enter within so many seconds."""

    @abstractmethod
    def confirm(self, question: str, *, default: bool) -> bool:
        """Return a yes or a no."""


class Person(Asker):
    """Somebody at a terminal."""

    is_person = True

    def __init__(self, texts: Texts, console: Console | None = None) -> None:
        super().__init__(texts, console)
        with suppress(ImportError):
            import readline  # noqa: F401  # arrows and Japanese input in `input`

    def ask(self, question: str, flag: str, default: str | None = None) -> str:
        shown = f"{question} [{default}]" if default else question
        while True:
            typed = _plain(input(f"{_plain(shown)}: ")).strip()
            if typed or default is not None:
                return typed or default or ""

    def ask_secret(self, question: str, source: str, default: str | None = None) -> str:
        _ = self.texts.gettext
        hint = _("not shown while you type")
        if default is not None:
            none = _("Enter for none yet; not shown while you type")
            hint = _("Enter to keep the previous one; not shown while you type") if default else none
        while True:
            typed = getpass.getpass(_("{question} ({hint}): ").format(question=question, hint=hint)).strip()
            if typed or default is not None:
                return typed or default or ""

    def choose(self, question: str, flag: str, options: Mapping[str, str], default: str) -> str:
        self.say(question)
        values = list(options)
        for number, label in enumerate(options.values(), 1):
            self.say(f"  {number}  {label}")
        while True:
            typed = unicodedata.normalize("NFKC", input(f"[{values.index(default) + 1}]: ")).strip()
            if not typed:
                return default
            if typed in options:
                return typed
            if typed.isdecimal() and 0 < int(typed) <= len(values):
                return values[int(typed) - 1]
            self.bad(self.texts.gettext("Please type one of the numbers."))

    def enters_within(self, seconds: float) -> bool:
        if os.name == "nt":
            return True  # select waits for no console there: what is waited for is looked at again on demand
        if not select.select([sys.stdin], [], [], seconds)[0]:
            return False
        if not sys.stdin.readline():
            raise EOFError
        return True

    def confirm(self, question: str, *, default: bool) -> bool:
        while True:
            typed = input(f"{question} [{'Y/n' if default else 'y/N'}]: ").strip().casefold()
            typed = unicodedata.normalize("NFKC", typed)
            if not typed:
                return default
            if typed in ("y", "yes", "n", "no"):
                return typed.startswith("y")


class Script(Asker):
    """Nobody: every answer was given before, or is the usual one."""

    is_person = False

    def heading(self, title: str) -> None:
        """Nobody needs it."""

    def guide(self, text: str, address: str = "") -> None:
        """Nobody needs it."""

    def ask(self, question: str, flag: str, default: str | None = None) -> str:
        if default is None:
            raise ConfigurationError(f"{question}: nobody is asked here; give {flag}")
        return default

    def ask_secret(self, question: str, source: str, default: str | None = None) -> str:
        return self.ask(question, source, default)

    def choose(self, question: str, flag: str, options: Mapping[str, str], default: str) -> str:
        return default

    def enters_within(self, seconds: float) -> bool:
        return True

    def confirm(self, question: str, *, default: bool) -> bool:
        return True


def is_at_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _plain(text: str) -> str:
    """Take out what would steer the terminal; line feeds stay."""
    return "".join(character for character in text if character == "\n" or unicodedata.category(character)[0] != "C")

"""What can be done about a reading: each action names the upload, the picture in it and the character it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from bot.core.actions import Action, Cost, OneOf
from bot.core.messages import Button, Choice, Option
from bot.locales import Texts

TENDENCIES = "/tendencies"  # the address of the page that shows what the network takes for what
MOST_BUTTONS = 3  # of one kind; more become a list
MOST_OPTIONS = 25

A = TypeVar("A", bound="About")


@dataclass(frozen=True, slots=True)
class About:
    """One character of an upload. `upload` is the platform's name, by which its pictures can be fetched again."""

    upload: str
    picture: int = 0
    glyph: int = 0

    def to(self, kind: type[A]) -> A:
        """Return the action of this kind about the character."""
        return kind(self.upload, self.picture, self.glyph)


@dataclass(frozen=True, slots=True)
class Explain(About, Action):
    """Show why the character was read as it was."""

    template = "why:{upload}:{picture:3}[:{glyph:3}]"
    cost = Cost.PICTURE


def why(texts: Texts, asked: Sequence[tuple[str, About]]) -> tuple[tuple[Button, ...], tuple[Choice, ...]]:
    """Offer to explain: buttons for a few characters, a list for many. Each has a name, "" where it is the only one."""
    label = texts.gettext("Why?")
    if len(asked) <= MOST_BUTTONS:
        return tuple(Button(f"{label} {name}".strip(), about.to(Explain)) for name, about in asked), ()
    options = tuple(Option(about.to(Explain).id, name) for name, about in asked)
    return (), (Choice(OneOf("why"), texts.gettext("Why? Choose a character"), options, least=1),)


def difference(texts: Texts, one: str, other: str, page: str | None) -> tuple[Button, ...]:
    """Link to how two characters are confused. `page` is where our own page can be reached, None where it cannot."""
    if page is None:
        return ()
    label = texts.gettext("「{one}」 and 「{other}」 compared").format(one=one, other=other)
    return (Button(label, url=f"{page.rstrip('/')}{TENDENCIES}?{urlencode({'of': one, 'with': other})}"),)

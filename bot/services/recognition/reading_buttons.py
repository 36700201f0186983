"""What can be done about a reading: each button names the upload, the picture in it and the character it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from bot.domain.messages import Button, Choice, Option
from bot.domain.numbers import whole_number
from bot.locales import Texts

WHY = "why"
TENDENCIES = "/tendencies"  # the address of the page that shows what the network takes for what
MOST_BUTTONS = 3  # of one kind; more become a list
MOST_OPTIONS = 25


@dataclass(frozen=True, slots=True)
class About:
    """One character of an upload. `upload` is the platform's name, by which its pictures can be fetched again."""

    upload: str
    picture: int = 0
    glyph: int = 0

    def id(self, kind: str) -> str:
        """Return the id of a button that does something of this kind about the character."""
        return f"{kind}:{self.upload}:{self.picture}:{self.glyph}"


def asked_about(kind: str, button_id: str, values: Sequence[str] = ()) -> About | None:
    """Return what a pressed button of this kind is about; None if it is another button.

    `values` are what was chosen where the button was a list.
    """
    found, _, rest = (values[0] if values else button_id).partition(":")
    upload, *places = rest.split(":")
    numbers = [number for place in places if (number := whole_number(place, digits=3)) is not None]
    if found != kind or not upload or not 0 < len(places) < 3 or len(numbers) < len(places):
        return None
    return About(upload, *numbers)


def why(texts: Texts, asked: Sequence[tuple[str, About]]) -> tuple[tuple[Button, ...], tuple[Choice, ...]]:
    """Offer to explain: buttons for a few characters, a list for many. Each has a name, "" where it is the only one."""
    label = texts.gettext("Why?")
    if len(asked) <= MOST_BUTTONS:
        return tuple(Button(f"{label} {name}".strip(), id=about.id(WHY)) for name, about in asked), ()
    options = tuple(Option(about.id(WHY), name) for name, about in asked)
    return (), (Choice(f"{WHY}:", texts.gettext("Why? Choose a character"), options, least=1),)


def difference(texts: Texts, one: str, other: str, page: str | None) -> tuple[Button, ...]:
    """Link to how two characters are confused. `page` is where our own page can be reached, None where it cannot."""
    if page is None:
        return ()
    label = texts.gettext("「{one}」 and 「{other}」 compared").format(one=one, other=other)
    return (Button(label, url=f"{page.rstrip('/')}{TENDENCIES}?{urlencode({'of': one, 'with': other})}"),)

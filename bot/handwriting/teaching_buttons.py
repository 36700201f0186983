"""What can be pressed to teach: right or wrong below an answer, what follows, and what becomes of all that one gave."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.actions import Action, Cost, Shown
from bot.core.messages import Button
from bot.handwriting.reading_buttons import About
from bot.locales import Texts
from model.reading import Glyph


@dataclass(frozen=True, slots=True)
class Claim:
    """What a member says of an upload: that one character of it is `label`, "" for what it was read as.

    Without a `glyph` they say that everything was read rightly in the first pictures of it, `picture` many.
    """

    upload: str
    picture: int
    glyph: int | None = None
    label: str = ""

    @property
    def places(self) -> range:
        """Where in the upload the pictures stand that it speaks of."""
        return range(self.picture) if self.glyph is None else range(self.picture, self.picture + 1)


@dataclass(frozen=True, slots=True)
class Right(About, Action):
    """The character was read rightly."""

    template = "right:{upload}:{picture:3}[:{glyph:3}]"
    shown, cost = Shown.BELOW, Cost.LESSON


@dataclass(frozen=True, slots=True)
class Wrong(About, Action):
    """It was not: ask what it is."""

    template = "wrong:{upload}:{picture:3}[:{glyph:3}]"
    shown, cost = Shown.BELOW, Cost.LESSON


@dataclass(frozen=True, slots=True)
class AllRight(Action):
    """Everything was read rightly in an upload of so many pictures."""

    upload: str
    pictures: int

    template = "teach:all:{upload}:{pictures:3}"
    shown, cost = Shown.BELOW, Cost.LESSON


@dataclass(frozen=True, slots=True)
class SomeWrong(Action):
    """Something was not: ask which character."""

    upload: str
    pictures: int

    template = "teach:which:{upload}:{pictures:3}"
    shown, cost = Shown.BELOW, Cost.LESSON


@dataclass(frozen=True, slots=True)
class Label(About, Action):
    """The character is another one: the one chosen, or written."""

    written: str = ""

    template = "teach:label:{upload}:{picture:3}[:{glyph:3}]"
    shown, cost = Shown.INSTEAD, Cost.LESSON


@dataclass(frozen=True, slots=True)
class AgreeAndTeach(Claim, Action):
    """What a member teaches may be kept, beginning with this claim."""

    template = "teach:yes:{upload}:{picture:3}[:{glyph:3}:{label:*}]"
    shown, cost = Shown.INSTEAD, Cost.LESSON


@dataclass(frozen=True, slots=True)
class Give(Claim, Action):
    """The character is given for training."""

    template = "teach:give:{upload}:{picture:3}[:{glyph:3}:{label:*}]"
    shown, cost = Shown.BELOW, Cost.LESSON


class Wish(StrEnum):
    """What a member wants of all that they teach."""

    YES = "yes"  # it may be kept
    NO = "no"
    ALLOW = "allow"  # be asked once more
    STOP = "stop"  # be asked whether to withdraw
    WITHDRAW = "withdraw"  # erase everything, and remember the no
    ERASE = "erase"  # erase everything
    LEAVE = "leave"  # change nothing


@dataclass(frozen=True, slots=True)
class OfAllGiven(Action):
    """What a member wants of all that they gave and will give."""

    wish: Wish

    template = "teach:{wish}"
    shown, cost = Shown.INSTEAD, Cost.LESSON


def verdicts(texts: Texts, written: Sequence[tuple[About, Glyph]], pictures: int) -> tuple[Button, ...]:
    """Ask whether an answer is right. `written` are all characters of the upload, which has so many pictures."""
    if not written:
        return ()
    about, glyph = written[0]
    wrong = texts.gettext("✗ Wrong")
    if len(written) > 1:
        return (
            Button(texts.gettext("✓ All right"), AllRight(about.upload, pictures), quiet=True),
            Button(wrong, SomeWrong(about.upload, pictures), quiet=True),
        )
    right = texts.gettext("✓ It is 「{label}」").format(label=glyph.text) if glyph.verdict == "unsure" else ""
    return (
        Button(right or texts.gettext("✓ Right"), about.to(Right), quiet=True),
        Button(wrong, about.to(Wrong), quiet=True),
    )

"""What can be pressed to teach: right or wrong below an answer, and what such a press says about the upload."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.messages import Button
from bot.domain.numbers import whole_number
from bot.domain.teaching import understood
from bot.locales import Texts
from bot.services.recognition.reading_buttons import About, asked_about
from model.reading import Glyph

RIGHT, WRONG, TEACH = "right", "wrong", "teach"
ALL, WHICH, LABEL, YES = f"{TEACH}:all", f"{TEACH}:which", f"{TEACH}:label", f"{TEACH}:yes"
NO, ALLOW, STOP, WITHDRAW, ERASE, LEAVE = (
    f"{TEACH}:{what}" for what in ("no", "allow", "stop", "withdraw", "erase", "leave")
)


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

    @property
    def code(self) -> str:
        """The claim as it stands in the id of a button."""
        return f"{self.upload}:{self.picture}" + ("" if self.glyph is None else f":{self.glyph}:{self.label}")


def claim_of(code: str) -> Claim | None:
    """Return the claim that stands in the id of a button; None if there is none."""
    upload, *rest = code.split(":")
    numbers = [number for one in rest[:2] if (number := whole_number(one, digits=3)) is not None]
    match (upload, numbers, rest[2:]):
        case ("", _, _):
            return None
        case (_, [picture], []) if len(rest) == 1:
            return Claim(upload, picture)
        case (_, [picture, glyph], [label]) if label in ("", understood(label)):
            return Claim(upload, picture, glyph, label)
    return None


def claimed(button_id: str) -> Claim | None:
    """Return the claim of `right:…`, `teach:all:…` and `teach:yes:…`; None for any other button."""
    if (about := asked_about(RIGHT, button_id)) is not None:
        return Claim(about.upload, about.picture, about.glyph)
    prefix = next((one for one in (ALL, YES) if button_id.startswith(f"{one}:")), None)
    return claim_of(button_id.removeprefix(f"{prefix}:")) if prefix else None


def labelled(button_id: str) -> About | None:
    """Return the character for which `teach:label:…` takes a label; None for any other button."""
    return asked_about(WRONG, WRONG + button_id.removeprefix(LABEL)) if button_id.startswith(f"{LABEL}:") else None


def is_teaching(button_id: str) -> bool:
    """Whether this button teaches."""
    return button_id.partition(":")[0] in (RIGHT, WRONG, TEACH)


def stands_below_reading(button_id: str, values: Sequence[str] = ()) -> bool:
    """Whether what was pressed stands below a reading, not on an answer to an earlier press."""
    return not values and button_id.startswith((f"{RIGHT}:", f"{WRONG}:", f"{ALL}:", f"{WHICH}:"))


def verdicts(texts: Texts, written: Sequence[tuple[About, Glyph]], pictures: int) -> tuple[Button, ...]:
    """Ask whether an answer is right. `written` are all characters of the upload, which has so many pictures."""
    if not written:
        return ()
    about, glyph = written[0]
    wrong = texts.gettext("✗ Wrong")
    if len(written) > 1:
        everything = Claim(about.upload, pictures).code
        right = texts.gettext("✓ All right")
        return (
            Button(right, id=f"{ALL}:{everything}", quiet=True),
            Button(wrong, id=f"{WHICH}:{everything}", quiet=True),
        )
    right = texts.gettext("✓ It is 「{label}」").format(label=glyph.text) if glyph.verdict == "unsure" else ""
    return (
        Button(right or texts.gettext("✓ Right"), id=about.id(RIGHT), quiet=True),
        Button(wrong, id=about.id(WRONG), quiet=True),
    )


def with_label(about: About, label: str) -> Claim:
    """Return the claim that this character has this label."""
    return Claim(about.upload, about.picture, about.glyph, label)

"""A message: what is said, before any platform renders it. An answer and a scheduled post are the same `Message`."""

from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.core.actions import Action


class MessageKind(StrEnum):
    """Why a message is said; platforms may colour by it."""

    ANSWER = "answer"
    ANNOUNCEMENT = "announcement"
    CHANGE = "change"
    REMINDER = "reminder"
    REPORT = "report"
    QUESTION = "question"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Button:
    """A link (`url`) or an `action`. A `quiet` one stands back behind the others."""

    label: str
    action: Action | None = None
    url: str = ""
    quiet: bool = False

    @property
    def id(self) -> str:
        """What comes back when it is pressed."""
        return self.action.id if self.action else ""


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen; `chosen` before anybody chooses."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A list to choose from, with at least `least` options: one, or `many`. What is chosen comes with the `action`."""

    action: Action
    label: str
    options: tuple[Option, ...]
    many: bool = False
    least: int = 0
    act: str = ""  # what a button says that takes the choice, where a platform needs one

    @property
    def id(self) -> str:
        """What comes back with the values that are chosen."""
        return self.action.id


@dataclass(frozen=True, slots=True)
class Entry:
    """A button that asks for one line of text, which comes with the `action`."""

    action: Action
    label: str
    question: str
    example: str = ""

    @property
    def id(self) -> str:
        """What comes back with the line."""
        return self.action.id


@dataclass(frozen=True, slots=True)
class People:
    """A choice of members and roles of the server; `chosen` are ids."""

    action: Action
    label: str
    chosen: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """What comes back with the ids that are chosen."""
        return self.action.id


@dataclass(frozen=True, slots=True)
class Field:
    """A labelled value, for platforms that can show more of it: `at` is the moment, `member` the person it speaks of.

    A member and a `channel` are named by the platform's id; elsewhere `value` stands for them. One that `counts_down`
    says how far away a moment of its card is: the card needs no other countdown.
    """

    name: str
    value: str
    at: datetime | None = None
    member: str = ""
    channel: str = ""
    counts_down: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A candidate and its share, 0.0 to 1.0, shown as a bar; `percent` is the share in words."""

    label: str
    share: float
    percent: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One thing spoken of: an event, a report, a reading. Texts are plain, and may be strangers' words.

    `image` is the address of a picture that a platform may show; where the body `is_code` it is shown letter by letter.
    """

    title: str = ""
    url: str = ""
    body: str = ""
    fields: tuple[Field, ...] = ()
    bars: tuple[Bar, ...] = ()
    buttons: tuple[Button, ...] = ()
    image: str = ""
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a picture with its caption: where it stands (left, top, width, height) in a picture of this `size`."""

    caption: str
    box: tuple[int, int, int, int]
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that comes with a message: PNG, and what it shows in words.

    Where there are `parts`, a platform may lay them out by itself, with captions that can be read on a small screen.
    """

    png: bytes
    shows: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """A file that comes with a message, to be downloaded."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """What is said. `lead` comes first, then the cards, then what can be done about the whole, buttons last.

    `replies_to` is the platform's id of the earlier message in the same channel that this one belongs to. One that
    `is_off` speaks of what does not take place: it stands back, grey where there are colours. `refuses` says why a line
    that was written is not taken, for a form that can say so beside it.
    """

    kind: MessageKind
    lead: str = ""
    cards: tuple[Card, ...] = ()
    buttons: tuple[Button, ...] = ()
    event_id: int | None = None
    report_url: str | None = None
    replies_to: str | None = None
    pictures: tuple[Picture, ...] = ()
    choices: tuple[Choice, ...] = ()
    entries: tuple[Entry, ...] = ()
    people: People | None = None
    files: tuple[File, ...] = ()
    is_off: bool = False
    refuses: str = ""

    @property
    def title(self) -> str:
        """What it speaks of, in one line."""
        return next((card.title for card in self.cards if card.title), self.lead)

    @property
    def text(self) -> str:
        """Everything it says as plain text: what a screen reader, a log of a rehearsal or a plain room shows."""
        lines = [self.lead, *(line for card in self.cards for line in _card_lines(card))]
        lines += [f"{choice.label}: {' / '.join(option.label for option in choice.options)}" for choice in self.choices]
        lines += [f"[{entry.label}]" for entry in self.entries]
        lines += _button_lines(self.buttons)
        lines += [f"[{file.name}]" for file in self.files]
        return "\n".join(line for line in lines if line)


def answer(lead: str, *cards: Card) -> Message:
    """Answer with a sentence, and cards below it."""
    return Message(MessageKind.ANSWER, lead, cards)


def refusal(lead: str) -> Message:
    """Answer that what was written is not taken."""
    return replace(answer(lead), refuses=lead)


def plain(part: Any) -> Any:
    """Return a message or a part of it as it is shown, as plain data: an action is its id."""
    if isinstance(part, tuple):
        return [plain(item) for item in part]
    if not is_dataclass(part) or isinstance(part, type):
        return part
    shown = (field.name for field in fields(part) if field.name not in ("action", "refuses"))
    given = {name: plain(getattr(part, name)) for name in shown}
    return {"id": part.id, **given} if isinstance(part, Button | Choice | Entry | People) else given


def _card_lines(card: Card) -> list[str]:
    fields = [f"{field.name}: {field.value}" for field in card.fields]
    bars = [f"{bar.label} {bar.percent}" for bar in card.bars]
    return [card.title, card.body, *fields, *bars, card.url, *_button_lines(card.buttons)]


def _button_lines(buttons: tuple[Button, ...]) -> list[str]:
    return [f"[{button.label}] {button.url}".rstrip() for button in buttons]

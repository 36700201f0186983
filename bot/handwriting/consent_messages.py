"""What a member agrees to, in full: the same wherever they are asked. A sheet of paper has its first sentence."""

from dataclasses import astuple

from bot.core.messages import Button, Card, Field, Message, MessageKind
from bot.core.room import LOCAL, Room
from bot.core.texts import gettext
from bot.handwriting.teaching_buttons import AgreeAndTeach, Claim, OfAllGiven, Wish
from bot.locales import Texts

SAMPLES, EXPORT, FORGET = ("samples", "あずけた文字"), ("export", "書き出し"), ("forget", "忘れて")
ALIAS_EXAMPLE = "m7f3a2c1"

# Whoever changes this, or the fields below, counts up `bot.handwriting.rules.consent.WORDING`.
AGREED = gettext(
    "What I write is kept letter by letter under an alias, to train models that read hiragana; "
    "such models may be passed on to others."
)


def command_name(texts: Texts, room: Room, names: tuple[str, str]) -> str:
    """Return how a command is given in this room: `!forget`, `/忘れて`. Slack's slash commands are written in ASCII."""
    sign = "!" if room.platform == LOCAL else "/"
    is_japanese = texts.locale == "ja" and room.platform != "slack"
    return sign + names[is_japanese]


def question(texts: Texts, room: Room, thanks: str = "", claim: Claim | None = None) -> Message:
    """Ask whether what a member gives may be kept: once, and with everything that they need to know.

    `claim` is what they give now, `thanks` a sentence about it.
    """
    asks = texts.gettext("May I keep this character, and those you give me from now on, for training?")
    if claim is None:
        asks = texts.gettext("May I keep the characters that you give me, for training?")
    yes = AgreeAndTeach(*astuple(claim)) if claim else OfAllGiven(Wish.YES)
    return Message(
        MessageKind.ANSWER,
        texts.in_a_row(thanks, asks) if thanks else asks,
        (Card(fields=_agreed_to(texts, room)),),
        (Button(texts.gettext("Yes, keep them"), yes), Button(texts.gettext("No"), OfAllGiven(Wish.NO), quiet=True)),
    )


def _agreed_to(texts: Texts, room: Room) -> tuple[Field, ...]:
    """Say what somebody agrees to."""
    which = texts.gettext(
        "What you mark with ✓ or ✗, or press “give” for, and what you write in a quiz if it is read as asked; "
        "in the chat, on my page and in photos."
    )
    kept = texts.gettext(
        "Each character alone, cut out; what it is and what I had read; date and time; the model's version; "
        "an alias such as {alias}; the server or workspace where you gave it. It stands on the organisers' machine."
    )
    not_kept = texts.gettext(
        "The photo itself, and your name. So that you can take samples back, your account's number is kept beside "
        "them; it is in no training data."
    )
    back = texts.gettext(
        "At any time: {samples} shows what you gave, {forget} erases it. Only from a model that was trained before, "
        "nothing can be taken out."
    )
    ways = {"samples": command_name(texts, room, SAMPLES), "forget": command_name(texts, room, FORGET)}
    return (
        Field(texts.gettext("What you agree to"), texts.gettext(AGREED)),
        Field(texts.gettext("Which characters"), which),
        Field(texts.gettext("What is kept"), kept.format(alias=ALIAS_EXAMPLE)),
        Field(texts.gettext("What is not"), not_kept),
        Field(texts.gettext("Taking it back"), back.format(**ways)),
        Field(texts.gettext("If you say no"), texts.gettext("Nothing is kept, only that you said no.")),
    )

"""What is said about handwriting."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.messages import Bar, Button, Card, Message, MessageKind, Picture
from bot.errors import PictureError
from bot.locales import Texts
from model.reading import Glyph, Reading

TOP = 5
WHY = "why"


def readings_message(texts: Texts, readings: Sequence[Reading | PictureError], upload: str = "") -> Message:
    """Say what was read in each picture of an upload, in order, how sure, and what else it may be.

    `upload` is the platform's name of the upload, by which its pictures can be fetched again; "" where they cannot.
    """
    if len(readings) == 1:
        message = _only(texts, readings[0])
    else:
        message = Message(MessageKind.ANSWER, cards=tuple(_numbered(texts, one, i) for i, one in enumerate(readings)))
    explained = [i for i, one in enumerate(readings) if upload and not isinstance(one, PictureError) and _written(one)]
    return replace(message, buttons=tuple(_why(texts, upload, i, len(readings)) for i in explained))


def _only(texts: Texts, reading: Reading | PictureError) -> Message:
    if isinstance(reading, PictureError):
        return unreadable_picture(texts, reading)
    cards = tuple(_card(texts, glyph) for glyph in _written(reading))
    return Message(MessageKind.ANSWER, "" if cards else _nothing_found(texts), cards)


def _numbered(texts: Texts, reading: Reading | PictureError, index: int) -> Card:
    """Sum one of several pictures up in one card."""
    number = texts.gettext("Picture {number}").format(number=index + 1)
    if isinstance(reading, PictureError):
        return Card(number, body=unreadable_picture(texts, reading).lead)
    written = [_card(texts, glyph) for glyph in _written(reading)]
    if not written:
        return Card(number, body=_nothing_found(texts))
    only = written[0] if len(written) == 1 else Card(texts.gettext("This is 「{label}」.").format(label=reading.text))
    return replace(only, title=f"{number}: {only.title}")


def _written(reading: Reading) -> list[Glyph]:
    return [glyph for glyph in reading.glyphs if glyph.candidates]


def _nothing_found(texts: Texts) -> str:
    return texts.gettext("I cannot find a hiragana here. Please draw one character large and dark on a light ground.")


def _why(texts: Texts, upload: str, index: int, pictures: int) -> Button:
    label = texts.gettext("Why?")
    if pictures > 1:
        label += " " + texts.gettext("Picture {number}").format(number=index + 1)
    return Button(label, id=f"{WHY}:{upload}:{index}")


def upload_asked(button_id: str) -> tuple[str, int] | None:
    """Return the upload and which of its pictures a pressed "Why?" asks about; None if it is another button."""
    kind, _, rest = button_id.partition(":")
    upload, _, index = rest.rpartition(":")
    is_asked = kind == WHY and upload and index.isascii() and index.isdigit() and len(index) < 4
    return (upload, int(index)) if is_asked else None


def explanation(texts: Texts, png: bytes) -> Message:
    """Show why a picture was read as it was."""
    shows = texts.gettext(
        "Above: what the model saw, where it found the answer, its five best answers. "
        "Below: what tells the answer from the second, and the examples most like it."
    )
    return Message(MessageKind.ANSWER, texts.gettext("This is how I read it:"), pictures=(Picture(png, shows),))


def gone(texts: Texts) -> Message:
    """Say that a picture cannot be explained since it is no longer there."""
    return Message(
        MessageKind.ANSWER,
        texts.gettext("The picture is no longer there, so I cannot explain it. Please send it again."),
    )


def _card(texts: Texts, glyph: Glyph) -> Card:
    best = glyph.candidates[0]
    match glyph.verdict:
        case "sure":
            title = texts.gettext("This is 「{label}」.").format(label=best.label)
            body = texts.gettext("I am {share} sure.").format(share=_share(texts, best.probability))
        case "unsure":
            title = texts.gettext("This looks like 「{label}」.").format(label=best.label)
            others = "・".join(candidate.label for candidate in glyph.candidates[1:3])
            body = texts.gettext("I am not sure ({share}); it could also be {others}.").format(
                share=_share(texts, best.probability), others=others
            )
        case _:
            title = texts.gettext("This does not look like a hiragana.")
            body = texts.gettext("The nearest would be 「{label}」.").format(label=best.label)
    bars = tuple(Bar(candidate.label, candidate.probability) for candidate in glyph.candidates[:TOP])
    return Card(title=title, body=body, bars=bars)


def _share(texts: Texts, probability: float) -> str:
    """Say a probability; nobody is ever wholly sure."""
    return texts.gettext("over 99%") if probability >= 0.995 else f"{probability:.0%}"


def how_to_read(texts: Texts, is_on: bool) -> Message:
    """Explain how a picture gets read."""
    if not is_on:
        return Message(MessageKind.ANSWER, texts.gettext("Reading handwriting is switched off here."))
    return Message(
        MessageKind.ANSWER,
        texts.gettext("Upload a picture of one handwritten hiragana, paste it, or draw it, and I will read it."),
    )


def unreadable_picture(texts: Texts, error: PictureError) -> Message:
    """Say why a picture cannot be read, and what to do."""
    sentences = {
        "empty": texts.gettext("The file is empty. Please send it again."),
        "not_a_picture": texts.gettext("This is not a picture I know. JPEG, PNG, WebP, GIF, HEIC and AVIF work."),
        "too_large": texts.gettext("This picture is too large. Please send one of at most 20 MB and 50 megapixels."),
        "broken": texts.gettext("This picture is damaged. Please send it again."),
        "not_fetched": texts.gettext("I could not fetch the picture. Please send it again."),
        "blank": _nothing_found(texts),
        "too_slow": texts.gettext("This picture takes too long to read. Please send a smaller one."),
        "busy": texts.gettext("I am very busy right now. Please try again in a moment."),
    }
    return Message(MessageKind.ANSWER, sentences.get(error.code, sentences["broken"]))

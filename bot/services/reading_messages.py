"""What is said about handwriting."""

from bot.domain.messages import Bar, Card, Message, MessageKind
from bot.errors import PictureError
from bot.locales import Texts
from model.reading import Glyph, Reading

TOP = 5


def reading_message(texts: Texts, reading: Reading) -> Message:
    """Say what was read, how sure, and what else it may be."""
    written = [glyph for glyph in reading.glyphs if glyph.candidates]
    if not written:
        lead = texts.gettext(
            "I cannot find a hiragana here. Please draw one character large and dark on a light ground."
        )
        return Message(MessageKind.ANSWER, lead)
    return Message(MessageKind.ANSWER, cards=tuple(_card(texts, glyph) for glyph in written))


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
        "busy": texts.gettext("I am very busy right now. Please try again in a moment."),
    }
    return Message(MessageKind.ANSWER, sentences.get(error.code, sentences["broken"]))

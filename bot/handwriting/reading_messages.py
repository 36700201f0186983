"""What is said about handwriting."""

from collections.abc import Sequence
from dataclasses import replace

from bot.core.errors import PictureError
from bot.core.messages import Bar, Button, Card, Message, MessageKind, Part, Picture
from bot.core.problems.pictures import Blank
from bot.handwriting.reading_buttons import MOST_OPTIONS, About, difference, why
from bot.handwriting.rules.romaji import romaji
from bot.handwriting.shares import in_words
from bot.handwriting.teaching_buttons import verdicts
from bot.locales import Texts
from model.reading import EXPLAINED, EXPLAINED_SIZE, MOST, SMALL_FORMS, UNREAD, Candidate, Glyph, Reading

TOP, LEAST_SHOWN = 5, 0.005  # bars, and the probability from which a third one is worth a line
MOST_LIKELY = 3  # characters that a doubtful one may be
NEARLY_AS_LIKELY = 0.3  # of the best one's probability
MOST_DETAILS = 20  # doubtful characters of one text that are told of one by one
LONG = 100  # characters: of a longer text only the doubtful ones are told of one by one
MOST_DIFFERENCES = 3


def readings_message(
    texts: Texts, readings: Sequence[Reading | PictureError], upload: str = "", page: str | None = None
) -> Message:
    """Say what was read in each picture of an upload, in order, how sure, and what else it may be.

    `upload` is the platform's name of the upload, by which its pictures can be fetched again; "" where they cannot.
    `page` is where our own page can be reached: "" from where we stand, None where it cannot.
    """
    if len(readings) == 1:
        message = _only(texts, readings[0], page)
    else:
        cards = tuple(_one_of(texts, reading, i) for i, reading in enumerate(readings))
        message = Message(MessageKind.ANSWER, cards=cards)
    if not upload:
        return message
    buttons, choices = why(texts, _explained(texts, readings, upload))
    taught = verdicts(texts, _everything(readings, upload), len(readings))
    return replace(message, buttons=(*buttons, *taught, *message.buttons), choices=choices)


def _everything(readings: Sequence[Reading | PictureError], upload: str) -> list[tuple[About, Glyph]]:
    """Return every character of an upload."""
    read = [(picture, reading) for picture, reading in enumerate(readings) if isinstance(reading, Reading)]
    return [(About(upload, picture, place), glyph) for picture, reading in read for place, glyph in written_in(reading)]


def _only(texts: Texts, reading: Reading | PictureError, page: str | None) -> Message:
    if isinstance(reading, PictureError):
        return unreadable_picture(texts, reading)
    written = written_in(reading)
    if not written:
        return Message(MessageKind.ANSWER, _nothing_found(texts))
    return Message(
        MessageKind.ANSWER,
        cards=(_card(texts, reading),),
        buttons=_differences(texts, [glyph for _, glyph in written], page),
    )


def _one_of(texts: Texts, reading: Reading | PictureError, index: int) -> Card:
    """Sum one of several pictures up in one card."""
    number = _picture_number(texts, index)
    if isinstance(reading, PictureError):
        return Card(number, body=unreadable_picture(texts, reading).lead)
    if not written_in(reading):
        return Card(number, body=_nothing_found(texts))
    card = _card(texts, reading)
    return replace(card, title=f"{number}: {card.title}")


def written_in(reading: Reading) -> list[tuple[int, Glyph]]:
    """Return the characters of a picture, each with its place in the reading."""
    return [(place, glyph) for place, glyph in enumerate(reading.glyphs) if glyph.candidates]


def _card(texts: Texts, reading: Reading) -> Card:
    written = written_in(reading)
    return _character(texts, written[0][1]) if len(reading.glyphs) == 1 else _text(texts, reading)


def _character(texts: Texts, glyph: Glyph) -> Card:
    """Tell of a character that is alone in its picture."""
    likely = likely_letters(glyph)
    if glyph.verdict == "not_hiragana":
        nearest = texts.gettext("The closest would be 「{label}」.").format(label=likely[0])
        again = texts.gettext("If it is meant to be one, please write it again, large and clearly.")
        return Card(texts.gettext("This does not look like a hiragana."), body=texts.in_a_row(nearest, again))
    if glyph.verdict == "sure":
        title = texts.gettext("This is 「{label}」.").format(label=likely[0])
        body = texts.gettext("Romaji: {romaji}. I am {share} sure.")
    else:
        title = texts.gettext("This looks like {labels}.").format(labels=_quoted(texts, likely))
        body = texts.gettext("Romaji: {romaji}. I am not quite sure ({share}).")
    spelled = " / ".join(dict.fromkeys(romaji(letter) for letter in likely))
    bars = tuple(
        Bar(letter_of(glyph, candidate), candidate.probability, in_words(texts, candidate.probability))
        for candidate in _likeliest(glyph, TOP, LEAST_SHOWN)
    )
    return Card(
        title, body=body.format(romaji=spelled, share=in_words(texts, glyph.candidates[0].probability)), bars=bars
    )


def _text(texts: Texts, reading: Reading) -> Card:
    """Tell of several characters: the whole text, then each with its number in the picture, the doubtful ones fully."""
    written = written_in(reading)
    doubtful = [(place, glyph) for place, glyph in written if glyph.verdict != "sure"]
    lines = [*_cut_off(texts, reading), *_unread(texts, reading)]
    if len(written) <= LONG:
        read = texts.gettext("I read 「{text}」.").format(text=reading.text)
        lines.append("・".join(f"{place + 1} {_in_short(glyph)}" for place, glyph in written))
    else:
        read = texts.gettext("I read {n} characters.").format(n=len(written))
        lines.insert(0, reading.text)
    lines += [_in_detail(texts, place + 1, glyph) for place, glyph in doubtful[:MOST_DETAILS]]
    if (more := len(doubtful) - MOST_DETAILS) > 0:
        lines.append(texts.ngettext("{n} more is doubtful.", "{n} more are doubtful.", more).format(n=more))
    return Card(read if reading.text else texts.gettext("This does not look like hiragana."), body="\n".join(lines))


def _cut_off(texts: Texts, reading: Reading) -> list[str]:
    if len(reading.glyphs) < MOST:
        return []
    return [
        texts.gettext("I read up to {n} characters per picture. Is there more? Send it as another picture.").format(
            n=MOST
        )
    ]


def _unread(texts: Texts, reading: Reading) -> list[str]:
    places = reading.text.count(UNREAD)
    if not places:
        return []
    said = texts.ngettext(
        "「{sign}」 stands for a character that I cannot read as hiragana.",
        "「{sign}」 stands for {n} characters that I cannot read as hiragana.",
        places,
    )
    return [said.format(sign=UNREAD, n=places)]


def _in_short(glyph: Glyph) -> str:
    match glyph.verdict:
        case "sure":
            return f"{glyph.text} {romaji(glyph.text)}"
        case "unsure":
            return f"{glyph.text}？"
        case _:
            return UNREAD


def _in_detail(texts: Texts, number: int, glyph: Glyph) -> str:
    if glyph.verdict == "not_hiragana":
        return texts.gettext("{number}: does not look like a hiragana").format(number=number)
    likely = likely_letters(glyph)
    shares = " / ".join(in_words(texts, candidate.probability) for candidate in glyph.candidates[: len(likely)])
    said = texts.gettext("{number}: looks like {labels} ({shares})")
    return said.format(number=number, labels=_quoted(texts, likely), shares=shares)


def likely_letters(glyph: Glyph) -> list[str]:
    """Return what a character is, or what a doubtful one may be: two or three letters, the likeliest first."""
    if glyph.verdict != "unsure":
        return [letter_of(glyph, glyph.candidates[0])]
    enough = NEARLY_AS_LIKELY * glyph.candidates[0].probability
    return [letter_of(glyph, candidate) for candidate in _likeliest(glyph, MOST_LIKELY, enough)]


def _likeliest(glyph: Glyph, most: int, least: float) -> list[Candidate]:
    """Return the first two candidates, and of the next ones, up to `most`, those that are probable enough."""
    first = glyph.candidates[:most]
    return [candidate for i, candidate in enumerate(first) if i < 2 or candidate.probability >= least]


def letter_of(glyph: Glyph, candidate: Candidate) -> str:
    """Return a candidate as it is written: っ where the character is small."""
    return SMALL_FORMS.get(candidate.label, candidate.label) if glyph.small else candidate.label


def _quoted(texts: Texts, letters: Sequence[str]) -> str:
    """Name the letters between which it is not clear: `「は」 or 「ほ」`."""
    quoted = [f"「{letter}」" for letter in letters]
    match len(quoted):
        case 1:
            return quoted[0]
        case 2:
            return texts.gettext("{0} or {1}").format(*quoted)
        case _:
            return texts.gettext("{0}, {1} or {2}").format(*quoted)


def _picture_number(texts: Texts, index: int) -> str:
    return texts.gettext("Picture {number}").format(number=index + 1)


def _differences(texts: Texts, glyphs: Sequence[Glyph], page: str | None) -> tuple[Button, ...]:
    """Link to what a lone character was nearly taken for, or the doubtful ones of a text."""
    asked = [glyph for glyph in glyphs if glyph.verdict == "unsure" or (glyph.verdict == "sure" and len(glyphs) == 1)]
    pairs = dict.fromkeys(
        (glyph.candidates[0].label, glyph.candidates[1].label) for glyph in asked if len(glyph.candidates) > 1
    )
    return tuple(button for pair in list(pairs)[:MOST_DIFFERENCES] for button in difference(texts, *pair, page))


def _explained(texts: Texts, readings: Sequence[Reading | PictureError], upload: str) -> list[tuple[str, About]]:
    """Return what can be explained, each with its name; of too many for one list the doubtful ones and the first."""
    found: list[tuple[bool, str, About]] = []
    for picture, reading in enumerate(readings):
        written = [] if isinstance(reading, PictureError) else written_in(reading)
        for place, glyph in written:
            names = [_picture_number(texts, picture)] if len(readings) > 1 else []
            names += [f"{place + 1} {glyph.text or UNREAD}"] if len(written) > 1 else []
            found.append((glyph.verdict == "sure", ": ".join(names), About(upload, picture, place)))
    first = sorted(found, key=lambda entry: entry[0])[:MOST_OPTIONS]
    return [(name, about) for _, name, about in sorted(first, key=lambda entry: (entry[2].picture, entry[2].glyph))]


def explanation(texts: Texts, png: bytes) -> Message:
    """Show why a character was read as it was."""
    shows = texts.gettext(
        "Above: what the model saw, where it found the answer, its five best answers. "
        "Below: what separates the answer from the runner-up, and the most similar examples."
    )
    captions = {
        "seen": texts.gettext("What the model saw"),
        "decided": texts.gettext("Orange decided, blue spoke against"),
        "answers": texts.gettext("Candidates"),
        "apart": texts.gettext("What tells it from the second"),
        "second": texts.gettext("A typical second"),
        "similar": texts.gettext("Similar examples"),
    }
    parts = tuple(Part(captions[name], box, EXPLAINED_SIZE) for name, box in EXPLAINED.items())
    return Message(MessageKind.ANSWER, texts.gettext("This is how I read it:"), pictures=(Picture(png, shows, parts),))


def uploaded_picture(texts: Texts, encoded: bytes) -> Picture:
    """Show the picture that was read."""
    return Picture(encoded, texts.gettext("The picture that was read"))


def numbered_picture(texts: Texts, encoded: bytes, reading: Reading, place: int | None = None) -> Picture:
    """Show where in a picture, or the one of several at this place, each character was found."""
    shows = texts.gettext("The picture, with a numbered box around each of {n} characters")
    which = f"{_picture_number(texts, place)}: " if place is not None else ""
    return Picture(encoded, which + shows.format(n=len(reading.glyphs)))


def stroke_order_picture(texts: Texts, png: bytes, letters: Sequence[str]) -> Picture:
    """Show how the letters are written."""
    shows = texts.gettext("The stroke order of {labels}, from KanjiVG by Ulrich Apel, CC BY-SA 3.0")
    return Picture(png, shows.format(labels="".join(f"「{letter}」" for letter in letters)))


def gone(texts: Texts) -> Message:
    """Say that a picture cannot be explained since it is no longer there."""
    return Message(
        MessageKind.ANSWER,
        texts.gettext("I no longer have the picture, so I cannot explain it. Please send it again."),
    )


def _nothing_found(texts: Texts) -> str:
    return Blank().told(texts)


def how_to_read(texts: Texts, *, is_on: bool, uploads_are_seen: bool = True) -> Message:
    """Explain how a picture gets read; where uploads are not seen, it must come with a command."""
    if not is_on:
        return Message(MessageKind.ANSWER, texts.gettext("Reading handwriting is switched off here."))
    if not uploads_are_seen:
        by_command = texts.gettext(
            "Give me a picture of handwritten hiragana with /read: one character, words or a whole note. "
            "I will read it."
        )
        return Message(MessageKind.ANSWER, by_command)
    return Message(
        MessageKind.ANSWER,
        texts.gettext(
            "Send a picture of handwritten hiragana, paste it, or draw: one character, words or a whole note. "
            "I will read it."
        ),
    )


def unreadable_picture(texts: Texts, error: PictureError) -> Message:
    """Say why a picture cannot be read, and what to do."""
    return Message(MessageKind.ANSWER, error.problem.told(texts))

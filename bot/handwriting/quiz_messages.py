"""What is said in the quiz."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil
from unicodedata import normalize
from urllib.parse import quote

from bot.core.actions import Action, Cost, Shown
from bot.core.messages import Button, Card, Entry, Field, Message, MessageKind, Part, Picture
from bot.core.room import Room, member_at
from bot.handwriting.consent_messages import FORGET, command_name
from bot.handwriting.reading_buttons import About, difference, why
from bot.handwriting.rules.quiz import LONGEST_NAME, OLD, TRIES, WORDS, Outcome, Quiz, Score, ranked
from bot.handwriting.rules.romaji import romaji
from bot.handwriting.shares import in_words
from bot.handwriting.teaching_buttons import Give
from bot.locales import Texts
from model.reading import BESIDE, Glyph, Reading, beside_size

MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}
DRAWING_PAGE = "/draw"


class Move(StrEnum):
    """What a player can do."""

    AGAIN = "again"
    DRAW = "draw"
    BOARD = "board"
    SHOW_ME = "showme"  # join the board under the name that the platform has
    LEAVE = "leave"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class PlayQuiz(Action):
    """A move in the quiz."""

    move: Move

    template = "quiz:{move}"
    shown, cost = Shown.BESIDE, Cost.COMMAND


@dataclass(frozen=True, slots=True)
class JoinBoard(Action):
    """Stand on the board under the name that was written."""

    written: str = ""

    template = "quiz:join"
    shown, cost = Shown.BESIDE, Cost.COMMAND


def question(
    texts: Texts, quiz: Quiz, now: datetime, drawing: Button | None, *, uploads_are_seen: bool = True
) -> Message:
    """Ask for a character; where uploads are not seen, the answer must come with a command."""
    lead = texts.gettext("Please write 「{label}」 ({romaji}) by hand!")
    minutes = max(1, ceil((quiz.expires_at - now) / timedelta(minutes=1)))
    how = {
        (True, True): texts.gettext("Press “Write it by hand”, or upload a picture here within {n} minutes."),
        (True, False): texts.gettext("Press “Write it by hand”, or give a picture with /quiz within {n} minutes."),
        (False, True): texts.gettext("Upload a photo or a drawing here within {n} minutes."),
        (False, False): texts.gettext("Give a photo or a drawing with /quiz within {n} minutes."),
    }[drawing is not None, uploads_are_seen]
    body = "\n".join([_example(texts, quiz.label), how.format(n=minutes)])
    stop = Button(texts.gettext("Stop"), PlayQuiz(Move.STOP), quiet=True)
    return Message(
        MessageKind.ANSWER,
        lead.format(label=quiz.label, romaji=romaji(quiz.label)),
        (Card(body=body),),
        buttons=(*([drawing] if drawing else []), stop),
    )


def _example(texts: Texts, label: str) -> str:
    """Name the character by a word: `ぬいぐるみ の「ぬ」`."""
    said = texts.gettext("「{label}」 as in {word}").format(label=label, word=WORDS[label])
    if label not in OLD:
        return said
    return texts.in_a_row(said, texts.gettext("(nobody writes it any more: well done if you can!)"))


def drawing_link(texts: Texts, page: str, quiz: Quiz) -> Button:
    """Lead to the drawing page, which knows by the token what is asked of whom."""
    return Button(texts.gettext("Write it by hand"), url=f"{page.rstrip('/')}{DRAWING_PAGE}?quiz={quote(quiz.token)}")


def way_to_draw(texts: Texts, link: Button) -> Message:
    """Give a member the link that is theirs alone."""
    lead = texts.gettext("This link is for you alone. Write there, and you get the result at once.")
    return Message(MessageKind.ANSWER, lead, buttons=(link,))


def result(
    texts: Texts, quiz: Quiz, outcome: Outcome, reading: Reading, score: Score | None, page: str | None
) -> Message:
    """Say what became of a try. `quiz` is as it is after it; `page` is where our own page can be reached."""
    glyph = next((glyph for glyph in reading.glyphs if glyph.candidates), None)
    read = glyph.candidates[0].label if glyph else ""
    if outcome is Outcome.RIGHT:
        return Message(MessageKind.ANSWER, _praise(texts, quiz), (_reached(texts, score),) if score else ())
    if outcome is Outcome.SEVERAL:
        alone = texts.gettext("I see several characters. Please write 「{label}」 alone.")
        return _said(alone.format(label=quiz.label))
    if outcome is Outcome.UNREADABLE or glyph is None:
        again = texts.gettext("I could not read this. Please write 「{label}」 again, large and dark.")
        return _said(again.format(label=quiz.label))
    hint = _hint(texts, quiz.label, read)  # for look-alikes only: what is nowhere near is not "close"
    is_unsure = outcome is Outcome.UNSURE
    said = _unclear(texts, quiz, glyph) if is_unsure else _taken_for(texts, quiz.label, glyph, is_close=bool(hint))
    lines = [said, *([hint] if hint else []), _what_now(texts, quiz)]
    links = difference(texts, quiz.label, read, page) if read != quiz.label else ()
    return Message(MessageKind.ANSWER, "\n".join(lines), buttons=links)


def _praise(texts: Texts, quiz: Quiz) -> str:
    stars = "⭐" * quiz.stars
    said = texts.gettext("Right! That is a fine 「{label}」 {stars}").format(label=quiz.label, stars=stars)
    if quiz.streak < 2:
        return said
    return f"{said}\n" + texts.gettext("{n} in a row 🔥").format(n=quiz.streak)


def _reached(texts: Texts, score: Score) -> Card:
    return Card(
        body=texts.gettext("This week: ⭐{stars}, longest streak {n}").format(stars=score.stars, n=score.streak)
    )


def _unclear(texts: Texts, quiz: Quiz, glyph: Glyph) -> str:
    others = [candidate.label for candidate in glyph.candidates[:2] if candidate.label != quiz.label]
    if not others:
        return texts.gettext("It looks like 「{label}」, but I am not sure.").format(label=quiz.label)
    said = texts.gettext("I am not sure: 「{label}」 or 「{other}」?")
    return said.format(label=quiz.label, other=others[0])


def _taken_for(texts: Texts, label: str, glyph: Glyph, is_close: bool) -> str:
    best = glyph.candidates[0]
    said = (
        texts.gettext("So close! I read 「{read}」 ({romaji}, {share}).")
        if is_close
        else texts.gettext("I read 「{read}」 ({romaji}, {share}). You were asked for 「{label}」.")
    )
    share = in_words(texts, best.probability)
    return said.format(read=best.label, romaji=romaji(best.label), share=share, label=label)


def _what_now(texts: Texts, quiz: Quiz) -> str:
    if not quiz.is_over:
        left = TRIES - quiz.tries
        return texts.ngettext("You have {n} more try.", "You have {n} more tries.", left).format(n=left)
    return texts.gettext("Let us try another one!")


def _hint(texts: Texts, label: str, read: str) -> str:
    """Return what tells two characters apart that are often mistaken for each other; "" for all others."""
    hints = {
        "ぬめ": texts.gettext("「ぬ」 ends in a loop, 「め」 does not."),
        "ねれ": texts.gettext("「ね」 ends in a loop, 「れ」 turns outwards."),
        "ねわ": texts.gettext("「ね」 ends in a loop, 「わ」 turns inwards and has none."),
        "れわ": texts.gettext("「れ」 turns outwards at its end, 「わ」 inwards."),
        "るろ": texts.gettext("「る」 ends in a loop, 「ろ」 does not."),
        "はほ": texts.gettext("「は」 has one bar, 「ほ」 has two, and nothing stands above the upper one."),
        "まほ": texts.gettext("「ほ」 has a stroke on the left, 「ま」 does not."),
        "きさ": texts.gettext("「き」 has two bars, 「さ」 has one."),
        "さち": texts.gettext("The belly of 「さ」 is open to the right, that of 「ち」 to the left."),
        "いり": texts.gettext("In 「い」 the left stroke is longer, in 「り」 the right one."),
        "あお": texts.gettext("「あ」 has no dot, 「お」 has one at the upper right."),
        "たな": texts.gettext("The right part of 「た」 is two short bars, that of 「な」 a dot and a loop."),
        "すむ": texts.gettext("「す」 has no dot; 「む」 has one, and its end rises."),
        "らろ": texts.gettext("「ら」 begins with a dot of its own, 「ろ」 is one stroke."),
        "うら": texts.gettext("In 「う」 the lower stroke bends only once; 「ら」 goes straight down first."),
        "くへ": texts.gettext("「く」 points to the left, 「へ」 upwards."),
        "こに": texts.gettext("「に」 has a stroke on the left, 「こ」 does not."),
        "けは": texts.gettext("The right stroke of 「は」 ends in a loop, that of 「け」 does not."),
        "つし": texts.gettext("「つ」 goes sideways first, 「し」 downwards."),
    }
    one, other = (normalize("NFD", letter)[0] for letter in (label, read))  # か of が
    if one == other and label != read:
        return texts.gettext("Look at the upper right: ゛, ゜ or nothing.")
    return hints.get(one + other) or hints.get(other + one) or ""


def reasons(texts: Texts, outcome: Outcome, reading: Reading, upload: str) -> tuple[Button, ...]:
    """Offer to explain what was not read as asked, where the picture can be fetched again."""
    if not upload or outcome not in (Outcome.WRONG, Outcome.UNSURE):
        return ()
    place = next(place for place, glyph in enumerate(reading.glyphs) if glyph.candidates)
    return why(texts, [("", About(upload, 0, place))])[0]


def asked_to_give(texts: Texts, outcome: Outcome, quiz: Quiz, reading: Reading, upload: str) -> tuple[Button, ...]:
    """Offer to give the drawing for training, as what was asked; whoever did not agree yet is asked first."""
    written = [place for place, glyph in enumerate(reading.glyphs) if glyph.candidates]
    if not upload or len(written) != 1:
        return ()
    as_asked = texts.gettext("Give it for training as 「{label}」").format(label=quiz.label)
    label = texts.gettext("Give this character for training") if outcome is Outcome.RIGHT else as_asked
    return (Button(label, Give(upload, 0, written[0], quiz.label), quiet=True),)


def kept_for_training(texts: Texts, room: Room) -> str:
    """Say that a drawing was kept, and how to take it back."""
    forget = command_name(texts, room, FORGET)
    return texts.gettext("I kept it for training, as you agreed ({forget} erases it).").format(forget=forget)


def beside_picture(texts: Texts, png: bytes, label: str, read: str) -> Picture:
    """Show a drawing beside the usual shape of what was asked for, and of what it was read as."""
    captions = [texts.gettext("What you wrote"), texts.gettext("A typical 「{label}」").format(label=label)]
    shows = texts.gettext("What you wrote, beside a typical 「{label}」")
    if read != label:
        captions.append(texts.gettext("Read as 「{read}」").format(read=read))
        shows = texts.gettext("What you wrote, beside a typical 「{label}」 and a typical 「{read}」")
    size = beside_size(len(captions))
    parts = tuple(Part(caption, box, size) for caption, box in zip(captions, BESIDE, strict=False))
    return Picture(png, shows.format(label=label, read=read), parts)


def name_entry(texts: Texts) -> Entry:
    """Ask under which name somebody wants to stand on the board."""
    return Entry(
        JoinBoard(),
        texts.gettext("Join the board"),
        texts.gettext("The name to show (up to {n} characters)").format(n=LONGEST_NAME),
        texts.gettext("Hana"),
    )


def board(texts: Texts, scores: Sequence[Score], week: date, address: str) -> Message:
    """Show who has the most stars this week; the member at `address` finds themselves there."""
    sunday = week + timedelta(days=6)
    lead = texts.gettext("This week's board ({monday} to {sunday})").format(
        monday=f"{week.month}/{week.day}", sunday=f"{sunday.month}/{sunday.day}"
    )
    places = ranked(scores)
    fields = tuple(_place(texts, place, score) for place, score in places)
    own = next((score for score in scores if score.player.address == address), None)
    lines = [] if places else [texts.gettext("The board is empty. Who goes first?")]
    if own is not None and all(own is not score for _, score in places):
        lines.append(texts.gettext("You have ⭐{stars} so far.").format(stars=own.stars))
    return Message(MessageKind.ANSWER, lead, (Card(body="\n".join(lines), fields=fields),))


def _place(texts: Texts, place: int, score: Score) -> Field:
    reached = texts.gettext("⭐{stars}, streak {n}").format(stars=score.stars, n=score.streak)
    number = f"{MEDALS.get(place, '')} {texts.gettext('No. {n}').format(n=place)} {reached}".strip()
    if score.player.name:
        return Field(number, score.player.name)
    _, _, channel = score.player.address.partition(":")
    return Field(number, texts.gettext("a member"), member=member_at(channel) or "")


def joined(texts: Texts, name: str) -> Message:
    """Confirm that a member stands on the board now."""
    lead = (
        texts.gettext("Welcome to the board, {name}! Stars count from the next question on.").format(name=name)
        if name
        else texts.gettext("Welcome to the board! Stars count from the next question on.")
    )
    lead += "\n" + texts.gettext("You can leave at any time; everything about you is then removed from it immediately.")
    buttons = (
        Button(texts.gettext("One more"), PlayQuiz(Move.AGAIN)),
        Button(texts.gettext("See the board"), PlayQuiz(Move.BOARD), quiet=True),
        Button(texts.gettext("Leave the board"), PlayQuiz(Move.LEAVE), quiet=True),
    )
    return Message(MessageKind.ANSWER, lead, buttons=buttons)


def left(texts: Texts) -> Message:
    """Confirm that a member is gone from the board."""
    return _said(texts.gettext("You are off the board, and your stars are erased."))


def not_on_board(texts: Texts) -> Message:
    """Say that there was nothing to leave."""
    return _said(texts.gettext("You are not on the board."))


def no_board_here(texts: Texts) -> Message:
    """Say where boards are."""
    return _said(texts.gettext("There is no board in direct messages. Please ask in a channel."))


def no_name(texts: Texts) -> Message:
    """Ask once more for a name."""
    lead = texts.gettext("Please write a name to show.")
    return Message(MessageKind.ANSWER, lead, entries=(name_entry(texts),), refuses=lead)


def stopped(texts: Texts) -> Message:
    """Say goodbye."""
    return _said(texts.gettext("Well done! Come back any time: !quiz"))


def nothing_asked(texts: Texts) -> Message:
    """Say that a question is over."""
    again = Button(texts.gettext("One more"), PlayQuiz(Move.AGAIN))
    return Message(MessageKind.ANSWER, texts.gettext("This question is over."), buttons=(again,))


def enough(texts: Texts) -> Message:
    """Ask a member to take a break."""
    return _said(texts.gettext("That was a lot of questions! Please take a break and come back in an hour."))


def off(texts: Texts) -> Message:
    """Say that there is no quiz here."""
    return _said(texts.gettext("Reading handwriting is switched off here."))


def _said(lead: str) -> Message:
    return Message(MessageKind.ANSWER, lead)

"""What is said to members who teach, about what is kept of it, and to those who take it back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bot.core.actions import OneOf
from bot.core.errors import PictureError
from bot.core.messages import Button, Card, Choice, Entry, File, Message, MessageKind, Option, Picture
from bot.core.room import Room
from bot.handwriting import reading_messages
from bot.handwriting.consent_messages import EXPORT, FORGET, SAMPLES, command_name
from bot.handwriting.reading_buttons import MOST_OPTIONS, About
from bot.handwriting.rules.consent import Consent
from bot.handwriting.rules.teaching import (
    MOST_A_DAY,
    MOST_IN_ALL,
    MOST_OF_LABEL,
    NOT_HIRAGANA,
    Offered,
    Sample,
)
from bot.handwriting.teaching_buttons import Claim, Label, OfAllGiven, SomeWrong, Wish, Wrong
from bot.locales import Texts
from model.reading import UNREAD, Glyph

OFFERED = 4  # candidates offered where the first one was wrong
LONGEST_SHOWN = 20


def _answer(lead: str, *buttons: Button, **more: tuple[Card, ...] | tuple[Choice, ...] | tuple[Entry, ...]) -> Message:
    return Message(MessageKind.ANSWER, lead, buttons=buttons, **more)  # type: ignore[arg-type]


def named(texts: Texts, label: str) -> str:
    """Return a label in words."""
    return texts.gettext("not hiragana") if label == NOT_HIRAGANA else f"「{label}」"


def gone(texts: Texts) -> Message:
    """Say that the upload cannot be fetched any more."""
    return _answer(
        texts.gettext("I no longer have the picture, so I cannot keep this character. Please send it again.")
    )


def unreadable(texts: Texts, error: PictureError) -> Message:
    """Say why a picture cannot be read."""
    return reading_messages.unreadable_picture(texts, error)


def what_is_it(texts: Texts, about: About, glyph: Glyph) -> Message:
    """Ask what a character is that was read wrongly: the next candidates, any other, or none at all."""
    is_none = glyph.verdict == "not_hiragana"
    likely = [candidate.label for candidate in (glyph.candidates if is_none else glyph.candidates[1:])[:OFFERED]]
    options = [Option(label, f"「{label}」") for label in likely]
    if not is_none:
        options.append(Option(NOT_HIRAGANA, texts.gettext("It is not hiragana")))
    choice = Choice(about.to(Label), texts.gettext("Choose the character"), tuple(options), least=1)
    lead = texts.gettext("Sorry! Which character is it?")
    return _answer(lead, choices=(choice,), entries=(entry(texts, about),))


def entry(texts: Texts, about: About) -> Entry:
    """Ask for a character that is not in the list."""
    label, asks = texts.gettext("Another character"), texts.gettext("Which hiragana is it? (one character)")
    return Entry(about.to(Label), label, asks, texts.gettext("for example: ぬ"))


def not_understood(texts: Texts, about: About, written: str) -> Message:
    """Say kindly what can be written."""
    lead = texts.gettext("I cannot use 「{written}」. Please type one hiragana, such as ぬ.")
    lead = lead.format(written=written.strip()[:LONGEST_SHOWN])
    return replace(_answer(lead, entries=(entry(texts, about),)), refuses=lead)


def which_one(texts: Texts, asked: SomeWrong, found: Sequence[tuple[About, Glyph]]) -> Message:
    """Ask which of several characters was read wrongly; more than one list takes become several lists."""
    options = [Option(about.to(Wrong).id, _numbered(texts, about, glyph, asked.pictures)) for about, glyph in found]
    lists = [options[start : start + MOST_OPTIONS] for start in range(0, len(options), MOST_OPTIONS)]
    label = texts.gettext("Choose the wrong one")
    choices = tuple(
        Choice(OneOf(f"{asked.id}:{i}"), _range(label, some, lists), tuple(some), least=1)
        for i, some in enumerate(lists)
    )
    return _answer(texts.gettext("Sorry! Which one is wrong?"), choices=choices)


def _range(label: str, some: Sequence[Option], lists: Sequence[Sequence[Option]]) -> str:
    return label if len(lists) == 1 else f"{label} ({some[0].label} … {some[-1].label})"


def _numbered(texts: Texts, about: About, glyph: Glyph, pictures: int) -> str:
    number = f"{about.glyph + 1} {glyph.text or UNREAD}"
    if pictures == 1:
        return number
    return texts.gettext("Picture {number}").format(number=about.picture + 1) + f": {number}"


def thanks_for(texts: Texts, claim: Claim) -> str:
    """Thank somebody for what they say of a character."""
    if claim.label:
        known = texts.gettext("So it is {label}.").format(label=named(texts, claim.label))
        return texts.in_a_row(known, texts.gettext("Thank you for telling me!"))
    return texts.gettext("Thank you for telling me!")


def thanks(texts: Texts, room: Room, claim: Claim) -> Message:
    """Thank somebody of whom nothing is kept, and say where they can change that."""
    way = texts.gettext("Nothing was kept. {samples} lets you change that.")
    return _answer(texts.in_a_row(thanks_for(texts, claim), way.format(samples=command_name(texts, room, SAMPLES))))


def thanks_to_reader(texts: Texts, claim: Claim) -> Message:
    """Thank somebody who spoke of another member's picture."""
    only = texts.gettext("Only the person who wrote it can give it for training.")
    return _answer(texts.in_a_row(thanks_for(texts, claim), only))


def kept(texts: Texts, room: Room, claim: Claim, offered: Sequence[Offered], in_all: int) -> Message:
    """Say what became of the characters that a member gave."""
    found = Counter(offered)
    said = [thanks_for(texts, claim)]
    if (new := found[Offered.KEPT]) > 0:
        text = texts.ngettext("I kept {n} character.", "I kept {n} characters.", new)
        said.append(text.format(n=new))
    if found[Offered.KNOWN] and not new:
        said.append(texts.gettext("I already have this picture; its reading is now what you said."))
    said += [text for limit, text in _limits(texts).items() if found[limit]]
    if not any(found[offer] for offer in (Offered.KEPT, Offered.KNOWN)):
        return _answer(texts.in_a_row(*said))
    total = texts.ngettext("You gave {n} in all ({samples}).", "You gave {n} in all ({samples}).", in_all)
    said.append(total.format(n=in_all, samples=command_name(texts, room, SAMPLES)))
    return _answer(texts.in_a_row(*said))


def _limits(texts: Texts) -> dict[Offered, str]:
    return {
        Offered.NO_CONSENT: texts.gettext("Nothing was kept."),
        Offered.DAY_FULL: texts.gettext("That is enough for today: I take {most} a day from one person.").format(
            most=MOST_A_DAY
        ),
        Offered.TOO_MANY_WAIT: texts.gettext("So many characters wait for the organisers that I keep no more now."),
        Offered.LABEL_FULL: texts.gettext(
            "I have enough of this character from you ({most}); please give me others."
        ).format(most=MOST_OF_LABEL),
        Offered.ALL_FULL: texts.gettext("I have {most} of yours, which is as many as I take from one person.").format(
            most=MOST_IN_ALL
        ),
    }


def agreed(texts: Texts, room: Room) -> Message:
    """Confirm a yes."""
    lead = texts.gettext("Thank you! From now on I keep what you give me.")
    return _answer(texts.in_a_row(lead, _how_to_stop(texts, room)))


def _how_to_stop(texts: Texts, room: Room) -> str:
    forget = command_name(texts, room, FORGET)
    return texts.gettext("{forget} erases everything at any time.").format(forget=forget)


def refused(texts: Texts, room: Room) -> Message:
    """Confirm a no."""
    lead = texts.gettext("All right: nothing is kept, and I will not ask again. {samples} lets you change that.")
    return _answer(lead.format(samples=command_name(texts, room, SAMPLES)))


def samples(texts: Texts, room: Room, given: Sequence[Sample], consent: Consent | None, sheet: bytes | None) -> Message:
    """Show what a member gave, and let them change their mind."""
    if consent is None or not consent.given:
        may = (
            texts.gettext("Nothing is kept: you have not said yet that it may be.")
            if consent is None
            else texts.gettext("You gave no samples, and nothing that you teach me is kept.")
        )
        return _answer(may, Button(texts.gettext("Let samples be kept"), OfAllGiven(Wish.ALLOW)))
    stop = Button(texts.gettext("Stop, and erase mine"), OfAllGiven(Wish.STOP), quiet=True)
    if not given:
        none_yet = texts.gettext("You have not given any samples yet. Press ✓ or ✗ below an answer to give one.")
        return _answer(none_yet, stop)
    lead = texts.ngettext("You gave {n} sample.", "You gave {n} samples.", len(given))
    each = Counter(sample.label for sample in given)
    body = "　".join(f"{label} {n}" for label, n in sorted(each.items(), key=lambda count: (-count[1], count[0])))
    ways = texts.gettext("{export} gives them back to you, {forget} erases them.").format(
        export=command_name(texts, room, EXPORT), forget=command_name(texts, room, FORGET)
    )
    shows = texts.gettext("Your last samples: each with its reading, and what I had read where that was different")
    return Message(
        MessageKind.ANSWER,
        lead.format(n=len(given)),
        (Card(body=f"{body}\n{ways}"),),
        (stop,),
        pictures=(Picture(sheet, shows),) if sheet else (),
    )


def exported(texts: Texts, count: int, content: bytes) -> Message:
    """Give a member everything back."""
    lead = texts.ngettext(
        "All that I keep about you, with your {n} sample:", "All that I keep about you, with your {n} samples:", count
    )
    return Message(MessageKind.ANSWER, lead.format(n=count), files=(File("everything.zip", content),))


def what_is_kept(texts: Texts, room: Room, told: Sequence[tuple[str, str, str]]) -> Message:
    """Say what is kept of anybody, why, and until when, and how members get it or get rid of it."""
    lead = texts.gettext("What I keep, why, and how long. {export} gives you all that is yours, {forget} erases it.")
    ways = {"export": command_name(texts, room, EXPORT), "forget": command_name(texts, room, FORGET)}
    line = texts.gettext("• {what} ({why}): {until}")
    lines = [line.format(what=what, why=why, until=until) for what, why, until in told]
    half = len(lines) // 2
    cards = tuple(Card(body="\n".join(some)) for some in (lines[:half], lines[half:]))
    return Message(MessageKind.ANSWER, lead.format(**ways), cards)


def confirm(texts: Texts, count: int, how: Wish) -> Message:
    """Ask once more before everything is erased."""
    erase = Button(texts.gettext("Erase"), OfAllGiven(how))
    leave = Button(texts.gettext("Leave it"), OfAllGiven(Wish.LEAVE), quiet=True)
    if how is Wish.WITHDRAW:
        lead = texts.ngettext(
            "Your {n} sample is erased, and nothing is kept any more. Shall I?",
            "Your {n} samples are erased, and nothing is kept any more. Shall I?",
            count,
        )
    else:
        lead = texts.ngettext(
            "All that I keep about you is erased for good: {n} sample, your consent, reminders, settings, quizzes, "
            "log-ins, what was said on my web page, and where you may decide. Shall I?",
            "All that I keep about you is erased for good: {n} samples, your consent, reminders, settings, quizzes, "
            "log-ins, what was said on my web page, and where you may decide. Shall I?",
            count,
        )
    return _answer(lead.format(n=count), erase, leave)


def nothing_known(texts: Texts) -> Message:
    """Say that nothing of a member is kept."""
    return _answer(texts.gettext("I keep nothing about you: no samples, and no consent."))


def left(texts: Texts) -> Message:
    """Say that nothing was erased."""
    return _answer(texts.gettext("All right, everything stays as it is."))


def erased(texts: Texts, count: int, unreached: Sequence[object], *, is_withdrawn: bool) -> Message:
    """Say what was erased, and what could not be reached."""
    gone_for_good = texts.ngettext(
        "Erased: {n} sample, in the database and in exported files.",
        "Erased: {n} samples, in the database and in exported files.",
        count,
    ).format(n=count)
    after = (
        texts.gettext("Nothing is kept from now on, and I will not ask again.")
        if is_withdrawn
        else texts.gettext("I no longer know anything about you, and what I was to remind you of will not come.")
    )
    said = [gone_for_good if count else texts.gettext("It is erased."), after]
    if unreached:
        text = texts.ngettext(
            "One export was out of my reach: an organiser downloaded it, or its folder is elsewhere. "
            "The organisers' log tells them to erase yours there.",
            "{n} exports were out of my reach: an organiser downloaded them, or their folders are elsewhere. "
            "The organisers' log tells them to erase yours there.",
            len(unreached),
        )
        said.append(text.format(n=len(unreached)))
    said.append(texts.gettext("Nothing can be taken out of a model that has already been trained."))
    return _answer(texts.in_a_row(*said))

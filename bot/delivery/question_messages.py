"""What is said when an organiser answers a question, and what becomes of it."""

from dataclasses import replace

from bot.core.messages import Button, Card, Field, Message, MessageKind
from bot.core.questions import POST_ALL, POST_NONE, Question
from bot.locales import Texts


def organisers_only(texts: Texts) -> Message:
    """Refuse, kindly."""
    return Message(MessageKind.ANSWER, texts.gettext("Only organisers can decide this."))


def answer_taken(texts: Texts) -> Message:
    """Confirm an organiser's answer."""
    return Message(MessageKind.ANSWER, texts.gettext("Thank you, will do."))


def answered_before(texts: Texts) -> Message:
    """Say that somebody was quicker."""
    return Message(MessageKind.ANSWER, texts.gettext("This has been answered already; the first answer stands."))


def post_or_not(texts: Texts, question: Question) -> tuple[Button, ...]:
    """Return the buttons below "so much at once, shall I post it?"."""
    labels = {POST_ALL: texts.gettext("Post them"), POST_NONE: texts.gettext("Do not post")}
    return tuple(Button(labels[option], question.answer_with(option)) for option in question.options)


def answered_question(texts: Texts, asked: Message, question: Question) -> Message:
    """Return a question as it stands there once it is answered: what was decided and by whom, and nothing to press."""
    every = [*asked.buttons, *(button for card in asked.cards for button in card.buttons)]
    answer = question.answer or ""
    chosen = next((button.label for button in every if button.action == question.answer_with(answer)), "")
    decided = Card(
        fields=(
            Field(texts.gettext("Answer"), chosen or answer),
            Field(texts.gettext("Decided by"), texts.gettext("an organiser"), member=question.answered_by or ""),
        )
    )
    cards = tuple(replace(card, buttons=_links(card.buttons)) for card in asked.cards)
    return replace(asked, cards=(*cards, decided), buttons=_links(asked.buttons))


def _links(buttons: tuple[Button, ...]) -> tuple[Button, ...]:
    return tuple(button for button in buttons if button.url)

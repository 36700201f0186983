"""What becomes of a question once an organiser answered it."""

from dataclasses import replace

from bot.domain.messages import Button, Card, Field, Message
from bot.domain.questions import Question
from bot.locales import Texts


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

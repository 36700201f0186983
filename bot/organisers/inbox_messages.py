"""The pages of what organisers are still asked."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.core.actions import Action
from bot.core.messages import Button, Card, Message, MessageKind
from bot.core.questions import AnswerQuestion, Question
from bot.locales import Texts

A_PAGE = 3  # questions: with six buttons each, all that Discord has room for


def inbox(texts: Texts, count: int, shown: Sequence[Card], notice: str = "") -> Message:
    """Show some of so many open questions, below what came of the last answer."""
    if count:
        lead = texts.ngettext("{count} question is open.", "{count} questions are open.", count).format(count=count)
    else:
        lead = texts.gettext("Nothing is open: there is no question for organisers.")
    return Message(MessageKind.ANSWER, f"{notice}\n{lead}".strip(), tuple(shown))


def question_card(texts: Texts, question: Question, asked: Message, settle: Callable[[AnswerQuestion], Action]) -> Card:
    """Return a question as one of several; an answer is given on the page, by the action that `settle` returns."""
    about = asked.cards[0] if asked.cards else Card()
    buttons = tuple(
        replace(button, action=settle(button.action)) if isinstance(button.action, AnswerQuestion) else button
        for button in (*(button for card in asked.cards for button in card.buttons), *asked.buttons)
    )
    body = "\n".join(part for part in (texts.moment(question.asked_at), asked.lead, about.body) if part)
    title = about.title or texts.gettext("Shall I post so much at once?")
    return replace(about, title=title, body=body, buttons=buttons)


def turns(texts: Texts, page: int, pages: int, turn: Callable[[int], Action]) -> tuple[Button, ...]:
    """Return the buttons to the pages before and after this one, which is one of so many and begins at 0."""
    back = [Button(texts.gettext("◀ Previous"), turn(page - 1))] if page else []
    ahead = [Button(texts.gettext("Next ▶"), turn(page + 1))] if page + 1 < pages else []
    return (*back, *ahead)

"""The inbox of organisers: everything that they are still asked, page by page, each question with its buttons."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.actions import OnPage
from bot.core.askers import Asker
from bot.core.handlers import Handlers
from bot.core.messages import Message
from bot.core.questions import OpenQuestions, Question
from bot.core.rights import concerns
from bot.delivery.deciding import Deciding
from bot.delivery.posting import Here, Known, SpokenQuestion
from bot.locales import texts_for
from bot.organisers import inbox_messages as said


@dataclass(frozen=True, slots=True)
class TurnQuestions(OnPage):
    """Show a page of the open questions, the first is 0."""

    page: int

    template = "tsudoi:questions:{page}"


@dataclass(frozen=True, slots=True)
class Settle(OnPage):
    """Answer a question on its page."""

    page: int
    question: int
    option: str

    template = "tsudoi:questions:{page}:{question}:{option:*}"


@dataclass(frozen=True)
class Inbox:
    """Shows an organiser what their community is asked, in the words in which it was asked, and takes the answers.

    A question that answered itself meanwhile is left out: its composer has nothing to say any more.
    """

    known: Known
    deciding: Deciding

    def handlers(self) -> Handlers:
        """Return what is done about each action."""
        return {
            OpenQuestions: lambda asker, _: self.open(asker),
            TurnQuestions: lambda asker, action: self.open(asker, action.page),
            Settle: self._settle,
        }

    async def open(self, asker: Asker, page: int = 0, notice: str = "") -> Message:
        """Show a page of what is open; the last one if there are fewer."""
        asked = await self.asked(asker)
        texts = texts_for(asker.language, self.known.zone)
        pages = max(1, -(-len(asked) // said.A_PAGE))
        page = min(page, pages - 1)
        shown = [
            said.question_card(texts, question, message, lambda answer: Settle(page, answer.question, answer.option))
            for question, message in asked[page * said.A_PAGE :][: said.A_PAGE]
        ]
        turns = said.turns(texts, page, pages, TurnQuestions)
        return replace(said.inbox(texts, len(asked), shown, notice), buttons=turns)

    async def asked(self, asker: Asker) -> Sequence[tuple[Question, Message]]:
        """Return what organisers of the asker's tenant are still asked, the latest first, as it is asked now."""
        here, found = Here(self.known, asker.room, is_said=False), []
        for question in await self.known.questions.open_questions():
            if isinstance(question, SpokenQuestion) and concerns(self.known.rooms, asker, question):
                message = await question.compose(here)
                found += [(question, message)] if isinstance(message, Message) else []
        return found

    async def _settle(self, asker: Asker, action: Settle) -> Message:
        question = await self.known.questions.question_by_id(action.question)
        if question is None or not concerns(self.known.rooms, asker, question):
            return await self.open(asker, action.page)
        if action.option not in question.options or type(question) not in self.deciding.answers:
            return await self.open(asker, action.page)
        answer = await self.deciding.take(asker, question, action.option)
        return await self.open(asker, action.page, answer.lead)

"""A question to organisers as a post: asked in a room, and shown there as decided once somebody answered."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.messages import Message
from bot.core.posts import Audience
from bot.core.questions import Question
from bot.core.room import Room
from bot.core.skips import NothingToSay
from bot.core.texts import gettext
from bot.delivery.ports.schedule import DeliveryStore
from bot.delivery.posting import Here, SpokenPost, SpokenQuestion
from bot.delivery.question_messages import answered_question
from bot.delivery.rules.deliveries import Delivery
from bot.delivery.rules.follow_ups import edit_at_once, was_said


@dataclass(frozen=True, slots=True)
class QuestionPost(SpokenPost):
    """Asks the question of this kind and subject; who asks it composes it."""

    tag = "question"
    label = gettext("question to organisers")
    subject_form = "{question_kind}:{question_subject}"
    occasion_form = "asked"
    audience = Audience.ORGANISERS

    question_kind: str
    question_subject: str

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Ask organisers, unless one of them answered already; a question that stands there then shows the answer."""
        question = await here.known.questions.question(self.question_kind, self.question_subject)
        if not isinstance(question, SpokenQuestion) or (question.answer is not None and not here.is_said):
            return NothingToSay.ANSWERED
        asked = await question.compose(here)
        if isinstance(asked, NothingToSay) or question.answer is None:
            return asked
        return answered_question(here.texts, asked, question)


def ask(question: Question, room: Room) -> Delivery:
    """Return the delivery that asks a question in a room."""
    return Delivery(QuestionPost(question.tag, question.subject), room.name, question.asked_at)


async def edits_of_question(deliveries: DeliveryStore, question: Question, now: datetime) -> list[Delivery]:
    """Return the edits that take the buttons of a question away, wherever it was asked."""
    subject = QuestionPost.about(question_kind=question.tag, question_subject=question.subject)
    asked = await deliveries.about(QuestionPost, {subject})
    return [edit_at_once(delivery, now) for delivery in asked if was_said(delivery)]

"""A question to the organisers: something the bot will not decide by itself. The answer sticks."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.core.actions import Action, Shown
from bot.core.posts import Post


@dataclass(frozen=True, slots=True)
class Held:
    """A post that waits for an answer, with its room and until when it is of use."""

    post: Post
    destination: str
    useful_until: datetime | None


@dataclass(frozen=True, slots=True)
class Question:
    """(kind, subject) is unique in the store, so nothing is asked twice.

    `kind` says who handles the answer (`flood`, `report`); `options` are the answers offered, codes and no texts;
    `facts` is what composing and handling need, as JSON; `held` is posted once they say so.
    """

    kind: str
    subject: str
    options: tuple[str, ...]
    asked_at: datetime
    facts: dict[str, Any] = field(default_factory=dict)
    held: tuple[Held, ...] = ()
    id: int | None = None
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None

    @property
    def guild(self) -> str | None:
        """Whose organisers are asked, "" for those of the configured rooms; None: those whose the report site is."""
        return self.facts.get("guild")

    def answer_with(self, option: str) -> "AnswerQuestion":
        """Return the action that answers with `option`; needs a stored question."""
        assert self.id is not None  # noqa: S101  # only stored questions are asked
        return AnswerQuestion(self.id, option)


@dataclass(frozen=True, slots=True)
class AnswerQuestion(Action):
    """Decide a question, in the name of the organisers."""

    question: int
    option: str

    template = "question:{question}:{option:*}"
    shown = Shown.ALL
    asks_for_rights = True


@dataclass(frozen=True, slots=True)
class OpenQuestions(Action):
    """Show organisers everything that they are still asked."""

    template = "questions:open"
    shown = Shown.BESIDE
    for_organisers = asks_for_rights = True

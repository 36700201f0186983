"""A question to the organisers: something the bot will not decide by itself. The answer sticks."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.core.actions import Action, Shown


@dataclass(frozen=True, slots=True)
class Question:
    """(kind, subject) is unique in the store, so nothing is asked twice.

    `kind` says who handles the answer (`flood`, `report`); `options` are the answers offered, codes and no texts;
    `facts` is what composing and handling need, as JSON.
    """

    kind: str
    subject: str
    options: tuple[str, ...]
    asked_at: datetime
    facts: dict[str, Any] = field(default_factory=dict)
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

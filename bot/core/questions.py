"""A question to the organisers: something the bot will not decide by itself. The answer sticks.

Each kind of question is a frozen dataclass, which stands with its topic; what its class adds are its facts.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.core.actions import Action, Shown
from bot.core.posts import Post

POST_ALL, POST_NONE = "post", "leave"  # the answers to "so much at once, shall I post it?"


@dataclass(frozen=True, slots=True)
class Held:
    """A post that waits for an answer, with its room and until when it is of use."""

    post: Post
    destination: str
    useful_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """(tag, subject) is unique in the store, so nothing is asked twice.

    `options` are the answers offered, codes and no texts; `held` is posted once organisers say so.
    """

    tag: ClassVar[str]  # the kind, as it stands in the store

    subject: str
    options: tuple[str, ...]
    asked_at: datetime
    held: tuple[Held, ...] = ()
    id: int | None = None
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None

    def __init_subclass__(cls) -> None:
        if "tag" in vars(cls):
            KINDS[cls.tag] = cls

    @property
    def asked_in(self) -> str | None:
        """The guild whose organisers are asked, "" for the configured rooms; None: those whose the report site is."""
        return None

    def answer_with(self, option: str) -> "AnswerQuestion":
        """Return the action that answers with `option`; needs a stored question."""
        assert self.id is not None  # noqa: S101  # only stored questions are asked
        return AnswerQuestion(self.id, option)


KINDS: dict[str, type[Question]] = {}  # by their tags


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

"""How what goes wrong ends what was begun: a class where a caller acts differently. What it was is its `problem`.

TsudoiError
├── ConfigurationError      the configuration cannot be used; every mistake is listed
├── StoreError              the database cannot be used
│   ├── StoreFull           visitors of the page left so much in it that no more of theirs is taken
│   └── StoreFailing        it worked, and cannot be written now: the store has said so in the log
├── SourceError             an event source or report site gave nothing usable
│   ├── SourceRefused       it said no: somebody must act, trying again will not help
│   └── SourceUnavailable   it is down, slow, busy or talks nonsense: try again later
├── SendError               a message was not confirmed as sent: look for it, then try again
│   ├── RoomRefused         the place takes nothing until somebody acts: all that is due there waits
│   └── SendRefused         the platform said no for good
│       └── MemberUnreachable   a member takes no direct messages
├── PictureError            an upload is not a picture that can be read
├── ModelError              a model cannot be used
├── ExportError             a folder cannot take samples
└── FrontEndError           a front end (room, Discord, Slack) cannot start
    └── FrontEndRefused     the platform takes no such token: somebody must act
"""

from datetime import timedelta

from bot.core.problems.base import Problem, Said
from bot.core.problems.pictures import PictureProblem


class TsudoiError(Exception):
    """Base of every error that a person should read; `str(error)` is its problem in English.

    What only the command line says is a sentence.
    """

    def __init__(self, problem: Problem | str) -> None:
        super().__init__(problem)
        self.problem = Said(problem) if isinstance(problem, str) else problem


class ConfigurationError(TsudoiError):
    """The configuration cannot be used; the text has one line a mistake."""


class _CodedError(TsudoiError):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)


class StoreError(_CodedError):
    """The database cannot be opened, read or upgraded."""


class StoreFailing(StoreError):
    """The database of a running bot cannot be written now. Its store logs that, once: whoever catches this need not."""


class StoreFull(StoreError):
    """Visitors of the page left as much in the store as they may: what they ask for now is not kept."""


class SourceError(_CodedError):
    """An event source or a report site gave nothing usable."""


class SourceRefused(SourceError):
    """The source answered, and said no. Trying again will not help: somebody must act."""


class SourceUnavailable(SourceError):
    """The source is down, slow, busy or incomprehensible. Trying again later may help."""

    def __init__(self, problem: Problem, retry_after: timedelta | None = None) -> None:
        super().__init__(problem)
        self.retry_after = retry_after


class SendError(_CodedError):
    """A message is not confirmed as sent; it may have arrived, so look for it before sending it again."""


class RoomRefused(SendError):
    """The place takes nothing (permission lost, archived, gone) until somebody acts: what is due there waits."""


class SendRefused(SendError):
    """The platform said no to this message for good: sending it again will not help."""


class MemberUnreachable(SendRefused):
    """A member takes no direct messages from us: tell them elsewhere, once."""


class PictureError(_CodedError):
    """What was uploaded is not a picture that can be read."""

    def __init__(self, problem: PictureProblem) -> None:
        super().__init__(problem)
        self.code = problem.code


class ModelError(TsudoiError):
    """A model cannot be used; `code` selects the sentence an organiser reads."""

    def __init__(self, sentence: str, code: str = "unusable") -> None:
        super().__init__(sentence)
        self.code = code


class ExportError(TsudoiError):
    """Samples cannot be exported to a folder."""


class FrontEndError(_CodedError):
    """A front end cannot start."""


class FrontEndRefused(FrontEndError):
    """The platform answered, and takes no such token. Trying again will not help."""

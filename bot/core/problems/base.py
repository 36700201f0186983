"""What a problem is: a code with arguments, and the sentences that say what happened and what to do.

The sentences are English here; the catalogues of `bot/locales` have each in the other languages.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, dataclass_transform

TRY_AGAIN = "Please try again in a little while."


class Language(Protocol):
    """What sentences are said in: `bot.locales.Texts`, or English."""

    def gettext(self, message: str, /) -> str: ...
    def in_a_row(self, *sentences: str) -> str: ...


class English:
    """The language of logs, and of the sentences beside the codes."""

    def gettext(self, message: str, /) -> str:
        """Return the sentence as it stands."""
        return message

    def in_a_row(self, *sentences: str) -> str:
        """Return sentences as a paragraph."""
        return " ".join(sentences)


ENGLISH = English()


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class _Coded:
    """Makes a frozen dataclass of every class below it, and knows those that have a code."""

    code: ClassVar[str] = ""
    kinds: ClassVar[dict[str, type["Problem"]]] = {}

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True)(cls)
        if "code" in vars(cls) and issubclass(cls, Problem):
            _Coded.kinds[cls.code] = cls


class Problem(_Coded):
    """What went wrong. `code` and the names of the arguments stand in stores: they stay as they are.

    `happened` and `remedy` are filled in from the arguments. `where` is the address, setting or place concerned,
    `detail` what the other side or a library said of it: for the log alone, as it comes in any language. What `passes`
    is tried again by itself.
    """

    happened: ClassVar[str] = ""
    remedy: ClassVar[str] = ""
    passes: ClassVar[bool] = False

    where: str = field(default="", kw_only=True)
    detail: str = field(default="", kw_only=True)

    def told(self, language: Language, *, asked_now: bool = False) -> str:
        """Return what happened and what to do; `asked_now`: somebody waits, so nothing is tried again by itself."""
        sentences = (self.happened, TRY_AGAIN if asked_now and self.passes else self.remedy)
        arguments = {name: _shown(value, language) for name, value in vars(self).items()}
        return language.in_a_row(*(language.gettext(text).format_map(arguments) for text in sentences if text))

    def reported(self, language: Language, *, asked_now: bool = False) -> str:
        """Return this with where it was and what was said of it: for the log, and for whoever sets the bot up."""
        return self.told(language, asked_now=asked_now) + (f" ({about})" if (about := self._about()) else "")

    def __str__(self) -> str:
        return self.reported(ENGLISH)

    def _about(self) -> str:
        named = "" if "{where}" in self.happened else self.where
        causes = [value._about() for value in vars(self).values() if isinstance(value, Problem)]
        return ": ".join(part for part in (named, self.detail, *causes) if part)


class Passing(Problem):
    """What is over by itself sooner or later, and is tried again until then."""

    remedy = "I will try again; no action is needed."
    passes = True


class NoAnswer(Passing):
    """A server is down, slow, busy, cut off or talks nonsense."""

    code = "no-answer"
    happened = "{where} does not answer as it should."


class Said(Problem):
    """A sentence without a code: what stores of earlier versions hold, and what only the command line says."""

    code = "said"
    sentence: str

    def told(self, language: Language, *, asked_now: bool = False) -> str:
        return self.sentence


def _shown(value: Any, language: Language) -> str:
    if isinstance(value, Problem):
        return language.gettext(value.happened).format_map(vars(value)) if value.passes else value.told(language)
    return str(value)

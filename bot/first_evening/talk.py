"""What every step of an evening does: take an answer, keep it at once, look whether it holds."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from bot.core.errors import ConfigurationError, FrontEndRefused, SourceRefused, TsudoiError
from bot.core.problems.base import ENGLISH
from bot.first_evening.answers import SECRETS, Answers, Draft
from bot.first_evening.asking import Asker
from bot.first_evening.looks import Looks
from bot.locales import Texts

T = TypeVar("T")

REFUSALS = (SourceRefused, FrontEndRefused, ConfigurationError)  # another answer is needed; asking again will not help
NONE = ("0", "０")  # typed where Enter would take what was answered before
_SECRET = re.compile(r"[\x21-\x7e]+")


@dataclass
class Talk:
    """An evening under way. `given` came by flag, file or environment, and each is taken once; `looks` None: offline.

    `answers` begin with what was kept from an evening before, as what is usual.
    """

    asker: Asker
    looks: Looks | None
    given: dict[str, Any]
    in_environment: Mapping[str, str]
    draft: Draft | None
    answers: Answers

    @property
    def texts(self) -> Texts:
        """The texts of the language that was chosen."""
        return self.asker.texts

    def is_open(self, name: str) -> bool:
        """Whether a person has to find an answer, and may need to be led to it."""
        return self.asker.is_person and name not in self.given and not getattr(self.answers, name)

    def settle(self, name: str, value: Any) -> None:
        """Take an answer, and keep it in case that the evening ends here."""
        self.answers = replace(self.answers, **{name: value})
        if self.draft is not None:
            self.draft.keep(self.answers, self.in_environment)

    def given_or(self, name: str, ask: Callable[[], T]) -> T:
        """Settle what was given, or else what is answered now."""
        value: T = self.given.pop(name) if name in self.given else ask()
        self.settle(name, value)
        return value

    def secret(self, name: str, question: str, flag: str, *, is_needed: bool, begins: str = "") -> str:
        """Settle a secret that could be one."""
        source = f"{SECRETS[name]} or {flag}"
        while True:
            default = getattr(self.answers, name) or (None if is_needed else "")
            value = self.given_or(name, partial(self.asker.ask_secret, question, source, default))
            if (not value and not is_needed) or (_SECRET.fullmatch(value) and value.startswith(begins)):
                return value
            wrong = self.texts.gettext("This contains characters that no key or token has. Please copy it again.")
            if begins and _SECRET.fullmatch(value):
                wrong = self.texts.gettext("This is a different token: the one needed here begins with {begins}")
                wrong = wrong.format(begins=begins)
            self.refuse(ConfigurationError(wrong), wrong, name)

    def refuse(self, error: TsudoiError, sentence: str, *names: str) -> None:
        """Say that answers do not hold and forget them; raise where nobody can give others."""
        from_outside = [SECRETS[name] for name in names if name in self.in_environment]
        if from_outside:  # it would win over whatever is typed now
            raise ConfigurationError(f"{', '.join(from_outside)}: {error}")
        if not self.asker.is_person:
            raise error
        said = error.problem.reported(self.texts)
        self.asker.bad(sentence, said if said != sentence else "")
        for name in names:
            self.settle(name, None)

    def doubt(self, error: TsudoiError, sentence: str) -> None:
        """Say that an answer could not be checked; raise where nobody can decide what that means."""
        if not self.asker.is_person:
            said = error.problem.reported(ENGLISH, asked_now=True)
            raise TsudoiError(f"{said} To ask nobody and write the configuration unchecked: --offline") from error
        self.asker.warn(sentence, error.problem.reported(self.texts, asked_now=True))

    def look(self, service: str, look: Callable[[Looks], T]) -> T | None:
        """Return what is found, or None where somebody goes on without. Raises what is in `REFUSALS`."""
        _ = self.texts.gettext
        while self.looks is not None:
            try:
                with self.asker.waiting(_("Asking {service} …").format(service=service)):
                    return look(self.looks)
            except REFUSALS:
                raise
            except TsudoiError as error:
                self.doubt(error, _("{service} cannot be reached at the moment.").format(service=service))
            ways = {"again": _("Try again"), "on": _("Go on without this check")}
            if self.asker.choose(_("What now?"), "--offline", ways, "again") == "on":
                self.asker.warn(_("Not checked. `tsudoi check` does it later."))
                return None
        return None

"""What is kept, as people are told of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.problems.base import Language


@dataclass(frozen=True, slots=True)
class Purpose:
    """What is kept, why, and until when; texts that are looked up when they are said."""

    what: str
    why: str
    until: str

    def told(self, language: Language, spans: Mapping[str, int]) -> tuple[str, str, str]:
        """Return all three as people read them; `spans` are the days that `until` names."""
        return language.gettext(self.what), language.gettext(self.why), language.gettext(self.until).format(**spans)

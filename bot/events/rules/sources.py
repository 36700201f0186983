"""What can be watched on connpass without a name in the configuration: a group, a keyword, a prefecture.

Of what connpass shows, words can select. Such a source is named by what it asks, so that rooms of several guilds that
ask the same share one source.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from bot.core.folding import fold
from bot.events.rules.events import Event
from bot.events.rules.prefectures import prefecture_of

LONGEST, LONGEST_NAME = 80, 100  # characters; a list of Discord names a source in at most 100
_INCLUDE, _EXCLUDE = "&include=", "&exclude="  # in a name, before words with commas between them
_GROUP = re.compile(
    r"(?:https?://)?(?:(?P<subdomain>[a-z0-9][a-z0-9-]*)(?:\.connpass\.com)?|connpass\.com/series/(?P<id>\d+))(?:/.*)?",
    re.IGNORECASE,
)


class SourceKind(StrEnum):
    """By what connpass is asked."""

    GROUP = "group"
    KEYWORD = "keyword"
    PREFECTURE = "prefecture"


@dataclass(frozen=True, slots=True)
class Words:
    """Which events are meant: those with any word of `include`, if there are such, and with none of `exclude`.

    A word is looked for in title, place, address and group, whatever its width and case.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def fit(self, event: Event) -> bool:
        """Whether the event is meant."""
        text = event.searched
        is_meant = not self.include or any(fold(word) in text for word in self.include)
        return is_meant and not any(fold(word) in text for word in self.exclude)

    def __str__(self) -> str:
        """Return them as they stand in the name of a source."""
        parts = ((_INCLUDE, self.include), (_EXCLUDE, self.exclude))
        return "".join(f"{mark}{','.join(words)}" for mark, words in parts if words)


@dataclass(frozen=True, slots=True)
class SourceQuery:
    """What is asked for. `value` is a group's name or number, words, or connpass's name of a prefecture."""

    kind: SourceKind
    value: str
    words: Words = Words()

    @property
    def name(self) -> str:
        """The name under which rooms follow it, such as `group=tfug-utsunomiya`."""
        return f"{self.kind}={self.value}{self.words}"


def query_named(name: str) -> SourceQuery | None:
    """Return what a source of this name asks; None for a name of the configuration."""
    kind, is_query, rest = name.partition("=")
    rest, _, exclude = rest.partition(_EXCLUDE)
    value, _, include = rest.partition(_INCLUDE)
    if not (is_query and value and kind in list(SourceKind)):
        return None
    return SourceQuery(SourceKind(kind), value, Words(_words(include), _words(exclude)))


def words_in(written: str) -> tuple[str, ...]:
    """Read words as people write them: `初心者、ハンズオン` or `オンライン 入門` are two; `-` and nothing are none.

    Who writes commas may mean the spaces between them as part of a word.
    """
    text = unicodedata.normalize("NFKC", written).replace("、", ",").replace("&", "")
    return _words(text if "," in text else ",".join(text.split()))


def _words(named: str) -> tuple[str, ...]:
    """Read words with commas between them, as names of sources have them: earlier ones may have spaces inside."""
    words = (" ".join(word.split()) for word in named.split(","))
    return tuple(dict.fromkeys(word for word in words if word.strip("-ー")))


def query_of(kind: SourceKind, written: str) -> SourceQuery | None:
    """Read what a person wrote: a group's address or name, words, `栃木県`; None if it is nothing of that kind."""
    text = " ".join(unicodedata.normalize("NFKC", written).split())
    values = {SourceKind.GROUP: group_in, SourceKind.PREFECTURE: prefecture_of}
    value = values[kind](text) if kind in values else text
    is_plain = bool(value) and not any(mark in (value or "") for mark in (_INCLUDE, _EXCLUDE))
    return SourceQuery(kind, value) if value and is_plain and len(value) <= LONGEST else None


def group_in(written: str) -> str | None:
    """Return a group's subdomain in small letters, or its number; None if `written` is no group of connpass."""
    found = _GROUP.fullmatch(written.strip())
    return None if found is None else found["id"] or found["subdomain"].lower()

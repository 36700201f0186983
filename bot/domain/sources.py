"""What can be watched on connpass without a name in the configuration: a group, a keyword, a prefecture.

Such a source is named by what it asks, so that rooms of several guilds that ask the same share one source.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.prefectures import prefecture_of

LONGEST = 80  # characters; a list of Discord names a source in at most 100
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
class SourceQuery:
    """What is asked for. `value` is a group's name or number, words, or connpass's name of a prefecture."""

    kind: SourceKind
    value: str

    @property
    def name(self) -> str:
        """The name under which rooms follow it, such as `group=tfug-utsunomiya`."""
        return f"{self.kind}={self.value}"


def query_named(name: str) -> SourceQuery | None:
    """Return what a source of this name asks; None for a name of the configuration."""
    kind, is_query, value = name.partition("=")
    return SourceQuery(SourceKind(kind), value) if is_query and value and kind in list(SourceKind) else None


def query_of(kind: SourceKind, written: str) -> SourceQuery | None:
    """Read what a person wrote: a group's address or name, words, `栃木県`; None if it is nothing of that kind."""
    text = " ".join(unicodedata.normalize("NFKC", written).split())
    values = {SourceKind.GROUP: group_in, SourceKind.PREFECTURE: prefecture_of}
    value = values[kind](text) if kind in values else text
    return SourceQuery(kind, value) if value and len(value) <= LONGEST else None


def group_in(written: str) -> str | None:
    """Return a group's subdomain in small letters, or its number; None if `written` is no group of connpass."""
    found = _GROUP.fullmatch(written.strip())
    return None if found is None else found["id"] or found["subdomain"].lower()

"""What can be said by itself: a post, who it is for, and the name under which the store knows it.

Each kind of post is a frozen dataclass, which stands with its topic. Two forms write what tells it apart from others of
its kind into its name; what else it knows are its facts (`bot/delivery/store/post_codec.py`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache, partial
from typing import Any, ClassVar, NamedTuple

from bot.core.durations import parse_duration, write_duration
from bot.core.texts import gettext

_FIELD = re.compile(r"\{(\w+)(?::([^}]+))?\}")


class Audience(Enum):
    """Who a post is for."""

    MEMBERS = "members"  # everybody in a room
    MEMBER = "member"  # one, by direct message
    ORGANISERS = "organisers"


class PostName(NamedTuple):
    """What tells a post apart in the store."""

    kind: str
    subject: str
    occasion: str


@dataclass(frozen=True, slots=True)
class Post:
    """What is to be said, wherever that is.

    A form such as `r{revision}` writes fields into the name, and reads them again; `{turn:s}` is one word,
    `{lead_time:duration}` is written as `1d`, `{day:%Y%m%d}` as a date. Facts are the fields of no form, unless `kept`
    names them. A field `event_id` is no fact: it has a column of its own.
    """

    tag: ClassVar[str]  # the kind, as it stands in the store
    label: ClassVar[str]  # what organisers call it; after a colon follows the title of its event
    subject_form: ClassVar[str]
    occasion_form: ClassVar[str]
    kept: ClassVar[tuple[str, ...] | None] = None
    audience: ClassVar[Audience] = Audience.MEMBERS
    is_news: ClassVar[bool] = True  # due when it is planned; all else is due at a time of its own
    says_how_it_is: ClassVar[bool] = False  # where a lost store had it said, things may stand otherwise since
    stands_for_its_event: ClassVar[bool] = False  # taken away by an organiser, the room hears no more of the event

    def __init_subclass__(cls) -> None:
        if "tag" in vars(cls):
            if missing := [name for name in ("label", "subject_form", "occasion_form") if not hasattr(cls, name)]:
                raise TypeError(f"{cls.__name__} has no {' and no '.join(missing)}")
            KINDS[cls.tag] = cls

    @property
    def stored_as(self) -> PostName:
        """The name, derived from the fields."""
        subject, occasion = (_write(form, partial(getattr, self)) for form in (self.subject_form, self.occasion_form))
        return PostName(self.tag, subject, occasion)

    @classmethod
    def about(cls, **fields: object) -> str:
        """Return the subject that all posts of this kind have whose fields these are: `event_id=5`."""
        return _write(cls.subject_form, fields.__getitem__)

    @classmethod
    def fields_in(cls, name: PostName) -> dict[str, Any]:
        """Return the fields that stand in a name. Raises ValueError where it has another form."""
        return _read(cls.subject_form, name.subject) | _read(cls.occasion_form, name.occasion)

    @classmethod
    def is_fact(cls, field: str) -> bool:
        """Whether a field is stored among the facts."""
        if cls.kept is not None:
            return field in cls.kept
        return field not in {"event_id", *_specs(cls.subject_form), *_specs(cls.occasion_form)}


KINDS: dict[str, type[Post]] = {}  # by their tags


@dataclass(frozen=True, slots=True)
class UnknownPost(Post):
    """A row that this version cannot read, since a later or a much earlier one wrote it. It stays as it is."""

    label = gettext("message of another version")

    row: PostName
    event_id: int | None
    facts: dict[str, Any] | None

    @property
    def stored_as(self) -> PostName:
        """The name as it stands there."""
        return self.row


def _write(form: str, value_of: Callable[[str], object]) -> str:
    return _FIELD.sub(lambda field: _written(value_of(field[1]), field[2] or ""), form)


def _written(value: object, spec: str) -> str:
    match value:
        case timedelta():
            return write_duration(value)
        case tuple():
            return ",".join(value)
        case _:
            return format(value, spec)


def _read(form: str, text: str) -> dict[str, Any]:
    found = _pattern(form).fullmatch(text)
    if found is None:
        raise ValueError(f'"{text}" is not of the form "{form}"')
    specs = _specs(form)
    return {field: _value(written, specs[field]) for field, written in found.groupdict().items()}


def _value(written: str, spec: str) -> str | timedelta | datetime:
    match spec:
        case "" | "s":
            return written
        case "duration":
            return parse_duration(written)
        case _:
            return datetime.strptime(written, spec).replace(tzinfo=UTC)


@cache
def _specs(form: str) -> dict[str, str]:
    return {field[1]: field[2] or "" for field in _FIELD.finditer(form)}


@cache
def _pattern(form: str) -> re.Pattern[str]:
    pattern, end = "", 0
    for field in _FIELD.finditer(form):
        shape = r"[^\s:]+" if field[2] else ".*?"
        pattern += f"{re.escape(form[end : field.start()])}(?P<{field[1]}>{shape})"
        end = field.end()
    return re.compile(pattern + re.escape(form[end:]), re.DOTALL)

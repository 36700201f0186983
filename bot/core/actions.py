"""What can be pressed, chosen or filled in: an action, and the id by which a platform brings it back.

An action is a frozen dataclass with a template of its id, such as `remind:{event}:{lead_time}`: each field in braces
becomes a part of the id. `{picture:3}` is a number of at most three digits, `{option:*}` any text; a part in
[brackets] is left out where its field is None. What the template does not name is given by who acts: `chosen` are the
values of a list, `written` is the line of a form. Messages outlive versions: a template may be added, never changed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from enum import Enum, StrEnum
from types import UnionType
from typing import Any, ClassVar, get_args

_PART = re.compile(r"\[(?P<optional>[^\]]*)\]|\{(?P<name>\w+)(?::(?P<limit>\d+|\*))?\}|(?P<text>[^\[\]{}]+)")
_MINUTE = timedelta(minutes=1)


class Shown(Enum):
    """Who sees the answer, and where, on platforms that tell these apart."""

    ALONE = "alone"  # who acted, in the place of what they alone saw
    BESIDE = "beside"  # who acted, always as a message of its own
    BELOW = "below"  # the same for a button, while what is chosen from a list gives way to the answer
    INSTEAD = "instead"  # whoever sees what was pressed, in its place
    ALL = "all"  # everybody, where who acted may decide


class Cost(Enum):
    """What an action costs of a member's turns."""

    NOTHING = "nothing"
    COMMAND = "command"
    PICTURE = "picture"
    LESSON = "lesson"


class Action:
    """Something that a member can do with a button, a list or a form."""

    __slots__ = ()

    template: ClassVar[str]
    shown: ClassVar[Shown] = Shown.ALONE
    cost: ClassVar[Cost] = Cost.NOTHING
    for_organisers: ClassVar[bool] = False
    asks_for_rights: ClassVar[bool] = False  # whether its answer depends on what the member may do

    @property
    def id(self) -> str:
        """The id that stands for it on a platform."""
        return _written(self.template, self)


class OnPage(Action):
    """Something that organisers do on one of their pages, which gives way to the next."""

    __slots__ = ()

    shown = Shown.INSTEAD
    for_organisers = asks_for_rights = True


@dataclass(frozen=True, slots=True)
class OneOf(Action):
    """A list whose values are the ids of actions: the one chosen is done."""

    name: str

    template = "{name:*}:"


@dataclass(frozen=True, slots=True)
class Kept(Action):
    """An action in a message that was kept as it was said, by an earlier version perhaps."""

    kept: str

    template = "{kept:*}"


class Codec:
    """Reads ids of these kinds of actions; where several fit, the first is meant."""

    def __init__(self, kinds: Iterable[type[Action]]) -> None:
        self._kinds = [(kind, re.compile(_expression(kind.template, _types(kind)), re.DOTALL)) for kind in kinds]

    def decode(self, action_id: str, values: Sequence[str] = ()) -> Action | None:
        """Return the action with what was chosen or written; None for an id that is of no kind."""
        if values and action_id.endswith(":"):
            return self.decode(values[0])
        for kind, pattern in self._kinds:
            if (found := pattern.fullmatch(action_id)) is not None:
                return _made(kind, found.groupdict(), values)
        return None


def _written(template: str, action: Action) -> str:
    def part(found: re.Match[str]) -> str:
        if (optional := found["optional"]) is not None:
            names = [inner["name"] for inner in _PART.finditer(optional) if inner["name"]]
            return "" if any(getattr(action, name) is None for name in names) else _written(optional, action)
        return found["text"] or _text_of(getattr(action, found["name"]))

    return _PART.sub(part, template)


def _text_of(value: object) -> str:
    return f"{value // _MINUTE}m" if isinstance(value, timedelta) else str(value)


def _expression(template: str, types: Mapping[str, Any]) -> str:
    def part(found: re.Match[str]) -> str:
        if found["optional"] is not None:
            return f"(?:{_expression(found['optional'], types)})?"
        if found["text"]:
            return re.escape(found["text"])
        return f"(?P<{found['name']}>{_shape(types[found['name']], found['limit'])})"

    return "".join(part(found) for found in _PART.finditer(template))


def _shape(kind: Any, limit: str | None) -> str:
    if kind is int:
        return f"[0-9]{{1,{limit or 15}}}"
    if kind is timedelta:
        return "[0-9]{1,7}m"
    if issubclass(kind, StrEnum):
        return "|".join(map(re.escape, kind))
    return ".*" if limit == "*" else "[^:]+"


def _types(kind: Any) -> dict[str, Any]:
    """Return the type of each field, `int` for `int | None`."""
    every = {field.name: field.type for field in fields(kind)}
    return {name: get_args(kind)[0] if isinstance(kind, UnionType) else kind for name, kind in every.items()}


def _made(kind: type[Action], found: Mapping[str, str | None], values: Sequence[str]) -> Action:
    types = _types(kind)
    given = {"chosen": tuple(values), "written": "".join(values)}
    read = {name: _read(types[name], text) for name, text in found.items() if text is not None}
    return kind(**read, **{name: value for name, value in given.items() if name in types})


def _read(kind: Any, text: str) -> Any:
    return int(text.removesuffix("m")) * _MINUTE if kind is timedelta else kind(text)

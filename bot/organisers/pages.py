"""What organisers can do on the pages of `/tsudoi`."""

from dataclasses import dataclass
from enum import StrEnum

from bot.core.actions import OnPage
from bot.events.rules.sources import SourceKind


class Step(StrEnum):
    """A step in which a room is set up, in their order."""

    SOURCE = "source"
    LANGUAGE = "language"
    PARTS = "parts"
    LEAD_TIMES = "lead_times"
    DECIDERS = "deciders"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class GoToStep(OnPage):
    """Go on, or back."""

    step: Step

    template = "tsudoi:setup:go:{step}"


class Setting(StrEnum):
    """What is chosen for a room."""

    FOLLOWS = "follows"
    LANGUAGE = "language"
    PARTS = "parts"
    DIGEST = "digest"
    LEAD_TIMES = "lead_times"
    DECIDERS = "deciders"


@dataclass(frozen=True, slots=True)
class ChooseForRoom(OnPage):
    """Choose something for the room that is set up."""

    setting: Setting
    chosen: tuple[str, ...] = ()

    template = "tsudoi:setup:{setting}"


class Ending(StrEnum):
    """How setting up ends."""

    SAVE = "save"
    DISCARD = "discard"
    OFF = "off"  # the room is switched off


@dataclass(frozen=True, slots=True)
class EndSetup(OnPage):
    """End setting up the room."""

    ending: Ending

    template = "tsudoi:setup:{ending}"


class SourcePage(StrEnum):
    """A page on which sources are added: for the room that is set up, or for one that is there."""

    SETUP = "setup"
    SOURCES = "sources"


@dataclass(frozen=True, slots=True)
class AddSource(OnPage):
    """Follow what was written, if connpass knows it."""

    page: SourcePage
    kind: SourceKind
    written: str = ""

    template = "tsudoi:{page}:add:{kind}"


class Words(StrEnum):
    """Words that select events."""

    INCLUDE = "include"
    EXCLUDE = "exclude"


@dataclass(frozen=True, slots=True)
class RefineSource(OnPage):
    """Let the written words select from the source that was added last."""

    page: SourcePage
    words: Words
    written: str = ""

    template = "tsudoi:{page}:words:{words}"


@dataclass(frozen=True, slots=True)
class RemoveSources(OnPage):
    """Follow what was chosen in no room any more."""

    chosen: tuple[str, ...] = ()

    template = "tsudoi:sources:remove"


@dataclass(frozen=True, slots=True)
class ShowSource(OnPage):
    """Show how the source that was chosen can be paused."""

    written: str = ""

    template = "tsudoi:sources:show"


class Pausing(StrEnum):
    """How long something is paused."""

    WEEK = "pause7"
    MONTH = "pause30"
    OPEN = "pause0"  # until somebody resumes it
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class PauseSource(OnPage):
    """Pause or resume a source, named by its short key, in every room that follows it."""

    pausing: Pausing
    key: str

    template = "tsudoi:sources:{pausing}:{key}"


@dataclass(frozen=True, slots=True)
class ShowRoom(OnPage):
    """Show what can be changed in the channel that was chosen."""

    written: str = ""

    template = "tsudoi:rooms:show"


@dataclass(frozen=True, slots=True)
class ChooseParts(OnPage):
    """Say exactly what was chosen in a room."""

    channel: str
    chosen: tuple[str, ...] = ()

    template = "tsudoi:rooms:parts:{channel}"


class Switch(StrEnum):
    """Whether a room is in force."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class SwitchRoom(OnPage):
    """Switch a room on or off."""

    switch: Switch
    channel: str

    template = "tsudoi:rooms:{switch}:{channel}"


@dataclass(frozen=True, slots=True)
class PauseRoom(OnPage):
    """Pause or resume all that members are told in a room."""

    pausing: Pausing
    channel: str

    template = "tsudoi:rooms:{pausing}:{channel}"


class Span(StrEnum):
    """Which month is rehearsed."""

    LAST = "last"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class TurnPage(OnPage):
    """Show a page of what was or will be said."""

    span: Span
    page: int

    template = "tsudoi:rehearse:{span}:{page}"


@dataclass(frozen=True, slots=True)
class EndSessions(OnPage):
    """Log out of the console, wherever one is logged in."""

    template = "tsudoi:console:end"


@dataclass(frozen=True, slots=True)
class OpenPage(OnPage):
    """Open a page; also for what an earlier version offered there."""

    topic: str
    rest: str | None = None

    template = "tsudoi:{topic}[:{rest:*}]"

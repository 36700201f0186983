"""A stage: a platform with the bot on it, a member, an organiser, and what either gets to see there.

What is said is compared in the same words everywhere, so each platform reads them back from what it was really sent:
without the marks of its own markup, and without the moments that it shows to each reader in their own time.
"""

import asyncio
import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from bot.core.room import direct_to
from bot.events.rules.events import Event
from bot.reports.rules.reports import ReportPage
from tests.parity.house import House

T = TypeVar("T")
WITHIN = 60.0  # seconds; far more than anything takes, since test machines are shared
_BAR = re.compile("[█░]+")
_INVISIBLE = "\u200b"


def in_words(*lines: str) -> str:
    """Return what is read, line by line: one form of each letter, no empty lines, no bars, no double spaces."""
    text = unicodedata.normalize("NFKC", "\n".join(lines).replace(_INVISIBLE, ""))
    shown = (" ".join(_BAR.sub(" ", line).split()) for line in text.splitlines())
    return "\n".join(line for line in shown if line and line != "```")


@dataclass(frozen=True)
class Said:
    """A message of the bot as somebody sees it.

    `buttons` are the labels of all that can be pressed, links and forms included; `lists` have the labels of their
    options. `pictures` and `files` come with it. `replies_to` is the id of the message that it stands below. Where the
    platform `counts_down` by itself, no line says how far away an event is.
    """

    id: str
    words: str
    buttons: frozenset[str] = frozenset()
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pictures: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    replies_to: str | None = None
    source: Any = field(default=None, repr=False, compare=False)
    counts_down: bool = False

    @property
    def says_something(self) -> bool:
        """Whether there is something in it beside pictures; in "Tsudoi is thinking …" there is not."""
        return bool(self.words or self.buttons)


class Stage(ABC):
    """A platform. `stage.alice` is a member, `stage.organiser` decides; in the local room both are its visitor."""

    platform: str

    def __init__(self, house: House, alice: str, organiser: str) -> None:
        self.house = house
        self.alice = Member(self, alice)
        self.organiser = Member(self, organiser)

    # --- what each platform knows ----------------------------------------------------------------------------------

    @abstractmethod
    async def seen_by(self, member: str) -> list[Said]:
        """Return all that the bot said and this member sees, oldest first, as it stands there now."""

    @abstractmethod
    async def what_is_said_in_the_room(self) -> list[Said]:
        """Return what stands in the room for everybody."""

    @abstractmethod
    async def say(self, member: str, text: str, pictures: Sequence[bytes]) -> None: ...

    @abstractmethod
    async def command(self, member: str, name: str, argument: str, *, elsewhere: bool) -> None:
        """Give a command in the platform's own way: a slash command where there are some."""

    @abstractmethod
    async def press(self, member: str, said: Said, label: str) -> None: ...

    @abstractmethod
    async def choose(self, member: str, said: Said, label: str, option: str) -> None: ...

    @abstractmethod
    async def write(self, member: str, said: Said, label: str, text: str) -> None:
        """Press the button that asks for a line, and send it."""

    @abstractmethod
    async def faults(self) -> list[str]:
        """Return whatever no message may do: ring anybody, open previews of strangers' links, break its markup."""

    # --- what a test says ------------------------------------------------------------------------------------------

    async def connpass_shows(self, *events: Event) -> None:
        """Let connpass show these events from now on, and let the bot look."""
        self.house.connpass.events = list(events)
        await self.house.polls()

    async def the_site_shows(self, *pages: ReportPage) -> None:
        """Let the report site show these pages, and let the bot look."""
        self.house.connpass.site.shown = list(pages)
        await self.house.polls()

    async def time_passes(self, **length: float) -> None:
        await self.house.time_passes(timedelta(**length))

    async def samples_of(self, member: "Member") -> int:
        """Return how many samples of a member are kept."""
        return len(await self.house.services.stores.samples.samples_of(direct_to(self.platform, member.id)))


@dataclass(frozen=True)
class Member:
    """Somebody on the stage. Whatever they do, they wait for what they then see of the bot: new, or changed."""

    stage: Stage
    id: str

    async def says(self, text: str) -> Said:
        return await self._sees_next(self.stage.say, text, ())

    async def shows(self, *pictures: bytes) -> Said:
        return await self._sees_next(self.stage.say, "", pictures)

    async def gives(self, command: str, argument: str = "", *, elsewhere: bool = False) -> Said:
        """Give a command in the platform's own way; `elsewhere` in the channel that is no room yet."""
        return await self._sees_next(self.stage.command, command, argument, elsewhere=elsewhere)

    async def presses(self, label: str, on: Said | None = None) -> Said:
        said = on or await self._last_with(lambda one: label in one.buttons, label)
        return await self._sees_next(self.stage.press, said, label)

    async def chooses(self, label: str, option: str) -> Said:
        said = await self._last_with(lambda one: option in one.lists.get(label, ()), f"{label}: {option}")
        return await self._sees_next(self.stage.choose, said, label, option)

    async def writes(self, label: str, text: str) -> Said:
        said = await self._last_with(lambda one: label in one.buttons, label)
        return await self._sees_next(self.stage.write, said, label, text)

    async def what_is_said_to(self) -> list[Said]:
        return await self.stage.seen_by(self.id)

    async def sees_pictures(self, count: int) -> list[str]:
        """Wait until so many pictures of the bot are there: in Slack they come behind the words."""
        return await self._sees_all(lambda one: one.pictures, count)

    async def sees_files(self, count: int) -> list[str]:
        """Wait until so many files of the bot are there, and return their names."""
        return await self._sees_all(lambda one: one.files, count)

    async def _sees_all(self, of: Callable[[Said], tuple[str, ...]], count: int) -> list[str]:
        async def look() -> list[str] | None:
            found = [name for one in await self.what_is_said_to() for name in of(one)]
            return found if len(found) >= count else None

        return await until(look)

    async def _last_with(self, has: Callable[[Said], bool], what: str) -> Said:
        seen = await self.what_is_said_to()
        found = next((one for one in reversed(seen) if has(one)), None)
        assert found is not None, f"{self.id} sees no {what} in {[(one.words, one.buttons, one.lists) for one in seen]}"
        return found

    async def _sees_next(self, act: Callable[..., Awaitable[None]], *given: Any, **options: Any) -> Said:
        before = {one.id: one for one in await self.what_is_said_to()}

        async def look() -> Said | None:
            seen = (one for one in await self.what_is_said_to() if one.says_something)
            return next((one for one in seen if before.get(one.id) != one), None)

        await act(self.id, *given, **options)
        return await until(look)


async def until(look: Callable[[], Awaitable[T | None]]) -> T:
    """Look until there is something to see."""
    async with asyncio.timeout(WITHIN):
        while True:
            if (found := await look()) is not None:
                return found
            await asyncio.sleep(0.02)

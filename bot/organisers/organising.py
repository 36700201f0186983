"""What organisers look after, of their own guild only: its sources, its rooms, a rehearsal, how the bot is."""

import unicodedata
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.core.actions import OnPage
from bot.core.askers import Asker
from bot.core.clock import Clock
from bot.core.errors import ConfigurationError, SourceError
from bot.core.handlers import Forms, Handler, Handlers
from bot.core.messages import Entry, Message
from bot.core.problems.base import Problem
from bot.core.room import EVERYTHING, LOCAL, Room
from bot.core.rooms import Rooms
from bot.delivery.ports.schedule import Agenda
from bot.delivery.rules.deliveries import Delivery
from bot.delivery.troubles import Troubles
from bot.events.ports.events import EventStore, SourceState
from bot.handwriting.reviewing import Reviewing
from bot.locales import Texts, texts_for
from bot.organisers import organising_messages as said
from bot.organisers.console import Console
from bot.organisers.inbox import Inbox
from bot.organisers.intervening import Intervening
from bot.organisers.intervening_messages import Intervene, ShowPosted
from bot.organisers.pages import (
    AddSource,
    ChooseParts,
    EndSessions,
    OpenPage,
    PauseRoom,
    PauseSource,
    Pausing,
    RefineSource,
    RemoveSources,
    ShowRoom,
    ShowSource,
    SourcePage,
    Span,
    Switch,
    SwitchRoom,
    TurnPage,
)
from bot.organisers.permissions_post import PermissionsPost
from bot.organisers.ports.rooms import RoomStore
from bot.organisers.rehearsing import Rehearsed
from bot.organisers.settling_in import LAST_MONTH_AND_SIX, MOST_SOURCES, Rehearse, SettlingIn, with_parts
from bot.organisers.source_messages import source_entries, too_many_sources
from bot.organisers.tidying import Tidying
from bot.organisers.trouble_page import TryNow, trouble_page
from bot.reports.correcting import Correcting

MONTH = timedelta(days=31)
NEXT_DELIVERIES, FAILURES_SHOWN, POSTED_SHOWN, BY_HAND_SHOWN = 10, 5, 10, 5
_PAUSES = {Pausing.WEEK: 7, Pausing.MONTH: 30}  # days; without any until somebody resumes


TOPICS = {  # what may follow /tsudoi
    "setup": "設定",
    "sources": "取得元",
    "rooms": "チャンネル",
    "rehearse": "リハーサル",
    "status": "状態",
    "questions": "質問",
    "reports": "レポート",
    "console": "コンソール",
    "data": "データ",
    "trouble": "トラブル",
}


def organising_topic(written: str) -> str:
    """Return what is meant after `/tsudoi`, in English or Japanese: a key of TOPICS; `status` if it is unclear."""
    asked = unicodedata.normalize("NFKC", written).strip().casefold()
    return next((topic for topic, name in TOPICS.items() if asked in (topic, name)), "status")


@dataclass(frozen=True, kw_only=True)
class Organising:
    """Answers `/tsudoi` and acts on what is chosen on its pages. `about` is the version, `model` what it reads with.

    `site` is the name under which polls of the report site are noted, "" without one. `problems` says why a platform
    does not work now, by its name. `inbox` shows what organisers are still asked, `correcting` lists the reports.
    """

    settling_in: SettlingIn
    store: RoomStore
    rooms: Rooms
    events: EventStore
    agenda: Agenda
    rehearse: Rehearse
    changed: Callable[[], Awaitable[object]]
    lead_times: Sequence[timedelta]
    site: str
    version: str
    model: Callable[[], str]
    clock: Clock
    zone: ZoneInfo
    problems: Callable[[], Mapping[str, Problem]]
    inbox: Inbox
    correcting: Correcting
    console: Console
    reviewing: Reviewing
    intervening: Intervening
    troubles: Troubles
    tidying: Tidying

    async def tell_missing(self, room: Room, missing: Sequence[str]) -> None:
        """Plan to say in a room which permissions lack there: once, however often it is found."""
        now = self.clock.now()
        note = Delivery(PermissionsPost(tuple(missing)), room.name, now, now + timedelta(days=1))
        await self.agenda.plan([note])

    async def left_server(self, rooms: Sequence[Room]) -> None:
        """Take note that the bot is in the server of these rooms no more."""
        await self.troubles.left([room for room in rooms if room.is_on])
        await self.changed()

    async def came_back(self, rooms: Sequence[Room]) -> None:
        """Take note that the bot is there again, or was given something back."""
        if await self.troubles.came_back(rooms):
            await self.changed()

    def handlers(self) -> Handlers:
        """Return what is done about each action; in the local room the configuration says what is followed where."""
        setup: Handlers = {
            **self.settling_in.handlers(),
            AddSource: self._add_source,
            RefineSource: self._refine_source,
        }
        return {
            **{kind: _not_in_local_room(handle) for kind, handle in setup.items()},
            RemoveSources: self._remove_sources,
            ShowSource: lambda asker, action: self.sources(asker, chosen=action.written),
            PauseSource: self._pause_source,
            ShowRoom: lambda asker, action: self.rooms_page(asker, action.written),
            ChooseParts: lambda asker, action: self._change_room(
                asker, action.channel, lambda room: with_parts(room, action.chosen)
            ),
            SwitchRoom: lambda asker, action: self._change_room(
                asker, action.channel, lambda room: replace(room, is_on=action.switch is Switch.ON)
            ),
            PauseRoom: lambda asker, action: self._change_room(
                asker, action.channel, lambda room: self._paused(room, EVERYTHING, action.pausing)
            ),
            TurnPage: lambda asker, action: self.rehearsal(asker, action.span, action.page),
            ShowPosted: self._show_posted,
            Intervene: self._intervene,
            TryNow: self._try_now,
            **self.inbox.handlers(),
            **self.correcting.handlers(),
            **self.reviewing.handlers(),
            EndSessions: self._end_sessions,
            OpenPage: _not_in_local_room(lambda asker, action: self.open(asker, action.topic)),
        }

    async def _show_posted(self, asker: Asker, action: ShowPosted) -> Message:
        page = await self.intervening.show(self._texts(asker), self._names(asker), action)
        return page or await self.status(asker)

    async def _intervene(self, asker: Asker, action: Intervene) -> Message:
        page = await self.intervening.intervene(self._texts(asker), self._names(asker), asker.member, action)
        return page or await self.status(asker)

    def forms(self) -> Forms:
        """Return what is asked for before an action."""
        return {AddSource: self._entry, RefineSource: self._entry, **self.correcting.forms(), **self.reviewing.forms()}

    def _entry(self, asker: Asker, action: AddSource | RefineSource) -> Entry | None:
        entries = source_entries(self._texts(asker), action.page)
        return next((entry for entry in entries if entry.action == action), None)

    def refused(self, asker: Asker) -> Message:
        """Refuse, kindly."""
        return said.organisers_only(self._texts(asker), asker.tenant.platform)

    async def open(self, asker: Asker, what: str) -> Message:
        """Show the page that `/tsudoi WHAT` opens; how the bot is for anything else."""
        if not asker.may_organise:
            return self.refused(asker)
        match what:
            case "setup" if asker.tenant.platform == LOCAL:
                return said.set_up_elsewhere(self._texts(asker))
            case "setup":
                return await self.settling_in.open(asker)
            case "sources":
                return await self.sources(asker)
            case "rooms":
                return await self.rooms_page(asker)
            case "rehearse":
                return await self.rehearsal(asker, Span.LAST, 0)
            case "data":
                return await self.reviewing.open(asker)
            case "console":
                return await self.console_page(asker)
            case "questions":
                return await self.inbox.open(asker)
            case "reports":
                return await self.correcting.open(asker)
            case "trouble":
                return await self._trouble(asker)
        return await self.status(asker)

    async def console_page(self, asker: Asker) -> Message:
        """Show the way into the console on the web page, for whoever asked alone."""
        if asker.is_alone:  # on the page: a link from there would prolong rights that are looked up in the chat
            return said.console_is_here(self._texts(asker))
        return said.console_page(self._texts(asker), await self.console.link_for(asker))

    async def _end_sessions(self, asker: Asker, _: EndSessions) -> Message:
        return said.sessions_ended(self._texts(asker), await self.console.end_all(asker))

    async def status(self, asker: Asker) -> Message:
        """Say how the bot is: sources, what is said next, what failed, what is asked, version and model."""
        now, rooms = self.clock.now(), self._rooms_of(asker)
        names = [room.name for room in rooms]
        of_all, called = self.problems(), (await asker.surroundings.channels()).names
        resting = {trouble.room for trouble in await self.troubles.of(names)}
        health = said.Health(
            sources=[*await self._states(rooms), *(await self._site(rooms) if asker.is_home else ())],
            coming=await self.agenda.next_in([name for name in names if name not in resting], NEXT_DELIVERIES),
            failed=await self.agenda.failed_in(names, now - MONTH, FAILURES_SHOWN),
            posted=await self.agenda.sent_in(names, now - MONTH, POSTED_SHOWN),
            by_hand=await self.intervening.store.of(names, BY_HAND_SHOWN),
            paused={
                called.get(room.channel, room.channel): pause
                for room in rooms
                if room.is_on and (pause := room.pause_of(EVERYTHING, now)) is not None
            },
            questions=len(await self.inbox.asked(asker)),
            version=self.version,
            model=self.model(),
            problems={name: of_all[name] for name in of_all if asker.may_operate or name == asker.tenant.platform},
            troubles={called.get(room.channel, room.channel) for room in rooms if room.name in resting},
        )
        shown = (*health.coming, *health.failed, *health.posted, *(deed.delivery for deed in health.by_hand))
        ids = [delivery.event_id for delivery in shown if delivery.event_id is not None]
        return said.status(self._texts(asker), health, await self.events.known(ids), has_rooms=bool(rooms))

    async def _trouble(self, asker: Asker, *, tried: bool = False) -> Message:
        """Show which rooms take nothing."""
        rooms, names = self._names(asker), (await asker.surroundings.channels()).names
        in_trouble, stuck = await self.troubles.of(rooms), await self.agenda.stuck_in(rooms, FAILURES_SHOWN)
        waiting = await self.agenda.count_planned([trouble.room for trouble in in_trouble], self.clock.now())
        events = await self.events.known([message.event_id for message in stuck if message.event_id is not None])
        return trouble_page(self._texts(asker), in_trouble, waiting, names, stuck, events, tried=tried)

    async def _try_now(self, asker: Asker, action: TryNow) -> Message:
        """Try at once what waits in the guild's rooms."""
        await self.troubles.try_now(self._names(asker))
        return await self._trouble(asker, tried=True)

    async def sources(self, asker: Asker, notice: Message | None = None, chosen: str = "") -> Message:
        """List what the guild's rooms follow, with the last good poll."""
        room = self.rooms.chosen(asker.room.name)
        is_room = room is not None and room.is_on
        health = await self._states(self._rooms_of(asker))
        page = said.sources_page(self._texts(asker), health, notice, can_add=is_room, chosen=chosen)
        return _as_configured(asker, page)

    async def _states(self, rooms: Sequence[Room]) -> list[said.SourceHealth]:
        states = await self.events.sources()
        now, followed = self.clock.now(), [(name, room) for room in rooms if room.is_on for name in room.follows]
        pauses = {name: pause for name, room in followed if (pause := room.pause_of(name, now)) is not None}
        names = dict.fromkeys(name for name, _ in followed)
        return [said.SourceHealth(name, self._state(name, states), pauses.get(name)) for name in names]

    def _state(self, name: str, states: Mapping[str, SourceState]) -> SourceState | None:
        """Return what is known of a source; of one that the configuration has no more, that nobody polls it."""
        try:
            self.settling_in.open_source(name, LAST_MONTH_AND_SIX)
        except ConfigurationError as error:
            return replace(states.get(name) or SourceState(name, name), error=error.problem)
        return states.get(name)

    async def _site(self, rooms: Sequence[Room]) -> list[said.SourceHealth]:
        if not self.site or not any(room.is_on and room.reports for room in rooms):
            return []
        return [said.SourceHealth(self.site, (await self.events.sources()).get(self.site), is_site=True)]

    async def _remove_sources(self, asker: Asker, action: RemoveSources) -> Message:
        rooms = [room for room in self._rooms_of(asker) if room.is_on]
        changed = [replace(room, follows=_without(room.follows, action.chosen)) for room in rooms]
        await self._save(asker, [new for old, new in zip(rooms, changed, strict=True) if old != new])
        return await self.sources(asker)

    def _room_here(self, asker: Asker) -> Room | None:
        rooms = (room for room in self._rooms_of(asker) if room.is_on)
        return next((room for room in rooms if room.channel == asker.room.channel), None)

    async def _add_source(self, asker: Asker, action: AddSource) -> Message:
        if action.page is SourcePage.SETUP:
            return await self.settling_in.add(asker, action.kind, action.written)
        here, texts = self._room_here(asker), self._texts(asker)
        if here is None:
            return await self.sources(asker)
        if len(here.follows) >= MOST_SOURCES:
            return await self.sources(asker, too_many_sources(texts, MOST_SOURCES))
        notice, found = await self.settling_in.look_up(asker, texts, action.kind, action.written)
        if found is not None:
            await self._save(asker, [replace(here, follows=tuple(dict.fromkeys((*here.follows, found.name))))])
        return await self.sources(asker, notice)

    async def _refine_source(self, asker: Asker, action: RefineSource) -> Message:
        if action.page is SourcePage.SETUP:
            return await self.settling_in.narrow(asker, action.words, action.written)
        here = self._room_here(asker)
        if here is None:
            return await self.sources(asker)
        asked = (here.follows, action.words, action.written)
        notice, follows = await self.settling_in.refine(asker, self._texts(asker), *asked)
        await self._save(asker, [replace(here, follows=follows)] if follows != here.follows else [])
        return await self.sources(asker, notice)

    async def _pause_source(self, asker: Asker, action: PauseSource) -> Message:
        """Pause or resume a source in every room of the guild that follows it."""
        rooms = [room for room in self._rooms_of(asker) if room.is_on]
        name = next((name for room in rooms for name in room.follows if said.source_key(name) == action.key), None)
        if name is None:
            return await self.sources(asker)
        following = [room for room in rooms if name in room.follows]
        await self._save(asker, [self._paused(room, name, action.pausing) for room in following])
        return await self.sources(asker, chosen=name)

    def _paused(self, room: Room, source: str, pausing: Pausing) -> Room:
        if pausing is Pausing.RESUME:
            return room.resumed(source)
        days = _PAUSES.get(pausing)
        return room.paused(source, self.clock.now() + timedelta(days=days) if days else None)

    async def rooms_page(self, asker: Asker, channel: str = "") -> Message:
        """Show the guild's rooms; with a channel, what can be switched on and off there."""
        shown = ((await asker.surroundings.channels()).names, self.lead_times, channel, self.clock.now())
        return _as_configured(asker, said.rooms_page(self._texts(asker), self._rooms_of(asker), *shown))

    async def _change_room(self, asker: Asker, channel: str, change: Callable[[Room], Room]) -> Message:
        room = next((room for room in self._rooms_of(asker) if room.channel == channel), None)
        if room is not None:
            await self._save(asker, [change(room)])
        return await self.rooms_page(asker, channel)

    async def _save(self, asker: Asker, rooms: Sequence[Room]) -> None:
        if rooms:
            await self.store.save(
                [replace(room, guild=asker.tenant.id) for room in rooms], asker.member, self.clock.now()
            )
            await self.changed()

    async def rehearsal(self, asker: Asker, span: Span, number: int) -> Message:
        """Show what would have been posted in the guild's rooms last month, or what will be in the next one."""
        if not self._rooms_of(asker):
            return await self.rooms_page(asker)
        texts = self._texts(asker)
        try:
            played = await self._played(asker, span)
        except (SourceError, ConfigurationError) as error:
            return said.rehearsal_failed(texts, error.problem)
        return said.rehearsal_page(texts, played, (await asker.surroundings.channels()).names, span, number)

    async def _played(self, asker: Asker, span: Span) -> list[Rehearsed]:
        now = self.clock.now()
        rooms = [replace(room, pauses=()) for room in self._rooms_of(asker) if room.is_on]
        start, end = (now, now + MONTH) if span is Span.NEXT else (now - MONTH, now)
        return await self.rehearse(rooms, start, end) if rooms else []

    def _names(self, asker: Asker) -> list[str]:
        return [room.name for room in self._rooms_of(asker)]

    def _rooms_of(self, asker: Asker) -> tuple[Room, ...]:
        return self.rooms.of(asker.tenant)

    def _texts(self, asker: Asker) -> Texts:
        return texts_for(asker.language, self.zone)


def _not_in_local_room(handle: Handler) -> Handler:
    async def handled(asker: Asker, action: OnPage) -> Message | None:
        return None if asker.tenant.platform == LOCAL else await handle(asker, action)

    return handled


def _as_configured(asker: Asker, page: Message) -> Message:
    """Offer in the local room only what goes without the configuration: that one says the rest."""
    if asker.tenant.platform != LOCAL:
        return page
    choices = tuple(choice for choice in page.choices if isinstance(choice.action, ShowRoom | ShowSource))
    buttons = tuple(button for button in page.buttons if not isinstance(button.action, SwitchRoom))
    return replace(page, choices=choices, entries=(), buttons=buttons)


def _without(names: Sequence[str], removed: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in removed)

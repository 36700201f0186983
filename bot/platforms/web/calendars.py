"""The calendars that the room gives: of the whole community, of one source, of one event."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property

from aiohttp import ETag, web

from bot.config import CommunitySettings
from bot.core.clock import Clock
from bot.core.durations import parse_duration
from bot.core.room import MAIN, Room
from bot.core.rooms import HERE, Rooms
from bot.events.calendar_files import calendar_file
from bot.events.rules.events import Event
from bot.events.telling import Telling
from bot.platforms.web.door import Door
from bot.platforms.web.refusals import Refusal
from bot.platforms.web.turns import Turns

MOST_KEPT = 8  # files; a community's of ten thousand events has some megabytes
_SOME_TIME, _RINGS = timedelta(seconds=1), b"\r\nTRIGGER:-PT1S\r\n"  # in a kept file, for any time somebody wants


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    tag: str
    revision: str = ""


@dataclass(frozen=True)
class Calendars:
    """Answers for calendars that are followed. `?alarm=1h` adds an alarm so long before each event."""

    telling: Telling
    rooms: Rooms
    community: CommunitySettings
    door: Door
    clock: Clock
    _kept: dict[tuple[tuple[str, ...], bool], _File] = field(default_factory=dict, init=False)

    @cached_property
    def _turns(self) -> Turns:
        return Turns(self.clock, 1)  # a file of a thousand events takes half a second of a processor

    def routes(self) -> list[web.RouteDef]:
        """Return every address with what answers it."""
        return [
            web.get("/calendar.ics", self.of_community),
            web.get("/calendar/{source}.ics", self.of_source),
            web.get(r"/events/{id:\d{1,18}}.ics", self.of_event),
        ]

    async def of_community(self, request: web.Request) -> web.Response:
        """Give every event that the room follows."""
        return await self._followed(request, self._room)

    async def of_source(self, request: web.Request) -> web.Response:
        """Give the events of one source."""
        source = request.match_info["source"]
        if source not in self.rooms.sources:
            raise Refusal(404, "not_found")
        return await self._followed(request, replace(self._room, follows=(source,)))

    async def of_event(self, request: web.Request) -> web.Response:
        """Give one event to any calendar."""
        event = await self.telling.calendar_event(int(request.match_info["id"]))
        if event is None:
            raise Refusal(404, "not_found")
        async with self._turns.turn(self.door.caller(request)):
            return _given(request, await self._file([event], "", _alarm(request)))

    async def _followed(self, request: web.Request, room: Room) -> web.Response:
        """Give the calendar of a room, built once for all who ask until something in it changes."""
        alarm = _alarm(request)
        async with self._turns.turn(self.door.caller(request)):
            file = await self._newest(room, rings=alarm is not None)
            return _given(request, file if alarm is None else _ringing(file, alarm))

    async def _newest(self, room: Room, *, rings: bool) -> _File:
        key, revision = (room.follows, rings), await self.telling.calendar_revision(room)
        kept = self._kept.get(key)
        if kept is None or kept.revision != revision:
            events = await self.telling.calendar_events(room)
            file = await self._file(events, self.community.name, _SOME_TIME if rings else None)
            kept = replace(file, revision=revision)
            self._kept.pop(key, None)
            self._kept[key] = kept
            for oldest in list(self._kept)[:-MOST_KEPT]:
                del self._kept[oldest]
        return kept

    async def _file(self, events: Sequence[Event], name: str, alarm: timedelta | None) -> _File:
        body = await asyncio.to_thread(calendar_file, events, self.community.timezone, name, alarm)
        return _File(body, hashlib.sha256(body).hexdigest()[:32])

    @property
    def _room(self) -> Room:
        return self.rooms.at(HERE, MAIN)


def _given(request: web.Request, file: _File) -> web.Response:
    """Give the file, or say that the one the calendar has is still right."""
    known = request.if_none_match or ()
    if any(tag.value in (file.tag, "*") for tag in known):
        response = web.Response(status=304)
    else:
        response = web.Response(body=file.body, content_type="text/calendar", charset="utf-8")
    response.etag = ETag(file.tag)
    response.headers["Cache-Control"] = "no-cache"  # ask each time; the tag makes that cheap
    return response


def _ringing(file: _File, alarm: timedelta) -> _File:
    """Return a kept file with the alarms that somebody wants: any of a million times costs no file of its own."""
    seconds = alarm.days * 86400 + alarm.seconds
    rings = _RINGS.replace(b"-PT1S", f"-PT{seconds}S".encode())
    return _File(file.body.replace(_RINGS, rings), f"{file.tag}-{seconds}")


def _alarm(request: web.Request) -> timedelta | None:
    written = request.query.get("alarm")
    try:
        return None if written is None else parse_duration(written)
    except ValueError:
        raise Refusal(400, "bad_duration") from None

"""What was shown at an event: gathered from connpass for two weeks after it, said once a room, kept up to date."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.core.clock import Clock
from bot.core.errors import SourceRefused, SourceUnavailable
from bot.core.messages import Message
from bot.core.rooms import Rooms
from bot.core.skips import NothingToSay
from bot.core.texts import gettext
from bot.delivery.ports.schedule import DeliveryStore
from bot.delivery.posting import EventPost, Here
from bot.delivery.rules.deliveries import Delivery
from bot.delivery.rules.follow_ups import edit_at_once, was_said
from bot.events.ports.events import EventStore
from bot.events.ports.sources import EventDetails
from bot.events.rules.events import Event
from bot.reports.material_messages import materials_message
from bot.reports.ports import MaterialStore
from bot.reports.rules.materials import ASKED_ABOUT, STAY_NEWS, SeenMaterials, is_look_due

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class MaterialsPost(EventPost):
    """What was shown at an event."""

    tag = "materials"
    label = gettext("materials:")
    occasion_form = "list"

    async def compose(self, here: Here) -> Message | NothingToSay:
        """List the materials of an event."""
        seen = (await here.known.materials.seen([self.event_id])).get(self.event_id)
        event = (await here.known.events.known([self.event_id])).get(self.event_id)
        if seen is None or event is None or not seen.materials:
            return NothingToSay.MATERIALS_GONE
        return materials_message(here.texts, event, seen.materials)


@dataclass(frozen=True)
class Materials:
    """Asks connpass for few events, each a few times; with no `details`, for lack of a key, it asks for none."""

    details: EventDetails | None
    store: MaterialStore
    events: EventStore
    deliveries: DeliveryStore
    rooms: Rooms
    clock: Clock

    async def gather(self) -> None:
        """Ask for the materials of the events whose turn it is, and plan to say what is new.

        One after the other: so at most one of these calls stands before anything else in connpass's queue.
        """
        if self.details is None:
            return
        for event, sources in await self._recent():
            now, seen = self.clock.now(), (await self.store.seen([event.id])).get(event.id)
            if not is_look_due(event, seen, now):
                continue
            try:
                found = tuple(await self.details.materials(event.id))
            except SourceRefused as error:  # such as for a page that was deleted
                log.warning("materials not read", event_id=event.id, reason=str(error))
            except SourceUnavailable as error:
                log.warning("materials not read", event_id=event.id, reason=str(error), next="asked again later")
                return
            else:
                is_new = bool(found) and (seen is None or found != seen.materials)
                planned = await self._posts(event, sources, now) if is_new else []
                await self.store.keep(SeenMaterials(event.id, now, found), planned)

    async def _recent(self) -> list[tuple[Event, set[str]]]:
        """Return the events that ended lately, and since the bot knows a source that shows them, with these sources."""
        now, states = self.clock.now(), await self.events.sources()
        ended = await self.events.ended(self.rooms.sources, now - ASKED_ABOUT, now)
        shown_by = await self.events.shown_by([event.id for event in ended])
        recent = []
        for event in ended:
            seen = [states[name].first_seen_at for name in shown_by[event.id] if name in states]
            known_since = min((at for at in seen if at is not None), default=None)
            if known_since is not None and event.ends_at is not None and event.ends_at >= known_since:
                recent.append((event, shown_by[event.id]))
        return recent

    async def _posts(self, event: Event, sources: set[str], now: datetime) -> list[Delivery]:
        """Plan the list in every room that wants it, once; where it stands already it is edited."""
        post = MaterialsPost(event.id)
        edits = [
            edit_at_once(delivery, now)
            for delivery in await self.deliveries.about(MaterialsPost, {post.stored_as.subject})
            if was_said(delivery)
        ]
        until = (event.ends_at or now) + STAY_NEWS
        return [
            *edits,
            *(
                Delivery(post, room.name, now, until)
                for room in self.rooms.following(sources)
                if room.announces and room.materials
            ),
        ]

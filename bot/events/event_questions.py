"""What organisers are asked about events: so many at once, and pages that are gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.messages import Button, Message
from bot.core.questions import POST_ALL, POST_NONE
from bot.core.skips import NothingToSay
from bot.delivery.posting import Here, SpokenQuestion
from bot.delivery.question_messages import post_or_not
from bot.events import event_messages
from bot.events.ports.events import EventStore
from bot.events.rules.events import Event, EventStatus

CALLED_OFF, SAY_NOTHING = "called_off", "leave"  # the answers to "these pages are gone, was that on purpose?"


@dataclass(frozen=True, slots=True, kw_only=True)
class _AboutEvents(SpokenQuestion):
    events: Sequence[int]
    guild: str | None = None  # earlier versions asked everywhere alike

    @property
    def asked_in(self) -> str | None:
        """The guild whose rooms these events concern."""
        return self.guild


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodQuestion(_AboutEvents):
    """A source shows so much at once that nothing of it was posted."""

    tag = "flood"

    source: str
    options: tuple[str, ...] = (POST_ALL, POST_NONE)

    async def compose(self, here: Here) -> Message:
        """Ask whether so much at once shall be posted."""
        known = await here.known.events.known(self.events)
        events = [known[event_id] for event_id in self.events if event_id in known]
        return event_messages.flood_question(here.texts, self.source, events, post_or_not(here.texts, self))


@dataclass(frozen=True, slots=True, kw_only=True)
class VanishedQuestion(_AboutEvents):
    """The pages of announced events are gone."""

    tag = "vanished"

    options: tuple[str, ...] = (CALLED_OFF, SAY_NOTHING)

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Ask whether these events are called off, unless they are back or would have begun."""
        gone = await self.still_gone(here.known.events, here.now)
        if not gone and not here.is_said:
            return NothingToSay.EVENT_BACK
        texts = here.texts
        labels = {
            CALLED_OFF: texts.gettext("Tell everybody it is cancelled"),
            SAY_NOTHING: texts.gettext("Say nothing"),
        }
        buttons = tuple(Button(labels[option], self.answer_with(option)) for option in self.options)
        known = await here.known.events.known(self.events)
        return event_messages.vanished_question(texts, gone or list(known.values()), here.now, buttons)

    async def still_gone(self, events: EventStore, now: datetime) -> list[Event]:
        """Return the events whose pages are gone still, and that would not have begun yet."""
        known = (await events.known(self.events)).values()
        return [event for event in known if event.status is EventStatus.VANISHED and not event.has_started(now)]

"""What one member is told of events of which they want to be reminded, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.messages import Message
from bot.core.posts import Audience
from bot.core.skips import NothingToSay
from bot.core.texts import gettext
from bot.delivery.posting import EventPost, Here
from bot.delivery.rules.deliveries import Delivery, DeliveryOf
from bot.events.rules.events import Event, EventStatus
from bot.locales import Texts
from bot.reminders import reminder_messages
from bot.reminders.rules.personal_reminders import PersonalReminder
from bot.reminders.rules.quiet_hours import QuietHours, moment_of
from bot.reminders.rules.reminders import reminders_of


@dataclass(frozen=True, slots=True)
class _ToMember(EventPost):
    """`locale` is the language in which they asked; they may have chosen another since."""

    audience = Audience.MEMBER

    async def texts(self, here: Here, locale: str) -> Texts | NothingToSay:
        """Return the texts in the member's language."""
        whose = await here.known.personal_reminders.member(here.room.name)
        if whose.is_closed:
            return NothingToSay.NO_DIRECT_MESSAGES
        return here.texts_in(whose.locale or locale)


@dataclass(frozen=True, slots=True)
class _Reminder(_ToMember):
    label = gettext("reminder:")
    is_news = False

    starts_at: datetime
    locale: str

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Remind of an event that still takes place when this reminder was planned for."""
        event = await here.event(self.event_id)
        if not event.takes_place or event.started_at != self.starts_at:
            return NothingToSay.EVENT_CHANGED
        texts = await self.texts(here, self.locale)
        return texts if isinstance(texts, NothingToSay) else reminder_messages.personal_reminder(texts, event, here.now)


@dataclass(frozen=True, slots=True)
class PersonalReminderPost(_Reminder):
    """A reminder so long before the start."""

    tag = "personal_reminder"
    occasion_form = "{lead_time:duration}@{starts_at:%Y%m%dT%H%MZ}"
    kept = ("starts_at", "locale")

    lead_time: timedelta


@dataclass(frozen=True, slots=True)
class SnoozedPost(_Reminder):
    """A reminder that was put off."""

    tag = "snoozed"
    occasion_form = "{until:%Y%m%dT%H%MZ}"

    until: datetime


@dataclass(frozen=True, slots=True)
class PersonalChangePost(_ToMember):
    """An event was `before` and is at `starts_at` now; called off, or it takes place after all."""

    tag = "personal_change"
    label = gettext("change:")
    occasion_form = "r{revision}"

    revision: int
    locale: str
    before: datetime | None
    starts_at: datetime | None
    takes_place: bool

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Tell what became of the event, unless it is another state by now."""
        event, texts = await here.event(self.event_id), await self.texts(here, self.locale)
        if isinstance(texts, NothingToSay):
            return texts
        if (self.starts_at, self.takes_place) != (event.started_at, event.takes_place):
            return NothingToSay.CHANGED_AGAIN
        return reminder_messages.personal_change(texts, event, self.before, here.now)


def planned_for(wanted: PersonalReminder, event: Event, quiet: QuietHours | None, now: datetime) -> list[Delivery]:
    """Return every reminder that shall be open, those whose moment is past included, out of the quiet hours."""
    return [
        Delivery(
            PersonalReminderPost(event.id, reminder.starts_at, wanted.locale, reminder.lead_time),
            wanted.address,
            *(moment_of(reminder, quiet, now) or (reminder.due_at, reminder.useful_until)),
        )
        for reminder in reminders_of(event, wanted.lead_times)
    ]


def news_for(wanted: PersonalReminder, event: Event, now: datetime, quiet: QuietHours | None = None) -> Delivery | None:
    """Tell the member that the event moved, was called off or takes place after all; None if they know.

    A page that was deleted is no news yet: organisers are asked whether that was meant.
    """
    if event.status is EventStatus.VANISHED:
        return None
    return confirmed_news_for(wanted, event, now, quiet)


def confirmed_news_for(
    wanted: PersonalReminder, event: Event, now: datetime, quiet: QuietHours | None = None
) -> Delivery | None:
    """Tell the member the same, also of a page whose deletion was meant, as organisers confirmed."""
    if wanted == wanted.knowing(event) or event.has_started(now):
        return None
    post = PersonalChangePost(
        event.id, event.revision, wanted.locale, wanted.starts_at, event.started_at, event.takes_place
    )
    due_at = quiet.after(now, event.started_at) if quiet else now
    return Delivery(post, wanted.address, due_at, event.started_at)


def snoozed(address: str, locale: str, event: Event, until: datetime) -> DeliveryOf[SnoozedPost] | None:
    """Return the reminder that is said again at `until`; None if that is too late to be of use."""
    if event.started_at is None or not event.takes_place or until >= event.started_at:
        return None
    return DeliveryOf(SnoozedPost(event.id, event.started_at, locale, until), address, until, event.started_at)

"""What is said about the seats of an event."""

from datetime import datetime

from bot.core.messages import Message, MessageKind
from bot.events.event_cards import event_card
from bot.events.event_messages import called_off
from bot.events.rules.events import Event
from bot.events.rules.seats import FILLING, SeatNews
from bot.locales import Texts


def seats_message(texts: Texts, event: Event, news: SeatNews, now: datetime) -> Message:
    """Say how it stands with the seats now, of which there was this news; that the event is off, where it is."""
    card = event_card(texts, event, now, stays=True)
    return Message(
        MessageKind.CHANGE, called_off(texts, event) or _standing(texts, event, news), (card,), event_id=event.id
    )


def _standing(texts: Texts, event: Event, news: SeatNews) -> str:
    waiting = event.waiting or 0
    if event.is_full and news is SeatNews.WAITING and waiting:
        waiting_now = texts.ngettext("{count} person is waiting for a seat.", "{count} people are waiting.", waiting)
        please = texts.gettext("If you can't make it after all, please cancel early.")
        return texts.in_a_row(waiting_now.format(count=waiting), please)
    if event.is_full or (waiting and news not in FILLING):  # a seat that somebody waits for is not free
        wait = texts.gettext("You can still join the waiting list on the event page.")
        return texts.in_a_row(texts.gettext("This event is full now."), wait)
    free_again = texts.gettext("A seat is free again!")
    if event.limit is None or event.accepted is None:
        return free_again
    free = event.limit - event.accepted
    left = texts.ngettext("{count} seat is left.", "{count} seats are left.", free).format(count=free)
    return left if news in FILLING else texts.in_a_row(free_again, left)

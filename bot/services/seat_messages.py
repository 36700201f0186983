"""What is said about the seats of an event."""

from datetime import datetime

from bot.domain.events import Event
from bot.domain.messages import Message, MessageKind
from bot.domain.seats import SeatNews
from bot.locales import Texts
from bot.services.event_cards import event_card


def seats_message(texts: Texts, event: Event, news: SeatNews, now: datetime, public_url: str = "") -> Message:
    """Say how it stands with the seats now, of which there was this news."""
    card = event_card(texts, event, now, public_url=public_url)
    return Message(MessageKind.CHANGE, _standing(texts, event, news), (card,), event_id=event.id)


def _standing(texts: Texts, event: Event, news: SeatNews) -> str:
    waiting, free = event.waiting or 0, (event.limit or 0) - (event.accepted or 0)
    if event.is_full and news is SeatNews.WAITING and waiting:
        waiting_now = texts.ngettext("{count} person is waiting for a seat.", "{count} people are waiting.", waiting)
        please = texts.gettext("If you cannot come after all, please cancel early.")
        return texts.in_a_row(waiting_now.format(count=waiting), please)
    if event.is_full:
        wait = texts.gettext("You can still join the waiting list on the event page.")
        return texts.in_a_row(texts.gettext("This event is full now."), wait)
    left = texts.ngettext("{count} seat is left.", "{count} seats are left.", free).format(count=free)
    is_news = news in (SeatNews.FREE_AGAIN, SeatNews.FULL)
    return texts.in_a_row(texts.gettext("There is a seat again!"), left) if is_news else left

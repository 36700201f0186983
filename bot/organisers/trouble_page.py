"""The page of rooms that take nothing: which, since when, why and what to do, and what else does not get through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.actions import OnPage
from bot.core.messages import Button, Card, Field, Message, MessageKind
from bot.delivery.rules.deliveries import Delivery
from bot.delivery.rules.troubles import Trouble
from bot.events.rules.events import Event
from bot.locales import Texts
from bot.organisers.delivery_labels import subject_label

MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class TryNow(OnPage):
    """Try at once what waits in rooms that take nothing."""

    template = "tsudoi:trouble:try"


def trouble_page(
    texts: Texts,
    troubles: Sequence[Trouble],
    waiting: Mapping[str, int],
    names: Mapping[str, str],
    stuck: Sequence[Delivery],
    events: Mapping[int, Event],
    *,
    tried: bool,
) -> Message:
    """Show the rooms in trouble, and messages that are tried again and again."""
    cards = [_trouble_card(texts, trouble, waiting, names) for trouble in troubles[:MOST_SHOWN]]
    if stuck:
        lines = [
            f"・{subject_label(texts, message, events)} → {message.reason.told(texts) if message.reason else ''}"
            for message in stuck
        ]
        cards.append(Card(texts.gettext("Messages that do not get through"), body="\n".join(lines)))
    if not cards:
        return Message(MessageKind.ANSWER, texts.gettext("I can post in every channel."))
    if tried:
        lead = texts.gettext("I am trying now. Look again in a moment.")
    elif troubles:
        lead = texts.ngettext(
            "I cannot post in {count} channel.", "I cannot post in {count} channels.", len(troubles)
        ).format(count=len(troubles))
    else:
        lead = texts.gettext("I can post in every channel.")
    return Message(MessageKind.ANSWER, lead, tuple(cards), (Button(texts.gettext("Try now"), TryNow()),))


def _trouble_card(texts: Texts, trouble: Trouble, waiting: Mapping[str, int], names: Mapping[str, str]) -> Card:
    channel = trouble.room.partition(":")[2]
    return Card(
        f"#{names.get(channel, channel)}",
        body=trouble.problem.told(texts),
        fields=(
            Field(texts.gettext("Since"), texts.moment(trouble.since)),
            Field(texts.gettext("Next try"), texts.moment(trouble.again_at)),
            Field(texts.gettext("Waiting"), str(waiting.get(trouble.room, 0))),
        ),
    )

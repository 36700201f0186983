"""What organisers are shown of messages that were posted, and of what was done about them by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.actions import OnPage
from bot.core.messages import Button, Card, Choice, Field, Message, MessageKind, Option
from bot.delivery.rules.deliveries import Delivery, DeliveryState
from bot.delivery.rules.follow_ups import FollowUp
from bot.events.rules.events import Event
from bot.locales import Texts
from bot.organisers.delivery_labels import subject_label
from bot.organisers.rules.interventions import Action, Intervention


@dataclass(frozen=True, slots=True)
class ShowPosted(OnPage):
    """Show the message that was chosen, with what can be done about it."""

    written: str = ""

    template = "tsudoi:sent:show"


@dataclass(frozen=True, slots=True)
class Intervene(OnPage):
    """Retract a message, or post it again."""

    deed: Action
    message: int

    template = "tsudoi:sent:{deed}:{message}"


def posted_card(texts: Texts, posted: Sequence[Delivery], events: Mapping[int, Event]) -> Card:
    """List what was posted lately."""
    lines = [f"・{_when(texts, delivery)} {_label(texts, delivery, events)}" for delivery in posted]
    return Card(texts.gettext("Recently posted"), body="\n".join(lines))


def by_hand_card(texts: Texts, done: Sequence[Intervention], events: Mapping[int, Event]) -> Card:
    """List who did what."""
    labels = {Action.RETRACT: texts.gettext("retracted"), Action.REPEAT: texts.gettext("posted again")}
    fields = tuple(
        Field(
            f"{texts.moment(deed.at)} {labels[deed.action]}: {subject_label(texts, deed.delivery, events)}",
            deed.member,
            member=deed.member,
        )
        for deed in done
    )
    return Card(texts.gettext("Done by hand"), fields=fields)


def messages_choice(texts: Texts, messages: Sequence[Delivery], events: Mapping[int, Event]) -> Choice | None:
    """Let one of these be chosen; None where there is none."""
    options = tuple(
        Option(str(message.id), f"{_when(texts, message)} {_label(texts, message, events)}"[:100])
        for message in messages
        if not isinstance(message.post, FollowUp)
    )
    label = texts.gettext("Retract a message, or post it again")
    return Choice(ShowPosted(), label, options, least=1) if options else None


def message_page(texts: Texts, message: Delivery, events: Mapping[int, Event], lead: str = "") -> Message:
    """Show one message, with what can be done about it."""
    number = message.id or 0  # what was posted is in the store
    facts = [_when(texts, message), message.reason.told(texts) if message.reason else ""]
    card = Card(_label(texts, message, events), body="\n".join(fact for fact in facts if fact))
    repeat = Button(texts.gettext("Post it again"), Intervene(Action.REPEAT, number))
    retract = Button(texts.gettext("Retract (delete)"), Intervene(Action.RETRACT, number), quiet=True)
    stands_there = message.external_id is not None and message.state is not DeliveryState.RETRACTED
    buttons = (repeat, retract) if stands_there else (repeat,)
    return Message(MessageKind.ANSWER, lead or texts.gettext("What should I do about it?"), (card,), buttons)


def done(texts: Texts, action: Action, message: Delivery, events: Mapping[int, Event]) -> Message:
    """Confirm."""
    if action is Action.REPEAT:
        lead = texts.gettext("I am posting it again, as far as it still applies. /tsudoi status shows the outcome.")
    elif message.post.stands_for_its_event:
        lead = texts.gettext("I am deleting the announcement, and will say no more about this event in that channel.")
    else:
        lead = texts.gettext("I am deleting the message. It will not come back on its own.")
    return Message(MessageKind.ANSWER, lead, (Card(subject_label(texts, message, events)),))


def too_late(texts: Texts) -> Message:
    """Say that this cannot be done any more."""
    return Message(
        MessageKind.ANSWER, texts.gettext("The message has changed in the meantime; please look at it again.")
    )


def _when(texts: Texts, delivery: Delivery) -> str:
    return texts.moment(delivery.sent_at or delivery.due_at)


def _label(texts: Texts, delivery: Delivery, events: Mapping[int, Event]) -> str:
    label = subject_label(texts, delivery, events)
    if delivery.state is DeliveryState.RETRACTED:
        return f"🗑 {label}"
    return f"⚠️ {label}" if delivery.state is DeliveryState.FAILED else label

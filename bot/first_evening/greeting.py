"""A first hello in the channels that were chosen: the proof that it works, and nothing that anybody must answer."""

from collections.abc import Sequence

from bot.config import Settings
from bot.core.errors import TsudoiError
from bot.core.messages import Message, MessageKind
from bot.first_evening.answers import Channel
from bot.first_evening.talk import Talk
from bot.locales import Texts


def greeting(texts: Texts, group: str) -> Message:
    """Return what the bot says of itself when it comes into a channel."""
    hello = texts.gettext(
        "Hello, I am Tsudoi! From now on I post {group}'s new events here, reminders before they start, "
        "and the report afterwards. Nice to meet you!"
    )
    return Message(MessageKind.ANSWER, hello.format(group=group))


def offer_greeting(talk: Talk, settings: Settings, channels: Sequence[Channel]) -> None:
    """Post the hello in these channels after a yes; that it does not work stops nobody."""
    _ = talk.texts.gettext
    if talk.looks is None or not talk.asker.is_person or not channels:
        return
    message = greeting(talk.texts, settings.community.name)
    names = _(", ").join(label or channel for _platform, channel, label in channels)
    talk.asker.heading(_("A first hello"))
    talk.asker.say(f"  {message.lead}")
    if not talk.asker.confirm(_("Post this in {channels} now?").format(channels=names), default=True):
        return
    for platform, channel, label in channels:
        try:
            with talk.asker.waiting(_("Posting …")):
                talk.looks.say(settings, platform, channel, message)
        except TsudoiError as error:
            failed = _("It could not be posted in {channel}.").format(channel=label or channel)
            talk.asker.warn(failed, error.problem.reported(talk.texts, asked_now=True))
        else:
            talk.asker.good(_("Posted in {channel}. Have a look!").format(channel=label or channel))

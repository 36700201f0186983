"""The step about channels, the same for Discord and Slack: what the bot sees, and where of that it shall speak."""

import unicodedata
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.core.errors import ConfigurationError, TsudoiError
from bot.core.problems.platforms import ChannelHidden
from bot.first_evening.answers import Platform
from bot.first_evening.looks import Looks
from bot.first_evening.talk import NONE, Talk

LOOK_EVERY = 3.0  # seconds
_AGAIN = "r"


@dataclass(frozen=True, slots=True)
class Seen:
    """A channel in which the bot might speak; `lacks` says what it may not do there."""

    id: str
    label: str
    lacks: str = ""


@dataclass(frozen=True)
class Sight:
    """What the bot sees of a service, and how to look again."""

    service: str
    seen: Sequence[Seen]
    look: Callable[[Looks], list[Seen]]


def choose_channels(talk: Talk, platform: Platform, sight: Sight | None) -> None:
    """Settle in which channels it shall speak; none: that is set up in the chat. Without `sight` nothing is seen."""
    name = f"{platform}_channels"
    seen = sight.seen if sight is not None else ()
    chosen = _of_given(talk, name, seen, is_blind=sight is None) if name in talk.given else None
    if chosen is None:
        kept = talk.answers.channels(platform)
        chosen = dict(kept) if sight is None or not talk.asker.is_person else _ask_channels(talk, sight, kept)
    talk.settle(name, chosen)
    if not chosen:
        talk.asker.say(talk.texts.gettext("No channel is chosen: type /tsudoi setup in the chat once the bot runs."))


def _of_given(talk: Talk, name: str, seen: Sequence[Seen], *, is_blind: bool) -> dict[str, str] | None:
    """Return the channels that were given; None where the bot does not see them all, and somebody can choose others."""
    ids, known = talk.given.pop(name), {channel.id: channel for channel in seen}
    unseen = ", ".join(channel_id for channel_id in ids if channel_id not in known)
    if unseen and not is_blind:
        error = ConfigurationError(ChannelHidden(where=f"channel {unseen}"))
        sentence = talk.texts.gettext("The bot does not see this channel: {channel}").format(channel=unseen)
        talk.refuse(error, sentence, name)
        return None
    _warn_of_lacks(talk, [known[channel_id] for channel_id in ids if channel_id in known])
    return {channel_id: known[channel_id].label if channel_id in known else "" for channel_id in ids}


def _ask_channels(talk: Talk, sight: Sight, kept: Collection[str]) -> dict[str, str]:
    _ = talk.texts.gettext
    seen = sight.seen or _wait_for_invitation(talk, sight)

    def again() -> list[Seen]:
        return talk.look(sight.service, sight.look) or []

    while True:
        if not seen:
            talk.asker.say(_("The bot is in no channel yet."))
            ways = {"again": _("I have invited it: look again"), "later": _("Decide later, in the chat")}
            if talk.asker.choose(_("What now?"), "", ways, "again") == "later":
                return {}
            seen = again()
            continue
        talk.asker.say(_("Channels I can see:"))
        for number, channel in enumerate(seen, 1):
            talk.asker.say(f"  {number}  {channel.label}")
        usual = " ".join(str(number) for number, channel in enumerate(seen, 1) if channel.id in kept)
        question = _("Numbers (such as 1 3), r to look again, or Enter to decide later in the chat")
        if usual:
            question = _("Numbers (such as 1 3), r to look again, or 0 to decide later in the chat")
        typed = unicodedata.normalize("NFKC", talk.asker.ask(question, "", usual))
        if typed.casefold() == _AGAIN:
            seen = again()
            continue
        chosen = _numbered(typed, seen)
        if chosen is not None:
            _warn_of_lacks(talk, chosen)
            return {channel.id: channel.label for channel in chosen}
        talk.asker.bad(_("Please type one of the numbers."))


def _wait_for_invitation(talk: Talk, sight: Sight) -> list[Seen]:
    """Look until the bot is invited, or somebody presses Enter; a look that fails is no reason to stop."""
    _ = talk.texts.gettext
    with talk.asker.waiting(_("Waiting for the invitation (Enter: go on without it) …")):
        while talk.looks is not None and not talk.asker.enters_within(LOOK_EVERY):
            with suppress(TsudoiError):
                if seen := sight.look(talk.looks):
                    break
        else:
            return []
    talk.asker.good(_("I have been invited."))
    return seen


def _numbered(typed: str, seen: Sequence[Seen]) -> list[Seen] | None:
    """Return what these numbers stand for, each once: 0 for nothing. None if one of them is no number here."""
    if typed.strip() in NONE:
        return []
    words = dict.fromkeys(typed.replace("、", " ").replace(",", " ").split())
    if not all(word.isdecimal() and 0 < int(word) <= len(seen) for word in words):
        return None
    return [seen[int(word) - 1] for word in words]


def _warn_of_lacks(talk: Talk, chosen: Sequence[Seen]) -> None:
    for channel in chosen:
        if channel.lacks:
            lacks = talk.texts.gettext(
                "In {channel} the bot lacks: {permissions}. Allow this in the channel's settings."
            )
            talk.asker.warn(lacks.format(channel=channel.label, permissions=channel.lacks))

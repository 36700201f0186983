"""The evening from its first question to a bot that lives: what is asked in which order, and the file."""

from collections.abc import Sequence
from pathlib import Path

from bot import __version__
from bot.config import Settings, settings_of
from bot.core.errors import ConfigurationError
from bot.first_evening.answers import Channel
from bot.first_evening.commands import Commands
from bot.first_evening.community_steps import choose_language, find_group, find_reports
from bot.first_evening.configuration_file import configuration, holds_secrets, put_in_place
from bot.first_evening.existing import settings_in
from bot.first_evening.greeting import offer_greeting
from bot.first_evening.home import choose_home
from bot.first_evening.platform_steps import choose_platforms, connect_discord, connect_slack
from bot.first_evening.preview import choose_event_list, record_now, show_first_week, show_last_month
from bot.first_evening.talk import Talk


def spend_evening(talk: Talk, file: Path, usual_language: str, commands: Commands) -> bool:
    """Ask everything, rehearse, and write `file`; False if somebody decided against it. Raises TsudoiError."""
    _ask(talk, file, usual_language)
    there = settings_in(file)
    before = file.read_text(encoding="utf-8") if there is not None else ""
    text = _composed(talk, before)
    if text.rstrip() == before.rstrip():
        _say_that_nothing_changed(talk, file)
    else:
        channels = _new_channels(talk, there)
        text = _preview(talk, text, before, channels, commands)
        if not _write(talk, text, file):
            return False
        offer_greeting(talk, settings_of(text), channels)
    if talk.draft is not None:
        talk.draft.drop()
    choose_home(talk, file, commands, is_new=there is None)
    return True


def _ask(talk: Talk, file: Path, usual_language: str) -> None:
    talk.asker.heading(f"Tsudoi {__version__}")
    choose_language(talk, usual_language)
    _introduce(talk, file)
    find_group(talk)
    platforms = choose_platforms(talk)
    if "discord" in platforms:
        connect_discord(talk)
    if "slack" in platforms:
        connect_slack(talk, file.parent)
    find_reports(talk)


def _composed(talk: Talk, before: str) -> str:
    """Return the configuration once the bot itself could read it. Raises ConfigurationError."""
    text = configuration(talk.texts, talk.answers, talk.in_environment, before)
    settings_of(text)
    return text


def _preview(talk: Talk, text: str, before: str, channels: Sequence[Channel], commands: Commands) -> str:
    """Show what it would have said and will say; return the configuration with what is decided on the way."""
    recording = record_now(talk, settings_of(text))
    if recording is not None:
        show_last_month(talk, settings_of(text), recording, commands)
    if any(platform == "discord" for platform, _channel, _label in channels):
        choose_event_list(talk, recording)
        text = _composed(talk, before)
    if recording is not None:
        show_first_week(talk, settings_of(text), recording)
    return text


def _new_channels(talk: Talk, before: Settings | None) -> list[Channel]:
    known = {(room.platform, room.channel) for room in before.rooms} if before is not None else set()
    return [
        (platform, channel, label)
        for platform in talk.answers.platforms or ()
        for channel, label in talk.answers.channels(platform).items()
        if (platform, channel) not in known
    ]


def _introduce(talk: Talk, file: Path) -> None:
    _ = talk.texts.gettext
    if talk.asker.is_person:
        talk.asker.say(_("Enter takes the answer in brackets. Ctrl-C stops at any time and loses nothing."))
        talk.asker.say(_("{file} is written only at the end, once you confirm.").format(file=file))
    if talk.looks is None:
        talk.asker.warn(_("Offline: nothing is checked now. `tsudoi check` does it later."))


def _say_that_nothing_changed(talk: Talk, file: Path) -> None:
    _ = talk.texts.gettext
    talk.asker.heading(_("Saving the settings"))
    talk.asker.good(_("Nothing has changed: {file} already says all this, and was not rewritten.").format(file=file))


def _write(talk: Talk, text: str, file: Path) -> bool:
    from bot.command_line.checking import is_tracked

    _ = talk.texts.gettext
    is_secret = holds_secrets(text)
    if is_secret and is_tracked(file):
        raise ConfigurationError(
            f"git tracks {file}, and secrets would stand in it: run `git rm --cached {file}` first"
        )
    talk.asker.heading(_("Saving the settings"))
    if not talk.asker.confirm(_("Write {file}?").format(file=file), default=True):
        return False
    before = put_in_place(text, file)
    talk.asker.good(_("{file} is written.").format(file=file))
    if is_secret:
        talk.asker.say(_("It contains tokens or keys, so only you can read it. Keep it out of git and chats."))
    if before is not None:
        talk.asker.say(_("The previous one is kept as {file}.").format(file=before))
    return True

"""The evening from its first question to the next command: what is asked in which order, a rehearsal, and the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from bot import __version__
from bot.clock import SystemClock
from bot.config import Settings, settings_of
from bot.core.rooms import LOCAL, MAIN
from bot.errors import ConfigurationError, TsudoiError
from bot.first_evening.answers import PLATFORMS
from bot.first_evening.community_steps import choose_language, find_group, find_reports
from bot.first_evening.configuration_file import configuration, holds_secrets, put_in_place
from bot.first_evening.existing import settings_in
from bot.first_evening.platform_steps import choose_platforms, connect_discord, connect_slack
from bot.first_evening.talk import Talk
from bot.locales import Texts, texts_for
from bot.services.rehearsing import Rehearsed

MOST_SHOWN, MOST_LINES = 6, 8  # messages of a rehearsal, and lines of each


@dataclass(frozen=True)
class Commands:
    """How we are called here: `program` such as `.venv/bin/tsudoi`, and the option that names the configuration."""

    program: str
    option: str

    def line(self, command: str, *arguments: str) -> str:
        """Return a command that can be copied."""
        return " ".join([self.program, command, *arguments, *([self.option] if self.option else [])])


def spend_evening(talk: Talk, file: Path, usual_language: str, commands: Commands) -> bool:
    """Ask everything, rehearse, and write `file`; False if somebody decided against it. Raises TsudoiError."""
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
    before = file.read_text(encoding="utf-8") if settings_in(file) is not None else ""
    text = configuration(talk.texts, talk.answers, talk.in_environment, before)
    settings = settings_of(text)
    if text.rstrip() == before.rstrip():
        _say_that_nothing_changed(talk, file)
    else:
        _rehearse(talk, settings, commands)
        if not _write(talk, text, file):
            return False
    if talk.draft is not None:
        talk.draft.drop()
    _say_what_comes_next(talk, commands)
    return True


def _introduce(talk: Talk, file: Path) -> None:
    _ = talk.texts.gettext
    if talk.asker.is_person:
        talk.asker.say(_("In brackets stands what Enter chooses. Ctrl-C ends at any time and loses nothing."))
        talk.asker.say(_("{file} is written at the very end, after your yes.").format(file=file))
    if talk.looks is None:
        talk.asker.warn(_("Offline: nothing is checked now. `tsudoi check` does it later."))


def _rehearse(talk: Talk, settings: Settings, commands: Commands) -> None:
    """Show what would have been said last month. That this does not work stops nobody."""
    _ = talk.texts.gettext
    if talk.looks is None:
        return
    start, end = last_month(SystemClock().now(), settings)
    talk.asker.heading(_("Rehearsal: what I would have said last month"))
    try:
        with talk.asker.waiting(_("Rehearsing …")):
            played = talk.looks.rehearsal(settings, start, end)
    except TsudoiError as error:
        talk.asker.warn(_("There is no rehearsal now."), str(error))
        return
    texts = texts_for(settings.community.locale, settings.community.timezone)
    said = in_one(played)
    for one, rooms in said[:MOST_SHOWN]:
        _show(talk, texts, one, [_label(talk, room) for room in rooms])
    if not said:
        talk.asker.say(_("Nothing: connpass shows no event for that month."))
    if len(said) > MOST_SHOWN:
        _point_to_the_rest(talk, len(said) - MOST_SHOWN, commands, start.date(), end.date())


def in_one(played: Sequence[Rehearsed]) -> list[tuple[Rehearsed, list[str]]]:
    """Return each message once, with all the rooms in which it is said at the same time."""
    rooms: dict[tuple[datetime, str], tuple[Rehearsed, list[str]]] = {}
    for one in played:
        rooms.setdefault((one.at, one.message.text), (one, []))[1].append(one.room)
    return list(rooms.values())


def _label(talk: Talk, room: str) -> str:
    names = {f"{one}:{channel}": label for one in PLATFORMS for channel, label in talk.answers.channels(one).items()}
    names[f"{LOCAL}:{MAIN}"] = talk.texts.gettext("my own page")
    return names.get(room) or room


def _point_to_the_rest(talk: Talk, count: int, commands: Commands, start: date, end: date) -> None:
    more = talk.texts.gettext("There are {count} more. To see them all, once this is written:")
    talk.asker.say("\n" + more.format(count=count))
    talk.asker.show("  " + commands.line("rehearse", "--from", str(start), "--to", str(end)))


def last_month(now: datetime, settings: Settings) -> tuple[datetime, datetime]:
    """Return where last month begins and ends, on the community's calendar."""
    end = now.astimezone(settings.community.timezone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (end - timedelta(days=1)).replace(day=1), end


def _show(talk: Talk, texts: Texts, said: Rehearsed, rooms: Sequence[str]) -> None:
    talk.asker.say(f"\n{texts.date(said.at)} {texts.time(said.at)}  {talk.texts.gettext(', ').join(rooms)}", "bold")
    lines = [line for line in said.message.text.splitlines() if line.strip()]
    cut = [*lines[:MOST_LINES], *(["…"] if len(lines) > MOST_LINES else [])]
    talk.asker.say("\n".join(f"  {line}" for line in cut))


def _say_that_nothing_changed(talk: Talk, file: Path) -> None:
    _ = talk.texts.gettext
    talk.asker.heading(_("Write it down"))
    talk.asker.good(_("Nothing has changed: {file} says all this already, and stays as it is.").format(file=file))


def _write(talk: Talk, text: str, file: Path) -> bool:
    from bot.checking import is_tracked

    _ = talk.texts.gettext
    is_secret = holds_secrets(text)
    if is_secret and is_tracked(file):
        raise ConfigurationError(
            f"git tracks {file}, and secrets would stand in it: run `git rm --cached {file}` first"
        )
    talk.asker.heading(_("Write it down"))
    if not talk.asker.confirm(_("Shall I write {file}?").format(file=file), default=True):
        return False
    before = put_in_place(text, file)
    talk.asker.good(_("{file} is written.").format(file=file))
    if is_secret:
        talk.asker.say(_("Tokens or keys stand in it: only you can read it. Keep it out of git and chats."))
    if before is not None:
        talk.asker.say(_("The one from before is kept as {file}.").format(file=before))
    return True


def _say_what_comes_next(talk: Talk, commands: Commands) -> None:
    _ = talk.texts.gettext
    if talk.answers.secrets() & set(talk.in_environment):
        talk.asker.say(_("Secrets from the environment are not written: they must be set when the bot runs, too."))
    talk.asker.say("\n" + _("Start the bot:"))
    talk.asker.show(f"  {commands.line('run')}", "bold cyan")

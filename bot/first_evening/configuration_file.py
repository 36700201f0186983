"""The configuration that an evening ends with: it explains itself, and is read as the bot reads it before it counts."""

import json
from collections.abc import Collection, Iterator
from pathlib import Path

from rich.cells import cell_len

from bot.clients.plain_text import plain
from bot.core.rooms import MANAGERS
from bot.first_evening.answers import SECRETS, Answers, Platform, write_privately
from bot.locales import Texts

_COLUMN = 40  # where comments begin


def configuration(texts: Texts, answers: Answers, in_environment: Collection[str]) -> str:
    """Write the answers as TOML, each setting with a comment; secrets of the environment are left out."""
    parts = (_head, _community, _connpass, _reports, _reminders, _discord, _slack, _rooms)
    return "\n\n".join("\n".join(part(texts, answers, in_environment)) for part in parts).rstrip() + "\n"


def put_in_place(text: str, file: Path, *, is_secret: bool) -> Path | None:
    """Write the configuration; return where the one from before is kept, if there was one.

    Raises ConfigurationError, and leaves the one from before in place.
    """
    before = file.with_name(f"{file.name}.old") if file.exists() else None
    if before is not None:
        write_privately(before, file.read_bytes())
    write_privately(file, text.encode(), 0o600 if is_secret else 0o666)
    return before


def _head(texts: Texts, answers: Answers, in_environment: Collection[str]) -> Iterator[str]:
    _ = texts.gettext
    yield "# " + _("The settings of Tsudoi, written by `tsudoi init`.")
    yield "# " + _("After a change: `tsudoi check`, then start the bot again. config.example.toml shows every setting.")
    if answers.secrets() - set(in_environment):
        yield "# " + _("Secrets stand here: show this file to nobody, and keep it out of git.")


def _community(texts: Texts, answers: Answers, _of: Collection[str]) -> Iterator[str]:
    _ = texts.gettext
    yield "[community]"
    yield _line("name", answers.name or "Tsudoi", _("how the bot speaks of your group"))
    yield _line("locale", answers.locale or "ja", _('"ja" or "en"'))
    yield _line("timezone", "Asia/Tokyo")


def _connpass(texts: Texts, answers: Answers, in_environment: Collection[str]) -> Iterator[str]:
    _ = texts.gettext
    yield "[connpass]"
    if answers.api_key:
        yield _secret(texts, "api_key", "api_key", answers, in_environment, _("the key that connpass issued"))
    else:
        yield _line("api_key", "", _('once connpass issued one, put it here and take kind = "feed" out'))
    yield ""
    yield "[[sources]]"
    yield _line("name", answers.group or "", _("rooms follow it by this name"))
    if not answers.api_key:
        yield _line("kind", "feed", _("the public feed, which needs no key: no seats, the newest events only"))
    yield _line("group", answers.group or "", _address(answers.group or ""))


def _address(group: str) -> str:
    return f"https://connpass.com/series/{group}/" if group.isdigit() else f"https://{group}.connpass.com/"


def _reports(texts: Texts, answers: Answers, _of: Collection[str]) -> Iterator[str]:
    yield "[reports]"
    yield _line("site_url", answers.site_url or "", texts.gettext("where the group publishes its reports; empty: none"))


def _reminders(texts: Texts, answers: Answers, _of: Collection[str]) -> Iterator[str]:
    yield "[reminders]"
    yield _padded('lead_times = ["7d", "1d", "1h"]', texts.gettext("how long before an event the rooms are reminded"))


def _discord(texts: Texts, answers: Answers, in_environment: Collection[str]) -> Iterator[str]:
    yield "[discord]"
    if "discord" not in (answers.platforms or ()):
        yield _line("token", "", texts.gettext("empty: Discord is off"))
        return
    yield _secret(texts, "token", "discord_token", answers, in_environment)


def _slack(texts: Texts, answers: Answers, in_environment: Collection[str]) -> Iterator[str]:
    yield "[slack]"
    if "slack" not in (answers.platforms or ()):
        yield _line("bot_token", "", texts.gettext("empty: Slack is off"))
        yield _line("app_token", "")
        return
    yield _secret(texts, "bot_token", "slack_bot_token", answers, in_environment)
    yield _secret(texts, "app_token", "slack_app_token", answers, in_environment)


def _rooms(texts: Texts, answers: Answers, _of: Collection[str]) -> Iterator[str]:
    _ = texts.gettext
    platforms: tuple[Platform, ...] = answers.platforms or ()
    rooms = [(one, *channel) for one in platforms for channel in answers.channels(one).items()]
    if not rooms:
        yield "# " + _("No channel is named here, so the room on the bot's own page follows every source.")
        yield "# " + _(
            "Channels of Discord and Slack are set up in the chat, with /tsudoi setup, or here as [[rooms]]."
        )
    for platform, channel, label in rooms:
        yield "[[rooms]]"
        yield _line("platform", platform)
        yield _line("channel", channel, label)
        yield _padded(
            f'organisers = ["{MANAGERS}"]', _("who may answer the bot's questions: who manages the place; also ids")
        )
        yield _padded('# digest = "mon 09:00"', _("a weekly digest of what is coming"))
        yield ""


def _secret(
    texts: Texts, key: str, name: str, answers: Answers, in_environment: Collection[str], comment: str = ""
) -> str:
    if name in in_environment:
        where = texts.gettext("comes from the environment: {variable}").format(variable=SECRETS[name])
        return _padded(f'# {key} = ""', where)
    return _line(key, getattr(answers, name) or "", comment)


def _line(key: str, value: str, comment: str = "") -> str:
    return _padded(f"{key} = {json.dumps(value, ensure_ascii=False)}", comment)  # a JSON string is a TOML string


def _padded(code: str, comment: str) -> str:
    return f"{code}{' ' * (_COLUMN - cell_len(code))} # {plain(comment, 120)}" if comment else code

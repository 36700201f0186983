"""The configuration that an evening ends with: written anew, or changed where an answer differs and nowhere else."""

import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Table

from bot.core.room import MANAGERS
from bot.events.rules.sources import group_in
from bot.first_evening import toml_editing as toml
from bot.first_evening.answers import SECRETS, Answers, EventList, Platform, write_privately
from bot.locales import Texts

_DEFAULTS = {"name": "Tsudoi", "locale": "ja"}  # of what is asked; all else is empty unless it is set
_EVENT_LISTS: dict[EventList, bool | str] = {"new": "new", "all": True, "none": False}
_KEYS_OF_SECRETS = {
    "api_key": ("connpass", "api_key"),
    "discord_token": ("discord", "token"),
    "slack_bot_token": ("slack", "bot_token"),
    "slack_app_token": ("slack", "app_token"),
}


def configuration(texts: Texts, answers: Answers, in_environment: Collection[str], before: str = "") -> str:
    """Return the answers as TOML: `before` with what differs, each comment, key and order as they were.

    Without `before` every setting that is asked for comes with a comment. Secrets of the environment are left out.
    """
    page = _Page(texts, answers, in_environment, before)
    page.write()
    return tomlkit.dumps(page.document).lstrip("\n")


def holds_secrets(text: str) -> bool:
    """Whether a configuration holds a token, a key or a password, in whatever form TOML has it."""
    return _holds_secret(tomllib.loads(text))


def _holds_secret(content: object, name: str = "") -> bool:
    if isinstance(content, dict):
        return any(_holds_secret(value, key) for key, value in content.items())
    if isinstance(content, list):
        return any(_holds_secret(value, name) for value in content)
    is_secret = name in {key for _, key in _KEYS_OF_SECRETS.values()}
    has_login = name.endswith("url") and any(part in str(content).lower() for part in ("@", "password="))
    return bool(content) and (is_secret or has_login)


def put_in_place(text: str, file: Path) -> Path | None:
    """Write the configuration; return where the one from before is kept, if there was one.

    Raises ConfigurationError, and leaves the one from before in place.
    """
    before = file.with_name(f"{file.name}.old") if file.exists() else None
    if before is not None:
        write_privately(before, file.read_bytes())
    write_privately(file, text.encode(), 0o600 if holds_secrets(text) else 0o666)
    return before


class _Page:
    """A document on which answers are put down, one section after the other."""

    def __init__(self, texts: Texts, answers: Answers, in_environment: Collection[str], before: str) -> None:
        self.document = tomlkit.parse(before if not before or before.endswith("\n") else f"{before}\n")
        self._is_new = not before
        self._answers = answers
        self._in_environment = in_environment
        self._texts = texts

    def write(self) -> None:
        if self._is_new:
            for line in self._head():
                self.document.add(tomlkit.comment(line))
        self._write_community()
        self._write_connpass()
        self._write_source()
        self._write_reports()
        self._write_platforms()
        self._write_rooms()

    def _head(self) -> Iterator[str]:
        _ = self._texts.gettext
        yield _("The settings of Tsudoi, written by `tsudoi init`.")
        yield _("After a change: `tsudoi check`, then start the bot again. config.example.toml shows every setting.")
        if self._answers.secrets() - set(self._in_environment):
            yield _("This file contains secrets: show it to nobody, and keep it out of git.")

    def _write_community(self) -> None:
        _ = self._texts.gettext
        self._put("community", "name", self._answers.name or _DEFAULTS["name"], _("what the bot calls your group"))
        self._put("community", "locale", self._answers.locale or _DEFAULTS["locale"], _('"ja" or "en"'))
        if self._is_new:
            self._put("community", "timezone", "Asia/Tokyo")

    def _write_connpass(self) -> None:
        _ = self._texts.gettext
        self._had_key = bool(self.document.get("connpass", {}).get("api_key"))
        comment = _("the key that connpass issued")
        if not self._answers.api_key:
            comment = _('once connpass has issued one, put it here and remove kind = "feed"')
        self._put_secret("api_key", comment)

    def _write_source(self) -> None:
        group = self._answers.group or ""
        sources = self.document.get("sources") or toml.add_array(self.document, "sources")
        source = next((candidate for candidate in sources if _is_single(candidate.get("group"))), None)
        if source is None:
            toml.append(self.document, sources, self._new_source(group))
            return
        if group_in(_first(source["group"])) != group:
            self._rename_source(source, group)
            toml.change(source, "group", group, _address(group))
        if not self._answers.api_key:
            source["kind"] = "feed"
        elif not self._had_key:
            source.pop("kind", None)

    def _new_source(self, group: str) -> Table:
        _ = self._texts.gettext
        source = tomlkit.table()
        toml.add(source, "name", group, _("rooms follow it by this name"))
        if not self._answers.api_key:
            comment = _("the public feed, which needs no key: no seats, the newest events only")
            toml.add(source, "kind", "feed", comment)
        toml.add(source, "group", group, _address(group))
        return source

    def _rename_source(self, source: Any, group: str) -> None:
        """Call a source that was called after its group after the new one, also where rooms follow it."""
        before = source["name"]
        if before != group_in(_first(source["group"])):
            return
        toml.change(source, "name", group)
        for room in self.document.get("rooms", []):
            names = room.get("announce") or []
            for index, name in enumerate(names):
                if name == before:
                    names[index] = group

    def _write_reports(self) -> None:
        _ = self._texts.gettext
        where = _("where the group publishes its reports; empty: none")
        self._put("reports", "site_url", self._answers.site_url or "", where)
        if self._is_new:
            before = _("how long before an event the rooms are reminded")
            self._put("reminders", "lead_times", ["7d", "1d", "1h"], before)

    def _write_platforms(self) -> None:
        _ = self._texts.gettext
        self._put_secret("discord_token", _("empty: Discord is off"), platform="discord")
        self._put_secret("slack_bot_token", _("empty: Slack is off"), platform="slack")
        self._put_secret("slack_app_token", platform="slack")

    def _write_rooms(self) -> None:
        _ = self._texts.gettext
        chosen = {
            (platform, channel): label
            for platform in self._answers.platforms or ()
            for channel, label in self._answers.channels(platform).items()
        }
        rooms = self.document.get("rooms", [])
        for index in reversed(range(len(rooms))):
            room = rooms[index]
            here = (room.get("platform"), str(room.get("channel")))
            if here not in chosen and here[0] in ("discord", "slack"):
                del rooms[index]
            chosen.pop(here, None)
        if chosen:
            array = rooms if "rooms" in self.document and len(rooms) else toml.add_array(self.document, "rooms")
            for (platform, channel), label in chosen.items():
                toml.append(self.document, array, self._new_room(platform, channel, label))
        elif "rooms" in self.document and not rooms:
            del self.document["rooms"]
        elif self._is_new:
            self.document.add(tomlkit.nl())
            own = _("No channel is named here, so the room on the bot's own page follows every source.")
            chat = _("Channels of Discord and Slack are set up in the chat, with /tsudoi setup, or here as [[rooms]].")
            self.document.add(tomlkit.comment(own))
            self.document.add(tomlkit.comment(chat))

    def _new_room(self, platform: Platform, channel: str, label: str) -> Table:
        _ = self._texts.gettext
        room = tomlkit.table()
        toml.add(room, "platform", platform)
        toml.add(room, "channel", channel, label)
        who = _("who may answer the bot's questions: who manages the place; also ids")
        toml.add(room, "organisers", [MANAGERS], who)
        if platform == "discord":
            listed = _('Discord\'s list of events: true all, "new" those announced from now on, false none')
            toml.add(room, "scheduled_events", _EVENT_LISTS[self._answers.event_list or "new"], listed)
        toml.add_unset(room, 'digest = "mon 09:00"', _("a weekly digest of what is coming"))
        return room

    def _put_secret(self, name: str, comment: str = "", platform: Platform | None = None) -> None:
        """Put down a secret, or nothing where its platform is off; what the environment says is only pointed to."""
        section, key = _KEYS_OF_SECRETS[name]
        is_off = platform is not None and platform not in (self._answers.platforms or ())
        if name not in self._in_environment or is_off:
            value = "" if is_off else getattr(self._answers, name) or ""
            self._put(section, key, value, comment if is_off or platform is None else "")
        elif self._is_new:
            where = self._texts.gettext("comes from the environment: {variable}").format(variable=SECRETS[name])
            toml.add_unset(toml.section(self.document, section), f'{key} = ""', where)

    def _put(self, section: str, key: str, value: Any, comment: str = "") -> None:
        """Set a key; one that means the same as it is, or by being absent, is left alone."""
        stands = self.document.get(section, {}).get(key, None if self._is_new else _DEFAULTS.get(key, ""))
        if stands == value:
            return
        table = toml.section(self.document, section)
        if key in table:
            toml.change(table, key, value)
        else:
            toml.add(table, key, value, comment)


def _address(group: str) -> str:
    return f"https://connpass.com/series/{group}/" if group.isdigit() else f"https://{group}.connpass.com/"


def _is_single(group: object) -> bool:
    """Whether a source watches one group, as init asks for it."""
    return bool(group) and "," not in str(group)


def _first(group: Any) -> str:
    return str(group if isinstance(group, str) else group[0])

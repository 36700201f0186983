"""What a first evening asks of the network: a group's name, its reports, what tokens open, and a month as it was."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Self

import structlog
from pydantic import SecretStr

from bot.app.clients import CONNPASS_SPACING, REPORT_SITE_SPACING, Clients
from bot.app.rehearsal import Recording, play, record
from bot.app.rooms import rooms_of
from bot.config import Settings
from bot.core.errors import SourceRefused
from bot.core.messages import Message
from bot.core.problems.sources import NoSuchGroup
from bot.events.connpass.feed import ConnpassFeedSource
from bot.events.connpass.source import ConnpassApi
from bot.first_evening.answers import Platform
from bot.network.http import HttpClient
from bot.network.plain_text import plain
from bot.organisers.rehearsing import Rehearsed
from bot.reports.rules.reports import ReportPage
from bot.reports.site.report_site import ReportSite
from bot.sandbox.page_parser import PageParser

if TYPE_CHECKING:
    from bot.platforms.discord.look import DiscordLook
    from bot.platforms.slack.look import SlackLook

LONGEST_TITLE = 200


class GroupUnknown(SourceRefused):
    """connpass took the question, and has no such group."""


@dataclass
class Looks:
    """Each look blocks and raises what its client raises. `settings` are those of the environment, for addresses.

    One client a service for the whole evening, so that connpass is never asked twice within a second.
    """

    settings: Settings

    def __enter__(self) -> Self:
        self._open = ExitStack()
        self._connpass = self._open.enter_context(HttpClient("connpass", CONNPASS_SPACING))
        site = HttpClient("the report site", REPORT_SITE_SPACING, setting="reports.site_url")
        self._site = self._open.enter_context(site)
        self._parser = self._open.enter_context(closing(PageParser()))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def group_title(self, group: str, api_key: str) -> str:
        """Return what a group calls itself; from its public feed where there is no key. Raises GroupUnknown."""
        return asyncio.run(self._group_title(group, api_key))

    async def _group_title(self, group: str, api_key: str) -> str:
        if not api_key:
            return await ConnpassFeedSource(group, group, self._connpass, self._parser).title()
        api = ConnpassApi(self.settings.connpass.base_url, api_key, self._connpass)
        if group.isdigit():
            events = (await api.entries({"group_id": group})).entries
            groups = [event.get("group") for event in events if isinstance(event, dict)]
        else:
            groups = list((await api.groups(group)).entries)
        match groups:
            case [{"title": str(title)}, *_]:
                return plain(title, LONGEST_TITLE)
        raise GroupUnknown(NoSuchGroup(group))

    def reports(self, site_url: str) -> Sequence[ReportPage]:
        """Return the reports on a site."""
        return asyncio.run(ReportSite(site_url, self._site, self._parser).pages())

    def discord(self, token: str) -> "DiscordLook":
        """Return what the token opens in Discord."""
        from bot.platforms.discord.look import look_at_discord

        return asyncio.run(look_at_discord(self.settings.discord.model_copy(update={"token": SecretStr(token)})))

    def slack(self, bot_token: str, app_token: str) -> "SlackLook":
        """Return what the tokens open in Slack; the second may be empty yet."""
        from bot.platforms.slack.look import look_at_slack

        tokens = {"bot_token": SecretStr(bot_token), "app_token": SecretStr(app_token)}
        return asyncio.run(look_at_slack(self.settings.slack.model_copy(update=tokens)))

    def say(self, settings: Settings, platform: Platform, channel: str, message: Message) -> None:
        """Post a message. Raises FrontEndError."""
        if platform == "discord":
            from bot.platforms.discord.look import say_in_discord

            asyncio.run(say_in_discord(settings.discord, channel, message))
        else:
            from bot.platforms.slack.look import say_in_slack

            asyncio.run(say_in_slack(settings.slack, channel, message))

    def recording(self, settings: Settings, start: datetime, end: datetime) -> Recording:
        """Return what the sources and the report site show now, from `start` on."""
        site_url, key = settings.reports.site_url, settings.connpass.api_key.get_secret_value()
        api = ConnpassApi(settings.connpass.base_url, key, self._connpass)
        site = ReportSite(site_url, self._site, self._parser) if site_url else None
        clients = Clients(settings, api, self._connpass, self._parser, site)
        return asyncio.run(record(clients, rooms_of(settings).sources, start, end))

    def rehearsal(self, settings: Settings, recording: Recording, start: datetime, end: datetime) -> list[Rehearsed]:
        """Return what would be said under these settings, in order, where the bot itself would say it."""

        async def rehearse() -> list[Rehearsed]:
            return [said async for said in play(settings, rooms_of(settings), recording, start, end)]

        with structlog.contextvars.bound_contextvars(rehearsal=True):
            return asyncio.run(rehearse())

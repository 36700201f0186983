"""`tsudoi check`: whether everything that is configured would work, before anybody relies on it."""

import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from bot.app.clients import Clients, open_clients
from bot.app.rooms import rooms_of
from bot.app.stores import open_stores
from bot.config import DEFAULT_FILE, Settings
from bot.core.errors import ConfigurationError, ModelError, SourceError, TsudoiError
from bot.core.room import EVERYBODY, LOCAL, Room
from bot.core.rooms import Rooms
from bot.first_evening.configuration_file import holds_secrets
from bot.handwriting.workers.model_folder import ModelFolder
from bot.locales import Texts
from bot.network.http import HttpClient
from bot.platforms.web.door import is_reached_from_elsewhere, who_reaches_the_page
from bot.reports.ports import ReportSource
from bot.sandbox.confinement import missing_protections
from bot.store.engine import without_password

CLOCK_MAY_DIFFER = timedelta(seconds=60)
MOST_SOURCES = 20  # of those chosen in the chat there may be thousands


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one part: `works` is False for what would not work."""

    part: str
    works: bool
    sentence: str


async def check_everything(settings: Settings, file: Path | None, texts: Texts) -> list[Finding]:
    """Check every part in turn; one that fails hides none of the others."""
    return [finding async for finding in _findings(settings, file, texts)]


async def _findings(settings: Settings, file: Path | None, texts: Texts) -> AsyncIterator[Finding]:
    yield _secrets(file or DEFAULT_FILE, texts)
    yield await _database(settings, texts)
    rooms = await _rooms(settings)
    yield Finding("page", True, who_reaches_the_page(texts, settings.web))
    yield _operators(settings, rooms, texts)
    for finding in _questions(rooms, texts):
        yield finding
    with open_clients(settings) as clients:
        if settings.shows_samples:
            samples = texts.gettext("none configured: the local room shows samples; add [[sources]]")
            yield Finding("sources", True, samples)
        elif not rooms.sources:
            none_yet = texts.gettext("none yet: add [[sources]], or type /tsudoi setup in a channel")
            yield Finding("sources", True, none_yet)
        for name in rooms.sources[:MOST_SOURCES] if not settings.shows_samples else ():
            yield await _source(name, clients, texts)
        yield await _site(clients.site, texts)
    if settings.recognition.enabled:
        yield await _recognition(settings, texts)
        yield _stroke_order(texts)
    yield _clock(settings, texts)
    for finding in await _discord(settings, rooms.in_force, texts):
        yield finding
    for finding in await _slack(settings, rooms.in_force, texts):
        yield finding


def _secrets(file: Path, texts: Texts) -> Finding:
    """Refuse a configuration file that git tracks while a secret stands in it: several bots' tokens are public so."""
    if not file.exists():
        return Finding("configuration", True, texts.gettext("no config.toml: defaults"))
    if holds_secrets(file.read_text(encoding="utf-8")) and is_tracked(file):
        tracked = texts.gettext(
            "git tracks {file}, and a secret stands in it: run `git rm --cached {file}`, ask for a new secret, and put "
            "it into the environment or an untracked file"
        )
        return Finding("configuration", False, tracked.format(file=file))
    return Finding("configuration", True, texts.gettext("{file} is valid").format(file=file))


def is_tracked(file: Path) -> bool:
    """Whether git has this file, or the one to which it is a link; False where there is no git."""
    file = file.resolve()
    # Git answers nothing about somebody else's folder, such as a service's, and could run a program that it names.
    command = ["git", "-c", "safe.directory=*", "-c", "core.fsmonitor=false", "ls-files", "--error-unmatch", file.name]
    try:
        return subprocess.run(command, cwd=file.parent, capture_output=True, check=False).returncode == 0  # noqa: S603  # no shell, our own words
    except OSError:
        return False


def _operators(settings: Settings, rooms: Rooms, texts: Texts) -> Finding:
    """Say who may change what holds for all servers, beside who sits at the machine."""
    named = sorted(f"{room.platform}:{who}" for room in rooms.configured for who in room.organisers if who != EVERYBODY)
    if is_reached_from_elsewhere(settings.web):
        here = texts.gettext("whoever follows the link that run prints")
    else:
        here = texts.gettext("whoever opens the page on this computer")
    return Finding("operators", True, ", ".join([*(sorted(rooms.operators) or dict.fromkeys(named)), here]))


def _questions(rooms: Rooms, texts: Texts) -> list[Finding]:
    """Find the rooms in which questions are asked that nobody may answer, and say where they go if no chat has any."""
    sentence = texts.gettext(
        'questions = true, but nobody may answer them there: add organisers = ["managers"] (who manages the server) '
        "or the ids of members or roles to its [[rooms]]"
    )
    asked = [room for room in rooms.in_force if room.asks and not room.organisers]
    found = [Finding(f"room {room.name}", False, sentence) for room in asked]
    has_chats = any(room.platform != LOCAL for room in rooms.in_force)
    if has_chats and all(room.platform == LOCAL for room in rooms.asking_at_home()):
        elsewhere = texts.gettext(
            'asked on the bot\'s own page; for a chat, add organisers = ["managers"] to its [[rooms]]'
        )
        found.append(Finding("questions", True, elsewhere))
    return found


async def _database(settings: Settings, texts: Texts) -> Finding:
    try:
        async with open_stores(settings.storage.url):
            return Finding("database", True, without_password(settings.storage.url))
    except TsudoiError as error:
        return Finding("database", False, _said(error, texts))


async def _source(name: str, clients: Clients, texts: Texts) -> Finding:
    try:
        listing = await clients.source(name).listing(datetime.now(UTC))
    except (SourceError, ConfigurationError) as error:
        return Finding(f"source {name}", False, _said(error, texts))
    count = len(listing.wanted)
    found = texts.ngettext("{count} event", "{count} events", count).format(count=count)
    problems = (problem.reported(texts) for problem in listing.problems)
    return Finding(f"source {name}", True, "; ".join((found, *problems)))


def _said(error: TsudoiError, texts: Texts) -> str:
    return error.problem.reported(texts, asked_now=True)


async def _site(site: ReportSource | None, texts: Texts) -> Finding:
    if site is None:
        return Finding("reports", True, texts.gettext("off: reports.site_url is empty"))
    try:
        count = len(await site.pages())
    except SourceError as error:
        return Finding("reports", False, _said(error, texts))
    return Finding("reports", True, texts.ngettext("{count} report", "{count} reports", count).format(count=count))


async def _recognition(settings: Settings, texts: Texts) -> Finding:
    """Let the shipped model read, in a process of its own; a download that was cut off is found so."""
    with closing(ModelFolder(settings.recognition.models)) as models:
        try:
            shipped = await models.fetch("")
            await models.probe(shipped)
        except ModelError as error:
            broken = texts.gettext("the shipped model cannot be used, install Tsudoi again: {reason}")
            return Finding("recognition", False, broken.format(reason=error))
        reads = texts.gettext("reads with {model}").format(model=shipped.title)
        return Finding("recognition", True, f"{reads}{_unprotected(texts)}")


def _unprotected(texts: Texts) -> str:
    """Say what this system cannot keep the processes from that open strangers' pictures; "" where it can do all."""
    if not (missing := texts.listed(missing_protections())):
        return ""
    lacks = texts.gettext("this system has no {missing}, so a flaw in a decoder could read this account's files")
    return f"; {lacks.format(missing=missing)}"


def _stroke_order(texts: Texts) -> Finding:
    from model.rendering.stroke_order import HOW_TO_GET, is_installed  # OpenCV costs a moment that no other check needs

    if is_installed():
        return Finding("stroke order", True, texts.gettext("KanjiVG is installed, CC BY-SA 3.0"))
    return Finding("stroke order", True, texts.gettext("off: for learners, {how}").format(how=HOW_TO_GET))


def _clock(settings: Settings, texts: Texts) -> Finding:
    """Compare this computer's clock with a server's: reminders go by it."""
    urls = [settings.connpass.base_url] if settings.sources else []
    for url in urls:
        with HttpClient("connpass") as http:
            try:
                date = http.get(url).headers.get("Date")
            except SourceError:
                break
            if date:
                return _compared(parsedate_to_datetime(date) - datetime.now(UTC), texts)
    return Finding("clock", True, texts.gettext("not compared: no server was asked"))


def _compared(difference: timedelta, texts: Texts) -> Finding:
    if abs(difference) > CLOCK_MAY_DIFFER:
        off = texts.gettext("this computer's clock is {seconds} s off: let it be set by NTP")
        return Finding("clock", False, off.format(seconds=f"{-round(difference.total_seconds()):+d}"))
    return Finding("clock", True, texts.gettext("agrees with connpass"))


async def _discord(settings: Settings, rooms: Sequence[Room], texts: Texts) -> list[Finding]:
    """Look at Discord if there is a token for it; without one its library is not even imported."""
    rooms = [room for room in rooms if room.platform == "discord"]
    if not settings.discord.token.get_secret_value():
        return [Finding("discord", not rooms, texts.gettext("off: discord.token is empty"))]
    from bot.platforms.discord.checking import check_discord

    return [Finding(*found) for found in await check_discord(settings.discord, rooms, texts)]


async def _slack(settings: Settings, rooms: Sequence[Room], texts: Texts) -> list[Finding]:
    """Look at Slack if there is a token for it; without one its library is not even imported."""
    rooms = [room for room in rooms if room.platform == "slack"]
    if not (settings.slack.bot_token.get_secret_value() or settings.slack.app_token.get_secret_value()):
        return [Finding("slack", not rooms, texts.gettext("off: slack.bot_token and slack.app_token are empty"))]
    from bot.platforms.slack.checking import check_slack

    return [Finding(*found) for found in await check_slack(settings.slack, rooms, texts)]


async def _rooms(settings: Settings) -> Rooms:
    """Return the rooms as configured, and over them those set up in the chat."""
    rooms = rooms_of(settings)
    try:
        async with open_stores(settings.storage.url) as stores:
            rooms.set_up(await stores.rooms.rooms())
    except TsudoiError:
        pass  # it was said already what is wrong with the database
    return rooms


def print_findings(findings: Sequence[Finding], texts: Texts) -> None:
    """Print the findings as a table."""
    part, found = texts.gettext("part"), texts.gettext("found")
    table = Table("", part, Column(found, overflow="fold"), box=None, pad_edge=False)
    for finding in findings:
        works = Text("ok", "green") if finding.works else Text("no", "red")
        table.add_row(works, Text(finding.part), Text(finding.sentence))  # [[sources]] is no markup
    Console().print(table)

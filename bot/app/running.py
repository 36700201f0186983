"""`tsudoi run`: every front end side by side, the polls, and the alarm clock, until somebody says stop."""

import asyncio
import gc
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from pydantic import SecretStr

from bot import __version__
from bot.app.clients import Clients, open_clients
from bot.app.clock import SystemClock
from bot.app.condition import RunningCondition, problems_of
from bot.app.ground import Ground, Running
from bot.app.polls import Polls
from bot.app.rooms import SAMPLES, rooms_of
from bot.app.scheduler import AlarmClock
from bot.app.services import Services, build_services
from bot.app.shared_rehearsals import rehearsing
from bot.app.stores import Stores, open_stores
from bot.config import ConnpassSettings, ReportsSettings, Settings, SourceSettings
from bot.core.clock import Clock
from bot.core.errors import FrontEndError
from bot.core.rooms import Rooms
from bot.delivery.looking_back import find_gap
from bot.delivery.ports.platforms import FrontEnd
from bot.events.ports.calendars import EventMirror
from bot.handwriting.changing_model import ChangingModel
from bot.handwriting.ports.recognition import Recogniser
from bot.handwriting.workers.model_folder import ModelFolder
from bot.handwriting.workers.recogniser import LocalRecogniser
from bot.locales import Texts, texts_for
from bot.platforms.hearing import Hearing
from bot.platforms.web.door import is_reached_from_elsewhere, who_reaches_the_page
from bot.platforms.web.server import WebRoom
from bot.sandbox.allocation import give_back_freed_memory

if TYPE_CHECKING:
    from bot.platforms.web.samples import SampleCommunity

log = structlog.get_logger()

MIRROR_EVERY = timedelta(seconds=5)  # a look that finds nothing new costs next to nothing
SAMPLE_POLL = timedelta(seconds=10)
QUIZ_EXPIRY = timedelta(minutes=5)
MODEL_FOLLOWED = timedelta(minutes=1)  # another process on the same store may have chosen another


async def run(settings: Settings, say: Callable[[str], None]) -> None:
    """Run until SIGTERM or SIGINT. `say` gets the few lines that a person should read at the start.

    Raises StoreError, FrontEndError.
    """
    give_back_freed_memory()
    _stop_on_signals()
    try:
        with open_workers(settings) as pictures:  # first of all: a process needs as long to be ready as all the rest
            await _run(settings, pictures, say)
    except asyncio.CancelledError:
        log.info("stopped")


def _stop_on_signals() -> None:
    main = asyncio.current_task()
    assert main is not None  # noqa: S101  # we are in a coroutine
    with suppress(NotImplementedError):  # on Windows; there asyncio.run itself cancels us at Ctrl-C
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, main.cancel)


@dataclass(frozen=True)
class _Parts:
    """What runs side by side."""

    services: Services
    room: WebRoom
    front_ends: Sequence[FrontEnd]
    alarm: AlarmClock
    polls: Polls


async def _run(settings: Settings, pictures: LocalRecogniser, say: Callable[[str], None]) -> None:
    clock, samples = SystemClock(), None
    if settings.shows_samples:
        settings, samples = with_samples(settings, clock)
    async with open_stores(settings.storage.url) as stores:
        models = ModelFolder(settings.recognition.models)
        with open_clients(settings, pictures.workers) as clients, closing(models):
            parts = await _assemble(settings, stores, clients, models, pictures, samples, clock)
            try:
                await _serve(settings, parts, say, has_samples=samples is not None)
            except* FrontEndError as group_of_errors:
                raise group_of_errors.exceptions[0] from None
            finally:
                await parts.alarm.stop()
                await parts.polls.leadership.resign()


async def _assemble(
    settings: Settings,
    stores: Stores,
    clients: Clients,
    models: ModelFolder,
    pictures: LocalRecogniser,
    samples: "SampleCommunity | None",
    clock: Clock,
) -> _Parts:
    rooms, front_ends = rooms_of(settings), list[FrontEnd]()
    recogniser = pictures if settings.recognition.enabled else None
    ground = Ground(
        settings=settings,
        stores=stores,
        rooms=rooms,
        clock=clock,
        site=clients.site,
        details=clients.details,
        recogniser=recogniser,
        sheets=pictures.sample_sheets(),
        changing_model=build_changing_model(settings, stores, models, pictures, rooms, clock),
        ring=lambda: alarm.set_alarm(),
        charged=clients.turns.charged,
    )
    running = Running(
        open_source=clients.source,
        rehearse=rehearsing(settings, clients, clock),
        changed=lambda: polls.follow(),
        problems=lambda: problems_of(front_ends),
        model=lambda: recogniser.model if recogniser else "",
    )
    services = build_services(ground, running)
    await services.following.load()
    room = build_room(settings, services, recogniser, pictures, samples, front_ends)
    front_ends += [room, *build_discord(settings, services), *build_slack(settings, services)]
    gap = await find_gap(stores.events, stores.deliveries, stores.memory, clock.now())
    alarm = AlarmClock(services.delivering(front_ends, gap))
    polls = build_polls(settings, services, clients, alarm, has_samples=samples is not None)
    return _Parts(services, room, front_ends, alarm, polls)


async def _serve(settings: Settings, parts: _Parts, say: Callable[[str], None], *, has_samples: bool) -> None:
    async with asyncio.TaskGroup() as group:
        for front_end in parts.front_ends:
            group.create_task(front_end.serve(), name=front_end.platform)
        await parts.room.opened.wait()
        console, is_reached = parts.services.console, is_reached_from_elsewhere(settings.web)
        link = await console.link_for_operator(parts.room.url) if is_reached else ""
        for line in introduction(settings, parts.room.url, link, has_samples=has_samples):
            say(line)
        await parts.services.watching.plan_reminders()
        await parts.polls.start()
        if (changing_model := parts.services.answering.changing_model) is not None:
            restore, next_time = changing_model.restore, parts.services.clock.now() + MODEL_FOLLOWED
            group.create_task(restore(), name="model")
            parts.alarm.poll("model", restore, MODEL_FOLLOWED, next_time)
        _look_after_quiz_and_calendars(parts.services, parts.front_ends, parts.alarm)
        gc.freeze()  # what is there now stays: looked through each time, it kept everybody waiting for 90 ms


def _look_after_quiz_and_calendars(services: Services, front_ends: Sequence[FrontEnd], alarm: AlarmClock) -> None:
    now = services.clock.now()
    alarm.poll("quiz", services.answering.quizzing.forget_expired, QUIZ_EXPIRY, now + QUIZ_EXPIRY)
    for mirror in build_mirrors(front_ends):
        reconcile = partial(services.mirroring.reconcile, mirror)
        alarm.poll(f"{mirror.platform} calendar", reconcile, MIRROR_EVERY, now + MIRROR_EVERY)


def with_samples(settings: Settings, clock: Clock) -> tuple[Settings, "SampleCommunity"]:
    """Point the settings at sample events that this process serves itself, over the same HTTP as real ones."""
    from bot.platforms.web.samples import SampleCommunity

    port = settings.web.port or _free_port()
    samples = SampleCommunity(clock.now(), clock, f"http://127.0.0.1:{port}/samples")
    return settings.model_copy(
        update={
            "web": settings.web.model_copy(update={"port": port}),
            "connpass": ConnpassSettings(api_key=SecretStr("sample"), base_url=samples.api_url),
            "sources": (SourceSettings(name=SAMPLES, group=samples.group),),
            "reports": ReportsSettings(site_url=samples.site_url),
        }
    ), samples


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def open_workers(settings: Settings) -> Iterator[LocalRecogniser]:
    """Open what decodes and reads pictures, its model loading in the background if anything shall be read."""
    recogniser = LocalRecogniser(settings.recognition.min_confidence, top=10)
    if settings.recognition.enabled:
        recogniser.warm()
    try:
        yield recogniser
    finally:
        recogniser.close()


def build_changing_model(
    settings: Settings, stores: Stores, models: ModelFolder, reader: LocalRecogniser, rooms: Rooms, clock: Clock
) -> ChangingModel | None:
    """Build what changes the model; None where nothing is read."""
    if not settings.recognition.enabled:
        return None
    return ChangingModel(
        models=models,
        reader=reader,
        memory=stores.memory,
        samples=stores.samples,
        notes=stores.agenda,
        rooms=rooms,
        clock=clock,
        zone=settings.community.timezone,
        public_url=settings.web.public_url,
    )


def build_room(
    settings: Settings,
    services: Services,
    recogniser: Recogniser | None,
    pictures: LocalRecogniser,
    samples: "SampleCommunity | None",
    front_ends: Sequence[FrontEnd],
) -> WebRoom:
    """Build the local room, which says how all `front_ends` are."""
    return WebRoom(
        settings.web,
        services.stores.messages,
        services.answering,
        services.rooms,
        services.clock,
        community=settings.community,
        recogniser=recogniser,
        copy_picture=pictures.copy,
        drawing_board=pictures.drawing_board() if recogniser is not None else None,
        quizzing=services.answering.quizzing,
        reports=services.stores.reports,
        condition=RunningCondition(services, front_ends, bool(settings.reports.address)),
        samples=samples.application() if samples else None,
        console=services.console,
    )


def build_discord(settings: Settings, services: Services) -> list[FrontEnd]:
    """Build Discord if there is a token for it; without one its library is not even imported."""
    if not settings.discord.token.get_secret_value():
        return []
    from bot.platforms.discord.bot import DiscordFrontEnd

    stores, shards = services.stores, ", ".join(map(str, settings.discord.shard_ids))
    hearing = Hearing(DiscordFrontEnd.name, services.clock, stores.heard, stores.memory, f"discord {shards}".strip())
    return [DiscordFrontEnd(settings.discord, services.answering, services.rooms, stores.memory, hearing)]


def build_slack(settings: Settings, services: Services) -> list[FrontEnd]:
    """Build Slack if there are both its tokens; without them its library is not even imported."""
    if not settings.slack.is_on:
        return []
    from bot.platforms.slack.app import SlackFrontEnd
    from bot.platforms.slack.membership import Membership

    stores, membership = services.stores, Membership(services.tidying, services.stores.memory)
    hearing = Hearing(SlackFrontEnd.name, services.clock, stores.heard, stores.memory)
    return [SlackFrontEnd(settings.slack, services.answering, services.rooms, hearing, membership)]


def build_mirrors(front_ends: Sequence[FrontEnd]) -> list[EventMirror]:
    """Build what writes into the calendars that platforms have of their own."""
    if not any(front_end.platform == "discord" for front_end in front_ends):
        return []
    from bot.platforms.discord.bot import DiscordFrontEnd
    from bot.platforms.discord.scheduled_events import DiscordScheduledEvents

    return [DiscordScheduledEvents(front_end) for front_end in front_ends if isinstance(front_end, DiscordFrontEnd)]


def build_polls(
    settings: Settings, services: Services, clients: Clients, alarm: AlarmClock, *, has_samples: bool
) -> Polls:
    """Build the polls; samples are looked at more often, so that they do something while somebody watches."""
    events_every = SAMPLE_POLL if has_samples else settings.connpass.poll_every
    reports_every = SAMPLE_POLL if has_samples else settings.reports.poll_every
    key = settings.connpass.api_key.get_secret_value()
    leadership = services.stores.leadership(f"polls under {key}", leads_on_sqlite=settings.discord.leads)
    return Polls(services, clients, alarm, events_every, reports_every, leadership)


def introduction(settings: Settings, url: str, link: str, *, has_samples: bool) -> list[str]:
    """Return what a person should read at the start: a line for each front end and each thing that is off, and why.

    `link` opens the console for who runs the bot, "" where they need none.
    """
    texts = texts_for(settings.community.locale)
    _ = texts.gettext
    samples = _("off: the events are samples, marked 【サンプル】")
    connpass = samples if has_samples else _connpass_line(settings, texts)
    discord = _("connecting") if settings.discord.token.get_secret_value() else _("off: set [discord] token")
    slack = _("connecting") if settings.slack.is_on else _("off: set [slack] bot_token and app_token")
    reports = settings.reports.address or _("off: set [reports] site_url")
    return [
        f"集い Tsudoi {__version__}",
        f"  room      {url}  " + _("(Ctrl-C ends)"),
        f"            {who_reaches_the_page(texts, settings.web)}",
        *([f"  console   {link}  " + _("(for you, once)")] if link else []),
        f"  connpass  {connpass}",
        *([] if has_samples else [f"  reports   {reports}"]),
        f"  Discord   {discord}",
        f"  Slack     {slack}",
        "  " + (_how_to_begin(texts) if has_samples else _settings_line(texts)),
    ]


def _how_to_begin(texts: Texts) -> str:
    """Point to the command that sets the bot up, as it is called in a checkout or where a package was installed."""
    command = "make init" if Path(__file__).parents[2].joinpath("Makefile").exists() else "tsudoi init"
    sentence = texts.gettext("For your own group: {command} (or write config.toml, as config.example.toml shows)")
    return sentence.format(command=command)


def _settings_line(texts: Texts) -> str:
    return texts.gettext("Settings go into config.toml; config.example.toml shows them all.")


def _connpass_line(settings: Settings, texts: Texts) -> str:
    names = ", ".join(source.name for source in settings.sources)
    if not names and (settings.discord.token.get_secret_value() or settings.slack.is_on):
        return texts.gettext("what channels choose with /tsudoi setup")
    if not names:
        return texts.gettext("off: add [[sources]]")
    if not settings.connpass.api_key.get_secret_value() and any(source.kind == "api" for source in settings.sources):
        return texts.gettext('{names}: no key; set [connpass] api_key, or kind = "feed" until it comes').format(
            names=names
        )
    return names

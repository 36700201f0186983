"""The sample community, met by the bot's own clients over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web

from bot.app.clock import DrivenClock
from bot.core.errors import SourceRefused
from bot.events.connpass.source import ConnpassApi, ConnpassSource
from bot.events.ports.sources import Listing
from bot.events.rules.events import Event
from bot.network.http import HttpClient
from bot.platforms.web.samples import SampleCommunity
from bot.reminders.rules.reminders import reminders_of
from bot.reports.rules.almanac import Almanac
from bot.reports.rules.matching import match
from bot.reports.site.report_site import ReportSite
from bot.sandbox.page_parser import PageParser
from tests.support.events import NOW


@dataclass
class Served:
    """The samples behind a server, and what the bot's clients see of them."""

    samples: SampleCommunity
    url: str

    async def listing(self, key: str = "sample") -> Listing:
        with HttpClient("connpass") as http:
            source = ConnpassSource("samples", ConnpassApi(self.samples.api_url, key, http), group=self.samples.group)
            return await source.listing(self.samples.clock.now())

    async def events(self) -> dict[int, Event]:
        listing = await self.listing()
        assert listing.complete
        assert listing.problems == ()
        return {event.id - int(NOW.timestamp()) * 10: event for event in listing.events}


@pytest.fixture
async def served(clock: DrivenClock) -> AsyncIterator[Served]:
    # The base address has to be known before the application is built, so the port is taken first.
    holder = web.Application()
    runner = web.AppRunner(holder)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    await runner.cleanup()
    samples = SampleCommunity(NOW, clock, f"http://127.0.0.1:{port}/samples")
    outer = web.Application()
    outer.add_subapp("/samples/", samples.application())
    runner = web.AppRunner(outer)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield Served(samples, f"http://127.0.0.1:{port}")
    await runner.cleanup()


async def test_events_lie_around_now_and_are_marked_as_samples(served: Served) -> None:
    events = await served.events()
    assert sorted(events) == [1, 2, 3, 4, 5]
    assert all(event.title.startswith("【サンプル】") for event in events.values())
    assert [number for number, event in events.items() if event.is_over(NOW)] == [2, 1]
    assert events[4].is_full
    assert events[4].waiting == 4


async def test_a_new_event_is_published_after_twenty_seconds(served: Served, clock: DrivenClock) -> None:
    clock.set(NOW + timedelta(seconds=19))
    assert 6 not in await served.events()
    clock.set(NOW + timedelta(seconds=20))
    assert 6 in await served.events()


async def test_a_reminder_of_one_hour_is_due_within_the_first_minute(served: Served) -> None:
    event = (await served.events())[3]
    (reminder,) = reminders_of(event, [timedelta(hours=1)])
    assert reminder.due_at == NOW + timedelta(seconds=45)


async def test_the_report_on_the_last_event_comes_and_is_surely_its_own(
    served: Served, clock: DrivenClock, parser: PageParser
) -> None:
    with HttpClient("the report site") as http:
        site = ReportSite(served.samples.site_url, http, parser)
        assert len(await site.pages()) == 1
        clock.set(NOW + timedelta(seconds=75))
        newest, older = await site.pages()
    events = await served.events()
    almanac = Almanac({event.id: event for event in events.values()})
    assert match(newest, almanac, clock.now()).event_id == events[2].id
    assert match(older, almanac, clock.now()).event_id == events[1].id
    assert newest.published_at == clock.now()


async def test_only_the_sample_key_is_accepted(served: Served) -> None:
    with pytest.raises(SourceRefused, match="api_key"):
        await served.listing(key="another")


async def test_every_address_leads_to_a_page_a_person_can_read(served: Served) -> None:
    events = await served.events()
    async with aiohttp.ClientSession() as client:
        for url in (events[4].url, served.samples.site_url):
            async with client.get(url) as response:
                text = await response.text()
                assert response.status == 200
            assert "サンプル" in text
        async with client.get(events[4].url.replace(str(events[4].id), "7")) as response:
            assert response.status == 404


async def test_a_later_run_is_another_group_with_another_site(served: Served, clock: DrivenClock) -> None:
    later = SampleCommunity(NOW + timedelta(minutes=1), clock, served.samples.base_url)
    assert later.group != served.samples.group
    assert later.site_url != served.samples.site_url
    assert not {one.id for one in later.events} & {one.id for one in served.samples.events}

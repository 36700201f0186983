"""A room on loopback, a client that talks to it, and a browser that visits it."""

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.platforms.web.server import WebRoom
from tests.support.browsing import DESK, Open, Visit, serving_browser
from tests.support.room_answers import FixedAnswers, open_room


@pytest.fixture
def answers() -> FixedAnswers:
    return FixedAnswers()


@pytest.fixture
async def room(engine: AsyncEngine, clock: DrivenClock, answers: FixedAnswers) -> AsyncIterator[WebRoom]:
    async with open_room(engine, clock, answers) as room:
        yield room


@pytest.fixture
async def client(room: WebRoom) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(room.url) as session:
        yield session


@pytest.fixture
async def base_url(room: WebRoom) -> str:
    return room.url


@pytest.fixture(scope="session")
def served_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Chromium for every test of a process; each has contexts of its own in it."""
    with serving_browser(tmp_path_factory.mktemp("browser")) as address:
        yield address


@pytest.fixture(scope="session")
async def browser(served_browser: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect(served_browser)
        yield browser
        await browser.close()


expect.set_options(timeout=15_000)  # a browser on a busy machine packs a picture only when it has time to spare


@pytest.fixture
async def blank(browser: Browser, base_url: str) -> AsyncIterator[Open]:
    """Open pages that show nothing yet, beside the room: `page.goto("draw")`."""
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    async def open_page(**options: object) -> Visit:
        context = await browser.new_context(base_url=base_url, **(DESK | options))  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        contexts.append(context)
        visited = Visit(await context.new_page())
        visits.append(visited)
        page = visited.page
        page.on("pageerror", lambda error: visited.complaints.append(str(error)))
        page.on("console", lambda line: visited.complaints.append(line.text) if line.type == "error" else None)
        page.on("request", lambda one: visited.outside.append(one.url) if _is_outside(one.url, base_url) else None)
        return visited

    yield open_page
    for context in contexts:
        await context.close()
    assert [visited.outside for visited in visits if visited.outside] == []


@pytest.fixture
async def visit(blank: Open) -> Open:
    async def open_page(path: str = "", **options: object) -> Visit:
        visited = await blank(**options)
        await visited.page.goto(path)
        await expect(visited.page.locator("html[data-ready]")).to_be_attached()
        await expect(visited.page.locator("#community")).to_have_text("TFUG 宇都宮")
        return visited

    return open_page


def _is_outside(url: str, base_url: str) -> bool:
    return not url.startswith((base_url, "blob:", "data:"))

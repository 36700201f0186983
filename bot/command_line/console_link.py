"""`tsudoi console`: a link that lets who runs the bot into its page, once."""

from bot.app.clock import SystemClock
from bot.app.rooms import rooms_of
from bot.app.stores import open_stores
from bot.config import Settings
from bot.organisers.console import Console
from bot.platforms.web.door import is_reached_from_elsewhere
from bot.platforms.web.server import page_address


async def console_link(settings: Settings) -> str:
    """Return the link, which the bot that runs on this store takes; without a log-in just the page. StoreError."""
    web = settings.web
    page = web.public_url or page_address(web.host, web.port)
    if not is_reached_from_elsewhere(web):
        return page
    async with open_stores(settings.storage.url) as stores:
        console = Console(stores.sessions, rooms_of(settings), SystemClock(), web.public_url)
        return await console.link_for_operator(page)

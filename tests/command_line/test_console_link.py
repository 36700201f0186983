"""A link into the console of the running bot, from its machine."""

from pathlib import Path

from bot.app.clock import SystemClock
from bot.app.rooms import rooms_of
from bot.app.stores import open_stores
from bot.command_line.console_link import console_link
from bot.config import Settings
from bot.organisers.console import OPERATOR, PATH, Console
from bot.organisers.rules.sessions import digest_of
from tests.support.stores import lay_new_store


async def test_the_link_lets_who_runs_the_bot_in_once(tmp_path: Path) -> None:
    await lay_new_store(file := tmp_path / "tsudoi.db")
    web = {"host": "0.0.0.0", "public_url": "https://tsudoi.example/"}
    settings = Settings.model_validate({"storage": {"url": f"sqlite:///{file}"}, "web": web})
    address, secret = (await console_link(settings)).split(PATH)
    assert address == "https://tsudoi.example"
    async with open_stores(settings.storage.url) as stores:
        running = Console(stores.sessions, rooms_of(settings), SystemClock(), "https://tsudoi.example/")
        session = await running.enter(secret)
        assert session is not None
        assert await running.enter(secret) is None
        kept = await stores.sessions.session(digest_of(session), SystemClock().now())
    assert kept is not None
    assert kept.member == OPERATOR


async def test_where_no_log_in_is_needed_it_is_the_page(tmp_path: Path) -> None:
    settings = Settings.model_validate({"storage": {"url": f"sqlite:///{tmp_path}/absent/tsudoi.db"}})
    assert await console_link(settings) == "http://127.0.0.1:8000/"

"""How far four things travel through the code: `python -m benchmarks.walks`.

An event from connpass to Discord, a report from its site to Discord, a pressed bell, an uploaded picture: each is
played on the parity suite's Discord stage, with connpass and the report site on loopback, and every call is noted. A
walk's modules are those of bot, cogs and model in which a function ran; its borders are the distinct calls, by caller
and callee, that cross from one folder into another.
"""

import asyncio
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from bot.events.connpass.source import ConnpassApi, ConnpassSource
from bot.network.http import HttpClient
from bot.reports.site.report_site import ReportSite
from bot.sandbox.page_parser import PageParser
from tests.parity.house import COMING, GROUP, PAST, SOURCE, a_picture
from tests.parity.on_discord import discord_stage
from tests.parity.stage import Stage
from tests.support.connpass_server import ConnpassServer, an_event
from tests.support.events import NOW
from tests.support.report_site import Article, ReportServer

OURS = ("bot", "cogs", "model")


@dataclass
class Walk:
    """What was called on the way."""

    modules: set[str] = field(default_factory=set)
    borders: set[tuple[CodeType, CodeType]] = field(default_factory=set)

    def note(self, frame: FrameType, event: str, _: Any) -> None:
        """Note a call; a profile function."""
        callee = _module_of(frame)
        if event != "call" or callee is None or frame.f_code.co_name == "<module>":
            return
        self.modules.add(callee)
        caller = frame.f_back
        while caller is not None and _module_of(caller) is None:
            caller = caller.f_back
        if caller is not None and _folder(_module_of(caller)) != _folder(callee):
            self.borders.add((caller.f_code, frame.f_code))


def _module_of(frame: FrameType) -> str | None:
    name = str(frame.f_globals.get("__name__", ""))
    return name if name.partition(".")[0] in OURS else None


def _folder(module: str | None) -> str:
    return (module or "").rpartition(".")[0]


@contextmanager
def noted() -> Iterator[Walk]:
    """Note every call in this thread and in those that begin meanwhile."""
    walk = Walk()
    threading.setprofile(walk.note)
    sys.setprofile(walk.note)
    try:
        yield walk
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


async def an_event_is_announced(stage: Stage) -> Walk:
    """Poll connpass, and deliver what is new since a first, silent look."""
    known = [an_event(event.id, event.title, event.started_at) for event in (PAST, COMING)]
    with ConnpassServer(known, rate=timedelta()) as server, HttpClient("connpass") as http:
        source = ConnpassSource(SOURCE, ConnpassApi(server.base_url, server.api_key, http), GROUP)
        await stage.house.services.watching.watch(source)
        server.add(an_event(600, "ハンズオン #6", NOW + timedelta(days=9)))
        with noted() as walk:
            await stage.house.services.watching.watch(source)
            await stage.house.delivers()
    return walk


async def a_report_is_posted(stage: Stage) -> Walk:
    """Poll the report site, and deliver."""
    link = f'<p><a href="{PAST.url}">もくもく会 #4</a></p>'
    article = Article("/4.html", "もくもく会 #4 レポート", "2026-05-01T20:00:00+09:00", link)
    with ReportServer([article]) as server, HttpClient("the report site") as http, closing(PageParser()) as parser:
        reporting = replace(stage.house.services.reporting, site=ReportSite(server.url, http, parser))
        with noted() as walk:
            await reporting.check_site()
            await stage.house.delivers()
    return walk


async def a_bell_is_pressed(stage: Stage) -> Walk:
    """Ask for a reminder by the button of an event."""
    await stage.alice.gives("next")
    with noted() as walk:
        await stage.alice.presses("🔔 リマインド")
    return walk


async def a_picture_is_read(stage: Stage) -> Walk:
    """Upload a picture; reading itself is the worker's."""
    with noted() as walk:
        await stage.alice.shows(a_picture())
    return walk


WALKS = (
    ("an event, from connpass to Discord", an_event_is_announced, "<= 25 / 60"),
    ("a report, from its site to Discord", a_report_is_posted, "<= 25 / 50"),
    ("a pressed 🔔", a_bell_is_pressed, "<= 15 / 15"),
    ("an upload in Discord", a_picture_is_read, "<= 14 / 14"),
)


async def walked(act: Callable[[Stage], Awaitable[Walk]]) -> Walk:
    """Play it on a stage of its own."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        async with discord_stage(Path(folder), "ja", None, patch) as stage:
            return await act(stage)


def main() -> None:
    """Print each walk."""
    table = Table("walk", "modules", "borders", "aim", title="How far things travel")
    for name, act, aim in WALKS:
        walk = asyncio.run(walked(act))
        table.add_row(name, str(len(walk.modules)), str(len(walk.borders)), aim)
        if "--modules" in sys.argv:
            print(name, *sorted(walk.modules), sep="\n  ")
    Console().print(table)


if __name__ == "__main__":
    main()

"""What connpass tells of one event alone, through the real client and a strict connpass on loopback."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.core.errors import SourceRefused, SourceUnavailable
from bot.events.connpass.description import lines_of
from bot.events.connpass.details import ConnpassDetails, parse_material
from bot.events.connpass.source import ConnpassApi
from bot.network.http import HttpClient
from bot.reports.rules.materials import Material
from bot.sandbox.page_parser import PageParser
from tests.support.connpass_server import ConnpassServer, a_presentation, an_event, tokyo
from tests.support.driven_time import DrivenTime

SLIDES = "https://slides.example/lt"


@pytest.fixture
def connpass() -> Iterator[ConnpassServer]:
    event = an_event(7, "LT大会 #5", tokyo(2026, 5, 19, 19), description="<p>19:00 開会</p><p>19:10 LT</p>")
    with ConnpassServer([event], rate=timedelta()) as server:
        yield server


@pytest.fixture
def details(connpass: ConnpassServer, parser: PageParser) -> Iterator[ConnpassDetails]:
    time = DrivenTime()
    with HttpClient("connpass", timedelta(seconds=1.1), sleep=time.sleep, monotonic=time.monotonic) as http:
        yield ConnpassDetails(ConnpassApi(connpass.base_url, connpass.api_key, http), parser)


async def test_a_description_comes_as_lines(details: ConnpassDetails) -> None:
    assert await details.description(7) == ("19:00 開会", "19:10 LT")
    assert await details.description(8) == ()


async def test_materials_come_page_by_page_each_address_once(
    connpass: ConnpassServer, details: ConnpassDetails
) -> None:
    connpass.present(7, *(a_presentation(f"発表 {number}", f"{SLIDES}/{number % 150}") for number in range(160)))
    found = await details.materials(7)
    assert len(found) == 100  # as many as are kept
    assert found[1] == Material("発表 1", f"{SLIDES}/1")
    assert [call.path for call in connpass.calls] == ["/api/v2/events/7/presentations/"] * 2


async def test_the_presenter_is_named_and_not_whoever_put_it_online(
    connpass: ConnpassServer, details: ConnpassDetails
) -> None:
    named = a_presentation("ひらがな\u0008を\nたしかめる", SLIDES, "haru")
    connpass.present(7, named, a_presentation("", f"{SLIDES}/2"))
    assert await details.materials(7) == (
        Material("ひらがな を たしかめる", SLIDES, "haru"),
        Material(f"{SLIDES}/2", f"{SLIDES}/2"),
    )


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://x.example/",
        "//x.example/",
        "https://x.example/\u202eg",
        None,
        7,
    ],
)
def test_an_address_that_nobody_may_safely_open_is_left_out(url: object) -> None:
    assert parse_material(a_presentation("スライド", SLIDES) | {"url": url}) is None


async def test_an_event_that_is_gone_is_refused_and_a_connpass_that_is_down_is_unavailable(
    connpass: ConnpassServer, details: ConnpassDetails
) -> None:
    with pytest.raises(SourceRefused):
        await details.materials(99)
    connpass.fail("503", times=3)
    with pytest.raises(SourceUnavailable):
        await details.materials(7)


def test_lines_are_what_a_reader_sees() -> None:
    html = """<h2>内容</h2><table><tr><th>時間</th><td><p>１３：００</p><p>から</p></td>
      <td>開会<br>挨拶</td></tr></table>
      <dl><dt>21:00</dt><dd>閉会 &amp; 片付け</dd></dl><!-- 秘密 --><script>alert(1)</script><style>b {}</style>
      <pre>一行目\n二行目</pre><img src="x" onerror="alert(1)">"""
    assert lines_of(html) == (
        "内容",
        "時間\t１３：００ から\t開会 挨拶",
        "21:00\t閉会 & 片付け",
        "一行目",
        "二行目",
    )


def test_html_nested_without_end_is_read() -> None:
    assert lines_of("<div>" * 20_000 + "中身") == ("中身",)

"""Reading a report site as it really is: against a server on loopback, with every fault."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import SourceUnavailable
from bot.network.feeds import entries_of
from bot.network.http import HttpClient
from bot.reports.rules.reports import ReportPage
from bot.reports.site.addresses import canonical_path
from bot.reports.site.moments import moment
from bot.reports.site.report_page import cleaned, read_article
from bot.reports.site.report_site import NEWEST, OTHERS, PATIENCE, ReportSite
from bot.sandbox.page_parser import PageParser
from tests.support.events import tokyo
from tests.support.report_site import ARTICLES, Article, ReportServer
from tests.support.told import in_japanese


@pytest.fixture
def server() -> Iterator[ReportServer]:
    with ReportServer(ARTICLES) as server:
        yield server


@pytest.fixture
async def site(server: ReportServer, parser: PageParser) -> AsyncIterator[ReportSite]:
    with HttpClient("the report site", timeout=timedelta(seconds=0.5)) as http:
        yield ReportSite(server.url, http, parser)


def read(body: str, title: str = "会 #04", head: str = "") -> ReportPage:
    article = Article("/201708.html", title, "2017-09-03T20:00:00+09:00", body, head)
    read = read_article(article.page().encode(), "http://reports.example/201708.html", "/201708.html")
    assert read is not None
    return read[0]


# --- the site ---


async def test_every_article_of_the_archive_is_read(site: ReportSite):
    pages = await site.pages()
    assert {page.path for page in pages} == {article.path for article in ARTICLES}
    first = next(page for page in pages if page.path == "/201705.html")
    assert (first.title, first.published_at) == ("TFUG Utsunomiya #01 レポート", tokyo(2017, 6, 3, 10))
    assert [(link.event_id, link.text, link.group) for link in first.links] == [
        (57101, "TFUG Utsunomiya #01", "tfug-utsunomiya")
    ]


async def test_a_site_with_a_feed_and_no_archive_is_read_from_its_feed(parser: PageParser):
    with ReportServer(ARTICLES, feed=True, newest=3) as server, HttpClient("the report site") as http:
        server.fail("/archives.html", "404")
        assert len(await ReportSite(server.url, http, parser).pages()) == 3


async def test_a_feed_holds_only_the_newest_so_the_archive_is_read_as_well(parser: PageParser):
    with ReportServer(ARTICLES, feed=True, newest=3) as server, HttpClient("the report site") as http:
        assert len(await ReportSite(server.url, http, parser).pages()) == len(ARTICLES)


async def test_the_twin_under_output_is_the_same_report(server: ReportServer, site: ReportSite, parser: PageParser):
    with HttpClient("the report site") as http:
        twins = await ReportSite(f"{server.url}output/", http, parser).pages()
    assert {page.path for page in twins} == {page.path for page in await site.pages()}


async def test_what_did_not_change_is_not_sent_again(server: ReportServer, site: ReportSite):
    first = await site.pages()
    assert list(await site.pages()) == list(first)
    assert server.not_modified == len(ARTICLES)


async def test_an_article_that_was_corrected_is_read_again(server: ReportServer, site: ReportSite):
    await site.pages()
    server.change("/201705.html", title="TFUG Utsunomiya #01 はじめの会")
    assert "TFUG Utsunomiya #01 はじめの会" in {page.title for page in await site.pages()}


async def test_of_a_long_archive_the_newest_are_read_at_every_poll_and_the_others_in_turn(parser: PageParser):
    articles = [Article(f"/{n}.html", f"会 #{n}", f"2017-01-01T10:{n:02}:00+09:00", "<p>はい</p>") for n in range(40)]
    with ReportServer(articles) as server, HttpClient("the report site") as http:
        site = ReportSite(server.url, http, parser)
        asked = set()
        for _ in range(1 + 20 // OTHERS):
            assert len(await site.pages()) == 40
            again = [path for path in server.requests if path.removesuffix(".html").strip("/").isdigit()]
            server.requests.clear()
            asked |= {path for path in again if len(again) < 40}
            assert len(again) in {40, NEWEST + OTHERS}
        assert len(asked) == 40


async def test_an_empty_archive_is_an_error_and_not_the_end_of_all_reports(server: ReportServer, site: ReportSite):
    server.archive_is_empty = True
    with pytest.raises(SourceUnavailable, match=r"reports\.site_url .* lists no article"):
        await site.pages()


async def test_a_site_without_archive_and_feed_says_which_setting_to_check(server: ReportServer, site: ReportSite):
    server.fail("/archives.html", "404")
    with pytest.raises(SourceUnavailable, match=r"reports\.site_url .*is the address right\?"):
        await site.pages()


@pytest.mark.parametrize("fault", ["500", "hang", "cut"])
async def test_a_site_that_is_ill_is_unavailable_and_says_so(server: ReportServer, site: ReportSite, fault: str):
    server.fail("*", fault)
    with pytest.raises(SourceUnavailable, match=r"reports\.site_url") as caught:
        await site.pages()
    in_japanese(caught.value.problem)
    server.heal()
    assert len(await site.pages()) == len(ARTICLES)


async def test_garbage_is_unavailable_and_never_no_reports(server: ReportServer, site: ReportSite):
    server.fail("*", "garbage")
    with pytest.raises(SourceUnavailable, match=r"reports\.site_url"):
        await site.pages()


async def test_a_dead_site_is_unavailable(parser: PageParser):
    with ReportServer() as server:
        url = server.url
    with HttpClient("the report site") as http, pytest.raises(SourceUnavailable, match=r"reports\.site_url"):
        await ReportSite(url, http, parser).pages()


async def test_an_article_that_is_gone_is_left_out_and_comes_back(server: ReportServer, site: ReportSite):
    await site.pages()
    server.fail("/201708.html", "404")
    assert "/201708.html" not in {page.path for page in await site.pages()}
    server.heal()
    assert "/201708.html" in {page.path for page in await site.pages()}


async def test_an_article_that_fails_for_a_while_keeps_what_was_read(server: ReportServer, site: ReportSite):
    before = list(await site.pages())
    server.fail("/201708.html", "500")
    assert list(await site.pages()) == before


async def test_an_article_never_read_makes_the_poll_wait_but_not_for_ever(server: ReportServer, site: ReportSite):
    server.fail("/201708.html", "500")
    for _ in range(PATIENCE - 1):
        with pytest.raises(SourceUnavailable):
            await site.pages()
    assert len(await site.pages()) == len(ARTICLES) - 1


async def test_a_site_that_dies_in_the_middle_is_not_waited_for_at_every_article(
    server: ReportServer, site: ReportSite
):
    await site.pages()
    for article in ARTICLES:
        server.fail(article.path, "500")
    server.requests.clear()
    with pytest.raises(SourceUnavailable, match="cannot be read"):
        await site.pages()
    assert sum(path in server.articles for path in server.requests) == PATIENCE


async def test_articles_with_addresses_that_end_in_a_slash_are_read(parser: PageParser):
    article = Article("/2017/handson/", "会 #04", "2017-09-01T10:00:00+09:00", "<p>はい</p>")
    with ReportServer([article]) as server, HttpClient("the report site") as http:
        (page,) = await ReportSite(server.url, http, parser).pages()
    assert (page.path, page.url) == ("/2017/handson/", f"{server.url}2017/handson/")


async def test_pages_of_other_hosts_and_listings_are_no_reports(server: ReportServer, site: ReportSite):
    server.add(Article("/tag/ml.html", "タグ", "2017-01-01T10:00:00+09:00", "<p>x</p>"))
    server.add(Article("http://127.0.0.1:9/elsewhere.html", "よそ", "2017-01-01T11:00:00+09:00", "<p>x</p>"))
    assert len(await site.pages()) == len(ARTICLES)


async def test_a_site_with_a_login_is_read_and_shows_it_to_nobody(server: ReportServer, parser: PageParser):
    server.login = "me:秘密@"
    with HttpClient("the report site") as http:
        site = ReportSite(server.url.replace("://", f"://me:{quote('秘密@')}@"), http, parser)
        pages = await site.pages()
        assert len(pages) == len(ARTICLES)
        assert all(page.url.startswith(server.url) for page in pages)
        server.login = "me:another"
        with pytest.raises(SourceUnavailable, match="answered 401") as caught:
            await site.pages()
    assert "me:" not in str(caught.value.problem)


# --- an article ---


def test_control_characters_are_stripped():
    report = read("<p>一行\x08目</p>", title="会\x08 #04")
    assert (report.title, report.text) == ("会 #04", "一行目")


def test_a_link_with_a_line_feed_in_its_address_is_read():
    (link,) = read('<p><a href="https://moji.connpass.com/event/\n123/">#04</a></p>').links
    assert (link.event_id, link.text, link.group) == (123, "#04", "moji")


@pytest.mark.parametrize(
    "address",
    [
        "https://connpass.com/event/123/",
        "http://moji.connpass.com/event/123",
        "https://moji.connpass.com/event/123/participation/#comments",
        "https://moji.connpass.com/event/123/?utm_campaign=x",
    ],
)
def test_an_address_of_an_event_is_read_as_link_and_as_bare_text(address: str):
    (linked,) = read(f'<p>会 #04 は<a href="{address}">こちら</a></p>').links
    (bare,) = read(f"<p>会 #04 は {address} です</p>").links
    assert (linked.event_id, linked.text, linked.context) == (123, "こちら", "会 #04 はこちら")
    assert (bare.event_id, bare.text, bare.context) == (123, "", "会 #04 は です")


def test_other_addresses_are_no_events():
    body = """<p><a href="https://connpass.com.evil.example/event/1/">a</a><a href="https://evilconnpass.com/event/2/">b</a>
    <a href="https://moji.connpass.com/">c</a><a href="/event/3/">d</a></p>"""
    assert read(body).links == ()


def test_a_lone_link_is_explained_by_the_line_before_it():
    (link,) = read('<p>会 #04 のページ:</p><p><a href="https://moji.connpass.com/event/123/">こちら</a></p>').links
    assert link.context == "会 #04 のページ: こちら"


@pytest.mark.parametrize("heading", ["次回", "次回予定", "次回開催", "■ 次回予定 ■", "今後の予定", "お知らせ", "Next"])
def test_a_link_under_a_heading_on_coming_events_is_marked(heading: str):
    body = f"""<p>本文 <a href="https://moji.connpass.com/event/1/">#04</a></p><h1>{heading}</h1><h2>日時</h2><p>9月16日</p>
    <h3>申し込み</h3><p><a href="https://moji.connpass.com/event/2/">#05</a></p>
    <h1>おわりに</h1><p><a href="https://moji.connpass.com/event/3/">写真</a></p>"""
    report = read(body)
    assert [(link.event_id, link.upcoming) for link in report.links] == [(1, False), (2, True), (3, False)]
    assert "9月16日" not in report.text
    assert "おわりに" in report.text


def test_a_bold_line_is_a_heading_too():
    (link,) = read('<p><strong>次回予定</strong></p><p><a href="https://moji.connpass.com/event/2/">#05</a></p>').links
    assert link.upcoming


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("<p>Connpass: 12345</p><p>本文</p>", ""),
        ("<p>本文</p>", '<meta name="connpass" content="12345">'),
        ("<p>本文</p>", '<meta name="Connpass-ID" content=" 12345 ">'),
        ("<p>本文</p>", '<meta name="connpass" content="https://moji.connpass.com/event/12345/">'),
    ],
)
def test_an_explicit_header_is_read(body: str, head: str):
    assert read(body, head=head).connpass_id == 12345


def test_a_link_is_no_header():
    assert read("<p>Connpass: https://moji.connpass.com/event/12345/</p>").connpass_id is None


def test_other_themes_are_read():
    html = """<html><head><title>サイト</title><meta property="og:title" content="会 #04"></head><body><main><article>
    <time datetime="2017-09-03T20:00:00+09:00">きのう</time><p>本文</p></article></main></body></html>"""
    read = read_article(html, "http://r.example/a", "/a")
    assert read is not None
    report, published = read
    assert (report.title, moment(published), report.text) == ("会 #04", tokyo(2017, 9, 3, 20), "きのう\n本文")


@pytest.mark.parametrize("html", [b"", b"\x00\xff", b"<html></html>", b"plain words", b"<p>no title</p>"])
def test_a_page_without_an_article_is_none(html: bytes):
    assert read_article(html, "http://r.example/a", "/a") is None


def test_a_page_nested_without_end_is_read_all_the_same():
    assert read("<div>" * 5000 + "深い" + "</div>" * 5000).title == "会 #04"


@given(st.text(max_size=300))
def test_no_html_breaks_the_reading(body: str):
    report = read(body)
    assert cleaned(report.text) == " ".join(report.text.split())


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://h/201708.html", "/201708.html"),
        ("http://h/output/201708.html?utm=1#top", "/201708.html"),
        ("http://h//201708.html", "/201708.html"),
        ("http://h/2017/index.html", "/2017/"),
        ("http://h", "/"),
    ],
)
def test_the_canonical_path_names_a_report(url: str, path: str):
    assert canonical_path(url) == path


def test_times_are_read_as_sites_write_them():
    assert moment("2020-1-11 17:00") == tokyo(2020, 1, 11, 17)
    assert moment("2017-09-03T20:00:00+09:00") == moment("2017-09-03T11:00:00Z") == tokyo(2017, 9, 3, 20)
    assert moment("2017-09-03") == tokyo(2017, 9, 3)
    assert moment("soon") is moment("2017-13-40") is moment("2017-01-01 later") is None


def test_a_feed_that_is_the_name_of_a_file_opens_no_file(tmp_path: Path):
    secret = tmp_path / "feed.xml"
    secret.write_text('<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>秘密</title></entry></feed>')
    for body in (str(secret).encode(), b"", b"\x00\xff", b"<html></html>"):
        assert entries_of(body, "application/atom+xml") is None

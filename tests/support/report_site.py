"""A report site on loopback, shaped as Pelican's simple theme shapes it, with faults on demand.

    with ReportServer(ARTICLES) as site:
        ReportSite(site.url, client)

`ARTICLES` holds every trap that real sites have set, written for these tests; `EVENTS` are the events of that time, and
`TRUTH` says which event each article is really about. A bot may link an article to that event or ask, and nothing else.
"""

import hashlib
import threading
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from bot.events.rules.events import Event, EventStatus
from tests.support.events import tokyo

HANG_LASTS = 30.0


@dataclass(frozen=True, slots=True)
class Article:
    """One article; `body` is HTML, `head` goes into the page's head."""

    path: str
    title: str
    published: str
    body: str
    head: str = ""

    def page(self) -> str:
        """The article as Pelican writes it."""
        return _PAGE.format(
            title=escape(self.title),
            head=self.head,
            content=_ARTICLE.format(path=self.path, title=escape(self.title), published=self.published, body=self.body),
        )


class ReportServer:
    """Serves articles; they can be added, changed and removed while it runs, and every address can be given a fault."""

    def __init__(self, articles: Iterable[Article] = (), *, feed: bool = False, newest: int = 10) -> None:
        self.articles = {article.path: article for article in articles}
        self.feed = feed
        self.newest = newest  # how many articles the feed holds
        self.archive_is_empty = False
        self.login = ""  # `name:password` without which nobody reads anything; "": everybody may
        self.faults: dict[str, str] = {}
        self.requests: list[str] = []
        self.not_modified = 0
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """The address of the front page."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def add(self, article: Article) -> None:
        """Publish an article, or replace the one at its path."""
        self.articles[article.path] = article

    def change(self, path: str, **changes: Any) -> None:
        """Edit an article where it is; `path=` moves it."""
        article = replace(self.articles.pop(path), **changes)
        self.articles[article.path] = article

    def remove(self, path: str) -> None:
        """Take an article off the site."""
        del self.articles[path]

    def fail(self, path: str, fault: str) -> None:
        """Answer `path` (or `*`, everything) with `500`, `404`, `hang`, `garbage` or `cut` until `heal`."""
        self.faults[path] = fault

    def heal(self) -> None:
        """End every fault."""
        self.faults.clear()

    def body_of(self, path: str) -> tuple[str, bytes] | None:
        """Return content type and body of an address, or None."""
        path = path.removeprefix("/output") if path.startswith("/output/") else path
        match path:
            case "/" | "/index.html":
                return "text/html", self._front().encode()
            case "/archives.html":
                return "text/html", self._archive().encode()
            case "/feeds/all.atom.xml" if self.feed:
                return "application/atom+xml", self._atom().encode()
        article = self.articles.get(path)
        return ("text/html", article.page().encode()) if article else None

    def hang(self) -> None:
        """Keep a caller waiting until the server ends."""
        self._released.wait(HANG_LASTS)

    def _newest_first(self) -> list[Article]:
        return sorted(self.articles.values(), key=lambda one: datetime.fromisoformat(one.published), reverse=True)

    def _front(self) -> str:
        alternate = '<link href="/feeds/all.atom.xml" type="application/atom+xml" rel="alternate" title="全記事">'
        links = "".join(f'<li><a href="{one.path}">{escape(one.title)}</a></li>' for one in self._newest_first()[:10])
        return _PAGE.format(title="活動の記録", head=alternate if self.feed else "", content=f"<ol>{links}</ol>")

    def _archive(self) -> str:
        articles = [] if self.archive_is_empty else self._newest_first()
        rows = "".join(
            f"<dt>{datetime.fromisoformat(one.published):%a %d %B %Y}</dt>"
            f'<dd><a href="{one.path}">{escape(one.title)}</a></dd>'
            for one in articles
        )
        return _PAGE.format(title="記事一覧", head="", content=f"<h1>記事一覧</h1><dl>{rows}</dl>")

    def _atom(self) -> str:
        entries = "".join(
            f"<entry><title>{escape(_printable(one.title))}</title>"
            f'<link href="{self.url.rstrip("/")}{one.path}" rel="alternate"/>'
            f"<published>{one.published}</published><updated>{one.published}</updated><id>tag:{one.path}</id>"
            f'<content type="html">{escape(_printable(one.body))}</content></entry>'
            for one in self._newest_first()[: self.newest]
        )
        return f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>記録</title>{entries}</feed>'


def _printable(text: str) -> str:
    return "".join(character for character in text if character >= " " or character == "\n")


def _handler(site: ReportServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            site.requests.append(path)
            try:
                self._answer(path)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _answer(self, path: str) -> None:
            match site.faults.get(path, site.faults.get("*")):
                case "500":
                    return self._send(500, "text/html", b"<html><title>Internal Server Error</title></html>")
                case "404":
                    return self._send(404, "text/html", b"<html><title>404</title>There is no such page</html>")
                case "garbage":
                    return self._send(200, "text/html", b"\x00\xff\xfe<<<%%% not a page >>> \x08 &&&" * 40)
                case "hang":
                    site.hang()
                    self.close_connection = True
                    return None
                case "cut":
                    return self._cut()
            asked = f"Basic {b64encode(site.login.encode()).decode()}"
            if site.login and self.headers.get("Authorization") != asked:
                return self._send(401, "text/html", b"<html><title>401</title>Who are you?</html>")
            found = site.body_of(path)
            if found is None:
                return self._send(404, "text/html", b"<html><title>404</title>There is no such page</html>")
            return self._send(200, *found)

        def _send(self, status: int, content_type: str, body: bytes) -> None:
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if status == 200 and self.headers.get("If-None-Match") == etag:
                site.not_modified += 1
                status, body = 304, b""
            self.send_response(status)
            self.send_header("Content-Type", f"{content_type}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", etag)
            self.send_header("Last-Modified", format_datetime(datetime(2017, 1, 1, tzinfo=UTC), usegmt=True))
            self.end_headers()
            self.wfile.write(body)

        def _cut(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b"<html><body><article>")
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Stay quiet: `site.requests` has them all."""

    return Handler


_PAGE = """<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>{title}</title>{head}</head>
<body id="index" class="home">
<header id="banner" class="body"><h1><a href="/">活動の記録</a></h1>
<nav><ul><li class="active"><a href="/category/report.html">report</a></li></ul></nav></header>
<section id="content" class="body">{content}</section>
<section id="extras" class="body"><div class="social"><h2>social</h2>
<ul><li><a href="https://tfug-utsunomiya.connpass.com/">connpass</a></li></ul></div></section>
<footer id="contentinfo" class="body"><address>Proudly powered by Pelican</address></footer>
</body></html>"""

_ARTICLE = """<article><header><h1 class="entry-title">
<a href="{path}" rel="bookmark" title="Permalink">{title}</a></h1></header>
<div class="entry-content"><footer class="post-info">
<abbr class="published" title="{published}">Published: {published}</abbr>
<address class="vcard author">By <a class="url fn" href="/author/staff.html">staff</a></address>
</footer>{body}</div></article>"""


def _event(number: int, title: str, start: datetime, group: str = "tfug-utsunomiya", **changes: Any) -> Event:
    url = f"https://{group}.connpass.com/event/{number}/"
    end = start + timedelta(hours=4)
    given = {"place": "まちなか会議室", "accepted": 12, "limit": 20, "group": group, **changes}
    return Event(number, title, url, start, end, published_at=start - timedelta(days=30), **given)


EVENTS = (
    _event(57101, "TFUG Utsunomiya #01 はじめの会", tokyo(2017, 5, 27, 13)),
    _event(58202, "TFUG Utsunomiya #02 読書会", tokyo(2017, 6, 24, 13)),
    _event(60303, "TFUG Utsunomiya #03 もくもく会", tokyo(2017, 7, 22, 13)),
    _event(62404, "TFUG Utsunomiya #04 ハンズオン", tokyo(2017, 8, 27, 13)),
    _event(64505, "TFUG Utsunomiya #05 LT大会", tokyo(2017, 9, 16, 13)),
    _event(65606, "TFUG Utsunomiya #06 夜の部", tokyo(2017, 9, 30, 18)),
    _event(67707, "TFUG Utsunomiya #07 画像を見る会", tokyo(2017, 10, 21, 13)),
    _event(68808, "【中止】TFUG Utsunomiya #08", tokyo(2017, 11, 4, 13), status=EventStatus.CANCELLED),
    _event(70909, "TFUG Utsunomiya #09 2周年記念イベント", tokyo(2017, 11, 25, 13)),
    _event(72010, "TFUG Utsunomiya #10 忘年会", tokyo(2017, 12, 16, 17)),
    _event(62011, "Utsunomiya.rb #04", tokyo(2017, 8, 19, 14), group="utsunomiyarb"),
    _event(67012, "Kanuma Data Night #07", tokyo(2017, 10, 14, 19), group="kanuma-data"),
)


def _link(number: int, text: str, group: str = "tfug-utsunomiya") -> str:
    return f'<a href="https://{group}.connpass.com/event/{number}/">{text}</a>'


ARTICLES = (
    Article(
        "/201705.html",
        "TFUG Utsunomiya #01 レポート",
        "2017-06-03T10:00:00+09:00",
        f"<p>{_link(57101, 'TFUG Utsunomiya #01')}を5月27日(土)に開催しました。</p>"
        "<h2>自己紹介</h2><p>八人が集まり、学びたいことを話しました。</p>",
    ),
    Article(  # a bare address, and a control character that no XML may hold
        "/201706.html",
        "#02 読書会を開催しました",
        "2017-06-25T21:30:00+09:00",
        "<p>二回目の集まりは読書会\x08でした。入門書の三章までを読みました。</p>"
        "<p>#02 のページ https://tfug-utsunomiya.connpass.com/event/58202/</p>",
    ),
    Article(  # a line feed inside href, and a 次回予定 heading of the first level with headings below it
        "/201707.html",
        "TFUG Utsunomiya #03 もくもく会",
        "2017-07-30T09:00:00+09:00",
        "<p>それぞれの手もとの課題を進めました。"
        '<a href="https://tfug-utsunomiya.connpass.com/event/\n60303/">#03 もくもく会</a></p>'
        f"<h1>次回予定</h1><h2>日時</h2><p>8月27日(日)</p><h2>申し込み</h2><p>{_link(62404, 'こちらから')}</p>",
    ),
    Article(  # only the next event's link, and another series has a #04 in the same month
        "/201708.html",
        "TFUG Utsunomiya #04 ハンズオン",
        "2017-09-05T20:00:00+09:00",
        "<p>2017年8月27日(日)に、ひらがなを集めて学習させるハンズオンを行いました。十三人が書いた文字を使いました。</p>"
        f"<h1>次回予定</h1><h2>LT大会</h2><p>{_link(64505, 'イベントページ')}</p>",
    ),
    Article(  # written over a copy of the last report: its link stayed
        "/201709.html",
        "TFUG Utsunomiya #05 LT大会",
        "2017-09-20T20:00:00+09:00",
        f"<p>五人が発表しました。イベントページは{_link(62404, 'こちら')}です。</p>",
    ),
    Article(  # a month with two events, no number, no link
        "/201709-2.html",
        "秋の夜の集まり",
        "2017-10-02T20:00:00+09:00",
        "<p>夜に集まって、作ったものを見せあいました。</p>",
    ),
    Article(  # an impossible weekday (a Saturday), and a number in another form
        "/201710.html",
        "TFUG Utsunomiya 第７回 画像を見る会",
        "2017-10-28T20:00:00+09:00",
        f"<p>10月21日(月)に開催しました。{_link(67707, '第7回のページ')}</p>",
    ),
    Article(  # the second report that carries the id of #07
        "/201711.html",
        "2周年記念イベント #09",
        "2017-12-01T20:00:00+09:00",
        f"<p>おかげさまで二周年を迎えました。</p><p>{_link(67707, '参加ページ')}</p>",
    ),
    Article(  # a cancelled event has no report
        "/201711-notice.html",
        "TFUG Utsunomiya #08 について",
        "2017-11-03T08:00:00+09:00",
        f"<p>会場の都合で中止としました。{_link(68808, '#08')}</p>",
    ),
    Article(  # no number, and an older event's link only
        "/201712.html",
        "忘年会のようす",
        "2018-01-08T20:00:00+09:00",
        f"<p>一年をふりかえりました。{_link(60303, 'もくもく会')}で始めた作品の続きも見られました。</p>",
    ),
)

TRUTH = {
    "/201705.html": 57101,
    "/201706.html": 58202,
    "/201707.html": 60303,
    "/201708.html": 62404,
    "/201709.html": 64505,
    "/201709-2.html": 65606,
    "/201710.html": 67707,
    "/201711.html": 70909,
    "/201711-notice.html": None,
    "/201712.html": 72010,
}

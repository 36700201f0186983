"""The readable side of the samples: event pages, and a report site as Pelican lays it out."""

from collections.abc import Sequence
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

from bot.locales import TOKYO, texts_for

if TYPE_CHECKING:
    from bot.platforms.web.sample_timeline import SampleEvent, SampleReport

_PAGE = """<!DOCTYPE html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
{head}<link rel="stylesheet" href="/static/samples.css">
</head>
<body>
<header><p class="sample">これはサンプルです。<code>make init</code> で自分のグループにつなげると、\
本物のイベントに切り替わります。<a href="/">ルームに戻る</a></p></header>
<main id="content">
{content}
</main>
</body>
</html>
"""

_EVENT = """<h1>{title}</h1>
<p>{about}</p>
<dl>
<dt>日時</dt><dd>{when}</dd>
<dt>会場</dt><dd>{place}</dd>
<dt>参加者</dt><dd>{accepted} / {limit} 人{waiting}</dd>
</dl>"""

_ARTICLE = """<article>
<header><h1 class="entry-title"><a href="{path}" rel="bookmark">{title}</a></h1></header>
<div class="entry-content">
<footer class="post-info"><abbr class="published" title="{iso}">{published}</abbr></footer>
{paragraphs}
<p>イベントページ: <a href="{event_url}">{event_title}</a></p>
</div>
</article>
<p><a href="{site}archives.html">レポート一覧</a></p>"""


def event_page(event: "SampleEvent") -> str:
    """Return the page of an event."""
    content = _EVENT.format(
        title=escape(event.title),
        about=escape(event.about),
        when=escape(texts_for("ja").span(event.started_at, event.ended_at)),
        place=escape(event.place),
        accepted=event.accepted,
        limit=event.limit,
        waiting=f"（補欠 {event.waiting} 人）" if event.waiting else "",
    )
    return _PAGE.format(title=escape(event.title), head="", content=content)


def description(event: "SampleEvent") -> str:
    """Return what the organisers of an event wrote about it, as HTML."""
    start, end = event.started_at, event.ended_at
    slots = [
        (start, "はじまりのあいさつ"),
        (start + timedelta(minutes=10), event.name),
        (end, "ふりかえりと次回の予告"),
    ]
    items = "".join(f"<li>{at.astimezone(TOKYO):%H:%M} {escape(what)}</li>" for at, what in slots)
    return f"<p>{escape(event.about)}</p><h3>タイムテーブル</h3><ul>{items}</ul>"


def archive(reports: Sequence["SampleReport"], site: str) -> str:
    """Return the list of all reports, the newest first. `site` is the path of the site."""
    newest_first = sorted(reports, key=lambda shown: shown.published_at, reverse=True)
    entries = "\n".join(
        f'<dt>{report.published_at.astimezone(TOKYO):%a %d %B %Y}</dt>\n<dd><a href="{site}{report.file}">'
        f"{escape(report.title)}</a></dd>"
        for report in newest_first
    )
    return _PAGE.format(
        title="活動レポート（サンプル）", head="", content=f"<h1>活動レポート</h1>\n<dl>\n{entries}\n</dl>"
    )


def report_page(report: "SampleReport", site: str, event_url: str) -> str:
    """Return the article of a report, which names its event in its header, as a `Connpass:` line of Pelican would."""
    content = _ARTICLE.format(
        path=f"{site}{report.file}",
        title=escape(report.title),
        iso=report.published_at.astimezone(TOKYO).isoformat(timespec="seconds"),
        published=escape(texts_for("ja").date(report.published_at)),
        paragraphs="\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in report.paragraphs),
        event_url=escape(event_url),
        event_title=escape(report.event.title),
        site=site,
    )
    head = f'<meta name="connpass" content="{report.event.id}">\n'
    return _PAGE.format(title=escape(report.title), head=head, content=content)

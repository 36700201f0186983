"""An article's HTML -> the facts that matching needs. Tolerant of themes; strangers' HTML is only ever read.

What takes HTML is called in worker processes, and raises TooMuchMarkup.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from bs4 import Tag
from bs4.element import NavigableString, PageElement, PreformattedString

from bot.network.markup import Markup
from bot.reports.rules.reports import EventLink, ReportPage
from bot.reports.site.moments import moment

LONGEST_TITLE, LONGEST_LINE, LONGEST_TEXT = 300, 500, 100_000
MOST_LINKS = 200
_LONGEST_MOMENT = 100

_EVENT_URL = re.compile(
    r"https?://(?:([a-z0-9-]+)\.)?connpass\.com/event/(\d{1,12})(?!\d)[^\s<>「」（）()]*", re.IGNORECASE
)
_HEADER = re.compile(r"connpass(?:[ _-]?id)?\s*[:：]\s*(\d{1,12})", re.IGNORECASE)
_UPCOMING = re.compile(
    r"次回|次は|次の|今後|これから|お知らせ|告知|予告|来月|開催予定|\b(?:next|upcoming)\b", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u2029\ufeff]")
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "dt": 7}
_BLOCKS = {*_HEADINGS, *"p div li ul ol dl dd table tr td th pre blockquote section article figure br hr".split()}
_LEFT_OUT = "script, style, template, nav, form, footer, .post-info, .entry-title, header h1"
_TITLES = (".entry-title", "article header h1, article header h2", "article h1", "main h1")
_CONTENTS = (".entry-content", ".post-content, .article-content", "article", "#content", "main", "body")


@dataclass(slots=True)
class _Line:
    """A line of the article as a reader sees it; `links` are (event, text linked, group)."""

    parts: list[str] = field(default_factory=list)
    text: str = ""
    heading: int = 0
    links: list[tuple[int, str, str]] = field(default_factory=list)


def read_article(html: bytes | str, url: str, path: str) -> tuple[ReportPage, str] | None:
    """Read an article, and when it was published, as it stands there (for `moment`); None if the page holds none."""
    soup = Markup(html)
    title = _title(soup)
    content = next((part for selector in _CONTENTS if (part := soup.select_one(selector))), None)
    if not title or content is None:
        return None
    published, connpass_id = _published(soup), _header(soup)
    for part in content.select(_LEFT_OUT):
        part.decompose()
    told = [(line, upcoming) for line, upcoming in _sections(list(_lines(content))) if line.text]
    headers = [int(written[1]) for line, _ in told if (written := _HEADER.fullmatch(line.text))]
    report = ReportPage(
        url=url,
        path=path,
        title=title[:LONGEST_TITLE],
        published_at=None,
        text="\n".join(line.text for line, upcoming in told if not upcoming)[:LONGEST_TEXT],
        links=tuple(islice(_links(told), MOST_LINKS)),
        connpass_id=connpass_id if connpass_id is not None else next(iter(headers), None),
    )
    return report, published


def cleaned(text: str) -> str:
    """Return a text without control characters and with single spaces."""
    return " ".join(_CONTROL.sub("", text).split())


def _title(soup: Markup) -> str:
    for found in (tag for selector in _TITLES for tag in soup.select(selector)):
        if title := cleaned(found.get_text(" ")):
            return title
    declared = soup.select_one('meta[property="og:title"]')
    named = soup.find("title") if soup.find("article") or declared else None
    return cleaned(str(declared.get("content", "")) if declared else named.get_text(" ") if named else "")


def _published(soup: Markup) -> str:
    places = (
        ("abbr.published[title]", "title"),
        ("article time[datetime], time[datetime]", "datetime"),
        ('meta[property="article:published_time"]', "content"),
        ('meta[name="date"]', "content"),
    )
    written = (str(tag.get(name))[:_LONGEST_MOMENT] for selector, name in places for tag in soup.select(selector))
    return next((at for at in written if moment(at) is not None), "")


def _header(soup: Markup) -> int | None:
    """Read the article's own statement of its event: a `Connpass: ID` header that the theme shows as a meta element."""
    for tag in soup.find_all("meta", attrs={"name": re.compile(r"^connpass(?:[_-]?id)?$", re.IGNORECASE)}):
        found = re.fullmatch(r"\s*(\d{1,12})\s*", str(tag.get("content", ""))) or _EVENT_URL.match(
            str(tag.get("content"))
        )
        if found:
            return int(found[found.lastindex or 1])
    return None


def _lines(content: Tag) -> Iterator[_Line]:
    """Go through the article as it is read, line by line."""
    line = _Line()
    for kind, value in _walk(content):
        if kind == "break":
            yield _finished(line)
            line = _Line(heading=_heading_level(value) if isinstance(value, Tag) else 0)
        elif kind == "link":
            assert isinstance(value, Tag)  # noqa: S101  # _walk pairs them so
            found = _EVENT_URL.match(re.sub(r"\s+", "", str(value.get("href"))))
            if found:
                text = cleaned(value.get_text(" "))[:LONGEST_LINE]
                line.links.append((int(found[2]), text, (found[1] or "").lower()))
        else:
            line.parts.append(str(value))
    yield _finished(line)


def _walk(content: Tag) -> Iterator[tuple[str, Tag | str | None]]:
    """Go through the content in reading order, without recursion: strangers nest without end."""
    pending: list[PageElement | None] = [*reversed(content.contents)]
    while pending:
        node = pending.pop()
        if node is None:
            yield "break", None
        elif isinstance(node, Tag):
            if node.name in _BLOCKS:
                yield "break", node
                pending.append(None)
            if node.name == "a" and node.get("href"):
                yield "link", node
            pending.extend(reversed(node.contents))
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            in_pre = node.parent is not None and node.parent.name == "pre"
            yield "text", node if in_pre else re.sub(r"\s+", " ", node)


def _heading_level(tag: Tag) -> int:
    """Return 1 to 6 for a heading, 7 for a line that only looks like one (all bold), 0 for other text."""
    if (
        tag.name == "p"
        and (bold := tag.find(["strong", "b"]))
        and bold.get_text(strip=True) == tag.get_text(strip=True)
    ):
        return 7
    return _HEADINGS.get(tag.name, 0)


def _finished(line: _Line) -> _Line:
    """Clean a line, and find the addresses that stand in it as bare text."""
    linked = {event for event, _, _ in line.links}
    text = cleaned("".join(line.parts))
    bare = [(int(found[2]), "", (found[1] or "").lower()) for found in _EVENT_URL.finditer(text)]
    line.links += [link for link in bare if link[0] not in linked]
    line.text = text[:LONGEST_LINE]
    return line


def _sections(lines: list[_Line]) -> Iterator[tuple[_Line, bool]]:
    """Say of each line whether it stands under a heading on coming events, or under one nested below it."""
    upcoming_level = 0
    for line in lines:
        if line.heading and line.text:
            if upcoming_level and line.heading <= upcoming_level:
                upcoming_level = 0
            if not upcoming_level and _UPCOMING.search(line.text):
                upcoming_level = line.heading
        yield line, bool(upcoming_level)


def _links(told: list[tuple[_Line, bool]]) -> Iterator[EventLink]:
    before = ""
    for line, upcoming in told:
        said = cleaned(_EVENT_URL.sub(" ", line.text))
        for event_id, text, group in line.links:
            # A line that is nothing but the address is explained by the line before it.
            context = said if said and said != text else f"{before} {said}".strip()
            yield EventLink(event_id, cleaned(_EVENT_URL.sub(" ", text)), context, upcoming, group)
        before = said

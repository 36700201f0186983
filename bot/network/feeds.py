"""Reading an Atom or RSS feed from a stranger."""

from io import BytesIO
from typing import Any

import feedparser

from bot.network.http import Page


def entries_of(page: Page) -> list[Any] | None:
    """Return the entries of a feed, as feedparser gives them; None if the page is no feed. Blocks."""
    feed = _parsed(page)
    return list(feed.entries) if feed and feed.get("version") else None


def title_of(page: Page) -> str | None:
    """Return what a feed calls itself, as it stands there; None if the page is no feed. Blocks."""
    feed = _parsed(page)
    return str(feed.feed.get("title") or "") if feed and feed.get("version") else None


def _parsed(page: Page) -> Any:
    try:  # as a stream: a feed given as bytes is first tried as the name of a file
        return feedparser.parse(BytesIO(page.body), response_headers={"content-type": page.content_type})
    except Exception:  # what a broken feed makes of the parser has no common class
        return None

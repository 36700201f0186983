"""Reading an Atom or RSS feed from a stranger, in worker processes only (`bot/sandbox`)."""

from io import BytesIO
from typing import Any

import feedparser

from bot.network.markup import MOST_NODES, TooMuchMarkup, check_size


def entries_of(body: bytes, content_type: str) -> list[Any] | None:
    """Return the entries of a feed, as feedparser gives them; None if it is no feed. Raises TooMuchMarkup."""
    feed = _parsed(body, content_type)
    return list(feed.entries) if feed and feed.get("version") else None


def links_in(body: bytes, content_type: str) -> list[str]:
    """Return where the entries of a feed lead. Raises TooMuchMarkup."""
    return [str(entry.link) for entry in entries_of(body, content_type) or [] if entry.get("link")]


def title_of(body: bytes, content_type: str) -> str | None:
    """Return what a feed calls itself, as it stands there; None if it is no feed. Raises TooMuchMarkup."""
    feed = _parsed(body, content_type)
    return str(feed.feed.get("title") or "") if feed and feed.get("version") else None


def _parsed(body: bytes, content_type: str) -> Any:
    check_size(body)
    if body.count(b"<") > MOST_NODES:
        raise TooMuchMarkup(f"more than {MOST_NODES} tags")
    headers = {"content-type": content_type}
    try:  # as a stream: a feed given as bytes is first tried as the name of a file
        # Its HTML is not cleaned here, which takes the square of its length: nobody shows it, and markup is left out.
        return feedparser.parse(
            BytesIO(body), response_headers=headers, resolve_relative_uris=False, sanitize_html=False
        )
    except Exception:  # what a broken feed makes of the parser has no common class
        return None

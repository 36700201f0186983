"""The pages of a site that lead to its articles. What takes HTML is called in worker processes: TooMuchMarkup."""

import re
from collections.abc import Iterable, Iterator

from bot.network.markup import Markup
from bot.reports.site.addresses import absolute, canonical_path

_IN_ARCHIVE = ("#content dl dd a[href], #content dl dt a[href]", "#content a[href], main a[href]", "body a[href]")
_NO_ARTICLE = re.compile(
    r"^/$|/(?:archives|index|tags|categories|authors|drafts)(?:\.html?)?/?$|"
    r"/(?:category|tag|author|feeds|theme|pages?|static)/|\.(?!html?$)[a-z0-9]{1,5}$",
    re.IGNORECASE,
)


def feed_of(html: bytes, url: str) -> str:
    """Return the address of the feed that a page names, "" where it names none."""
    soup = Markup(html)
    kinds = ("application/atom+xml", "application/rss+xml")
    links = (tag for kind in kinds for tag in soup.select(f'link[rel~="alternate"][type="{kind}"][href]'))
    return next((feed for tag in links if (feed := absolute(url, str(tag["href"])))), "")


def listed_in(html: bytes, url: str) -> list[str]:
    """Return the addresses that an archive lists: in a definition list, or wherever its theme has them."""
    soup = Markup(html)
    for selector in _IN_ARCHIVE:
        links = (absolute(url, str(tag["href"])) for tag in soup.select(selector))
        if found := list(_articles(links)):
            return found
    return []


def _articles(links: Iterable[str | None]) -> Iterator[str]:
    return (url for url in links if url is not None and not _NO_ARTICLE.search(canonical_path(url)))

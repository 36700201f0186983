"""The addresses of a site's pages."""

import re
from urllib.parse import urljoin, urlsplit


def canonical_path(url: str) -> str:
    """Return the path by which a report is known: no query, no fragment, no `/output/` twin, no `index.html`."""
    path = re.sub(r"/{2,}", "/", urlsplit(url).path) or "/"
    return path.replace("/output/", "/", 1).removesuffix("index.html")


def absolute(url: str, href: str) -> str | None:
    """Return where a link of a page leads within the same host; None for another host or scheme."""
    try:
        target, here = urlsplit(urljoin(url, re.sub(r"[\r\n\t]", "", href).strip())), urlsplit(url)
    except ValueError:
        return None
    return target.geturl() if (target.scheme, target.netloc) == (here.scheme, here.netloc) else None

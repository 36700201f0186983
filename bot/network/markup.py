"""Strangers' HTML as a tree of bounded size and depth. It is parsed in worker processes only (`bot/sandbox`)."""

from typing import Any

from bs4 import BeautifulSoup

LARGEST_MARKUP = 4 << 20  # bytes
MOST_NODES = 30_000  # tags, attributes, texts and comments; a long article has three thousand
DEEPEST = 200  # what is nested deeper is laid flat: its texts stay, and no walk over the tree takes its square


class TooMuchMarkup(ValueError):
    """What would not fit the bounds is not read at all."""


class Markup(BeautifulSoup):
    """HTML as BeautifulSoup reads it with lxml. Raises TooMuchMarkup before it has grown beyond the bounds."""

    _nodes = 0

    def __init__(self, html: bytes | str) -> None:
        check_size(html)
        super().__init__(html, "lxml")

    def handle_starttag(self, name: str, namespace: Any, nsprefix: Any, attrs: Any, *args: Any, **kwargs: Any) -> Any:
        """Take a tag of the parser."""
        self._count(1 + len(attrs))
        if len(self.tagStack) > DEEPEST:
            return None
        return super().handle_starttag(name, namespace, nsprefix, attrs, *args, **kwargs)

    def object_was_parsed(self, *args: Any, **kwargs: Any) -> None:
        """Take a text or a comment of the parser."""
        self._count(1)
        super().object_was_parsed(*args, **kwargs)

    def _count(self, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MOST_NODES:
            raise TooMuchMarkup(f"more than {MOST_NODES} nodes")


def check_size(markup: bytes | str) -> None:
    """Raise TooMuchMarkup where it is longer than anything that is read here."""
    if len(markup) > LARGEST_MARKUP:
        raise TooMuchMarkup(f"more than {LARGEST_MARKUP >> 20} MiB")

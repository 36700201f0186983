"""The HTML that organisers wrote about an event -> its lines as a reader sees them. It is only ever read."""

import re
from collections.abc import Iterator

from bs4 import Tag
from bs4.element import NavigableString, PageElement, PreformattedString

from bot.network.markup import Markup
from bot.network.plain_text import plain

LONGEST_DESCRIPTION, LONGEST_LINE, MOST_LINES = 200_000, 500, 2000
_LEFT_OUT = {"script", "style", "template", "noscript", "iframe", "object", "svg"}
_CELLS = {"td", "th", "dt"}
_CELL_ENDS, _BLOCK_ENDS = "cell", "block"
_BLOCKS = set("p div li ul ol dl dd table thead tbody tr pre blockquote section br hr h1 h2 h3 h4 h5 h6".split())


def lines_of(html: str) -> tuple[str, ...]:
    """Return the lines that are not empty, without markup and controls; the cells of a row stand apart by tabs.

    Called in worker processes; raises TooMuchMarkup.
    """
    written = "".join(_parts(Markup(html[:LONGEST_DESCRIPTION])))
    lines = ("\t".join(plain(cell, LONGEST_LINE) for cell in line.split("\t")) for line in written.split("\n"))
    return tuple(line.strip("\t") for line in lines if line.strip())[:MOST_LINES]


def _parts(content: Tag) -> Iterator[str]:
    """Go through the content in reading order, without recursion: strangers nest without end."""
    pending: list[PageElement | str] = [*reversed(content.contents)]
    in_cells = 0
    while pending:
        node = pending.pop()
        if isinstance(node, PreformattedString):
            continue
        if isinstance(node, NavigableString):
            is_pre = node.parent is not None and node.parent.name == "pre"
            yield node.replace("\t", " ") if is_pre and not in_cells else re.sub(r"\s+", " ", node)
        elif isinstance(node, Tag) and node.name not in _LEFT_OUT:
            is_cell = node.name in _CELLS
            in_cells += is_cell
            if node.name in _BLOCKS and node.name != "dd":  # it goes on in the line of its term
                yield " " if in_cells else "\n"
            if is_cell or node.name in _BLOCKS:
                pending.append(_CELL_ENDS if is_cell else _BLOCK_ENDS)
            pending += reversed(node.contents)
        elif node == _CELL_ENDS:
            in_cells -= 1
            yield " " if in_cells else "\t"
        elif node == _BLOCK_ENDS:
            yield " " if in_cells else "\n"

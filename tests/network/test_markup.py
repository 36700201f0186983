"""A megabyte of each trap that strangers may lay in a page or a feed: it is read, or refused, in little time."""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from bot.events.connpass.description import lines_of
from bot.events.connpass.feed_entries import read_feed
from bot.network.markup import DEEPEST, LARGEST_MARKUP, MOST_NODES, Markup, TooMuchMarkup
from bot.reports.site.listings import feed_of, listed_in
from bot.reports.site.report_page import read_article
from bot.sandbox.page_parser import PageParser, Unparsable
from tests.support.markup_traps import in_a_feed, in_a_page, traps

PATIENCE = 5.0  # seconds of the processor: what takes the square of a megabyte takes hours
URL = "http://reports.example/1.html"

READERS: dict[str, Callable[[str], object]] = {
    "article": lambda trap: read_article(in_a_page(trap), URL, "/1.html"),
    "archive": lambda trap: listed_in(in_a_page(trap), URL),
    "front page": lambda trap: feed_of(in_a_page(trap), URL),
    "feed": lambda trap: read_feed(in_a_feed(trap), "application/atom+xml", "g"),
    "raw feed": lambda trap: read_feed(in_a_feed("") + trap.encode(), "application/atom+xml", "g"),
    "description": lines_of,
}


@pytest.mark.parametrize("reader", READERS)
def test_no_trap_takes_more_than_its_length(reader: str) -> None:
    for name, trap in traps(1 << 20).items():
        began = time.process_time()
        with suppress(TooMuchMarkup):
            READERS[reader](trap)
        assert time.process_time() - began < PATIENCE, name


def test_what_is_nested_deeper_is_laid_flat() -> None:
    markup = Markup("<div>" * (DEEPEST * 10) + "<b>深い</b>")
    (text,) = markup.find_all(string=True)
    assert len(list(text.parents)) <= DEEPEST + 1


@pytest.mark.parametrize("piece", ["<br>", "<!--x-->", "x<br/>", "<i a=1 b=2 c=3>"])
def test_a_tree_does_not_grow_beyond_its_bound(piece: str) -> None:
    with pytest.raises(TooMuchMarkup, match="nodes"):
        Markup(piece * (MOST_NODES + 1))


async def test_what_is_too_much_is_told_and_the_next_page_parsed(parser: PageParser) -> None:
    for page in (b"<br>" * MOST_NODES, b" " * (LARGEST_MARKUP + 1)):
        with pytest.raises(Unparsable, match="TooMuchMarkup: more than"):
            await parser.parse(list[str], "bot.reports.site.listings", "listed_in", page, URL)
    listing = b"<body><a href='/1.html'>1</a><a href='/2.html'>2</a>"
    found = await parser.parse(list[str], "bot.reports.site.listings", "listed_in", listing, URL)
    assert found == ["http://reports.example/1.html", "http://reports.example/2.html"]

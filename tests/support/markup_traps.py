"""What strangers may lay in a page or a feed: much of little, each of which costs somebody more than its length."""

_PIECES = {
    "nested": "<div>",
    "nested, with a close": "<div><p></p>",
    "breaks": "<br>",
    "unclosed": "<p><b><a href=x>",
    "half a tag": "<p",
    "only <": "<",
    "entities": "&amp;",
    "CDATA": "<![CDATA[x]]>",
    "comments": "<!---->",
    "lines": "\n",
    "spaces": " ",
    "labels": "開催日時",
    "links": "<a href=https://connpass.com/event/1/>x<div>",
    "addresses": "https://connpass.com/event/1/ ",
    "half addresses": "https://",
    "headings": "<header><h1>",
}


def traps(length: int) -> dict[str, str]:
    """Return traps of about so many bytes, by what they are made of."""
    repeated = {name: piece * (length // len(piece.encode())) for name, piece in _PIECES.items()}
    return repeated | {"attributes": f"<a {'a=b c=d ' * (length // 8)}>"}


def in_a_page(trap: str) -> bytes:
    """Return an article of a report site with a trap in it."""
    return f"<html><body><article><h1>会 #04</h1><p>はじめに</p>{trap}".encode()


def in_a_feed(trap: str) -> bytes:
    """Return a group's feed, with a trap as the HTML of its one entry."""
    link = '<link href="https://g.connpass.com/event/1/"/>'
    escaped = trap.replace("&", "&amp;").replace("<", "&lt;")
    entry = f"<entry><title>会</title>{link}<summary type='html'>{escaped}</summary></entry>"
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>g</title>{entry}</feed>".encode()

"""Discord's limits on a message, as its server checks them."""

from collections.abc import Iterator
from typing import Any

CONTENT, EMBEDS, EMBEDS_IN_ALL, ROWS, ROW = 2000, 10, 6000, 5, 5
_EMBED = {"title": 256, "description": 4096, "url": 2048}
_FIELD = {"name": 256, "value": 1024}


def length(text: str | None) -> int:
    """Count as strictly as anything at Discord does: in UTF-16 units."""
    return len((text or "").encode("utf-16-le", "surrogatepass")) // 2


def broken_limits(body: dict[str, Any]) -> list[str]:
    """Return a sentence for every limit that the body of a posted message breaks."""
    return [
        *_content(body),
        *_embeds(body.get("embeds") or []),
        *_components(body.get("components") or []),
        *_nonce(body),
    ]


def _content(body: dict[str, Any]) -> Iterator[str]:
    content = body.get("content") or ""
    if length(content) > CONTENT:
        yield f"content has {length(content)} characters"
    if not (content.strip() or body.get("embeds") or body.get("attachments")):
        yield "the message is empty"


def _embeds(embeds: list[dict[str, Any]]) -> Iterator[str]:
    if len(embeds) > EMBEDS:
        yield f"{len(embeds)} embeds"
    if sum(map(_length_of_embed, embeds)) > EMBEDS_IN_ALL:
        yield f"the embeds have {sum(map(_length_of_embed, embeds))} characters"
    for embed in embeds:
        yield from (f"{key} is too long" for key, limit in _EMBED.items() if length(embed.get(key)) > limit)
        if embed.get("url") and not embed["url"].startswith(("http://", "https://")):
            yield f"embed url {embed['url'][:30]} is no web address"
        if len(embed.get("fields", [])) > 25:
            yield f"{len(embed['fields'])} fields"
        for field in embed.get("fields", []):
            for key, limit in _FIELD.items():
                if not 0 < length(field[key].strip(" \n\t")) <= limit:
                    yield f"field {key} has {length(field[key])} characters"


def _length_of_embed(embed: dict[str, Any]) -> int:
    said = [embed.get("title"), embed.get("description")]
    said += [part for field in embed.get("fields", []) for part in (field["name"], field["value"])]
    return sum(map(length, said))


def _components(rows: list[dict[str, Any]]) -> Iterator[str]:
    if len(rows) > ROWS:
        yield f"{len(rows)} rows"
    buttons = [button for row in rows for button in row["components"]]
    ids = [button["custom_id"] for button in buttons if button.get("custom_id")]
    if len(ids) != len(set(ids)):
        yield "a custom_id stands twice"
    for row in rows:
        if not 0 < len(row["components"]) <= ROW:
            yield f"{len(row['components'])} buttons in a row"
    for button in buttons:
        if not 0 < length(button.get("label")) <= 80:
            yield f"a label has {length(button.get('label'))} characters"
        if bool(button.get("url")) == bool(button.get("custom_id")):
            yield "a button needs either a url or a custom_id"
        if length(button.get("url")) > 512 or length(button.get("custom_id")) > 100:
            yield "a button's url or custom_id is too long"
        if not 0 <= button.get("id", 0) < 2**31:
            yield "a component's id is no 32-bit number"


def _nonce(body: dict[str, Any]) -> Iterator[str]:
    if length(str(body.get("nonce") or "")) > 25:
        yield "the nonce has more than 25 characters"

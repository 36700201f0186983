"""Discord's limits on what is sent to it, as its server checks them."""

import re
from collections.abc import Iterator
from typing import Any

CONTENT, EMBEDS, EMBEDS_IN_ALL, ROWS, ROW = 2000, 10, 6000, 5, 5
BUTTON, SELECTS = 2, (3, 5, 6, 7, 8)
MESSAGE, UPDATED_MESSAGE, CHOICES, MODAL = 4, 7, 8, 9  # what an interaction is answered with
_EMBED = {"title": 256, "description": 4096, "url": 2048}
_FIELD = {"name": 256, "value": 1024}


def length(text: str | None) -> int:
    """Count as strictly as anything at Discord does: in UTF-16 units."""
    return len((text or "").encode("utf-16-le", "surrogatepass")) // 2


def broken_limits(method: str, path: str, body: Any) -> list[str]:
    """Return a sentence for every limit that the body of a request breaks."""
    if method in ("POST", "PATCH") and re.search(r"/messages(/(\d+|@original))?$|^/webhooks/\d+/[^/]+$", path):
        return of_message(body, edited=method == "PATCH")
    if path.endswith("/callback"):
        return list(_callback(body.get("type"), body.get("data") or {}))
    if method in ("POST", "PATCH") and "/scheduled-events" in path:
        return list(_scheduled_event(body, created=method == "POST"))
    if path.endswith("/threads"):
        return [] if 0 < length(body.get("name")) <= 100 else ["a thread's name has no or more than 100 characters"]
    if path.endswith("/commands"):
        return [sentence for command in body for sentence in _command(command)]
    return []


def of_message(body: dict[str, Any], *, edited: bool = False) -> list[str]:
    """Return a sentence for every limit that a message breaks; an edit may leave parts out."""
    if edited and not body.keys() & {"content", "embeds"}:
        body = {**body, "content": "as before"}
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
        if (
            length((embed.get("footer") or {}).get("text")) > 2048
            or length((embed.get("author") or {}).get("name")) > 256
        ):
            yield "a footer or an author is too long"
        if len(embed.get("fields", [])) > 25:
            yield f"{len(embed['fields'])} fields"
        for field in embed.get("fields", []):
            for key, limit in _FIELD.items():
                if not 0 < length(field[key].strip(" \n\t")) <= limit:
                    yield f"field {key} has {length(field[key])} characters"


def _length_of_embed(embed: dict[str, Any]) -> int:
    said = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    said.append((embed.get("author") or {}).get("name"))
    said += [part for field in embed.get("fields", []) for part in (field["name"], field["value"])]
    return sum(map(length, said))


def _components(rows: list[dict[str, Any]]) -> Iterator[str]:
    if len(rows) > ROWS:
        yield f"{len(rows)} rows"
    parts = [part for row in rows for part in row["components"]]
    buttons = [part for part in parts if part["type"] == BUTTON]
    ids = [part["custom_id"] for part in parts if part.get("custom_id")]
    if len(ids) != len(set(ids)):
        yield "a custom_id stands twice"
    for row in rows:
        if not 0 < len(row["components"]) <= ROW:
            yield f"{len(row['components'])} buttons in a row"
        if len(row["components"]) > 1 and any(part["type"] != BUTTON for part in row["components"]):
            yield "a select menu is not alone in its row"
    for menu in parts:
        yield from _menu(menu) if menu["type"] in SELECTS else ()
    for button in buttons:
        if length(button.get("label")) > 80 or not (button.get("label") or button.get("emoji")):
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


def _menu(menu: dict[str, Any]) -> Iterator[str]:
    if menu["type"] == SELECTS[0] and not 0 < len(menu["options"]) <= 25:
        yield f"a select menu has {len(menu['options'])} options"
    if length(menu.get("placeholder")) > 150:
        yield "a placeholder has more than 150 characters"
    for option in menu.get("options") or []:
        if not 0 < length(option["label"]) <= 100 or not 0 < length(option["value"]) <= 100:
            yield "an option's label or value has no or more than 100 characters"
        if length(option.get("description")) > 100:
            yield "an option's description has more than 100 characters"
    values = [option["value"] for option in menu.get("options") or []]
    if len(values) != len(set(values)):
        yield "an option's value stands twice"


def _callback(kind: int | None, data: dict[str, Any]) -> Iterator[str]:
    if kind in (MESSAGE, UPDATED_MESSAGE):
        yield from of_message(data, edited=kind == UPDATED_MESSAGE)
    if kind == CHOICES:
        choices = data.get("choices") or []
        if len(choices) > 25:
            yield f"{len(choices)} choices"
        if not all(0 < length(one["name"]) <= 100 and length(str(one["value"])) <= 100 for one in choices):
            yield "a choice has no or more than 100 characters"
    if kind == MODAL:
        if not 0 < length(data.get("title")) <= 45:
            yield "a modal's title has no or more than 45 characters"
        if not 0 < len(data.get("components") or []) <= ROWS:
            yield f"a modal has {len(data.get('components') or [])} parts"


def _scheduled_event(body: dict[str, Any], *, created: bool) -> Iterator[str]:
    for key, limit in (("name", 100), ("description", 1000)):
        if length(body.get(key)) > limit:
            yield f"a scheduled event's {key} has {length(body[key])} characters"
    location = (body.get("entity_metadata") or {}).get("location")
    if created and not (body.get("name") or "").strip():
        yield "a scheduled event has no name"
    if (location is not None or created) and not 0 < length(location) <= 100:
        yield f"a scheduled event's location has {length(location)} characters"
    if created and not (body.get("scheduled_start_time") and body.get("scheduled_end_time")):
        yield "a scheduled event at an external place needs a start and an end"


def _command(command: dict[str, Any]) -> Iterator[str]:
    """Check a command or an option, with those inside."""
    names = [command["name"], *(command.get("name_localizations") or {}).values()]
    said = [command.get("description"), *(command.get("description_localizations") or {}).values()]
    if any(not 0 < length(name) <= 32 for name in names):
        yield f"the name of {command['name']} has no or more than 32 characters"
    if command.get("type", 1) == 1 and any(
        not re.fullmatch(r"[-_'\w]+", name) or name != name.lower() for name in names
    ):
        yield f"the name of {command['name']} has characters that Discord refuses"
    if any(length(one) > 100 for one in said if one):
        yield f"the description of {command['name']} has more than 100 characters"
    if len(command.get("options") or []) > 25:
        yield f"{command['name']} has more than 25 options"
    for option in command.get("options") or []:
        yield from _command(option)

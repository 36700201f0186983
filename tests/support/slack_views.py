"""Modals and homes: how they are kept, and how members fill them in."""

import secrets
from collections.abc import Mapping
from typing import Any

from tests.support.slack_facts import APP, BOT, TEAM, Json, new_id
from tests.support.slack_world import SlackWorld

ONE_OF = ("static_select", "external_select", "radio_buttons", "overflow")
MANY_OF = ("multi_static_select", "multi_external_select", "checkboxes")
TYPED = ("plain_text_input", "number_input", "email_text_input", "url_text_input")
PICKED = {
    "users_select": "selected_user", "channels_select": "selected_channel", "datepicker": "selected_date",
    "conversations_select": "selected_conversation", "timepicker": "selected_time",
    "datetimepicker": "selected_date_time", "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels", "multi_conversations_select": "selected_conversations",
}  # fmt: skip


def new_view(view: Json, previous: Json | None = None) -> Json:
    """A view as Slack keeps and shows it."""
    number = new_id("V")
    return {
        "private_metadata": "", "callback_id": "", "external_id": "", "close": None, "submit": None,
        "clear_on_close": False, "notify_on_close": False, **view,
        "blocks": with_ids(view["blocks"]),
        "id": number, "team_id": TEAM, "app_id": APP, "bot_id": BOT, "app_installed_team_id": TEAM,
        "hash": f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}",
        "state": {"values": {}},
        "previous_view_id": previous["id"] if previous else None,
        "root_view_id": previous["root_view_id"] if previous else number,
    }  # fmt: skip


def keep_view(
    world: SlackWorld, view: Json, person: str, before: Json | None = None, *, replaces: bool = False
) -> Json:
    """Show a member a view: a new one, one on top of another, or one instead of another."""
    kept = new_view(view, before)
    if replaces and before is not None:
        kept |= {name: before[name] for name in ("id", "root_view_id", "previous_view_id", "state")}
    values = kept["state"]["values"]
    kept["state"] = {
        "values": {block: values[block] for block in (b["block_id"] for b in kept["blocks"]) if block in values}
    }
    world.show_view(kept, person)
    return kept


def with_ids(blocks: list[Json]) -> list[Json]:
    """Blocks and their interactive parts with the ids that Slack gives to those without."""
    kept = [{**block, "block_id": block.get("block_id") or secrets.token_hex(3)} for block in blocks]
    for block in kept:
        for name in ("accessory", "element"):
            if name in block:
                block[name] = _with_id(block[name])
        if block["type"] == "actions":
            block["elements"] = [_with_id(one) for one in block["elements"]]
    return kept


def _with_id(element: Json) -> Json:
    return (
        element
        if element["type"] == "image"
        else {**element, "action_id": element.get("action_id") or secrets.token_hex(3)}
    )


def chosen(element: Json, value: Any) -> Json:
    """What an interactive part says after a member pressed it, or chose or typed `value` there."""
    kind = element["type"]
    if kind == "button":
        return {name: element[name] for name in ("text", "value", "style") if name in element}
    if kind in ONE_OF:
        return {"selected_option": None if value is None else _option(element, value)}
    if kind in MANY_OF:
        return {"selected_options": [_option(element, one) for one in value or ()]}
    if kind in TYPED:
        return {"value": value}
    return {PICKED[kind]: value}


def _option(element: Json, value: str) -> Json:
    groups = [group["options"] for group in element.get("option_groups", [])]
    options = [one for group in [element.get("options", []), *groups] for one in group]
    found = [one for one in options if one.get("value") == value]
    assert found, f"{element.get('action_id')} offers {[one.get('value') for one in options]}, not {value}"
    return dict(found[0])


def fill_in(shown: Json, values: Mapping[str, Any], *, complete: bool = False) -> None:
    """Put what a member typed and chose into the state of a view or message; a complete form lacks nothing."""
    fields = {
        part["action_id"]: (block, part)
        for block in shown["blocks"]
        for part in [block.get("element") or block.get("accessory") or {}, *block.get("elements", [])]
        if part.get("action_id") and part["type"] != "button"
    }
    unknown = set(values) - set(fields)
    assert not unknown, f"there are {sorted(fields)}, not {sorted(unknown)}"
    for action_id, (block, element) in fields.items():
        state = shown["state"]["values"].setdefault(block["block_id"], {})
        if action_id in values:
            state[action_id] = {"type": element["type"], **chosen(element, values[action_id])}
        elif action_id not in state:
            state[action_id] = {"type": element["type"], **_at_first(element)}
        if complete:
            _check(block, element, state[action_id])


def _at_first(element: Json) -> Json:
    kind = element["type"]
    if kind in ONE_OF:
        return {"selected_option": element.get("initial_option")}
    if kind in MANY_OF:
        return {"selected_options": element.get("initial_options", [])}
    if kind in TYPED:
        return {"value": element.get("initial_value")}
    name = PICKED[kind]
    return {name: element.get(name.replace("selected", "initial"))}


def _check(block: Json, element: Json, state: Json) -> None:
    """Refuse what Slack's own client would not send off."""
    given = next(value for name, value in state.items() if name != "type")
    named = element["action_id"]
    assert given or block.get("optional") or block["type"] != "input", f"{named} is required"
    if element["type"] == "plain_text_input" and given:
        shortest, longest = element.get("min_length", 0), element.get("max_length", 3000)
        assert shortest <= len(given) <= longest, f"{named} takes {shortest} to {longest} characters"

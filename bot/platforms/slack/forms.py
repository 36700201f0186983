"""What can be chosen and filled in, as Slack shows it: lists, pickers, and modals that ask for one line."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.actions import Kept
from bot.core.messages import Choice, Entry, People
from bot.platforms.slack.text import plain_line

Json = dict[str, Any]

ASK = "ask:"  # before the id of an entry, on the button that opens its form
FORM, WRITTEN = "form", "written"  # callback and action id of that form
ACTION_ID, OPTIONS, OPTION, OPTION_VALUE, LABEL, BUTTON, PLACEHOLDER = 255, 100, 75, 150, 3000, 75, 150
_TITLE, _QUESTION, _LONGEST_ENTRY = 24, 2000, 200


def text_of(text: str, limit: int) -> Json:
    """Return a label: no markup, and `:smile:` stays what it is."""
    return {"type": "plain_text", "text": plain_line(text, limit), "emoji": False}


def choice_block(choice: Choice) -> Json | None:
    """Return the list to choose from; None where there is nothing in it that Slack takes."""
    options = {
        one.value: {"text": text_of(one.label, OPTION), "value": one.value}
        for one in choice.options
        if 0 < len(one.value) <= OPTION_VALUE
    }
    shown = dict(list(options.items())[:OPTIONS])
    if not shown:
        return None
    chosen = [shown[one.value] for one in choice.options if one.chosen and one.value in shown]
    menu: Json = {
        "type": "multi_static_select" if choice.many else "static_select",
        "action_id": choice.id[:ACTION_ID],
        "placeholder": text_of(choice.label, PLACEHOLDER),
        "options": list(shown.values()),
    }
    if chosen:
        menu |= {"initial_options": chosen} if choice.many else {"initial_option": chosen[0]}
    return {"type": "section", "text": text_of(choice.label, LABEL), "accessory": menu}


def people_block(people: People) -> Json:
    """Return the picker of members."""
    picker: Json = {
        "type": "multi_users_select",
        "action_id": people.id[:ACTION_ID],
        "placeholder": text_of(people.label, PLACEHOLDER),
    }
    members = [one for one in people.chosen if one.startswith(("U", "W"))]
    if members:
        picker["initial_users"] = members
    return {"type": "section", "text": text_of(people.label, LABEL), "accessory": picker}


def ask_for(entry: Entry) -> Json:
    """Return the button that opens the form. It carries the question: a form must open at once, from anywhere."""
    asked = json.dumps({"question": entry.question[:1000], "example": entry.example[:PLACEHOLDER]}, ensure_ascii=False)
    label = text_of(entry.label, BUTTON)
    return {"type": "button", "action_id": f"{ASK}{entry.id}"[:ACTION_ID], "text": label, "value": asked}


def asked_by(action: Mapping[str, Any]) -> Entry | None:
    """Return what a pressed button asks for; None where it asks for nothing."""
    action_id = str(action.get("action_id", ""))
    if not action_id.startswith(ASK):
        return None
    asked = json.loads(action["value"])
    label = str((action.get("text") or {}).get("text") or asked["question"])
    return Entry(Kept(action_id.removeprefix(ASK)), label, asked["question"], asked["example"])


def form(entry: Entry, kept: Mapping[str, Any], send: str, cancel: str) -> Json:
    """Return the modal that asks for what a button needs; `kept` comes back with what is written."""
    line: Json = {"type": "plain_text_input", "action_id": WRITTEN, "max_length": _LONGEST_ENTRY}
    if entry.example:
        line["placeholder"] = text_of(entry.example, PLACEHOLDER)
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": json.dumps({"entry": entry.id, **kept}),
        "title": text_of(entry.label, _TITLE),
        "submit": text_of(send, _TITLE),
        "close": text_of(cancel, _TITLE),
        "blocks": [
            {"type": "input", "block_id": WRITTEN, "label": text_of(entry.question, _QUESTION), "element": line}
        ],
    }


def notice_view(view: Mapping[str, Any], notice: str) -> Json:
    """Return what a form turns into that only says something."""
    said = {"type": "section", "text": text_of(notice, LABEL)}
    return {"type": "modal", "title": view["title"], "close": view["close"], "blocks": [said]}


def with_notice(view: Mapping[str, Any], notice: str) -> Json:
    """Return a form as it was, with something said above its line."""
    kept = {name: view[name] for name in ("type", "callback_id", "private_metadata", "title", "submit", "close")}
    lines = [block for block in view["blocks"] if block["type"] == "input"]
    return {**kept, "blocks": [{"type": "section", "text": text_of(notice, LABEL)}, *lines]}


def without(blocks: Sequence[Json], pressed: str) -> list[Json]:
    """Return the blocks without what was pressed or chosen: a button, or an entry of a list. `pressed` is its id."""
    return [kept for block in blocks if (kept := _without(block, pressed)) is not None]


def _without(block: Json, pressed: str) -> Json | None:
    if block["type"] == "actions":
        elements = [one for one in block["elements"] if one.get("action_id") != pressed]
        return {**block, "elements": elements} if elements else None
    options = (block.get("accessory") or {}).get("options")
    if options is None:
        return block
    left = [one for one in options if one["value"] != pressed]
    return {**block, "accessory": {**block["accessory"], "options": left}} if left else None


def given(action: Mapping[str, Any]) -> list[str]:
    """Return the values that were chosen in a list or picker."""
    if action.get("selected_option"):
        return [str(action["selected_option"]["value"])]
    options = [str(one["value"]) for one in action.get("selected_options") or ()]
    return options or [str(one) for one in action.get("selected_users") or ()]


def written(view: Mapping[str, Any]) -> tuple[Json, str]:
    """Return what was kept in a form, and the line that was written."""
    values = view["state"]["values"]
    line = next((one.get("value") for block in values.values() for one in block.values()), None)
    return json.loads(view["private_metadata"]), str(line or "")

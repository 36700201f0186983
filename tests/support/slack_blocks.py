"""Block Kit as Slack's server checks it; what it would refuse is worded as there, with a JSON pointer."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]
Said = Iterator[tuple[str, str]]  # what is wrong, and where

BLOCKS_OF_MESSAGE, BLOCKS_OF_VIEW = 50, 100
TEXT, FIELDS, FIELD, HEADER, ALT_TEXT, ADDRESS, ID = 3000, 10, 2000, 150, 2000, 3000, 255
ELEMENTS_OF_ACTIONS, ELEMENTS_OF_CONTEXT = 25, 10
BUTTON, VALUE, PLACEHOLDER, LABEL, MARKDOWN = 75, 2000, 150, 2000, 12_000
OPTIONS, OPTION, OPTION_VALUE = 100, 75, 150
TITLE, METADATA, VIEW_BYTES = 24, 3000, 250_000
WEIGHT, WEIGHT_OF_BLOCK = 13_200, 125  # not documented; measured in slackapi/bolt-js#2509
FEW_OPTIONS = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}
MENUS = ("static_select", "multi_static_select", *FEW_OPTIONS)
PICKERS = (
    "users_select conversations_select channels_select multi_users_select multi_conversations_select "
    "multi_channels_select external_select multi_external_select datepicker timepicker datetimepicker"
).split()
INPUTS = ("plain_text_input", "number_input", "email_text_input", "url_text_input", "file_input", "rich_text_input")

# What each part may have, beside `type`; anything else is refused.
PROPERTIES = {
    "section": "block_id text fields accessory expand",
    "header": "block_id text level",
    "divider": "block_id",
    "image": "block_id image_url slack_file alt_text title",
    "context": "block_id elements",
    "actions": "block_id elements",
    "input": "block_id label element hint optional dispatch_action",
    "rich_text": "block_id elements",
    "markdown": "block_id text",
    "plain_text": "text emoji",
    "mrkdwn": "text verbatim",
    "button": "action_id text url value style confirm accessibility_label",
    "static_select": "action_id placeholder options option_groups initial_option confirm focus_on_load",
    "multi_static_select": "action_id placeholder options option_groups initial_options confirm max_selected_items "
    "focus_on_load",
    "overflow": "action_id options confirm",
    "checkboxes": "action_id options initial_options confirm focus_on_load",
    "radio_buttons": "action_id options initial_option confirm focus_on_load",
    "plain_text_input": "action_id initial_value multiline min_length max_length dispatch_action_config focus_on_load "
    "placeholder",
    "modal": "title blocks close submit private_metadata callback_id clear_on_close notify_on_close external_id "
    "submit_disabled",
    "home": "blocks private_metadata callback_id external_id",
    "option": "text value description url",
    "confirm": "title text confirm deny style",
}


def length(text: object) -> int:
    """Count as strictly as anything at Slack does: in UTF-16 units."""
    return len(str(text).encode("utf-16-le", "surrogatepass")) // 2


def refused_blocks(blocks: object, *, most: int = BLOCKS_OF_MESSAGE) -> list[str]:
    """Return a sentence for everything in blocks that Slack would refuse."""
    return [f"[ERROR] {what} [json-pointer:{where}]" for what, where in _blocks(blocks, "/blocks", most)]


def refused_view(view: object) -> list[str]:
    """Return a sentence for everything in a modal or a home that Slack would refuse."""
    return [f"[ERROR] {what} [json-pointer:{where}]" for what, where in _view(view)]


def weight(blocks: list[Json]) -> int:
    """How much a message's blocks weigh together, against `WEIGHT`: their texts, and something for each block."""

    def texts(part: object) -> int:
        if isinstance(part, dict):
            own = length(part["text"]) if isinstance(part.get("text"), str) else 0
            return own + sum(texts(value) for value in part.values() if isinstance(value, dict | list))
        return sum(map(texts, part)) if isinstance(part, list) else 0

    return texts(blocks) + WEIGHT_OF_BLOCK * (len(blocks) - 1)


def _view(view: object) -> Said:
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        yield "unsupported type", "/view/type"
        return
    yield from _properties(view, view["type"], "/view")
    yield from _blocks(view.get("blocks"), "/view/blocks", BLOCKS_OF_VIEW)
    for name, most in (("private_metadata", METADATA), ("callback_id", ID), ("external_id", ID)):
        yield from _length(view.get(name), most, f"/view/{name}", fewest=0)
    if len(json.dumps(view)) > VIEW_BYTES:
        yield "view is too large", "/view"
    if view["type"] == "modal":
        for name in ("title", "submit", "close"):
            if name in view or name == "title":
                yield from _text(view.get(name), TITLE, f"/view/{name}", ("plain_text",))
        if not view.get("submit") and any(_type(one) == "input" for one in view.get("blocks") or []):
            yield "missing required field: submit, as there is an input block", "/view"


def _blocks(blocks: object, where: str, most: int) -> Said:
    if not isinstance(blocks, list):
        yield "must provide an array", where
        return
    if len(blocks) > most:
        yield f"no more than {most} items allowed", where
    for number, block in enumerate(blocks):
        yield from _block(block, f"{where}/{number}")
    ids = Counter(block["block_id"] for block in blocks if isinstance(block, dict) and block.get("block_id"))
    yield from ((f"`block_id` {one} already exists", where) for one, times in ids.items() if times > 1)
    markdown = sum(length(one.get("text", "")) for one in blocks if _type(one) == "markdown")
    if markdown > MARKDOWN:
        yield f"markdown must be less than {MARKDOWN + 1} characters in all", where


def _type(part: object) -> str:
    return str(part.get("type")) if isinstance(part, dict) else ""


def _block(block: object, where: str) -> Said:
    check = _BLOCKS.get(_type(block))
    if check is None or not isinstance(block, dict):
        yield f"unsupported type: {_type(block)}", f"{where}/type"
        return
    yield from _properties(block, block["type"], where)
    yield from _length(block.get("block_id"), ID, f"{where}/block_id")
    yield from check(block, where)


def _section(block: Json, where: str) -> Said:
    if "text" not in block and "fields" not in block:
        yield "missing required field: text", where
    if "text" in block:
        yield from _text(block["text"], TEXT, f"{where}/text")
    if "fields" in block:
        yield from _items(block["fields"], FIELDS, f"{where}/fields", lambda one, at: _text(one, FIELD, at))
    if "accessory" in block:
        yield from _element(block["accessory"], f"{where}/accessory", also=("image",))


def _header(block: Json, where: str) -> Said:
    yield from _text(block.get("text"), HEADER, f"{where}/text", ("plain_text",))


def _image(block: Json, where: str) -> Said:
    yield from _length(block.get("alt_text"), ALT_TEXT, f"{where}/alt_text", required=True)
    if ("image_url" in block) == ("slack_file" in block):
        yield "must have either image_url or slack_file", where
    if "image_url" in block:
        yield from _address(block["image_url"], f"{where}/image_url")
    if "slack_file" in block and len(set(block["slack_file"]) & {"id", "url"}) != 1:
        yield "must have either id or url", f"{where}/slack_file"
    elif "slack_file" in block and not re.fullmatch(r"F[A-Z0-9]{8,}", block["slack_file"].get("id", "F" + "0" * 8)):
        yield "input must match regex pattern: ^[F][A-Z0-9]{8,}$", f"{where}/slack_file/id"
    if "title" in block:
        yield from _text(block["title"], 2000, f"{where}/title", ("plain_text",))


def _context(block: Json, where: str) -> Said:
    def check(one: object, at: str) -> Said:
        if _type(one) == "image" and isinstance(one, dict):
            yield from _properties(one, "image", at)
            yield from _image(one, at)
        else:
            yield from _text(one, TEXT, at)

    yield from _items(block.get("elements"), ELEMENTS_OF_CONTEXT, f"{where}/elements", check)


def _actions(block: Json, where: str) -> Said:
    yield from _items(block.get("elements"), ELEMENTS_OF_ACTIONS, f"{where}/elements", _element)
    given = [one for one in block.get("elements") or [] if isinstance(one, dict)]
    ids = Counter(one["action_id"] for one in given if one.get("action_id"))
    yield from ((f"`action_id` {one} already exists for this block", where) for one, n in ids.items() if n > 1)


def _input(block: Json, where: str) -> Said:
    yield from _text(block.get("label"), LABEL, f"{where}/label", ("plain_text",))
    if "hint" in block:
        yield from _text(block["hint"], LABEL, f"{where}/hint", ("plain_text",))
    if _type(block.get("element")) in ("button", "overflow"):
        yield "unsupported type in an input block", f"{where}/element"
    yield from _element(block.get("element"), f"{where}/element", also=INPUTS)


def _rich_text(block: Json, where: str) -> Said:
    yield from _items(block.get("elements"), 1000, f"{where}/elements", lambda one, at: iter(()))


def _markdown(block: Json, where: str) -> Said:
    yield from _length(block.get("text"), MARKDOWN, f"{where}/text", required=True)


_BLOCKS: dict[str, Callable[[Json, str], Said]] = {
    "section": _section, "header": _header, "divider": lambda block, where: iter(()), "image": _image,
    "context": _context, "actions": _actions, "input": _input, "rich_text": _rich_text, "markdown": _markdown,
}  # fmt: skip


def _element(element: object, where: str, also: tuple[str, ...] = ()) -> Said:
    kind = _type(element)
    if not isinstance(element, dict) or kind not in ("button", *MENUS, *PICKERS, *also):
        yield f"unsupported type: {kind}", f"{where}/type"
        return
    yield from _properties(element, kind, where)
    if kind == "image":
        yield from _image(element, where)
        return
    yield from _length(element.get("action_id"), ID, f"{where}/action_id")
    if "placeholder" in element:
        yield from _text(element["placeholder"], PLACEHOLDER, f"{where}/placeholder", ("plain_text",))
    if "confirm" in element:
        yield from _confirm(element["confirm"], f"{where}/confirm")
    if kind == "button":
        yield from _button(element, where)
    elif kind in MENUS:
        yield from _menu(element, where)
    elif kind == "plain_text_input":
        yield from _text_input(element, where)


def _button(button: Json, where: str) -> Said:
    yield from _text(button.get("text"), BUTTON, f"{where}/text", ("plain_text",))
    yield from _length(button.get("value"), VALUE, f"{where}/value", fewest=0)
    yield from _length(button.get("accessibility_label"), BUTTON, f"{where}/accessibility_label")
    if "url" in button:
        yield from _address(button["url"], f"{where}/url")
    if button.get("style", "primary") not in ("primary", "danger"):
        yield "must be a valid enum value", f"{where}/style"


def _menu(menu: Json, where: str) -> Said:
    groups, kind = menu.get("option_groups"), menu["type"]
    if groups is not None:
        yield from _items(groups, OPTIONS, f"{where}/option_groups", _group)
    else:
        formats = ("plain_text", "mrkdwn") if kind in ("checkboxes", "radio_buttons") else ("plain_text",)
        most = FEW_OPTIONS.get(kind, OPTIONS)
        yield from _items(menu.get("options"), most, f"{where}/options", lambda one, at: _option(one, at, formats))
    parts = [one for group in groups or [] for one in group.get("options", [])] + (menu.get("options") or [])
    values = Counter(one["value"] for one in parts if isinstance(one, dict) and "value" in one)
    yield from ((f"the value {one} is there twice", f"{where}/options") for one, n in values.items() if n > 1)
    for first in [menu["initial_option"]] if "initial_option" in menu else menu.get("initial_options", []):
        if first not in parts:
            yield "initial option must be one of the options", f"{where}/initial_option"


def _group(group: object, where: str) -> Said:
    if not isinstance(group, dict):
        yield "must be an object", where
        return
    yield from _text(group.get("label"), OPTION, f"{where}/label", ("plain_text",))
    yield from _items(group.get("options"), OPTIONS, f"{where}/options", _option)


def _option(option: object, where: str, formats: tuple[str, ...] = ("plain_text",)) -> Said:
    if not isinstance(option, dict):
        yield "must be an object", where
        return
    yield from _properties(option, "option", where)
    yield from _text(option.get("text"), OPTION, f"{where}/text", formats)
    yield from _length(option.get("value"), OPTION_VALUE, f"{where}/value", required=True)
    if "description" in option:
        yield from _text(option["description"], OPTION, f"{where}/description", formats)


def _text_input(element: Json, where: str) -> Said:
    for name, fewest in (("min_length", 0), ("max_length", 1)):
        if name in element and not fewest <= element[name] <= TEXT:
            yield f"must be {fewest} to {TEXT}", f"{where}/{name}"
    yield from _length(
        element.get("initial_value"), element.get("max_length", TEXT), f"{where}/initial_value", fewest=0
    )


def _confirm(confirm: object, where: str) -> Said:
    if not isinstance(confirm, dict):
        yield "must be an object", where
        return
    yield from _properties(confirm, "confirm", where)
    yield from _text(confirm.get("text"), 300, f"{where}/text")
    for name, most in (("title", 100), ("confirm", 30), ("deny", 30)):
        yield from _text(confirm.get(name), most, f"{where}/{name}", ("plain_text",))


def _text(text: object, most: int, where: str, formats: tuple[str, ...] = ("plain_text", "mrkdwn")) -> Said:
    if not isinstance(text, dict):
        yield "missing required field: " + where.rpartition("/")[2], where.rpartition("/")[0]
    elif text.get("type") not in formats:
        yield f"unsupported type: {text.get('type')}", f"{where}/type"
    else:
        yield from _properties(text, text["type"], where)
        yield from _length(text.get("text"), most, f"{where}/text", required=True)


def _length(text: object, most: int, where: str, *, required: bool = False, fewest: int = 1) -> Said:
    if text is None:
        if required:
            yield "missing required field: " + where.rpartition("/")[2], where.rpartition("/")[0]
    elif not isinstance(text, str):
        yield "must be a string", where
    elif length(text) < fewest:
        yield f"must be more than {fewest - 1} characters", where
    elif length(text) > most:
        yield f"must be less than {most + 1} characters", where


def _address(address: object, where: str) -> Said:
    if not str(address).startswith(("http://", "https://")):
        yield "must be a valid URL", where
    yield from _length(address, ADDRESS, where)


def _items(items: object, most: int, where: str, check: Callable[[object, str], Said]) -> Said:
    if not isinstance(items, list) or not items:
        yield "no fewer than 1 items allowed", where
        return
    if len(items) > most:
        yield f"no more than {most} items allowed", where
    for number, one in enumerate(items):
        yield from check(one, f"{where}/{number}")


def _properties(part: Json, kind: str, where: str) -> Said:
    known = PROPERTIES.get(kind)
    for name in part if known is not None else ():
        if name != "type" and name not in str(known).split():
            yield f"invalid additional property: {name}", where

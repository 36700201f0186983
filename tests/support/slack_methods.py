"""The loopback Slack's Web API: each method with the scopes it takes and the errors it answers."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.slack_blocks import WEIGHT, length, refused_blocks, refused_view, weight
from tests.support.slack_members import Members
from tests.support.slack_views import keep_view, with_ids
from tests.support.slack_world import (
    APP,
    BOT,
    BOT_USER,
    DOMAIN,
    HISTORY_OF,
    TEAM,
    Channel,
    Json,
    Person,
    SlackError,
    SlackWorld,
    is_in_channel,
    new_id,
)

LONGEST_TEXT, LONGEST_UPDATE = 40_000, 4_000
MOST_HISTORY, MOST_METADATA = 999, 8_000


@dataclass
class Api:
    """What the methods work on."""

    world: SlackWorld
    members: Members


Arguments = Mapping[str, Any]
Method = Callable[[Api, Arguments], Json]
METHODS: dict[str, tuple[str, Method]] = {}  # by name: the scope it takes, if any, and the method


def method(name: str, scope: str = "") -> Callable[[Method], Method]:
    """Register a method."""

    def keep(answer: Method) -> Method:
        METHODS[name] = (scope, answer)
        return answer

    return keep


def take_scope(world: SlackWorld, scope: str) -> None:
    """Refuse with `missing_scope` unless the token has the scope."""
    if scope and scope not in world.app.scopes:
        raise SlackError("missing_scope", needed=scope, provided=",".join(world.app.scopes))


def text_of(arguments: Arguments, name: str) -> str:
    """A required argument."""
    if arguments.get(name) in (None, ""):
        raise SlackError(
            "invalid_arguments", response_metadata={"messages": [f"[ERROR] missing required field: {name}"]}
        )
    return str(arguments[name])


def is_on(arguments: Arguments, name: str) -> bool:
    """A switch, as it may be written in a form."""
    return str(arguments.get(name, "")).lower() in ("1", "true")


# --- the app itself ------------------------------------------------------------------------------------------------


@method("api.test")
def _test(api: Api, arguments: Arguments) -> Json:
    return {"args": dict(arguments)}


@method("auth.test")
def _who(api: Api, arguments: Arguments) -> Json:
    app = {"team": "Utsunomiya", "user": "tsudoi", "team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT}
    return {"url": f"https://{DOMAIN}.slack.com/", **app, "is_enterprise_install": False}


@method("team.info", "team:read")
def _team(api: Api, arguments: Arguments) -> Json:
    return {"team": {"id": TEAM, "name": "Utsunomiya", "domain": DOMAIN, "icon": {}}}


@method("bots.info", "users:read")
def _bot(api: Api, arguments: Arguments) -> Json:
    if arguments.get("bot", BOT) != BOT:
        raise SlackError("bot_not_found")
    return {"bot": {"id": BOT, "deleted": False, "name": "tsudoi", "app_id": APP, "user_id": BOT_USER, "icons": {}}}


# --- messages ------------------------------------------------------------------------------------------------------


def _spoken(api: Api, arguments: Arguments, longest: int) -> Json:
    """Check and keep what a message says."""
    said: Json = {"text": str(arguments.get("text") or "")}
    if length(said["text"]) > longest:
        raise SlackError("msg_too_long")
    if not (said["text"] or arguments.get("blocks") or arguments.get("attachments")):
        raise SlackError("no_text")
    if arguments.get("blocks"):
        said["blocks"] = checked_blocks(api, arguments["blocks"])
    if arguments.get("metadata") is not None:
        said |= _metadata(arguments["metadata"])
    return said


def checked_blocks(api: Api, blocks: Any) -> list[Json]:
    """Blocks as Slack keeps them; `invalid_blocks` says what is wrong with them."""
    refused = refused_blocks(blocks) or _refused_files(api.world, blocks)
    if refused:
        errors = [one.removeprefix("[ERROR] ") for one in refused]
        raise SlackError("invalid_blocks", errors=errors, response_metadata={"messages": refused})
    if weight(blocks) > WEIGHT:
        raise SlackError("msg_blocks_too_long")
    return with_ids(blocks)


def _refused_files(world: SlackWorld, blocks: list[Json]) -> list[str]:
    images = [(number, one["slack_file"]) for number, one in enumerate(blocks) if "slack_file" in one]
    ready = {one.id for one in world.files.values() if one.mimetype.startswith("image/") and not one.polls_until_ready}
    return [
        f"[ERROR] invalid slack file [json-pointer:/blocks/{number}/slack_file]"
        for number, file in images
        if not any(one in str(file.get("id") or file.get("url")) for one in ready)
    ]


def _metadata(metadata: Any) -> Json:
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or not metadata["event_type"]:
        raise SlackError("invalid_metadata_format")
    if len(str(metadata)) > MOST_METADATA:
        raise SlackError("metadata_too_large")
    if not re.fullmatch(r"[\w-]+", metadata["event_type"], re.ASCII):
        return {"warning": "invalid_metadata_schema"}  # and Slack forgets the metadata
    return {"metadata": {name: metadata[name] for name in ("event_type", "event_payload")}}


def _by_bot(message: Json) -> Json:
    profile = {"id": BOT, "app_id": APP, "user_id": BOT_USER, "name": "tsudoi", "icons": {}, "deleted": False}
    return {"user": BOT_USER, "bot_id": BOT, "app_id": APP, "team": TEAM, "bot_profile": profile, **message}


def _place(api: Api, arguments: Arguments) -> Channel:
    """Where to post: a channel's id or name, or a person's id for direct messages."""
    world, number = api.world, str(arguments.get("channel") or "")
    if number.startswith(("U", "W")) and number in world.people:
        if world.people[number].deleted:
            raise SlackError("channel_not_found")
        return world.direct(number)
    named = next((one for one in world.channels.values() if f"#{one.name}" == number), None)
    return named or world.channel(number)


def _may_post(api: Api, channel: Channel) -> None:
    if channel.archived:
        raise SlackError("is_archived")
    if BOT_USER not in channel.members and "chat:write.public" not in api.world.app.scopes:
        raise SlackError("not_in_channel")
    people = [api.world.people[one] for one in channel.members if channel.kind == "im"]
    if any(one.closed_to_dms for one in people):
        raise SlackError("messages_tab_disabled")
    if channel.kind == "im" and not api.world.app.messages_tab:
        raise SlackError("messages_tab_disabled")


@method("chat.postMessage", "chat:write")
def _post(api: Api, arguments: Arguments) -> Json:
    channel = _place(api, arguments)
    _may_post(api, channel)
    if arguments.keys() & {"username", "icon_url", "icon_emoji"}:
        take_scope(api.world, "chat:write.customize")
    said = _spoken(api, arguments, LONGEST_TEXT)
    if root := arguments.get("thread_ts"):
        if str(root) not in channel.messages:
            raise SlackError("thread_not_found")
        said["thread_ts"] = str(root)
        if is_on(arguments, "reply_broadcast"):
            said["subtype"] = "thread_broadcast"
    warning = {"warning": said.pop("warning")} if "warning" in said else {}
    message = api.world.post(channel.id, _by_bot(said), sent=dict(arguments))
    return {"channel": channel.id, "ts": message["ts"], "message": message, **warning}


@method("chat.update", "chat:write")
def _update(api: Api, arguments: Arguments) -> Json:
    channel, message = _own(api, arguments, "cant_update_message")
    said = _spoken(api, arguments, LONGEST_UPDATE)
    warning = {"warning": said.pop("warning")} if "warning" in said else {}
    if "blocks" not in said:
        said["blocks"] = [] if "text" in arguments and arguments.get("blocks") is None else message.get("blocks", [])
    after = api.world.update(channel.id, message["ts"], said)
    return {"channel": channel.id, "ts": after["ts"], "text": after["text"], "message": after, **warning}


@method("chat.delete", "chat:write")
def _delete(api: Api, arguments: Arguments) -> Json:
    channel, message = _own(api, arguments, "cant_delete_message")
    api.world.delete(channel.id, message["ts"])
    return {"channel": channel.id, "ts": message["ts"]}


def _own(api: Api, arguments: Arguments, otherwise: str) -> tuple[Channel, Json]:
    channel = api.world.channel(text_of(arguments, "channel"))
    message = channel.messages.get(text_of(arguments, "ts"))
    if message is None:
        raise SlackError("message_not_found")
    if channel.archived:
        raise SlackError("is_archived")
    if message["user"] != BOT_USER:
        raise SlackError(otherwise)
    return channel, message


@method("chat.postEphemeral", "chat:write")
def _whisper(api: Api, arguments: Arguments) -> Json:
    channel, person = api.world.channel(text_of(arguments, "channel")), text_of(arguments, "user")
    if channel.archived:
        raise SlackError("is_archived")
    if BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
    if person not in channel.members:
        raise SlackError("user_not_in_channel")
    said = _spoken(api, arguments, LONGEST_UPDATE)
    said = {name: value for name, value in said.items() if name not in ("metadata", "warning")}
    if arguments.get("thread_ts"):
        said["thread_ts"] = str(arguments["thread_ts"])
    return {"message_ts": api.world.whisper(channel.id, person, _by_bot(said), sent=dict(arguments))["ts"]}


@method("chat.getPermalink")
def _permalink(api: Api, arguments: Arguments) -> Json:
    channel, ts = api.world.channel(text_of(arguments, "channel")), text_of(arguments, "message_ts")
    if ts not in channel.messages:
        raise SlackError("message_not_found")
    address = f"https://{DOMAIN}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    root = channel.messages[ts].get("thread_ts", ts)
    return {
        "channel": channel.id,
        "permalink": f"{address}?thread_ts={root}&cid={channel.id}" if root != ts else address,
    }


@method("reactions.add", "reactions:write")
def _react(api: Api, arguments: Arguments) -> Json:
    channel, name = api.world.channel(text_of(arguments, "channel")), text_of(arguments, "name")
    message = channel.messages.get(text_of(arguments, "timestamp"))
    if message is None:
        raise SlackError("message_not_found")
    reactions = message.setdefault("reactions", [])
    if any(one["name"] == name and BOT_USER in one["users"] for one in reactions):
        raise SlackError("already_reacted")
    reactions.append({"name": name, "users": [BOT_USER], "count": 1})
    return {}


# --- conversations -------------------------------------------------------------------------------------------------


def paged(items: list[Any], arguments: Arguments, most: int, usual: int = 100) -> tuple[list[Any], str]:
    """The page that was asked for, and the cursor of the next one (empty at the end)."""
    try:
        start = int(base64.b64decode(str(arguments.get("cursor") or "") or b"MA==").decode().removeprefix("next:"))
        limit = int(arguments.get("limit") or usual)
    except ValueError:
        raise SlackError("invalid_cursor") from None
    if not limit > 0:
        raise SlackError("invalid_limit")
    end = start + min(limit, most)
    return items[start:end], base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""


def _readable(api: Api, arguments: Arguments) -> Channel:
    found = api.world.channel(text_of(arguments, "channel"))
    take_scope(api.world, f"{HISTORY_OF[found.kind]}:history")
    if BOT_USER not in found.members:
        raise SlackError("not_in_channel")
    return found


def _read(messages: list[Json], arguments: Arguments) -> Json:
    oldest, latest = str(arguments.get("oldest") or "0"), str(arguments.get("latest") or "9" * 12)
    including = is_on(arguments, "inclusive")
    asked = [
        one
        for one in messages
        if float(oldest) < float(one["ts"]) < float(latest) or (including and one["ts"] in (oldest, latest))
    ]
    page, cursor = paged(asked, arguments, MOST_HISTORY)
    with_metadata = is_on(arguments, "include_all_metadata")
    shown = [{k: v for k, v in one.items() if k != "metadata" or with_metadata} for one in page]
    more: Json = {"response_metadata": {"next_cursor": cursor}} if cursor else {}
    return {"messages": shown, "has_more": bool(cursor), **more}


@method("conversations.history")
def _history(api: Api, arguments: Arguments) -> Json:
    found = _readable(api, arguments)
    newest_first = [one for one in reversed(found.messages.values()) if is_in_channel(one)]
    return {**_read(newest_first, arguments), "pin_count": 0}


@method("conversations.replies")
def _replies(api: Api, arguments: Arguments) -> Json:
    found, root = _readable(api, arguments), text_of(arguments, "ts")
    if root not in found.messages:
        raise SlackError("thread_not_found")
    root = found.messages[root].get("thread_ts", root)
    return _read([one for one in found.messages.values() if root in (one["ts"], one.get("thread_ts"))], arguments)


def shown_channel(channel: Channel) -> Json:
    """A channel as conversations.info has it."""
    if channel.kind == "im":
        other = next(one for one in channel.members if one != BOT_USER)
        return {"id": channel.id, "is_im": True, "user": other, "is_archived": False, "is_open": True}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": False,
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "is_archived": channel.archived,
        "is_member": BOT_USER in channel.members,
        "is_general": False,
        "context_team_id": TEAM,
        "num_members": len(channel.members),
    }


def _described(api: Api, arguments: Arguments) -> Channel:
    found = api.world.channel(text_of(arguments, "channel"))
    take_scope(api.world, f"{HISTORY_OF[found.kind]}:read")
    return found


@method("conversations.info")
def _info(api: Api, arguments: Arguments) -> Json:
    found = _described(api, arguments)
    shown = shown_channel(found)
    if not is_on(arguments, "include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


@method("conversations.members")
def _members(api: Api, arguments: Arguments) -> Json:
    page, cursor = paged(_described(api, arguments).members, arguments, 1000)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def _listed(api: Api, arguments: Arguments, *, own: bool, person: str = BOT_USER) -> Json:
    names = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
    kinds = [names.get(one.strip(), "") for one in str(arguments.get("types") or "public_channel").split(",")]
    if "" in kinds:
        raise SlackError("invalid_types")
    for kind in kinds:
        take_scope(api.world, f"{HISTORY_OF[kind]}:read")
    found = [
        shown_channel(one)
        for one in api.world.channels.values()
        if one.kind in kinds and (person in one.members or (not own and one.kind == "channel"))
        if not (one.archived and is_on(arguments, "exclude_archived"))
    ]
    page, cursor = paged(found, arguments, 1000)
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


@method("conversations.list")
def _list(api: Api, arguments: Arguments) -> Json:
    return _listed(api, arguments, own=False)


@method("users.conversations")
def _own_list(api: Api, arguments: Arguments) -> Json:
    return _listed(api, arguments, own=True, person=str(arguments.get("user") or BOT_USER))


@method("conversations.open", "im:write")
def _open(api: Api, arguments: Arguments) -> Json:
    people = [one for one in str(arguments.get("users") or "").split(",") if one]
    if not people and arguments.get("channel"):
        found = api.world.channel(str(arguments["channel"]))
    elif len(people) != 1:
        take_scope(api.world, "mpim:write")
        raise SlackError("users_list_not_supplied" if not people else "not_enough_users")
    else:
        person = api.world.person(people[0])
        if person.deleted or person.id == BOT_USER:
            raise SlackError("user_disabled" if person.deleted else "cannot_dm_bot")
        found = api.world.direct(person.id)
    return {"channel": {"id": found.id} if not is_on(arguments, "return_im") else shown_channel(found)}


@method("conversations.join", "channels:join")
def _join(api: Api, arguments: Arguments) -> Json:
    found = api.world.channel(text_of(arguments, "channel"))
    if found.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if found.archived:
        raise SlackError("is_archived")
    api.world.join(found.id, BOT_USER)
    return {"channel": shown_channel(found)}


# --- people --------------------------------------------------------------------------------------------------------


def shown_person(person: Person, *, with_locale: bool = False) -> Json:
    """A member as users.info has it."""
    shown = {
        "id": person.id,
        "team_id": TEAM,
        "name": person.name,
        "deleted": person.deleted,
        "real_name": person.name,
        "tz": person.timezone,
        "tz_offset": 32400,
        "profile": {"real_name": person.name, "display_name": person.name, "team": TEAM},
        "is_admin": person.is_admin,
        "is_owner": person.is_admin,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": 0,
    }
    return {**shown, "locale": person.locale} if with_locale else shown


@method("users.info", "users:read")
def _user(api: Api, arguments: Arguments) -> Json:
    person = api.world.person(text_of(arguments, "user"))
    return {"user": shown_person(person, with_locale=is_on(arguments, "include_locale"))}


@method("users.list", "users:read")
def _users(api: Api, arguments: Arguments) -> Json:
    page, cursor = paged(list(api.world.people.values()), arguments, 1000)
    locale = is_on(arguments, "include_locale")
    return {
        "members": [shown_person(one, with_locale=locale) for one in page],
        "response_metadata": {"next_cursor": cursor},
    }


# --- views ---------------------------------------------------------------------------------------------------------


def _view(arguments: Arguments, kind: str) -> Json:
    view = arguments.get("view")
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] view must be an object"]})
    refused = refused_view(view)
    if not refused and view["type"] != kind:
        refused = [f"[ERROR] must be {kind} [json-pointer:/view/type]"]
    if refused:
        raise SlackError("invalid_arguments", response_metadata={"messages": refused})
    return view


@method("views.open")
def _open_view(api: Api, arguments: Arguments) -> Json:
    view = _view(arguments, "modal")
    done = api.members.of_trigger(text_of(arguments, "trigger_id"))
    return {"view": keep_view(api.world, view, done.person)}


@method("views.push")
def _push_view(api: Api, arguments: Arguments) -> Json:
    view = _view(arguments, "modal")
    done = api.members.of_trigger(text_of(arguments, "trigger_id"))
    before = api.world.views.get(done.view)
    if before is None:
        raise SlackError("invalid_trigger_id")
    if _depth(api.world, before) >= 3:
        raise SlackError("push_limit_reached")
    return {"view": keep_view(api.world, view, done.person, before)}


def _depth(world: SlackWorld, view: Json | None) -> int:
    return 0 if view is None else 1 + _depth(world, world.views.get(str(view["previous_view_id"])))


@method("views.update")
def _update_view(api: Api, arguments: Arguments) -> Json:
    number, external = arguments.get("view_id"), arguments.get("external_id")
    views = api.world.views.values()
    before = next((one for one in views if one["id"] == number or (external and one["external_id"] == external)), None)
    if before is None:
        raise SlackError("not_found")
    view = _view(arguments, before["type"])
    if arguments.get("hash") and arguments["hash"] != before["hash"]:
        raise SlackError("hash_conflict")
    return {"view": keep_view(api.world, view, api.world.viewers[before["id"]], before, replaces=True)}


@method("views.publish")
def _publish(api: Api, arguments: Arguments) -> Json:
    if not api.world.app.home_tab:
        raise SlackError("not_enabled")
    view, person = _view(arguments, "home"), api.world.person(text_of(arguments, "user_id"))
    before = api.world.views.get(api.world.homes.get(person.id, ""))
    if before and arguments.get("hash") and arguments["hash"] != before["hash"]:
        raise SlackError("hash_conflict")
    return {"view": keep_view(api.world, view, person.id, before, replaces=before is not None)}


# --- files ---------------------------------------------------------------------------------------------------------


@method("files.info", "files:read")
def _file(api: Api, arguments: Arguments) -> Json:
    file = api.world.files.get(text_of(arguments, "file"))
    if file is None or not (file.author == BOT_USER or api.world.shares(file, BOT_USER)):
        raise SlackError("file_not_found")
    if file.deleted:
        raise SlackError("file_deleted")
    channels = list(file.channels)
    return {"file": {**api.world.poll(file), "channels": channels}, "comments": []}


@method("files.getUploadURLExternal", "files:write")
def _upload_address(api: Api, arguments: Arguments) -> Json:
    name = text_of(arguments, "filename")
    try:
        size = int(text_of(arguments, "length"))
    except ValueError:
        size = 0
    if size < 1:
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] must be a positive length"]})
    file = api.world.upload(name, None, BOT_USER)
    file.length = size
    return {"upload_url": f"{api.world.base_url}/upload/v1/{new_id('Q')}{file.id}", "file_id": file.id}


@method("files.completeUploadExternal", "files:write")
def _complete(api: Api, arguments: Arguments) -> Json:
    asked = arguments.get("files")
    if not isinstance(asked, list) or not asked:
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field: files"]})
    files = [api.world.files.get(str(one.get("id"))) for one in asked]
    kept = [one for one in files if one is not None and one.content is not None and not one.channels]
    if len(kept) != len(asked):
        raise SlackError("file_not_found")
    for file, one in zip(kept, asked, strict=True):
        file.title = str(one.get("title") or file.name)
    places = str(arguments.get("channel_id") or arguments.get("channels") or "")
    channels = [api.world.channel(one) for one in places.split(",") if one]
    for channel in channels:
        _may_post(api, channel)
    said: Json = {"text": str(arguments.get("initial_comment") or "")}
    if arguments.get("blocks") and not said["text"]:
        said["blocks"] = checked_blocks(api, arguments["blocks"])
    if arguments.get("thread_ts"):
        said["thread_ts"] = str(arguments["thread_ts"])

    def share() -> None:
        if not any(one.polls_until_ready for one in kept):
            for channel in channels:
                api.world.post(channel.id, _by_bot(said), kept, sent=dict(arguments))

    answer = {"files": [api.world.shown_file(one) for one in kept]}
    for file in kept:  # it comes into the channels when the last one is ready
        file.waiting.append(share)
    share() if not any(one.polls_until_ready for one in kept) else None
    return answer

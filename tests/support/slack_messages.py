"""The loopback Slack's chat methods, each with the errors it answers."""

import re
from typing import Any

from tests.support.slack_blocks import WEIGHT, length, refused_blocks, weight
from tests.support.slack_facts import BOT_USER, DOMAIN, Channel, Json, SlackError, by_bot
from tests.support.slack_methods import Api, Arguments, is_on, method, take_scope, text_of
from tests.support.slack_views import with_ids
from tests.support.slack_world import SlackWorld

LONGEST_TEXT, LONGEST_UPDATE, MOST_METADATA = 40_000, 4_000, 8_000


def _spoken(api: Api, arguments: Arguments, longest: int) -> Json:
    """Check and keep what a message says."""
    said: Json = {"text": str(arguments.get("text") or "")}
    if length(said["text"]) > longest:
        raise SlackError("msg_too_long")
    if not (said["text"].strip() or arguments.get("blocks") or arguments.get("attachments")):
        raise SlackError("no_text")
    if arguments.get("blocks"):
        said["blocks"] = checked_blocks(api, arguments["blocks"])
    if arguments.get("metadata") is not None:
        said |= _metadata(arguments["metadata"])
    return said


def checked_blocks(api: Api, blocks: Any) -> list[Json]:
    """Blocks as Slack keeps them; `invalid_blocks` says what is wrong with them."""
    refused = refused_blocks(blocks) or _refused_files(api.world, blocks) or _missing_images(api.world, blocks)
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


def _missing_images(world: SlackWorld, blocks: list[Json]) -> list[str]:
    """Slack fetches pictures before it takes the message."""
    return [
        f"[ERROR] downloading image failed [json-pointer:/blocks/{number}{where}/image_url]"
        for number, block in enumerate(blocks)
        for where, part in (("", block), ("/accessory", block.get("accessory", {})))
        if part.get("image_url") in world.missing_images
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


def _place(api: Api, arguments: Arguments) -> Channel:
    """Where to post: a channel's id or name, or a person's id for direct messages."""
    world, number = api.world, str(arguments.get("channel") or "")
    if number.startswith(("U", "W")) and number in world.people:
        if world.people[number].deleted:
            raise SlackError("channel_not_found")
        return world.direct(number)
    named = next((one for one in world.channels.values() if f"#{one.name}" == number), None)
    return named or world.channel(number)


def may_post(api: Api, channel: Channel) -> None:
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
    may_post(api, channel)
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
    message = api.world.post(channel.id, by_bot(said), sent=dict(arguments))
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
    return {"message_ts": api.world.whisper(channel.id, person, by_bot(said), sent=dict(arguments))["ts"]}


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

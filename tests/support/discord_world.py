"""What the loopback Discord knows: one server, its channels and members, and every message as the API shows it."""

import itertools
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

EPOCH_MS = 1_420_070_400_000
EVERYTHING_ALLOWED = str(2**50 - 1)
BOT, GUILD, ORGANISER, ALICE = "900", "100", "77", "78"
FULL_WIDTH = {"content": "", "embeds": [], "components": [], "attachments": []}

Json = dict[str, Any]
_counter = itertools.count(1)


def snowflake() -> str:
    """A new id, growing with time as Discord's do."""
    return str(((int(time.time() * 1000) - EPOCH_MS) << 22) | (next(_counter) & 0x3FFFFF))


def user(number: str, name: str, *, bot: bool = False) -> Json:
    """A person or a bot."""
    shown = {"username": name, "global_name": name, "discriminator": "0", "avatar": None}
    return {"id": number, "bot": bot, **shown}


USERS = {BOT: user(BOT, "Tsudoi", bot=True), ORGANISER: user(ORGANISER, "organiser"), ALICE: user(ALICE, "alice")}


def member(number: str) -> Json:
    """A member of the server."""
    joined = {"roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False, "mute": False, "flags": 0}
    return {"user": USERS[number], "permissions": EVERYTHING_ALLOWED, **joined}


@dataclass
class World:
    """The server's channels and what was posted there, oldest first."""

    channels: tuple[str, ...]
    messages: dict[str, list[Json]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.messages = {channel: [] for channel in self.channels}

    def channel(self, number: str) -> Json:
        """A text channel as the API shows it."""
        shape = {"type": 0, "position": 0, "permission_overwrites": [], "nsfw": False, "parent_id": None, "topic": None}
        return {"id": number, "guild_id": GUILD, "name": f"channel-{number}", **shape}

    def guild(self) -> Json:
        """The server as GUILD_CREATE shows it."""
        role = {
            "id": GUILD,
            "name": "@everyone",
            "color": 0,
            "colors": {"primary_color": 0},
            "hoist": False,
            "position": 0,
        }
        everyone = {**role, "permissions": EVERYTHING_ALLOWED, "managed": False, "mentionable": False, "flags": 0}
        parts = {
            "roles": [everyone],
            "channels": [self.channel(one) for one in self.channels],
            "members": [member(BOT)],
        }
        return {
            "id": GUILD,
            "name": "Utsunomiya",
            "owner_id": ORGANISER,
            "member_count": len(USERS),
            "features": [],
            **parts,
        }

    def post(self, channel: str, author: str, body: Json) -> Json:
        """Keep a message and return it as the API shows it in the history."""
        said = {key: body.get(key) or empty for key, empty in FULL_WIDTH.items()}
        pings = {"mention_everyone": _pings_everyone(body), "mentions": [], "mention_roles": []}
        rest = {"tts": False, "pinned": False, "type": 0, "flags": 0, "edited_timestamp": None}
        now = datetime.now(UTC).isoformat()
        message = {
            "id": snowflake(),
            "channel_id": channel,
            "author": USERS[author],
            "timestamp": now,
            **said,
            **pings,
            **rest,
        }
        if reference := body.get("message_reference"):
            replied_to = self.find(channel, reference["message_id"])
            message |= {"type": 19, "message_reference": reference, "referenced_message": replied_to}
        self.messages[channel].append(message)
        return message

    def find(self, channel: str, number: str) -> Json | None:
        """The message with this id."""
        return next((one for one in self.messages[channel] if one["id"] == number), None)

    def history(self, channel: str, query: dict[str, str]) -> list[Json]:
        """A page of the history as the API gives it: newest first, `after` the oldest of the newer ones."""
        found = self.messages[channel]
        limit = int(query.get("limit", 50))
        if "after" in query:
            return [one for one in found if int(one["id"]) > int(query["after"])][:limit][::-1]
        if "before" in query:
            found = [one for one in found if int(one["id"]) < int(query["before"])]
        return found[-limit:][::-1]


def _pings_everyone(body: Json) -> bool:
    allowed = (body.get("allowed_mentions") or {"parse": ["everyone"]}).get("parse", [])
    return "@everyone" in (body.get("content") or "") and "everyone" in allowed

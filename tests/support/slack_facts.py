"""What the loopback Slack is made of: ids, scopes, people, channels, files, and what is shown to whom."""

import itertools
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.slack_text import broken_markup, buttons, pings, unfurls, visible

Json = dict[str, Any]

TEAM, APP, BOT, BOT_USER = "T0TSUDOI1", "A0TSUDOI1", "B0TSUDOI1", "U0TSUDOI1"
CHANNEL, ORGANISER, ALICE = "C0EVENTS1", "U0ORGANIS", "U0ALICE01"
DOMAIN = "utsunomiya"

SCOPES = (
    "app_mentions:read channels:history channels:join channels:read chat:write commands files:read "
    "files:write groups:history groups:read im:history im:read im:write reactions:write team:read users:read"
)
EVENTS = (
    "app_home_opened app_mention file_shared member_joined_channel message.channels message.groups message.im "
    "app_uninstalled tokens_revoked channel_archive channel_left group_left"
)
HISTORY_OF = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
SCOPE_OF_EVENT = {
    "app_mention": "app_mentions:read", "file_shared": "files:read", "member_joined_channel": "channels:read",
    "message.channels": "channels:history", "message.groups": "groups:history", "message.im": "im:history",
    "message.mpim": "mpim:history", "channel_archive": "channels:read", "channel_left": "channels:read",
    "group_left": "groups:read",
}  # fmt: skip

_counter = itertools.count(1)


def new_id(letter: str) -> str:
    """A new id, such as `F0000A1B2C3`."""
    return f"{letter}0{next(_counter):04d}{secrets.token_hex(2).upper()}"


class SlackError(Exception):
    """An answer with `ok: false`; `more` stands beside the code."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


class SlackClock:
    """Stamps are of the real time; deadlines (acks, triggers, response URLs) pass only when a test says so."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self._last = 0

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self.elapsed

    def stamp(self) -> str:
        """A new `ts`, greater than all before."""
        self._last = max(self._last + 1, int(self.now() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"


@dataclass
class Person:
    """A member of the workspace."""

    id: str
    name: str
    locale: str = "ja-JP"
    timezone: str = "Asia/Tokyo"
    is_admin: bool = False
    is_bot: bool = False
    deleted: bool = False
    closed_to_dms: bool = False
    team: str = TEAM


@dataclass
class Channel:
    """A public (`channel`) or private (`group`) channel, or direct messages (`im`, `mpim`)."""

    id: str
    name: str
    kind: str = "channel"
    members: list[str] = field(default_factory=list)
    archived: bool = False
    messages: dict[str, Json] = field(default_factory=dict)  # by ts, in order
    ephemerals: dict[str, tuple[str, Json]] = field(default_factory=dict)  # by ts: who sees it, and it


@dataclass
class File:
    """A file; `polls_until_ready` times files.info says that it is still being processed."""

    id: str
    name: str
    content: bytes | None
    author: str
    title: str = ""
    mimetype: str = "application/octet-stream"
    channels: list[str] = field(default_factory=list)
    polls_until_ready: int = 0
    deleted: bool = False
    waiting: list[Callable[[], object]] = field(default_factory=list)  # until it is ready, such as its sharing
    length: int = 0  # as announced, of an upload that has not come yet


@dataclass(frozen=True)
class Sight:
    """Something shown: `kind` is message, update, delete, ephemeral, view or home; `person` is empty for everybody."""

    kind: str
    content: Json
    channel: str = ""
    person: str = ""
    sent: Json = field(default_factory=dict)  # the arguments with which the bot sent it

    @property
    def text(self) -> str:
        """What is read there: the blocks where there are some, else the text; markup as it is shown."""
        return "\n".join(visible(self.content))

    @property
    def actions(self) -> dict[str, str]:
        """The buttons there: what they say, and their `action_id`."""
        return buttons(self.content)

    @property
    def pings(self) -> list[str]:
        """Whom it rings."""
        return pings(self.content, self.sent)

    @property
    def unfurls(self) -> list[str]:
        """The links under which Slack would show a preview."""
        return unfurls(self.content, self.sent)

    @property
    def broken_markup(self) -> list[str]:
        """What is neither escaped nor markup in it."""
        return broken_markup(self.content)


@dataclass
class AppConfig:
    """What the app's manifest says; a command or shortcut that is not there cannot be used (empty: any can)."""

    scopes: list[str] = field(default_factory=SCOPES.split)
    events: list[str] = field(default_factory=EVENTS.split)
    commands: list[str] = field(default_factory=list)
    shortcuts: list[str] = field(default_factory=list)
    home_tab: bool = True
    messages_tab: bool = True

    @classmethod
    def of_manifest(cls, manifest: Json) -> "AppConfig":
        """Read an app manifest."""
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        home = features.get("app_home", {})
        return cls(
            scopes=list(manifest["oauth_config"]["scopes"]["bot"]),
            events=list(settings.get("event_subscriptions", {}).get("bot_events", [])),
            commands=[one["command"] for one in features.get("slash_commands", [])],
            shortcuts=[one["callback_id"] for one in features.get("shortcuts", []) if one["type"] == "message"],
            home_tab=bool(home.get("home_tab_enabled")),
            messages_tab=bool(home.get("messages_tab_enabled")) and not home.get("messages_tab_read_only_enabled"),
        )


def is_in_channel(message: Json) -> bool:
    """Whether a message stands in the channel itself, not only in a thread."""
    return message.get("thread_ts") in (None, message["ts"]) or message.get("subtype") == "thread_broadcast"


def mimetype_of(name: str, content: bytes) -> str:
    """Slack looks into the content before it believes the name."""
    for start, mimetype in ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"GIF8", "image/gif")):
        if content.startswith(start):
            return mimetype
    if content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:12] in (b"ftypheic", b"ftypmif1", b"ftypheix"):
        return "image/heic"
    return (
        "image/png" if name.endswith(".png") else "text/plain" if name.endswith(".txt") else "application/octet-stream"
    )


def by_bot(message: Json) -> Json:
    """A message as Slack keeps it when the bot sent it."""
    profile = {"id": BOT, "app_id": APP, "user_id": BOT_USER, "name": "tsudoi", "icons": {}, "deleted": False}
    return {"user": BOT_USER, "bot_id": BOT, "app_id": APP, "team": TEAM, "bot_profile": profile, **message}

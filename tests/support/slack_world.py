"""What exists in the loopback Slack and what was said: one workspace with one app, people, channels, messages, files.

It knows nothing of the wire. `tell` hears every event that the app is subscribed to; `sights` is everything that
anybody gets to see, in order.
"""

import secrets
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tests.support.slack_facts import (
    ALICE,
    BOT_USER,
    CHANNEL,
    DOMAIN,
    ORGANISER,
    SCOPE_OF_EVENT,
    TEAM,
    AppConfig,
    Channel,
    File,
    Json,
    Person,
    Sight,
    SlackClock,
    SlackError,
    is_in_channel,
    mimetype_of,
    new_id,
)
from tests.support.slack_text import pings, typed


class SlackWorld:
    """It starts with an organiser, Alice, and channels in which both and the bot are."""

    def __init__(self, channels: Sequence[str] = (CHANNEL,), app: AppConfig | None = None) -> None:
        self.clock = SlackClock()
        self.app = app or AppConfig()
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, Json] = {}  # modals and homes by id
        self.viewers: dict[str, str] = {}  # by view: who sees it
        self.homes: dict[str, str] = {}  # by person: the view's id
        self.sights: list[Sight] = []
        self.unseen: list[str] = []  # ephemeral messages that Slack shows nobody
        self.file_polls = 0  # so many times files.info says of a new file that it is still being processed
        self.missing_images: set[str] = set()  # addresses at which Slack finds no picture
        self.base_url = ""
        self.tell: Callable[[Json], object] = lambda event: None
        self.add_person(Person(BOT_USER, "tsudoi", is_bot=True))
        self.add_person(Person(ORGANISER, "organiser", is_admin=True))
        self.add_person(Person(ALICE, "alice"))
        for number, channel in enumerate(channels):
            self.add_channel(channel, f"events-{number}" if number else "events")

    # --- who and where ---------------------------------------------------------------------------------------------

    def add_person(self, person: Person) -> Person:
        """Add a member."""
        self.people[person.id] = person
        return person

    def add_channel(
        self, number: str, name: str, *, kind: str = "channel", members: Iterable[str] = (BOT_USER, ORGANISER, ALICE)
    ) -> Channel:
        """Add a channel."""
        self.channels[number] = Channel(number, name, kind, list(members))
        return self.channels[number]

    def person(self, number: str) -> Person:
        """The member with this id; `user_not_found` if there is none."""
        if number not in self.people:
            raise SlackError("user_not_found")
        return self.people[number]

    def channel(self, number: str) -> Channel:
        """The channel with this id, as the bot knows it; `channel_not_found` also for private ones it is not in."""
        found = self.channels.get(number)
        if found is None or (found.kind != "channel" and BOT_USER not in found.members):
            raise SlackError("channel_not_found")
        return found

    def direct(self, person: str) -> Channel:
        """The bot's direct messages with a member."""
        for one in self.channels.values():
            if one.kind == "im" and set(one.members) == {BOT_USER, person}:
                return one
        return self.add_channel(new_id("D"), "", kind="im", members=(BOT_USER, self.person(person).id))

    def join(self, channel: str, person: str) -> None:
        """Let a member, or the bot, into a channel."""
        found = self.channels[channel]
        if person not in found.members:
            found.members.append(person)
            text = f"<@{person}> has joined the channel"
            self.post(channel, {"subtype": "channel_join", "user": person, "text": text})
            kind = "C" if found.kind == "channel" else "G"
            joined = {"type": "member_joined_channel", "user": person, "channel": channel, "channel_type": kind}
            self.emit("member_joined_channel", {**joined, "team": TEAM, "inviter": ORGANISER})

    def remove(self, channel: str, person: str = BOT_USER) -> None:
        """Take a member, or the bot, out of a channel."""
        self.channels[channel].members.remove(person)
        if person == BOT_USER:
            left = "channel_left" if self.channels[channel].kind == "channel" else "group_left"
            self.emit(left, {"type": left, "channel": channel, "actor_id": ORGANISER})

    def archive(self, channel: str) -> None:
        """Archive a channel."""
        self.channels[channel].archived = True
        self.emit("channel_archive", {"type": "channel_archive", "channel": channel, "user": ORGANISER})

    # --- what is said ----------------------------------------------------------------------------------------------

    def say(self, channel: str, author: str, text: str, files: Sequence[tuple[str, bytes]] = (), **more: Any) -> Json:
        """Post as a member; `more` may have `thread_ts`, `subtype` and what else a message has."""
        uploads = [self.upload(name, content, author) for name, content in files]
        element = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
        blocks = [{"type": "rich_text", "block_id": secrets.token_hex(3), "elements": [element]}] if text else []
        message: Json = {"client_msg_id": str(uuid.uuid4()), "user": author, "text": self._typed(text), "team": TEAM}
        return self.post(channel, {**message, **({"blocks": blocks} if blocks else {}), **more}, uploads)

    def edit(self, channel: str, ts: str, text: str) -> Json:
        """Edit one's message as a member."""
        return self.update(channel, ts, {"text": self._typed(text), "blocks": []})

    def _typed(self, text: str) -> str:
        return typed(text, {one.name: one.id for one in self.people.values()})

    def post(self, channel: str, message: Json, files: Sequence[File] = (), sent: Json | None = None) -> Json:
        """Keep a message of a member or of the bot (`sent`: with which arguments), and tell everybody."""
        found = self.channels[channel]
        ts = self.clock.stamp()
        kept: Json = {"type": "message", **message, "ts": ts}
        if files:
            kept |= {"files": [self.shown_file(one) for one in files], "upload": True}
            kept.setdefault("subtype", "file_share")
        found.messages[ts] = kept
        self._thread(found, kept)
        for one in files:
            one.channels.append(channel)
        self.sights.append(Sight("message", kept, channel, sent=sent or {}))
        self._tell_of_message(found, kept)
        for one in files:
            self._tell_of_file(one, channel, str(message.get("user", BOT_USER)))
        return kept

    def _thread(self, channel: Channel, reply: Json) -> None:
        root = channel.messages.get(str(reply.get("thread_ts")))
        if root is None or root is reply:
            return
        root["thread_ts"] = root["ts"]
        root["reply_count"] = root.get("reply_count", 0) + 1
        root["latest_reply"] = reply["ts"]
        root["reply_users"] = list(dict.fromkeys([*root.get("reply_users", []), reply.get("user")]))
        reply["parent_user_id"] = root.get("user")

    def _tell_of_message(self, channel: Channel, message: Json) -> None:
        shown = {name: value for name, value in message.items() if name != "reply_count"}
        place = {"channel": channel.id, "channel_type": channel.kind, "event_ts": message["ts"]}
        self._emit_message(channel, {**shown, **place})
        if (
            f"@{BOT_USER}" in pings(message)
            and channel.kind != "im"
            and message.get("user") != BOT_USER
            and BOT_USER in channel.members
        ):
            kept = {name: value for name, value in shown.items() if name != "subtype"}
            place.pop("channel_type")
            self.emit("app_mention", {**kept, "type": "app_mention", **place})

    def _tell_of_file(self, file: File, channel: str, author: str) -> None:
        if BOT_USER in self.channels[channel].members:
            shared = {"file_id": file.id, "user_id": author, "file": {"id": file.id}, "channel_id": channel}
            self.emit("file_shared", {"type": "file_shared", **shared, "event_ts": self.clock.stamp()})

    def _emit_message(self, channel: Channel, event: Json) -> None:
        if BOT_USER in channel.members:
            self.emit(f"message.{channel.kind if channel.kind in ('im', 'mpim') else channel.kind + 's'}", event)

    def update(self, channel: str, ts: str, changes: Json) -> Json:
        """Change a message, and tell everybody."""
        found = self.channels[channel]
        before = dict(found.messages[ts])
        stamp = self.clock.stamp()
        after = {**before, **changes, "edited": {"user": before.get("user"), "ts": stamp[:-6] + "000000"}}
        found.messages[ts] = after
        self.sights.append(Sight("update", after, channel))
        changed = {"type": "message", "subtype": "message_changed", "message": after, "previous_message": before}
        place = {"channel": channel, "channel_type": found.kind, "hidden": True, "ts": stamp, "event_ts": stamp}
        self._emit_message(found, {**changed, **place})
        return after

    def delete(self, channel: str, ts: str) -> Json:
        """Take a message away, and tell everybody."""
        found = self.channels[channel]
        before = found.messages.pop(ts)
        stamp = self.clock.stamp()
        self.sights.append(Sight("delete", before, channel))
        gone = {"type": "message", "subtype": "message_deleted", "deleted_ts": ts, "previous_message": before}
        place = {"channel": channel, "channel_type": found.kind, "hidden": True, "ts": stamp, "event_ts": stamp}
        self._emit_message(found, {**gone, **place})
        return before

    def whisper(self, channel: str, person: str, message: Json, ts: str = "", sent: Json | None = None) -> Json:
        """Show one member an ephemeral message of the bot, or change it."""
        kind = "update" if ts else "ephemeral"
        if not self._is_open(self.channels[channel], message):
            self.unseen.append(str(message.get("text")))
        kept = {"type": "message", **message, "ts": ts or self.clock.stamp(), "is_ephemeral": True}
        self.channels[channel].ephemerals[kept["ts"]] = (person, kept)
        self.sights.append(Sight(kind, kept, channel, person, sent or {}))
        return kept

    def _is_open(self, channel: Channel, message: Json) -> bool:
        """Slack shows an ephemeral message in a thread only where somebody replied there already."""
        root = channel.messages.get(str(message.get("thread_ts")))
        return "thread_ts" not in message or bool(root and root.get("reply_count"))

    def hush(self, channel: str, ts: str) -> None:
        """Take an ephemeral message away."""
        person, message = self.channels[channel].ephemerals.pop(ts)
        self.sights.append(Sight("delete", message, channel, person))

    def shown(self, channel: str, person: str = "", thread_ts: str = "") -> list[Json]:
        """What stands in a channel or a thread now, oldest first, with what only this member sees."""
        found = self.channels[channel]
        whispered = [message for to, message in found.ephemerals.values() if to == person]
        everything = sorted([*found.messages.values(), *whispered], key=lambda one: one["ts"])
        if thread_ts:
            return [one for one in everything if thread_ts in (one["ts"], one.get("thread_ts"))]
        return [one for one in everything if is_in_channel(one)]

    # --- files -----------------------------------------------------------------------------------------------------

    def upload(self, name: str, content: bytes | None, author: str) -> File:
        """Keep a file that is not in any channel yet; without content: one that is only announced."""
        file = File(new_id("F"), name, content, author, title=name, polls_until_ready=self.file_polls)
        file.mimetype = mimetype_of(name, content or b"")
        self.files[file.id] = file
        return file

    def poll(self, file: File) -> Json:
        """Look at a file, which brings its processing nearer to its end."""
        shown = self.shown_file(file)
        file.polls_until_ready = max(0, file.polls_until_ready - 1)
        if not file.polls_until_ready:
            self.finish(file)
        return shown

    def finish(self, file: File) -> None:
        """End the processing of a file: what waited for it happens."""
        file.polls_until_ready, waiting, file.waiting = 0, file.waiting, []
        for act in waiting:
            act()

    def shown_file(self, file: File) -> Json:
        """A file as messages and files.info have it."""
        shown = {"id": file.id, "created": int(self.clock.now()), "user": file.author, "user_team": TEAM}
        if file.deleted:
            return {"id": file.id, "mode": "tombstone"}
        if file.polls_until_ready:
            return {**shown, "name": file.name, "filetype": "", "mimetype": "", "file_access": "check_file_info"}
        address = f"{self.base_url}/files-pri/{TEAM}-{file.id}"
        return {
            **shown,
            "name": file.name,
            "title": file.title,
            "mimetype": file.mimetype,
            "filetype": file.mimetype.rpartition("/")[2],
            "mode": "hosted",
            "size": len(file.content or b""),
            "is_external": False,
            "is_public": any(self.channels[one].kind == "channel" for one in file.channels),
            "file_access": "visible",
            "url_private": f"{address}/{file.name}",
            "url_private_download": f"{address}/download/{file.name}",
            "permalink": f"https://{DOMAIN}.slack.com/files/{file.author}/{file.id}/{file.name}",
        }

    def shares(self, file: File, person: str) -> bool:
        """Whether a file is in a channel in which this member is."""
        return any(person in self.channels[one].members for one in file.channels)

    # --- what is looked at -----------------------------------------------------------------------------------------

    def show_view(self, view: Json, person: str) -> None:
        """Show a member a modal, or his home."""
        self.views[view["id"]] = view
        self.viewers[view["id"]] = person
        if view["type"] == "home":
            self.homes[person] = view["id"]
        self.sights.append(Sight(view["type"] if view["type"] == "home" else "view", view, "", person))

    def seen_by(self, person: str, since: int = 0) -> list[Sight]:
        """Everything that a member got to see after the first `since` sights."""
        return [one for one in self.sights[since:] if self._sees(person, one)]

    def _sees(self, person: str, sight: Sight) -> bool:
        return sight.person == person or (not sight.person and person in self.channels[sight.channel].members)

    def emit(self, subscription: str, event: Json) -> None:
        """Tell the app of an event, if it is subscribed to it and has the scope that it takes."""
        scope = SCOPE_OF_EVENT.get(subscription)
        if subscription in self.app.events and (scope is None or scope in self.app.scopes):
            self.tell({**event, "event_ts": event.get("event_ts") or self.clock.stamp()})

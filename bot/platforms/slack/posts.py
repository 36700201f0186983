"""What the bot says in Slack: to all in a channel or thread, to one member, or in place of what they pressed."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from bot.core.errors import RoomRefused, SendError, SendRefused
from bot.core.messages import Message
from bot.platforms.slack.errors import cause_of, code_of, explained
from bot.platforms.slack.files import SlackFiles
from bot.platforms.slack.forms import without
from bot.platforms.slack.members import Identity
from bot.platforms.slack.render import ANSWER, is_named, named, render, without_pictures
from bot.platforms.slack.web import SlackWeb

log = structlog.get_logger()

Json = dict[str, Any]

CLOCKS_DIFFER = timedelta(minutes=2)
A_PAGE, MOST_PAGES = 200, 10  # of the history; Slack may give shorter ones
_LOOKS_AFTER = 0.5  # seconds
_NOT_THERE = ("user_not_in_channel", "not_in_channel", "channel_not_found")  # the member, or we
QUIET: Json = {"unfurl_links": False, "unfurl_media": False}  # strangers' links bring no previews into the room


class SlackPosts:
    """Says a `Message`, its pictures behind it."""

    def __init__(self, web: SlackWeb, files: SlackFiles) -> None:
        self._web = web
        self._files = files
        self._direct: dict[str, str] = {}  # by member
        self.ourselves: Identity | None = None

    async def post(
        self, channel: str, message: Message, thread_ts: str | None, metadata: Json, *, broadcast: bool = False
    ) -> str:
        """Say it to all, and return its `ts`; `broadcast` shows a reply in the channel, too. Raises SendError."""
        posted = await self._say(channel, message, thread_ts, metadata, broadcast=broadcast)
        await self.share(message, channel, thread_ts or posted)
        return posted

    async def _say(
        self, channel: str, message: Message, thread_ts: str | None, metadata: Json, *, broadcast: bool = False
    ) -> str:
        arguments: Json = {"channel": channel, **render(message), **QUIET, "metadata": metadata}
        if thread_ts:
            arguments |= {"thread_ts": thread_ts, "reply_broadcast": broadcast}
        return str((await self._eased("chat.postMessage", arguments))["ts"])

    async def answer(self, channel: str, message: Message, thread_ts: str | None, key: str) -> bool:
        """Say an answer to all, once; return whether all that comes with it stands there, too. Raises SendError."""
        if _is_caption(message):
            await self._files.share(message, channel, thread_ts, message.lead)
            return True
        ts = await self._answered(channel, message, thread_ts, key)
        return await self.share(message, channel, thread_ts or ts)

    async def _answered(self, channel: str, message: Message, thread_ts: str | None, key: str) -> str:
        """Return the `ts` of an answer; where it is not confirmed it is looked for, and else said again, once."""
        began, metadata = datetime.now(UTC), named(key, ANSWER)
        for is_last in (False, True):
            try:
                return await self._say(channel, message, thread_ts, metadata)
            except (RoomRefused, SendRefused):
                raise
            except SendError as error:
                log.warning("answer not confirmed", channel=channel, reason=str(error), next="looked for")
                await self._web.waiting.sleep(_LOOKS_AFTER)
                if (found := await self.find(channel, key, began, thread_ts)) is not None:
                    return found
                if is_last:
                    raise
        raise AssertionError  # the last try returns or raises

    async def find(self, channel: str, key: str, since: datetime, thread_ts: str | None = None) -> str | None:
        """Return the `ts` of what was said under a key, in the channel or in a thread; None if it was not.

        Of a long history the latest page is looked at, and then those from `since` on.
        """
        oldest = f"{(since - CLOCKS_DIFFER).timestamp():.6f}"
        latest, cursor = await self._page("conversations.history", {"channel": channel})
        if (found := self._named(latest, key)) is not None:
            return found
        from_there, looks = {"channel": channel, "oldest": oldest}, []
        if cursor and min((str(one["ts"]) for one in latest), default="") > oldest:
            looks.append(("conversations.history", from_there))
        if thread_ts is not None:
            looks.append(("conversations.replies", {**from_there, "ts": thread_ts}))
        for method, asked in looks:
            found = self._named([one async for one in self._said(method, asked, MOST_PAGES)], key)
            if found is not None:
                return found
        return None

    def _named(self, said: Sequence[Json], key: str) -> str | None:
        return next((str(one["ts"]) for one in said if is_named(one, key) and self._is_ours(one)), None)

    async def _said(self, method: str, asked: Json, pages: int) -> AsyncIterator[Json]:
        cursor = ""
        for _ in range(pages):
            messages, cursor = await self._page(method, asked, cursor)
            for one in messages:
                yield one
            if not cursor:
                break

    async def _page(self, method: str, asked: Json, cursor: str = "") -> tuple[list[Json], str]:
        """Return a page, and the cursor of the next one; "" where there is none."""
        options: Json = {"include_all_metadata": True, "limit": A_PAGE, "cursor": cursor or None}
        said = await self._web.call(method, f"channel {asked['channel']}", **asked, **options)
        return said["messages"], str((said.get("response_metadata") or {}).get("next_cursor") or "")

    def _is_ours(self, sent: Json) -> bool:
        """Whether we said it: another app could write the same metadata."""
        ourselves = self.ourselves
        if ourselves is None or ("user" not in sent and not ourselves.bot):
            return True
        return sent.get("user") == ourselves.member or sent.get("bot_id") == ourselves.bot

    async def share(self, message: Message, channel: str, thread_ts: str | None = None) -> bool:
        """Share what comes with a message; without it that stands, too. Return whether it was shared."""
        if not (message.pictures or message.files):
            return True
        try:
            await self._files.share(message, channel, thread_ts)
        except SendError as error:
            log.warning("files not shared", channel=channel, reason=str(error))
            return False
        return True

    async def direct_channel(self, member: str) -> str:
        """Return the channel of the direct messages with a member. Raises SendError, MemberUnreachable."""
        if member not in self._direct:
            opened = await self._web.call("conversations.open", f"member {member}", users=member)
            self._direct[member] = str(opened["channel"]["id"])
        return self._direct[member]

    async def edit(self, channel: str, ts: str, message: Message, key: str) -> bool:
        """Make a message say this instead; False if it is gone. Raises SendError."""
        return await self._changed(
            "chat.update", {"channel": channel, "ts": ts, **render(message), "metadata": named(key)}
        )

    async def take_away(self, channel: str, message: Mapping[str, Any], pressed: str) -> None:
        """Take what was pressed away from a message: it has been answered, once and for all."""
        left = without(message["blocks"], pressed)
        if left == message["blocks"]:
            return
        await self._shows(channel, message, left)

    async def give_back(self, channel: str, message: Mapping[str, Any]) -> None:
        """Let a message show again what could be pressed there: it was not answered after all."""
        await self._shows(channel, message, message["blocks"])

    async def _shows(self, channel: str, message: Mapping[str, Any], blocks: Sequence[Json]) -> None:
        said: Json = {"channel": channel, "ts": message["ts"], "text": message.get("text", ""), "blocks": blocks}
        try:
            await self._web.call("chat.update", f"channel {channel}", **said)
        except SendError as error:
            log.warning("button not changed", channel=channel, reason=str(error))

    async def delete(self, channel: str, ts: str) -> bool:
        """Take a message away; False if it is gone already. Raises SendError."""
        return await self._changed("chat.delete", {"channel": channel, "ts": ts})

    async def _changed(self, method: str, arguments: Json) -> bool:
        try:
            await self._eased(method, arguments)
        except SendError as error:
            if cause_of(error) == "message_not_found":
                return False
            raise
        return True

    async def whisper(self, channel: str, member: str, message: Message, thread_ts: str | None = None) -> None:
        """Say it to one member alone, by direct message where it cannot be shown in the channel. Raises SendError."""
        arguments: Json = {"channel": channel, "user": member, **render(message), **QUIET}
        if thread_ts:
            arguments["thread_ts"] = thread_ts
        try:
            await self._eased("chat.postEphemeral", arguments)
        except SendError as error:
            if cause_of(error) not in _NOT_THERE:
                raise
            direct = await self.direct_channel(member)
            await self._eased("chat.postMessage", {"channel": direct, **render(message), **QUIET})

    async def respond(
        self,
        url: str,
        message: Message,
        thread_ts: str | None = None,
        *,
        to_all: bool = False,
        instead: bool = False,
        key: str = "",
    ) -> None:
        """Answer a command or a press by its response URL, `instead` of what was pressed or beside it.

        Raises SendError. What all see is found again by its `key`.
        """
        kind = "in_channel" if to_all else "ephemeral"
        said: Json = {"response_type": kind, "replace_original": instead, **render(message), **QUIET}
        if to_all:
            said["metadata"] = named(key, ANSWER)
        if thread_ts:  # also instead of what was pressed: without it that would leave the thread
            said["thread_ts"] = thread_ts
        await self._web.respond(url, said)

    async def _eased(self, method: str, arguments: Json) -> Mapping[str, Any]:
        """Call a method, once more without what Slack cannot bring: a picture that is gone, a thread that is."""
        while True:
            try:
                return await self._web.ask(method, **arguments)
            except SlackApiError as error:
                if not _leave_out(code_of(error), arguments):
                    raise explained(f"channel {arguments['channel']}", error) from error


def _is_caption(message: Message) -> bool:
    """Whether a message says no more than what stands beside its pictures and files."""
    brings_files = bool(message.pictures or message.files) and bool(message.lead)
    return brings_files and not (message.cards or message.buttons or message.choices or message.entries)


def _leave_out(code: str, arguments: Json) -> bool:
    """Take out of a call what Slack refused it for; False if there is no such thing."""
    if code in ("thread_not_found", "invalid_thread_ts") and arguments.pop("thread_ts", None):
        arguments.pop("reply_broadcast", None)
        return True
    if code == "invalid_blocks" and (shorter := without_pictures(arguments["blocks"])) != arguments["blocks"]:
        arguments["blocks"] = shorter
        return True
    return False

"""What members do in Discord: commands (in cogs/), and one handler for whatever goes wrong."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import replace
from typing import Any

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.answering.answering import Answering
from bot.answering.commands import COMMANDS, is_for_now
from bot.answering.general_messages import belated, one_moment, sent_privately
from bot.core.askers import Asker, Tenant
from bot.core.commands import Command
from bot.core.cooldowns import Turn
from bot.core.direct import Direct
from bot.core.memory import Memory
from bot.core.messages import Message, MessageKind
from bot.core.rights import asker_in
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.locales import texts_for
from bot.platforms.discord.answers import CUT_OFF, acknowledged, post, repeated
from bot.platforms.discord.askers import (
    DISCORD,
    Asked,
    DiscordSurroundings,
    author_of,
    channel_of,
    roles_of,
    tenant_of,
)
from bot.platforms.discord.missed import key_of
from bot.platforms.discord.presses import DiscordPresses
from bot.platforms.discord.render import render_edit
from bot.platforms.discord.shared_servers import SharedServers
from bot.platforms.discord.slash_commands import JapaneseCommands, choices, command
from bot.platforms.discord.uploads import is_picture
from bot.platforms.hearing import Hearing

log = structlog.get_logger()

EXTENSIONS = (
    "cogs.reminders",
    "cogs.recognition",
    "cogs.quiz",
    "cogs.model",
    "cogs.general",
    "cogs.organising",
)
SHARD_OF = 22  # bits of a server's id
COMMANDS_TOLD = "discord commands"  # the name of what is remembered of them


class Context(commands.Context["TsudoiClient"]):
    """A command that was given, and who gave it: known once its turn was taken."""

    asker: Asker
    is_late = False  # given while nobody heard it

    async def defer(self, *, ephemeral: bool = False) -> None:
        """Ask for time to answer a slash command in."""
        if (interaction := self.interaction) is not None:
            await acknowledged(lambda: interaction.response.defer(ephemeral=ephemeral))


class TooFast(commands.CheckFailure):
    """A member has no turn now."""

    def __init__(self, turn: Turn) -> None:
        super().__init__()
        self.turn = turn


class TsudoiClient(commands.Bot):
    """One connection to Discord. The cogs are handed this client and find the services here.

    `memory` knows which slash commands Discord was told last; without it each start tells them. `hearing` knows what
    was heard before.
    `leads`: of several processes this one tells Discord the commands.
    `login_ended` is set once Discord took or refused the token; if it took it, messages can be sent from then on.
    """

    def __init__(
        self,
        answering: Answering,
        rooms: Rooms,
        intents: discord.Intents,
        hearing: Hearing,
        memory: Memory | None = None,
        *,
        leads: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(
            _prefixes,
            intents=intents,
            help_command=None,
            allowed_mentions=discord.AllowedMentions.none(),  # titles are other people's texts
            case_insensitive=True,
            strip_after_prefix=True,
            **options,
        )
        self.answering = answering
        self.rooms = rooms
        self.login_ended = asyncio.Event()
        self._hearing = hearing
        self._memory = memory
        self._leads = leads
        self._shared = SharedServers(self, rooms, answering.clock)
        self.add_check(self._has_turn)
        self.add_listener(DiscordPresses(self).on_interaction)

    async def setup_hook(self) -> None:
        """Load the cogs; runs once after login, before the first connect."""
        self.login_ended.set()
        for extension in EXTENSIONS:
            await self.load_extension(extension)
        for of in COMMANDS:
            if self.get_command(of.name) is None:
                self.add_command(plain_command(of))
        await self.tree.set_translator(JapaneseCommands())
        self.tree.error(self._on_slash_error)
        if not self._leads:
            return
        try:
            await self._tell_changed_commands()
        except (discord.HTTPException, app_commands.AppCommandError) as error:
            log.warning("slash commands not updated", reason=str(error), next="tried again at the next start")

    async def _tell_changed_commands(self) -> None:
        """Sync the slash commands, but only if they changed: Discord counts syncs."""
        translator = self.tree.translator
        told = (
            [await one.get_translated_payload(self.tree, translator) for one in self.tree.get_commands()]
            if translator
            else []
        )
        digest = hashlib.sha256(json.dumps([self.application_id, told], sort_keys=True).encode()).hexdigest()
        if self._memory is not None and digest == await self._memory.recall(COMMANDS_TOLD):
            return
        await self.tree.sync()
        if self._memory is not None:
            await self._memory.remember(COMMANDS_TOLD, digest)
        log.info("slash commands updated", commands=len(told))

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        """Tell listeners of an event; once the client closes, discord.py has no loop for that any more."""
        if not self.is_closed():
            super().dispatch(event_name, *args, **kwargs)

    async def asker(self, asked: Asked) -> Asker:
        """Return who asks this, and all that the answer depends on."""
        tenant, channel, author = tenant_of(asked), channel_of(asked), author_of(asked)
        member = str(author.id)
        self._shared.meet(asked)
        language = await self.answering.language_of(DISCORD, member)
        direct = None if tenant.id else await self._direct(member)
        if direct is not None:
            language = language or self._shared.language_of(member)
        surroundings = DiscordSurroundings(self, asked, self.rooms.at(tenant, channel))
        asker = asker_in(self.rooms, tenant, channel, member, roles_of(author), language, surroundings, direct)
        return replace(asker, uploads_are_seen=self.reads_in(tenant))

    async def _direct(self, member: str) -> Direct:
        """Return what is known of whoever writes directly."""
        return Direct(await self._shared.of(member), await self.answering.community_of(DISCORD, member))

    def reads_in(self, tenant: Tenant) -> bool:
        """Whether messages and uploads are read that do not call the bot: with the intent, and in direct messages."""
        return self.intents.message_content or not tenant.id

    def room_of(self, asked: Asked) -> Room:
        """Return the room in which this was asked; a sensible one where there is none."""
        return self.rooms.at(tenant_of(asked), channel_of(asked))

    def has_lost(self, room: Room) -> bool:
        """Whether a room is in a server that this process should hold, and the bot is not in it any more."""
        return room.platform == DISCORD and self.is_in(room.guild) is False

    def is_in(self, server: str) -> bool | None:
        """Whether the bot is in a server; None where another process knows."""
        if not server.isdecimal():
            return None
        if self.get_guild(int(server)) is not None:
            return True
        shards: Collection[int] = getattr(self, "shards", (self.shard_id or 0,))
        return False if (int(server) >> SHARD_OF) % (self.shard_count or 1) in shards else None

    async def get_context(self, origin: Any, /, *, cls: Any = Context) -> Any:
        """Return what is known of a command; discord.py calls this for every message."""
        return await super().get_context(origin, cls=cls)

    async def on_message(self, message: discord.Message, /) -> None:
        """Hear what a member writes."""
        await self.hear(message)

    async def hear(self, message: discord.Message, *, is_late: bool = False) -> None:
        """Answer a command or pictures, each once; `is_late`: they were sent while nobody heard them."""
        ctx: Context = await self.get_context(message)
        shows = any(is_picture(attachment) for attachment in message.attachments)
        if message.author.bot or not (ctx.invoked_with or shows):
            return
        if is_late:
            if ctx.command is not None and is_for_now(ctx.command.name):
                return
            ctx.is_late, ctx.asker = True, await self.asker(message)
        if not await self._hearing.is_new(key_of(message)):
            return
        await self.invoke(ctx)
        if shows and not ctx.valid:
            self.dispatch("upload", message, is_late)

    async def _has_turn(self, ctx: Context) -> bool:
        ctx.asker = await self.asker(ctx)
        turn = self.answering.take_turn(ctx.asker)
        if turn is not Turn.GRANTED:
            raise TooFast(turn)
        return True

    async def answer(self, ctx: Context, message: Message, to: discord.Message | None = None) -> None:
        """Answer a command: a reply to the typed one, or to the message `to`; the response to a slash command."""
        message = self._in_its_time(ctx, message)
        if ctx.interaction is None:
            await post(ctx.channel, message, (to or ctx.message).to_reference(fail_if_not_exists=False))
        else:
            await self.respond(ctx.interaction, message)

    async def answer_alone(self, ctx: Context, answer: Callable[[], Awaitable[Message]]) -> None:
        """Answer a member alone: a slash command unseen by others, a typed one by direct message."""
        if ctx.interaction is not None:
            await ctx.defer(ephemeral=True)
            await self.respond(ctx.interaction, await answer())
            return
        message = await answer()
        if not ctx.asker.tenant.id:  # in direct messages
            await self.answer(ctx, message)
            return
        try:
            await post(ctx.author, self._in_its_time(ctx, message))
            is_sent = True
        except discord.Forbidden:
            is_sent = False
        await self.answer(ctx, sent_privately(self.answering.texts(ctx.asker.language), ctx.invoked_with, is_sent))

    def _in_its_time(self, ctx: Context, message: Message) -> Message:
        """Return an answer, with a word where it comes late."""
        return belated(self.answering.texts(ctx.asker.language), message) if ctx.is_late else message

    async def respond(self, interaction: discord.Interaction, message: Message, *, ephemeral: bool = False) -> None:
        """Fill in a deferred response; a follow-up would be posted twice if its answer got lost."""
        if not interaction.response.is_done():
            await acknowledged(lambda: interaction.response.defer(ephemeral=ephemeral, thinking=True))
        await repeated(lambda: interaction.edit_original_response(**render_edit(message)))

    async def on_command_error(self, ctx: Context, error: commands.CommandError) -> None:  # type: ignore[override]
        """Answer what cannot be done: a mistyped command with the nearest one, anything else with an apology."""
        room = self.room_of(ctx)
        if isinstance(error, commands.CommandNotFound):
            typed = ctx.message.content.removeprefix(ctx.prefix or "").strip()
            asker = await self.asker(ctx)
            message = await self.answering.say(asker, f"!{typed}")
            if message is not None and self.answering.take_turn(asker) is Turn.GRANTED:
                await self.answer(ctx, message)
            return
        if isinstance(error, TooFast):
            await self._ask_to_wait(ctx, error.turn)
            return
        if isinstance(error, commands.UserInputError):
            await self.answer(ctx, await self.answering.help(ctx.asker))
            return
        cause = getattr(error, "original", error)
        log.error("command failed", command=ctx.command and ctx.command.name, room=room.name, exc_info=cause)
        if not isinstance(cause, discord.Forbidden):  # an apology would be forbidden too
            await self.answer(ctx, self.apology(room))

    async def _ask_to_wait(self, ctx: Context, turn: Turn) -> None:
        """Say so once; only what must be answered, and is seen by the member alone, is answered each time."""
        message = one_moment(self.answering.texts(ctx.asker.language))
        if ctx.interaction is not None:
            await self.respond(ctx.interaction, message, ephemeral=True)
        elif turn is Turn.REFUSED:
            await self.answer(ctx, message)

    async def _on_slash_error(self, interaction: discord.Interaction, error: app_commands.AppCommandError) -> None:
        """Handle what fails before a command is reached, such as a command that this version no longer has."""
        log.error("slash command failed", reason=str(error))
        await self.respond(interaction, self.apology(self.room_of(interaction)))

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what failed outside of commands; whoever uploaded a picture or pressed a button gets an apology.

        What fails because the bot is going has no fault, and nothing can be sent any more.
        """
        if self.is_closed():
            log.info("discord event cut off", name=event_method)
            return
        log.exception("discord event failed", name=event_method)
        cause = args[0] if args else None
        with suppress(discord.HTTPException, *CUT_OFF):
            if isinstance(cause, discord.Message):
                await post(cause.channel, self.apology(self.room_of(cause)))
            elif isinstance(cause, discord.Interaction) and cause.response.is_done():
                await cause.followup.send(self.apology(self.room_of(cause)).lead, ephemeral=True)

    def apology(self, room: Room) -> Message:
        """Return the sentence for what should not have happened."""
        said = texts_for(room.locale).gettext("Something went wrong here. Please try again in a little while.")
        return Message(MessageKind.ANSWER, said)


def _prefixes(client: commands.Bot, message: discord.Message) -> list[str]:
    """Return what a typed command begins with: a mention, and "!" where the bot reads it, as in all direct messages."""
    reads = client.intents.message_content or not tenant_of(message).id
    return (commands.when_mentioned_or("!", "！") if reads else commands.when_mentioned)(client, message)


def plain_command(of: Command[Answering]) -> commands.HybridCommand[Any, Any, Any]:
    """Return a command that needs nothing of its own in Discord: what stands behind it, or nothing, and its answer."""

    async def give(ctx: Context, argument: str) -> None:
        client = ctx.bot
        if of.is_private:
            await client.answer_alone(ctx, lambda: of.answer(client.answering, ctx.asker, argument))
        else:
            await ctx.defer()
            await client.answer(ctx, await of.answer(client.answering, ctx.asker, argument))

    async def without_argument(ctx: Context) -> None:
        await give(ctx, "")

    async def with_argument(ctx: Context, *, argument: str = "") -> None:
        await give(ctx, argument)

    if of.parameter is None:
        return command(of)(without_argument)
    made = command(of)(app_commands.describe(argument=of.parameter.description)(with_argument))
    if (suggest := of.parameter.suggest) is not None:

        @made.autocomplete("argument")
        async def suggested(
            interaction: discord.Interaction[TsudoiClient], typed: str
        ) -> list[app_commands.Choice[str]]:
            client = interaction.client
            return choices(await suggest(client.answering, await client.asker(interaction), typed))

    return made

"""What members do in Discord: commands (in cogs/), pressed buttons, and one handler for whatever goes wrong."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.domain.commands import COMMANDS, Command
from bot.domain.messages import Message, MessageKind
from bot.domain.rooms import Room, Rooms
from bot.locales import texts_for
from bot.platforms.discord_render import render
from bot.services.answering import Answering

log = structlog.get_logger()

# Nothing here speaks: the library need not warn at each start that its parts for voice are missing.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

EXTENSIONS = ("cogs.events", "cogs.reports", "cogs.recognition", "cogs.general")


def command(of: Command, description: str) -> Callable[[Any], Any]:
    """Declare a cog's method as this command, typed with its aliases or given as a slash command."""
    return commands.hybrid_command(name=of.name, aliases=of.aliases, description=description)


class JapaneseCommands(app_commands.Translator):
    """Shows slash commands to members with a Japanese Discord under their Japanese names."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        if locale is not discord.Locale.japanese:
            return None
        if context.location is app_commands.TranslationContextLocation.command_name:
            return next((one.aliases[0] for one in COMMANDS if one.name == string.message), None)
        translated = texts_for("ja").gettext(string.message)
        return None if translated == string.message else translated


class TsudoiClient(commands.Bot):
    """One connection to Discord. The cogs are handed this client and find the services here.

    `synced` is a file that remembers which slash commands Discord was told last; without it each start tells them.
    `leads`: of several processes this one tells Discord the commands.
    `login_ended` is set once Discord took or refused the token; if it took it, messages can be sent from then on.
    """

    def __init__(
        self,
        answering: Answering,
        rooms: Rooms,
        intents: discord.Intents,
        synced: Path | None = None,
        *,
        leads: bool = True,
        **options: Any,
    ) -> None:
        typed = commands.when_mentioned_or("!", "！") if intents.message_content else commands.when_mentioned
        super().__init__(
            typed,
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
        self._synced = synced
        self._leads = leads

    async def setup_hook(self) -> None:
        """Load the cogs; runs once after login, before the first connect."""
        self.login_ended.set()
        for extension in EXTENSIONS:
            await self.load_extension(extension)
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
        if digest != _remembered(self._synced):
            await self.tree.sync()
            _remember(self._synced, digest)
            log.info("slash commands updated", commands=len(told))

    def room_at(self, channel_id: int | None) -> Room:
        """Return the room of a channel; a sensible one where none is configured."""
        return self.rooms.at("discord", str(channel_id))

    def room_of(self, ctx: commands.Context["TsudoiClient"]) -> Room:
        """Return the room in which a command was given."""
        return self.room_at(ctx.channel.id)

    async def answer(self, ctx: commands.Context["TsudoiClient"], message: Message) -> None:
        """Answer a command: a reply to a typed one, the response to a slash command."""
        if ctx.interaction is None:
            reference = ctx.message.to_reference(fail_if_not_exists=False)
            await ctx.channel.send(**render(message), reference=reference)
        else:
            await self.respond(ctx.interaction, message)

    async def respond(self, interaction: discord.Interaction, message: Message) -> None:
        """Fill in a deferred response; a follow-up would be posted twice if its answer got lost."""
        if not interaction.response.is_done():
            await interaction.response.defer(thinking=True)
        await interaction.edit_original_response(**render(message))

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Handle a pressed button; commands find their way by themselves."""
        if interaction.type is not discord.InteractionType.component:
            return
        room, member = self.room_at(interaction.channel_id), str(interaction.user.id)
        # What an organiser decides is said to all; to anybody else the answer is theirs alone.
        await interaction.response.defer(ephemeral=not room.may_decide(member), thinking=True)
        try:
            message = await self.answering.press(_pressed(interaction), room, member)
        except Exception:
            log.exception("button failed", room=room.name)
            message = self._apology(room)
        if message is None:
            await interaction.delete_original_response()
        else:
            await self.respond(interaction, message)

    async def on_command_error(self, ctx: commands.Context["TsudoiClient"], error: commands.CommandError) -> None:  # type: ignore[override]
        """Answer what cannot be done: a mistyped command with the nearest one, anything else with an apology."""
        room = self.room_of(ctx)
        if isinstance(error, commands.CommandNotFound):
            typed = ctx.message.content.removeprefix(ctx.prefix or "").strip()
            message = await self.answering.say(f"!{typed}", room, str(ctx.author.id))
            if message is not None:
                await self.answer(ctx, message)
            return
        if isinstance(error, commands.UserInputError):
            await self.answer(ctx, await self.answering.help(room))
            return
        cause = getattr(error, "original", error)
        log.error("command failed", command=ctx.command and ctx.command.name, room=room.name, exc_info=cause)
        if not isinstance(cause, discord.Forbidden):  # an apology would be forbidden too
            await self.answer(ctx, self._apology(room))

    async def _on_slash_error(self, interaction: discord.Interaction, error: app_commands.AppCommandError) -> None:
        """Handle what fails before a command is reached, such as a command that this version no longer has."""
        log.error("slash command failed", reason=str(error))
        await self.respond(interaction, self._apology(self.room_at(interaction.channel_id)))

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what failed outside of commands; whoever uploaded a picture gets an apology."""
        log.exception("discord event failed", event=event_method)
        if args and isinstance(args[0], discord.Message):
            with suppress(discord.HTTPException):
                await args[0].channel.send(**render(self._apology(self.room_at(args[0].channel.id))))

    def _apology(self, room: Room) -> Message:
        said = texts_for(room.locale).gettext("Something went wrong here. Please try again in a little while.")
        return Message(MessageKind.ANSWER, said)


def _pressed(interaction: discord.Interaction) -> str:
    data: dict[str, Any] = dict(interaction.data or {})
    return str(data.get("custom_id", ""))


def _remembered(file: Path | None) -> str | None:
    return file.read_text() if file and file.exists() else None


def _remember(file: Path | None, digest: str) -> None:
    if file:
        file.write_text(digest)

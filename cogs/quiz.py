"""The quiz: `!quiz`, its buttons, and the form that asks for a name on the board."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.core.rooms import Room
from bot.domain.commands import QUIZ
from bot.domain.cooldowns import Turn
from bot.domain.messages import Message
from bot.platforms.discord.client import TsudoiClient, command
from bot.platforms.discord.forms import ASK, form, given
from bot.services.general_messages import one_moment
from bot.services.recognition.quiz_messages import QUIZ as BUTTONS
from cogs.recognition import content_of

_TOPICS = {"question": "A question", "board": "The board", "stop": "Stop", "leave": "Leave the board"}


class Quiz(commands.Cog):
    """Asks a member; what they upload next in this channel is taken by `Recognition`."""

    def __init__(self, client: TsudoiClient) -> None:
        self._client = client

    @command(QUIZ, "Write a character, and see how well it is read")
    @app_commands.describe(
        topic="A question, or the board of this week",
        picture="Your answer, where the bot does not see uploads",
    )
    @app_commands.choices(
        topic=[app_commands.Choice(name=name, value=topic) for topic, name in _TOPICS.items()],
    )
    async def quiz(
        self,
        ctx: commands.Context[TsudoiClient],
        topic: str = "",
        picture: discord.Attachment | None = None,
    ) -> None:
        """Ask for a character, show the board, or take an answer."""
        await ctx.defer()
        room, member = self._client.room_of(ctx), str(ctx.author.id)
        if picture is None:
            await self._client.answer(ctx, await self._client.answering.quiz(room, member, topic))
            return
        await self._client.answer(ctx, await self._judged(ctx, picture, room, member))

    async def _judged(
        self, ctx: commands.Context[TsudoiClient], picture: discord.Attachment, room: Room, member: str
    ) -> Message:
        """Judge a picture; a member who was asked nothing is asked now."""
        answering = self._client.answering
        if self._client.take_turn(ctx.channel.id, ctx.author, pictures=1) is not Turn.GRANTED:
            return one_moment(answering.texts(room))
        quizzing = answering.quizzing
        answer = await quizzing.answer(await content_of(picture), room, member) if quizzing else None
        return answer or await answering.quiz(room, member)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Take what was pressed or filled in; the answer is the member's alone."""
        pressed, values = given(interaction)
        if not pressed.removeprefix(ASK).startswith(f"{BUTTONS}:"):
            return
        room, quizzing = self._client.room_at(interaction.channel_id), self._client.answering.quizzing
        if quizzing is None:
            return
        if pressed.startswith(ASK):
            if (entry := quizzing.entry(room, pressed.removeprefix(ASK))) is not None:
                await interaction.response.send_modal(form(entry))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._client.respond(interaction, await self._answer(interaction, room, pressed, values))

    async def _answer(self, interaction: discord.Interaction, room: Room, pressed: str, values: list[str]) -> Message:
        answering = self._client.answering
        if self._client.take_turn(interaction.channel_id, interaction.user) is not Turn.GRANTED:
            return one_moment(answering.texts(room))
        answer = await answering.press(pressed, room, str(interaction.user.id), values)
        return answer or self._client.apology(room)


async def setup(client: TsudoiClient) -> None:
    """Add the cog; discord.py calls this."""
    await client.add_cog(Quiz(client))

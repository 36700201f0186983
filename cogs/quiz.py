"""The quiz: `!quiz`, its buttons, and the form that asks for a name on the board."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.answering.commands import QUIZ
from bot.answering.general_messages import one_moment
from bot.core.askers import Asker
from bot.core.cooldowns import Turn
from bot.core.messages import Message
from bot.platforms.discord.client import Context, TsudoiClient
from bot.platforms.discord.slash_commands import command
from bot.platforms.discord.uploads import content_of

_TOPICS = {"question": "A question", "board": "The board", "stop": "Stop", "leave": "Leave the board"}


class Quiz(commands.Cog):
    """Asks a member; what they upload next in this channel is taken by `Recognition`."""

    def __init__(self, client: TsudoiClient) -> None:
        self._client = client

    @command(QUIZ)
    @app_commands.describe(
        topic="A question, or the board of this week",
        picture="Your answer, where the bot does not see uploads",
    )
    @app_commands.choices(
        topic=[app_commands.Choice(name=name, value=topic) for topic, name in _TOPICS.items()],
    )
    async def quiz(
        self,
        ctx: Context,
        topic: str = "",
        picture: discord.Attachment | None = None,
    ) -> None:
        """Ask for a character, show the board, or take an answer."""
        await ctx.defer()
        if picture is None:
            await self._client.answer(ctx, await self._client.answering.quizzing.quiz(ctx.asker, topic))
            return
        await self._client.answer(ctx, await self._judged(ctx.asker, picture))

    async def _judged(self, asker: Asker, picture: discord.Attachment) -> Message:
        """Judge a picture; a member who was asked nothing is asked now."""
        answering = self._client.answering
        if answering.take_turn(asker, pictures=1) is not Turn.GRANTED:
            return one_moment(answering.texts(asker.language))
        answer = await answering.quizzing.answer(asker, await content_of(picture))
        return answer or await answering.quizzing.quiz(asker)


async def setup(client: TsudoiClient) -> None:
    """Add the cog; discord.py calls this."""
    await client.add_cog(Quiz(client))

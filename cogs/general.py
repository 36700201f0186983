"""Commands about the bot itself."""

from discord.ext import commands

from bot.answering.commands import HELP
from bot.platforms.discord.client import Context, TsudoiClient
from bot.platforms.discord.slash_commands import command


class General(commands.Cog):
    """`!help`."""

    def __init__(self, client: TsudoiClient) -> None:
        self._client = client

    @command(HELP)
    async def show_help(self, ctx: Context) -> None:
        """Answer with the commands."""
        await ctx.defer()
        typed = ctx.interaction is None and ctx.asker.uploads_are_seen
        await self._client.answer(ctx, await self._client.answering.help(ctx.asker, "!" if typed else "/"))


async def setup(client: TsudoiClient) -> None:
    """Add the cog; discord.py calls this."""
    await client.add_cog(General(client))

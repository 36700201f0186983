"""Commands as Discord shows them in its menu: names and descriptions in two languages, and suggestions."""

from collections.abc import Callable, Iterable
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.answering.answering import Answering
from bot.answering.commands import COMMANDS
from bot.core.commands import Command
from bot.locales import texts_for
from bot.organisers.organising import TOPICS

READ_MENU = "ひらがなを読む"  # in the menu of a message; such a command may have any name
PARAMETERS = {
    "argument": "条件",
    "event": "イベント",
    "lead_times": "時間",
    "picture": "画像",
    "topic": "内容",
    "name": "名前",
}
ENGLISH = {READ_MENU: "Read hiragana"}
CHOICES, CHOICE = 25, 100


def command(of: Command[Answering]) -> Callable[[Any], commands.HybridCommand[Any, Any, Any]]:
    """Declare a cog's method as this command, typed with its aliases or given as a slash command."""
    return commands.hybrid_command(name=of.name, aliases=of.aliases, description=description(of))


def description(of: Command[Answering]) -> app_commands.locale_str:
    """Return what a slash command's entry in the menu says."""
    return app_commands.locale_str(of.help(texts_for("en")).format(sign="/"), command=of)


class JapaneseCommands(app_commands.Translator):
    """Shows slash commands to members with a Japanese Discord under their Japanese names."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        where = app_commands.TranslationContextLocation
        if locale in (discord.Locale.american_english, discord.Locale.british_english):
            return ENGLISH.get(string.message)
        if locale is not discord.Locale.japanese:
            return None
        if context.location is where.command_name:
            return {one.name: one.aliases[0] for one in COMMANDS}.get(string.message, TOPICS.get(string.message))
        if context.location is where.parameter_name:
            return PARAMETERS.get(string.message)
        if (described := string.extras.get("command")) is not None:
            return str(described.help(texts_for("ja")).format(sign="/"))
        translated = texts_for("ja").gettext(string.message)
        return None if translated == string.message else translated


def choices(suggested: Iterable[tuple[str, str]]) -> list[app_commands.Choice[str]]:
    """Return what is suggested to somebody who types, as (shown, meant), within Discord's limits."""
    found = [(shown.strip()[:CHOICE], meant[:CHOICE]) for shown, meant in suggested]
    return [app_commands.Choice(name=shown, value=meant) for shown, meant in found if shown and meant][:CHOICES]

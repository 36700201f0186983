"""What can be chosen and filled in, as Discord shows it: lists, and forms that ask for one line."""

from typing import Any

import discord

from bot.core.messages import Choice, Entry, People

ASK = "ask:"  # before the id of an entry, on the button that opens its form
_LABEL, _PLACEHOLDER, _TITLE, _QUESTION, _OPTION = 80, 150, 45, 45, 100
_OPTIONS = 25
_LONGEST_ENTRY = 200


def choices_of(choice: Choice) -> discord.ui.Select[Any]:
    """Return the list to choose from."""
    options = [
        discord.SelectOption(label=one.label[:_OPTION], value=one.value[:_OPTION], default=one.chosen)
        for one in choice.options[:_OPTIONS]
    ]
    return discord.ui.Select(
        custom_id=choice.id,
        placeholder=choice.label[:_PLACEHOLDER],
        min_values=choice.least,
        max_values=len(options) if choice.many else 1,
        options=options,
    )


def people_of(people: People) -> discord.ui.MentionableSelect[Any]:
    """Return the list of members and roles."""
    return discord.ui.MentionableSelect(
        custom_id=people.id, placeholder=people.label[:_PLACEHOLDER], min_values=0, max_values=25
    )


def ask_for(entry: Entry) -> discord.ui.Button[Any]:
    """Return the button that opens the form."""
    return discord.ui.Button(
        label=entry.label[:_LABEL], custom_id=f"{ASK}{entry.id}", style=discord.ButtonStyle.secondary
    )


def form(entry: Entry) -> discord.ui.Modal:
    """Return the form that asks for what a button needs."""
    modal = discord.ui.Modal(title=entry.label[:_TITLE], custom_id=entry.id, timeout=None)
    modal.add_item(
        discord.ui.TextInput(
            label=entry.question[:_QUESTION],
            custom_id="written",
            placeholder=entry.example[:100],
            max_length=_LONGEST_ENTRY,
        )
    )
    modal.stop()  # what is written comes as an interaction
    return modal


def given(interaction: discord.Interaction) -> tuple[str, list[str]]:
    """Return the id of what was pressed, chosen or filled in, and the values given."""
    data: dict[str, Any] = dict(interaction.data or {})
    values = [str(value) for value in data.get("values", ())]
    for row in data.get("components", ()):
        inputs = row.get("components") or [row.get("component") or {}]
        values += [str(one["value"]) for one in inputs if "value" in one]
    return str(data.get("custom_id", "")), values

"""A page as Discord shows it: lists, buttons, and forms that ask for one line."""

from typing import Any

import discord

from bot.platforms.discord_render import LABEL, Rendered, render
from bot.services.pages import Choice, Entry, Page, People

PREFIX, ASK = "tsudoi:", "tsudoi:ask:"  # of the ids by which Discord tells what was pressed
_PLACEHOLDER, _TITLE, _QUESTION = 150, 45, 45
_LONGEST_ENTRY = 200


def render_page(page: Page) -> Rendered:
    """Return the page as arguments of `send`. Needs a running event loop."""
    rendered = render(page.message)
    view = discord.ui.View(timeout=None)
    for choice in page.choices:
        view.add_item(_select(choice))
    if page.people is not None:
        view.add_item(_people(page.people))
    for entry in page.entries:
        view.add_item(discord.ui.Button(label=entry.label[:LABEL], custom_id=f"{ASK}{entry.id}"))
    for action in page.actions:
        style = discord.ButtonStyle.success if action.id.endswith(":save") else discord.ButtonStyle.secondary
        view.add_item(discord.ui.Button(label=action.label[:LABEL], custom_id=f"{PREFIX}{action.id}", style=style))
    view.stop()  # presses come as interactions, after a restart too: discord.py need not keep the view
    rendered["view"] = view
    return rendered


def _select(choice: Choice) -> discord.ui.Select[Any]:
    options = [
        discord.SelectOption(label=one.label[:100], value=one.value[:100], default=one.chosen) for one in choice.options
    ]
    return discord.ui.Select(
        custom_id=f"{PREFIX}{choice.id}",
        placeholder=choice.label[:_PLACEHOLDER],
        min_values=choice.least,
        max_values=len(options) if choice.many else 1,
        options=options,
    )


def _people(people: People) -> discord.ui.MentionableSelect[Any]:
    return discord.ui.MentionableSelect(
        custom_id=f"{PREFIX}{people.id}", placeholder=people.label[:_PLACEHOLDER], min_values=0, max_values=25
    )


def form(entry: Entry) -> discord.ui.Modal:
    """Return the form that asks for what a button needs."""
    modal = discord.ui.Modal(title=entry.label[:_TITLE], custom_id=f"{PREFIX}{entry.id}", timeout=None)
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

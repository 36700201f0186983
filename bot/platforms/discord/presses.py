"""What members press, choose and fill in in Discord, also on messages from before a restart."""

from typing import TYPE_CHECKING

import discord
import structlog

from bot.core.actions import Action, Shown
from bot.core.askers import Asker
from bot.core.messages import Message
from bot.handwriting.reading_buttons import Explain
from bot.platforms.discord.answers import acknowledged, repeated
from bot.platforms.discord.forms import ASK, form, given
from bot.platforms.discord.render import picture_files, render

if TYPE_CHECKING:
    from bot.platforms.discord.client import TsudoiClient

log = structlog.get_logger()

MOST_ATTACHMENTS = 10
_OURS = (discord.InteractionType.component, discord.InteractionType.modal_submit)


class DiscordPresses:
    """Hears every interaction that is no command."""

    def __init__(self, client: "TsudoiClient") -> None:
        self._client = client
        self._answering = client.answering

    async def on_interaction(self, interaction: discord.Interaction["TsudoiClient"]) -> None:
        """Do what was pressed, chosen or filled in, or ask for what it needs first."""
        if interaction.type not in _OURS:
            return
        pressed, values = given(interaction)
        action = self._answering.actions.decode(pressed.removeprefix(ASK), values)
        if action is None:
            await self._say_nothing(interaction)
            return
        asker = await self._client.asker(interaction)
        if pressed.startswith(ASK) and (entry := self._answering.form(asker, action)) is not None:
            await interaction.response.send_modal(form(entry))
        elif isinstance(action, Explain):
            await self._explain(interaction, asker, action)
        else:
            await self._act(interaction, asker, action, from_list=bool(values))

    async def _act(
        self, interaction: discord.Interaction["TsudoiClient"], asker: Asker, action: Action, *, from_list: bool
    ) -> None:
        await _defer(interaction, asker, action, from_list=from_list)
        message: Message | None
        try:
            message = await self._answering.act(asker, action)
        except Exception:
            log.exception("button failed", room=asker.room.name, pressed=action.id)
            message = self._client.apology(asker.room)
        if message is not None:
            await self._client.respond(interaction, message)
        else:
            await self._say_nothing(interaction)

    async def _say_nothing(self, interaction: discord.Interaction["TsudoiClient"]) -> None:
        """Let what was pressed stand as it is."""
        if not interaction.response.is_done():
            await acknowledged(interaction.response.defer)
        elif not _is_private(interaction):
            await interaction.delete_original_response()

    async def _explain(self, interaction: discord.Interaction["TsudoiClient"], asker: Asker, action: Explain) -> None:
        """Add to a reading the picture that explains it."""
        if interaction.message is None:
            return
        await acknowledged(interaction.response.defer)
        explanation = await self._answering.act(asker, action)
        if explanation is None or not explanation.pictures:
            said = render(explanation)["content"] if explanation else None
            await repeated(lambda: interaction.followup.send(said or "", ephemeral=True))
            return
        reading = interaction.message
        kept = reading.attachments[: MOST_ATTACHMENTS - len(explanation.pictures)]
        view = self._without(discord.ui.View.from_message(reading, timeout=None), action)
        shown = view if view.children else None
        await repeated(
            lambda: interaction.edit_original_response(attachments=[*kept, *picture_files(explanation)], view=shown)
        )

    def _without(self, view: discord.ui.View, action: Action) -> discord.ui.View:
        """Take away the button, or the entry of a list, that does this."""
        decode = self._answering.actions.decode
        for item in list(view.children):
            if isinstance(item, discord.ui.Select):
                item.options = [one for one in item.options if decode(one.value) != action]
            is_it = isinstance(item, discord.ui.Button) and decode(item.custom_id or "") == action
            if is_it or (isinstance(item, discord.ui.Select) and not item.options):
                view.remove_item(item)
        view.stop()
        return view


async def _defer(
    interaction: discord.Interaction["TsudoiClient"], asker: Asker, action: Action, *, from_list: bool
) -> None:
    """Ask for time, and say with that where the answer will stand."""
    is_refused = action.for_organisers and not asker.may_organise
    gives_way = {
        Shown.ALONE: _is_private(interaction),
        Shown.ALL: _is_private(interaction),
        Shown.BELOW: from_list,
        Shown.INSTEAD: not is_refused,
        Shown.BESIDE: False,
    }
    if gives_way[action.shown]:
        await acknowledged(interaction.response.defer)
    else:
        is_for_all = action.shown is Shown.ALL and asker.may_decide
        await acknowledged(lambda: interaction.response.defer(ephemeral=not is_for_all, thinking=True))


def _is_private(interaction: discord.Interaction["TsudoiClient"]) -> bool:
    """Whether the button stood on a message that only this member sees."""
    return interaction.message is not None and interaction.message.flags.ephemeral

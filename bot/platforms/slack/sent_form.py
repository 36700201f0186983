"""A form that was sent off in Slack: it says inside what is wrong, and that something takes long."""

import asyncio
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.core.errors import SendError
from bot.locales import Texts
from bot.platforms.slack.forms import WRITTEN, notice_view, with_notice
from bot.platforms.slack.web import SlackWeb

log = structlog.get_logger()

Json = dict[str, Any]

PATIENCE = 2.0  # seconds; Slack waits for three until it must know what becomes of the form
LONGEST_ERROR = 150


class SentForm:
    """Use it in `async with`: at its end the form is gone, unless what was written was refused.

    Whatever takes longer than Slack waits is waited for in the form.
    """

    def __init__(self, web: SlackWeb, ack: AsyncAck, view: Json, texts: Texts) -> None:
        self._web = web
        self._ack = ack
        self._view = view
        self._texts = texts
        self._is_acked = self._is_settled = False

    async def __aenter__(self) -> "SentForm":
        self._waiting = asyncio.create_task(self._wait())
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self._is_acked:
            self._waiting.cancel()
        if self._is_settled:
            return
        if self._is_acked:
            await self._show(notice_view(self._view, self._texts.gettext("Done. You can close this.")))
        else:
            await self._ack()

    async def refuse(self, why: str) -> None:
        """Say beside the line what is wrong with it."""
        self._is_settled = True
        if self._is_acked:
            await self._show(with_notice(self._view, why))
            return
        self._waiting.cancel()
        await self._ack(response_action="errors", errors={WRITTEN: why[:LONGEST_ERROR]})

    async def _wait(self) -> None:
        await asyncio.sleep(PATIENCE)
        if not self._is_acked:
            self._is_acked = True
            loading = self._texts.gettext("One moment, please …")
            await self._ack(response_action="update", view=notice_view(self._view, loading))

    async def _show(self, view: Json) -> None:
        await self._waiting
        try:
            await self._web.call("views.update", "a form", view_id=self._view["id"], view=view)
        except SendError as error:  # the member closed it meanwhile
            log.info("form not changed", reason=str(error))

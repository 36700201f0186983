"""Logging in to the organisers' console, and out of it."""

from aiohttp import web

from bot.core.room import MAIN
from bot.platforms.web.door import Door
from bot.platforms.web.json_answers import json_answer
from bot.platforms.web.refusals import Refusal
from bot.platforms.web.uploads import read_json


class ConsoleApi:
    """Takes the secret of a link, which the page /console finds behind the # of its address."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[web.RouteDef]:
        """Return every address with what answers it."""
        return [
            web.get("/api/console", self.who),
            web.post("/api/console", self.enter),
            web.post("/api/console/leave", self.leave),
        ]

    async def who(self, request: web.Request) -> web.Response:
        """Say as whom one is here."""
        seat = await self._door.seat(request)
        organises = seat.asker.may_organise
        is_logged_in = organises and seat.channel != MAIN  # whoever sits at the machine need not, and nothing expires
        return json_answer({"member": seat.asker.address, "organises": organises, "logged_in": is_logged_in})

    async def enter(self, request: web.Request) -> web.Response:
        """Log in. A link lets somebody in once."""
        secret, response = (await read_json(request)).get("link"), web.json_response({"ok": True})
        if not isinstance(secret, str) or not await self._door.enter(secret, response):
            raise Refusal(403, "link_over")
        return response

    async def leave(self, request: web.Request) -> web.Response:
        """Log out."""
        response = web.json_response({"ok": True})
        await self._door.leave(request, response)
        return response

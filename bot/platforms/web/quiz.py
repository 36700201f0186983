"""The quiz on the drawing page, for who came by their own link from another platform."""

from dataclasses import replace

from aiohttp import web

from bot.core.askers import Asker, Tenant
from bot.core.clock import Clock
from bot.core.rights import asker_in
from bot.core.room import LOCAL, MAIN, member_at
from bot.core.rooms import Rooms
from bot.handwriting.quizzing import Quizzing
from bot.handwriting.rules.quiz import Quiz
from bot.platforms.web.album import Album
from bot.platforms.web.conversation import BOT, shown_pictures
from bot.platforms.web.door import Door
from bot.platforms.web.json_answers import json_answer
from bot.platforms.web.message_json import message_json
from bot.platforms.web.refusals import Refusal
from bot.platforms.web.room_messages import RoomMessage
from bot.platforms.web.turns import Turns
from bot.platforms.web.uploads import read_picture


class QuizApi:
    """Says what a link's quiz asks, and judges what is drawn for it; without a quiz there is none."""

    def __init__(self, quizzing: Quizzing | None, rooms: Rooms, album: Album, clock: Clock, door: Door) -> None:
        self._quizzing = quizzing
        self._rooms = rooms
        self._album = album
        self._clock = clock
        self._door = door
        self._turns = Turns(clock, at_once=2, waiting=50)

    def routes(self) -> list[web.RouteDef]:
        """Return every address with what answers it."""
        return [web.get("/api/quiz/{token}", self.ask), web.post("/api/quiz/{token}", self.answer)]

    async def ask(self, request: web.Request) -> web.Response:
        """Say what is asked. A drawing for the local room (`is_here`) is sent there, as any other."""
        quizzing, quiz = await self._open(request)
        asker = self._asker(quiz)
        lead = quizzing.asked_again(asker, quiz)
        return json_answer({"label": quiz.label, "lead": lead, "is_here": asker.tenant.platform == LOCAL})

    async def answer(self, request: web.Request) -> web.Response:
        """Judge the picture that is the body: it is the member's whose link this is."""
        quizzing, quiz = await self._open(request)
        picture = await read_picture(request)
        async with self._turns.turn(self._door.caller(request), len(picture)):
            result = await quizzing.answer(self._asker(quiz), picture)
        if result is None:
            raise Refusal(404, "quiz_over")
        links = tuple(button for button in result.buttons if button.url)  # whoever presses here is another member
        said = RoomMessage(MAIN, BOT, True, self._clock.now(), replace(result, buttons=links, entries=()))
        pictures = await shown_pictures(result, self._album)
        return json_answer({"answers": [message_json(replace(said, pictures=pictures))]})

    async def _open(self, request: web.Request) -> tuple[Quizzing, Quiz]:
        quiz = await self._quizzing.asked_by(request.match_info["token"]) if self._quizzing else None
        if self._quizzing is None or quiz is None:
            raise Refusal(404, "quiz_over")
        return self._quizzing, quiz

    def _asker(self, quiz: Quiz) -> Asker:
        """Return the member whose link this is."""
        platform, _, channel = quiz.room.partition(":")
        member = member_at(quiz.address.partition(":")[2]) or ""
        return asker_in(self._rooms, Tenant(platform, quiz.guild), channel, member)

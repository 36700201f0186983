"""The quiz: a character is asked of one member, who draws it; the week's board is for those who want to stand on it."""

import secrets
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random, SystemRandom
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.core.askers import Asker
from bot.core.clock import Clock
from bot.core.cooldowns import Cooldown, Turn
from bot.core.errors import PictureError
from bot.core.handlers import Forms, Handlers
from bot.core.messages import Button, Entry, Message, Picture
from bot.core.room import LOCAL
from bot.core.uploads import Source
from bot.handwriting import quiz_messages as said
from bot.handwriting.ports.quiz import QuizStore
from bot.handwriting.ports.recognition import Cut, Recogniser
from bot.handwriting.quiz_messages import JoinBoard, Move, PlayQuiz
from bot.handwriting.reading_messages import unreadable_picture
from bot.handwriting.rules.quiz import LASTS, Outcome, Player, Quiz, display_name, is_text, judge, next_label, week_of
from bot.handwriting.rules.teaching import Offered, Sample, counts, used
from bot.locales import TOKYO, Texts, texts_for
from model.reading import Reading

_TOPICS = {
    Move.BOARD: ("board", "ranking", "ランキング", "順位"),
    Move.STOP: ("stop", "やめる", "おわり", "終わり"),
    Move.LEAVE: ("leave", "退出", "ランキングをやめる"),
}


class KnownSamples(Protocol):
    """What was collected so far."""

    async def samples_in(self, spaces: Collection[str] | None) -> list[Sample]: ...


class Donations(Protocol):
    """Takes drawings as samples from members who agreed."""

    async def has_agreed(self, asker: Asker) -> bool | None: ...
    async def offer(self, asker: Asker, cut: Cut, label: str, source: Source) -> Offered: ...


@dataclass(frozen=True)
class Quizzing:
    """Asks, judges, and keeps the boards. `public_url` is where our own page can be reached from other platforms."""

    store: QuizStore
    samples: KnownSamples
    donations: Donations
    recogniser: Recogniser | None
    clock: Clock
    zone: ZoneInfo = TOKYO
    public_url: str = ""
    random: Random = field(default_factory=SystemRandom)
    limit: Cooldown = field(default_factory=lambda: Cooldown(40, timedelta(hours=1)))

    async def quiz(self, asker: Asker, argument: str = "") -> Message:
        """Answer `!quiz`, `!quiz board`, `!quiz stop` and `!quiz leave`."""
        written = unicodedata.normalize("NFKC", argument).strip().casefold()
        move = next((move for move, words in _TOPICS.items() if written in words), Move.AGAIN)
        return await self._play(asker, PlayQuiz(move))

    def handlers(self) -> Handlers:
        """Return what is done about each action; every answer is the member's alone."""
        return {PlayQuiz: self._play, JoinBoard: lambda asker, action: self._join(asker, action.written)}

    def forms(self) -> Forms:
        """Return what is asked for before an action."""
        return {JoinBoard: lambda asker, _: said.name_entry(self._texts(asker))}

    async def _play(self, asker: Asker, action: PlayQuiz) -> Message:
        texts = self._texts(asker)
        match action.move:
            case Move.AGAIN:
                return await self._ask(asker)
            case Move.DRAW:
                return await self._way_to_draw(asker)
            case Move.BOARD:
                return await self._board(asker)
            case Move.SHOW_ME:
                return await self._join(asker, None)
            case Move.LEAVE:
                is_gone = await self.store.leave(asker.address, _space(asker) or "")
                return said.left(texts) if is_gone else said.not_on_board(texts)
            case Move.STOP:
                await self.store.drop(asker.address, asker.room.name)
                return said.stopped(texts)

    async def _ask(self, asker: Asker) -> Message:
        """Ask for a character; a member who was asked already is asked the same."""
        texts, now = self._texts(asker), self.clock.now()
        if self.recogniser is None or not asker.room.recognition:
            return said.off(texts)
        before = await self.store.of(asker.address, asker.room.name, now)
        if before is None or before.is_over:
            if self.limit.take(asker.address, now) is not Turn.GRANTED:
                return said.enough(texts)
            await self.store.forget_expired(now, week_of(now, self.zone))
            await self.store.keep(before := await self._new(asker, before, now))
        drawing = self._drawing_button(texts, asker, before)
        return said.question(texts, before, now, drawing, uploads_are_seen=asker.uploads_are_seen)

    async def _new(self, asker: Asker, before: Quiz | None, now: datetime) -> Quiz:
        collected = counts(used(await self.samples.samples_in([asker.tenant.id])))
        label = next_label(collected, {before.label} if before else (), self.random)
        streak = before.streak if before else 0
        token, space = secrets.token_urlsafe(16), asker.tenant.id
        return Quiz(asker.address, asker.room.name, space, label, token, now + LASTS, streak=streak)

    def _drawing_button(self, texts: Texts, asker: Asker, quiz: Quiz) -> Button | None:
        """Lead to the drawing page. Elsewhere than in the local room others see the message: they must not go there."""
        if asker.tenant.platform == LOCAL:
            return said.drawing_link(texts, "", quiz)
        return Button(texts.gettext("Write it by hand"), PlayQuiz(Move.DRAW)) if self.public_url else None

    async def _way_to_draw(self, asker: Asker) -> Message:
        texts, quiz = self._texts(asker), await self.store.of(asker.address, asker.room.name, self.clock.now())
        if quiz is None or quiz.is_over or not self.public_url:
            return said.nothing_asked(texts)
        return said.way_to_draw(texts, said.drawing_link(texts, self.public_url, quiz))

    async def is_asked(self, asker: Asker) -> bool:
        """Whether the next picture that a member shows in this room answers a quiz."""
        quiz = await self.store.of(asker.address, asker.room.name, self.clock.now())
        return quiz is not None and not quiz.is_over

    async def asked_by(self, token: str) -> Quiz | None:
        """Return the open quiz that a link to the drawing page leads to."""
        quiz = await self.store.by_token(token, self.clock.now())
        return None if quiz is None or quiz.is_over else quiz

    def asked_again(self, asker: Asker, quiz: Quiz) -> str:
        """Return the sentence that asks for a quiz's character."""
        return said.question(self._texts(asker), quiz, self.clock.now(), None).lead

    async def answer(
        self, asker: Asker, picture: bytes | PictureError, upload: str = "", *, may_be_text: bool = False
    ) -> Message | None:
        """Judge a picture that a member showed; None if nothing was asked of them here.

        `upload` is the platform's name of the upload, by which the picture can be fetched again. Where members show
        other pictures as well one that `may_be_text` and is text is no answer: the question stays open.
        """
        quiz = await self.store.of(asker.address, asker.room.name, self.clock.now())
        if quiz is None or quiz.is_over or self.recogniser is None:
            return None
        texts = self._texts(asker)
        try:
            if isinstance(picture, PictureError):
                raise picture
            reading = await self.recogniser.read(picture)
            if may_be_text and is_text(reading):
                return None
            return await self._judged(self.recogniser, quiz, picture, reading, asker, upload)
        except PictureError as error:
            return unreadable_picture(texts, error)

    async def _judged(
        self, recogniser: Recogniser, quiz: Quiz, picture: bytes, reading: Reading, asker: Asker, upload: str
    ) -> Message:
        texts, now = self._texts(asker), self.clock.now()
        outcome = judge(quiz.label, reading)
        after = replace(quiz.after(outcome), expires_at=now + LASTS)
        if not await self.store.advance(quiz, after):
            return said.nothing_asked(texts)
        player = await self.store.player(quiz.address, _space(asker) or "")
        score = None
        if outcome is Outcome.RIGHT and player is not None:
            score = await self.store.add(player, week_of(now, self.zone), after.stars, after.streak)
        has_agreed = await self.donations.has_agreed(asker)
        is_right = outcome is Outcome.RIGHT
        is_kept = bool(has_agreed) and is_right and await self._donate(recogniser, quiz, picture, reading, asker)
        may_give = after.is_over and (has_agreed is None or (has_agreed and not is_right))
        result = said.result(texts, after, outcome, reading, score, self._page(asker))
        return replace(
            result,
            lead=f"{result.lead}\n{said.kept_for_training(texts, asker.room)}" if is_kept else result.lead,
            buttons=(
                *self._next_steps(texts, after, asker),
                *(said.asked_to_give(texts, outcome, quiz, reading, upload) if may_give else ()),
                *result.buttons,
                *said.reasons(texts, outcome, reading, upload),
            ),
            entries=self._invitation(texts, asker, after, player),
            pictures=await self._beside(texts, recogniser, quiz, picture, reading, outcome),
        )

    def _next_steps(self, texts: Texts, quiz: Quiz, asker: Asker) -> list[Button]:
        stop = Button(texts.gettext("Stop"), PlayQuiz(Move.STOP), quiet=True)
        if quiz.is_over:
            return [Button(texts.gettext("One more"), PlayQuiz(Move.AGAIN)), stop]
        drawing = self._drawing_button(texts, asker, quiz)
        return [*([drawing] if drawing else []), stop]

    def _invitation(self, texts: Texts, asker: Asker, quiz: Quiz, player: Player | None) -> tuple[Entry, ...]:
        can_join = quiz.is_over and player is None and _space(asker) is not None
        return (said.name_entry(texts),) if can_join else ()

    async def _donate(self, recogniser: Recogniser, quiz: Quiz, picture: bytes, reading: Reading, asker: Asker) -> bool:
        """Offer a drawing that was read as what was asked for as a sample of that; whether it is kept."""
        (written,) = (glyph for glyph in reading.glyphs if glyph.candidates)
        cut = await recogniser.cut(picture, written)
        return await self.donations.offer(asker, cut, quiz.label, Source.QUIZ) is Offered.KEPT

    async def _beside(
        self, texts: Texts, recogniser: Recogniser, quiz: Quiz, picture: bytes, reading: Reading, outcome: Outcome
    ) -> tuple[Picture, ...]:
        """Show a drawing that was not clearly right beside what was asked for and what it was read as."""
        if outcome not in (Outcome.WRONG, Outcome.UNSURE):
            return ()
        written = next(glyph for glyph in reading.glyphs if glyph.candidates)
        read = written.candidates[0].label
        try:
            png = await recogniser.beside(picture, written, tuple(dict.fromkeys((quiz.label, read))))
        except PictureError:  # busy: the answer does without
            return ()
        return (said.beside_picture(texts, png, quiz.label, read),)

    async def _board(self, asker: Asker) -> Message:
        texts, space = self._texts(asker), _space(asker)
        if space is None:
            return said.no_board_here(texts)
        week = week_of(self.clock.now(), self.zone)
        scores = await self.store.board(space, week)
        player = await self.store.player(asker.address, space)
        board = said.board(texts, scores, week, asker.address)
        if player is not None:
            return replace(board, buttons=(Button(texts.gettext("Leave the board"), PlayQuiz(Move.LEAVE), quiet=True),))
        as_named = (
            ()
            if asker.tenant.platform == LOCAL
            else (Button(texts.gettext("Join under my name here"), PlayQuiz(Move.SHOW_ME)),)
        )
        return replace(board, entries=(said.name_entry(texts),), buttons=as_named)

    async def _join(self, asker: Asker, written: str | None) -> Message:
        """Put a member on the board under the name they wrote, None: as the platform names them."""
        texts, space = self._texts(asker), _space(asker)
        if space is None:
            return said.no_board_here(texts)
        name = display_name(written or "")
        if not name and (written is not None or asker.tenant.platform == LOCAL):
            return said.no_name(texts)
        await self.store.join(Player(asker.address, space, name), self.clock.now().date())
        return said.joined(texts, name)

    async def forget_expired(self) -> None:
        """Erase what expired."""
        now = self.clock.now()
        await self.store.forget_expired(now, week_of(now, self.zone))

    def _page(self, asker: Asker) -> str | None:
        return "" if asker.tenant.platform == LOCAL else self.public_url or None

    def _texts(self, asker: Asker) -> Texts:
        return texts_for(asker.language, self.zone)


def _space(asker: Asker) -> str | None:
    """Return whose board a room shares: its server's or workspace's; None in direct messages."""
    return f"{asker.tenant.platform}:{asker.tenant.id}" if asker.tenant.id or asker.tenant.platform == LOCAL else None

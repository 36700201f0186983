"""Members teach: they say whether an answer was right, and what it is that they wrote.

Nothing of an upload is kept before its writer agreed: its platform fetches it again, by its name, when a button is
pressed. What others say of it counts as a second opinion only.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar
from zoneinfo import ZoneInfo

import structlog

from bot.core.actions import Action
from bot.core.askers import Asker
from bot.core.clock import Clock
from bot.core.errors import PictureError
from bot.core.handlers import Forms, Handler, Handlers
from bot.core.messages import Message
from bot.core.problems.pictures import Blank, Busy, NotFetched
from bot.core.room import direct_to
from bot.core.uploads import Source, Upload
from bot.handwriting import teaching_messages as said
from bot.handwriting.consent_messages import question
from bot.handwriting.own_samples import OwnSamples
from bot.handwriting.ports.recognition import Cut, Recogniser
from bot.handwriting.reading_buttons import About
from bot.handwriting.rules.teaching import (
    NOT_HIRAGANA,
    Offered,
    Opinion,
    Sample,
    State,
    digest_of,
    record_of,
    understood,
)
from bot.handwriting.teaching_buttons import (
    AgreeAndTeach,
    AllRight,
    Claim,
    Give,
    Label,
    OfAllGiven,
    Right,
    SomeWrong,
    Wrong,
)
from bot.locales import TOKYO, Texts, texts_for
from model.reading import Glyph, Reading

log = structlog.get_logger()
T = TypeVar("T")


@dataclass(frozen=True)
class Teaching:
    """Takes what members teach. Without a recogniser nothing can be taught, but their own can still be taken back."""

    own: OwnSamples
    recogniser: Recogniser | None
    clock: Clock
    zone: ZoneInfo = TOKYO

    def handlers(self) -> Handlers:
        """Return what is done about each action; every answer is the member's alone."""
        handlers: Handlers = {
            Right: lambda asker, action: self._take(asker, Claim(action.upload, action.picture, action.glyph)),
            Wrong: self._ask_what_it_is,
            AllRight: lambda asker, action: self._take(asker, Claim(action.upload, action.pictures)),
            SomeWrong: self._ask_which,
            Label: self._labelled,
            AgreeAndTeach: self._agree_and_teach,
            Give: self._give,
            OfAllGiven: self.own.decided,
        }
        return {kind: self._unless_unreadable(handle) for kind, handle in handlers.items()}

    def forms(self) -> Forms:
        """Return what is asked for before an action."""
        return {Label: lambda asker, action: said.entry(self._texts(asker), action)}

    def _unless_unreadable(self, handle: Handler) -> Handler:
        async def handled(asker: Asker, action: Action) -> Message | None:
            try:
                return await handle(asker, action)
            except PictureError as error:
                return said.unreadable(self._texts(asker), error)

        return handled

    async def _ask_what_it_is(self, asker: Asker, action: Wrong) -> Message:
        texts = self._texts(asker)
        upload = await asker.surroundings.fetch(action.upload, range(action.picture, action.picture + 1))
        if upload is None or self.recogniser is None:
            return said.gone(texts)
        glyph = _glyph_at(action.glyph, await self.recogniser.read(_only(upload)))
        return said.what_is_it(texts, action, glyph)

    async def _ask_which(self, asker: Asker, action: SomeWrong) -> Message:
        texts, upload = self._texts(asker), await asker.surroundings.fetch(action.upload, range(action.pictures))
        if upload is None or self.recogniser is None:
            return said.gone(texts)
        found: list[tuple[About, Glyph]] = []
        for place, reading in await _of_each(upload, self.recogniser.read):
            glyphs = enumerate(reading.glyphs)
            found += ((About(action.upload, place, i), glyph) for i, glyph in glyphs if glyph.candidates)
        return said.which_one(texts, action, found)

    async def _labelled(self, asker: Asker, action: Label) -> Message:
        label = understood(action.written)
        if label is None:
            return said.not_understood(self._texts(asker), action, action.written)
        return await self._take(asker, Claim(action.upload, action.picture, action.glyph, label))

    async def _give(self, asker: Asker, action: Give) -> Message | None:
        return await self._take(asker, action) if _is_label(action.label) else None

    async def _agree_and_teach(self, asker: Asker, action: AgreeAndTeach) -> Message | None:
        if not _is_label(action.label):
            return None
        await self.own.agree(asker)
        return await self._take(asker, action)

    async def _take(self, asker: Asker, claim: Claim) -> Message:
        """Take what a member says of an upload: as a sample if they wrote it and agreed, else as an opinion."""
        texts, address = self._texts(asker), asker.address
        upload = await asker.surroundings.fetch(claim.upload, claim.places)
        if upload is None or self.recogniser is None:
            return said.gone(texts)
        if upload.member != asker.member:
            await self._second_opinion(asker, claim, upload)
            return said.thanks_to_reader(texts, claim)
        may_keep = await self.own.may_keep(address)
        if may_keep:
            offered = [
                await self.offer(asker, cut, label, upload.source) for cut, label in await self._cuts(claim, upload)
            ]
            log.info("samples offered", room=asker.room.name, offered=len(offered), kept=offered.count(Offered.KEPT))
            return said.kept(texts, asker.room, claim, offered, len(await self.own.store.samples_of(address)))
        if may_keep is None and self.own.ask_once(address):
            return question(texts, asker.room, said.thanks_for(texts, claim), claim)
        return said.thanks(texts, asker.room, claim)

    async def _cuts(self, claim: Claim, upload: Upload) -> list[tuple[Cut, str]]:
        """Return what a claim is about, with the labels that it gives. Raises PictureError."""
        assert self.recogniser is not None  # noqa: S101  # who calls this has looked
        if claim.glyph is not None:
            picture = _only(upload)
            cut = await self.recogniser.cut(picture, _glyph_at(claim.glyph, await self.recogniser.read(picture)))
            return [(cut, claim.label or as_read(cut.glyph))]
        found = await _of_each(upload, self.recogniser.cuts)
        return [(cut, as_read(cut.glyph)) for _, cuts in found for cut in cuts.values()]

    async def _second_opinion(self, asker: Asker, claim: Claim, upload: Upload) -> None:
        """Note on a sample what a second member says of it, if their word counts; of themselves nothing is kept."""
        address, writer = asker.address, direct_to(asker.tenant.platform, upload.member)
        own = [sample for sample in await self.own.store.samples_of(address) if sample.space == asker.tenant.id]
        if not record_of(own).is_good:
            return
        for cut, label in await self._cuts(claim, upload):
            sample = await self.own.store.find(writer, digest_of(cut.png))
            if sample is not None and sample.state is State.PENDING and sample.space == asker.tenant.id:
                opinion = Opinion.SAME if sample.label == label else Opinion.OTHER
                await self.own.store.decide(replace(sample, opinion=opinion))

    async def offer(self, asker: Asker, cut: Cut, label: str, source: Source) -> Offered:
        """Keep a character as a sample, if its writer, this member, agreed and has not reached a limit.

        `label` is one of the 74 or NOT_HIRAGANA. The sample belongs to the asker's tenant.
        """
        best = cut.glyph.best
        sample = Sample(
            owner=asker.address,
            space=asker.tenant.id,
            digest=digest_of(cut.png),
            label=label,
            source=source,
            at=self.clock.now(),
            model=self.recogniser.model if self.recogniser else "",
            said=as_read(cut.glyph),
            share=best.probability if best else 0.0,
            is_sure=cut.glyph.verdict != "unsure",
        )
        return await self.own.store.offer(sample, cut.png)

    async def has_agreed(self, asker: Asker) -> bool | None:
        """Return what a member answered when asked whether what they give may be kept; None if they are to be asked."""
        return await self.own.may_keep(asker.address)

    def _texts(self, asker: Asker) -> Texts:
        return texts_for(asker.own_language, self.zone)


def _is_label(written: str) -> bool:
    return written in ("", understood(written))


def as_read(glyph: Glyph) -> str:
    """Return the label that a character was read as."""
    return NOT_HIRAGANA if glyph.verdict == "not_hiragana" or glyph.best is None else glyph.best.label


async def _of_each(upload: Upload, ask: Callable[[bytes], Awaitable[T]]) -> list[tuple[int, T]]:
    """Ask about every picture that can be read; the answer to the upload has said which cannot.

    Returns: what was found, each with its picture's place. Raises PictureError: it is too busy, or none can be read.
    """
    found: list[tuple[int, T]] = []
    errors: list[PictureError] = []
    for place, picture in enumerate(upload.pictures):
        try:
            if isinstance(picture, PictureError):
                raise picture
            found.append((place, await ask(picture)))
        except PictureError as error:
            errors.append(error)
    busy = [error for error in errors if isinstance(error.problem, Busy)]
    if busy or (errors and not found):
        raise (busy or errors)[0]
    return found


def _glyph_at(place: int, reading: Reading) -> Glyph:
    """Return the character that is spoken of. Raises PictureError, `blank` where there is none."""
    if not 0 <= place < len(reading.glyphs) or not reading.glyphs[place].candidates:
        raise PictureError(Blank())
    return reading.glyphs[place]


def _only(upload: Upload) -> bytes:
    """Return the one picture that was fetched of an upload. Raises PictureError."""
    picture = upload.pictures[0] if upload.pictures else PictureError(NotFetched())
    if isinstance(picture, PictureError):
        raise picture
    return picture

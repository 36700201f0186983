"""What is kept of a member is theirs: samples only after a yes, and all of it handed out and erased on request."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from bot.core.askers import Asker
from bot.core.clock import Clock
from bot.core.messages import Message
from bot.handwriting import teaching_messages as said
from bot.handwriting.consent_messages import question
from bot.handwriting.ports.samples import Everything, Export, ExportFolders, SampleSheets, SampleStore
from bot.handwriting.rules.consent import Consent, may_keep
from bot.handwriting.sample_archive import archive, member_line, sheet_of
from bot.handwriting.teaching_buttons import OfAllGiven, Wish
from bot.locales import TOKYO, Texts, texts_for

log = structlog.get_logger()

LAST_SHOWN = 24  # samples on a member's sheet
MOST_ASKED = 10_000  # members; beyond it who was asked first may be asked again
SAID = "room_messages"  # the page's record of what was said there


@dataclass(frozen=True)
class OwnSamples:
    """What members agreed to, and what they can do with all that they gave."""

    store: SampleStore
    folders: ExportFolders
    everything: Everything
    sheets: SampleSheets | None
    clock: Clock
    zone: ZoneInfo = TOKYO
    _asked: dict[str, None] = field(default_factory=dict, init=False)  # who was asked, and has not answered yet

    async def may_keep(self, address: str) -> bool | None:
        """Whether what a member gives may be kept; None where they are still to be asked."""
        return may_keep(await self.store.consent(address))

    def ask_once(self, address: str) -> bool:
        """Whether to ask somebody, now, if what they give may be kept: nobody is asked again before they answered."""
        is_first = address not in self._asked
        self._asked[address] = None
        if len(self._asked) > MOST_ASKED:
            del self._asked[next(iter(self._asked))]
        return is_first

    async def agree(self, asker: Asker) -> None:
        """Keep a member's yes."""
        address = asker.address
        alias = f"m{secrets.token_hex(4)}"
        await self.store.agree(Consent(address, given=True, at=self.clock.now(), alias=alias))
        self._asked.pop(address, None)

    async def _refuse(self, address: str) -> None:
        """Remember a no, and nothing else."""
        await self.store.erase(address, Consent(address, given=False, at=self.clock.now()))
        self._asked.pop(address, None)

    async def samples(self, asker: Asker) -> Message:
        """Answer `!samples`: what a member gave, and the button that changes their mind."""
        texts, address = self._texts(asker), asker.address
        given, consent = await self.store.samples_of(address), await self.store.consent(address)
        sheet = await sheet_of(given[-LAST_SHOWN:], self.store, self.sheets)
        return said.samples(texts, asker.room, given, consent, sheet)

    async def export(self, asker: Asker) -> Message:
        """Answer `!export`: everything that is kept of a member, as a ZIP."""
        texts, address = self._texts(asker), asker.address
        given, kept = await self.store.samples_of(address), await self._kept_of(address)
        if not kept:
            return said.nothing_known(texts)
        pngs = await self.store.pictures([sample.id for sample in given])
        content = await archive(given, pngs, "samples.json", member_line, {"everything.json": kept})
        return said.exported(texts, len(given), content)

    async def privacy(self, asker: Asker) -> Message:
        """Answer `!privacy`: what is kept of anybody, why, and until when."""
        texts = self._texts(asker)
        return said.what_is_kept(texts, asker.room, self.everything.told(texts))

    async def forget(self, asker: Asker) -> Message:
        """Answer `!forget`: ask once more."""
        texts, address = self._texts(asker), asker.address
        kept = await self._kept_of(address)
        given = len(await self.store.samples_of(address))
        return said.confirm(texts, given, Wish.ERASE) if kept else said.nothing_known(texts)

    async def _kept_of(self, address: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return what is kept of a member; the page's record of their asking just now alone is nothing."""
        kept = await self.everything.of(address)
        return {} if kept.keys() == {SAID} and len(kept[SAID]) == 1 else kept

    async def decided(self, asker: Asker, action: OfAllGiven) -> Message:
        """Do what a member wants of all that they gave."""
        texts, address = self._texts(asker), asker.address
        match action.wish:
            case Wish.YES:
                await self.agree(asker)
                return said.agreed(texts, asker.room)
            case Wish.NO if not await self.store.samples_of(address):
                await self._refuse(address)
                return said.refused(texts, asker.room)
            case Wish.ALLOW:
                return question(texts, asker.room)
            case Wish.LEAVE:
                return said.left(texts)
            case Wish.STOP | Wish.NO:  # an old "No" must not erase what was given since without asking
                return said.confirm(texts, len(await self.store.samples_of(address)), Wish.WITHDRAW)
            case Wish.WITHDRAW:
                return await self._erased(texts, address, Consent(address, given=False, at=self.clock.now()))
            case Wish.ERASE:
                return await self._erased(texts, address)

    async def _erased(self, texts: Texts, address: str, refusal: Consent | None = None) -> Message:
        erased, unreached = await self.erase(address, refusal)
        return said.erased(texts, erased, unreached, is_withdrawn=refusal is not None)

    async def erase(self, address: str, refusal: Consent | None = None) -> tuple[int, list[Export]]:
        """Erase what a member gave, also from folders that it was exported to; without a `refusal` all that is kept.

        Returns: how many samples that were, and the exports that could not be reached.
        """
        consent = await self.store.consent(address)
        alias = consent.alias if consent else ""
        exports = await self.store.exports_of(alias) if alias else []
        unreached = [export for export in exports if not await self._taken_out(export, alias)]
        self._asked.pop(address, None)
        erased = await self.store.erase(address, refusal)
        if refusal is None:
            await self.everything.forget(address)
        log.info("samples erased", samples=erased, unreached=len(unreached))
        return erased, unreached

    async def _taken_out(self, export: Export, alias: str) -> bool:
        if export.folder is not None and await self.folders.take_out(Path(export.folder), alias):
            return True
        where = export.folder or "an archive that was downloaded"
        log.warning("samples not reached", export=where, writer=alias, next="erase this writer's samples there by hand")
        return False

    def _texts(self, asker: Asker) -> Texts:
        return texts_for(asker.own_language, self.zone)

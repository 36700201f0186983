"""What organisers see of the samples of their space: how many, which to review, and an archive to train with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from bot.core.askers import Asker
from bot.core.rooms import LOCAL
from bot.domain.messages import Entry, Message
from bot.domain.teaching import THIN, Opinion, Sample, State, counts, to_review, understood, used
from bot.errors import PictureError
from bot.locales import TOKYO, Texts
from bot.services.ports import Clock, SampleSheets, SampleStore, Tile
from bot.services.recognition import reviewing_messages as said
from bot.services.recognition.sample_archive import archive, training_line

ON_A_SHEET = 12
RELABEL = "relabel"


@dataclass(frozen=True)
class Reviewing:
    """Answers `!data`. Organisers of a server see what was given there; who runs the bot sees everything."""

    store: SampleStore
    sheets: SampleSheets | None
    clock: Clock
    zone: ZoneInfo = TOKYO

    async def open(self, texts: Texts, asker: Asker) -> Message:
        """Show how many samples of each character there are, and which lack."""
        given = await self._samples(asker)
        settled = used(given)
        ids = {one.id for one in settled}
        waiting = counts(one for one in given if one.id not in ids and one.state is State.PENDING)
        chart = await self._chart(counts(settled), waiting)
        return said.overview(texts, given, counts(settled), len(to_review(given)), chart)

    async def act(self, texts: Texts, asker: Asker, action: str, values: Sequence[str]) -> Message:
        """Do what was chosen: `review`, `accept`, `drop`, `look`, `relabel:ID`, `export`; anything else opens anew."""
        verb, _, argument = action.partition(":")
        match verb:
            case "review":
                return await self.review(texts, asker, int(argument) if argument.isdecimal() else 0)
            case "accept" | "drop":
                state = State.ACCEPTED if verb == "accept" else State.DROPPED
                for sample in await self._chosen(asker, values):
                    await self._decide(asker, replace(sample, state=state))
                return await self.review(texts, asker, 0)
            case "look":
                return await self._look(texts, asker, values)
            case "relabel":
                return await self._relabel(texts, asker, argument, "".join(values))
            case "export":
                return await self._export(texts, asker)
        return await self.open(texts, asker)

    def entry(self, texts: Texts, entry_id: str) -> Entry | None:
        """Return what the button `…:relabel:ID` asks for; None if it is another one."""
        rest, _, number = entry_id.rpartition(":")
        is_ours = rest.rpartition(":")[2] == RELABEL and number.isdecimal()
        return replace(said.relabel_entry(texts, int(number)), id=entry_id) if is_ours else None

    async def review(self, texts: Texts, asker: Asker, skip: int) -> Message:
        """Show the samples that most need a look, numbered, to accept, to drop or to give another label."""
        waiting = to_review(await self._samples(asker))
        skip = skip if skip < len(waiting) else 0
        shown = waiting[skip : skip + ON_A_SHEET]
        return said.review(texts, shown, len(waiting), skip, await self._sheet(shown))

    async def _look(self, texts: Texts, asker: Asker, values: Sequence[str]) -> Message:
        chosen = await self._chosen(asker, values[:1])
        if not chosen:
            return await self.review(texts, asker, 0)
        return said.one_sample(texts, chosen[0], await self._sheet(chosen))

    async def _relabel(self, texts: Texts, asker: Asker, number: str, written: str) -> Message:
        chosen, label = await self._chosen(asker, [number]), understood(written)
        if chosen and label is None:
            return said.not_a_label(texts, chosen[0], written)
        for sample in chosen:
            relabelled = replace(sample, label=label or sample.label, state=State.ACCEPTED, opinion=Opinion.NONE)
            await self._decide(asker, relabelled)
        return await self.review(texts, asker, 0)

    async def _decide(self, asker: Asker, sample: Sample) -> None:
        await self.store.decide(replace(sample, reviewer=asker.address, reviewed_at=self.clock.now()))

    async def _export(self, texts: Texts, asker: Asker) -> Message:
        samples = used(await self._samples(asker))
        if not samples:
            return said.nothing_to_export(texts)
        pngs = await self.store.pictures([one.id for one in samples])
        content = await archive(samples, pngs, "samples.jsonl", training_line)
        await self.store.note_export(None, self.clock.now(), {one.writer for one in samples})
        return said.exported(texts, len(samples), content)

    async def _chosen(self, asker: Asker, values: Sequence[str]) -> list[Sample]:
        """Return the samples with these ids, as far as they are of the asker's tenant."""
        return [one for one in await self._samples(asker) if str(one.id) in values]

    async def _samples(self, asker: Asker) -> list[Sample]:
        return await self.store.samples_in(None if asker.tenant.platform == LOCAL else [asker.tenant.id])

    async def _sheet(self, shown: Sequence[Sample]) -> bytes | None:
        if self.sheets is None or not shown:
            return None
        pngs = await self.store.pictures([one.id for one in shown])
        try:
            return await self.sheets.sheet([Tile(pngs[one.id], one.label, one.said, one.writer) for one in shown])
        except PictureError:  # busy: the page does without
            return None

    async def _chart(self, settled: dict[str, int], waiting: dict[str, int]) -> bytes | None:
        try:
            return await self.sheets.chart(settled, waiting, THIN) if self.sheets is not None else None
        except PictureError:  # as above
            return None

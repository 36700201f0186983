"""What organisers see of the samples of their space: how many, which to review, and an archive to train with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from bot.core.askers import Asker
from bot.core.clock import Clock
from bot.core.errors import PictureError
from bot.core.handlers import Forms, Handlers
from bot.core.messages import Message
from bot.core.room import LOCAL
from bot.handwriting import reviewing_messages as said
from bot.handwriting.ports.samples import SampleSheets, SampleStore
from bot.handwriting.reviewing_messages import (
    AcceptSamples,
    DropSamples,
    ExportSamples,
    LookAtSample,
    Relabel,
    ReviewSamples,
    ShowSamples,
)
from bot.handwriting.rules.teaching import THIN, Opinion, Sample, State, counts, to_review, understood, used
from bot.handwriting.sample_archive import archive, sheet_of, training_line
from bot.locales import TOKYO, Texts, texts_for

ON_A_SHEET = 12


@dataclass(frozen=True)
class Reviewing:
    """Answers `!data`. Organisers of a server see what was given there; who runs the bot sees everything."""

    store: SampleStore
    sheets: SampleSheets | None
    clock: Clock
    zone: ZoneInfo = TOKYO

    def handlers(self) -> Handlers:
        """Return what is done about each action."""
        return {
            ReviewSamples: lambda asker, action: self.review(asker, action.skip),
            AcceptSamples: lambda asker, action: self._settle(asker, action.chosen, State.ACCEPTED),
            DropSamples: lambda asker, action: self._settle(asker, action.chosen, State.DROPPED),
            LookAtSample: self._look,
            Relabel: self._relabel,
            ExportSamples: self._export,
            ShowSamples: lambda asker, _: self.open(asker),
        }

    def forms(self) -> Forms:
        """Return what is asked for before an action."""
        return {Relabel: lambda asker, action: said.relabel_entry(self._texts(asker), action.sample)}

    async def open(self, asker: Asker) -> Message:
        """Show how many samples of each character there are, and which lack."""
        given = await self._samples(asker)
        settled = used(given)
        ids = {sample.id for sample in settled}
        waiting = counts(sample for sample in given if sample.id not in ids and sample.state is State.PENDING)
        chart = await self._chart(counts(settled), waiting)
        return said.overview(self._texts(asker), given, counts(settled), len(to_review(given)), chart)

    async def review(self, asker: Asker, skip: int = 0) -> Message:
        """Show the samples that most need a look, numbered, to accept, to drop or to give another label."""
        waiting = to_review(await self._samples(asker))
        skip = skip if skip < len(waiting) else 0
        shown = waiting[skip : skip + ON_A_SHEET]
        return said.review(self._texts(asker), shown, len(waiting), skip, await self._sheet(shown))

    async def _settle(self, asker: Asker, chosen: Sequence[str], state: State) -> Message:
        for sample in await self._chosen(asker, chosen):
            await self._decide(asker, replace(sample, state=state))
        return await self.review(asker)

    async def _look(self, asker: Asker, action: LookAtSample) -> Message:
        chosen = await self._chosen(asker, action.chosen[:1])
        if not chosen:
            return await self.review(asker)
        return said.one_sample(self._texts(asker), chosen[0], await self._sheet(chosen))

    async def _relabel(self, asker: Asker, action: Relabel) -> Message:
        chosen, label = await self._chosen(asker, [str(action.sample)]), understood(action.written)
        if chosen and label is None:
            return said.not_a_label(self._texts(asker), chosen[0], action.written)
        for sample in chosen:
            relabelled = replace(sample, label=label or sample.label, state=State.ACCEPTED, opinion=Opinion.NONE)
            await self._decide(asker, relabelled)
        return await self.review(asker)

    async def _decide(self, asker: Asker, sample: Sample) -> None:
        await self.store.decide(replace(sample, reviewer=asker.address, reviewed_at=self.clock.now()))

    async def _export(self, asker: Asker, _: ExportSamples) -> Message:
        texts, samples = self._texts(asker), used(await self._samples(asker))
        if not samples:
            return said.nothing_to_export(texts)
        pngs = await self.store.pictures([sample.id for sample in samples])
        content = await archive(samples, pngs, "samples.jsonl", training_line)
        await self.store.note_export(None, self.clock.now(), {sample.writer for sample in samples})
        return said.exported(texts, len(samples), content)

    async def _chosen(self, asker: Asker, values: Sequence[str]) -> list[Sample]:
        """Return the samples with these ids, as far as they are of the asker's tenant."""
        return [sample for sample in await self._samples(asker) if str(sample.id) in values]

    async def _samples(self, asker: Asker) -> list[Sample]:
        tenant = asker.tenant
        if tenant.platform == LOCAL:
            return await self.store.samples_in(None)
        found = await self.store.samples_in([tenant.id])
        return [sample for sample in found if sample.owner.startswith(f"{tenant.platform}:")]

    def _texts(self, asker: Asker) -> Texts:
        return texts_for(asker.language, self.zone)

    async def _sheet(self, shown: Sequence[Sample]) -> bytes | None:
        return await sheet_of(shown, self.store, self.sheets, with_writers=True)

    async def _chart(self, settled: dict[str, int], waiting: dict[str, int]) -> bytes | None:
        try:
            return await self.sheets.chart(settled, waiting, THIN) if self.sheets is not None else None
        except PictureError:  # busy: the page does without
            return None

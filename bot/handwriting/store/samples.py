"""Samples that members gave, and who agreed to that. What is erased is overwritten on the disk, too."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.uploads import Source
from bot.handwriting.ports.samples import Export
from bot.handwriting.rules.consent import Consent, may_keep
from bot.handwriting.rules.teaching import DAY, Given, Offered, Opinion, Sample, State, admitted
from bot.store.personal import let_go
from bot.store.statements import batches, upsert
from bot.store.tables import consents, sample_exports, samples
from bot.store.visitors import MOST_OF_ALL, OF_VISITORS, are_of_visitors, leave_room

_FACTS = [column for column in samples.c if column.name != "png"]
_DECIDED = ("label", "state", "opinion", "reviewer", "reviewed_at")


class Samples:
    """Fulfils `SampleStore`. No sample is there without its member's consent: its row hangs on theirs."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._read_only = engine.execution_options(read_only=True)

    async def consent(self, address: str) -> Consent | None:
        """Return what a member answered; None if they never did."""
        async with self._read_only.connect() as connection:
            return await _consent(connection, consents.c.address == address)

    async def owner_of(self, alias: str) -> str | None:
        """Return whose samples go under this name."""
        async with self._read_only.connect() as connection:
            found = await _consent(connection, consents.c.alias == alias)
        return found.address if found else None

    async def agree(self, consent: Consent) -> None:
        """Keep a member's yes; who said so before keeps their alias."""
        async with self._engine.begin() as connection:
            is_theirs = consents.c.address == consent.address
            await leave_room(connection, consents.c.address, consent.address, is_theirs)
            known = await _consent(connection, is_theirs)
            alias = known.alias if known and known.alias else consent.alias
            await connection.execute(upsert(connection, consents), _consent_row(replace(consent, alias=alias)))

    async def offer(self, sample: Sample, png: bytes) -> Offered:
        """Keep a sample, if its member agreed and no limit is reached; the same picture twice is one sample."""
        async with self._engine.begin() as connection:
            if not may_keep(await _consent(connection, consents.c.address == sample.owner, hold=True)):
                return Offered.NO_CONSENT
            if await _relabelled(connection, sample):
                return Offered.KNOWN
            outcome = admitted(await _given(connection, sample))
            if outcome is Offered.KEPT:
                await connection.execute(insert(samples).values(**_row(sample), png=png))
            return outcome

    async def find(self, owner: str, digest: str) -> Sample | None:
        """Return a member's sample with this picture."""
        found = await self._samples(and_(samples.c.owner == owner, samples.c.digest == digest))
        return found[0] if found else None

    async def samples_of(self, owner: str) -> list[Sample]:
        """Return what a member gave, oldest first."""
        return await self._samples(samples.c.owner == owner)

    async def samples_in(self, spaces: Collection[str] | None) -> list[Sample]:
        """Return what was given in these spaces, None: everywhere; oldest first."""
        return await self._samples(samples.c.space.in_(spaces) if spaces is not None else None)

    async def pictures(self, ids: Sequence[int]) -> dict[int, bytes]:
        """Return the pictures of samples, PNG, by their ids."""
        found: dict[int, bytes] = {}
        async with self._read_only.connect() as connection:
            for some in batches(ids):
                rows = await connection.execute(select(samples.c.id, samples.c.png).where(samples.c.id.in_(some)))
                found |= {row.id: row.png for row in rows}
        return found

    async def decide(self, sample: Sample) -> None:
        """Keep what was decided about a sample: its label, state, reviewer and the second member's opinion."""
        row = _row(sample)
        changed = {name: row[name] for name in _DECIDED}
        async with self._engine.begin() as connection:
            await connection.execute(update(samples).where(samples.c.id == sample.id).values(**changed))

    async def erase(self, address: str, refusal: Consent | None = None) -> int:
        """Erase all that is known of a member here, and say how many samples that were.

        With a `refusal` only that is left, so that they are not asked again. Nothing of the rest stays in the file.
        """
        async with self._engine.begin() as connection:
            is_theirs = consents.c.address == address
            known = await _consent(connection, is_theirs)
            if refusal is not None:
                await leave_room(connection, consents.c.address, address, is_theirs)
            gone = await connection.execute(delete(samples).where(samples.c.owner == address))
            await connection.execute(delete(consents).where(consents.c.address == address))
            if known and known.alias:
                await _forget_writer(connection, known.alias)
            if refusal is not None:
                await connection.execute(insert(consents).values(**_consent_row(refusal)))
        await let_go(self._engine)
        return gone.rowcount

    async def note_export(self, folder: str | None, at: datetime, writers: Collection[str]) -> None:
        """Remember where samples of these writers were exported to; None is an archive that somebody downloaded."""
        async with self._engine.begin() as connection:
            if folder is not None:
                await connection.execute(delete(sample_exports).where(sample_exports.c.folder == folder))
            await connection.execute(insert(sample_exports).values(folder=folder, at=at, writers=sorted(writers)))

    async def exports_of(self, alias: str) -> list[Export]:
        """Return the exports in which samples of this writer are."""
        async with self._read_only.connect() as connection:
            rows = (await connection.execute(select(sample_exports).order_by(sample_exports.c.id))).all()
        return [Export(row.folder, row.at) for row in rows if alias in row.writers]

    async def _samples(self, which: ColumnElement[bool] | None) -> list[Sample]:
        query = select(*_FACTS, consents.c.alias.label("writer")).join(consents).order_by(samples.c.at, samples.c.id)
        async with self._read_only.connect() as connection:
            rows = await connection.execute(query if which is None else query.where(which))
            return [_sample(row) for row in rows.mappings()]


async def _consent(connection: AsyncConnection, which: ColumnElement[bool], *, hold: bool = False) -> Consent | None:
    query = select(consents).where(which)
    row = (await connection.execute(query.with_for_update() if hold else query)).mappings().first()
    return Consent(**{**row, "alias": row["alias"] or ""}) if row is not None else None


async def _relabelled(connection: AsyncConnection, sample: Sample) -> bool:
    """Give a picture that is there the label that is said now; organisers see it again then. False: it is not there."""
    same = and_(samples.c.owner == sample.owner, samples.c.digest == sample.digest)
    known = (await connection.execute(select(samples.c.label).where(same))).scalar()
    if known is not None and known != sample.label:
        row = _row(sample)
        await connection.execute(update(samples).where(same).values(**{name: row[name] for name in _DECIDED}))
    return known is not None


async def _given(connection: AsyncConnection, sample: Sample) -> Given:
    its_own = samples.c.owner == sample.owner

    async def count(*which: ColumnElement[bool]) -> int:
        return (await connection.execute(select(func.count()).where(its_own, *which))).scalar() or 0

    today = await count(samples.c.at > sample.at - DAY)
    return Given(
        today, await count(), await count(samples.c.label == sample.label), await _too_many_wait(connection, sample)
    )


async def _too_many_wait(connection: AsyncConnection, sample: Sample) -> bool:
    """Whether as many of visitors' samples wait for an organiser as may, and this one would be another."""
    if not sample.owner.startswith(OF_VISITORS):
        return False
    wait = and_(are_of_visitors(samples.c.owner), samples.c.state == State.PENDING)
    return ((await connection.execute(select(func.count()).where(wait))).scalar() or 0) >= MOST_OF_ALL


async def _forget_writer(connection: AsyncConnection, alias: str) -> None:
    for row in (await connection.execute(select(sample_exports))).all():
        if alias in row.writers:
            same, left = sample_exports.c.id == row.id, [writer for writer in row.writers if writer != alias]
            await connection.execute(update(sample_exports).where(same).values(writers=left))


def _consent_row(consent: Consent) -> dict[str, Any]:
    return {
        "address": consent.address,
        "given": consent.given,
        "at": consent.at,
        "wording": consent.wording,
        "alias": consent.alias or None,
    }


def _row(sample: Sample) -> dict[str, Any]:
    return {column.name: getattr(sample, column.name) for column in _FACTS if column.name != "id"}


def _sample(row: RowMapping) -> Sample:
    kinds = {"source": Source(row["source"]), "state": State(row["state"]), "opinion": Opinion(row["opinion"])}
    return Sample(**{**row, **kinds})

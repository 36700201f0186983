"""Which model reads: how well it does, and how another takes its place, if it is no worse, without a restart.

An organiser who is told what speaks against a worse one may want it all the same.

The choice outlives the process. A chosen file that is missing or not the one that was checked is not used: then the
shipped model reads, and organisers are told.
"""

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import structlog

from bot.core.askers import Asker
from bot.core.clock import Clock
from bot.core.errors import ModelError
from bot.core.handlers import Handlers
from bot.core.memory import Memory
from bot.core.messages import Message
from bot.core.room import LOCAL, Room
from bot.core.rooms import Rooms
from bot.delivery.rules.deliveries import Delivery
from bot.handwriting import model_messages as said
from bot.handwriting.model_messages import BackToModel, TryModel
from bot.handwriting.model_post import ModelNotRestoredPost
from bot.handwriting.ports.recognition import ModelFile, Models, ModelUser
from bot.handwriting.rules.teaching import NOT_HIRAGANA, Sample, State
from bot.locales import TOKYO, Texts, texts_for

log = structlog.get_logger()

REMEMBERED = "model"  # the name of what is remembered
ENOUGH_SAMPLES, MOST_SAMPLES = 100, 2000
SHIPPED = ("shipped", "同梱", "-")  # words for the shipped model


class _Change(Enum):
    TRY = "try"  # if it is no worse
    USE = "use"  # all the same
    BACK = "back"


class ReviewedSamples(Protocol):
    """What members gave."""

    async def samples_in(self, spaces: Collection[str] | None) -> list[Sample]: ...
    async def pictures(self, ids: Sequence[int]) -> dict[int, bytes]: ...


class Notes(Protocol):
    """Takes what shall be said."""

    async def plan(self, planned: Sequence[Delivery]) -> None: ...


@dataclass
class ChangingModel:
    """Answers `!model` and `!model try | use NAME | back`; `restore` brings the last choice back after a start."""

    models: Models
    reader: ModelUser
    memory: Memory
    samples: ReviewedSamples
    notes: Notes
    rooms: Rooms
    clock: Clock
    zone: ZoneInfo = TOKYO
    public_url: str = ""
    _current: ModelFile | None = field(default=None, init=False)
    _before: ModelFile | None = field(default=None, init=False)
    _kept: str | None = field(default=None, init=False)  # what was remembered last
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def model(self, asker: Asker, argument: str = "") -> Message:
        """Answer `!model`, and for organisers what follows it."""
        verb, _, name = argument.strip().partition(" ")
        match verb.casefold():
            case "try" | "ためす" | "試す":
                return await self._if_allowed(asker, _Change.TRY, name.strip())
            case "use" | "つかう" | "使う":
                return await self._if_allowed(asker, _Change.USE, name.strip())
            case "back" | "もどす" | "戻す":
                return await self._if_allowed(asker, _Change.BACK)
        return await self._describe(asker)

    def handlers(self) -> Handlers:
        """Return what is done about each action."""
        return {
            TryModel: lambda asker, action: self._if_allowed(asker, _Change.TRY, action.written),
            BackToModel: lambda asker, _: self._if_allowed(asker, _Change.BACK),
        }

    async def _if_allowed(self, asker: Asker, change: _Change, name: str = "") -> Message:
        texts = texts_for(asker.language, self.zone)
        if not asker.may_operate:
            return said.organisers_only(texts)
        if self._turn.locked():
            return said.busy(texts)
        async with self._turn:
            try:
                return await (
                    self._back(texts) if change is _Change.BACK else self._try(texts, name, change is _Change.USE)
                )
            except ModelError as error:
                log.warning("model refused", model=name, reason=str(error))
                return said.unusable(texts, name, error, self.models.names())

    async def _describe(self, asker: Asker) -> Message:
        current = await self._in_use()
        may = asker.may_operate
        others = [name for name in self.models.names() if name != current.name] if may else []
        page = "" if asker.tenant.platform == LOCAL else self.public_url or None
        before = self._before if may else None
        return said.description(texts_for(asker.language, self.zone), current, others, before, page)

    async def _in_use(self) -> ModelFile:
        if self._current is None:
            self._current = await self.models.fetch("")
        return self._current

    async def _try(self, texts: Texts, name: str, all_the_same: bool) -> Message:
        old, new = await self._in_use(), await self.models.fetch("" if name in SHIPPED else name)
        if new.sha256 == old.sha256 and new.card == old.card:
            return said.in_use_already(texts, old)
        samples = await self._reviewed()
        trial = await self.models.try_out(old, new, samples)
        reasons = list(trial.reasons())
        taken = all_the_same or not reasons
        if taken:
            await self._take(new, old)
        log.info("model tried", model=new.name, sha256=new.sha256, taken=taken, reasons=[str(r) for r in reasons])
        return said.outcome(texts, old, new, trial, reasons, taken, ENOUGH_SAMPLES)

    async def _back(self, texts: Texts) -> Message:
        """Return to the model before; it read here, so it need only load still."""
        current, before = await self._in_use(), self._before
        if before is None:
            return said.nothing_before(texts, current)
        await self.models.probe(before)
        await self._take(before, current)
        return said.back(texts, before, current)

    async def _take(self, new: ModelFile, old: ModelFile) -> None:
        """Read with it from the next picture on, and remember that, and what to go back to."""
        self.reader.use(new)
        self._current, self._before = new, old
        self._kept = json.dumps({"chosen": _remembered(new), "before": _remembered(old)})
        await self.memory.remember(REMEMBERED, self._kept)
        log.info("model changed", model=new.name or "shipped", title=new.title, sha256=new.sha256)

    async def _reviewed(self) -> list[tuple[str, bytes]]:
        """Return the samples that organisers accepted, the newest; none where they are too few to say anything."""
        given = [sample for sample in await self.samples.samples_in(None) if sample.state is State.ACCEPTED]
        accepted = [sample for sample in given if sample.label != NOT_HIRAGANA][-MOST_SAMPLES:]
        if len(accepted) < ENOUGH_SAMPLES:
            return []
        pngs = await self.samples.pictures([sample.id for sample in accepted])
        return [(sample.label, pngs[sample.id]) for sample in accepted if sample.id in pngs]

    async def restore(self) -> None:
        """Read with the model that was chosen before the restart or by another process, if its file is the same."""
        async with self._turn:
            kept = await self.memory.recall(REMEMBERED)
            if kept == self._kept:
                return
            self._kept, remembered = kept, _parsed(kept)
            chosen = remembered.get("chosen")
            model = await self._same_file(chosen)
            if model is None:
                if chosen:
                    await self._tell(str(chosen["name"]))
                return
            self._before = await self._same_file(remembered.get("before"))
            self.reader.use(model)
            self._current = model
            log.info("model chosen before", model=model.name, title=model.title, sha256=model.sha256)

    async def _same_file(self, remembered: Mapping[str, str] | None) -> ModelFile | None:
        """Return a remembered model, if its file is there, the same, and loads."""
        if not remembered:
            return None
        try:
            model = await self.models.fetch(remembered["name"])
            if model.name and model.sha256 != remembered["sha256"]:
                raise ModelError("the file is another one than was checked", "changed")
            await self.models.probe(model)
        except ModelError as error:
            name = remembered["name"]
            log.error("model not restored", model=name, reason=str(error), next="the shipped one reads; try it anew")
            return None
        return model

    async def _tell(self, name: str) -> None:
        """Plan to tell organisers that the shipped model reads, once a day at most."""
        now = self.clock.now()
        post = ModelNotRestoredPost(name, now.date())
        until = now + timedelta(days=1)
        await self.notes.plan([Delivery(post, room.name, now, until) for room in self.rooms.asking_operators()])

    async def card(self) -> str:
        """Return the card of the model in use, in Markdown; where it has none, its plain data."""
        model = await self._in_use()
        return model.prose or json.dumps(model.card, ensure_ascii=False, indent=1)

    def _texts(self, room: Room) -> Texts:
        return texts_for(room.locale, self.zone)


def _remembered(model: ModelFile) -> dict[str, str]:
    return {"name": model.name, "sha256": model.sha256}


def _parsed(remembered: str | None) -> dict[str, Any]:
    try:
        value = json.loads(remembered or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}

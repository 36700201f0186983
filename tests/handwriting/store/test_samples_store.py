"""Samples hang on their member's consent, and what is erased is gone, on the disk too."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.errors import ExportError
from bot.core.uploads import Source
from bot.handwriting.rules.consent import Consent
from bot.handwriting.rules.teaching import MOST_OF_LABEL, Offered, Sample, State
from bot.handwriting.store.sample_folders import SampleFolders
from bot.handwriting.store.samples import Samples
from bot.store.engine import close_store, open_store
from tests.support.events import NOW

ALICE, BOB = "discord:@1", "discord:@2"
YES = Consent(ALICE, given=True, at=NOW, alias="m1234abcd")
SAMPLE = Sample(ALICE, "100", "digest", "あ", Source.UPLOAD, NOW, "Tsudoi 2026", "お", 0.62, is_sure=False)


@pytest.fixture
def store(engine: AsyncEngine) -> Samples:
    return Samples(engine)


async def test_a_sample_comes_back_as_it_was_given(store: Samples) -> None:
    await store.agree(YES)
    assert await store.offer(SAMPLE, b"png") is Offered.KEPT
    (found,) = await store.samples_of(ALICE)
    assert found == replace(SAMPLE, id=found.id, writer="m1234abcd")
    assert await store.samples_in(["100"]) == await store.samples_in(None) == [found]
    assert await store.samples_in(["another server"]) == []
    assert await store.find(ALICE, "digest") == found
    assert await store.pictures([found.id]) == {found.id: b"png"}


@pytest.mark.parametrize("answer", [None, Consent(ALICE, given=False, at=NOW)])
async def test_nothing_is_kept_without_a_yes(store: Samples, answer: Consent | None) -> None:
    if answer is not None:
        await store.erase(ALICE, answer)
    assert await store.offer(SAMPLE, b"png") is Offered.NO_CONSENT
    assert await store.samples_in(None) == []


async def test_the_same_picture_counts_once_and_takes_the_label_that_is_said_now(store: Samples) -> None:
    await store.agree(YES)
    await store.offer(SAMPLE, b"png")
    (first,) = await store.samples_of(ALICE)
    await store.decide(replace(first, state=State.ACCEPTED, reviewer="discord:@9", reviewed_at=NOW))
    assert await store.offer(SAMPLE, b"png") is Offered.KNOWN
    assert (await store.samples_of(ALICE))[0].state is State.ACCEPTED
    assert await store.offer(replace(SAMPLE, label="お"), b"png") is Offered.KNOWN
    (relabelled,) = await store.samples_of(ALICE)
    assert (relabelled.label, relabelled.state, relabelled.reviewer) == ("お", State.PENDING, "")


async def test_limits_hold_for_one_member_and_not_for_another(store: Samples) -> None:
    await store.agree(YES)
    await store.agree(replace(YES, address=BOB, alias="mb0b"))
    for i in range(MOST_OF_LABEL):
        assert await store.offer(replace(SAMPLE, digest=str(i), at=NOW - timedelta(days=i)), b"png") is Offered.KEPT
    assert await store.offer(SAMPLE, b"png") is Offered.LABEL_FULL
    assert await store.offer(replace(SAMPLE, label="い"), b"png") is Offered.KEPT
    assert await store.offer(replace(SAMPLE, owner=BOB), b"png") is Offered.KEPT


async def test_a_second_yes_keeps_the_alias(store: Samples) -> None:
    await store.agree(YES)
    await store.agree(replace(YES, alias="mffffffff"))
    assert await store.owner_of("m1234abcd") == ALICE
    assert await store.owner_of("mffffffff") is None


async def test_erased_is_erased_and_another_member_keeps_theirs(store: Samples) -> None:
    await store.agree(YES)
    await store.agree(replace(YES, address=BOB, alias="mb0b"))
    await store.offer(SAMPLE, b"png")
    await store.offer(replace(SAMPLE, owner=BOB), b"png")
    await store.note_export("/exported", NOW, ["m1234abcd", "mb0b"])
    assert await store.erase(ALICE) == 1
    assert await store.consent(ALICE) is None
    assert [one.owner for one in await store.samples_in(None)] == [BOB]
    assert await store.exports_of("m1234abcd") == []
    assert [one.folder for one in await store.exports_of("mb0b")] == ["/exported"]


async def test_a_refusal_is_all_that_stays(store: Samples) -> None:
    await store.agree(YES)
    await store.offer(SAMPLE, b"png")
    await store.erase(ALICE, Consent(ALICE, given=False, at=NOW))
    assert await store.consent(ALICE) == Consent(ALICE, given=False, at=NOW)
    assert await store.samples_of(ALICE) == []


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[tuple[Samples, Path]]:
    file = tmp_path / "on disk.db"
    engine = await open_store(f"sqlite:///{file}")
    yield Samples(engine), file
    await close_store(engine)


async def test_no_byte_of_what_was_erased_stays_on_the_disk(file: tuple[Samples, Path]) -> None:
    store, database = file
    ink = b"\x89PNG the hand of one member" * 40
    await store.agree(YES)
    for i in range(20):
        await store.offer(replace(SAMPLE, digest=f"digest {i}"), ink)
    on_disk = [database, database.with_name(f"{database.name}-wal")]
    assert any(b"the hand of one member" in one.read_bytes() for one in on_disk)
    assert await store.erase(ALICE) == 20
    for one in on_disk:
        left = one.read_bytes()
        assert not any(trace in left for trace in (b"the hand of one member", b"m1234abcd", b"discord:@1", b"digest 1"))


async def test_a_folder_holds_exactly_what_was_exported_last(tmp_path: Path) -> None:
    folders, folder = SampleFolders(), tmp_path / "samples"
    await folders.write(folder, [{"image": "1.png", "writer": "ma"}], {"1.png": b"one"})
    await folders.write(folder, [{"image": "2.png", "writer": "ma"}], {"2.png": b"two"})
    assert sorted(one.name for one in folder.iterdir()) == ["2.png", "samples.jsonl"]


async def test_a_writer_is_taken_out_of_a_folder_with_lines_and_pictures(tmp_path: Path) -> None:
    folders, folder = SampleFolders(), tmp_path / "samples"
    lines = [{"image": "1.png", "writer": "ma"}, {"image": "2.png", "writer": "mb"}]
    await folders.write(folder, lines, {"1.png": b"one", "2.png": b"two"})
    assert await folders.take_out(folder, "ma")
    assert sorted(one.name for one in folder.iterdir()) == ["2.png", "samples.jsonl"]
    assert (folder / "samples.jsonl").read_text(encoding="utf-8") == '{"image": "2.png", "writer": "mb"}\n'


async def test_what_cannot_be_reached_is_said(tmp_path: Path) -> None:
    assert not await SampleFolders().take_out(tmp_path / "gone", "ma")
    (tmp_path / "samples.jsonl").write_text("no JSON", encoding="utf-8")
    assert not await SampleFolders().take_out(tmp_path, "ma")


async def test_a_list_that_somebody_changed_leads_to_no_other_folder(tmp_path: Path) -> None:
    precious, folder = tmp_path / "precious.png", tmp_path / "samples"
    precious.write_bytes(b"mine")
    await SampleFolders().write(folder, [{"image": "../precious.png", "writer": "ma"}], {})
    assert await SampleFolders().take_out(folder, "ma")
    assert precious.exists()


async def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(ExportError, match="holds other things"):
        await SampleFolders().write(tmp_path, [], {})

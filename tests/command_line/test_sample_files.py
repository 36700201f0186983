"""Members' samples on the command line: who gave what, a folder to train with, and erased is erased."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import pytest

from bot.app.stores import open_stores
from bot.command_line import sample_files
from bot.config import Settings
from bot.core.errors import ExportError
from bot.core.uploads import Source
from bot.handwriting.rules.consent import Consent
from bot.handwriting.rules.teaching import NOT_HIRAGANA, Sample, State
from model.workshop.sources.members import read_members
from model.workshop.sources.stored import NO_LETTER
from tests.model.drawings import drawn
from tests.support.events import NOW

GIVEN = Sample("discord:@1", "100", "1", "い", Source.UPLOAD, NOW, "Tsudoi 2026", "い", 0.9, is_sure=True)


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    """Settings of a bot to which two members gave samples, of which organisers accepted some."""
    settings = Settings(storage={"url": f"sqlite:///{tmp_path / 'tsudoi.db'}"})
    png = cv2.imencode(".png", drawn("い", 60))[1].tobytes()
    others = replace(GIVEN, owner="discord:@2", space="200")
    async with open_stores(settings.storage.url) as stores:
        for address, alias in (("discord:@1", "ma11ce"), ("discord:@2", "mb0b")):
            await stores.samples.agree(Consent(address, given=True, at=NOW, alias=alias))
        for one in (GIVEN, replace(GIVEN, digest="2", label=NOT_HIRAGANA), replace(GIVEN, digest="3"), others):
            await stores.samples.offer(one, png)
        first, no_letter, _, other = await stores.samples.samples_in(None)
        for one in (first, no_letter, other):
            await stores.samples.decide(replace(one, state=State.ACCEPTED))
    return settings


async def test_a_list_says_who_gave_how_many_under_their_alias(settings: Settings) -> None:
    listed = await sample_files.list_samples(settings)
    assert sample_files.by_writer(listed) == [
        "ma11ce  3 samples, 2 used, 0 dropped",
        "mb0b  1 samples, 1 used, 0 dropped",
        "all  4 samples, 3 used, 0 dropped",
    ]
    assert "discord" not in json.dumps([one.to_json() for one in listed])


async def test_a_folder_holds_what_training_reads(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "samples"
    assert await sample_files.export_samples(settings, folder) == 3
    read = list(read_members(folder))
    no_letter = (NO_LETTER, "member:ma11ce")
    written = [(one.character, one.writer) for one in read]
    assert written == [("い", "member:ma11ce"), no_letter, ("い", "member:mb0b")]
    assert {one.image.shape for one in read} == {(60, 60, 3)}


async def test_one_server_alone_can_be_exported(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "samples"
    assert await sample_files.export_samples(settings, folder, "200") == 1
    assert [one.writer for one in read_members(folder)] == ["member:mb0b"]


async def test_a_writer_is_erased_from_the_database_and_from_exports(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "samples"
    await sample_files.export_samples(settings, folder)
    assert await sample_files.erase_samples(settings, "ma11ce") == (3, [])
    assert [one.writer for one in read_members(folder)] == ["member:mb0b"]
    assert len(list(folder.glob("*.png"))) == 1
    assert [one.sample.writer for one in await sample_files.list_samples(settings)] == ["mb0b"]


async def test_a_writer_whom_nobody_knows_is_named(settings: Settings) -> None:
    with pytest.raises(ExportError, match='nobody writes as "mx"'):
        await sample_files.erase_samples(settings, "mx")


async def test_other_things_in_a_folder_stay_also_when_a_member_forgets(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "thesis.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(ExportError, match="holds other things"):
        await sample_files.export_samples(settings, folder)
    await sample_files.erase_samples(settings, "ma11ce")
    assert [one.name for one in folder.iterdir()] == ["thesis.txt"]

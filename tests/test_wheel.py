"""What is installed elsewhere: the wheel, built from nothing but what deploy/Dockerfile may see, and run from it."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from bot import __version__

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "cogs", "model")
IGNORED = shutil.ignore_patterns("__pycache__", "node_modules")


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("context")
    for line in (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines():
        if line.startswith("!"):
            wanted = ROOT / line[1:]
            copy = shutil.copy if wanted.is_file() else lambda a, b: shutil.copytree(a, b, ignore=IGNORED)
            copy(wanted, folder / wanted.name)
    return folder


@pytest.fixture(scope="module")
def wheel(context: Path) -> zipfile.ZipFile:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(context / "dist")]
    subprocess.run(command, cwd=context, check=True, capture_output=True)
    (built,) = (context / "dist").iterdir()
    return zipfile.ZipFile(built)


@pytest.fixture(scope="module")
def installed(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    wheel.extractall(folder)
    return folder


def tsudoi(installed: Path, folder: Path, *words: str) -> str:
    """Run the command line from the unpacked wheel, in another folder."""
    command = [sys.executable, "-m", "bot", *words]
    environment = os.environ | {"PYTHONPATH": str(installed)}
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_the_wheel_holds_every_file_of_the_packages(wheel: zipfile.ZipFile, context: Path) -> None:
    ours = {
        path.relative_to(context).as_posix()
        for package in PACKAGES
        for path in (context / package).rglob("*")
        if path.is_file()
    }
    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == ours


@pytest.mark.parametrize(
    "needed",
    [
        "bot/locales/ja/LC_MESSAGES/tsudoi.po",
        "bot/store/migrations/env.py",
        "bot/store/migrations/versions/0001_first_tables.py",
        "bot/platforms/web/static/index.html",
        "bot/platforms/web/words.json",
        "model/artifacts/card.json",
        "model/artifacts/check.npz",
        "model/artifacts/detector.tflite",
        "model/artifacts/finder.tflite",
        "model/artifacts/hiragana.tflite",
        "model/artifacts/tendencies.npz",
    ],
)
def test_the_wheel_holds_what_is_needed_at_run_time(wheel: zipfile.ZipFile, needed: str) -> None:
    assert needed in wheel.namelist()


def test_the_version_is_said_in_one_place(wheel: zipfile.ZipFile) -> None:
    (metadata,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    assert Parser().parsestr(wheel.read(metadata).decode())["Version"] == __version__


def test_licences_and_the_notices_of_the_data_go_along(wheel: zipfile.ZipFile) -> None:
    texts = [wheel.read(name).decode() for name in wheel.namelist() if ".dist-info/licenses/" in name]
    notices = json.loads((ROOT / "model/artifacts/card.json").read_text(encoding="utf-8"))["notices"]
    assert any("MIT License" in text for text in texts)
    assert [notice for notice in notices if not any(notice in text for text in texts)] == []


def test_on_an_index_page_every_picture_and_link_is_found(context: Path) -> None:
    command = [sys.executable, "-c", "import hatchling.build as b; b.prepare_metadata_for_build_wheel('meta')"]
    (context / "meta").mkdir()
    there = os.environ | {"TSUDOI_REPOSITORY": "https://example.org/tsudoi/"}
    subprocess.run(command, cwd=context, env=there, check=True, capture_output=True)
    (file,) = (context / "meta").glob("*/METADATA")
    metadata = Parser().parsestr(file.read_text(encoding="utf-8"))
    readme = metadata.get_payload()
    assert isinstance(readme, str)
    raw = f"https://example.org/tsudoi/raw/v{__version__}"
    assert f"]({raw}/docs/room.png)" in readme
    assert f'src="{raw}/docs/discord.png"' in readme
    assert re.findall(r'(?:\]\(|src=")(?!https?://|#)[^)"]+', readme) == []
    assert "Source, https://example.org/tsudoi" in metadata.get_all("Project-URL", [])


def test_installing_it_brings_no_tensorflow(wheel: zipfile.ZipFile) -> None:
    (metadata,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    needed = Parser().parsestr(wheel.read(metadata).decode()).get_all("Requires-Dist", [])
    always = [one for one in needed if "extra ==" not in one]
    assert any(one.startswith("ai-edge-litert") for one in always)
    assert not [one for one in always if one.startswith(("tensorflow", "keras"))]


def test_it_runs_from_any_folder(installed: Path, tmp_path: Path) -> None:
    place = subprocess.run(
        [sys.executable, "-c", "import bot; print(bot.__file__)"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(installed)}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert Path(place.strip()).is_relative_to(installed), "the checkout was imported: this test would prove nothing"
    assert "確認できていません" in tsudoi(installed, tmp_path, "next")  # in Japanese: the catalogue is there
    assert (tmp_path / "tsudoi.db").is_file()  # and the migrations


def test_it_reads_from_there(installed: Path, tmp_path: Path) -> None:
    image = Image.new("L", (200, 200), 255)
    pen = ImageDraw.Draw(image)
    pen.line([(60, 60), (56, 120), (76, 144)], 0, 8, "curve")
    pen.line([(130, 64), (144, 112)], 0, 8, "curve")
    image.save(tmp_path / "i.png")
    assert "い" in tsudoi(installed, tmp_path, "read", "i.png")

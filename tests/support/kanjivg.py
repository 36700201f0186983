"""The package `kanjivg` as it lies on a disk, with two letters that were drawn for the tests."""

from pathlib import Path

_STROKES = {
    "い": ("M20,25c2,20,4,40,16,52c4,4,8-6,10-12", "M70,30c6,10,12,24,14,36"),
    "あ": (
        "M31,33c10,2,26-2,42-5",
        "M50,18c-4,20-6,46,2,70",
        "M66,44c-6,20-20,40-40,30c-10-12,10-34,44-30c26,6,20,38-6,44",
    ),
}


def lay_out_kanjivg(folder: Path) -> Path:
    """Write the package as `pip install --target` would, and return the folder, which belongs on `sys.path`."""
    about = folder / "kanjivg-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: kanjivg\nVersion: 1\n", encoding="utf-8")
    (folder / "kanji").mkdir()
    for letter, strokes in _STROKES.items():
        code = f"{ord(letter):05x}"
        paths = "".join(f'<path id="kvg:{code}-s{i}" d="{stroke}"/>' for i, stroke in enumerate(strokes, start=1))
        (folder / "kanji" / f"{code}.svg").write_text(f"<svg>{paths}</svg>", encoding="utf-8")
    return folder

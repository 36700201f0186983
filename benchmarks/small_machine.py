"""`python -m benchmarks.small_machine`: the memory of the real process with its workers, as a small machine meets it.

Measured with psutil as proportional set size (PSS): what processes share is counted once.
"""

import asyncio
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
import psutil
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.__main__ import a_picture, fill, resident, running_bot, show

PHOTOS, AT_ONCE = 24, 6  # as many at once as the room lets in
MEGAPIXELS = (3000, 4000)
UNREACHED = {  # so that both libraries are loaded, and their front ends try to connect
    "TSUDOI_DISCORD__TOKEN": "x",
    "TSUDOI_DISCORD__API_URL": "http://127.0.0.1:9",
    "TSUDOI_DISCORD__GATEWAY_URL": "ws://127.0.0.1:9",
    "TSUDOI_SLACK__BOT_TOKEN": "xoxb-x",
    "TSUDOI_SLACK__APP_TOKEN": "xapp-x",
    "TSUDOI_SLACK__API_URL": "http://127.0.0.1:9/",
}
LIMIT = 600.0  # MiB, MemoryMax of deploy/tsudoi.service and mem_limit of deploy/compose.yaml


def a_photo() -> bytes:
    """Make a photo of 12 megapixels, with grain as a camera's: a JPEG."""
    grain = np.random.default_rng(0).integers(200, 255, (*MEGAPIXELS, 3), dtype=np.uint8)
    photo = Image.fromarray(grain)
    photo.paste(Image.open(BytesIO(a_picture())), (1000, 1000))
    buffer = BytesIO()
    photo.save(buffer, "JPEG", quality=60)
    return buffer.getvalue()


@contextmanager
def peak_of(process: psutil.Process) -> Iterator[list[float]]:
    """Look at the memory twenty times a second; yields a list that holds what was seen."""
    seen, over = [resident(process)], threading.Event()

    def look() -> None:
        while not over.wait(0.05):
            try:
                seen.append(resident(process))
            except psutil.NoSuchProcess:  # a worker was let go
                continue

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def main() -> None:
    """Print the table; ends with an error if a machine of 1 GB would be too small."""
    os.environ.update(UNREACHED)
    table = Table("with Discord, Slack and recognition, workers included", "MiB", box=None)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(fill(folder / "small.db", 50))
        with running_bot(folder, folder / "small.db") as (address, process, _):
            time.sleep(3)
            table.add_row("after the start", f"{resident(process):.0f}")
            photo = a_photo()
            with peak_of(process) as seen, ThreadPoolExecutor(AT_ONCE) as members:
                list(members.map(lambda _: show(address, photo), range(PHOTOS)))
            table.add_row(f"at its peak, {PHOTOS} photos of 12 megapixels, {AT_ONCE} at once", f"{max(seen):.0f}")
            table.add_row("the limit of the unit and the compose file", f"{LIMIT:.0f}")
    Console().print(table)
    sys.exit(0 if max(seen) < LIMIT else 1)


if __name__ == "__main__":
    main()

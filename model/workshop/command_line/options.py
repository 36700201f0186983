"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

RUN = Path("build/model")

Json = Annotated[bool, typer.Option("--json", help="Print data instead of a table.")]
ShareAlike = Annotated[
    bool, typer.Option("--share-alike", help="Also sources whose licence may ask that the model be shared alike.")
]
Run = Annotated[Path, typer.Option("--run", help="The folder of a training: network.keras, training.json.")]

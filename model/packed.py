"""Arrays packed into one file by NumPy."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import DamagedFile


def read_arrays(path: Path, *fields: str) -> list[NDArray[Any]]:
    """The named fields of an `.npz`.

    Raises: OSError: no such file. DamagedFile: it is no `.npz`, or a field is missing.
    """
    try:
        with path.open("rb") as file, np.load(file) as packed:
            missing = [field for field in fields if field not in packed]
            found = [packed[field] for field in fields if field in packed]
    except OSError:
        raise
    except Exception as error:  # zip and NumPy meet damaged bytes with whatever they happen to raise
        raise DamagedFile(f"{path} is no whole .npz file ({error}): fetch it again") from error
    if missing:
        lacking = " and ".join(f"the field {name!r}" for name in missing)
        raise DamagedFile(f"{path} lacks {lacking}: fetch it, or pack it again with {', '.join(fields)}")
    return found

"""Times as sites write them."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")


def moment(written: str) -> datetime | None:
    """Read a time as sites write it, `2020-1-11 17:00` too; one without a zone is Japanese. None if it is none."""
    found = re.match(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})(.*)", written, re.DOTALL)
    if found is None:
        return None
    rest = found[4].strip().replace("Z", "+00:00")
    try:
        at = datetime.fromisoformat(
            f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}" + (f"T{rest.lstrip('T ')}" if rest else "")
        )
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=TOKYO)

"""An answer in JSON, as every address of the room gives it."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web


def json_answer(content: Mapping[str, Any], status: int = 200) -> web.Response:
    """Return it with Japanese as it is written and no spaces, as a page that draws asks often; nobody keeps a copy."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return web.json_response(text=text, status=status, headers={"Cache-Control": "no-store"})

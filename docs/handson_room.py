"""Saying something in the room of a bot that runs on this machine, and hearing what it answers."""

import time
from contextlib import suppress
from pathlib import Path

import requests

UPLOAD = "📎 "  # begins a line that sends a picture
WAITS = 900.0  # seconds, where the machine is busy
URL = "http://127.0.0.1:8000"


def wait_until_open(url: str = URL) -> None:
    """Wait until the room is open and the bot has seen its events, as a reader does who opens a browser."""
    end = time.monotonic() + WAITS
    while time.monotonic() < end:
        with suppress(requests.ConnectionError):
            if requests.get(f"{url}/api/events", timeout=WAITS).json()["events"]:
                return
        time.sleep(0.1)
    raise TimeoutError(f"no room at {url} within {WAITS:.0f} s")


def say(line: str, url: str = URL) -> str:
    """Type a line in the room, or send a picture, and return the answer. Raises TimeoutError, requests.HTTPError."""
    if line.startswith(UPLOAD):
        file = Path(line.removeprefix(UPLOAD))
        said = requests.post(f"{url}/api/messages", files={"file": (file.name, file.read_bytes())}, timeout=WAITS)
    else:
        said = requests.post(f"{url}/api/messages", json={"text": line}, timeout=WAITS)
    said.raise_for_status()
    return _answer_after(said.json()["id"], url)


def _answer_after(number: int, url: str) -> str:
    end = time.monotonic() + WAITS
    while time.monotonic() < end:
        heard = requests.get(f"{url}/api/messages", params={"after": number}, timeout=WAITS).json()["messages"]
        answers = [one["text"] for one in heard if one["bot"] and one["kind"] == "answer"]
        if answers:
            return str(answers[0])
        time.sleep(0.1)
    raise TimeoutError(f"no answer within {WAITS:.0f} s")

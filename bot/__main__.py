"""`tsudoi …` or `python -m bot …`: so little that a signal is heard while all the rest is still being imported."""

import os
import signal
import sys


def main() -> None:
    """Run the command line; told to stop before anything is open, it ends as cleanly as later."""
    if sys.argv[1:2] == ["run"]:
        signal.signal(signal.SIGTERM, _end)  # until `bot.app.running` has something to close
    try:
        from bot.command_line.main import main as command_line

        command_line()
    except KeyboardInterrupt:
        sys.exit(130)


def _end(*_: object) -> None:
    os._exit(0)


if __name__ == "__main__":
    main()

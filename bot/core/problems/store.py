"""What can go wrong with the database of a running bot."""

from bot.core.problems.base import Passing


class CannotWrite(Passing):
    """The disk is full, broken or may not be written."""

    code = "store.cannot-write"
    happened = "The database cannot be written: the disk is full, broken or read-only."
    remedy = "Please make room on the disk; I go on by myself then."

"""Numbers as people and addresses write them."""


def whole_number(written: str, digits: int = 15) -> int | None:
    """Read a number of at most so many ASCII digits; None if anything else is written.

    `²` and `٣` are digits to Python as well, and a store's numbers end at 2**63.
    """
    is_number = written.isascii() and written.isdigit() and len(written) <= digits
    return int(written) if is_number else None

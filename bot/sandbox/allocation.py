"""What glibc keeps of freed memory. Left to itself it keeps ever larger blocks once it has seen large ones freed."""

import ctypes
from contextlib import suppress

# https://man7.org/linux/man-pages/man3/mallopt.3.html
TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8

CHOSEN = {
    MMAP_THRESHOLD: 1 << 20,  # bytes; a picture goes back to the system as soon as it is freed
    TRIM_THRESHOLD: 256 << 10,  # bytes free at the heap's end before they go back
    ARENA_MAX: 2,  # heaps that the threads share
}


def give_back_freed_memory() -> None:
    """Have this process give freed memory back to the system at once. Without glibc nothing is changed."""
    with suppress(AttributeError, OSError, TypeError):  # musl and macOS know no mallopt, Windows opens no None
        mallopt = ctypes.CDLL(None).mallopt
        for parameter, value in CHOSEN.items():
            mallopt(parameter, value)

"""A monotonic clock that only sleeping moves, so that waiting takes no time in tests."""


class DrivenTime:
    """Give `sleep` and `monotonic` to what waits; `slept` has every wait."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._now = 1000.0

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.go_on(seconds)

    def go_on(self, seconds: float) -> None:
        """Let time pass without anybody sleeping."""
        self._now += seconds

    def monotonic(self) -> float:
        return self._now

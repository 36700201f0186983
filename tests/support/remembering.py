"""What outlives a front end in a test, as the store does."""

from dataclasses import dataclass, field


@dataclass
class RememberedInMemory:
    """Fulfils `Heard` and `Memory`."""

    keys: dict[str, None] = field(default_factory=dict)  # in the order in which they were heard
    values: dict[str, str] = field(default_factory=dict)

    async def is_new(self, key: str, now: object) -> bool:
        was_there = key in self.keys
        self.keys[key] = None
        return not was_there

    async def latest(self, start: str) -> list[str]:
        return [key for key in reversed(self.keys) if key.startswith(start)]

    async def recall(self, name: str) -> str | None:
        return self.values.get(name)

    async def remember(self, name: str, value: str) -> None:
        self.values[name] = value

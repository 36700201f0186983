"""The use cases, as plain coroutines over the Protocols of `ports`."""

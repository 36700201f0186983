"""The use cases, as plain coroutines over the ports of `ports.py`."""

"""The parts put together, started, stopped and rung: nothing else knows how they are made."""

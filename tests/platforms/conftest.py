"""What every test against a simulated Discord can ask for."""

import pytest
import simcord


@pytest.fixture
def simcord_env(simcord_env: simcord.Env) -> simcord.Env:
    """Simcord's own, with time for a machine that is busy."""
    simcord_env.settle_timeout = 60.0
    return simcord_env

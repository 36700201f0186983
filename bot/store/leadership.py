"""Which of several processes on one PostgreSQL leads: an advisory lock, which ends with its connection."""

import hashlib

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

log = structlog.get_logger()

# A process whose host vanished is noticed by the server after so many seconds, so that another can take over.
_NOTICED = {"tcp_keepalives_idle": 15, "tcp_keepalives_interval": 5, "tcp_keepalives_count": 3}


class Leadership:
    """Stands for election as the one process that does what goes by `name`.

    SQLite has no such locks, and is meant for one process: of several the one that `leads_on_sqlite` does.
    """

    def __init__(self, engine: AsyncEngine, name: str, *, leads_on_sqlite: bool = True) -> None:
        self._engine = engine
        self._leads_on_sqlite = leads_on_sqlite
        self._number = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
        self._held: AsyncConnection | None = None

    async def stand(self) -> bool:
        """Return whether this process leads; to be asked again every few seconds."""
        if self._engine.dialect.name == "sqlite":
            return self._leads_on_sqlite
        try:
            if self._held is not None:
                await self._held.execute(select(1))
                return True
            return await self._try_to_lead()
        except (SQLAlchemyError, OSError) as error:
            log.warning("cannot lead", reason=type(error).__name__)
            await self.resign()
            return False

    async def _try_to_lead(self) -> bool:
        self._held = await self._engine.connect()
        await self._held.execution_options(isolation_level="AUTOCOMMIT")
        for setting, seconds in _NOTICED.items():
            await self._held.execute(text(f"SET {setting} = {seconds}"))
        if (await self._held.execute(select(func.pg_try_advisory_lock(self._number)))).scalar():
            return True
        await self.resign()
        return False

    async def resign(self) -> None:
        """Let another process lead."""
        held, self._held = self._held, None
        if held is not None:
            await held.invalidate()
            await held.close()

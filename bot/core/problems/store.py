"""What can go wrong with the database: of a running bot, and when one is opened or moved.

Those about opening and moving say in `where` which database, or which setting names it.
"""

from bot.core.problems.base import Passing, Problem


class CannotWrite(Passing):
    """The disk is full, broken or may not be written."""

    code = "store.cannot-write"
    happened = "The database cannot be written: the disk is full, broken or read-only."
    remedy = "Please make room on the disk; I go on by myself then."


class TooMuchOfVisitors(Passing):
    """As much is kept of a visitor of the page, or of all of them, as may be."""

    code = "store.too-much-of-visitors"
    happened = "Visitors left so much on the page that nothing more of them is kept."
    remedy = "It is taken again once what is past its time is erased, or they erase what is theirs."


class CannotUseFile(Problem):
    code = "store.cannot-use-file"
    happened = "{where}: cannot use the database {file}."
    remedy = "Please check that the folder exists and may be written, or restore a backup."
    file: str


class CannotUseServer(Problem):
    code = "store.cannot-use-server"
    happened = "{where}: cannot use {address}."
    remedy = "Please check that PostgreSQL runs, and address and password."
    address: str


class NoDatabaseAddress(Problem):
    code = "store.no-address"
    happened = '{where}: "{written}" is not a database address.'
    remedy = 'Please write "sqlite:///tsudoi.db".'
    written: str


class DatabaseUnsupported(Problem):
    code = "store.unsupported"
    happened = '{where}: "{kind}" is not supported.'
    remedy = "Please use sqlite or postgresql."
    kind: str


class SchemaOfTomorrow(Problem):
    code = "store.newer-schema"
    happened = "{where}: the database has schema {schema}, newer than this Tsudoi ({newest})."
    remedy = "Please upgrade Tsudoi, or restore the backup made before."
    schema: str
    newest: str


class RowsThere(Problem):
    code = "store.rows-there"
    happened = "{where} holds rows already ({tables})."
    remedy = "Please give the address of an empty database, or of a file that is not there yet."
    tables: str


class NoStoreThere(Problem):
    code = "store.none-there"
    happened = "{where} holds no store of Tsudoi."
    remedy = "Please check the address."


class InMemory(Problem):
    code = "store.in-memory"
    happened = "A store in memory cannot be moved."
    remedy = "Please give a file, such as sqlite:///tsudoi.db."


class NoSuchFile(Problem):
    code = "store.no-such-file"
    happened = "{where}: there is no such file."
    remedy = "Please check the address, and the folder in which you are."


class StoreInUse(Problem):
    code = "store.in-use"
    happened = "{where}: something is connected to it."
    remedy = "Please stop every bot on it (and a shell or backup that has it open), then try again."


class TableUnreadable(Problem):
    code = "store.table-unreadable"
    happened = "{where}: table {table} cannot be read: nothing was moved."
    remedy = "Please check this database."
    table: str


class TableUnwritable(Problem):
    code = "store.table-unwritable"
    happened = "{where}: table {table} cannot be written: nothing was moved."
    remedy = "Please check this database."
    table: str


class TableDiffers(Problem):
    code = "store.table-differs"
    happened = (
        "{where}: table {table} does not hold what was written there ({arrived} rows, {sent} written): nothing was "
        "moved."
    )
    remedy = "Please report this."
    table: str
    arrived: int
    sent: int

"""The store: SQLite or PostgreSQL through SQLAlchemy Core, one module an aggregate."""

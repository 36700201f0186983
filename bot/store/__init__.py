"""The database: engine, tables, migrations, and moving between databases."""

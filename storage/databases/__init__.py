"""How a database is spoken to: SQLite in our own process, PostgreSQL on a server."""

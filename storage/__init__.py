"""Where everything is kept: one relational database (SQLite or PostgreSQL) and a folder of files.

`store.SqlStore` keeps the promises of `bot.ports`; `files.media.MediaStore` keeps files under their SHA-256;
`migrate.upgrade` brings a database to the present schema. SQLAlchemy stays inside this package.
"""

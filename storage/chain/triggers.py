"""What the database itself refuses: to change or take away what happened. Words of people may be emptied, nothing else."""

from collections.abc import Iterator

from sqlalchemy import Connection, text

KEPT = ("history", "seals", "journal")
_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""
_EMPTIED = "NEW.text = '' AND NEW.salt = '' AND NEW.id = OLD.id"
_EMPTY_ONLY = f"""
CREATE OR REPLACE FUNCTION refuse_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF {_EMPTIED} THEN RETURN NEW; END IF; RAISE EXCEPTION 'words can only be emptied'; END $$
"""


def create_triggers(connection: Connection) -> None:
    """All of them; in the same transaction as the tables."""
    statements = _sqlite() if connection.dialect.name == "sqlite" else _postgres()
    for _, statement in statements:
        connection.execute(text(statement))


def drop_triggers(connection: Connection) -> None:
    """For a downgrade."""
    if connection.dialect.name == "sqlite":
        for name, _ in _sqlite():
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        return
    for function in ("refuse_change", "refuse_words"):
        connection.execute(text(f"DROP FUNCTION IF EXISTS {function}() CASCADE"))


def missing_triggers(connection: Connection) -> list[str]:
    """Names of those that are not there, not as they should be, or switched off."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        found = {row.name: row.sql for row in rows}
        return sorted(name for name, statement in _sqlite() if found.get(name) != statement)
    rows = connection.execute(
        text(
            "SELECT t.tgname, c.relname, p.proname, t.tgenabled, t.tgtype FROM pg_trigger t"
            " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal"
        )
    )
    working = {(row.tgname, row.relname, row.proname) for row in rows if _as_text(row.tgenabled) in {"O", "A"}}
    bodies = connection.execute(
        text("SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace")
    )
    sources = {row.proname: row.prosrc.strip() for row in bodies}
    wanted = [(f"{table}_kept", table, "refuse_change", _FUNCTION) for table in KEPT]
    wanted += [
        ("words_kept", "words", "refuse_words", _EMPTY_ONLY),
        ("words_stay", "words", "refuse_change", _FUNCTION),
    ]
    return sorted(
        name
        for name, table, function, source in wanted
        if (name, table, function) not in working or sources.get(function) != _body(source)
    )


def _as_text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _body(function: str) -> str:
    return function.split("$$")[1].strip()


def _sqlite() -> Iterator[tuple[str, str]]:
    """INSERT OR REPLACE deletes without a trigger of its own: what is there already is not inserted either."""
    for table in KEPT:
        key = "seq" if table == "seals" else "id"
        there = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608 - our own names
        for kind, when in (("update", ""), ("delete", ""), ("insert", f" WHEN {there}")):
            name = f"{table}_kept_{kind}"
            yield name, _refusal(name, kind.upper(), table, when, f"{table} is append-only")
    yield "words_stay", _refusal("words_stay", "DELETE", "words", "", "words is append-only")
    yield (
        "words_kept",
        _refusal("words_kept", "UPDATE", "words", f" WHEN NOT ({_EMPTIED})", "words can only be emptied"),
    )


def _refusal(name: str, event: str, table: str, when: str, says: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {event} ON {table}{when} BEGIN SELECT RAISE(ABORT, '{says}'); END"


def _postgres() -> Iterator[tuple[str, str]]:
    yield "refuse_change", _FUNCTION
    yield "refuse_words", _EMPTY_ONLY
    for table in KEPT:
        yield (
            f"{table}_kept",
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        )
    yield (
        "words_stay",
        "CREATE TRIGGER words_stay BEFORE DELETE OR TRUNCATE ON words FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    )
    yield "words_kept", "CREATE TRIGGER words_kept BEFORE UPDATE ON words FOR EACH ROW EXECUTE FUNCTION refuse_words()"

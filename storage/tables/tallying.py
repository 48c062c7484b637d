"""Counts of the ledger that the database itself keeps as issues change, so that a digest need not read a million of them.

`tallies` counts by project and category, and by project and responsible unit (`facet` says which, `value` of what): once for
everybody (party ''), and once for each unit that has an issue or reported it, so that a unit's part of the ledger is a sum
too. Triggers add and take away in the very transaction that changes an issue, whoever made it. What depends on the clock
(overdue) is no count, but read off an index.

On PostgreSQL they do so at its commit: everybody files into the same few rows, and who held them while going on to other locks
would meet another who took them in another order. Whoever changes issues seals their history last (storage.chain.trail), so that
commits come one after the other. Who reads counts before has them brought up to date first (`COUNT_NOW`).

A migration that makes `issues` anew takes the triggers with it, and must make them again.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from bot.domain.issue import CLOSED, Outcome, Status
from storage.tables.base import spelled_out

_CELL = "party, facet, project, value"
COUNT_NOW = tuple(f"SET CONSTRAINTS issues_tallied, issues_tallied_update {when}" for when in ("IMMEDIATE", "DEFERRED"))
_COUNTS = ("collected", "solved", "open")
_ADDED = ", ".join(f'"{count}" = tallies."{count}" + excluded."{count}"' for count in _COUNTS)
_FIELDS = "project, category, unit, reporting_unit, status, outcome"


def create_tallying(connection: Connection) -> None:
    """The triggers, and what there is counted; in the same transaction as the table."""
    for _, statement in _sqlite() if connection.dialect.name == "sqlite" else _postgres():
        connection.execute(text(statement))
    for facet in ("category", "unit"):
        connection.execute(text(_recount(facet)))


def count_at_commit(connection: Connection) -> None:
    """PostgreSQL's triggers anew, as they are now; the counts stay as they are."""
    if connection.dialect.name == "postgresql":
        drop_tallying(connection)
        for _, statement in _postgres():
            connection.execute(text(statement))


def drop_tallying(connection: Connection) -> None:
    """For a downgrade."""
    if connection.dialect.name == "sqlite":
        for name, _ in _sqlite():
            connection.execute(text(f"DROP TRIGGER {name}"))
    else:
        connection.execute(text("DROP FUNCTION tally_issue() CASCADE"))


def _solved(row: str) -> str:
    return f"CASE WHEN {row}.status = '{Status.CLEARED}' AND {row}.outcome = '{Outcome.SOLVED}' THEN 1 ELSE 0 END"


def _open(row: str) -> str:
    return f"CASE WHEN {row}.status IN ({spelled_out(CLOSED)}) THEN 0 ELSE 1 END"


def _count(row: str, sign: str) -> str:
    """An issue's row, OLD or NEW, counted in (`sign` '') or out ('-'); its cells always in the same order."""
    parties = f"SELECT '' AS party UNION SELECT {row}.unit UNION SELECT {row}.reporting_unit"
    values = f"SELECT 'category' AS facet, {row}.category AS value UNION ALL SELECT 'unit', {row}.unit"
    return (
        f'INSERT INTO tallies ({_CELL}, collected, solved, "open")'  # noqa: S608 - our own names
        f" SELECT party, facet, {row}.project, value, {sign}1, {sign}{_solved(row)}, {sign}{_open(row)}"
        f" FROM ({parties}) AS parties CROSS JOIN ({values}) AS facets"
        f" WHERE party IS NOT NULL AND value IS NOT NULL ORDER BY party, facet"
        f" ON CONFLICT ({_CELL}) DO UPDATE SET {_ADDED}"
    )


_OUT, _IN = _count("OLD", "-"), _count("NEW", "")
_DIFFERS = " OR ".join(
    (
        *(f"OLD.{name} <> NEW.{name}" for name in ("project", "category")),
        *(f"coalesce(OLD.{name}, '') <> coalesce(NEW.{name}, '')" for name in ("unit", "reporting_unit")),
        *(f"{of('OLD')} <> {of('NEW')}" for of in (_solved, _open)),
    )
)
_PARTIES = """
    SELECT '' AS party, issues.* FROM issues
    UNION ALL SELECT unit, issues.* FROM issues WHERE unit IS NOT NULL
    UNION ALL SELECT reporting_unit, issues.* FROM issues WHERE reporting_unit <> coalesce(unit, '')
"""


def _recount(facet: str) -> str:
    return f"""
        INSERT INTO tallies ({_CELL}, collected, solved, "open")
        SELECT party, '{facet}', project, {facet}, count(*), sum({_solved("counted")}), sum({_open("counted")})
        FROM ({_PARTIES}) AS counted WHERE {facet} IS NOT NULL GROUP BY party, project, {facet}
    """  # noqa: S608 - our own names


def _sqlite() -> Iterator[tuple[str, str]]:
    for name, event, statements in (
        ("issues_tallied_insert", "INSERT ON issues", f"{_IN};"),
        ("issues_tallied_update", f"UPDATE OF {_FIELDS} ON issues WHEN {_DIFFERS}", f"{_OUT}; {_IN};"),
        ("issues_tallied_delete", "DELETE ON issues", f"{_OUT};"),
    ):
        yield name, f"CREATE TRIGGER {name} AFTER {event} BEGIN {statements} END"


def _postgres() -> Iterator[tuple[str, str]]:
    yield (
        "tally_issue",
        "CREATE FUNCTION tally_issue() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP <> 'INSERT' THEN {_OUT}; END IF; IF TG_OP <> 'DELETE' THEN {_IN}; END IF; RETURN NULL; END $$",
    )
    each = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    for name, event, when in (
        ("issues_tallied", "INSERT OR DELETE", each),
        ("issues_tallied_update", f"UPDATE OF {_FIELDS}", f"{each} WHEN ({_DIFFERS})"),
    ):
        yield name, f"CREATE CONSTRAINT TRIGGER {name} AFTER {event} ON issues {when} EXECUTE FUNCTION tally_issue()"

"""The schema, as the numbered steps that lead to it.

Step N takes a database of `user_version` N to N + 1 in one transaction. A step that has been
released is never changed. Before the first step on a database that holds something, whoever opens
it makes a backup.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import apsw

from desktop_app import faultpoints
from desktop_app.store.errors import DatabaseTooNew

APPLICATION_ID: Final = 0x43535452
"""`CSTR`: tells `file` and us that the database is Castor's."""


def _first_schema(db: apsw.Connection) -> None:
    # Times are seconds of Unix time, for display only: order is by `sequence`, which no clock
    # can turn back. JSON columns hold what the wire spoke.
    db.execute(
        """
        CREATE TABLE conversation (
            key TEXT PRIMARY KEY,
            sequence INTEGER NOT NULL,
            title TEXT NOT NULL,
            named INTEGER NOT NULL,
            origin TEXT NOT NULL,
            model TEXT,
            thinking_level TEXT,
            head TEXT,
            created REAL NOT NULL,
            updated REAL NOT NULL,
            unread INTEGER NOT NULL,
            trashed REAL
        ) STRICT;
        CREATE INDEX conversation_by_sequence ON conversation (sequence);

        CREATE TABLE interaction (
            key TEXT PRIMARY KEY,
            conversation TEXT NOT NULL REFERENCES conversation (key) ON DELETE CASCADE,
            sequence INTEGER NOT NULL,
            previous TEXT,
            id TEXT,
            status TEXT,
            outcome TEXT NOT NULL,
            origin TEXT NOT NULL,
            expired INTEGER NOT NULL,
            request TEXT NOT NULL,
            input TEXT NOT NULL,
            header TEXT NOT NULL,
            failure TEXT,
            last_event_id TEXT,
            created REAL NOT NULL
        ) STRICT;
        CREATE INDEX interaction_by_conversation ON interaction (conversation, sequence);

        CREATE TABLE step (
            interaction TEXT NOT NULL REFERENCES interaction (key) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            wire_index INTEGER,
            type TEXT NOT NULL,
            body TEXT NOT NULL,
            whole INTEGER NOT NULL,
            seconds REAL,
            unknown TEXT,
            PRIMARY KEY (interaction, position)
        ) STRICT;

        CREATE TABLE attachment (
            sha256 TEXT PRIMARY KEY,
            size INTEGER NOT NULL,
            created REAL NOT NULL
        ) STRICT;

        CREATE TABLE attachment_use (
            owner TEXT NOT NULL,
            sha256 TEXT NOT NULL REFERENCES attachment (sha256),
            PRIMARY KEY (owner, sha256)
        ) STRICT;
        CREATE INDEX attachment_use_by_sha256 ON attachment_use (sha256);

        CREATE TABLE draft (
            conversation TEXT PRIMARY KEY,
            text TEXT NOT NULL,
            attachments TEXT NOT NULL,
            updated REAL NOT NULL
        ) STRICT;

        CREATE TABLE meta (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT;
        """
    )


def _uploads(db: apsw.Connection) -> None:
    # What was uploaded to a server, and until when it stays there (Unix time).
    db.execute(
        """
        CREATE TABLE upload (
            sha256 TEXT NOT NULL REFERENCES attachment (sha256) ON DELETE CASCADE,
            origin TEXT NOT NULL,
            name TEXT NOT NULL,
            uri TEXT NOT NULL,
            mime_type TEXT NOT NULL,
            expires REAL NOT NULL,
            ready INTEGER NOT NULL,
            PRIMARY KEY (sha256, origin)
        ) STRICT;
        """
    )


def _state_at_the_server(db: apsw.Connection) -> None:
    # `hops` are the earlier requests of an answer that took several, as JSON. `deletion` is what
    # is to be deleted at a server: the interactions and files of what was deleted here.
    db.execute(
        """
        ALTER TABLE interaction ADD COLUMN hops TEXT NOT NULL DEFAULT '[]';

        CREATE TABLE deletion (
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            origin TEXT NOT NULL,
            created REAL NOT NULL,
            PRIMARY KEY (kind, id, origin)
        ) STRICT;
        """
    )


FACTS: Final = """
    UPDATE interaction SET
        kept = (id IS NOT NULL OR hops <> '[]') AND
            instr(request, '"store":false') = 0,
        tokens = CASE WHEN json_valid(header) AND json_valid(hops) THEN
            coalesce(CAST(json_extract(header, '$.usage.total_tokens') AS INTEGER), 0) +
            coalesce((
                SELECT CAST(sum(json_extract(value, '$.interaction.usage.total_tokens'))
                    AS INTEGER)
                FROM json_each(hops)
            ), 0)
            ELSE 0 END,
        size = length(input) + coalesce((
            SELECT sum(length(body)) FROM step
            WHERE step.interaction = interaction.key AND type = 'model_output'
        ), 0)
"""
"""Makes out what is known of a turn from its rows; a WHERE may follow."""


def _outlines(db: apsw.Connection) -> None:
    # What is known of a turn without reading it, all of it in one index: a long conversation is
    # opened by that alone. `kept` says that a server was asked to keep the turn and has named it;
    # `size` is what its height is guessed by, and roughly the length of its texts.
    # A heights blob holds 32-bit integers, little-endian, in the order of the turns' making.
    db.execute(
        f"""
        ALTER TABLE interaction ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE interaction ADD COLUMN tokens INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE interaction ADD COLUMN size INTEGER NOT NULL DEFAULT 0;

        {FACTS};

        DROP INDEX interaction_by_conversation;
        CREATE INDEX interaction_outline ON interaction (
            conversation, sequence, key, previous, kept, expired, tokens, size
        );
        CREATE INDEX interaction_by_sequence ON interaction (sequence);
        CREATE INDEX interaction_streaming ON interaction (key) WHERE outcome = 'streaming';

        CREATE TABLE reading_place (
            conversation TEXT PRIMARY KEY REFERENCES conversation (key) ON DELETE CASCADE,
            turn TEXT NOT NULL,
            part INTEGER NOT NULL,
            block INTEGER NOT NULL,
            share REAL NOT NULL
        ) STRICT;

        CREATE TABLE turn_heights (
            conversation TEXT PRIMARY KEY REFERENCES conversation (key) ON DELETE CASCADE,
            width INTEGER NOT NULL,
            zoom INTEGER NOT NULL,
            heights BLOB NOT NULL
        ) STRICT;
        """
    )


MIGRATIONS: Final[tuple[Callable[[apsw.Connection], None], ...]] = (
    _first_schema,
    _uploads,
    _state_at_the_server,
    _outlines,
)


TABLES: Final = frozenset(
    {
        *("conversation", "interaction", "step", "attachment", "attachment_use", "draft", "meta"),
        *("upload", "deletion", "reading_place", "turn_heights"),
    }
)
"""What a history must have to be one."""

NEWEST_THINKABLE: Final = 1000
"""A larger `user_version` was not made by a newer Castor: it is damage."""


def version_of(db: apsw.Connection) -> int:
    """The number of steps that a database has behind it."""
    version = db.pragma("user_version")
    assert isinstance(version, int)
    return version


def migrate(
    db: apsw.Connection,
    file: Path,
    migrations: tuple[Callable[[apsw.Connection], None], ...] = MIGRATIONS,
) -> None:
    """Bring a database up to date, each step in a transaction of its own.

    Raises `DatabaseTooNew` where it has more steps behind it than we know.
    """
    version = version_of(db)
    if version > len(migrations):
        raise too_new(file)
    for number in range(version, len(migrations)):
        db.execute("BEGIN IMMEDIATE")
        try:
            migrations[number](db)
            db.execute(f"PRAGMA user_version = {number + 1}")
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            faultpoints.reach("migration.written")
            db.execute("COMMIT")
            faultpoints.reach("migration.committed")
        except BaseException:
            if not db.get_autocommit():
                db.execute("ROLLBACK")
            raise


def too_new(file: Path) -> DatabaseTooNew:
    """The words for a history that has more steps behind it than we know."""
    return DatabaseTooNew(
        f"The history in {file.parent} was made by a newer Castor.",
        "It was not changed. Start the newer program, or use another --profile.",
    )


def empty_history(version: int = len(MIGRATIONS)) -> apsw.Connection:
    """A history of a version with nothing in it, in memory: to see what belongs into one."""
    db = apsw.Connection(":memory:")
    migrate(db, Path(), MIGRATIONS[:version])
    return db


def schema_of(db: apsw.Connection) -> frozenset[tuple[str, str, str]]:
    """Everything that a schema consists of: kinds, names and texts."""
    rows = db.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return frozenset((str(kind), str(name), str(sql)) for kind, name, sql in rows)

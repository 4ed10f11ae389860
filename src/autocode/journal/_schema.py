"""The tables of a journal, as the migrations from an empty file to the present schema.

A released migration is never changed: a new schema is one more at the end, and the tests keep a file of each schema.
"""

import sqlite3
from collections.abc import Callable

from autocode.journal._rewriting import rewrite_schema_3

APPLICATION_ID = 0x61636F64  # "acod" in ASCII, by which SQLite files of autocode are recognised

Step = str | Callable[[sqlite3.Connection], None]  # a statement, or what no statement can do

MIGRATIONS: tuple[tuple[Step, ...], ...] = (
    (
        """
        CREATE TABLE entries (
            seq     INTEGER PRIMARY KEY CHECK (seq > 0),
            kind    TEXT NOT NULL,
            at      TEXT NOT NULL,
            payload TEXT NOT NULL,
            undoes  INTEGER REFERENCES entries (seq),
            CHECK ((kind = 'undo') = (undoes IS NOT NULL))
        )
        """,
        "CREATE INDEX entries_undoes ON entries (undoes) WHERE undoes IS NOT NULL",
        """
        CREATE TRIGGER entries_are_not_updated BEFORE UPDATE ON entries
        BEGIN SELECT RAISE(ABORT, 'the journal is never rewritten; append an entry instead'); END
        """,
        """
        CREATE TRIGGER entries_are_not_deleted BEFORE DELETE ON entries
        BEGIN SELECT RAISE(ABORT, 'the journal is never rewritten; append an undo instead'); END
        """,
        # INSERT OR REPLACE deletes without firing the trigger above, so an existing seq is refused before
        """
        CREATE TRIGGER entries_are_not_replaced BEFORE INSERT ON entries
        WHEN EXISTS (SELECT 1 FROM entries WHERE seq = NEW.seq)
        BEGIN SELECT RAISE(ABORT, 'the journal is never rewritten; append an entry instead'); END
        """,
        """
        CREATE TRIGGER entries_follow_one_another AFTER INSERT ON entries
        WHEN NEW.seq > 1 AND NOT EXISTS (SELECT 1 FROM entries WHERE seq = NEW.seq - 1)
          OR EXISTS (SELECT 1 FROM entries WHERE seq > NEW.seq)
        BEGIN SELECT RAISE(ABORT, 'entries are appended at the end; leave seq out'); END
        """,
        """
        CREATE TRIGGER undo_reaches_back BEFORE INSERT ON entries
        WHEN NEW.undoes IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM entries WHERE seq = NEW.undoes AND kind IN ('coding', 'decision', 'deferral'))
        BEGIN SELECT RAISE(ABORT, 'an undo needs an earlier coding, decision or deferral'); END
        """,
        """
        CREATE TRIGGER undo_happens_once BEFORE INSERT ON entries
        WHEN NEW.undoes IS NOT NULL AND EXISTS (SELECT 1 FROM entries WHERE undoes = NEW.undoes)
        BEGIN SELECT RAISE(ABORT, 'that entry is already undone'); END
        """,
    ),
    (
        # gesture is an idempotency key: what is sent twice under the same key is stored once
        "ALTER TABLE entries ADD COLUMN gesture TEXT CHECK (gesture <> '')",
        "CREATE INDEX entries_gesture ON entries (gesture) WHERE gesture IS NOT NULL",
        """
        CREATE TRIGGER gesture_happens_once BEFORE INSERT ON entries
        WHEN EXISTS (SELECT 1 FROM entries WHERE gesture = NEW.gesture)
         AND (SELECT gesture FROM entries ORDER BY seq DESC LIMIT 1) IS NOT NEW.gesture
        BEGIN SELECT RAISE(ABORT, 'that gesture is already stored'); END
        """,
        "DROP TRIGGER undo_reaches_back",
        """
        CREATE TRIGGER undo_reaches_back BEFORE INSERT ON entries
        WHEN NEW.undoes IS NOT NULL
         AND NOT EXISTS (
             SELECT 1 FROM entries
             WHERE seq = NEW.undoes AND kind IN ('coding', 'decision', 'deferral', 'proposal')
         )
        BEGIN SELECT RAISE(ABORT, 'an undo needs an earlier coding, decision, deferral or proposal'); END
        """,
    ),
    (
        # an adjudication can be undone too
        "DROP TRIGGER undo_reaches_back",
        """
        CREATE TRIGGER undo_reaches_back BEFORE INSERT ON entries
        WHEN NEW.undoes IS NOT NULL
         AND NOT EXISTS (
             SELECT 1 FROM entries
             WHERE seq = NEW.undoes AND kind IN ('coding', 'adjudication', 'decision', 'deferral', 'proposal')
         )
        BEGIN SELECT RAISE(ABORT, 'an undo needs an earlier coding, adjudication, decision, deferral or proposal'); END
        """,
    ),
    (
        # Every entry has an identity that travels with it and a link to the entry before it; free text is kept apart,
        # so that it can be erased. The rows are written anew, which the old triggers refuse.
        *(
            f"DROP TRIGGER {name}"
            for name in (
                "entries_are_not_updated",
                "entries_are_not_deleted",
                "entries_are_not_replaced",
                "entries_follow_one_another",
                "undo_reaches_back",
                "undo_happens_once",
                "gesture_happens_once",
            )
        ),
        "DROP INDEX entries_undoes",
        "DROP INDEX entries_gesture",
        "ALTER TABLE entries RENAME TO entries_of_schema_3",
        """
        CREATE TABLE journal (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            id  BLOB NOT NULL CHECK (length(id) = 16)
        )
        """,
        """
        CREATE TABLE entries (
            seq         INTEGER PRIMARY KEY CHECK (seq > 0),
            kind        TEXT NOT NULL,
            at          TEXT NOT NULL,
            payload     TEXT NOT NULL,
            commitments TEXT NOT NULL,
            undoes      INTEGER REFERENCES entries (seq),
            gesture     TEXT CHECK (gesture <> ''),
            id          BLOB NOT NULL CHECK (length(id) = 16),
            link        BLOB NOT NULL CHECK (length(link) = 16),
            CHECK ((kind = 'undo') = (undoes IS NOT NULL))
        )
        """,
        """
        CREATE TABLE texts (
            seq   INTEGER NOT NULL REFERENCES entries (seq),
            field TEXT NOT NULL,
            salt  BLOB NOT NULL CHECK (length(salt) = 16),
            text  TEXT NOT NULL,
            PRIMARY KEY (seq, field)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE erasures (
            seq     INTEGER NOT NULL REFERENCES entries (seq),
            because INTEGER NOT NULL REFERENCES entries (seq),
            PRIMARY KEY (seq, because),
            CHECK (because > seq)
        ) WITHOUT ROWID
        """,
        rewrite_schema_3,
        "DROP TABLE entries_of_schema_3",
        "CREATE INDEX entries_undoes ON entries (undoes) WHERE undoes IS NOT NULL",
        "CREATE INDEX entries_gesture ON entries (gesture) WHERE gesture IS NOT NULL",
        *(
            f"""
            CREATE TRIGGER {table}_are_not_updated BEFORE UPDATE ON {table}
            BEGIN SELECT RAISE(ABORT, 'the journal is never rewritten; append an entry instead'); END
            """
            for table in ("entries", "texts", "erasures")
        ),
        """
        CREATE TRIGGER journal_is_not_renamed BEFORE UPDATE ON journal
        BEGIN SELECT RAISE(ABORT, 'a journal keeps its identity'); END
        """,
        """
        CREATE TRIGGER journal_is_not_forgotten BEFORE DELETE ON journal
        BEGIN SELECT RAISE(ABORT, 'a journal keeps its identity'); END
        """,
        """
        CREATE TRIGGER journal_is_not_replaced BEFORE INSERT ON journal
        WHEN EXISTS (SELECT 1 FROM journal)
        BEGIN SELECT RAISE(ABORT, 'a journal keeps its identity'); END
        """,
        """
        CREATE TRIGGER entries_are_not_deleted BEFORE DELETE ON entries
        BEGIN SELECT RAISE(ABORT, 'the journal is never rewritten; append an undo instead'); END
        """,
        """
        CREATE TRIGGER erasures_are_not_deleted BEFORE DELETE ON erasures
        BEGIN SELECT RAISE(ABORT, 'what was erased stays erased'); END
        """,
        """
        CREATE TRIGGER texts_are_erased_with_a_reason BEFORE DELETE ON texts
        WHEN NOT EXISTS (SELECT 1 FROM erasures WHERE seq = OLD.seq)
        BEGIN SELECT RAISE(ABORT, 'a text is erased by an entry that says why'); END
        """,
        """
        CREATE TRIGGER entries_are_not_replaced BEFORE INSERT ON entries
        WHEN EXISTS (SELECT 1 FROM entries WHERE seq = NEW.seq)
        BEGIN SELECT RAISE(ABORT, 'the journal is never rewritten; append an entry instead'); END
        """,
        """
        CREATE TRIGGER texts_are_not_replaced BEFORE INSERT ON texts
        WHEN EXISTS (SELECT 1 FROM texts WHERE seq = NEW.seq AND field = NEW.field)
          OR EXISTS (SELECT 1 FROM erasures WHERE seq = NEW.seq)
        BEGIN SELECT RAISE(ABORT, 'the journal is never rewritten; append an entry instead'); END
        """,
        """
        CREATE TRIGGER entries_follow_one_another AFTER INSERT ON entries
        WHEN NEW.seq > 1 AND NOT EXISTS (SELECT 1 FROM entries WHERE seq = NEW.seq - 1)
          OR EXISTS (SELECT 1 FROM entries WHERE seq > NEW.seq)
        BEGIN SELECT RAISE(ABORT, 'entries are appended at the end; leave seq out'); END
        """,
        """
        CREATE TRIGGER undo_reaches_back BEFORE INSERT ON entries
        WHEN NEW.undoes IS NOT NULL
         AND NOT EXISTS (
             SELECT 1 FROM entries
             WHERE seq = NEW.undoes AND kind IN ('coding', 'adjudication', 'decision', 'deferral', 'proposal')
         )
        BEGIN SELECT RAISE(ABORT, 'an undo needs an earlier coding, adjudication, decision, deferral or proposal'); END
        """,
        """
        CREATE TRIGGER undo_happens_once BEFORE INSERT ON entries
        WHEN NEW.undoes IS NOT NULL AND EXISTS (SELECT 1 FROM entries WHERE undoes = NEW.undoes)
        BEGIN SELECT RAISE(ABORT, 'that entry is already undone'); END
        """,
        """
        CREATE TRIGGER gesture_happens_once BEFORE INSERT ON entries
        WHEN EXISTS (SELECT 1 FROM entries WHERE gesture = NEW.gesture)
         AND (SELECT gesture FROM entries ORDER BY seq DESC LIMIT 1) IS NOT NEW.gesture
        BEGIN SELECT RAISE(ABORT, 'that gesture is already stored'); END
        """,
        """
        CREATE TRIGGER erasure_says_why BEFORE INSERT ON erasures
        WHEN NOT EXISTS (
            SELECT 1 FROM entries
            WHERE seq = NEW.because AND kind IN ('erasure', 'withdrawal', 'redaction', 'purge')
        )
        BEGIN SELECT RAISE(ABORT, 'an erasure needs the entry that says why'); END
        """,
    ),
)


def migrate(connection: sqlite3.Connection, *, after: int) -> None:
    """
    Bring a file to the present schema; the caller holds the transaction.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file.
    after : int
        The schema that the file has; 0 for an empty file.
    """
    for steps in MIGRATIONS[after:]:
        for step in steps:
            if callable(step):
                step(connection)
            else:
                connection.execute(step)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def schema_of(connection: sqlite3.Connection) -> list[tuple[str, str, str | None]]:
    """Return every table, index and trigger of a file, with the statement that made it."""
    return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()

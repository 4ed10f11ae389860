"""The tables of a journal, as the migrations from an empty file to the present schema.

A released migration is never changed: a new schema is one more at the end, and the tests keep a file of each schema.
"""

APPLICATION_ID = 0x61636F64  # "acod" in ASCII, by which SQLite files of autocode are recognised

MIGRATIONS: tuple[tuple[str, ...], ...] = (
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
)

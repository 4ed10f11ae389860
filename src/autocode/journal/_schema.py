"""The tables of a journal, as the list of steps that lead from an empty file to the present one.

A released step is never changed: a new schema is one more step at the end, and the old one a frozen file in the tests.
"""

APPLICATION_ID = 0x61636F64  # "acod"

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
        # INSERT OR REPLACE deletes without asking the trigger above, so a seq that exists is refused before
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
        # what one gesture of a coder makes carries its id: sent twice, it is stored once
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
        # a ruling on a line on which coders differ can be taken back like any other act
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

-- A run is kept whole, as the JSON of its value; the two times stand beside it for sorting.
CREATE TABLE run (
    id         TEXT PRIMARY KEY,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    body       TEXT NOT NULL
) STRICT;

-- The files a run was given.
CREATE TABLE file (
    run   TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    name  TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (run, name)
) STRICT;

-- What was done, in order. Entries are added, and go only with their run.
CREATE TABLE journal (
    run    TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at     TEXT NOT NULL,
    what   TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (run, number)
) STRICT;

CREATE TRIGGER journal_entries_stay_as_written BEFORE UPDATE ON journal
BEGIN
    SELECT RAISE(ABORT, 'journal entries are never changed');
END;

CREATE TRIGGER journal_entries_stay BEFORE DELETE ON journal
WHEN EXISTS (SELECT 1 FROM run WHERE id = OLD.run)
BEGIN
    SELECT RAISE(ABORT, 'journal entries go only with their run');
END;

-- Who may change a run now: the wizard and the command line share the file.
CREATE TABLE lease (
    run        TEXT PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    owner      TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;

"""The tables of a history. A file knows by its `user_version` how many of these steps it has seen;
a step that was published is never changed, a new one is added.
"""

STEPS: tuple[str, ...] = (
    """
    CREATE TABLE entries (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        picture TEXT NOT NULL,
        question TEXT NOT NULL,
        regions TEXT NOT NULL
    );
    CREATE TABLE cells (
        entry INTEGER NOT NULL REFERENCES entries(id) ON DELETE CASCADE,
        place INTEGER NOT NULL,
        model TEXT NOT NULL,
        encoding TEXT NOT NULL,
        dialect TEXT NOT NULL,
        after_entry INTEGER,
        after_place INTEGER,
        text TEXT NOT NULL,
        told TEXT NOT NULL,
        PRIMARY KEY (entry, place)
    ) WITHOUT ROWID;
    CREATE INDEX entries_of_picture ON entries(picture);
    """,
    """
    ALTER TABLE entries ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
    """,
)

# a table of its own, made where SQLite can search words: a file may come from one that cannot
WORDS = """
    CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(
        content, tokenize = 'unicode61 remove_diacritics 2'
    );
"""

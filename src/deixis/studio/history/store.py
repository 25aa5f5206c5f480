"""The history's file: SQLite with a write-ahead log, so that a kill loses nothing that was kept."""

import contextlib
import json
import re
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, final

from deixis.core.errors import UsageError
from deixis.core.files import make_folder
from deixis.studio.history.entries import HistoryEntry, HistoryLine, KeptCell
from deixis.studio.history.migrations import STEPS, WORDS

PATIENCE = 10.0  # seconds that another process may keep the file to itself
MOST = 200  # lines of a list
FIRST = 200  # letters of an answer in it
WORD = re.compile(r"\w+")
SHOWN = "id, at, picture, question"


@final
class QuestionHistory:
    """The entries of one file. Safe with threads, and with other processes; what a method has kept
    when it returns is on the disk.

    `searches_words`: False goes without SQLite's own search, as where it was built without.
    """

    def __init__(
        self, path: Path, *, searches_words: bool = True, steps: Sequence[str] = STEPS
    ) -> None:
        self.path = path
        self._lock = threading.RLock()
        make_folder(path.parent)
        self._file = _connected(path)
        try:
            self._file.execute("PRAGMA journal_mode = WAL")
            self._file.execute("PRAGMA synchronous = FULL")
            self._file.execute("PRAGMA foreign_keys = ON")
            self._migrate(steps)
            self.searches_words = searches_words and self._can_search()
        except (sqlite3.Error, UsageError) as broken:
            self._file.close()
            if isinstance(broken, UsageError):
                raise
            raise UsageError(f"{path} is no history of the studio: {broken}") from None

    def close(self) -> None:
        """The file is closed."""
        with self._lock:
            self._file.close()

    def begin(self, entry: HistoryEntry) -> HistoryEntry:
        """A question is kept before it is asked; it comes back with its id and its time."""
        when = entry.when or time.time()
        row = (when, entry.picture, entry.question, _json(entry.regions), _json(entry.settings))
        with self._writing() as file:
            key = file.execute(
                "INSERT INTO entries (at, picture, question, regions, settings)"
                " VALUES (?, ?, ?, ?, ?)",
                row,
            ).lastrowid
            assert key is not None
            for cell in entry.cells:
                self._put(file, key, cell)
            self._index(file, key)
        found = self.get(key)
        assert found is not None
        return found

    def keep(self, entry: int, cell: KeptCell) -> bool:
        """A cell that is over is kept; False where its entry was deleted meanwhile."""
        with self._writing() as file:
            if file.execute("SELECT 1 FROM entries WHERE id = ?", (entry,)).fetchone() is None:
                return False
            self._put(file, entry, cell)
            self._index(file, entry)
        return True

    def get(self, entry: int) -> HistoryEntry | None:
        """One entry, whole."""
        with self._reading() as file:
            row = file.execute(
                f"SELECT {SHOWN}, regions, settings FROM entries WHERE id = ?", (entry,)
            ).fetchone()
            if row is None:
                return None
            cells = file.execute(
                "SELECT place, model, encoding, dialect, after_entry, after_place, text, told"
                " FROM cells WHERE entry = ? ORDER BY place",
                (entry,),
            ).fetchall()
        key, when, picture, question, regions, settings = row
        return HistoryEntry(
            id=key,
            when=when,
            picture=picture,
            question=question,
            regions=json.loads(regions),
            settings=json.loads(settings),
            cells=tuple(map(_cell, cells)),
        )

    def search(
        self, query: str = "", *, before: int | None = None, most: int = MOST
    ) -> list[HistoryLine]:
        """The newest entries in which all words of the query stand, in the question, in answers,
        labels or models' names; `before` an id, for the next ones.
        """
        words = WORD.findall(query)
        where, given = ["id < ?"], list[object]([before if before is not None else 1 << 62])
        if words and self.searches_words:
            where.append("id IN (SELECT rowid FROM words WHERE words MATCH ?)")
            given.append(" ".join(f'"{word}"*' for word in words))
        elif words:
            for word in words:
                where.append(
                    "(question LIKE ? OR regions LIKE ? OR EXISTS (SELECT 1 FROM cells"
                    " WHERE entry = id AND (text LIKE ? OR model LIKE ?)))"
                )
                given += [f"%{word}%"] * 4
        given.append(min(most, MOST))
        with self._reading() as file:
            rows = file.execute(
                f"SELECT {SHOWN} FROM entries WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT ?",
                given,
            ).fetchall()
            return [self._found(file, row) for row in rows]

    def delete(self, entry: int) -> list[str]:
        """An entry is deleted; the hashes of pictures that were sent with it, and with no other."""
        found = self.get(entry)
        if found is None:
            return []
        hashes = {str(one["sha256"]) for cell in found.cells for one in cell.sent}
        with self._writing() as file:
            file.execute("DELETE FROM entries WHERE id = ?", (entry,))
            if self.searches_words:
                file.execute("DELETE FROM words WHERE rowid = ?", (entry,))
            return [one for one in sorted(hashes) if not _is_sent(file, one)]

    def num_of_picture(self, picture: str) -> int:
        """So many entries are about a picture."""
        with self._reading() as file:
            row = file.execute("SELECT count(*) FROM entries WHERE picture = ?", (picture,))
            return int(row.fetchone()[0])

    def _migrate(self, steps: Sequence[str]) -> None:
        with self._writing() as file:  # two that open it at once take turns
            (version,) = file.execute("PRAGMA user_version").fetchone()
            if version > len(steps):
                raise UsageError(
                    f"{self.path} is of a newer Deixis (form {version}, this one knows"
                    f" {len(steps)}): update it, or name another home"
                )
            for step in steps[version:]:
                for statement in filter(str.strip, step.split(";")):
                    file.execute(statement)
            file.execute(f"PRAGMA user_version = {len(steps)}")

    def _can_search(self) -> bool:
        try:
            self._file.execute(WORDS)
        except sqlite3.OperationalError:  # this SQLite was built without FTS5
            return False
        with self._writing() as file:
            new = file.execute("SELECT id FROM entries WHERE id NOT IN (SELECT rowid FROM words)")
            for (key,) in new.fetchall():
                self._fill(file, key)
        return True

    def _index(self, file: sqlite3.Connection, entry: int) -> None:
        if self.searches_words:
            self._fill(file, entry)

    @staticmethod
    def _fill(file: sqlite3.Connection, entry: int) -> None:
        question, regions = file.execute(
            "SELECT question, regions FROM entries WHERE id = ?", (entry,)
        ).fetchone()
        rows = file.execute("SELECT model, text FROM cells WHERE entry = ?", (entry,)).fetchall()
        labels = [
            word
            for name, told in json.loads(regions).items()
            for word in (name, *(told.get(one) or "" for one in ("label", "text")))
        ]
        content = "\n".join([question, *labels, *(word for row in rows for word in row)])
        file.execute("DELETE FROM words WHERE rowid = ?", (entry,))
        file.execute("INSERT INTO words (rowid, content) VALUES (?, ?)", (entry, content))

    @staticmethod
    def _put(file: sqlite3.Connection, entry: int, cell: KeptCell) -> None:
        file.execute(
            "INSERT OR REPLACE INTO cells VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry,
                cell.place,
                cell.model,
                cell.encoding,
                cell.dialect,
                *(cell.after or (None, None)),
                _whole(cell.text),
                _json(cell.told),
            ),
        )

    @staticmethod
    def _found(
        file: sqlite3.Connection, row: tuple[Any, ...]
    ) -> HistoryLine:  # Any: as SQLite has it
        cells = file.execute(
            "SELECT model, substr(text, 1, ?) FROM cells WHERE entry = ? ORDER BY place",
            (FIRST, row[0]),
        ).fetchall()
        return HistoryLine(
            id=row[0],
            when=row[1],
            picture=row[2],
            question=row[3],
            models=tuple(model for model, _ in cells),
            first=next((text for _, text in cells if text), ""),
        )

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is on the disk afterwards, or nothing."""
        with self._lock:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield self._file
            except BaseException:
                self._file.execute("ROLLBACK")
                raise
            self._file.execute("COMMIT")

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            yield self._file


def _connected(path: Path) -> sqlite3.Connection:
    try:
        return sqlite3.connect(
            path, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )
    except sqlite3.Error as broken:
        raise UsageError(f"{path} cannot be opened: {broken}") from None


def _is_sent(file: sqlite3.Connection, sha256: str) -> bool:
    row = file.execute("SELECT 1 FROM cells WHERE told LIKE ? LIMIT 1", (f'%"{sha256}"%',))
    return row.fetchone() is not None


def _cell(row: tuple[Any, ...]) -> KeptCell:  # Any: as SQLite has it
    place, model, encoding, dialect, entry, after, text, told = row
    return KeptCell(
        place=place,
        model=model,
        encoding=encoding,
        dialect=dialect,
        after=None if entry is None else (entry, after),
        text=text,
        told=json.loads(told),
    )


def _json(value: object) -> str:
    return _whole(json.dumps(value, ensure_ascii=False, default=dict))


def _whole(text: str) -> str:
    """Half a letter, as a model may say one, cannot be kept."""
    return text.encode("utf-8", "replace").decode()

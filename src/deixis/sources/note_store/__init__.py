"""A store of notes for whole data sets: Parquet shards, found again by a picture's content."""

from deixis.sources.note_store.store import KnowledgeStore

__all__ = ["KnowledgeStore"]

"""A store of notes for whole data sets has Parquet shards; a picture's content finds them again."""

from deixis.sources.note_store.store import KnowledgeStore

__all__ = ["KnowledgeStore"]

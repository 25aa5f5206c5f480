"""A store of notes for whole data sets: Parquet shards, found again by a picture's content."""

from deixis.knowledge.store.extract import Extracted, ExtractOptions, extract
from deixis.knowledge.store.store import KnowledgeStore

__all__ = ["ExtractOptions", "Extracted", "KnowledgeStore", "extract"]

"""Notes were extracted before: "store:FOLDER" of `deixis knowledge extract`."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, final

from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.sources.knowledge_source import KnowledgeSource, SourceOptions


@final
class Store(KnowledgeSource):
    """A picture is found by its content; one that was never looked at is refused."""

    takes: ClassVar[str | None] = "FOLDER"

    def __init__(self, folder: Path) -> None:
        from deixis.sources.note_store.store import KnowledgeStore

        self.store = KnowledgeStore.open(folder)

    @classmethod
    @override
    def of(cls, argument: str, options: SourceOptions) -> "Store":
        if options != SourceOptions():
            raise UsageError("a store holds what was found: cuts, words and languages are its own")
        return cls(Path(argument).expanduser())

    @classmethod
    @override
    def origins(cls, name: str) -> tuple[str, ...]:
        """The store was extracted with these: it knows no other picture."""
        from deixis.sources.note_store.manifest import read_manifest

        told = read_manifest(Path(name.partition(":")[2]).expanduser()).sources
        return tuple(one["source"] for one in told if one.get("source") not in (None, "store"))

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {"source": "store", "digest": self.store.digest}

    @override
    def look(self, image: Image) -> list[Region]:
        return list(self.store.notes(image))

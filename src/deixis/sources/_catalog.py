"""The knowledge sources by their names."""

from deixis.core.catalog import Catalog
from deixis.core.errors import UsageError
from deixis.sources._source import KnowledgeSource, SourceOptions

sources: Catalog[KnowledgeSource] = Catalog(
    kind="knowledge source",
    package="deixis.sources",
    group="deixis.sources",
    interface=KnowledgeSource,
)


def source(name: str, options: SourceOptions | None = None) -> KnowledgeSource:
    """The source of a name; what stands behind a colon is its own ("panoptic:CHECKPOINT")."""
    kind, _, argument = name.partition(":")
    found = sources.get(kind)
    if bool(argument) != (found.takes is not None):
        form = f"{kind}:{found.takes}" if found.takes else kind
        raise UsageError(f"this source is written {form}, got {name!r}")
    options = options or SourceOptions()
    for option in options.given:
        if option not in found.knows:
            known = ", ".join(found.knows) or "none"
            raise UsageError(f"the source {kind} has no option {option}; of these it has: {known}")
    return found.of(argument, options)

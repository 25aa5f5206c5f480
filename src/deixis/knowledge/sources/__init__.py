"""Knowledge sources: OCR, segmenters, detectors, files. One file each.

"rapidocr", "tesseract", "panoptic:facebook/mask2former-swin-tiny-coco-panoptic",
"detector:google/owlv2-base-patch16-ensemble", "sam3:facebook/sam3", "coco:panoptic_val2017.json",
"regions:my.jsonl", "truth".
"""

from deixis.core.catalog import Catalog
from deixis.core.errors import UsageError
from deixis.knowledge.sources._source import KnowledgeSource, SourceOptions

sources: Catalog[KnowledgeSource] = Catalog(
    kind="knowledge source",
    package="deixis.knowledge.sources",
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


__all__ = ["KnowledgeSource", "SourceOptions", "source", "sources"]

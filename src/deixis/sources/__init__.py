"""Knowledge sources find things and words in pictures: OCR, segmenters, detectors, files. Each is
one file.

"rapidocr", "tesseract", "panoptic:facebook/mask2former-swin-tiny-coco-panoptic",
"detector:google/owlv2-base-patch16-ensemble", "sam3:facebook/sam3", "coco:panoptic_val2017.json",
"regions:my.jsonl", "truth".
"""

from deixis.sources.knowledge_source import KnowledgeSource, SourceOptions
from deixis.sources.looking import Looking, built, look, origins, source, sources

__all__ = [
    "KnowledgeSource",
    "Looking",
    "SourceOptions",
    "built",
    "look",
    "origins",
    "source",
    "sources",
]

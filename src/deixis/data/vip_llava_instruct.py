"""ViP-LLaVA-Instruct: the release's own JSON, whose ids say the source of each row."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.data._card import Card
from deixis.data._dataset import RegionDataset
from deixis.data._fields import name_of, record_of
from deixis.data._json_rows import JsonRows, rows_of
from deixis.data._pictures import first_there, folder_of_pictures
from deixis.data._sample import Marking, RegionSample
from deixis.data._shapes import EIGHT
from deixis.data._splits import check_split
from deixis.data._vip_rows import vip_sample


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class VipLlavaInstruct(RegionDataset):
    """A row of the mix: about regions where its id begins with one of six sources, else LLaVA's.

    Each sample has the shapes of its source.
    """

    card: ClassVar[Card] = Card(
        title="ViP-LLaVA-Instruct",
        origin="https://huggingface.co/datasets/mucai/ViP-LLaVA-Instruct",
        licence="README: CC BY-NC 4.0; its page: Apache-2.0 and OpenAI's terms. Non-commercial",
        pictures="COCO, Visual Genome, Flickr30k, VCR, Visual7W, and those of LLaVA-1.5",
        size="2.41 GB: 665K rows of LLaVA-1.5 and 520K about regions (stage 2); 26K (stage 3)",
        holds="boxes, outlines where the source has them, conversations by GPT-4V",
        form="vip-llava_stage2_mix.json, vip-llava_stage3_mix.json, v7w-test.json, vcr-val.json …",
    )
    marking: ClassVar[Marking] = EIGHT
    path: Path
    images: Path
    rows: JsonRows

    @classmethod
    @override
    def open(
        cls, path: Path, *, images: Path | None = None, split: str | None = None
    ) -> "VipLlavaInstruct":
        if split is not None:
            check_split(split, ())
        usual = first_there(path.parent / "images", path.parent) or path.parent
        return cls(path=path, images=folder_of_pictures(images or usual), rows=rows_of(path))

    @override
    def __len__(self) -> int:
        return len(self.rows)

    @override
    def row(self, index: int) -> int:
        return int(self.rows.numbers[index])

    @override
    def read(self, index: int, generator: np.random.Generator | None) -> RegionSample:
        row = record_of(self.rows.row(index))
        return vip_sample(row, self.images, name_of(row, self.row(index)), generator)

"""What pages speak of and nobody has here: files, checkpoints and servers, in small."""

import json
import re
import shutil

import numpy as np
import torch
from PIL import Image as PIL

from deixis import Size, box
from deixis.studio.labelling.kept_labels import KeptLabels
from deixis.studio.labelling.labelled import Labelled
from docs.site.pages import ROOT
from tests.data.entities.entity_folder import good_folder, noise
from tests.data.published import FIXTURES
from tests.priors import tiny_encoders
from tests.recipes.vip_llava_parts import save_parts
from tests.sources import tiny_detectors, tiny_segmenters
from tests.sources.tiny_parts import save as save_source

EVALS = ROOT / "tests/evals/fixtures"
# what a page names, and what stands for it; folders of tiny checkpoints are made when asked for
NAMES = {
    "Qwen/Qwen3-VL-8B-Instruct": "tiny:qwen3_vl",
    "nano:llava": "tiny:llava",
    "MODEL": "tiny:llava",
    "CHECKPOINT": "checkpoints/mask2former",
    "google/owlv2-base-patch16-ensemble": "checkpoints/owlv2",
    "openai/clip-vit-base-patch32": "checkpoints/clip",
    "facebook/dinov2-base": "checkpoints/dinov2",
}
NAMED = re.compile("|".join(rf"(?<![\w/]){re.escape(name)}(?![\w/])" for name in NAMES))


def stand_in(text):
    """The text with what nobody has here replaced."""
    return NAMED.sub(lambda match: NAMES[match[0]], text)


def furnish(place, page):
    """Lay out the files that the commands and the code of a page name."""
    for name in ("docs", "tests", "src"):
        (place / name).symlink_to(ROOT / name)
    _published(place)
    _pictures(place)
    _conversations(place)
    FOR_PAGES.get(page, lambda _: None)(place)


def _published(place):
    """Data sets under the names that pages give them."""
    copies = {
        "refcoco": FIXTURES / "refcoco",
        "visual7w": FIXTURES / "visual7w",
        "v7w": FIXTURES / "visual7w",
        "ViP-Bench": EVALS / "vip_bench",
        "gqa": EVALS / "gqa",
        "MME_Benchmark_release_version": EVALS / "mme",
        "mm-vet": EVALS / "mm_vet",
        "images": FIXTURES / "regions/images",
        "coco": FIXTURES / "llava/images",
    }
    for name, source in copies.items():
        shutil.copytree(source, place / name)
    shutil.copy(FIXTURES / "regions/data.jsonl", place / "data.jsonl")
    shutil.copy(FIXTURES / "regions/data.jsonl", place / "mine.jsonl")
    mix = FIXTURES / "vip_llava_instruct"
    shutil.copy(mix / "vip-llava_stage2_mix.json", place)
    shutil.copytree(mix / "images", place / "pictures")
    annotated = FIXTURES / "coco_instances/annotations/instances_val2017.json"
    record = json.loads(annotated.read_text())
    record["images"][0] |= {"file_name": "street.jpg", "width": 640, "height": 420}
    (place / "instances_val2017.json").write_text(json.dumps(record))
    shutil.copy(FIXTURES / "llava/data.json", place / "llava.json")
    shutil.copy(EVALS / "cases/cases.json", place)


def _pictures(place):
    for name, of in (("street.jpg", "still-life.png"), ("sign.jpg", "scene.png")):
        PIL.open(ROOT / "docs" / of).convert("RGB").save(place / name, quality=95)
    shutil.copy(ROOT / "docs/scene.png", place / "scene.png")


def _conversations(place):
    """Four rows in LLaVA's form, twice: a data set of one's own, and captions."""
    rows = []
    for number in range(4):
        picture = np.random.default_rng(number).integers(0, 256, (30, 40, 3), dtype=np.uint8)
        PIL.fromarray(picture).save(place / "pictures" / f"{number}.png")
        turns = [("human", f"<image>\nWhat is it {number}?"), ("gpt", f"a cup {number}")]
        said = [{"from": who, "value": words} for who, words in turns]
        rows.append({"id": str(number), "image": f"{number}.png", "conversations": said})
    for name in ("data.json", "blip_laion_cc_sbu_558k.json"):
        (place / name).write_text(json.dumps(rows))
    shutil.copytree(place / "pictures", place / "LLaVA-Pretrain")


def _for_knowledge(place):
    (place / "photos").mkdir()
    shutil.copy(place / "sign.jpg", place / "photos")
    for build in (tiny_detectors.owlv2, tiny_segmenters.mask2former):
        save_source(build, place / "checkpoints" / build.__name__)


def _for_each(place):
    (place / "photos").mkdir()
    shutil.copy(place / "street.jpg", place / "photos")
    shutil.copy(place / "sign.jpg", place / "photos")
    kind = {"deixis": "region/1", "kind": "box"}
    rows = [
        {"image": "street.jpg", **kind, "box": [110, 195, 245, 330]},
        {"image": "sign.jpg", **kind, "box": [181, 164, 335, 308]},
    ]
    (place / "regions.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    record = {
        "images": [{"id": 1, "file_name": "street.jpg", "width": 640, "height": 420}],
        "annotations": [{"id": 7, "image_id": 1, "category_id": 2, "bbox": [110, 195, 135, 135]}],
        "categories": [{"id": 2, "name": "cup"}],
    }
    (place / "coco.json").write_text(json.dumps(record))


def _for_pixel(place):
    torch.save({"perturbation": _frame()}, place / "checkpoint_best.pth")


def _frame():
    numbers = torch.ones(3, 224, 224) * 0.1
    numbers[:, 30:194, 30:194] = 0
    return numbers


def _for_priors(place):
    good_folder(place / "photos", per_entity=4)
    for number, name in enumerate(("yak", "lantern", "kayak", "acorn")):
        (place / "photos" / name).mkdir()
        for copy in range(4):
            noise(10 * number + copy + 200).save(place / "photos" / name / f"{copy}.png")
    rows = [
        {"entity": path.parent.name, "image": str(path.relative_to(place / "photos"))}
        for path in sorted((place / "photos").rglob("*.png"))
    ]
    (place / "list.json").write_text(json.dumps(rows))
    for build in (tiny_encoders.clip, tiny_encoders.dinov2):
        tiny_encoders.save(build, place / "checkpoints" / build.__name__)


def _for_studio(place):
    (place / "photos").mkdir()
    shutil.copy(place / "street.jpg", place / "photos")
    size = Size(width=640, height=420)
    said = Labelled(image="street.jpg", size=size, regions={"it": box(110, 195, 245, 330)})
    KeptLabels(place / "photos/regions").save(said, based_on="", writer="")


def _for_train(place):
    save_parts(place / "parts")


FOR_PAGES = {
    "each": _for_each,
    "knowledge": _for_knowledge,
    "pixel": _for_pixel,
    "priors": _for_priors,
    "studio": _for_studio,
    "train": _for_train,
}

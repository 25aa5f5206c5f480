"""`python tests/data/adapters/make_fixtures.py` has other tools write small files, and read ours.

It runs where supervision, datumaro, labelme, label-studio-sdk, pycocotools, iiif-prezi3 and
svgelements are installed, with `src` on the path; the tests need none of them. What they wrote
lies in `written`, with `manifest.json`: tool, version, call and digests, and who read what of ours.

The truth: one.png of 64x42 has the box (3, 4, 20, 30) "cup", the outline (2, 2), (30, 4), (22, 38)
"leaf", and the mask of columns 40..59 and rows 5..24 without columns 45..49 and rows 10..14 "ring";
two.png of 30x50 has the box (5, 6, 25, 46) "cup".
"""

import hashlib
import io
import json
import shutil
import tempfile
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
from PIL import Image as PIL

from deixis.core import region as regions
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.data.adapters import Annotated, write_regions

HERE = Path(__file__).parent / "written"
SIZES = {"one.png": Size(width=64, height=42), "two.png": Size(width=30, height=50)}
LABELS = ["cup", "leaf", "ring"]
CUP, LEAF, SECOND = (3, 4, 20, 30), [(2, 2), (30, 4), (22, 38)], (5, 6, 25, 46)


def ring() -> np.ndarray:
    inside = np.zeros((42, 64), np.bool_)
    inside[5:25, 40:60] = True
    inside[10:15, 45:50] = False
    return inside


def truth(*kinds: str) -> list[Annotated]:
    """The regions of these kinds."""
    first = {
        "box": regions.box(*CUP, label="cup"),
        "polygon": regions.polygon(LEAF, label="leaf"),
        "mask": regions.mask(ring(), label="ring"),
    }
    second: tuple[Region, ...] = (regions.box(*SECOND, label="cup"),) if "box" in kinds else ()
    found = {"one.png": tuple(first[kind] for kind in kinds), "two.png": second}
    return [Annotated(image=name, size=SIZES[name], regions=found[name]) for name in SIZES]


def pictures(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, size in SIZES.items():
        PIL.new("RGB", (size.width, size.height), "white").save(folder / name)
    return folder


def datumaro_items(*kinds: str, second: str = "train"):
    from datumaro import AnnotationType, LabelCategories
    from datumaro.components.annotation import Bbox, Mask, Polygon
    from datumaro.components.dataset import Dataset
    from datumaro.components.dataset_base import DatasetItem
    from datumaro.components.media import Image

    def shapes(row):
        for group, region in enumerate(row.regions, start=1):
            about = {"label": LABELS.index(region.label), "group": group, "id": group}
            match region.kind:
                case "box":
                    box = region.box()
                    yield Bbox(box.x0, box.y0, box.width, box.height, **about)
                case "polygon":
                    yield Polygon(
                        [side for pair in region.shape.rings[0] for side in pair], **about
                    )
                case "mask":
                    yield Mask(region.shape.to_array().astype(np.uint8), **about)

    items = [
        DatasetItem(
            id=Path(row.image).stem,
            subset=second if row.image == "two.png" else "train",
            media=Image.from_numpy(
                np.full((row.size.height, row.size.width, 3), 255, np.uint8), ext=".png"
            ),
            annotations=list(shapes(row)),
        )
        for row in truth(*kinds)
    ]
    categories = {AnnotationType.label: LabelCategories.from_iterable(LABELS)}
    return Dataset.from_iterable(items, categories=categories)


def datumaro_writes(form: str, out: Path, *kinds: str, **more: str) -> str:
    second = "val" if form == "yolo_ultralytics" else "train"  # which needs both
    datumaro_items(*kinds, second=second).export(str(out), form, save_media=False, **more)
    told = "".join(f", {name}={value!r}" for name, value in more.items())
    return f"Dataset.export({form!r}, save_media=False{told})"


def supervision_set():
    import supervision as sv

    found = {}
    for row in truth("box"):
        boxes = np.array([region.box().xyxy for region in row.regions], np.float64)
        keys = np.array([LABELS.index(region.label) for region in row.regions])
        found[row.image] = sv.Detections(xyxy=boxes, class_id=keys)
    folder = pictures(Path(tempfile.mkdtemp()))
    return sv.DetectionDataset(
        classes=LABELS,
        images=[str(folder / name) for name in SIZES],
        annotations={str(folder / name): one for name, one in found.items()},
    )


def supervision_writes(form: str, out: Path) -> str:
    made = supervision_set()
    out.mkdir(parents=True)
    match form:
        case "coco":
            made.as_coco(annotations_path=str(out / "instances.json"))
        case "yolo":
            made.as_yolo(
                annotations_directory_path=str(out / "labels"),
                data_yaml_path=str(out / "data.yaml"),
            )
        case "voc":
            made.as_pascal_voc(annotations_directory_path=str(out))
    return f"DetectionDataset.as_{'pascal_' if form == 'voc' else ''}{form}(…)"


def labelme_writes(out: Path) -> str:
    from labelme import _label_file

    out.mkdir(parents=True)
    for row in truth("box", "polygon", "mask"):
        shapes = []
        for region in row.regions:
            about = {"label": region.label, "group_id": None, "flags": {}, "description": ""}
            box = [int(side) for side in region.box().xyxy]
            match region.kind:
                case "box":
                    points, mask = [box[:2], box[2:]], None
                case "polygon":
                    points, mask = [list(pair) for pair in region.shape.rings[0]], None
                case "mask":
                    points = [box[:2], [box[2] - 1, box[3] - 1]]
                    mask = labelme_mask(region.shape.to_array()[box[1] : box[3], box[0] : box[2]])
            kind = {"box": "rectangle"}.get(region.kind, region.kind)
            shapes.append({**about, "shape_type": kind, "points": points, "mask": mask})
        _label_file.write_label_file(
            str(out / f"{Path(row.image).stem}.json"),
            shapes=shapes,
            image_path=row.image,
            image_height=row.size.height,
            image_width=row.size.width,
        )
    return "LabelFile.save, masks by utils.img_arr_to_b64"


def labelme_mask(inside: np.ndarray) -> str:
    from labelme import utils

    return utils.img_arr_to_b64(inside.astype(np.uint8))


def label_studio_writes(out: Path) -> str:
    """COCO (of datumaro) becomes tasks, and the brush is what its own coder makes."""
    from label_studio_sdk.converter import brush
    from label_studio_sdk.converter.imports.coco import convert_coco_to_ls

    source = Path(tempfile.mkdtemp()) / "coco"
    datumaro_writes("coco_instances", source, "box", "polygon")
    out.mkdir(parents=True)
    convert_coco_to_ls(
        str(source / "annotations/instances_train.json"),
        str(out / "tasks.json"),
        use_super_categories=False,
        image_root_url="/data/local-files/?d=",
        out_type="annotations",
    )
    tasks = json.loads((out / "tasks.json").read_text())
    about = {"from_name": "label", "to_name": "image", "image_rotation": 0, "id": "brush"}
    sides = {"original_width": 64, "original_height": 42, "type": "brushlabels"}
    rle = [int(value) for value in brush.mask2rle(ring().astype(np.uint8) * 255)]
    value = {"format": "rle", "rle": rle, "brushlabels": ["ring"]}
    one = next(task for task in tasks if task["data"]["image"].endswith("one.png"))
    one["annotations"][0]["result"].append({**about, **sides, "value": value})
    (out / "tasks.json").write_text(json.dumps(tasks))
    for extra in out.glob("*.xml"):
        extra.unlink()
    return "imports.coco.convert_coco_to_ls of datumaro's COCO, brush.mask2rle"


def sam_writes(out: Path) -> str:
    """The record that SAM's automatic mask generator makes, its run lengths by pycocotools."""
    from pycocotools import mask as coco_mask

    out.mkdir(parents=True)
    packed = coco_mask.encode(np.asfortranarray(ring().astype(np.uint8)))
    record = {
        "segmentation": {"size": packed["size"], "counts": packed["counts"].decode()},
        "area": int(coco_mask.area(packed)),
        "bbox": [float(side) for side in coco_mask.toBbox(packed)],
        "predicted_iou": 1.0078125,
        "point_coords": [[42.0, 7.0]],
        "stability_score": 0.97,
        "crop_box": [0, 0, 64, 42],
    }
    (out / "one.json").write_text(json.dumps([record]))
    return "mask.encode, toBbox, area, in the record of segment_anything's amg.py"


def writers():
    """(folder, format, tool, how it writes)"""
    every, from_one = ("box", "polygon", "mask"), {"coordinate_mode": "voc-one-based"}
    rows = (
        ("coco", "coco", "coco_instances", every, {}),
        ("panoptic", "coco_panoptic", "coco_panoptic", ("mask",), {}),
        ("voc", "voc", "voc_detection", ("box",), from_one),
        ("voc_from_zero", "voc_from_zero", "voc_detection", ("box",), {}),
        ("yolo", "yolo", "yolo", ("box",), {}),
        ("ultralytics", "yolo", "yolo_ultralytics", ("box",), {}),
        ("cvat", "cvat", "cvat", every, {}),
        ("sam", "sam", "segment_anything", ("mask",), {}),
    )
    for name, form, theirs, kinds, more in rows:
        write = partial(_datumaro_row, theirs, kinds, more)
        yield f"datumaro_{name}", form, "datumaro", write
    for form in ("coco", "yolo", "voc"):
        yield f"supervision_{form}", form, "supervision", partial(supervision_writes, form)
    yield "labelme", "labelme", "labelme", labelme_writes
    yield "label_studio", "label_studio", "label-studio-sdk", label_studio_writes
    yield "pycocotools_sam", "sam", "pycocotools", sam_writes


def _datumaro_row(form: str, kinds: tuple[str, ...], more: dict[str, str], out: Path) -> str:
    return datumaro_writes(form, out, *kinds, **more)


def ours(form: str, *kinds: str, name: str = "") -> Path:
    """What we write, with the pictures beside it."""
    folder = Path(tempfile.mkdtemp())
    path = folder / name if name else folder / "out"
    write_regions(truth(*kinds), path, format=form)
    return path


def datumaro_reads(path: Path, form: str, **more: str) -> list:
    from datumaro.components.dataset import Dataset

    found = Dataset.import_from(str(path), form, **more)
    return [(item.id, one) for item in found for one in item.annotations]


def boxes_of(found) -> list:
    """What datumaro read, as the numbers of boxes, by their pictures."""
    boxes = [(Path(key).name, [round(side, 3) for side in one.get_bbox()]) for key, one in found]
    return sorted(boxes)


def xywh(*kinds: str) -> list:
    """The same of the truth."""
    made = []
    for row in truth(*kinds):
        for region in row.regions:
            box = region.box()
            numbers = [float(side) for side in (box.x0, box.y0, box.width, box.height)]
            made.append((Path(row.image).stem, numbers))
    return sorted(made)


def check_coco() -> None:
    from pycocotools.coco import COCO

    path = ours("coco", "box", "polygon", "mask", name="instances.json")
    read = COCO(str(path))
    things = {
        read.cats[one["category_id"]]["name"]: one for one in read.loadAnns(read.getAnnIds(1))
    }
    assert things["cup"]["bbox"] == [3, 4, 17, 26]
    assert (read.annToMask(things["ring"]).astype(bool) == ring()).all()
    leaf = regions.polygon(LEAF).mask(SIZES["one.png"]).to_array()
    assert (read.annToMask(things["leaf"]).astype(bool) == leaf).all()


def check_supervision() -> None:
    import supervision as sv

    folder = pictures(Path(tempfile.mkdtemp()) / "images")
    voc = ours("voc", "box")
    read = sv.DetectionDataset.from_pascal_voc(str(folder), str(voc))
    yolo = ours("yolo", "box")
    other = sv.DetectionDataset.from_yolo(
        str(folder), str(yolo / "labels"), str(yolo / "data.yaml")
    )
    coco = ours("coco", "box", name="instances.json")
    third = sv.DetectionDataset.from_coco(str(folder), str(coco))
    for made in (read, other, third):
        found = {Path(path).name: one.xyxy.tolist() for path, one in made.annotations.items()}
        assert np.allclose(found["one.png"], [CUP], atol=1e-4), found
        assert np.allclose(found["two.png"], [SECOND], atol=1e-4), found


def check_datumaro() -> None:
    voc = Path(tempfile.mkdtemp())
    shutil.copytree(ours("voc", "box"), voc / "Annotations")
    (voc / "ImageSets/Main").mkdir(parents=True)
    (voc / "ImageSets/Main/train.txt").write_text("one\ntwo\n")
    (voc / "labelmap.txt").write_text("background:0,0,0::\ncup:128,0,0::\n")  # it knows VOC's own
    from_one = {"coordinate_mode": "voc-one-based"}
    assert boxes_of(datumaro_reads(voc, "voc_detection", **from_one)) == xywh("box")
    path = ours("cvat", "box", "polygon", "mask", name="annotations.xml")
    pictures(path.parent / "images")
    found = datumaro_reads(path.parent, "cvat")
    assert boxes_of(one for one in found if one[1].type.name != "mask") == xywh("box", "polygon")
    (mask,) = (one for _, one in found if one.type.name == "mask")
    assert (mask.image.astype(bool) == ring()).all()
    coco = Path(tempfile.mkdtemp()) / "annotations/instances_train.json"
    write_regions(truth("box"), coco, format="coco")
    pictures(coco.parents[1] / "images/train")
    assert boxes_of(datumaro_reads(coco.parents[1], "coco_instances")) == xywh("box")
    panoptic = Path(tempfile.mkdtemp()) / "annotations/panoptic_train.json"
    write_regions(truth("mask"), panoptic, format="coco_panoptic")
    pictures(panoptic.parents[1] / "images/train")
    (segment,) = (one for _, one in datumaro_reads(panoptic.parents[1], "coco_panoptic"))
    assert (segment.image.astype(bool) == ring()).all()
    sam = ours("sam", "mask")
    pictures(sam)
    masks = [one for _, one in datumaro_reads(sam, "segment_anything") if one.type.name == "mask"]
    assert any((one.image.astype(bool) == ring()).all() for one in masks)


def check_labelme() -> None:
    from labelme._label_file import LabelFile

    path = pictures(ours("labelme", "box", "polygon", "mask"))
    read = LabelFile(str(path / "one.json"))
    shapes = {shape["label"]: shape for shape in read.shapes}
    assert shapes["cup"]["points"] == [[3, 4], [20, 30]]
    assert shapes["leaf"]["points"] == [list(pair) for pair in LEAF]
    (left, top), (right, bottom) = (
        [int(side) for side in pair] for pair in shapes["ring"]["points"]
    )
    assert (shapes["ring"]["mask"] == ring()[top : bottom + 1, left : right + 1]).all()
    assert ring().sum() == shapes["ring"]["mask"].sum()


def check_label_studio() -> None:
    from label_studio_sdk.converter import Converter, brush

    path = ours("label_studio", "box", "polygon", "mask", name="tasks.json")
    tasks = json.loads(path.read_text())
    values = [one for one in tasks[0]["annotations"][0]["result"] if one["type"] == "brushlabels"]
    pixels = brush.decode_rle(values[0]["value"]["rle"]).reshape(42, 64, 4)[:, :, 3]
    assert ((pixels > 0) == ring()).all()
    config = (
        '<View><Image name="image" value="$image"/><RectangleLabels name="label" toName="image">'
        '<Label value="cup"/></RectangleLabels></View>'
    )
    plain = ours("label_studio", "box", name="tasks.json")
    out = Path(tempfile.mkdtemp())
    Converter(config, str(out), download_resources=False).convert_to_coco(
        str(plain), str(out), is_dir=False
    )
    found = json.loads((out / "result.json").read_text())
    boxes = sorted(one["bbox"] for one in found["annotations"])
    assert np.allclose(boxes, [[3, 4, 17, 26], [5, 6, 20, 40]]), boxes


def check_prezi() -> None:
    """IIIF's models say whether each annotation has the form of W3C's; they want sources typed."""
    from iiif_prezi3 import Annotation

    path = ours("web_annotation", "box", "polygon", name="notes.json")
    items = json.loads(path.read_text())["items"]
    for one in items:
        source = {"id": f"https://example.org/{one['target']['source']}", "type": "Canvas"}
        target = {**one["target"], "source": source, "type": "SpecificResource"}
        about = {"id": f"https://example.org/{one['id']}", "motivation": "tagging"}
        Annotation(**{**one, **about, "target": target})
    assert len(items) == 3


def check_svg() -> None:
    """The svg of a selector has the corners that were meant."""
    from svgelements import SVG, Polygon

    path = ours("web_annotation", "polygon", name="notes.json")
    value = json.loads(path.read_text())["items"][0]["target"]["selector"]["value"]
    (found,) = (one for one in SVG.parse(io.StringIO(value)).elements() if isinstance(one, Polygon))
    assert [(point.x, point.y) for point in found.points][:3] == LEAF


READERS = {
    "pycocotools": ("coco", check_coco),
    "supervision": ("coco, voc, yolo", check_supervision),
    "datumaro": ("coco, coco_panoptic, cvat, sam, voc", check_datumaro),
    "labelme": ("labelme", check_labelme),
    "label-studio-sdk": ("label_studio", check_label_studio),
    "iiif-prezi3": ("web_annotation", check_prezi),
    "svgelements": ("web_annotation", check_svg),
}


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def main() -> None:
    shutil.rmtree(HERE, ignore_errors=True)
    wrote = []
    for name, form, tool, write in writers():
        call = write(HERE / name)
        wrote.append(
            {
                "folder": name,
                "format": form,
                "tool": tool,
                "version": version(tool),
                "call": call,
                "sha256": digests(HERE / name),
            }
        )
    read = []
    for tool, (forms, check) in READERS.items():
        check()
        read.append({"tool": tool, "version": version(tool), "formats": forms.split(", ")})
    manifest = {
        "made by": "python tests/data/adapters/make_fixtures.py",
        "they wrote": wrote,
        "they read ours": read,
    }
    (HERE / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()

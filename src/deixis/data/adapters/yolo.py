"""YOLO's labels are a folder of .txt, one beside each picture's name, a line a region.

Frame: shares of the picture's width and height, `class cx cy w h` for a box, `class x y x y x y …`
for an outline; a last number more is a score. Numbers of pixels are rounded to a billionth, so that
what was written comes back the same. Classes are named by data.yaml (Ultralytics), classes.txt
(Label Studio, labelImg) or obj.names (Darknet, CVAT); where nothing names one its number is its
label.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar, final

from typing_extensions import override

from deixis.core import region as regions
from deixis.core.errors import UsageError
from deixis.core.files import read_bytes
from deixis.core.images import picture_size
from deixis.core.region import Region
from deixis.core.shapes import Box, Polygon
from deixis.core.size import Size
from deixis.data.adapters.adapter import Adapter, Annotated, FormatCard, Loss, OnBad
from deixis.data.adapters.folders import new_folder
from deixis.data.adapters.glance import head
from deixis.data.adapters.losses import LossTally, Writable
from deixis.data.adapters.outline_parts import one_ring
from deixis.data.reading.bad_rows import BadRows
from deixis.data.reading.fields import BadRowError, is_count, shown
from deixis.data.reading.flat_yaml import flat_yaml
from deixis.data.reading.pictures import PictureFolders, first_there

YAML = ("data.yaml", "dataset.yaml", "data.yml")
LISTS = ("classes.txt", "obj.names")
OTHERS = {*LISTS, "train.txt", "val.txt", "valid.txt", "test.txt", "notes.txt", "README.txt"}
ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".JPG", ".PNG")
MOST = 2**24  # bytes of a file of labels
DIGITS = 9


@final
class Yolo(Adapter):
    """YOLO's boxes and outlines."""

    card: ClassVar[FormatCard] = FormatCard(
        title="YOLO",
        origin="https://docs.ultralytics.com/datasets/",
        form="a folder of data.yaml, labels and images; or of classes.txt or obj.names",
        frame="shares of the picture",
        kinds=("box", "polygon"),
        words=("label", "score"),
        unlabelled="object",
        is_sized=True,
    )

    @classmethod
    @override
    def recognises(cls, path: Path) -> bool:
        if not path.is_dir():
            return path.name in (*YAML, *LISTS) and cls.recognises(path.parent)
        if first_there(*(path / name for name in (*YAML, *LISTS))) is not None:
            return True
        first = next(iter(sorted(_label_files(path))), None)
        return first is not None and _is_label(head(first))

    @classmethod
    @override
    def read(
        cls, path: Path, *, images: Path | None = None, on_bad: OnBad | None = None
    ) -> Iterator[Annotated]:
        root = path if path.is_dir() else path.parent
        names = _names(root)
        folders = PictureFolders(given=images)
        files = sorted(_label_files(root))
        if not files:
            raise UsageError(f"there is no .txt of labels in {str(root)!r}")
        for file in files:
            bad = BadRows(file, on_bad)
            with bad.left_out("all"):
                picture, name = _picture(file, root, folders)
                size = picture_size(picture)
                found = tuple(_regions(file, size, names, bad))
                yield Annotated(image=name, path=picture, size=size, regions=found)

    @classmethod
    @override
    def write(cls, rows: Iterable[Annotated], path: Path) -> tuple[Loss, ...]:
        losses = LossTally()
        classes: dict[str, int] = {}
        with new_folder(path) as folder:
            for held in losses.held(rows, cls.card):
                lines = "".join(_told(held, classes, losses))
                folder.write(held.row.image, "labels/", ".txt", lines)
            named = "".join(f"  {key}: {_quoted(name)}\n" for name, key in classes.items())
            folder.put("data.yaml", f"train: images\nval: images\nnames:\n{named}")
        return losses.told()


def _told(held: Writable, classes: dict[str, int], losses: LossTally) -> Iterator[str]:
    for place, region in enumerate(held.regions, start=1):
        where = f"{held.row.image}, region {place}"
        cut = region.within(held.size)
        if cut != region:
            losses.note("a region was cut to its picture", where)
        key = classes.setdefault(region.label or "", len(classes))
        score = [] if region.score is None else [region.score]
        yield " ".join(map(repr, [key, *_shares(cut, held.size, losses, where), *score])) + "\n"


def _shares(region: Region, size: Size, losses: LossTally, where: str) -> list[float]:
    across, down = size.width, size.height
    if isinstance(region.shape, Box):
        box = region.shape
        middle = [(box.x0 + box.x1) / 2 / across, (box.y0 + box.y1) / 2 / down]
        return [*middle, box.width / across, box.height / down]
    assert isinstance(region.shape, Polygon)
    rings = region.shape.rings
    if len(rings) > 1:
        losses.note("parts of an outline were joined by lines without width", where)
    return [side for x, y in one_ring(rings) for side in (x / across, y / down)]


def _names(root: Path) -> dict[int, str]:
    """The classes have names by their numbers."""
    for folder in (root, root.parent):
        file = first_there(*(folder / name for name in YAML))
        if file is not None:
            found = flat_yaml(file)
            if "kpt_shape" in found:
                raise UsageError(f"{file} is of poses (kpt_shape), which are not read")
            return _numbered(found.get("names"), file)
        file = first_there(*(folder / name for name in LISTS))
        if file is not None:
            return dict(enumerate(line.strip() for line in _lines(file)))
    return {}


def _numbered(names: object, file: Path) -> dict[int, str]:
    if isinstance(names, list):
        return {key: str(name) for key, name in enumerate(names)}
    if isinstance(names, dict) and all(is_count(str(key)) for key in names):
        return {int(key): str(name) for key, name in names.items()}
    raise UsageError(f"{file} names its classes as a list or by their numbers, got {shown(names)}")


def _label_files(root: Path) -> Iterator[Path]:
    """Labels lie in `labels` (of Ultralytics), or anywhere below."""
    inner = [one for one in (root / "labels", *root.glob("*/labels")) if one.is_dir()]
    for folder in inner or [root]:
        yield from (file for file in folder.rglob("*.txt") if file.name not in OTHERS)


def _picture(file: Path, root: Path, folders: PictureFolders) -> tuple[Path, str]:
    """The picture of some labels lies where Ultralytics looks for it, or in the folder given."""
    inside = file.relative_to(root)
    parts = list(inside.with_suffix("").parts)
    if "labels" in parts:
        at = parts.index("labels")
        twin, below = [*parts[:at], "images", *parts[at + 1 :]], parts[at + 1 :]
    else:
        twin = below = parts
    for ending in ENDINGS:
        name = "/".join(below) + ending
        if folders.given is not None:
            found = first_there(folders.given / name, folders.given / Path(name).name)
            name = name if found is None else str(found.relative_to(folders.given))
        else:
            found = first_there(root / ("/".join(twin) + ending), file.with_suffix(ending))
        if found is not None:
            return found, name
    raise BadRowError(
        f"there is no picture of {'/'.join(below)!r}, whose size these labels need; "
        "say where it lies (images=, or --images)"
    )


def _lines(file: Path) -> list[str]:
    try:
        text = read_bytes(file, most=MOST).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {file}: {error}") from None
    return text.splitlines()


def _is_label(start: bytes) -> bool:
    words = start.split(b"\n", 1)[0].split()
    try:
        values = [float(word) for word in words]
    except ValueError:
        return False
    return len(values) >= 5 and values[0].is_integer() and all(-1 <= one <= 2 for one in values[1:])


def _regions(file: Path, size: Size, names: dict[int, str], bad: BadRows) -> Iterator[Region]:
    for number, line in enumerate(_lines(file), start=1):
        with bad.left_out(number):
            yield from _region(line, size, names)


def _region(line: str, size: Size, names: dict[int, str]) -> list[Region]:
    words = line.split()
    if not words:
        return []
    try:
        key, *values = (float(word) for word in words)
    except ValueError:
        raise BadRowError(f"a line is a class and numbers, got {shown(line)}") from None
    if not key.is_integer() or key < 0:
        raise BadRowError(f"a class is a whole number, got {shown(words[0])}")
    if names and int(key) not in names:
        raise BadRowError(f"there is no class {int(key)}")
    has_score = len(values) == 5 or (len(values) > 6 and len(values) % 2 == 1)
    score = values.pop() if has_score else None
    found = _shape(values, size)
    label = names.get(int(key), str(int(key)))
    return [Region(shape=found.shape, label=label, score=score)]


def _shape(values: list[float], size: Size) -> Region:
    across, down = size.width, size.height
    if len(values) == 4:
        cx, cy, width, height = values
        return regions.box(
            _round((cx - width / 2) * across),
            _round((cy - height / 2) * down),
            _round((cx + width / 2) * across),
            _round((cy + height / 2) * down),
        )
    if len(values) < 6:
        raise BadRowError(f"a region is 4 numbers or corners, got {len(values)}")
    pairs = zip(values[::2], values[1::2], strict=True)
    return regions.polygon([(_round(x * across), _round(y * down)) for x, y in pairs])


def _round(side: float) -> float:
    return round(side, DIGITS)


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''").replace("\n", " ") + "'"

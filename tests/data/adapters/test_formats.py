"""What single formats mean, where the other tools' files of `written` do not show it."""

import json

import numpy as np
import pytest

from deixis.core import region as regions
from deixis.core.errors import DeixisError, SampleError, UsageError
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.data.adapters import Annotated, adapters, format_of, regions_of, write_regions
from deixis.data.reading.flat_yaml import flat_yaml
from deixis.data.reading.rle_pack import packed, unpacked
from deixis.data.reading.svg_shapes import svg_region
from tests.data.adapters.drawn import SIZE, pictures


def read(path, **how):
    """The regions of the only picture."""
    (row,) = regions_of(path, **how)
    return list(row.regions)


def cvat(tmp_path, shapes):
    path = tmp_path / "annotations.xml"
    image = f'<image id="0" name="one.png" width="64" height="42">{shapes}</image>'
    path.write_text(f"<annotations><version>1.1</version>{image}</annotations>")
    return path


class TestCvat:
    def test_a_turned_box_is_turned_around_its_middle(self, tmp_path):
        box = '<box label="a" xtl="10" ytl="10" xbr="30" ybr="20" rotation="90"/>'
        (found,) = read(cvat(tmp_path, box))
        corners = [(25, 5), (25, 25), (15, 25), (15, 5)]
        assert np.allclose(found.shape.rings[0], corners)

    def test_ellipses_keep_their_angle(self, tmp_path):
        ellipse = '<ellipse label="a" cx="9" cy="8" rx="4" ry="2" rotation="30"/>'
        assert read(cvat(tmp_path, ellipse)) == [regions.ellipse(9, 8, 4, 2, angle=30, label="a")]

    def test_points_are_one_each_and_tags_have_no_place(self, tmp_path):
        path = cvat(tmp_path, '<tag label="day"/><points label="a" points="1,2;3,4"/>')
        assert [one.shape for one in read(path)] == [
            regions.point(1, 2).shape,
            regions.point(3, 4).shape,
        ]

    def test_a_mask_s_runs_go_along_the_rows_of_its_box(self, tmp_path):
        mask = '<mask label="a" rle="1, 2, 3" left="5" top="6" width="3" height="2"/>'
        (found,) = read(cvat(tmp_path, mask))
        assert np.argwhere(found.shape.to_array()).tolist() == [[6, 6], [6, 7]]

    @pytest.mark.parametrize("rle", ["1, 2", "1, 2, 4", "-1, 4, 3", "9999999999999999", "x"])
    def test_a_mask_that_does_not_fill_its_box_is_told(self, tmp_path, rle):
        mask = f'<mask label="a" rle="{rle}" left="5" top="6" width="3" height="2"/>'
        with pytest.raises(SampleError, match=r"image one\.png, shape 1: "):
            read(cvat(tmp_path, mask))

    def test_tracks_and_cuboids_are_told_by_name(self, tmp_path):
        with pytest.raises(SampleError, match="'cuboid' is not read"):
            read(cvat(tmp_path, '<cuboid label="a"/>'))
        path = tmp_path / "annotations.xml"
        path.write_text("<annotations><track id='0' label='a'/></annotations>")
        with pytest.raises(SampleError, match="tracks of video are not read"):
            list(regions_of(path))

    def test_parts_of_one_group_are_one_region(self, tmp_path):
        part = '<polygon label="a" group_id="3" points="{0},0;{0},9;{1},9"/>'
        path = cvat(tmp_path, part.format(1, 5) + part.format(11, 15))
        assert [len(one.shape.rings) for one in read(path)] == [2]

    def test_xml_with_entities_is_refused(self, tmp_path):
        path = tmp_path / "annotations.xml"
        path.write_text('<!DOCTYPE a [<!ENTITY b "c">]><annotations>&b;</annotations>')
        with pytest.raises(UsageError, match="declares types or entities"):
            list(regions_of(path, format="cvat"))


class TestYolo:
    @pytest.fixture
    def folder(self, tmp_path):
        root = tmp_path / "set"
        pictures(root / "images")
        (root / "images/a/one.png").rename(root / "images/one.png")
        (root / "labels").mkdir()
        (root / "data.yaml").write_text("nc: 2\nnames: ['a cup', \"dog\"]\n")
        return root

    @pytest.mark.parametrize(
        ("line", "kind", "score"),
        [
            ("1 0.5 0.5 0.25 0.5", "box", None),
            ("1 0.5 0.5 0.25 0.5 0.75", "box", 0.75),
            ("1 0.1 0.1 0.5 0.1 0.5 0.5", "polygon", None),
            ("1 0.1 0.1 0.5 0.1 0.5 0.5 0.25", "polygon", 0.25),
        ],
    )
    def test_a_line_is_a_box_or_an_outline_with_a_score_or_without(self, folder, line, kind, score):
        (folder / "labels/one.txt").write_text(f"{line}\n\n")
        (found,) = read(folder)
        assert (found.kind, found.label, found.score) == (kind, "dog", score)

    def test_numbers_are_shares_of_the_picture(self, folder):
        (folder / "labels/one.txt").write_text("0 0.5 0.5 0.25 0.5")
        assert read(folder)[0].box().xyxy == (24, 10.5, 40, 31.5)

    def test_a_bad_line_is_named_and_may_be_left_out(self, folder):
        (folder / "labels/one.txt").write_text("0 0.5 0.5 0.25 0.5\n7 0.5 0.5 0.1 0.1\n")
        with pytest.raises(SampleError, match=r"one\.txt, row 2: there is no class 7"):
            read(folder)
        told = []
        assert len(read(folder, on_bad=told.append)) == 1
        assert len(told) == 1

    def test_poses_are_refused(self, folder):
        (folder / "data.yaml").write_text("kpt_shape: [17, 3]\nnames: [a]\n")
        (folder / "labels/one.txt").write_text("0 0.5 0.5 0.25 0.5")
        with pytest.raises(UsageError, match="of poses"):
            read(folder)

    def test_parts_are_joined_and_what_sticks_out_is_cut_and_both_are_told(self, tmp_path):
        parts = regions.polygon([(1, 1), (9, 1), (9, 9)], [(20, 20), (30, 20), (30, 30)])
        rows = [Annotated(image="one.png", size=SIZE, regions=(parts, regions.box(-4, 2, 9, 9)))]
        told = {loss.what for loss in write_regions(rows, tmp_path / "out", format="yolo")}
        assert "parts of an outline were joined by lines without width" in told
        assert "a region was cut to its picture" in told

    @pytest.mark.parametrize(
        "text",
        [
            "names: [cup, 'a, b']",
            "names:\n- cup\n- 'a, b'",
            'names:\n  - cup  # one\n  - "a, b"',
            "names: [cup,\n  'a, b']",
        ],
    )
    def test_names_may_be_a_list(self, tmp_path, text):
        (tmp_path / "data.yaml").write_text(f"# of us\npath: x\n{text}\ntrain: images\n")
        found = flat_yaml(tmp_path / "data.yaml")
        assert found == {"path": "x", "names": ["cup", "a, b"], "train": "images"}

    @pytest.mark.parametrize("text", ["names: {0: cup, 1: dog}", "names:\n  0: cup\n  1: 'dog'"])
    def test_names_may_be_by_number(self, tmp_path, text):
        (tmp_path / "data.yaml").write_text(text)
        assert flat_yaml(tmp_path / "data.yaml")["names"] == {"0": "cup", "1": "dog"}


class TestVoc:
    def test_a_corner_at_zero_shows_that_files_count_from_zero(self, tmp_path):
        row = Annotated(image="one.png", size=SIZE, regions=(regions.box(0, 0, 9, 9, label="a"),))
        write_regions([row], tmp_path / "out", format="voc_from_zero")
        with pytest.raises(SampleError, match="read the files as voc_from_zero"):
            read(tmp_path / "out")
        assert read(tmp_path / "out", format="voc_from_zero") == list(row.regions)

    def test_the_first_pixel_is_one_and_the_last_is_inside(self, tmp_path):
        row = Annotated(image="one.png", size=SIZE, regions=(regions.box(0, 0, 64, 42, label="a"),))
        write_regions([row], tmp_path / "out", format="voc")
        text = (tmp_path / "out/one.xml").read_text()
        assert "<xmin>1</xmin>" in text
        assert "<xmax>64</xmax>" in text

    def test_a_box_without_extent_is_left_out_and_told(self, tmp_path):
        row = Annotated(image="one.png", size=SIZE, regions=(regions.box(3, 3, 3, 9, label="a"),))
        (loss,) = write_regions([row], tmp_path / "out", format="voc")
        assert str(loss) == "a box without extent was left out: 1 (first one.png, region 1)"


class TestLabelStudio:
    def task(self, tmp_path, *results, **more):
        path = tmp_path / "tasks.json"
        about = {"original_width": 100, "original_height": 50, "image_rotation": 0}
        listed = [{**about, **one} for one in results]
        task = {"data": {"image": "/data/upload/1/0a1b2c3d-one.png"}, **more}
        path.write_text(json.dumps([task | {"annotations": [{"result": listed}]}]))
        return path

    def test_a_turned_rectangle_is_turned_around_its_left_top_corner(self, tmp_path):
        value = {"x": 10, "y": 20, "width": 20, "height": 20, "rotation": 90}
        one = {"id": "a", "type": "rectanglelabels", "value": {**value, "rectanglelabels": ["b"]}}
        (found,) = read(self.task(tmp_path, one))
        assert np.allclose(found.shape.rings[0], [(10, 10), (10, 30), (0, 30), (0, 10)])
        assert found.label == "b"

    def test_text_and_label_of_one_id_are_one_region(self, tmp_path):
        box = {"x": 10, "y": 20, "width": 20, "height": 20, "rotation": 0}
        one = {"id": "a", "type": "rectangle", "value": box}
        labels = {"id": "a", "type": "labels", "value": {**box, "labels": ["sign"]}}
        text = {"id": "a", "type": "textarea", "value": {**box, "text": ["STOP"]}}
        (found,) = read(self.task(tmp_path, one, labels, text))
        assert (found.label, found.text) == ("sign", "STOP")
        assert found.box().xyxy == (10, 10, 30, 20)

    def test_an_upload_is_found_by_its_own_name(self, tmp_path):
        images = pictures(tmp_path / "images")
        (images / "a/one.png").rename(images / "one.png")
        (row,) = regions_of(self.task(tmp_path), images=images)
        assert (row.image, row.path, row.size) == ("one.png", images / "one.png", SIZE)

    @pytest.mark.parametrize("num", [1, 7, 300, 70_000])
    def test_brushes_are_packed_and_unpacked(self, num):
        values = np.random.default_rng(num).integers(0, 2, num).astype(np.uint8) * 255
        values[num // 2 :] = 255
        assert (unpacked(packed(values), num) == values).all()


class TestWebAnnotation:
    @pytest.mark.parametrize(
        ("svg", "meant"),
        [
            ('<rect x="1" y="2" width="3" height="4"/>', regions.box(1, 2, 4, 6)),
            ('<circle cx="5" cy="6" r="2"/>', regions.ellipse(5, 6, 2, 2)),
            ('<line x1="1" y1="2" x2="3" y2="4"/>', regions.stroke([(1, 2), (3, 4)])),
            ('<g><path d="M1 2L3,4 l0 2z"/></g>', regions.polygon([(1, 2), (3, 4), (3, 6)])),
            ('<path d="M0 0H9V9H0Z"/>', regions.polygon([(0, 0), (9, 0), (9, 9), (0, 9)])),
            ('<path d="M 1,2 3,4 5,1"/>', regions.stroke([(1, 2), (3, 4), (5, 1)])),
        ],
    )
    def test_an_svg_is_a_region(self, svg, meant):
        assert svg_region(f'<svg xmlns="http://www.w3.org/2000/svg">{svg}</svg>') == meant

    @pytest.mark.parametrize(
        "svg",
        [
            '<path d="M0 0 C1 1 2 2 3 3"/>',
            '<path d="L1 1"/>',
            '<path d="M0 0Z5"/>',
            "<polygon points='1,2 3'/>",
            "<polygon points='1,2 3,x 4,5'/>",
            "<g transform='scale(2)'><rect width='1' height='1'/></g>",
            "<text>x</text>",
            "<ellipse cx='1' cy='1' rx='2' ry='1' transform='rotate(9 5 5)'/>",
        ],
    )
    def test_what_is_more_than_a_straight_shape_is_told(self, tmp_path, svg):
        one = {"type": "Annotation", "target": {"source": "one.png"}}
        one["target"]["selector"] = {"type": "SvgSelector", "value": f"<svg>{svg}</svg>"}
        (tmp_path / "a.json").write_text(json.dumps([one]))
        with pytest.raises(SampleError, match=r"a\.json, row annotation 1: "):
            read(tmp_path / "a.json")

    def test_percent_are_of_the_picture(self, tmp_path):
        images = pictures(tmp_path / "images")
        target = "https://example.org/x/two.jpg#xywh=percent:10,20,50,40"
        one = {"@context": "http://www.w3.org/ns/anno.jsonld", "type": "Annotation"}
        (tmp_path / "a.json").write_text(json.dumps({**one, "bodyValue": "hi", "target": target}))
        (found,) = read(tmp_path / "a.json", images=images)
        assert found.box().xyxy == (3, 10, 18, 30)
        assert found.text == "hi"
        images.rename(tmp_path / "elsewhere")
        with pytest.raises(SampleError, match="percent need the picture"):
            read(tmp_path / "a.json")


class TestOthers:
    def test_regions_of_a_panoptic_picture_hide_what_lies_under_them(self, tmp_path):
        low, high = regions.box(0, 0, 9, 9, label="a"), regions.box(5, 5, 20, 20, label="b")
        under = regions.box(6, 6, 8, 8, label="c")
        row = Annotated(image="one.png", size=SIZE, regions=(low, under, high))
        losses = write_regions([row], tmp_path / "panoptic.json", format="coco_panoptic")
        assert "a region wholly under later ones was left out" in {loss.what for loss in losses}
        seen, whole = read(tmp_path / "panoptic.json")
        assert whole.shape == high.mask(SIZE)
        assert seen.shape.area == 81 - 16

    def test_labelme_s_picture_elsewhere_is_looked_for_only_where_one_says(self, tmp_path):
        images = pictures(tmp_path / "photos")
        (images / "a/one.png").rename(images / "one.png")
        record = {"shapes": [], "imagePath": "..\\photos\\one.png", "imageHeight": 42}
        (tmp_path / "shapes").mkdir()
        file = tmp_path / "shapes/one.json"
        file.write_text(json.dumps(record | {"imageWidth": 64, "version": "5"}))
        with pytest.raises(SampleError, match="lies outside of its folder; say where"):
            read(tmp_path / "shapes")
        (row,) = regions_of(tmp_path / "shapes", images=images)
        assert (row.image, row.path) == ("one.png", images / "one.png")

    def test_labelme_s_parts_have_one_group(self, tmp_path):
        parts = regions.polygon([(1, 1), (9, 1), (9, 9)], [(20, 20), (30, 20), (30, 30)], label="a")
        row = Annotated(image="one.png", size=SIZE, regions=(parts, parts.named(label="b")))
        assert not write_regions([row], tmp_path / "out", format="labelme")
        assert read(tmp_path / "out") == list(row.regions)

    def test_masks_of_sam_in_a_list_are_of_the_picture_beside_them(self, tmp_path):
        images = pictures(tmp_path)
        mask = Mask.from_array(np.eye(50, 30, dtype=np.bool_))
        runs = {"size": [50, 30], "counts": mask.counts}
        record = [{"segmentation": runs, "predicted_iou": 0.5, "bbox": [0, 0, 30, 30]}]
        (tmp_path / "two.json").write_text(json.dumps(record))
        (row,) = regions_of(tmp_path / "two.json")
        assert (row.image, row.path) == ("two.jpg", images / "two.jpg")
        assert row.regions == (Region(shape=mask, score=0.5),)

    def test_an_annotation_of_coco_without_its_picture_is_told(self, tmp_path):
        whole = {"images": [], "categories": [], "annotations": [{"id": 1, "image_id": 7}]}
        (tmp_path / "a.json").write_text(json.dumps(whole))
        with pytest.raises(SampleError, match="there is no picture 7"):
            list(regions_of(tmp_path / "a.json", format="coco"))

    def test_json_that_is_deep_is_refused_whatever_it_is_called(self, tmp_path):
        path = tmp_path / "a.json"
        path.write_text('{"shapes": ' + "[" * 100_000)
        with pytest.raises(UsageError):
            format_of(path)
        for name in adapters.names():
            with pytest.raises(DeixisError):
                list(regions_of(path, format=name))

    def test_a_folder_with_something_in_it_is_not_written_over(self, tmp_path):
        (tmp_path / "x.txt").write_text("mine")
        with pytest.raises(UsageError, match="is there already"):
            write_regions([Annotated(image="a.png", size=SIZE)], tmp_path, format="voc")
        assert [path.name for path in tmp_path.iterdir()] == ["x.txt"]

    def test_pictures_that_would_share_a_file_are_refused(self, tmp_path):
        rows = [Annotated(image=name, size=SIZE) for name in ("a.png", "A.jpg")]
        with pytest.raises(UsageError, match="would be written to one file"):
            write_regions(rows, tmp_path / "out", format="labelme")
        assert list(tmp_path.iterdir()) == []

    def test_a_size_is_asked_of_the_picture_where_the_row_has_none(self, tmp_path):
        images = pictures(tmp_path / "images")
        row = Annotated(image="two.jpg", path=images / "two.jpg")
        write_regions([row], tmp_path / "a.json", format="coco")
        assert next(regions_of(tmp_path / "a.json")).size == Size(width=30, height=50)


class TestOwnLines:
    def test_a_line_by_hand_needs_no_kind(self, tmp_path):
        path = tmp_path / "mine.jsonl"
        lines = (
            '{"image": "a.png", "box": [1, 2, 3, 4], "label": "cup"}',
            '{"image": "a.png", "size": [8, 9], "point": [5, 6]}',
        )
        path.write_text("\n".join(lines))
        assert format_of(path) == "region_lines"
        assert read(path) == [regions.box(1, 2, 3, 4, label="cup"), regions.point(5, 6)]

    @pytest.mark.parametrize(
        "field", ['"bbox": [1, 2, 3, 4]', '"box": [1, 2, 3, 4], "point": [1, 2]']
    )
    def test_a_line_that_tells_no_region_is_not_taken_for_a_picture_without_one(
        self, tmp_path, field
    ):
        path = tmp_path / "mine.jsonl"
        path.write_text('{"image": "a.png", ' + field + "}")
        with pytest.raises(SampleError, match="one of the fields point, box"):
            read(path, format="region_lines")

    def test_a_file_of_no_format_is_told_the_simplest(self, tmp_path):
        path = tmp_path / "mine.jsonl"
        path.write_text('{"picture": "a.png", "bbox": [1, 2, 3, 4]}')
        with pytest.raises(UsageError, match="a line of your own is"):
            read(path)

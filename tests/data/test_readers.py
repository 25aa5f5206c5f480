"""What each published form means: where the corners are, which words, what is left out."""

import base64
import io
import json
import pickle
import shutil

import numpy as np
import pytest
from PIL import Image as PIL

from deixis.core.errors import SampleError, UsageError
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.data import datasets
from deixis.data.reading.fields import BadRowError
from deixis.data.reading.labelme_shapes import labelme_region
from tests.data.published import FIXTURES, opened, path_of, samples

PICTURE = Size(width=64, height=42)


def changed(tmp_path, name, file, change):
    """A copy of a data set in which one JSON file was changed."""
    copy = shutil.copytree(FIXTURES / name, tmp_path / name)
    content = json.loads((copy / file).read_text())
    change(content)
    (copy / file).write_text(json.dumps(content))
    return copy


def box(region: Region):
    return region.box().xyxy


def base64_png(pixels: np.ndarray) -> str:
    """A PNG of one channel, as LabelMe keeps a mask."""
    buffer = io.BytesIO()
    PIL.fromarray(pixels).save(buffer, format="PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def problem_of(dataset, index):
    """What is told of a row, None where it is right."""
    try:
        dataset.sample(index)
    except SampleError as problem:
        return str(problem)
    return None


def nested_pickle(depth):
    """A list in a list in a list …, which `pickle.dumps` itself could not write."""
    return b"\x80\x02" + b"]" * depth + b"a" * (depth - 1) + b"."


class TestCoco:
    def test_crowds_are_no_rows(self):
        assert [sample.id for sample in samples("coco_instances")] == ["101", "900100000103", "104"]

    def test_outlines_run_lengths_and_boxes_are_regions(self):
        polygon, mask, plain = (s.regions["object"] for s in samples("coco_instances"))
        assert (polygon.kind, mask.kind, plain.kind) == ("polygon", "mask", "box")
        assert len(polygon.shape.rings) == 1  # two corners cover nothing
        assert mask.shape.area == 30
        assert box(plain) == (2.5, 3.0, 12.5, 23.0)

    @pytest.mark.parametrize(
        ("counts", "reason"),
        [
            ([1, -1, 3072], "≥ 0 and sum"),
            ([1, 2], "≥ 0 and sum"),
            ("!!", "compressed"),
            (7, "text or a list"),
            ([3072], "empty"),
        ],
    )
    def test_a_broken_mask_is_told(self, tmp_path, counts, reason):
        file = "annotations/instances_val2017.json"

        def change(content):
            content["annotations"][2]["segmentation"]["counts"] = counts

        changed(tmp_path, "coco_instances", file, change)
        with pytest.raises(SampleError, match=f"annotation 900100000103: .*{reason}"):
            opened("coco_instances", tmp_path).sample(1)

    def test_several_splits_ask_which(self, tmp_path):
        copy = shutil.copytree(FIXTURES / "coco_instances", tmp_path / "c")
        other = copy / "annotations/instances_train2017.json"
        shutil.copy(copy / "annotations/instances_val2017.json", other)
        with pytest.raises(UsageError, match="--split from train2017, val2017"):
            datasets.get("coco_instances").open(copy)

    def test_a_panoptic_segment_is_its_pixels(self):
        chair, tree, person = samples("coco_panoptic")
        assert box(chair.regions["object"]) == (0, 0, 30, 42)
        assert box(tree.regions["object"]) == (30, 0, 64, 42)
        assert person.regions["object"].shape.area == 100
        assert tree.turns[0].answer == "tree-merged"

    def test_crowds_are_no_rows_of_panoptic_maps(self):
        ids = [sample.id for sample in samples("coco_panoptic")]
        assert ids == ["139/3226956", "139/65793", "285/7"]

    @pytest.mark.parametrize("listed", [7, None, [], [7], [{"iscrowd": 1}]])
    def test_an_entry_whose_segments_are_broken_is_told_and_others_are_read(self, tmp_path, listed):
        def change(content):
            content["annotations"][0]["segments_info"] = listed

        changed(tmp_path, "coco_panoptic", "annotations/panoptic_val2017.json", change)
        dataset = opened("coco_panoptic", tmp_path)
        assert dataset.sample(len(dataset) - 1).id == "285/7"
        for index in range(len(dataset) - 1):
            with pytest.raises(SampleError, match="image 139, segment 1"):
                dataset.sample(index)

    def test_a_segment_without_pixels_is_told(self, tmp_path):
        def change(content):
            content["annotations"][0]["segments_info"][2]["id"] = 5

        changed(tmp_path, "coco_panoptic", "annotations/panoptic_val2017.json", change)
        with pytest.raises(SampleError, match="image 139, segment 3: its mask has no pixel"):
            opened("coco_panoptic", tmp_path).sample(1)


class TestRefCoco:
    def test_all_sentences_are_references(self):
        first, second = samples("refcoco")
        assert first.turns[0].references == ("the chair", "brown seat")
        assert second.turns[0].answer == "café chair"
        assert first.picture.name == "COCO_train2014_000000000139.jpg"

    def test_a_sentence_without_words_is_told(self, tmp_path):
        copy = shutil.copytree(FIXTURES / "refcoco", tmp_path / "refcoco")
        refs = [{"ref_id": 7, "ann_id": 101, "sentences": [{"tokens": []}]}, None]
        (copy / "refs(unc).p").write_bytes(pickle.dumps(refs))
        dataset = opened("refcoco", tmp_path)
        for index, reason in ((0, "ref 7: a sentence is text"), (1, "row 2: a row is an object")):
            with pytest.raises(SampleError, match=reason):
                dataset.sample(index)

    @pytest.mark.parametrize("name", ["ref_id", "ann_id", "sentences", "split"])
    def test_a_small_file_of_a_huge_value_is_told_at_once(self, tmp_path, name):
        huge: list[object] = ["a word"]
        for _ in range(40):
            huge = [huge] * 8  # 8 ** 40 words when written out, 3 KB as a pickle
        ref = {"ref_id": 7, "ann_id": 101, "sentences": [{"sent": "a"}], "split": "train"}
        refs = [{"ref_id": 8, "sentences": 7}, {**ref, name: [{"sent": huge}]}, {**ref, name: huge}]
        copy = shutil.copytree(FIXTURES / "refcoco", tmp_path / "refcoco")
        (copy / "refs(unc).p").write_bytes(pickle.dumps(refs, protocol=2))
        dataset = opened("refcoco", tmp_path)
        for index in range(3):
            problem = problem_of(dataset, index)
            assert problem is None or len(problem) < 400

    def test_a_deeply_nested_value_is_told(self, tmp_path):
        copy = shutil.copytree(FIXTURES / "refcoco", tmp_path / "refcoco")
        (copy / "refs(unc).p").write_bytes(nested_pickle(2000))
        with pytest.raises(SampleError, match="row 1: a row is an object, got "):
            opened("refcoco", tmp_path).sample(0)

    def test_a_thing_that_is_not_annotated_is_told(self, tmp_path):
        def change(content):
            del content["annotations"][0]

        changed(tmp_path, "refcoco", "instances.json", change)
        with pytest.raises(SampleError, match=r"refs\(unc\)\.p, row ref 7: .*no annotation 101"):
            opened("refcoco", tmp_path).sample(0)


class TestVisualGenome:
    def test_a_relation_is_a_triplet_of_two_regions(self):
        first, second, third = samples("visual_genome")
        assert first.turns[0].answer == "(shade, on, street)"
        assert box(first.regions["subject"]) == (5, 6, 25, 16)
        assert second.turns[0].answer == "(man, wears, sneakers)"
        assert third.picture.parent.name == "VG_100K_2"

    def test_sizes_are_not_needed(self, tmp_path):
        copy = shutil.copytree(FIXTURES / "visual_genome", tmp_path / "visual_genome")
        (copy / "image_data.json").unlink()
        assert opened("visual_genome", tmp_path).sample(0).size is None


class TestFlickr30kEntities:
    def test_each_box_of_a_group_has_its_slot(self):
        first, second, third = samples("flickr30k_entities")
        assert first.turns[0].answer == (
            "Two young guys ({thing_1} and {thing_2}) with shaggy hair ({thing_3}) look at their "
            "hands ({thing_4}) while hanging out in the yard."
        )
        assert "time spent" in second.turns[0].answer
        assert third.turns[0].answer == "A man ({thing_1}) sits."

    def test_corners_count_from_one_and_are_inside(self):
        first, _, third = samples("flickr30k_entities")
        assert box(first.regions["thing_1"]) == (9, 11, 30, 60)
        assert box(third.regions["thing_1"]) == (0, 0, 20, 42)

    def test_both_ways_to_caption_are_drawn(self):
        dataset = opened("flickr30k_entities")
        drawn = [dataset.sample(0, np.random.default_rng(seed)).turns[0] for seed in range(20)]
        assert {"{thing_1}" in turn.answer for turn in drawn} == {True, False}
        assert {"{thing_1}" in turn.question for turn in drawn} == {True, False}


class TestVcr:
    def test_a_question_and_why(self):
        why_first, _ = samples("vcr")
        asked, why = why_first.turns
        assert asked.question.startswith("Why is {person2} pointing at {person1}?\nA. ")
        assert asked.choices[0] == "He is telling {person1} and {person2} that it's his."
        assert (asked.right, why.right, why.answer) == (0, 2, "C")
        assert why.choices[1] == "They don't know."

    def test_objects_are_outlines_or_boxes_with_their_class(self):
        regions = samples("vcr")[0].regions
        assert {slot: region.kind for slot, region in regions.items()} == {
            "person1": "polygon",
            "person2": "polygon",
            "tie3": "box",
        }
        assert regions["tie3"].label == "tie"

    def test_training_asks_with_and_without_choices(self):
        dataset = opened("vcr")
        drawn = [dataset.sample(0, np.random.default_rng(seed)) for seed in range(30)]
        given = {tuple(bool(turn.choices) for turn in sample.turns) for sample in drawn}
        assert given == {(a, b) for a in (True, False) for b in (True, False)}

    def test_the_test_split_has_no_answers(self):
        (sample,) = samples("vcr", split="test")
        assert [(turn.right, turn.answer) for turn in sample.turns] == [(None, "")] * 2

    def test_an_object_that_is_not_there_is_told(self, tmp_path):
        file = "vcr1images/lsmdc_1054_X/1.json"
        changed(tmp_path, "vcr", file, lambda meta: meta["boxes"].pop())
        with pytest.raises(SampleError, match="row 1: object 2 has no box among 2"):
            opened("vcr", tmp_path).sample(0)


class TestVisual7W:
    def test_the_right_region_stands_behind_its_letter(self):
        first, second, third = samples("visual7w")
        right = [tuple(s.regions.values())[s.turns[0].right] for s in (first, second, third)]
        assert [box(region)[:2] for region in right] == [(1, 2), (13, 11), (6, 4)]

    def test_letters_are_as_likely(self, tmp_path):
        def change(content):
            (pair, _) = content["images"][0]["qa_pairs"]
            content["images"][0]["qa_pairs"] = [{**pair, "qa_id": key} for key in range(200)]

        changed(tmp_path, "visual7w", "dataset_v7w_pointing.json", change)
        dataset = opened("visual7w", tmp_path, split="train")
        letters = [dataset.sample(index).turns[0].answer for index in range(200)]
        assert all(30 < letters.count(letter) < 70 for letter in "ABCD")

    def test_training_shuffles_the_choices(self):
        dataset = opened("visual7w")
        drawn = [dataset.sample(0, np.random.default_rng(seed)) for seed in range(30)]
        assert {sample.turns[0].answer for sample in drawn} == set("ABCD")

    def test_choices_that_repeat_are_told(self, tmp_path):
        def change(content):
            content["images"][0]["qa_pairs"][1]["multiple_choices"][0] = 9003

        changed(tmp_path, "visual7w", "dataset_v7w_pointing.json", change)
        with pytest.raises(SampleError, match="image 1, question 2: four different choices"):
            opened("visual7w", tmp_path).sample(1)


class TestPointQa:
    @pytest.mark.parametrize(("name", "value"), [("ans", "²"), ("id", "²"), ("id", "9" * 5000)])
    def test_what_looks_like_a_number_and_is_none_is_told(self, tmp_path, name, value):
        def change(content):
            content["1"][0][name] = value

        changed(tmp_path, "pointqa_looktwice", "looktwiceqa_dataset.json", change)
        with pytest.raises(SampleError, match=r"'id'|a count"):
            opened("pointqa_looktwice", tmp_path).sample(0)

    def test_the_general_question_is_asked(self):
        first = samples("pointqa_looktwice")[0]
        assert first.turns[0].question.startswith("How many of these are there? The exemplary ")
        assert first.turns[0].answer == "2"
        assert box(first.regions["object"]) == (4, 5, 24, 17)
        assert first.marking.colour == "red"


class TestLabelMe:
    def test_every_shape_is_a_region(self):
        found = {sample.turns[0].answer: sample.regions["object"] for sample in samples("labelme")}
        kinds = {name: region.kind for name, region in found.items()}
        assert kinds == {
            "old": "polygon",
            "dog": "polygon",
            "cup": "box",
            "sun": "ellipse",
            "eye": "point",
            "rope": "stroke",
            "edge": "stroke",
            "spot": "mask",
        }
        assert box(found["cup"]) == (10, 8, 30, 20)
        assert box(found["spot"]) == (11, 13, 14, 17)

    @pytest.mark.parametrize("one", [1, 255])
    def test_masks_are_read_as_labelme_writes_them_and_as_others_do(self, one):
        pixels = np.zeros((5, 4), np.uint8)
        pixels[1:4, 0:3] = one
        pixels[4, 3] = one
        shape = {"points": [[20, 30], [23, 34]], "shape_type": "mask", "mask": base64_png(pixels)}
        whole = np.zeros((42, 64), dtype=bool)
        whole[30:35, 20:24] = pixels > 0
        assert (labelme_region(shape, PICTURE).shape.to_array() == whole).all()

    def test_a_turned_rectangle_is_its_four_corners(self):
        corners = [[40, 20], [50, 25], [48, 29], [38, 24]]
        shape = {"points": corners, "shape_type": "oriented_rectangle"}
        assert labelme_region(shape, PICTURE).shape.rings == (tuple(map(tuple, corners)),)

    def test_several_points_are_the_pixels_that_they_lie_in(self):
        shape = {"points": [[5.5, 6.5], [9.2, 6.7], [64, 41.9]], "shape_type": "points"}
        rows, columns = np.nonzero(labelme_region(shape, PICTURE).shape.to_array())
        assert list(zip(columns, rows, strict=True)) == [(5, 6), (9, 6), (63, 41)]

    def test_one_of_several_points_is_a_point(self):
        shape = {"points": [[5.5, 6.5]], "shape_type": "points"}
        assert labelme_region(shape, PICTURE).kind == "point"

    @pytest.mark.parametrize(
        ("kind", "count"), [("oriented_rectangle", 3), ("point", 2), ("points", 0), ([[]], 1)]
    )
    def test_a_shape_with_other_points_than_its_kind_has_is_told(self, kind, count):
        shape = {"points": [[1, 1]] * count, "shape_type": kind}
        with pytest.raises(BadRowError, match=r"points, got|no point|not known"):
            labelme_region(shape, PICTURE)

    @pytest.mark.parametrize(
        ("points", "inside"),
        [
            ([[0, 0], [1, 2]], [(0, 0), (1, 1), (1, 2)]),  # cut to the box, as LabelMe cuts it
            ([[62.6, 40.4], [66, 44]], [(63, 40)]),  # what leaves the picture is cut off
            ([[-1, -1], [1, 2]], [(0, 0), (0, 1), (1, 2)]),
        ],
    )
    def test_a_mask_lies_where_labelme_puts_it(self, points, inside):
        pixels = np.zeros((4, 3), np.uint8)
        pixels[[0, 1, 2, 3], [0, 1, 1, 2]] = 1
        shape = {"points": points, "shape_type": "mask", "mask": base64_png(pixels)}
        region = labelme_region(shape, PICTURE)
        rows, columns = np.nonzero(region.shape.to_array())
        assert sorted(zip(columns, rows, strict=True)) == sorted(inside)

    def test_a_mask_that_is_wholly_elsewhere_is_told(self):
        shape = {
            "points": [[90, 90], [92, 93]],
            "shape_type": "mask",
            "mask": base64_png(np.ones((4, 3), np.uint8)),
        }
        with pytest.raises(BadRowError, match="the 3x4 mask at 90, 90 has no pixel in 64x42"):
            labelme_region(shape, PICTURE)

    def test_a_point_outside_of_the_picture_is_told(self):
        shape = {"points": [[1, 1], [65, 3]], "shape_type": "points"}
        with pytest.raises(BadRowError, match="the point 65, 3 lies outside of the 64x42 picture"):
            labelme_region(shape, PICTURE)

    @pytest.mark.parametrize(
        ("name", "value", "reason"),
        [
            ("imageWidth", 10**5, "100000x42 is larger than what is opened"),
            ("imagePath", "a" * 5000, "there is no image 'aaaa"),
            ("imagePath", "\ud800.jpg", "there is no image '.ud800.jpg'"),
        ],
    )
    def test_a_file_that_asks_too_much_is_told(self, tmp_path, name, value, reason):
        changed(tmp_path, "labelme", "v1_0.json", lambda content: content.update({name: value}))
        dataset = opened("labelme", tmp_path)
        for index in range(len(dataset)):
            if "v1_0" in dataset.row(index):
                with pytest.raises(SampleError, match=reason) as told:
                    dataset.sample(index)
                assert len(str(told.value)) < 600

    def test_one_file_is_a_data_set_too(self):
        dataset = datasets.get("labelme").open(FIXTURES / "labelme/v1_0.json")
        assert len(dataset) == 7

    def test_pictures_above_the_folder_are_refused(self, tmp_path):
        def change(content):
            content["imagePath"] = "..\\\\..\\\\secret.jpg"

        changed(tmp_path, "labelme", "v1_0.json", change)
        with pytest.raises(SampleError, match="lies outside of"):
            opened("labelme", tmp_path).sample(3)


class TestVipLlavaInstruct:
    def test_each_source_has_its_own_shapes(self):
        found = {s.id.partition("-")[0]: s.marking for s in samples("vip_llava_instruct")}
        assert found["vg_rel"].shapes == ("rectangle", "ellipse")
        assert found["flickr30k"].shapes == ("rectangle", "ellipse", "arrow")
        assert found["v7w"].is_constant
        assert found["pointQA_twice"].colour == "red"
        assert "point" not in found["vcr"].shapes
        assert found["vcr"].test_shapes == ("point",)
        assert len(found["refcocog"].shapes) == 8

    def test_places_of_boxes_become_slots(self):
        found = {sample.id: sample for sample in samples("vip_llava_instruct")}
        talk = found["refcocog-gpt4v-1"].turns[0]
        assert talk.question == "What does the man ({object}) do?"
        pair = found["vg_rel-gpt4v-2"].turns[0]
        assert pair.question == "Is the car ({subject}) near the sign ({object})?"
        caption = found["flickr30k-1"].turns[0]
        assert caption.answer == (
            "Two men ({thing_1} and {thing_2}) sit near a dog ({thing_3}), smiling."
        )

    def test_a_row_of_a_source_without_its_fields_is_told(self, tmp_path):
        def change(content):
            del content[1]["bboxes"]
            content[6]["grounding"] = "a <bbox7>"
            content[7]["answer"] = [0, 0, 1, 1]

        changed(tmp_path, "vip_llava_instruct", "vip-llava_stage2_mix.json", change)
        dataset = opened("vip_llava_instruct", tmp_path)
        for index, reason in ((1, "no 'bboxes'"), (6, "no boxes among 2"), (7, "one of them")):
            with pytest.raises(SampleError, match=f"row {index + 1}: .*{reason}"):
                dataset.sample(index)


class TestLlava:
    @pytest.mark.parametrize("place", [0, 1])
    def test_half_a_character_is_no_text(self, tmp_path, place):
        def change(content):
            content[0]["conversations"][place]["value"] += " \ud83d"

        changed(tmp_path, "llava", "data.json", change)
        with pytest.raises(SampleError, match=r"row 1: .*holds half a character"):
            opened("llava", tmp_path).sample(0)

    def test_braces_mean_nothing_where_there_are_no_regions(self):
        assert samples("llava")[1].turns[0].question == "Solve {x}"

    def test_a_row_may_be_about_no_picture(self):
        sample = samples("llava")[2]
        assert sample.pictures == ()
        with pytest.raises(UsageError, match="has 0 pictures"):
            sample.image()


class TestRegions:
    def row(self, tmp_path, **changes):
        lines = path_of("regions").read_text().splitlines()
        row = json.loads(lines[0]) | changes
        folder = tmp_path / "images"
        shutil.copytree(FIXTURES / "regions/images", folder, dirs_exist_ok=True)
        kept = {name: value for name, value in row.items() if value is not None}
        (tmp_path / "data.jsonl").write_text(f"\n{json.dumps(kept)}\n")
        return datasets.get("regions").open(tmp_path / "data.jsonl").sample(0)

    def test_turns_choices_and_references(self):
        first, second = samples("regions")
        assert first.id == "kitchen-7"
        assert first.turns[1].references == ("A mug.", "A cup.")
        assert second.turns[0].question.split("\n")[3] == "C. {c}"
        assert second.turns[0].answer == "C"
        assert second.id == "2"

    def test_a_turn_knows_its_own_regions(self):
        first = samples("regions")[0]
        assert set(first.regions_of(first.turns[0])) == {"cup", "dog"}
        assert first.regions_of(first.turns[1]) == {}

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"turns": None}, "no 'turns'"),
            ({"turns": []}, "no turns"),
            ({"turns": [{"question": "Is {cat} at {cup}, {dog}?", "answer": "a"}]}, "for {cat}"),
            ({"turns": [{"question": "Is {cup}?", "answer": "a"}]}, "speaks of its region {dog}"),
            ({"turns": [{"question": "Hi"}]}, "no 'answer'"),
            ({"turns": [{"question": "Hi", "anwser": "a"}]}, "did you mean 'answer'"),
            ({"imege": "7.jpg"}, "did you mean 'image'"),
            ({"regions": {"a b": {}}}, "letters, digits and _"),
            ({"regions": {"cup": {"kind": "box"}}}, "needs the field 'box'"),
            ({"regions": []}, None),
            ({"regions": [1]}, "an object of names"),
            ({"image": "../7.jpg"}, "outside"),
            ({"image": "C:\\7.jpg"}, "outside"),
            ({"image": "/7.jpg"}, "outside"),
            ({"image": "8.jpg"}, "there is no image"),
            ({"image": "a\0b"}, "there is no image"),
            ({"size": [64]}, "width, height"),
            ({"turns": [{"question": "Q", "choices": ["a", "b"], "right": 2}]}, "within 0..1"),
            (
                {
                    "regions": None,
                    "turns": [{"question": "Q", "choices": ["a"], "right": 0, "answer": "a"}],
                },
                "the letter",
            ),
            ({"turns": [{"question": "Q", "choices": [], "answer": "a"}]}, "are words"),
        ],
    )
    def test_a_bad_row_says_what_is_wrong(self, tmp_path, changes, reason):
        if reason is None:
            self.row(tmp_path, **changes)
            return
        with pytest.raises(SampleError) as caught:
            self.row(tmp_path, **changes)
        assert "data.jsonl, row 2: " in str(caught.value)
        assert reason in str(caught.value)

from concurrent.futures import ThreadPoolExecutor

import pytest

from deixis.core.errors import UsageError
from deixis.studio.labelling.label_names import LabelName, LabelNames


def test_labels_get_the_digits_in_their_order(tmp_path):
    labels = LabelNames(tmp_path)
    labels.add(["cup", "  the\u202e dog "])
    assert labels.add(["cup", "cat"]) == (
        LabelName(name="cup", key="1"),
        LabelName(name="the dog", key="2"),
        LabelName(name="cat", key="3"),
    )
    assert LabelNames(tmp_path).get() == labels.get()


def test_an_eleventh_label_has_no_key_until_one_is_given(tmp_path):
    labels = LabelNames(tmp_path)
    labels.add(f"l{number}" for number in range(11))
    assert labels.get()[10].key == ""
    moved = {one.name: one.key for one in labels.give_key("l10", "1")}
    assert (moved["l10"], moved["l0"]) == ("1", "")


def test_a_label_that_is_removed_frees_its_key(tmp_path):
    labels = LabelNames(tmp_path)
    labels.add(["cup", "dog"])
    labels.remove("cup")
    assert labels.add(["cat"])[-1] == LabelName(name="cat", key="1")


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "\ud800"])
def test_what_is_no_label_is_refused(tmp_path, name):
    with pytest.raises(UsageError, match="1 to 200 letters"):
        LabelNames(tmp_path).add([name])


@pytest.mark.parametrize("key", ["ab", " ", "\n"])
def test_what_is_no_key_is_refused(tmp_path, key):
    labels = LabelNames(tmp_path)
    labels.add(["cup"])
    with pytest.raises(UsageError, match="one letter or digit"):
        labels.give_key("cup", key)
    with pytest.raises(UsageError, match="no label"):
        labels.give_key("dog", "x")


def test_a_broken_file_is_told(tmp_path):
    (tmp_path / "labels.json").write_text('{"labels": [{"name": 3}]}')
    with pytest.raises(UsageError, match="name"):
        LabelNames(tmp_path).get()


def test_several_people_add_at_once(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: LabelNames(tmp_path).add([name]), "abcdefgh"))
    assert {one.name for one in LabelNames(tmp_path).get()} == set("abcdefgh")

import os

import pytest

from deixis.core.errors import UsageError
from deixis.studio.labelling.picture_list import PictureList


def made(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    return PictureList.of(folder)


def test_pictures_stand_in_the_order_in_which_people_count(tmp_path):
    found = made(tmp_path, "10.png", "2.png", "b/1.JPG", "a.txt", ".hidden.png", ".git/x.png")
    assert [one.name for one in found.pictures] == ["2.png", "10.png", "b/1.JPG"]
    assert all(one.path == tmp_path / one.name for one in found.pictures)


def test_a_key_is_the_same_when_others_come(tmp_path):
    before = made(tmp_path, "b.png").pictures[0].key
    after = made(tmp_path, "a.png")
    assert after.find(before).name == "b.png"
    assert after.find("../b.png") is None


def test_a_link_that_leads_out_of_the_folder_is_none(tmp_path):
    outside = tmp_path / "secret.png"
    outside.write_bytes(b"")
    folder = tmp_path / "photos"
    made(folder, "a.png")
    (folder / "b.png").symlink_to(outside)
    (folder / "c.png").symlink_to(folder / "a.png")
    (folder / "d").symlink_to(tmp_path)
    assert [one.name for one in PictureList.of(folder).pictures] == ["a.png", "c.png"]


def test_a_name_that_no_text_holds_is_counted_and_left_out(tmp_path):
    try:
        (tmp_path / os.fsdecode(b"\xff.png")).write_bytes(b"")
    except OSError:
        pytest.skip("this disk has no such names")
    found = made(tmp_path, "a.png", "<img src=x onerror=alert(1)>.png", "new\nline.png")
    assert found.num_unnamed == 1
    assert len(found.pictures) == 3


def test_a_folder_without_pictures_is_told(tmp_path):
    with pytest.raises(UsageError, match="no picture in"):
        PictureList.of(tmp_path)
    with pytest.raises(UsageError, match="there is no folder"):
        PictureList.of(tmp_path / "gone")


@pytest.mark.parametrize("name", ["٣.png", "²½.png", "1" * 200 + ".png"])
def test_odd_digits_are_names_like_others(tmp_path, name):
    assert len(made(tmp_path, name, "3.png").pictures) == 2

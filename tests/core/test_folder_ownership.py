import pytest

from deixis.core.errors import UsageError
from deixis.core.files import LOCK
from deixis.core.folder_ownership import MARKER, check_ours, check_target, claim


def test_a_new_folder_becomes_ours(tmp_path):
    claim(tmp_path / "a" / "b", "eval")
    assert (tmp_path / "a" / "b" / MARKER).read_text() == "deixis eval\n"


def test_an_empty_folder_becomes_ours(tmp_path):
    claim(tmp_path, "eval")
    assert [path.name for path in tmp_path.iterdir()] == [MARKER]


def test_what_is_ours_stays_so_with_all_that_was_put_there(tmp_path):
    claim(tmp_path, "eval")
    (tmp_path / "notes.txt").write_text("mine")
    claim(tmp_path, "eval")
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["README.md", ".git", "model", "a\x1b[31m"])
def test_a_folder_that_holds_something_else_is_refused_untouched(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(UsageError, match="is not ours") as refusal:
        claim(tmp_path, "lab")
    assert repr(name) in str(refusal.value)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_folder_is_looked_into_whatever_way_leads_there(tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "README.md").write_text("mine")
    with pytest.raises(UsageError, match="is not ours"):
        claim(tmp_path / "new" / ".." / "old", "lab")
    assert [path.name for path in (tmp_path / "old").iterdir()] == ["README.md"]


def test_of_many_foreign_names_some_are_told(tmp_path):
    for number in range(10):
        (tmp_path / f"{number}.txt").touch()
    with pytest.raises(UsageError, match=r"'0.txt', '1.txt', '2.txt' and 7 more"):
        claim(tmp_path, "lab")


def test_a_folder_of_another_command_is_refused(tmp_path):
    claim(tmp_path, "eval")
    with pytest.raises(UsageError, match="kept by `deixis eval`"):
        claim(tmp_path, "lab")


def test_a_marker_that_is_not_ours_does_not_count(tmp_path):
    (tmp_path / MARKER).write_text("something else")
    with pytest.raises(UsageError, match="is not ours"):
        claim(tmp_path, "lab")


def test_what_a_killed_process_left_is_nothing(tmp_path):
    (tmp_path / LOCK).touch()
    (tmp_path / ".report.json.0123abcd.draft").write_text("{")
    claim(tmp_path, "eval")


def test_somebody_elses_lock_is_something(tmp_path):
    (tmp_path / LOCK).write_text("{}")
    with pytest.raises(UsageError, match=r"'\.lock'"):
        claim(tmp_path, "eval")


def test_a_folder_from_before_there_were_markers_is_known_by_its_names(tmp_path):
    (tmp_path / "answers.jsonl.claims").touch()
    claim(tmp_path, "eval", known=("answers.jsonl.claims",))
    assert (tmp_path / MARKER).exists()


def test_looking_writes_nothing(tmp_path):
    check_ours(tmp_path / "new", "eval")
    assert not (tmp_path / "new").exists()


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "a").touch()
    with pytest.raises(UsageError, match="is a file"):
        claim(tmp_path / "a", "eval")


def test_a_file_that_is_read_is_not_written(tmp_path):
    (tmp_path / "a.png").write_text("picture")
    (tmp_path / "link.png").symlink_to(tmp_path / "a.png")
    with pytest.raises(UsageError, match="would be lost"):
        check_target(tmp_path / "link.png", [tmp_path / "a.png"])
    check_target(tmp_path / "b.png", [tmp_path / "a.png", tmp_path / "none.png"])


def test_a_folder_is_no_file_to_write(tmp_path):
    with pytest.raises(UsageError, match="is a folder"):
        check_target(tmp_path, [])

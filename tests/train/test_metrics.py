import pytest

from deixis.train.metrics import MetricsFile, StepMeans, newest_numbers, read_metrics


@pytest.fixture
def file(tmp_path):
    file = MetricsFile(tmp_path / "metrics.jsonl")
    for step in (2, 4, 6):
        file.append({"step": step, "kind": "train", "seconds": 0.1, "loss": 1 / step})
    return file


def test_lines_come_back(file):
    assert [record["step"] for record in read_metrics(file.path)] == [2, 4, 6]


def test_what_is_after_a_step_is_forgotten(file):
    file.cut_after(4)
    assert [record["step"] for record in read_metrics(file.path)] == [2, 4]


def test_a_line_that_was_cut_off_is_left_out(file):
    file.path.write_bytes(file.path.read_bytes()[:-5])
    assert [record["step"] for record in read_metrics(file.path)] == [2, 4]


def test_the_newest_numbers_are_those_of_training_and_of_held_out_data(file):
    file.append({"step": 6, "kind": "evaluate", "seconds": 0.2, "loss": 3.0})
    assert newest_numbers(file.path) == {"loss": 1 / 6, "held-out loss": 3.0}


def test_a_window_gives_weighted_means():
    window, other = StepMeans(), StepMeans()
    window.add("loss", 1.0, 1.0)
    other.add("loss", 4.0, 2.0)
    window.join(other)
    assert window.means() == {"loss": 3.0}

import pytest

from deixis.core.images import open_image
from deixis.train.metrics import MetricsFile, draw_curves


@pytest.fixture
def metrics(tmp_path):
    file = MetricsFile(tmp_path / "metrics.jsonl")
    for step in (2, 4):
        file.append({"step": step, "kind": "train", "seconds": 0.1, "loss": 1 / step, "lr": 0.1})
    file.append({"step": 4, "kind": "evaluate", "seconds": 0.2, "loss": 3.0})
    return file.path


def test_curves_are_a_picture(metrics, tmp_path):
    draw_curves(metrics, tmp_path / "curves.png")
    picture = open_image(tmp_path / "curves.png")
    assert len({tuple(row) for row in picture.pixels.reshape(-1, 3)[::7].tolist()}) > 9
    assert sorted(path.name for path in tmp_path.iterdir()) == ["curves.png", "metrics.jsonl"]

"""Charts, and what stands for them where matplotlib is not installed."""

import importlib.util
import io
import logging

import PIL.Image
from matplotlib.figure import Figure

from deixis.reports import chart

SHARE = chart.Share(condition="a", value=0.5, low=0.4, high=0.6)


def test_a_chart_without_matplotlib_says_what_it_needs(monkeypatch, caplog):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "matplotlib" else found(name)
    )
    with caplog.at_level(logging.WARNING):
        note = chart.shares("right answers", [SHARE])
    assert PIL.Image.open(io.BytesIO(note)).size == (420, 32)
    assert "pip install 'deixis[plots]'" in caplog.text


def test_a_chart_is_drawn():
    assert PIL.Image.open(io.BytesIO(chart.shares("right answers", [SHARE]))).size[0] > 420


def test_names_of_dots_that_lie_together_do_not_lie_on_each_other():
    """Audit, 15: the labels of a report on priors overlapped."""
    figure = Figure(figsize=(7.5, 4.4), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 100])
    names = [(f"thing {i}", (0.3 + 0.002 * i, float(i % 2))) for i in range(8)]
    names += [(f"far thing {i}", (1.0, 100.0)) for i in range(4)]
    boxes = chart.name_dots(figure, axes, names)
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:number])
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1

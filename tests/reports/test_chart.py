"""Charts, and what stands for them where matplotlib is not installed."""

import importlib.util
import io
import logging

import PIL.Image

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

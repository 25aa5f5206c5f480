"""Tests of the mixtures."""

"""Tests of examining models on Things."""

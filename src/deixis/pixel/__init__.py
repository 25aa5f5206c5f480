"""Pixel prompts: pixels learned on one model, useful on many (arXiv 2404.11207)."""

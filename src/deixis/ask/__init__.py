"""Asking a model about regions: from an image and words to an answer that can be repeated."""

"""Repair of what a vision encoder does not know, in the sense of VisPRE (arXiv 2503.18034)."""

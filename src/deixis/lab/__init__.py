"""Deixis shown and tried on small things that anyone can run."""

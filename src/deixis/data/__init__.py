"""Data sets of pictures with regions, and the Scenes world."""

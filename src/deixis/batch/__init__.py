"""Whole folders and data sets: many pictures, resumed after a kill, on a pool or a cluster."""

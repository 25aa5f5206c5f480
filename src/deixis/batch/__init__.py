"""Whole folders and data sets are worked on: many pictures, resumed after a kill, on a pool or a
cluster.
"""

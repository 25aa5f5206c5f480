"""From geometry to blended pixels: numpy alone, and arithmetic that is the same on every machine.

Geometry comes in floating numbers that were made with + - * / and roots only, which IEEE rounds
alike everywhere; it is rounded to 1/256 of a pixel, and from there on all numbers are whole.
"""

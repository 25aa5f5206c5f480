"""Tools with which agents point, find, ask, draw, say and read, over the Model Context Protocol."""

"""Reports' claims are judged here: effects and their intervals, families, plans, controls."""

"""Recipes that train nano models. One file each."""

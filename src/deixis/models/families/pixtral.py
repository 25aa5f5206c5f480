"""Pixtral: the picture at its own shape, one token a patch, in the classes of LLaVA."""

from typing import final

from deixis.models.families._pixtral import PixtralFamily


@final
class Pixtral(PixtralFamily):
    """`mistral-community/pixtral-12b` and its kin."""

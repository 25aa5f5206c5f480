"""Mistral 3: Pixtral's encoder, two by two patches merged into a token."""

from typing import final

from deixis.models.families._pixtral import PixtralFamily


@final
class Mistral3(PixtralFamily):
    """`mistralai/Mistral-Small-3.1-24B-Instruct-2503` and its kin."""

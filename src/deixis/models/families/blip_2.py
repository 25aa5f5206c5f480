"""BLIP-2: a few learned queries look at one view of the picture; OPT or T5 reads them."""

from typing import final

from deixis.models.families._qformer import QFormerFamily


@final
class Blip2(QFormerFamily):
    """`Salesforce/blip2-*`. The words are the question as it is: write "Question: … Answer:"."""

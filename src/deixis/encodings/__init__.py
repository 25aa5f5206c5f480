"""An encoding is how a region reaches a model: said, drawn, tagged, cropped, dimmed … Each is
one file.
"""

from deixis.core.catalog import Catalog
from deixis.encodings._encoding import Encoding, Frame

encodings: Catalog[Encoding] = Catalog(
    kind="encoding",
    package="deixis.encodings",
    group="deixis.encodings",
    interface=Encoding,
    besides=("drawing", "spec"),
)

__all__ = ["Encoding", "Frame", "encodings"]

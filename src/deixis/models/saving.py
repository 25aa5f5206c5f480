"""Processors saved as they were loaded, whatever was asked of them since."""

from pathlib import Path
from typing import Any


def save_processor(processor: Any, folder: Path) -> None:  # Any: transformers' own class
    """Write a processor for `from_pretrained`.

    A call with padding or truncation leaves both set in a fast tokenizer, which would write them
    into tokenizer.json; each call sets its own again, so nothing is lost by leaving them out.
    """
    for part in (processor, *vars(processor).values()):
        fast = getattr(part, "backend_tokenizer", None)
        if fast is not None:
            fast.no_truncation()
            fast.no_padding()
    processor.save_pretrained(folder)

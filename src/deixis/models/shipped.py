"""nano, the small trained model inside this package: where its weights lie, and its name."""

from pathlib import Path

SHIPPED = "nano"


def shipped_folder() -> Path:
    """The folder of its checkpoint, which plain transformers read too."""
    return Path(__file__).parent / "nano" / "weights"

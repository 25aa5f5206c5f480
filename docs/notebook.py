"""Runs the notebook of the first hour and keeps what it shows: python -m docs.notebook.

Needs nbclient and ipykernel. Pictures are kept as JPEG where that is far smaller.
"""

import base64
import io
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image as PIL

from deixis.core.showing import light_file

PATH = Path(__file__).parent / "first-hour.ipynb"


def main() -> None:
    """Run every cell in docs/, and write the notebook with its outputs."""
    book = nbformat.read(PATH, as_version=4)
    NotebookClient(book, resources={"metadata": {"path": PATH.parent}}).execute()
    for cell in book.cells:
        cell.metadata.clear()
        for output in cell.get("outputs", ()):
            _lighten(output.get("data", {}))
        if "outputs" in cell:  # what loading prints is of one machine
            cell.outputs = [one for one in cell.outputs if one.get("name") != "stderr"]
    book.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
    }
    nbformat.write(book, PATH)


def _lighten(data: dict[str, str]) -> None:
    """A picture's PNG gives way to a far smaller JPEG."""
    if "image/png" not in data:
        return
    exact = base64.b64decode(data.pop("image/png"))
    kind, file = light_file(PIL.open(io.BytesIO(exact)))
    data[kind] = base64.b64encode(file).decode()


if __name__ == "__main__":
    main()

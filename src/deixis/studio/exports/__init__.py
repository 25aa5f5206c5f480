"""What was asked in the studio is kept as files: to read, to ask again, to learn from."""

from deixis.studio.exports.exported import ExportedFile, Exporting
from deixis.studio.exports.forms import FORMS, exported

__all__ = ["FORMS", "ExportedFile", "Exporting", "exported"]

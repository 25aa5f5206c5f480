"""Reports are pages that people read: HTML with pictures, tables and plots."""

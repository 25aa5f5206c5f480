"""Runs that can be repeated by name: rows of tables, or a file for one."""

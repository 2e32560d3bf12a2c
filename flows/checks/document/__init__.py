"""Checks across statements and project forms of one document."""

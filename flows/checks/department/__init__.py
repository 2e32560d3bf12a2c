"""Checks across the documents of one department: its own edition and those of its units. One file per rule."""

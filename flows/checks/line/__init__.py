"""Checks within one line of a statement: its columns against each other."""

"""Checks within one statement: its lines against each other."""

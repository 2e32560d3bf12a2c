"""Checks of the documents of one source against each other."""

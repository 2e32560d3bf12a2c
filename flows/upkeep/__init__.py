"""Housekeeping of a data root: what is there is sound, copied elsewhere, and no more than is wanted."""

"""A release: what is in its folder, what it is called, how it is described."""

"""One spider class for one publishing platform."""

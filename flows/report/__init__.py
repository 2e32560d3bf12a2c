"""The morning after: what a run did, as data, as a page, as numbers for Prometheus, and to a command of the user's."""

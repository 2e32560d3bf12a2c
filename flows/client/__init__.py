"""For those who only use releases: fetch a table, look a word up. Needs Polars and little else."""

"""The published columns, each defined once, by what they are about. `normalize.columns` has them all together."""

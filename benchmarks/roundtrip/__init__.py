"""Round trip: documents made in the field's manners are read back and compared, fact by fact, with what was printed.

    python -m benchmarks.roundtrip --documents 10000 --seed 1

`model` the nouns, `families` the layouts of the provinces, `generate` a document from a seed, `printed` its grids,
`to_*` the printers, `compare` what was read against what was printed, `shrink` a small document with the same trouble.
"""

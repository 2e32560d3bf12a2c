"""Fuzzing: changed bytes given to every reader, unpacker, link parser and loader.

    python -m benchmarks.fuzz --inputs 100000 --seed 1 [--jobs 2] [--target pdf] [--corpus ../shared]

`targets` what is fuzzed and from which seeds, `mutate` the changes, `hunt` one worker process under limits.
"""

"""Fuzzing: changed bytes given to every reader, unpacker, link parser and loader.

    python -m benchmarks.fuzz --inputs 100000 --seed 1 [--jobs 2] [--target pdf] [--corpus ../shared]

`targets` and `documents`: what is fuzzed, from which seeds; `shorten`: real documents made small; `mutate`: changes of
bytes; `structure`: changes that keep a format, on what `packed` opened; `hunt`: one worker process; `parts`: all of
them.
"""

"""The compiled modules. Without a C compiler they are left out: slower, same answers."""

from setuptools import Extension, setup

SOURCES = ["extract/readers/pdfium_bulk.pyx", "extract/readers/char_loops.py", "extract/readers/rule_loops.py"]

setup(
    ext_modules=[
        Extension(
            source.rpartition(".")[0].replace("/", "."),
            [source],
            extra_compile_args=["-ffp-contract=off"],  # each number rounded as Python rounds it
            optional=True,
        )
        for source in SOURCES
    ]
)

"""The compiled modules. Without a C compiler they are left out: slower, same answers.

`char_loops` and `rule_loops` are Python modules as they stand; their `.pxd` adds the types of C.
"""

from setuptools import Extension, setup

CALLS: dict[str, list[str]] = {"extract/readers/pdfium_bulk.pyx": []}
LOOPS = {f"extract/readers/{name}.py": [f"extract/readers/{name}.pxd"] for name in ("char_loops", "rule_loops")}

setup(
    ext_modules=[
        Extension(
            source.rpartition(".")[0].replace("/", "."),
            [source],
            depends=depends,
            extra_compile_args=["-ffp-contract=off"],  # each number rounded as Python rounds it
            optional=True,
        )
        for source, depends in {**CALLS, **LOOPS}.items()
    ]
)

"""The one compiled module, `extract.readers.pdfium_bulk`. Without a C compiler it is left out: slower, same answers."""

from setuptools import Extension, setup

setup(ext_modules=[Extension("extract.readers.pdfium_bulk", ["extract/readers/pdfium_bulk.pyx"], optional=True)])

"""Documents that LibreOffice printed or saved again are read back as printed."""

from __future__ import annotations

from collections import Counter

import pytest

pytest.importorskip("reportlab", reason="the documents of the round trip are made with reportlab")

from benchmarks.roundtrip.__main__ import chunks_of, read_back
from benchmarks.roundtrip.generate import generate
from benchmarks.roundtrip.office import BATCH, ONE_IN, WAYS, installed, print_all, way_of


@pytest.mark.slow
@pytest.mark.parametrize("name", list(WAYS))
def test_what_libreoffice_makes_of_our_documents_is_read_or_told(name: str) -> None:
    if not installed():
        pytest.skip("LibreOffice is not installed")
    way = WAYS[name]
    documents = [generate(seed, way.source) for seed in range(1, 4)]
    for document, data in zip(documents, print_all(documents, way), strict=True):
        assert data is not None, "it made no file"
        found = read_back(document, data, way.suffix)
        assert found.silent == [], f"seed {document.seed}"
        assert found.equal > 0


def test_one_document_in_ten_goes_through_libreoffice_half_of_them_to_be_printed() -> None:
    chunks = chunks_of(range(1, 1_201), None, office=True)
    assert sorted(seed for seeds, _, _ in chunks for seed in seeds) == list(range(1, 1_201))
    count = Counter(dict.fromkeys(WAYS, 0))
    for seeds, kind, name in chunks:
        assert kind is None
        assert len(seeds) <= BATCH
        assert {way.name if (way := way_of(seed)) else None for seed in seeds} == {name}
        count[str(name)] += len(seeds)
    del count["None"]
    assert sum(count.values()) == 1_200 // ONE_IN
    assert count["pdf by LibreOffice"] * 2 == sum(count.values())
    assert all(name is None for _, _, name in chunks_of(range(1, 200), "pdf", office=True)), "as it was asked for"
    assert all(name is None for _, _, name in chunks_of(range(1, 200), None, office=False))

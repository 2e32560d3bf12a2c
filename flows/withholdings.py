"""Files of withholdings at the edge: found, read strictly."""

from __future__ import annotations

from pathlib import Path

from flows import errors
from flows.settings import withholdings_folder
from normalize.withholding import Withholding, WithholdingError, load_withholdings


def the_withholdings(folder: Path | None = None) -> list[Withholding]:
    """Every withholding of the folder (default: the setting's). Raises Trouble (exit code 2): file, entry, why."""
    try:
        return load_withholdings(folder or withholdings_folder())
    except WithholdingError as error:
        raise errors.usage(f"不予发布清单有误：{error}", f"not a usable file of withholdings: {error}") from error

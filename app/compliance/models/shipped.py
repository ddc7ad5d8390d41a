"""The data that ships with the product: TOML files in `app/compliance/data`."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "data"


@cache
def shipped(name: str) -> dict[str, Any]:
    """One file's content. Do not change it: every caller gets the same object."""
    with (DATA / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)

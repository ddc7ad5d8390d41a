"""A first brand, so that pages can be built while the real tokens are on their way."""

from typing import Any


def parse_brand(raw: dict[str, Any]) -> dict[str, Any]:
    return raw


def brand_css(brand: dict[str, Any]) -> str:
    return ":root {}"

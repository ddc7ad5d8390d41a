"""What a brand is, and the theme that is computed from it: typed tokens in, one style sheet out."""

from themes.tokens.brand import Brand, BrandFault, BrandInvalid, Link, brand_of, parse_brand
from themes.tokens.sheet import Sheet, brand_css, print_palette, sheet_of
from themes.tokens.theme import Theme, compute_theme

__all__ = [
    "Brand",
    "BrandFault",
    "BrandInvalid",
    "Link",
    "Sheet",
    "Theme",
    "brand_css",
    "brand_of",
    "compute_theme",
    "parse_brand",
    "print_palette",
    "sheet_of",
]

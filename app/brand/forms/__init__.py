"""Reading the brand's and the organisation's forms."""

from app.brand.forms.brand import FIELDS, LOOK, as_typed, read_brand
from app.brand.forms.organisation import DAYS, LOCALES, days_off_text, hours_text, legal_days, read_settings

__all__ = [
    "DAYS",
    "FIELDS",
    "LOCALES",
    "LOOK",
    "as_typed",
    "days_off_text",
    "hours_text",
    "legal_days",
    "read_brand",
    "read_settings",
]

"""Drafts, versions and pictures of a brand; the domains that mail comes from and what their records say."""

from app.brand.models.brand import PLACES, BrandPicture, BrandVersion, changes
from app.brand.models.sender import Found, SenderDomain, read_dkim, read_dmarc, read_spf

__all__ = [
    "PLACES", "BrandPicture", "BrandVersion", "Found", "SenderDomain", "changes", "read_dkim", "read_dmarc", "read_spf",
]  # fmt: skip

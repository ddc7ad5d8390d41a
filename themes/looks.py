"""A brand as mail and print show it."""

from themes.mjml import Look
from themes.tokens import Brand, print_palette


def look_of(brand: Brand, name: str, *, site_url: str = "") -> Look:
    """Plain colours and texts of the brand, the logo at its absolute address: mail has no page that it stands on."""
    colours = print_palette(brand)
    return Look(
        name=name,
        site_url=site_url,
        logo_url=f"{site_url}/brand/files/{brand.logo}" if brand.logo and site_url else "",
        support_email=brand.support_email,
        address=brand.postal_address,
        primary=colours["primary"],
        on_primary=colours["primary_content"],
        ink=colours["text"],
        muted=colours["muted"],
        line=colours["line"],
        ground=colours["ground"],
        surface=colours["paper"],
    )

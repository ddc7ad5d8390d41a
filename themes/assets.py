"""The files that the front-end build wrote."""


def static_file(name: str) -> tuple[bytes, str, str] | None:
    """None until the build is there."""
    return None

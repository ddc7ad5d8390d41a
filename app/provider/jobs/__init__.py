"""What the console has done on the owner's connection. Each effect can be repeated."""

from app.provider.jobs import making, registry

__all__ = ["making", "registry"]

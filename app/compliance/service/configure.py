"""What a blueprint says about contact: the trade, and what contacts are about."""

from typing import Any

from app.core import config
from app.core.work import Work


async def configure_compliance(work: Work, section: dict[str, Any]) -> None:
    """`vertical`: whose special rules bind. `subject`: for states that count contacts per subject."""
    await config.put(work, "vertical", section.get("vertical", ""))
    await config.put(work, "contact_subject", section.get("subject", ""))

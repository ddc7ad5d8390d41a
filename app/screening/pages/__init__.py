"""Screening for the intake desk, the list of last days, and what an administrator sets."""

from app.screening.pages import deadlines, lead, settings

HANDLERS = [*lead.HANDLERS, *deadlines.HANDLERS, *settings.HANDLERS]

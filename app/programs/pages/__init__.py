"""Staff's pages on programs."""

from app.programs.pages import changes, enrolment, listing, panel, program, settings, telling

HANDLERS = [
    *panel.HANDLERS,
    *enrolment.HANDLERS,
    *telling.HANDLERS,
    *listing.HANDLERS,
    *program.HANDLERS,
    *changes.HANDLERS,
    *settings.HANDLERS,
]

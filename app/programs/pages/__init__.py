"""Staff's pages on programs."""

from app.programs.pages import changes, enrolment, listing, program

HANDLERS = [*enrolment.HANDLERS, *listing.HANDLERS, *program.HANDLERS, *changes.HANDLERS]

"""Staff's pages on programs."""

from app.programs.pages import enrolment, listing, program

HANDLERS = [*enrolment.HANDLERS, *listing.HANDLERS, *program.HANDLERS]

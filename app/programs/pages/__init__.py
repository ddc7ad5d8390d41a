"""Staff's pages on programs."""

from app.programs.pages import enrolment, program

HANDLERS = [*enrolment.HANDLERS, *program.HANDLERS]

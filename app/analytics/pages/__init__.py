"""`/admin`, the rows behind its figures, jobs that need a person, and everybody's own numbers."""

from app.analytics.pages import home, jobs, numbers

HANDLERS = [*home.HANDLERS, *jobs.HANDLERS, *numbers.HANDLERS]

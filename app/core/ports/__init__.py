"""The doors to outside services: one small port each, its adapters, and a simulator that stands in for them.

A port raises one of three things, so that the agenda knows what to do without knowing the service: `Refused`
(it said no, for good), `Unavailable` (certainly nothing happened: try again), `OutcomeUnknown` (it may have
happened: ask, or park for a person, never repeat blindly).
"""

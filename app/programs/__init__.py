"""Programs: disclosures, enrolment, debts, deposits, settlements, and fees only once they are earned."""

CREATE INDEX ix_leads_reached ON leads (first_contact_at) WHERE first_contact_at is not null;

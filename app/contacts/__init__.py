"""The people and firms that a tenant's business is about, their consents, and the notes and tags on any record."""

-- Mailed though not shown: somebody wants a kind of notice by e-mail alone.
ALTER TABLE notices ADD COLUMN hidden BOOLEAN DEFAULT false NOT NULL;
CREATE INDEX ix_notices_unread ON notices (person_id) WHERE read_at is null;

-- Whether people of the role also see what nobody has yet.
ALTER TABLE roles ADD COLUMN unassigned BOOLEAN DEFAULT true NOT NULL;

CREATE TABLE notices (
  id UUID NOT NULL,
  person_id UUID NOT NULL,
  kind TEXT NOT NULL,
  entity TEXT NOT NULL,
  entity_id UUID NOT NULL,
  actor_name TEXT DEFAULT '' NOT NULL,
  values JSONB DEFAULT '{}' NOT NULL,
  count INTEGER DEFAULT '1' NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  read_at TIMESTAMP WITH TIME ZONE,
  mailed_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_notices PRIMARY KEY (id),
  CONSTRAINT fk_notices_person_id FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
);
CREATE INDEX ix_notices_person ON notices (person_id, at);
CREATE INDEX ix_notices_record ON notices (person_id, kind, entity_id);

CREATE TABLE drafts (
  person_id UUID NOT NULL,
  key TEXT NOT NULL,
  body JSONB NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_drafts PRIMARY KEY (person_id, key)
);


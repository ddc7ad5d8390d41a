CREATE TABLE lead_files (
  id UUID NOT NULL,
  kind TEXT NOT NULL,
  person_id UUID NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  error TEXT DEFAULT '' NOT NULL,
  plan JSONB DEFAULT '{}' NOT NULL,
  counts JSONB DEFAULT '{}' NOT NULL,
  total INTEGER DEFAULT '0' NOT NULL,
  done INTEGER DEFAULT '0' NOT NULL,
  size INTEGER DEFAULT '0' NOT NULL,
  body BYTEA,
  trace TEXT,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_lead_files PRIMARY KEY (id),
  CONSTRAINT ck_lead_files_kind CHECK (kind in ('import', 'export')),
  CONSTRAINT fk_lead_files_person_id FOREIGN KEY(person_id) REFERENCES people (id)
);
CREATE INDEX ix_lead_files_kind ON lead_files (kind, created_at desc);
CREATE INDEX ix_lead_files_trace ON lead_files (trace) WHERE trace is not null;

CREATE TABLE import_rows (
  import_id UUID NOT NULL,
  number INTEGER NOT NULL,
  cells BYTEA,
  outcome TEXT DEFAULT '' NOT NULL,
  reason TEXT DEFAULT '' NOT NULL,
  lead_id UUID,
  contact_id UUID,
  changed JSONB DEFAULT '{}' NOT NULL,
  CONSTRAINT pk_import_rows PRIMARY KEY (import_id, number),
  CONSTRAINT fk_import_rows_import_id FOREIGN KEY(import_id) REFERENCES lead_files (id) ON DELETE CASCADE
);
CREATE INDEX ix_import_rows_contact ON import_rows (contact_id) WHERE contact_id is not null;
CREATE INDEX ix_import_rows_outcome ON import_rows (import_id, outcome, number);


update roles set permissions = permissions || '{leads.import}'
  where name in ('admin', 'manager') and builtin and not permissions @> '{leads.import}';

CREATE TABLE attempts (
  bucket TEXT NOT NULL, 
  "window" TIMESTAMP WITH TIME ZONE NOT NULL, 
  count INTEGER DEFAULT '0' NOT NULL, 
  CONSTRAINT pk_attempts PRIMARY KEY (bucket, "window")
);
CREATE TABLE audit (
  id UUID NOT NULL, 
  at TIMESTAMP WITH TIME ZONE NOT NULL, 
  action TEXT NOT NULL, 
  entity TEXT NOT NULL, 
  entity_id UUID, 
  actor_kind TEXT NOT NULL, 
  actor_id UUID, 
  actor_name TEXT NOT NULL, 
  address TEXT DEFAULT '' NOT NULL, 
  changes JSONB DEFAULT '{}' NOT NULL, 
  trace TEXT, 
  CONSTRAINT pk_audit PRIMARY KEY (id)
);
CREATE INDEX ix_audit_at ON audit (at);
CREATE INDEX ix_audit_record ON audit (entity, entity_id);
COMMENT ON TABLE audit IS 'insert-only: what happened stays as it was written';
CREATE TABLE contacts (
  id UUID NOT NULL, 
  first_name TEXT DEFAULT '' NOT NULL, 
  last_name TEXT DEFAULT '' NOT NULL, 
  name_key TEXT DEFAULT '' NOT NULL, 
  email TEXT, 
  phone TEXT, 
  address TEXT, 
  city TEXT, 
  city_key TEXT, 
  state TEXT, 
  zip TEXT, 
  country TEXT DEFAULT 'US' NOT NULL, 
  zone TEXT, 
  language TEXT DEFAULT 'en' NOT NULL, 
  custom JSONB DEFAULT '{}' NOT NULL, 
  bankrupt_at TIMESTAMP WITH TIME ZONE, 
  email_bounced_at TIMESTAMP WITH TIME ZONE, 
  merged_into UUID, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  CONSTRAINT pk_contacts PRIMARY KEY (id)
);
CREATE INDEX ix_contacts_email ON contacts (email);
CREATE INDEX ix_contacts_email_fragment ON contacts USING gin (email ext.gin_trgm_ops);
CREATE INDEX ix_contacts_name_fragment ON contacts USING gin (name_key ext.gin_trgm_ops);
CREATE INDEX ix_contacts_phone ON contacts (phone);
CREATE INDEX ix_contacts_phone_fragment ON contacts USING gin (phone ext.gin_trgm_ops);
CREATE TABLE events (
  id UUID NOT NULL, 
  at TIMESTAMP WITH TIME ZONE NOT NULL, 
  kind TEXT NOT NULL, 
  entity TEXT NOT NULL, 
  entity_id UUID NOT NULL, 
  actor_kind TEXT NOT NULL, 
  actor_id UUID, 
  actor_name TEXT DEFAULT '' NOT NULL, 
  payload JSONB DEFAULT '{}' NOT NULL, 
  trace TEXT, 
  CONSTRAINT pk_events PRIMARY KEY (id)
);
CREATE INDEX ix_events_kind ON events (kind, at);
CREATE INDEX ix_events_record ON events (entity, entity_id, at);
CREATE TABLE pipelines (
  id UUID NOT NULL, 
  name TEXT NOT NULL, 
  label TEXT NOT NULL, 
  position INTEGER DEFAULT '0' NOT NULL, 
  CONSTRAINT pk_pipelines PRIMARY KEY (id), 
  CONSTRAINT uq_pipelines_name UNIQUE (name)
);
CREATE TABLE roles (
  id UUID NOT NULL, 
  name TEXT NOT NULL, 
  label TEXT NOT NULL, 
  audience TEXT NOT NULL, 
  home TEXT NOT NULL, 
  permissions TEXT[] DEFAULT '{}' NOT NULL, 
  reach TEXT DEFAULT 'own' NOT NULL, 
  require_totp BOOLEAN DEFAULT 'false' NOT NULL, 
  builtin BOOLEAN DEFAULT 'false' NOT NULL, 
  CONSTRAINT pk_roles PRIMARY KEY (id), 
  CONSTRAINT ck_roles_audience CHECK (audience in ('staff', 'publisher', 'client', 'console')), 
  CONSTRAINT ck_roles_reach CHECK (reach in ('own', 'team', 'all')), 
  CONSTRAINT uq_roles_name UNIQUE (name)
);
CREATE TABLE settings (
  key TEXT NOT NULL, 
  value JSONB NOT NULL, 
  version INTEGER DEFAULT '1' NOT NULL, 
  CONSTRAINT pk_settings PRIMARY KEY (key)
);
CREATE TABLE sign_ins (
  id UUID NOT NULL, 
  person_id UUID, 
  at TIMESTAMP WITH TIME ZONE NOT NULL, 
  outcome TEXT NOT NULL, 
  address TEXT NOT NULL, 
  agent TEXT NOT NULL, 
  CONSTRAINT pk_sign_ins PRIMARY KEY (id)
);
CREATE INDEX ix_sign_ins_person ON sign_ins (person_id, at);
CREATE TABLE audit_seals (
  number BIGINT NOT NULL, 
  entry_id UUID NOT NULL, 
  hash BYTEA NOT NULL, 
  sealed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  CONSTRAINT pk_audit_seals PRIMARY KEY (number), 
  CONSTRAINT uq_audit_seals_entry_id UNIQUE (entry_id), 
  CONSTRAINT fk_audit_seals_entry_id FOREIGN KEY(entry_id) REFERENCES audit (id)
);
COMMENT ON TABLE audit_seals IS 'insert-only: the chain that makes a changed entry show';
CREATE TABLE consents (
  id UUID NOT NULL, 
  contact_id UUID NOT NULL, 
  channels TEXT[] NOT NULL, 
  purpose TEXT DEFAULT 'marketing' NOT NULL, 
  text TEXT NOT NULL, 
  at TIMESTAMP WITH TIME ZONE NOT NULL, 
  url TEXT, 
  address TEXT, 
  certificate_id TEXT, 
  source TEXT DEFAULT '' NOT NULL, 
  revoked_at TIMESTAMP WITH TIME ZONE, 
  revoked_how TEXT, 
  CONSTRAINT pk_consents PRIMARY KEY (id), 
  CONSTRAINT fk_consents_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE CASCADE
);
CREATE INDEX ix_consents_contact ON consents (contact_id);
CREATE TABLE people (
  id UUID NOT NULL, 
  email TEXT NOT NULL, 
  name TEXT NOT NULL, 
  role_id UUID NOT NULL, 
  party_id UUID, 
  state TEXT DEFAULT 'active' NOT NULL, 
  password_hash TEXT, 
  email_verified_at TIMESTAMP WITH TIME ZONE, 
  totp_secret BYTEA, 
  totp_confirmed_at TIMESTAMP WITH TIME ZONE, 
  totp_last_step BIGINT DEFAULT '0' NOT NULL, 
  version INTEGER DEFAULT '1' NOT NULL, 
  preferences JSONB DEFAULT '{}' NOT NULL, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  deactivated_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_people PRIMARY KEY (id), 
  CONSTRAINT ck_people_state CHECK (state in ('invited', 'active', 'deactivated')), 
  CONSTRAINT uq_people_email UNIQUE (email), 
  CONSTRAINT fk_people_role_id FOREIGN KEY(role_id) REFERENCES roles (id)
);
CREATE INDEX ix_people_party ON people (party_id);
CREATE INDEX ix_people_role_id ON people (role_id);
CREATE TABLE stages (
  id UUID NOT NULL, 
  pipeline_id UUID NOT NULL, 
  name TEXT NOT NULL, 
  label TEXT NOT NULL, 
  kind TEXT NOT NULL, 
  position INTEGER NOT NULL, 
  probability SMALLINT DEFAULT '0' NOT NULL, 
  age_limit_days INTEGER, 
  required_fields TEXT[] DEFAULT '{}' NOT NULL, 
  CONSTRAINT pk_stages PRIMARY KEY (id), 
  CONSTRAINT ck_stages_kind CHECK (kind in ('new', 'open', 'won', 'done', 'lost')), 
  CONSTRAINT fk_stages_pipeline_id FOREIGN KEY(pipeline_id) REFERENCES pipelines (id)
);
CREATE UNIQUE INDEX uq_stages_name ON stages (pipeline_id, name);
CREATE TABLE leads (
  id UUID NOT NULL, 
  contact_id UUID NOT NULL, 
  pipeline_id UUID NOT NULL, 
  stage_id UUID NOT NULL, 
  stage_since TIMESTAMP WITH TIME ZONE NOT NULL, 
  owner_id UUID, 
  owned_since TIMESTAMP WITH TIME ZONE, 
  accepted_at TIMESTAMP WITH TIME ZONE, 
  publisher_id UUID, 
  offer_id UUID, 
  source TEXT DEFAULT '' NOT NULL, 
  sub_source TEXT DEFAULT '' NOT NULL, 
  campaign TEXT DEFAULT '' NOT NULL, 
  landing_page TEXT DEFAULT '' NOT NULL, 
  currency TEXT DEFAULT 'USD' NOT NULL, 
  cost_amount BIGINT DEFAULT '0' NOT NULL, 
  value_amount BIGINT DEFAULT '0' NOT NULL, 
  score INTEGER DEFAULT '0' NOT NULL, 
  score_reasons JSONB DEFAULT '[]' NOT NULL, 
  heat SMALLINT DEFAULT '0' NOT NULL, 
  heat_at TIMESTAMP WITH TIME ZONE, 
  custom JSONB DEFAULT '{}' NOT NULL, 
  test BOOLEAN DEFAULT 'false' NOT NULL, 
  lost_reason TEXT, 
  first_contact_at TIMESTAMP WITH TIME ZONE, 
  last_contact_at TIMESTAMP WITH TIME ZONE, 
  next_action_at TIMESTAMP WITH TIME ZONE, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  deleted_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_leads PRIMARY KEY (id), 
  CONSTRAINT ck_leads_heat CHECK (heat between 0 and 3), 
  CONSTRAINT fk_leads_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id), 
  CONSTRAINT fk_leads_pipeline_id FOREIGN KEY(pipeline_id) REFERENCES pipelines (id), 
  CONSTRAINT fk_leads_stage_id FOREIGN KEY(stage_id) REFERENCES stages (id)
);
CREATE INDEX ix_leads_contact ON leads (contact_id);
CREATE INDEX ix_leads_created ON leads (created_at desc, id desc);
CREATE INDEX ix_leads_owner ON leads (owner_id, created_at desc);
CREATE INDEX ix_leads_publisher ON leads (publisher_id, created_at desc);
CREATE INDEX ix_leads_score ON leads (score desc, id desc);
CREATE INDEX ix_leads_stage ON leads (stage_id, created_at desc);
CREATE TABLE recovery_codes (
  id UUID NOT NULL, 
  person_id UUID NOT NULL, 
  code_hash BYTEA NOT NULL, 
  used_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_recovery_codes PRIMARY KEY (id), 
  CONSTRAINT fk_recovery_codes_person_id FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
);
CREATE INDEX ix_recovery_codes_person_id ON recovery_codes (person_id);
CREATE TABLE sessions (
  id UUID NOT NULL, 
  token_hash BYTEA NOT NULL, 
  person_id UUID NOT NULL, 
  person_version INTEGER NOT NULL, 
  step TEXT NOT NULL, 
  address TEXT NOT NULL, 
  agent TEXT NOT NULL, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  last_seen TIMESTAMP WITH TIME ZONE NOT NULL, 
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  confirmed_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_sessions PRIMARY KEY (id), 
  CONSTRAINT ck_sessions_step CHECK (step in ('code', 'enrol', 'in')), 
  CONSTRAINT uq_sessions_token_hash UNIQUE (token_hash), 
  CONSTRAINT fk_sessions_person_id FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
);
CREATE INDEX ix_sessions_person_id ON sessions (person_id);
CREATE TABLE tokens (
  id UUID NOT NULL, 
  person_id UUID NOT NULL, 
  purpose TEXT NOT NULL, 
  token_hash BYTEA NOT NULL, 
  code_hash BYTEA, 
  tries INTEGER DEFAULT '0' NOT NULL, 
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  used_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_tokens PRIMARY KEY (id), 
  CONSTRAINT fk_tokens_person_id FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE, 
  CONSTRAINT uq_tokens_token_hash UNIQUE (token_hash)
);
CREATE INDEX ix_tokens_person ON tokens (person_id, purpose);

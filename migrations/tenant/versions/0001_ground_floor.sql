CREATE TABLE accounts (
  id UUID NOT NULL, 
  code TEXT NOT NULL, 
  label TEXT NOT NULL, 
  kind TEXT NOT NULL, 
  CONSTRAINT pk_accounts PRIMARY KEY (id), 
  CONSTRAINT ck_accounts_kind CHECK (kind in ('asset', 'liability', 'income', 'expense', 'equity')), 
  CONSTRAINT uq_accounts_code UNIQUE (code)
);
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
CREATE INDEX ix_audit_actor ON audit (actor_id, at);
CREATE INDEX ix_audit_at ON audit (at, id);
CREATE INDEX ix_audit_record ON audit (entity, entity_id);
COMMENT ON TABLE audit IS 'insert-only: what happened stays as it was written';
CREATE TABLE brand_pictures (
  key TEXT NOT NULL, 
  content_type TEXT NOT NULL, 
  body BYTEA NOT NULL, 
  added_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  CONSTRAINT pk_brand_pictures PRIMARY KEY (key)
);
CREATE TABLE brand_versions (
  id UUID NOT NULL, 
  version INTEGER, 
  brand JSONB NOT NULL, 
  saved_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  saved_by TEXT DEFAULT '' NOT NULL, 
  published_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_brand_versions PRIMARY KEY (id), 
  CONSTRAINT uq_brand_versions_version UNIQUE NULLS NOT DISTINCT (version)
);
CREATE TABLE contact_attempts (
  id UUID NOT NULL, 
  contact_id UUID NOT NULL, 
  lead_id UUID, 
  phone TEXT, 
  email TEXT, 
  channel TEXT NOT NULL, 
  purpose TEXT NOT NULL, 
  automated BOOLEAN DEFAULT 'false' NOT NULL, 
  subject TEXT, 
  confirms_opt_out BOOLEAN DEFAULT 'false' NOT NULL, 
  record TEXT DEFAULT '' NOT NULL, 
  record_id UUID, 
  at TIMESTAMP WITH TIME ZONE NOT NULL, 
  void_at TIMESTAMP WITH TIME ZONE, 
  verdict TEXT DEFAULT '' NOT NULL, 
  by_id UUID, 
  by_name TEXT DEFAULT '' NOT NULL, 
  CONSTRAINT pk_contact_attempts PRIMARY KEY (id), 
  CONSTRAINT ck_contact_attempts_channel CHECK (channel in ('call', 'sms', 'email'))
);
CREATE INDEX ix_contact_attempts_contact ON contact_attempts (contact_id, at desc);
CREATE INDEX ix_contact_attempts_phone ON contact_attempts (phone, at desc) WHERE phone is not null;
CREATE INDEX ix_contact_attempts_record ON contact_attempts (record_id);
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
CREATE TABLE entries (
  id UUID NOT NULL, 
  key TEXT NOT NULL, 
  booked_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  happened_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  kind TEXT NOT NULL, 
  subject TEXT NOT NULL, 
  subject_id UUID NOT NULL, 
  currency TEXT NOT NULL, 
  CONSTRAINT pk_entries PRIMARY KEY (id), 
  CONSTRAINT uq_entries_key UNIQUE (key)
);
CREATE INDEX ix_entries_subject ON entries (subject, subject_id);
COMMENT ON TABLE entries IS 'insert-only: a wrong booking is reversed by another';
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
CREATE TABLE fields (
  id UUID NOT NULL, 
  entity TEXT NOT NULL, 
  name TEXT NOT NULL, 
  label TEXT NOT NULL, 
  type TEXT NOT NULL, 
  options JSONB DEFAULT '[]' NOT NULL, 
  required BOOLEAN DEFAULT 'false' NOT NULL, 
  sensitive BOOLEAN DEFAULT 'false' NOT NULL, 
  filterable BOOLEAN DEFAULT 'false' NOT NULL, 
  section TEXT DEFAULT 'details' NOT NULL, 
  hint TEXT DEFAULT '' NOT NULL, 
  example TEXT DEFAULT '' NOT NULL, 
  position INTEGER DEFAULT '500' NOT NULL, 
  currency TEXT DEFAULT '' NOT NULL, 
  max_length INTEGER, 
  minimum NUMERIC, 
  maximum NUMERIC, 
  archived_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_fields PRIMARY KEY (id), 
  CONSTRAINT uq_fields_entity_name UNIQUE (entity, name), 
  CONSTRAINT ck_fields_type CHECK (type in ('text', 'long_text', 'integer', 'decimal', 'percent', 'money', 'date', 'datetime', 'boolean', 'choice', 'multi_choice', 'email', 'phone', 'url', 'ip', 'state', 'zip', 'country', 'reference'))
);
CREATE TABLE list_entries (
  id UUID NOT NULL, 
  list TEXT NOT NULL, 
  contact_id UUID, 
  phone TEXT, 
  email TEXT, 
  channel TEXT, 
  purpose TEXT, 
  state TEXT, 
  reason TEXT DEFAULT '' NOT NULL, 
  words TEXT DEFAULT '' NOT NULL, 
  source TEXT DEFAULT '' NOT NULL, 
  at TIMESTAMP WITH TIME ZONE NOT NULL, 
  by_name TEXT DEFAULT '' NOT NULL, 
  lifted_at TIMESTAMP WITH TIME ZONE, 
  lifted_by TEXT, 
  lifted_why TEXT DEFAULT '' NOT NULL, 
  CONSTRAINT pk_list_entries PRIMARY KEY (id), 
  CONSTRAINT ck_list_entries_list CHECK (list in ('opt_out', 'internal', 'national', 'state', 'litigator', 'suppressed', 'reassigned')), 
  CONSTRAINT ck_list_entries_address CHECK (contact_id is not null or phone is not null or email is not null)
);
CREATE INDEX ix_list_entries_contact ON list_entries (contact_id) WHERE contact_id is not null;
CREATE INDEX ix_list_entries_email ON list_entries (email) WHERE email is not null;
CREATE INDEX ix_list_entries_list ON list_entries (list, state, at desc);
CREATE INDEX ix_list_entries_phone ON list_entries (phone) WHERE phone is not null;
CREATE TABLE message_templates (
  id UUID NOT NULL, 
  name TEXT NOT NULL, 
  label TEXT NOT NULL, 
  channel TEXT NOT NULL, 
  purpose TEXT NOT NULL, 
  subject TEXT DEFAULT '' NOT NULL, 
  body TEXT NOT NULL, 
  button_label TEXT DEFAULT '' NOT NULL, 
  button_link TEXT DEFAULT '' NOT NULL, 
  position INTEGER DEFAULT '0' NOT NULL, 
  version INTEGER DEFAULT '1' NOT NULL, 
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  updated_by TEXT DEFAULT '' NOT NULL, 
  archived_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_message_templates PRIMARY KEY (id), 
  CONSTRAINT ck_message_templates_channel CHECK (channel in ('email', 'sms')), 
  CONSTRAINT ck_message_templates_purpose CHECK (purpose in ('marketing', 'servicing', 'transactional')), 
  CONSTRAINT uq_message_templates_name UNIQUE (name)
);
CREATE TABLE notes (
  id UUID NOT NULL, 
  entity TEXT NOT NULL, 
  entity_id UUID NOT NULL, 
  body TEXT NOT NULL, 
  author_id UUID, 
  author_name TEXT DEFAULT '' NOT NULL, 
  pinned BOOLEAN DEFAULT 'false' NOT NULL, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  edited_at TIMESTAMP WITH TIME ZONE, 
  deleted_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_notes PRIMARY KEY (id)
);
CREATE INDEX ix_notes_record ON notes (entity, entity_id, created_at);
CREATE TABLE pipelines (
  id UUID NOT NULL, 
  name TEXT NOT NULL, 
  label TEXT NOT NULL, 
  position INTEGER DEFAULT '0' NOT NULL, 
  CONSTRAINT pk_pipelines PRIMARY KEY (id), 
  CONSTRAINT uq_pipelines_name UNIQUE (name)
);
CREATE TABLE publishers (
  id UUID NOT NULL, 
  name TEXT NOT NULL, 
  state TEXT DEFAULT 'test' NOT NULL, 
  email TEXT DEFAULT '' NOT NULL, 
  notes TEXT DEFAULT '' NOT NULL, 
  per_minute INTEGER DEFAULT '6000' NOT NULL, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  live_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_publishers PRIMARY KEY (id), 
  CONSTRAINT ck_publishers_state CHECK (state in ('test', 'live', 'paused', 'closed')), 
  CONSTRAINT uq_publishers_name UNIQUE (name)
);
CREATE TABLE refused_contacts (
  id UUID NOT NULL, 
  contact_id UUID NOT NULL, 
  lead_id UUID, 
  phone TEXT, 
  email TEXT, 
  channel TEXT NOT NULL, 
  purpose TEXT NOT NULL, 
  automated BOOLEAN DEFAULT 'false' NOT NULL, 
  code TEXT NOT NULL, 
  rule_id TEXT NOT NULL, 
  rules TEXT[] DEFAULT '{}' NOT NULL, 
  sentence TEXT NOT NULL, 
  source TEXT DEFAULT '' NOT NULL, 
  next_at TIMESTAMP WITH TIME ZONE, 
  at TIMESTAMP WITH TIME ZONE NOT NULL, 
  by_id UUID, 
  by_name TEXT DEFAULT '' NOT NULL, 
  CONSTRAINT pk_refused_contacts PRIMARY KEY (id)
);
CREATE INDEX ix_refused_contacts_at ON refused_contacts (at desc);
CREATE INDEX ix_refused_contacts_contact ON refused_contacts (contact_id, at desc);
COMMENT ON TABLE refused_contacts IS 'insert-only: refusals';
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
CREATE TABLE routing_rules (
  id UUID NOT NULL, 
  version INTEGER NOT NULL, 
  state TEXT NOT NULL, 
  rules JSONB DEFAULT '[]' NOT NULL, 
  fallback JSONB DEFAULT '{}' NOT NULL, 
  turns JSONB DEFAULT '{}' NOT NULL, 
  changed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  changed_by TEXT DEFAULT '' NOT NULL, 
  published_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_routing_rules PRIMARY KEY (id), 
  CONSTRAINT ck_routing_rules_state CHECK (state in ('draft', 'live', 'past'))
);
CREATE UNIQUE INDEX uq_routing_rules_one ON routing_rules (state) WHERE state in ('draft', 'live');
CREATE TABLE rule_overrides (
  id UUID NOT NULL, 
  rule_id TEXT NOT NULL, 
  effective DATE NOT NULL, 
  row JSONB NOT NULL, 
  by_id UUID, 
  by_name TEXT DEFAULT '' NOT NULL, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  CONSTRAINT pk_rule_overrides PRIMARY KEY (id)
);
CREATE INDEX ix_rule_overrides_rule ON rule_overrides (rule_id, effective);
COMMENT ON TABLE rule_overrides IS 'insert-only: corrections';
CREATE TABLE saved_views (
  id UUID NOT NULL, 
  page TEXT NOT NULL, 
  owner_id UUID NOT NULL, 
  name TEXT NOT NULL, 
  shared BOOLEAN DEFAULT 'false' NOT NULL, 
  condition JSONB DEFAULT '{}' NOT NULL, 
  sort TEXT DEFAULT '-created_at' NOT NULL, 
  columns TEXT[] DEFAULT '{}' NOT NULL, 
  position INTEGER DEFAULT '0' NOT NULL, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  CONSTRAINT pk_saved_views PRIMARY KEY (id), 
  CONSTRAINT uq_saved_views_page_owner_id_name UNIQUE (page, owner_id, name)
);
CREATE TABLE score_rules (
  id UUID NOT NULL, 
  position INTEGER NOT NULL, 
  label TEXT NOT NULL, 
  category TEXT NOT NULL, 
  condition JSONB NOT NULL, 
  points INTEGER NOT NULL, 
  half_life_days INTEGER, 
  decay_from TEXT DEFAULT 'created_at' NOT NULL, 
  enabled BOOLEAN DEFAULT 'true' NOT NULL, 
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  CONSTRAINT pk_score_rules PRIMARY KEY (id), 
  CONSTRAINT ck_score_rules_category CHECK (category in ('demographic', 'behavioural', 'engagement', 'completeness', 'geography')), 
  CONSTRAINT ck_score_rules_points CHECK (points between -100 and 100 and points <> 0), 
  CONSTRAINT ck_score_rules_half_life CHECK (half_life_days > 0)
);
CREATE TABLE sequences (
  id UUID NOT NULL, 
  name TEXT NOT NULL, 
  label TEXT NOT NULL, 
  summary TEXT DEFAULT '' NOT NULL, 
  state TEXT DEFAULT 'draft' NOT NULL, 
  trigger JSONB DEFAULT '{}' NOT NULL, 
  condition JSONB DEFAULT '{}' NOT NULL, 
  stops JSONB DEFAULT '{}' NOT NULL, 
  again_days INTEGER, 
  steps JSONB DEFAULT '[]' NOT NULL, 
  version INTEGER DEFAULT '0' NOT NULL, 
  position INTEGER DEFAULT '0' NOT NULL, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  updated_by TEXT DEFAULT '' NOT NULL, 
  archived_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_sequences PRIMARY KEY (id), 
  CONSTRAINT ck_sequences_state CHECK (state in ('draft', 'on', 'paused')), 
  CONSTRAINT uq_sequences_name UNIQUE (name)
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
  how TEXT NOT NULL, 
  address TEXT NOT NULL, 
  agent TEXT NOT NULL, 
  CONSTRAINT pk_sign_ins PRIMARY KEY (id), 
  CONSTRAINT ck_sign_ins_outcome CHECK (outcome in ('entered', 'refused'))
);
CREATE INDEX ix_sign_ins_person ON sign_ins (person_id, at);
CREATE TABLE tags (
  id UUID NOT NULL, 
  name TEXT NOT NULL, 
  label TEXT NOT NULL, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  CONSTRAINT pk_tags PRIMARY KEY (id), 
  CONSTRAINT uq_tags_name UNIQUE (name)
);
CREATE TABLE tasks (
  id UUID NOT NULL, 
  entity TEXT DEFAULT '' NOT NULL, 
  entity_id UUID, 
  kind TEXT DEFAULT 'task' NOT NULL, 
  title TEXT NOT NULL, 
  due_at TIMESTAMP WITH TIME ZONE, 
  priority SMALLINT DEFAULT '2' NOT NULL, 
  assignee_id UUID, 
  created_by UUID, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  done_at TIMESTAMP WITH TIME ZONE, 
  done_by UUID, 
  CONSTRAINT pk_tasks PRIMARY KEY (id), 
  CONSTRAINT ck_tasks_kind CHECK (kind in ('task', 'call', 'message', 'meeting')), 
  CONSTRAINT ck_tasks_priority CHECK (priority between 1 and 3)
);
CREATE INDEX ix_tasks_open ON tasks (assignee_id, due_at) WHERE done_at is null;
CREATE INDEX ix_tasks_record ON tasks (entity, entity_id, due_at);
CREATE TABLE teams (
  id UUID NOT NULL, 
  name TEXT NOT NULL, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  CONSTRAINT pk_teams PRIMARY KEY (id), 
  CONSTRAINT uq_teams_name UNIQUE (name)
);
CREATE TABLE tenant_orders (
  id UUID NOT NULL, 
  form JSONB NOT NULL, 
  reseller_id UUID, 
  ordered_by UUID NOT NULL, 
  step TEXT DEFAULT 'waiting' NOT NULL, 
  error TEXT, 
  invitation TEXT, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  CONSTRAINT pk_tenant_orders PRIMARY KEY (id), 
  CONSTRAINT ck_tenant_orders_step CHECK (step in ('waiting', 'making', 'inviting', 'done', 'returned'))
);
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
CREATE TABLE calls (
  id UUID NOT NULL, 
  contact_id UUID NOT NULL, 
  lead_id UUID, 
  direction TEXT NOT NULL, 
  state TEXT NOT NULL, 
  purpose TEXT DEFAULT 'marketing' NOT NULL, 
  subject TEXT DEFAULT '' NOT NULL, 
  automated BOOLEAN DEFAULT 'false' NOT NULL, 
  sender TEXT DEFAULT '' NOT NULL, 
  recipient TEXT DEFAULT '' NOT NULL, 
  provider_id TEXT, 
  agent_id UUID, 
  agent_name TEXT DEFAULT '' NOT NULL, 
  at TIMESTAMP WITH TIME ZONE NOT NULL, 
  answered_at TIMESTAMP WITH TIME ZONE, 
  ended_at TIMESTAMP WITH TIME ZONE, 
  answered_by TEXT, 
  seconds INTEGER DEFAULT '0' NOT NULL, 
  error TEXT DEFAULT '' NOT NULL, 
  attempt_id UUID, 
  agenda_id UUID, 
  refused_code TEXT, 
  refused_why TEXT DEFAULT '' NOT NULL, 
  next_lawful_at TIMESTAMP WITH TIME ZONE, 
  verdict TEXT DEFAULT '' NOT NULL, 
  outcome TEXT, 
  outcome_at TIMESTAMP WITH TIME ZONE, 
  notes TEXT DEFAULT '' NOT NULL, 
  callback_at TIMESTAMP WITH TIME ZONE, 
  undo JSONB DEFAULT '{}' NOT NULL, 
  returned_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_calls PRIMARY KEY (id), 
  CONSTRAINT ck_calls_direction CHECK (direction in ('in', 'out')), 
  CONSTRAINT ck_calls_state CHECK (state in ('queued', 'dialing', 'ringing', 'answered', 'completed', 'no_answer', 'busy', 'voicemail', 'failed', 'canceled', 'missed', 'logged', 'refused', 'unknown')), 
  CONSTRAINT fk_calls_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id)
);
CREATE INDEX ix_calls_agent ON calls (agent_id, at desc);
CREATE INDEX ix_calls_at ON calls (at desc);
CREATE INDEX ix_calls_contact ON calls (contact_id, at desc);
CREATE INDEX ix_calls_lead ON calls (lead_id, at desc);
CREATE INDEX ix_calls_open ON calls (agent_id) WHERE outcome is null and direction = 'out';
CREATE INDEX ix_calls_provider ON calls (provider_id) WHERE provider_id is not null;
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
CREATE TABLE documents (
  id UUID NOT NULL, 
  key TEXT, 
  entity TEXT NOT NULL, 
  entity_id UUID NOT NULL, 
  contact_id UUID NOT NULL, 
  kind TEXT NOT NULL, 
  name TEXT NOT NULL, 
  content_type TEXT NOT NULL, 
  size INTEGER NOT NULL, 
  sha256 TEXT NOT NULL, 
  shared BOOLEAN DEFAULT 'false' NOT NULL, 
  body BYTEA NOT NULL, 
  made_by TEXT DEFAULT '' NOT NULL, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  CONSTRAINT pk_documents PRIMARY KEY (id), 
  CONSTRAINT ck_documents_size CHECK (size > 0 and size <= 30000000), 
  CONSTRAINT uq_documents_key UNIQUE (key), 
  CONSTRAINT fk_documents_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id)
);
CREATE INDEX ix_documents_contact ON documents (contact_id, created_at);
CREATE INDEX ix_documents_record ON documents (entity, entity_id);
COMMENT ON TABLE documents IS 'insert-only: what was issued or sent in stays as it was; a newer one stands beside it';
CREATE TABLE field_values (
  record UUID NOT NULL, 
  field UUID NOT NULL, 
  item SMALLINT DEFAULT '0' NOT NULL, 
  entity TEXT NOT NULL, 
  num NUMERIC, 
  txt TEXT, 
  at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_field_values PRIMARY KEY (record, field, item), 
  CONSTRAINT fk_field_values_field FOREIGN KEY(field) REFERENCES fields (id) ON DELETE CASCADE
);
CREATE INDEX ix_field_values_at ON field_values (field, at, record);
CREATE INDEX ix_field_values_num ON field_values (field, num, record);
CREATE INDEX ix_field_values_txt ON field_values (field, txt, record);
CREATE INDEX ix_field_values_words ON field_values USING gin (txt ext.gin_trgm_ops);
CREATE TABLE invoices (
  id UUID NOT NULL, 
  number INTEGER, 
  contact_id UUID NOT NULL, 
  program_id UUID, 
  state TEXT DEFAULT 'draft' NOT NULL, 
  currency TEXT DEFAULT 'USD' NOT NULL, 
  total_amount BIGINT DEFAULT '0' NOT NULL, 
  paid_amount BIGINT DEFAULT '0' NOT NULL, 
  issued_on DATE, 
  due_on DATE, 
  note TEXT DEFAULT '' NOT NULL, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  CONSTRAINT pk_invoices PRIMARY KEY (id), 
  CONSTRAINT ck_invoices_state CHECK (state in ('draft', 'open', 'paid', 'void')), 
  CONSTRAINT ck_invoices_paid CHECK (paid_amount between 0 and total_amount), 
  CONSTRAINT uq_invoices_number UNIQUE (number), 
  CONSTRAINT fk_invoices_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id)
);
CREATE INDEX ix_invoices_contact ON invoices (contact_id, issued_on);
CREATE TABLE messages (
  id UUID NOT NULL, 
  contact_id UUID NOT NULL, 
  lead_id UUID, 
  direction TEXT NOT NULL, 
  channel TEXT NOT NULL, 
  purpose TEXT DEFAULT 'marketing' NOT NULL, 
  automated BOOLEAN DEFAULT 'false' NOT NULL, 
  state TEXT NOT NULL, 
  template_id UUID, 
  key TEXT, 
  cause JSONB DEFAULT '{}' NOT NULL, 
  subject TEXT DEFAULT '' NOT NULL, 
  body TEXT DEFAULT '' NOT NULL, 
  button JSONB DEFAULT '{}' NOT NULL, 
  attachments JSONB DEFAULT '[]' NOT NULL, 
  segments SMALLINT DEFAULT '0' NOT NULL, 
  sender TEXT DEFAULT '' NOT NULL, 
  recipient TEXT DEFAULT '' NOT NULL, 
  provider_id TEXT, 
  message_ref TEXT, 
  in_reply_to UUID, 
  leave_token TEXT, 
  attempt_id UUID, 
  agenda_id UUID, 
  refused_code TEXT, 
  refused_why TEXT DEFAULT '' NOT NULL, 
  next_lawful_at TIMESTAMP WITH TIME ZONE, 
  error TEXT DEFAULT '' NOT NULL, 
  author_id UUID, 
  author_name TEXT DEFAULT '' NOT NULL, 
  at TIMESTAMP WITH TIME ZONE NOT NULL, 
  sent_at TIMESTAMP WITH TIME ZONE, 
  delivered_at TIMESTAMP WITH TIME ZONE, 
  answered_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_messages PRIMARY KEY (id), 
  CONSTRAINT ck_messages_direction CHECK (direction in ('in', 'out')), 
  CONSTRAINT ck_messages_channel CHECK (channel in ('email', 'sms')), 
  CONSTRAINT ck_messages_state CHECK (state in ('queued', 'sending', 'sent', 'delivered', 'refused', 'failed', 'bounced', 'unknown', 'canceled', 'received')), 
  CONSTRAINT fk_messages_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id)
);
CREATE INDEX ix_messages_contact ON messages (contact_id, at desc);
CREATE INDEX ix_messages_lead ON messages (lead_id, at desc);
CREATE INDEX ix_messages_provider ON messages (provider_id) WHERE provider_id is not null;
CREATE INDEX ix_messages_ref ON messages (message_ref) WHERE message_ref is not null;
CREATE INDEX ix_messages_state ON messages (state, at) WHERE state in ('unknown', 'failed', 'bounced');
CREATE INDEX ix_messages_unanswered ON messages (at) WHERE direction = 'in' and answered_at is null;
CREATE UNIQUE INDEX uq_messages_key ON messages (key) WHERE key is not null;
CREATE UNIQUE INDEX uq_messages_leave ON messages (leave_token) WHERE leave_token is not null;
CREATE TABLE offers (
  id UUID NOT NULL, 
  publisher_id UUID NOT NULL, 
  slug TEXT NOT NULL, 
  name TEXT NOT NULL, 
  state TEXT DEFAULT 'live' NOT NULL, 
  price_amount BIGINT DEFAULT '0' NOT NULL, 
  currency TEXT DEFAULT 'USD' NOT NULL, 
  terms JSONB DEFAULT '{}' NOT NULL, 
  spec JSONB DEFAULT '[]' NOT NULL, 
  pipeline TEXT DEFAULT '' NOT NULL, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  CONSTRAINT pk_offers PRIMARY KEY (id), 
  CONSTRAINT ck_offers_state CHECK (state in ('test', 'live', 'paused', 'closed')), 
  CONSTRAINT ck_offers_price CHECK (price_amount >= 0), 
  CONSTRAINT fk_offers_publisher_id FOREIGN KEY(publisher_id) REFERENCES publishers (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX uq_offers_slug ON offers (publisher_id, slug);
CREATE TABLE people (
  id UUID NOT NULL, 
  email TEXT NOT NULL, 
  name TEXT NOT NULL, 
  role_id UUID NOT NULL, 
  party_id UUID, 
  state TEXT DEFAULT 'active' NOT NULL, 
  support BOOLEAN DEFAULT 'false' NOT NULL, 
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
CREATE TABLE postings (
  id UUID NOT NULL, 
  entry_id UUID NOT NULL, 
  account_id UUID NOT NULL, 
  amount BIGINT NOT NULL, 
  CONSTRAINT pk_postings PRIMARY KEY (id), 
  CONSTRAINT ck_postings_amount CHECK (amount <> 0), 
  CONSTRAINT fk_postings_entry_id FOREIGN KEY(entry_id) REFERENCES entries (id), 
  CONSTRAINT fk_postings_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE INDEX ix_postings_account_id ON postings (account_id);
CREATE INDEX ix_postings_entry_id ON postings (entry_id);
COMMENT ON TABLE postings IS 'insert-only: a wrong booking is reversed by another';
CREATE TABLE publisher_keys (
  id UUID NOT NULL, 
  publisher_id UUID NOT NULL, 
  key_hash BYTEA NOT NULL, 
  start TEXT NOT NULL, 
  ending TEXT NOT NULL, 
  label TEXT DEFAULT '' NOT NULL, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  created_by TEXT DEFAULT '' NOT NULL, 
  last_used_at TIMESTAMP WITH TIME ZONE, 
  revoked_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_publisher_keys PRIMARY KEY (id), 
  CONSTRAINT fk_publisher_keys_publisher_id FOREIGN KEY(publisher_id) REFERENCES publishers (id) ON DELETE CASCADE, 
  CONSTRAINT uq_publisher_keys_key_hash UNIQUE (key_hash)
);
CREATE INDEX ix_publisher_keys_publisher ON publisher_keys (publisher_id);
CREATE TABLE sequence_versions (
  id UUID NOT NULL, 
  sequence_id UUID NOT NULL, 
  version INTEGER NOT NULL, 
  steps JSONB NOT NULL, 
  at TIMESTAMP WITH TIME ZONE NOT NULL, 
  by_name TEXT DEFAULT '' NOT NULL, 
  CONSTRAINT pk_sequence_versions PRIMARY KEY (id), 
  CONSTRAINT uq_sequence_versions_sequence_id_version UNIQUE (sequence_id, version), 
  CONSTRAINT fk_sequence_versions_sequence_id FOREIGN KEY(sequence_id) REFERENCES sequences (id)
);
COMMENT ON TABLE sequence_versions IS 'insert-only: published steps';
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
CREATE TABLE taggings (
  entity TEXT NOT NULL, 
  entity_id UUID NOT NULL, 
  tag_id UUID NOT NULL, 
  CONSTRAINT pk_taggings PRIMARY KEY (entity, entity_id, tag_id), 
  CONSTRAINT fk_taggings_tag_id FOREIGN KEY(tag_id) REFERENCES tags (id) ON DELETE CASCADE
);
CREATE INDEX ix_taggings_tag ON taggings (tag_id, entity, entity_id);
CREATE TABLE cap_counters (
  offer_id UUID NOT NULL, 
  per TEXT NOT NULL, 
  since TIMESTAMP WITH TIME ZONE NOT NULL, 
  leads INTEGER DEFAULT '0' NOT NULL, 
  amount BIGINT DEFAULT '0' NOT NULL, 
  CONSTRAINT pk_cap_counters PRIMARY KEY (offer_id, per, since), 
  CONSTRAINT fk_cap_counters_offer_id FOREIGN KEY(offer_id) REFERENCES offers (id) ON DELETE CASCADE
);
CREATE TABLE invoice_lines (
  id UUID NOT NULL, 
  invoice_id UUID NOT NULL, 
  position INTEGER NOT NULL, 
  text TEXT NOT NULL, 
  quantity INTEGER DEFAULT '1' NOT NULL, 
  unit_amount BIGINT NOT NULL, 
  tax_rate INTEGER DEFAULT '0' NOT NULL, 
  amount BIGINT NOT NULL, 
  source TEXT, 
  source_id UUID, 
  CONSTRAINT pk_invoice_lines PRIMARY KEY (id), 
  CONSTRAINT fk_invoice_lines_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id)
);
CREATE INDEX ix_invoice_lines_invoice_id ON invoice_lines (invoice_id);
CREATE UNIQUE INDEX uq_invoice_lines_source ON invoice_lines (source, source_id);
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
  scored_at TIMESTAMP WITH TIME ZONE, 
  heat SMALLINT DEFAULT '0' NOT NULL, 
  heat_points FLOAT DEFAULT '0' NOT NULL, 
  heat_at TIMESTAMP WITH TIME ZONE, 
  heat_why TEXT DEFAULT '' NOT NULL, 
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
CREATE INDEX ix_leads_next_action ON leads (next_action_at) WHERE next_action_at is not null;
CREATE INDEX ix_leads_owner ON leads (owner_id, created_at desc);
CREATE INDEX ix_leads_publisher ON leads (publisher_id, created_at desc);
CREATE INDEX ix_leads_score ON leads (score desc, id desc);
CREATE INDEX ix_leads_stage ON leads (stage_id, created_at desc);
CREATE INDEX ix_leads_warm ON leads (heat_at) WHERE heat > 0;
CREATE TABLE members (
  person_id UUID NOT NULL, 
  team_id UUID, 
  hours JSONB, 
  zone TEXT, 
  skills TEXT[] DEFAULT '{}' NOT NULL, 
  languages TEXT[] DEFAULT '{}' NOT NULL, 
  territories TEXT[] DEFAULT '{}' NOT NULL, 
  cap INTEGER, 
  weight INTEGER DEFAULT '1' NOT NULL, 
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  CONSTRAINT pk_members PRIMARY KEY (person_id), 
  CONSTRAINT ck_members_cap CHECK (cap >= 0), 
  CONSTRAINT ck_members_weight CHECK (weight between 0 and 100), 
  CONSTRAINT fk_members_person_id FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE, 
  CONSTRAINT fk_members_team_id FOREIGN KEY(team_id) REFERENCES teams (id) ON DELETE SET NULL
);
CREATE INDEX ix_members_team_id ON members (team_id);
CREATE TABLE payments (
  id UUID NOT NULL, 
  key TEXT NOT NULL, 
  invoice_id UUID NOT NULL, 
  provider TEXT DEFAULT 'manual' NOT NULL, 
  method TEXT DEFAULT '' NOT NULL, 
  reference TEXT DEFAULT '' NOT NULL, 
  amount BIGINT NOT NULL, 
  state TEXT DEFAULT 'settled' NOT NULL, 
  received_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  CONSTRAINT pk_payments PRIMARY KEY (id), 
  CONSTRAINT ck_payments_amount CHECK (amount <> 0), 
  CONSTRAINT ck_payments_state CHECK (state in ('pending', 'settled', 'failed')), 
  CONSTRAINT uq_payments_key UNIQUE (key), 
  CONSTRAINT fk_payments_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id)
);
CREATE INDEX ix_payments_invoice ON payments (invoice_id);
CREATE TABLE presence (
  person_id UUID NOT NULL, 
  state TEXT NOT NULL, 
  since TIMESTAMP WITH TIME ZONE NOT NULL, 
  CONSTRAINT pk_presence PRIMARY KEY (person_id), 
  CONSTRAINT ck_presence_state CHECK (state in ('ready', 'on_call', 'wrap_up', 'break', 'away')), 
  CONSTRAINT fk_presence_person_id FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
);
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
  how TEXT DEFAULT 'password' NOT NULL, 
  address TEXT NOT NULL, 
  agent TEXT NOT NULL, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  last_seen TIMESTAMP WITH TIME ZONE NOT NULL, 
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  confirmed_at TIMESTAMP WITH TIME ZONE, 
  support JSONB, 
  CONSTRAINT pk_sessions PRIMARY KEY (id), 
  CONSTRAINT ck_sessions_step CHECK (step in ('code', 'mail', 'enrol', 'in')), 
  CONSTRAINT uq_sessions_token_hash UNIQUE (token_hash), 
  CONSTRAINT fk_sessions_person_id FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
);
CREATE INDEX ix_sessions_person_id ON sessions (person_id);
CREATE TABLE submissions (
  id UUID NOT NULL, 
  publisher_id UUID NOT NULL, 
  offer_id UUID, 
  key_id UUID, 
  at TIMESTAMP WITH TIME ZONE NOT NULL, 
  tally BOOLEAN DEFAULT 'true' NOT NULL, 
  status TEXT NOT NULL, 
  codes TEXT[] DEFAULT '{}' NOT NULL, 
  reasons JSONB DEFAULT '[]' NOT NULL, 
  lead_id UUID, 
  price_amount BIGINT DEFAULT '0' NOT NULL, 
  currency TEXT DEFAULT 'USD' NOT NULL, 
  ref TEXT DEFAULT '' NOT NULL, 
  sub_id TEXT DEFAULT '' NOT NULL, 
  source TEXT DEFAULT '' NOT NULL, 
  phone TEXT, 
  email TEXT, 
  content_type TEXT DEFAULT '' NOT NULL, 
  address TEXT DEFAULT '' NOT NULL, 
  request BYTEA, 
  extra BYTEA, 
  answer_status SMALLINT NOT NULL, 
  answer TEXT, 
  CONSTRAINT pk_submissions PRIMARY KEY (id), 
  CONSTRAINT ck_submissions_status CHECK (status in ('accepted', 'duplicate', 'rejected', 'error')), 
  CONSTRAINT fk_submissions_publisher_id FOREIGN KEY(publisher_id) REFERENCES publishers (id) ON DELETE CASCADE, 
  CONSTRAINT fk_submissions_offer_id FOREIGN KEY(offer_id) REFERENCES offers (id) ON DELETE SET NULL
);
CREATE INDEX ix_submissions_kept ON submissions (at) WHERE request is not null;
CREATE INDEX ix_submissions_lead ON submissions (lead_id) WHERE lead_id is not null;
CREATE INDEX ix_submissions_offer ON submissions (offer_id, at desc);
CREATE INDEX ix_submissions_publisher ON submissions (publisher_id, at desc, id desc);
CREATE INDEX ix_submissions_test_phone ON submissions (publisher_id, phone) WHERE not tally;
CREATE TABLE tokens (
  id UUID NOT NULL, 
  person_id UUID, 
  email TEXT, 
  purpose TEXT NOT NULL, 
  details JSONB DEFAULT '{}' NOT NULL, 
  tries INTEGER DEFAULT '0' NOT NULL, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  used_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_tokens PRIMARY KEY (id), 
  CONSTRAINT fk_tokens_person_id FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
);
CREATE INDEX ix_tokens_expires_at ON tokens (expires_at);
CREATE INDEX ix_tokens_person ON tokens (person_id, purpose);
CREATE TABLE lead_offers (
  id UUID NOT NULL, 
  lead_id UUID NOT NULL, 
  person_id UUID NOT NULL, 
  decision_id UUID, 
  state TEXT DEFAULT 'open' NOT NULL, 
  offered_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  expires_at TIMESTAMP WITH TIME ZONE, 
  ended_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_lead_offers PRIMARY KEY (id), 
  CONSTRAINT ck_lead_offers_state CHECK (state in ('open', 'accepted', 'passed', 'expired', 'withdrawn', 'skipped')), 
  CONSTRAINT fk_lead_offers_lead_id FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE
);
CREATE INDEX ix_lead_offers_lead ON lead_offers (lead_id, offered_at);
CREATE INDEX ix_lead_offers_person ON lead_offers (person_id, offered_at);
CREATE UNIQUE INDEX uq_lead_offers_open ON lead_offers (lead_id) WHERE state = 'open';
CREATE TABLE programs (
  id UUID NOT NULL, 
  number INTEGER NOT NULL, 
  lead_id UUID NOT NULL, 
  contact_id UUID NOT NULL, 
  state TEXT DEFAULT 'draft' NOT NULL, 
  currency TEXT DEFAULT 'USD' NOT NULL, 
  months INTEGER NOT NULL, 
  settlement_rate INTEGER NOT NULL, 
  fee_model TEXT DEFAULT 'debt' NOT NULL, 
  fee_rate INTEGER NOT NULL, 
  monthly_charge BIGINT DEFAULT '0' NOT NULL, 
  first_deposit_on DATE NOT NULL, 
  enrolled_at TIMESTAMP WITH TIME ZONE, 
  closed_at TIMESTAMP WITH TIME ZONE, 
  created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  CONSTRAINT pk_programs PRIMARY KEY (id), 
  CONSTRAINT ck_programs_state CHECK (state in ('draft', 'active', 'completed', 'cancelled')), 
  CONSTRAINT ck_programs_fee_model CHECK (fee_model in ('debt', 'savings')), 
  CONSTRAINT ck_programs_rates CHECK (fee_rate between 0 and 10000 and settlement_rate between 0 and 10000), 
  CONSTRAINT uq_programs_number UNIQUE (number), 
  CONSTRAINT uq_programs_lead_id UNIQUE (lead_id), 
  CONSTRAINT fk_programs_lead_id FOREIGN KEY(lead_id) REFERENCES leads (id), 
  CONSTRAINT fk_programs_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id)
);
CREATE INDEX ix_programs_contact ON programs (contact_id);
CREATE TABLE routing_decisions (
  id UUID NOT NULL, 
  lead_id UUID NOT NULL, 
  at TIMESTAMP WITH TIME ZONE NOT NULL, 
  version INTEGER NOT NULL, 
  cause TEXT NOT NULL, 
  outcome TEXT NOT NULL, 
  rule_id UUID, 
  rule TEXT DEFAULT '' NOT NULL, 
  winner_id UUID, 
  sentence TEXT NOT NULL, 
  trace JSONB DEFAULT '[]' NOT NULL, 
  CONSTRAINT pk_routing_decisions PRIMARY KEY (id), 
  CONSTRAINT ck_routing_decisions_outcome CHECK (outcome in ('assigned', 'fallback', 'nobody')), 
  CONSTRAINT fk_routing_decisions_lead_id FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE
);
CREATE INDEX ix_routing_decisions_at ON routing_decisions (at);
CREATE INDEX ix_routing_decisions_lead ON routing_decisions (lead_id, at);
CREATE INDEX ix_routing_decisions_rule ON routing_decisions (rule_id, at);
CREATE TABLE sequence_runs (
  id UUID NOT NULL, 
  sequence_id UUID NOT NULL, 
  version INTEGER NOT NULL, 
  lead_id UUID NOT NULL, 
  contact_id UUID NOT NULL, 
  cause TEXT NOT NULL, 
  state TEXT DEFAULT 'active' NOT NULL, 
  step TEXT DEFAULT '' NOT NULL, 
  turn INTEGER DEFAULT '0' NOT NULL, 
  tries INTEGER DEFAULT '0' NOT NULL, 
  due_at TIMESTAMP WITH TIME ZONE, 
  why TEXT DEFAULT '' NOT NULL, 
  started_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  ended_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_sequence_runs PRIMARY KEY (id), 
  CONSTRAINT ck_sequence_runs_state CHECK (state in ('active', 'paused', 'done', 'stopped', 'failed')), 
  CONSTRAINT uq_sequence_runs_sequence_id_lead_id_cause UNIQUE (sequence_id, lead_id, cause), 
  CONSTRAINT fk_sequence_runs_sequence_id FOREIGN KEY(sequence_id) REFERENCES sequences (id), 
  CONSTRAINT fk_sequence_runs_lead_id FOREIGN KEY(lead_id) REFERENCES leads (id), 
  CONSTRAINT fk_sequence_runs_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id)
);
CREATE INDEX ix_sequence_runs_contact ON sequence_runs (contact_id) WHERE state in ('active', 'paused');
CREATE INDEX ix_sequence_runs_lead ON sequence_runs (lead_id, started_at desc);
CREATE INDEX ix_sequence_runs_list ON sequence_runs (sequence_id, state, started_at desc, id desc);
CREATE UNIQUE INDEX uq_sequence_runs_open ON sequence_runs (sequence_id, lead_id) WHERE state in ('active', 'paused');
CREATE TABLE debts (
  id UUID NOT NULL, 
  program_id UUID NOT NULL, 
  position INTEGER NOT NULL, 
  creditor TEXT NOT NULL, 
  last_four TEXT DEFAULT '' NOT NULL, 
  enrolled_amount BIGINT NOT NULL, 
  current_amount BIGINT NOT NULL, 
  state TEXT DEFAULT 'saving' NOT NULL, 
  CONSTRAINT pk_debts PRIMARY KEY (id), 
  CONSTRAINT ck_debts_enrolled CHECK (enrolled_amount > 0), 
  CONSTRAINT ck_debts_state CHECK (state in ('saving', 'negotiating', 'offered', 'paying', 'settled', 'removed')), 
  CONSTRAINT fk_debts_program_id FOREIGN KEY(program_id) REFERENCES programs (id)
);
CREATE INDEX ix_debts_program ON debts (program_id, position);
CREATE TABLE deposits (
  id UUID NOT NULL, 
  program_id UUID NOT NULL, 
  due_on DATE NOT NULL, 
  amount BIGINT NOT NULL, 
  state TEXT DEFAULT 'scheduled' NOT NULL, 
  cleared_at TIMESTAMP WITH TIME ZONE, 
  return_code TEXT, 
  CONSTRAINT pk_deposits PRIMARY KEY (id), 
  CONSTRAINT ck_deposits_state CHECK (state in ('scheduled', 'cleared', 'returned', 'skipped')), 
  CONSTRAINT ck_deposits_amount CHECK (amount > 0), 
  CONSTRAINT fk_deposits_program_id FOREIGN KEY(program_id) REFERENCES programs (id)
);
CREATE INDEX ix_deposits_due ON deposits (program_id, due_on);
CREATE TABLE disclosure_acceptances (
  id UUID NOT NULL, 
  program_id UUID NOT NULL, 
  name TEXT NOT NULL, 
  words TEXT NOT NULL, 
  accepted_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  accepted_from TEXT DEFAULT '' NOT NULL, 
  CONSTRAINT pk_disclosure_acceptances PRIMARY KEY (id), 
  CONSTRAINT fk_disclosure_acceptances_program_id FOREIGN KEY(program_id) REFERENCES programs (id)
);
CREATE UNIQUE INDEX uq_disclosure_acceptances_name ON disclosure_acceptances (program_id, name);
COMMENT ON TABLE disclosure_acceptances IS 'insert-only: what somebody agreed to stays as it was shown';
CREATE TABLE sequence_trace (
  id UUID NOT NULL, 
  run_id UUID NOT NULL, 
  sequence_id UUID NOT NULL, 
  step TEXT DEFAULT '' NOT NULL, 
  kind TEXT DEFAULT '' NOT NULL, 
  what TEXT NOT NULL, 
  why TEXT DEFAULT '' NOT NULL, 
  message_id UUID, 
  next_at TIMESTAMP WITH TIME ZONE, 
  at TIMESTAMP WITH TIME ZONE NOT NULL, 
  by_name TEXT DEFAULT '' NOT NULL, 
  CONSTRAINT pk_sequence_trace PRIMARY KEY (id), 
  CONSTRAINT fk_sequence_trace_run_id FOREIGN KEY(run_id) REFERENCES sequence_runs (id), 
  CONSTRAINT fk_sequence_trace_sequence_id FOREIGN KEY(sequence_id) REFERENCES sequences (id)
);
CREATE INDEX ix_sequence_trace_run ON sequence_trace (run_id, id);
CREATE INDEX ix_sequence_trace_steps ON sequence_trace (sequence_id, step, what);
COMMENT ON TABLE sequence_trace IS 'insert-only: what happened in a run';
CREATE TABLE settlements (
  id UUID NOT NULL, 
  debt_id UUID NOT NULL, 
  amount BIGINT NOT NULL, 
  state TEXT DEFAULT 'offered' NOT NULL, 
  offered_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  expires_on DATE, 
  agreed_in_writing_at TIMESTAMP WITH TIME ZONE, 
  approved_at TIMESTAMP WITH TIME ZONE, 
  approved_words TEXT, 
  approved_from TEXT, 
  creditor_paid_at TIMESTAMP WITH TIME ZONE, 
  CONSTRAINT pk_settlements PRIMARY KEY (id), 
  CONSTRAINT ck_settlements_state CHECK (state in ('offered', 'approved', 'declined', 'paid')), 
  CONSTRAINT ck_settlements_amount CHECK (amount > 0), 
  CONSTRAINT fk_settlements_debt_id FOREIGN KEY(debt_id) REFERENCES debts (id)
);
CREATE INDEX ix_settlements_debt ON settlements (debt_id);
CREATE TABLE fees (
  id UUID NOT NULL, 
  program_id UUID NOT NULL, 
  settlement_id UUID NOT NULL, 
  amount BIGINT NOT NULL, 
  rule TEXT NOT NULL, 
  earned_at TIMESTAMP WITH TIME ZONE NOT NULL, 
  CONSTRAINT pk_fees PRIMARY KEY (id), 
  CONSTRAINT ck_fees_amount CHECK (amount >= 0), 
  CONSTRAINT fk_fees_program_id FOREIGN KEY(program_id) REFERENCES programs (id), 
  CONSTRAINT uq_fees_settlement_id UNIQUE (settlement_id), 
  CONSTRAINT fk_fees_settlement_id FOREIGN KEY(settlement_id) REFERENCES settlements (id)
);
CREATE INDEX ix_fees_program_id ON fees (program_id);
COMMENT ON TABLE fees IS 'insert-only: a fee once earned is corrected by another line, never changed';
-- An unearned fee is refused by the database itself (16 CFR 310.4(a)(5)(i)): the debt must be settled under a written
-- agreement, the client must have agreed to that deal, and at least one payment to the creditor must have been made. The
-- amount may not pass what the program's rule gives. Names are qualified by the schema in which the trigger fires.
create function refuse_unearned_fee() returns trigger language plpgsql set search_path = pg_catalog as $$
declare
  deal record;
  whole bigint;
  most bigint;
begin
  execute format(
    'select s.agreed_in_writing_at, s.approved_at, s.creditor_paid_at, s.amount as settled, d.enrolled_amount,
            d.program_id, p.fee_model, p.fee_rate
     from %1$I.settlements s join %1$I.debts d on d.id = s.debt_id join %1$I.programs p on p.id = d.program_id
     where s.id = $1', tg_table_schema) into deal using new.settlement_id;
  if deal.agreed_in_writing_at is null or deal.approved_at is null or deal.creditor_paid_at is null
     or deal.program_id <> new.program_id then
    raise exception 'this fee is not earned: it needs a written settlement, the client''s assent and a first payment to the creditor'
      using errcode = 'check_violation', constraint = 'fee_earned';
  end if;
  if deal.fee_model = 'savings' then
    most := greatest(0, round((deal.enrolled_amount - deal.settled)::numeric * deal.fee_rate / 10000));
  else
    execute format('select sum(enrolled_amount) from %I.debts where program_id = $1 and state <> ''removed''', tg_table_schema)
      into whole using deal.program_id;
    -- The largest-remainder split may give a debt one minor unit more than its rounded-down share.
    most := floor(round(whole::numeric * deal.fee_rate / 10000) * deal.enrolled_amount / whole) + 1;
  end if;
  if new.amount > most then
    raise exception 'this fee of % is larger than the % that the program''s rule gives', new.amount, most
      using errcode = 'check_violation', constraint = 'fee_within_rule';
  end if;
  return new;
end $$;
create trigger fees_must_be_earned before insert or update on fees for each row execute function refuse_unearned_fee();

-- What a fee was reckoned from must not change under it.
create function keep_enrolled_amount() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if new.enrolled_amount <> old.enrolled_amount or new.program_id <> old.program_id then
    raise exception 'the enrolled amount of a debt never changes' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger debts_keep_enrolled_amount before update on debts for each row execute function keep_enrolled_amount();

-- Every booking adds up to nothing by the end of its transaction.
create function refuse_unbalanced() returns trigger language plpgsql set search_path = pg_catalog as $$
declare
  sides int;
  rest bigint;
  entry uuid;
begin
  entry := case tg_table_name when 'entries' then new.id else (to_jsonb(new) ->> 'entry_id')::uuid end;
  execute format('select count(*), coalesce(sum(amount), 0) from %I.postings where entry_id = $1', tg_table_schema)
    into sides, rest using entry;
  if sides < 2 or rest <> 0 then
    raise exception 'booking % does not balance: % postings, % over', entry, sides, rest
      using errcode = 'check_violation', constraint = 'entry_balances';
  end if;
  return null;
end $$;
create constraint trigger entries_balance after insert on entries deferrable initially deferred
  for each row execute function refuse_unbalanced();
create constraint trigger postings_balance after insert on postings deferrable initially deferred
  for each row execute function refuse_unbalanced();

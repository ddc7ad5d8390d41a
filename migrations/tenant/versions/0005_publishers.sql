ALTER TABLE publishers ADD COLUMN asked_live_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE publishers ADD COLUMN asked_live_by TEXT DEFAULT '' NOT NULL;
ALTER TABLE publishers ADD COLUMN test_key_version INTEGER DEFAULT '1' NOT NULL;
ALTER TABLE publisher_keys ADD COLUMN last_address TEXT DEFAULT '' NOT NULL;
ALTER TABLE publisher_keys ADD COLUMN networks TEXT[] DEFAULT '{}' NOT NULL;
ALTER TABLE submissions ADD COLUMN quality SMALLINT;
ALTER TABLE submissions ADD COLUMN tips JSONB DEFAULT '{}' NOT NULL;
ALTER TABLE submissions ADD COLUMN hold_until TIMESTAMP WITH TIME ZONE;
ALTER TABLE submissions ADD COLUMN return_until TIMESTAMP WITH TIME ZONE;
ALTER TABLE submissions ADD COLUMN returned_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE submissions ADD COLUMN returned_by TEXT DEFAULT '' NOT NULL;
ALTER TABLE submissions ADD COLUMN return_reason TEXT DEFAULT '' NOT NULL;
ALTER TABLE submissions ADD COLUMN form_id UUID;
ALTER TABLE submissions ADD COLUMN headers JSONB DEFAULT '[]' NOT NULL;
CREATE INDEX ix_submissions_earned ON submissions (publisher_id, hold_until) WHERE price_amount > 0;

CREATE TABLE hosted_forms (
  id UUID NOT NULL,
  offer_id UUID NOT NULL,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT DEFAULT 'draft' NOT NULL,
  content JSONB DEFAULT '{}' NOT NULL,
  consents JSONB DEFAULT '[]' NOT NULL,
  frames TEXT[] DEFAULT '{}' NOT NULL,
  per_hour INTEGER DEFAULT '300' NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_hosted_forms PRIMARY KEY (id),
  CONSTRAINT ck_hosted_forms_state CHECK (state in ('draft', 'live', 'off')),
  CONSTRAINT ck_hosted_forms_per_hour CHECK (per_hour > 0),
  CONSTRAINT fk_hosted_forms_offer_id FOREIGN KEY(offer_id) REFERENCES offers (id) ON DELETE CASCADE,
  CONSTRAINT uq_hosted_forms_slug UNIQUE (slug)
);
CREATE INDEX ix_hosted_forms_offer ON hosted_forms (offer_id);

-- Publishers' people of before could do everything their account allows; they stay its owners. The role that only
-- looks is new. A tenant that is being made has no roles yet: there the blueprint brings both.
UPDATE roles SET permissions = array_append(permissions, 'publisher.manage')
  WHERE name = 'publisher' AND NOT 'publisher.manage' = ANY (permissions);
INSERT INTO roles (id, name, label, audience, home, permissions, reach, builtin)
  SELECT gen_random_uuid(), 'publisher_viewer', 'Publisher, viewer', 'publisher', '/publisher', '{publisher.use}', 'own', true
  WHERE EXISTS (SELECT 1 FROM roles WHERE name = 'publisher')
  ON CONFLICT (name) DO NOTHING;

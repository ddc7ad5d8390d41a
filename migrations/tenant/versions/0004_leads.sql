alter table stages add column archived_at timestamp with time zone;

alter table fields add column retired_options text[] not null default '{}';

create index ix_contacts_zip_last on contacts (zip, lower(left(last_name, 3))) where zip is not null;
create index ix_contacts_zip_first on contacts (zip, lower(left(first_name, 3))) where zip is not null;
create index ix_contacts_zip_address on contacts (zip, lower(left(address, 6))) where zip is not null;
create index ix_contacts_city_last on contacts (city_key, lower(left(last_name, 3)));
create index ix_contacts_updated on contacts (updated_at);
create index ix_contacts_name on contacts (name_key, id);
create index ix_contacts_merged on contacts (merged_into) where merged_into is not null;

CREATE TABLE duplicates (
  id UUID NOT NULL,
  first_id UUID NOT NULL,
  second_id UUID NOT NULL,
  score SMALLINT NOT NULL,
  reasons JSONB DEFAULT '{}' NOT NULL,
  state TEXT DEFAULT 'open' NOT NULL,
  found_at TIMESTAMP WITH TIME ZONE NOT NULL,
  decided_at TIMESTAMP WITH TIME ZONE,
  decided_by TEXT DEFAULT '' NOT NULL,
  CONSTRAINT pk_duplicates PRIMARY KEY (id),
  CONSTRAINT uq_duplicates_first_id_second_id UNIQUE (first_id, second_id),
  CONSTRAINT ck_duplicates_state CHECK (state in ('open', 'merged', 'different')),
  CONSTRAINT fk_duplicates_first_id FOREIGN KEY(first_id) REFERENCES contacts (id) ON DELETE CASCADE,
  CONSTRAINT fk_duplicates_second_id FOREIGN KEY(second_id) REFERENCES contacts (id) ON DELETE CASCADE
);
CREATE INDEX ix_duplicates_open ON duplicates (score desc, id desc) WHERE state = 'open';
CREATE INDEX ix_duplicates_second ON duplicates (second_id);

CREATE TABLE merges (
  id UUID NOT NULL,
  kept_id UUID NOT NULL,
  gone_id UUID NOT NULL,
  moved JSONB NOT NULL,
  before JSONB NOT NULL,
  after JSONB NOT NULL,
  ended JSONB DEFAULT '[]' NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  by_id UUID,
  by_name TEXT DEFAULT '' NOT NULL,
  undone_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_merges PRIMARY KEY (id),
  CONSTRAINT fk_merges_kept_id FOREIGN KEY(kept_id) REFERENCES contacts (id) ON DELETE CASCADE,
  CONSTRAINT fk_merges_gone_id FOREIGN KEY(gone_id) REFERENCES contacts (id) ON DELETE CASCADE
);
CREATE INDEX ix_merges_at ON merges (at desc);
CREATE INDEX ix_merges_kept ON merges (kept_id);

update roles set permissions = permissions || '{contacts.merge}'
  where name in ('admin', 'manager') and builtin and not permissions @> '{contacts.merge}';

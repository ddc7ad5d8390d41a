CREATE TABLE score_sets (
  id UUID NOT NULL,
  version INTEGER NOT NULL,
  state TEXT NOT NULL,
  rules JSONB DEFAULT '[]' NOT NULL,
  thresholds JSONB NOT NULL,
  changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  changed_by TEXT DEFAULT '' NOT NULL,
  published_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_score_sets PRIMARY KEY (id),
  CONSTRAINT ck_score_sets_state CHECK (state in ('draft', 'live', 'past')),
  CONSTRAINT uq_score_sets_version UNIQUE (version)
);
CREATE UNIQUE INDEX uq_score_sets_one ON score_sets (state) WHERE state in ('draft', 'live');


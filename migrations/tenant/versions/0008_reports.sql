update roles set permissions = permissions || '{reports.view,reports.export,reports.schedule}'
where builtin and name in ('admin', 'manager') and not permissions @> '{reports.view}';

CREATE TABLE report_schedules (
  id UUID NOT NULL,
  report TEXT NOT NULL,
  scope JSONB DEFAULT '{}' NOT NULL,
  format TEXT NOT NULL,
  every TEXT NOT NULL,
  hour SMALLINT NOT NULL,
  weekday SMALLINT DEFAULT '0' NOT NULL,
  monthday SMALLINT DEFAULT '1' NOT NULL,
  owner_id UUID NOT NULL,
  recipients TEXT[] DEFAULT '{}' NOT NULL,
  paused BOOLEAN DEFAULT 'false' NOT NULL,
  turn INTEGER DEFAULT '0' NOT NULL,
  next_at TIMESTAMP WITH TIME ZONE,
  last_at TIMESTAMP WITH TIME ZONE,
  last_error TEXT DEFAULT '' NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_report_schedules PRIMARY KEY (id),
  CONSTRAINT ck_report_schedules_every CHECK (every in ('day', 'week', 'month')),
  CONSTRAINT ck_report_schedules_when CHECK (hour between 0 and 23 and weekday between 0 and 6 and monthday between 1 and 28),
  CONSTRAINT ck_report_schedules_format CHECK (format in ('pdf', 'xlsx', 'csv', 'rows')),
  CONSTRAINT fk_report_schedules_owner_id FOREIGN KEY(owner_id) REFERENCES people (id)
);

CREATE TABLE report_files (
  id UUID NOT NULL,
  report TEXT NOT NULL,
  format TEXT NOT NULL,
  paper TEXT DEFAULT '' NOT NULL,
  period TEXT NOT NULL,
  scope JSONB DEFAULT '{}' NOT NULL,
  person_id UUID NOT NULL,
  schedule_id UUID,
  recipients TEXT[] DEFAULT '{}' NOT NULL,
  sight JSONB DEFAULT '{}' NOT NULL,
  state TEXT DEFAULT 'waiting' NOT NULL,
  error TEXT DEFAULT '' NOT NULL,
  rows_done INTEGER DEFAULT '0' NOT NULL,
  rows_all INTEGER DEFAULT '0' NOT NULL,
  name TEXT DEFAULT '' NOT NULL,
  content_type TEXT DEFAULT '' NOT NULL,
  size INTEGER DEFAULT '0' NOT NULL,
  body BYTEA,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ready_at TIMESTAMP WITH TIME ZONE,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_report_files PRIMARY KEY (id),
  CONSTRAINT ck_report_files_format CHECK (format in ('pdf', 'xlsx', 'csv', 'rows')),
  CONSTRAINT ck_report_files_state CHECK (state in ('waiting', 'making', 'ready', 'failed', 'refused')),
  CONSTRAINT fk_report_files_person_id FOREIGN KEY(person_id) REFERENCES people (id),
  CONSTRAINT fk_report_files_schedule_id FOREIGN KEY(schedule_id) REFERENCES report_schedules (id) ON DELETE SET NULL
);
CREATE INDEX ix_report_files_expires ON report_files (expires_at);
CREATE INDEX ix_report_files_person ON report_files (person_id, created_at desc);
CREATE UNIQUE INDEX uq_report_files_period ON report_files (schedule_id, period) WHERE schedule_id is not null;


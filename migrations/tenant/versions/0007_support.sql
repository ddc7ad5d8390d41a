CREATE TABLE tickets (
  id UUID NOT NULL,
  number INTEGER NOT NULL,
  contact_id UUID NOT NULL,
  lead_id UUID,
  subject TEXT NOT NULL,
  channel TEXT NOT NULL,
  category TEXT DEFAULT '' NOT NULL,
  priority TEXT NOT NULL,
  state TEXT DEFAULT 'new' NOT NULL,
  assignee_id UUID,
  targets JSONB DEFAULT '{}' NOT NULL,
  first_due_at TIMESTAMP WITH TIME ZONE,
  first_at TIMESTAMP WITH TIME ZONE,
  first_left INTEGER,
  first_missed_at TIMESTAMP WITH TIME ZONE,
  due_at TIMESTAMP WITH TIME ZONE,
  resolve_left INTEGER,
  missed_at TIMESTAMP WITH TIME ZONE,
  next_due_at TIMESTAMP WITH TIME ZONE,
  reopened SMALLINT DEFAULT '0' NOT NULL,
  merged_into UUID,
  follows UUID,
  rating SMALLINT,
  rating_note TEXT DEFAULT '' NOT NULL,
  rated_at TIMESTAMP WITH TIME ZONE,
  rate_token TEXT,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  solved_at TIMESTAMP WITH TIME ZONE,
  closed_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_tickets PRIMARY KEY (id),
  CONSTRAINT ck_tickets_state CHECK (state in ('new', 'open', 'waiting', 'solved', 'closed')),
  CONSTRAINT ck_tickets_channel CHECK (channel in ('email', 'sms', 'phone', 'portal')),
  CONSTRAINT ck_tickets_rating CHECK (rating between 1 and 5),
  CONSTRAINT fk_tickets_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id)
);
CREATE INDEX ix_tickets_assignee ON tickets (assignee_id, state);
CREATE INDEX ix_tickets_contact ON tickets (contact_id, updated_at desc);
CREATE INDEX ix_tickets_due ON tickets (next_due_at, id) WHERE state in ('new', 'open', 'waiting');
CREATE INDEX ix_tickets_lead ON tickets (lead_id);
CREATE INDEX ix_tickets_updated ON tickets (updated_at desc, id desc);
CREATE UNIQUE INDEX uq_tickets_number ON tickets (number);
CREATE UNIQUE INDEX uq_tickets_rate ON tickets (rate_token) WHERE rate_token is not null;

CREATE TABLE ticket_entries (
  id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  kind TEXT NOT NULL,
  channel TEXT DEFAULT '' NOT NULL,
  body TEXT NOT NULL,
  message_id UUID,
  author_id UUID,
  author_name TEXT DEFAULT '' NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_ticket_entries PRIMARY KEY (id),
  CONSTRAINT ck_ticket_entries_kind CHECK (kind in ('customer', 'staff', 'note')),
  CONSTRAINT fk_ticket_entries_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (id) ON DELETE CASCADE
);
CREATE INDEX ix_ticket_entries_ticket ON ticket_entries (ticket_id, at);
CREATE UNIQUE INDEX uq_ticket_entries_message ON ticket_entries (message_id) WHERE message_id is not null;


CREATE TABLE screenings (
  lead_id UUID NOT NULL,
  parties JSONB DEFAULT '[]' NOT NULL,
  party_keys JSONB DEFAULT '[]' NOT NULL,
  conflict TEXT DEFAULT 'unchecked' NOT NULL,
  hits JSONB DEFAULT '[]' NOT NULL,
  checked_at TIMESTAMP WITH TIME ZONE,
  checked_by TEXT DEFAULT '' NOT NULL,
  decided_at TIMESTAMP WITH TIME ZONE,
  decided_by TEXT DEFAULT '' NOT NULL,
  decided_why TEXT DEFAULT '' NOT NULL,
  limit_on DATE,
  limit_rule JSONB DEFAULT '{}' NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_screenings PRIMARY KEY (lead_id),
  CONSTRAINT ck_screenings_conflict CHECK (conflict in ('unchecked', 'clear', 'possible', 'cleared', 'conflict')),
  CONSTRAINT fk_screenings_lead_id FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE
);
CREATE INDEX ix_screenings_limit ON screenings (limit_on) WHERE limit_on is not null;
CREATE INDEX ix_screenings_parties ON screenings USING gin (party_keys);

CREATE TABLE referrals (
  id UUID NOT NULL,
  lead_id UUID NOT NULL,
  firm TEXT NOT NULL,
  firm_name TEXT NOT NULL,
  state TEXT DEFAULT 'offered' NOT NULL,
  offered_at TIMESTAMP WITH TIME ZONE NOT NULL,
  offered_by TEXT DEFAULT '' NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  answered_at TIMESTAMP WITH TIME ZONE,
  reason TEXT DEFAULT '' NOT NULL,
  CONSTRAINT pk_referrals PRIMARY KEY (id),
  CONSTRAINT ck_referrals_state CHECK (state in ('offered', 'accepted', 'declined', 'expired', 'withdrawn')),
  CONSTRAINT uq_referrals_lead_id_firm UNIQUE (lead_id, firm),
  CONSTRAINT fk_referrals_lead_id FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX uq_referrals_open ON referrals (lead_id) WHERE state = 'offered';

ALTER TABLE leads ADD COLUMN sealed BOOLEAN DEFAULT 'false' NOT NULL;

-- Built-in roles of organisations that stand already.
update roles set permissions = permissions || '{tickets.view,tickets.edit,tickets.manage,screening.view,screening.edit,screening.decide}' where name in ('admin', 'manager') and audience = 'staff';
update roles set permissions = permissions || '{leads.sealed,screening.configure}' where name = 'admin' and audience = 'staff';
update roles set permissions = permissions || '{tickets.view,tickets.edit,screening.view,screening.edit}' where name = 'agent' and audience = 'staff';

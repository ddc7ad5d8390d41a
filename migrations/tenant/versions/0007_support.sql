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


-- Built-in roles of organisations that stand already.
update roles set permissions = permissions || '{tickets.view,tickets.edit,tickets.manage}' where name in ('admin', 'manager') and audience = 'staff';
update roles set permissions = permissions || '{tickets.view,tickets.edit}' where name = 'agent' and audience = 'staff';

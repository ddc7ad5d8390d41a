alter table tasks add column repeat_days smallint default 0 not null;
alter table tasks add constraint ck_tasks_repeat_days check (repeat_days between 0 and 365);
alter table messages add column due_at timestamp with time zone;
create table conversations (
  contact_id uuid not null,
  lead_id uuid,
  channel text not null,
  last_id uuid not null,
  last_at timestamp with time zone not null,
  waiting boolean default 'true' not null,
  holder_id uuid,
  held_at timestamp with time zone,
  constraint pk_conversations primary key (contact_id),
  constraint ck_conversations_channel check (channel in ('email', 'sms', 'portal')),
  constraint fk_conversations_contact_id foreign key (contact_id) references contacts (id)
);
create index ix_conversations_order on conversations (waiting desc, last_at desc, contact_id);
insert into conversations (contact_id, lead_id, channel, last_id, last_at, waiting)
select distinct on (contact_id) contact_id, lead_id, channel, id, at,
  bool_or(answered_at is null) over (partition by contact_id)
from messages where direction = 'in' order by contact_id, at desc, id desc;
create table snippets (
  id uuid not null,
  owner_id uuid,
  label text not null,
  body text not null,
  updated_at timestamp with time zone not null,
  updated_by text default '' not null,
  constraint pk_snippets primary key (id)
);
create index ix_snippets_owner on snippets (owner_id, label);

-- A client's own money: what each has saved, kept by the ledger and never below nothing.
CREATE TABLE trust_accounts (
  contact_id UUID NOT NULL,
  saved BIGINT DEFAULT '0' NOT NULL,
  refunds BIGINT DEFAULT '0' NOT NULL,
  CONSTRAINT pk_trust_accounts PRIMARY KEY (contact_id),
  CONSTRAINT fk_trust_accounts_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id)
);
COMMENT ON TABLE trust_accounts IS 'kept by a trigger: the sums of the postings on clients and refunds';
COMMENT ON TABLE accounts IS 'insert-only: a renamed account would change what was booked';

ALTER TABLE postings ADD COLUMN contact_id UUID;
ALTER TABLE postings ADD CONSTRAINT fk_postings_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id);
CREATE INDEX ix_postings_contact ON postings (contact_id) WHERE contact_id is not null;
ALTER TABLE programs ADD COLUMN hold TEXT DEFAULT '' NOT NULL;
ALTER TABLE programs ADD COLUMN refund_amount BIGINT DEFAULT '0' NOT NULL;
ALTER TABLE programs ADD COLUMN refund_due_on DATE;
ALTER TABLE programs ADD COLUMN refund_paid_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE programs ADD COLUMN refund_reference TEXT DEFAULT '' NOT NULL;
ALTER TABLE deposits ADD COLUMN returned_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE deposits ADD COLUMN attempt SMALLINT DEFAULT '1' NOT NULL;
ALTER TABLE deposits ADD COLUMN retry_of UUID;
ALTER TABLE deposits ADD COLUMN request JSONB;
CREATE INDEX ix_deposits_returned ON deposits (returned_at) WHERE returned_at is not null;
ALTER TABLE settlements DROP CONSTRAINT ck_settlements_state;
ALTER TABLE settlements ADD CONSTRAINT ck_settlements_state CHECK (state in ('offered', 'approved', 'declined', 'expired', 'paid'));
ALTER TABLE invoices ADD COLUMN reminded INTEGER DEFAULT '0' NOT NULL;
ALTER TABLE messages DROP CONSTRAINT ck_messages_channel;
ALTER TABLE messages ADD CONSTRAINT ck_messages_channel CHECK (channel in ('email', 'sms', 'portal'));

-- Two more accounts where there is a chart, then whose money each booking moved.
insert into accounts (id, code, label, kind)
  select gen_random_uuid(), more.code, more.label, more.kind
  from (values ('refunds', 'Refunds due to clients', 'liability'), ('covered', 'Returned deposits we covered', 'asset'))
    as more (code, label, kind)
  where exists (select 1 from accounts where code = 'clients')
  on conflict (code) do nothing;
update postings set contact_id = found.contact_id
  from (select e.id, coalesce(p.contact_id, i.contact_id) as contact_id
        from entries e
        left join programs p on e.subject = 'program' and p.id = e.subject_id
        left join payments paid on e.subject = 'payment' and paid.id = e.subject_id
        left join invoices i on i.id = paid.invoice_id) found,
       accounts a
  where found.id = postings.entry_id and a.id = postings.account_id and a.code = 'clients' and found.contact_id is not null;
insert into trust_accounts (contact_id, saved)
  select contact_id, -sum(amount) from postings where contact_id is not null group by contact_id;

-- Client money never falls below nothing: the row of the account is changed (and so locked) with each posting, whoever
-- makes it; what would overdraw it is refused. The function runs as the owner: tenant roles only read the table.
create function keep_trust_accounts() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare
  account text;
  savings bigint;
  outgoing bigint;
begin
  execute format('select code from %I.accounts where id = $1', tg_table_schema) into account using new.account_id;
  if account not in ('clients', 'refunds') then
    return null;
  end if;
  if new.contact_id is null then
    raise exception 'client money belongs to somebody: this posting names nobody'
      using errcode = 'check_violation', constraint = 'trust_has_an_owner';
  end if;
  execute format(
    'insert into %1$I.trust_accounts as t (contact_id, saved, refunds) values ($1, $2, $3)
     on conflict (contact_id) do update set saved = t.saved + excluded.saved, refunds = t.refunds + excluded.refunds
     returning t.saved, t.refunds', tg_table_schema) into savings, outgoing
    using new.contact_id, case account when 'clients' then -new.amount else 0 end,
          case account when 'refunds' then -new.amount else 0 end;
  if new.amount > 0 and (case account when 'clients' then savings else outgoing end) < 0 then
    raise exception 'this would overdraw the client''s own account by %', -least(savings, outgoing)
      using errcode = 'check_violation', constraint = 'trust_not_overdrawn';
  end if;
  return null;
end $$;
create trigger postings_keep_trust after insert on postings for each row execute function keep_trust_accounts();

-- A booking adds up to nothing, its client money too, and it moves the money of one client only.
create or replace function refuse_unbalanced() returns trigger language plpgsql set search_path = pg_catalog as $$
declare
  entry uuid;
  sides int;
  rest bigint;
  apart bigint;
  owners int;
begin
  entry := case tg_table_name when 'entries' then new.id else (to_jsonb(new) ->> 'entry_id')::uuid end;
  execute format(
    'select count(*), coalesce(sum(p.amount), 0),
            coalesce(sum(p.amount) filter (where a.code in (''trust'', ''clients'', ''refunds'')), 0),
            count(distinct p.contact_id)
     from %1$I.postings p join %1$I.accounts a on a.id = p.account_id where p.entry_id = $1', tg_table_schema)
    into sides, rest, apart, owners using entry;
  if sides < 2 or rest <> 0 then
    raise exception 'booking % does not balance: % postings, % over', entry, sides, rest
      using errcode = 'check_violation', constraint = 'entry_balances';
  end if;
  if apart <> 0 or owners > 1 then
    raise exception 'booking % mixes client money with other money', entry
      using errcode = 'check_violation', constraint = 'trust_is_apart';
  end if;
  return null;
end $$;

-- The portal's tab for messages, in the place of invoices, where a business has no tickets.
update settings set value = jsonb_set(value, '{sections}', (
    select jsonb_agg(tab order by place) from (
      select case when each.tab ->> 'name' = 'more' then each.place + 1000 else each.place end as place, each.tab
      from jsonb_array_elements(value -> 'sections') with ordinality as each (tab, place)
      where each.tab ->> 'name' <> 'invoices'
      union all select 999, '{"name": "messages", "label": "Messages"}'::jsonb) as tabs))
  where key = 'portal' and jsonb_array_length(coalesce(value -> 'sections', '[]')) > 0
    and not value @> '{"sections": [{"name": "messages"}]}' and not value @> '{"sections": [{"name": "tickets"}]}';

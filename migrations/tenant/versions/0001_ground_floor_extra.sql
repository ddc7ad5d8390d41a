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

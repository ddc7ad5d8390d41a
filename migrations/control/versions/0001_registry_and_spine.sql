-- Roles belong to the cluster, so another database may have made them already.
do $$
declare r text;
begin
  foreach r in array array['marquee_tenants', 'marquee_console', 'marquee_directory', 'marquee_relay'] loop
    begin
      execute format('create role %I nologin', r);
    exception when duplicate_object or unique_violation then null;
    end;
  end loop;
  execute format('alter database %I set search_path to ''''', current_database());
end $$;

create schema if not exists ext;
create extension if not exists pg_trgm with schema ext;
revoke create on schema public from public;
grant usage on schema ext to marquee_tenants;

-- control: who exists. Written on the owner's connection only.
create schema control;
grant usage on schema control to marquee_directory, marquee_console;

create table control.resellers (
  id uuid primary key,
  slug text not null unique,
  name text not null,
  host text unique,
  brand jsonb not null default '{}',
  brand_version int not null default 1,
  state text not null default 'active' check (state in ('active', 'suspended')),
  created_at timestamptz not null
);
create table control.tenants (
  id uuid primary key,
  slug text not null,
  name text not null,
  blueprint text not null,
  reseller_id uuid references control.resellers,
  schema_name text not null unique,
  database text not null default 'default',
  state text not null check (state in ('active', 'suspended', 'archived', 'deleted')),
  state_since timestamptz,
  plan text,
  schema_version text not null,
  migration_error text,
  created_at timestamptz not null
);
create unique index uq_tenants_live_slug on control.tenants (slug) where state <> 'deleted';
create index ix_tenants_reseller on control.tenants (reseller_id);
create index ix_tenants_behind on control.tenants (schema_version) where state <> 'deleted';
create table control.hosts (
  host text primary key,
  tenant_id uuid not null references control.tenants,
  kind text not null check (kind in ('platform', 'custom')),
  verified_at timestamptz
);
create index ix_hosts_tenant on control.hosts (tenant_id);
create table control.tombstones (
  name text not null,
  kind text not null check (kind in ('slug', 'host')),
  tenant_id uuid not null,
  until timestamptz not null,
  primary key (name, kind)
);
create table control.tenant_keys (
  tenant_id uuid not null references control.tenants,
  version int not null,
  wrapped bytea not null,
  primary key (tenant_id, version)
);
create table control.brands (
  tenant_id uuid primary key references control.tenants,
  version int not null,
  brand jsonb not null,
  published_at timestamptz not null
);
create table control.brand_assets (
  tenant_id uuid not null references control.tenants,
  key text not null,
  content_type text not null,
  body bytea not null,
  primary key (tenant_id, key)
);
create table control.meters (
  tenant_id uuid not null references control.tenants,
  meter text not null,
  day date not null,
  value bigint not null,
  as_of timestamptz not null,
  primary key (tenant_id, meter, day)
);
create table control.clock (
  only_row boolean primary key default true check (only_row),
  offset_seconds bigint not null default 0
);
insert into control.clock default values;
create table control.version (
  only_row boolean primary key default true check (only_row),
  version text not null
);

-- The directory: host → tenant, before anybody is bound.
grant select on control.tenants, control.hosts, control.brands, control.brand_assets, control.tenant_keys,
  control.resellers, control.clock, control.version to marquee_directory;
-- The console: a reseller's own rows. The setting is transaction-local and set once the person is known.
grant select on control.tenants, control.hosts, control.brands, control.brand_assets, control.meters,
  control.resellers to marquee_console;

create function control.in_reach(reseller uuid) returns boolean language sql stable
  set search_path = pg_catalog as $$
  select case current_setting('marquee.reseller', true)
    when 'all' then true
    when '' then false
    else coalesce(reseller = current_setting('marquee.reseller', true)::uuid, false) end
$$;
-- Whether an address can be had: a yes or no over all resellers, never whose it is.
create function control.slug_is_free(wanted text, at_time timestamptz) returns boolean language sql stable
  security definer set search_path = pg_catalog as $$
  select not exists (select 1 from control.tenants where slug = wanted and state <> 'deleted')
    and not exists (select 1 from control.tombstones where name = wanted and kind = 'slug' and until > at_time)
$$;
revoke execute on function control.slug_is_free(text, timestamptz) from public;
grant execute on function control.slug_is_free(text, timestamptz) to marquee_console;
alter table control.tenants enable row level security;
alter table control.resellers enable row level security;
alter table control.hosts enable row level security;
alter table control.brands enable row level security;
alter table control.brand_assets enable row level security;
alter table control.meters enable row level security;
create policy directory on control.tenants for select to marquee_directory using (true);
create policy directory on control.resellers for select to marquee_directory using (true);
create policy directory on control.hosts for select to marquee_directory using (true);
create policy directory on control.brands for select to marquee_directory using (true);
create policy directory on control.brand_assets for select to marquee_directory using (true);
create policy reach on control.tenants for select to marquee_console using (control.in_reach(reseller_id));
create policy reach on control.resellers for select to marquee_console using (control.in_reach(id));
create policy reach on control.hosts for select to marquee_console
  using (tenant_id in (select id from control.tenants));
create policy reach on control.brands for select to marquee_console
  using (tenant_id in (select id from control.tenants));
create policy reach on control.brand_assets for select to marquee_console
  using (tenant_id in (select id from control.tenants));
create policy reach on control.meters for select to marquee_console
  using (tenant_id in (select id from control.tenants));

-- spine: what must commit together with a tenant's rows. One tenant's role never sees another's.
create schema spine;
grant usage on schema spine to marquee_tenants, marquee_relay;

create table spine.agenda (
  id uuid primary key,
  tenant_role name not null default current_user,
  kind text not null,
  queue text not null default 'default',
  args jsonb not null default '[]',
  key text,
  due timestamptz not null,
  state text not null default 'waiting' check (state in ('waiting', 'calling', 'parked', 'failed')),
  lease int not null default 0,
  leased_until timestamptz,
  attempts int not null default 0,
  error text,
  actor jsonb,
  trace text,
  created_at timestamptz not null default clock_timestamp()
);
create unique index uq_agenda_key on spine.agenda (tenant_role, key) where key is not null;
create index ix_agenda_due on spine.agenda (tenant_role, due, id) where state in ('waiting', 'calling');
create index ix_agenda_stuck on spine.agenda (tenant_role, state) where state in ('parked', 'failed');
create index ix_agenda_leased on spine.agenda (leased_until) where leased_until is not null;

create table spine.inbound (
  id uuid primary key,
  tenant_role name not null default current_user,
  source text not null,
  external_id text not null,
  body jsonb not null,
  received_at timestamptz not null default clock_timestamp(),
  handled_at timestamptz,
  unique (tenant_role, source, external_id)
);
create table spine.idempotency (
  tenant_role name not null default current_user,
  scope text not null,
  key text not null,
  fingerprint text not null,
  status int not null,
  body text not null,
  expires_at timestamptz not null,
  primary key (tenant_role, scope, key)
);
create index ix_idempotency_expiry on spine.idempotency (expires_at);

grant select, insert, update, delete on all tables in schema spine to marquee_tenants;
grant select, update, delete on spine.agenda to marquee_relay;
grant select, delete on spine.idempotency, spine.inbound to marquee_relay;
alter table spine.agenda enable row level security;
alter table spine.inbound enable row level security;
alter table spine.idempotency enable row level security;
create policy own on spine.agenda to marquee_tenants using (tenant_role = current_user) with check (tenant_role = current_user);
create policy own on spine.inbound to marquee_tenants using (tenant_role = current_user) with check (tenant_role = current_user);
create policy own on spine.idempotency to marquee_tenants using (tenant_role = current_user) with check (tenant_role = current_user);
create policy all_rows on spine.agenda to marquee_relay using (true) with check (true);
create policy all_rows on spine.inbound to marquee_relay using (true);
create policy all_rows on spine.idempotency to marquee_relay using (true);

-- Plans are limits for now; prices come with billing. A limit of null is none.
create table control.plans (
  name text primary key,
  label text not null,
  seats int check (seats > 0),
  leads int check (leads > 0),
  messages int check (messages > 0),
  position int not null default 0
);
insert into control.plans (name, label, seats, leads, messages, position) values
  ('starter', 'Starter', 5, 1000, 5000, 1),
  ('growth', 'Growth', 25, 10000, 50000, 2),
  ('scale', 'Scale', null, null, null, 3);
grant select on control.plans to marquee_console;

-- What the operator tells everybody who works at the console.
create table control.announcements (
  id uuid primary key,
  text text not null,
  tone text not null default 'info' check (tone in ('info', 'warning')),
  since timestamptz not null,
  until timestamptz not null
);
grant select on control.announcements to marquee_console;

-- A tenant's own administrators see what their plan allows and what they have used of it.
grant select on control.plans, control.meters to marquee_directory;
create policy directory on control.meters for select to marquee_directory using (true);

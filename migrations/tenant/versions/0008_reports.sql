update roles set permissions = permissions || '{reports.view,reports.export,reports.schedule}'
where builtin and name in ('admin', 'manager') and not permissions @> '{reports.view}';

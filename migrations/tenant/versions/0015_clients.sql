ALTER TABLE tickets ADD COLUMN team_id uuid REFERENCES teams (id);
CREATE INDEX ix_tickets_team ON tickets (team_id) WHERE team_id is not null;

UPDATE message_templates t
SET subject_es = e.subject, body_es = e.body, button_label_es = e.button_label
FROM message_templates e
WHERE e.name = t.name || '_es' AND e.channel = t.channel AND e.archived_at IS NULL AND t.body_es = '';

UPDATE message_templates e
SET archived_at = e.updated_at
FROM message_templates t
WHERE e.name = t.name || '_es' AND e.channel = t.channel AND e.archived_at IS NULL AND t.body_es = e.body
    AND NOT EXISTS (SELECT 1 FROM sequences s WHERE s.steps::text LIKE '%"' || e.name || '"%');

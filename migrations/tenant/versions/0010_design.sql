alter table message_templates add column subject_es TEXT DEFAULT '' NOT NULL, add column body_es TEXT DEFAULT '' NOT NULL, add column button_label_es TEXT DEFAULT '' NOT NULL;
CREATE TABLE template_versions (
  id UUID NOT NULL,
  template_id UUID NOT NULL,
  version INTEGER NOT NULL,
  words JSONB NOT NULL,
  saved_at TIMESTAMP WITH TIME ZONE NOT NULL,
  saved_by TEXT DEFAULT '' NOT NULL,
  CONSTRAINT pk_template_versions PRIMARY KEY (id),
  CONSTRAINT uq_template_versions_template_id_version UNIQUE (template_id, version),
  CONSTRAINT fk_template_versions_template_id FOREIGN KEY(template_id) REFERENCES message_templates (id)
);


CREATE TABLE sender_domains (
  domain TEXT NOT NULL,
  selector TEXT NOT NULL,
  public_key TEXT NOT NULL,
  private_key BYTEA NOT NULL,
  found JSONB DEFAULT '{}' NOT NULL,
  checked_at TIMESTAMP WITH TIME ZONE,
  verified_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_sender_domains PRIMARY KEY (domain)
);


-- A note may be put right by its writer, or struck out with a reason; emergency access ends with a
-- supervisor's judgement.

ALTER TABLE note ADD COLUMN changed_at BIGINT;
ALTER TABLE note ADD COLUMN struck_by UUID;
ALTER TABLE note ADD COLUMN struck_at BIGINT;
ALTER TABLE note ADD COLUMN struck_because TEXT;

ALTER TABLE access_grant ADD COLUMN justified BIGINT;
ALTER TABLE access_grant ADD COLUMN review TEXT;
CREATE INDEX access_grant_review ON access_grant (organisation_id, reviewed_at, granted_at);

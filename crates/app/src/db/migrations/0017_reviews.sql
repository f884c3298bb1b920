-- What people make of submissions: a review state, comments, edits. A comment never changes; that there is one stands
-- in the history, its words only here.

ALTER TABLE submission ADD COLUMN review_state TEXT NOT NULL DEFAULT 'received';
ALTER TABLE submission ADD COLUMN updated_at BIGINT;

CREATE TABLE comment (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    submission_id UUID NOT NULL,
    case_id UUID,
    person_id UUID,
    text TEXT NOT NULL,
    written_by UUID NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX comment_submission ON comment (organisation_id, submission_id, written_at, id);
CREATE INDEX comment_case ON comment (organisation_id, case_id);
CREATE INDEX comment_person ON comment (organisation_id, person_id);

-- A submission's row holds what it says now. `number` counts its versions from 1; `latest_id` is the id that the device
-- gave the last of them, none as long as it was never edited. `instance_id` stays that of the first, and stands for all.
ALTER TABLE submission ADD COLUMN number BIGINT NOT NULL DEFAULT 1;
ALTER TABLE submission ADD COLUMN latest_id TEXT;
ALTER TABLE submission ADD COLUMN edited_by UUID;
ALTER TABLE submission ADD COLUMN edited_at BIGINT;
CREATE UNIQUE INDEX submission_latest ON submission (organisation_id, latest_id);

-- What it said before each edit.
CREATE TABLE submission_version (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    submission_id UUID NOT NULL,
    case_id UUID,
    person_id UUID,
    number BIGINT NOT NULL,
    instance_id TEXT NOT NULL,
    form_version_id UUID NOT NULL,
    subject TEXT NOT NULL,
    xml TEXT NOT NULL,
    findings TEXT NOT NULL,
    found BIGINT NOT NULL,
    result TEXT,
    manifest TEXT,
    written_by UUID NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE UNIQUE INDEX submission_version_number ON submission_version (organisation_id, submission_id, number);
CREATE UNIQUE INDEX submission_version_instance ON submission_version (organisation_id, instance_id);
CREATE INDEX submission_version_case ON submission_version (organisation_id, case_id);
CREATE INDEX submission_version_person ON submission_version (organisation_id, person_id);

-- The version that a file came with, and the one that holds a change of an entity.
ALTER TABLE submission_file ADD COLUMN number BIGINT NOT NULL DEFAULT 1;
DROP INDEX submission_file_name;
CREATE UNIQUE INDEX submission_file_name ON submission_file (organisation_id, submission_id, name, number);
ALTER TABLE entity_held ADD COLUMN number BIGINT NOT NULL DEFAULT 1;

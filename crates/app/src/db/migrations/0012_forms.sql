-- Forms as the field writes them, their versions, and what was answered. A published version never
-- changes; a submission stays with the version it was filled in with.

CREATE TABLE form (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    subject_field TEXT NOT NULL,
    sensitivity TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE UNIQUE INDEX form_name ON form (organisation_id, name);

CREATE TABLE form_version (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    form_id UUID NOT NULL,
    number BIGINT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    title TEXT NOT NULL,
    file_name TEXT NOT NULL,
    sheet BYTEA NOT NULL,
    xform TEXT NOT NULL,
    hash TEXT NOT NULL,
    warnings TEXT NOT NULL,
    uploaded_by UUID NOT NULL,
    created_at BIGINT NOT NULL,
    published_at BIGINT,
    PRIMARY KEY (organisation_id, id)
);
CREATE UNIQUE INDEX form_version_number ON form_version (organisation_id, form_id, number);

CREATE TABLE form_file (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    form_version_id UUID NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    hash TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE UNIQUE INDEX form_file_name ON form_file (organisation_id, form_version_id, name);

-- What someone is still filling in; sent, it becomes the submission of the same id.
CREATE TABLE form_draft (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    form_version_id UUID NOT NULL,
    case_id UUID NOT NULL,
    person_id UUID NOT NULL,
    xml TEXT NOT NULL,
    created_by UUID NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX form_draft_case ON form_draft (organisation_id, case_id, created_by);
CREATE INDEX form_draft_person ON form_draft (organisation_id, person_id);

-- `subject` is what the question for the case or person held: without a case it waits in the inbox.
CREATE TABLE submission (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    form_id UUID NOT NULL,
    form_version_id UUID NOT NULL,
    instance_id TEXT NOT NULL,
    case_id UUID,
    person_id UUID,
    subject TEXT NOT NULL,
    sensitivity TEXT NOT NULL,
    xml TEXT NOT NULL,
    findings TEXT NOT NULL,
    found BIGINT NOT NULL,
    device_id UUID,
    sent_by UUID NOT NULL,
    sent_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE UNIQUE INDEX submission_instance ON submission (organisation_id, instance_id);
CREATE INDEX submission_case ON submission (organisation_id, case_id, sent_at);
CREATE INDEX submission_person ON submission (organisation_id, person_id);
CREATE INDEX submission_form ON submission (organisation_id, form_id, sent_at, id);
CREATE INDEX submission_unassigned ON submission (organisation_id, sent_at, id) WHERE case_id IS NULL;

-- Of a draft or a submission.
CREATE TABLE submission_file (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    submission_id UUID NOT NULL,
    case_id UUID,
    person_id UUID,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE UNIQUE INDEX submission_file_name ON submission_file (organisation_id, submission_id, name);
CREATE INDEX submission_file_case ON submission_file (organisation_id, case_id);
CREATE INDEX submission_file_person ON submission_file (organisation_id, person_id);

CREATE TABLE device (
    token_hash BYTEA PRIMARY KEY,
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    name TEXT NOT NULL,
    made_by UUID NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE UNIQUE INDEX device_id ON device (organisation_id, id);
CREATE INDEX device_user ON device (organisation_id, user_id);

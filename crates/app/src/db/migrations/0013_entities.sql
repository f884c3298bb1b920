-- Lists of entities: what forms make, change and choose from.

CREATE TABLE entity_list (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    properties TEXT NOT NULL,
    reach TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE UNIQUE INDEX entity_list_name ON entity_list (organisation_id, name);

-- As it stands now. `number` is the version that forms see. Without a case it is the house's; `waits` is 1 as long as
-- the submission that made it waits for its case.
CREATE TABLE entity (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    list_id UUID NOT NULL,
    label TEXT NOT NULL,
    properties TEXT NOT NULL,
    sensitivity TEXT NOT NULL,
    case_id UUID,
    person_id UUID,
    waits BIGINT NOT NULL,
    submission_id UUID,
    made_by UUID NOT NULL,
    conflict TEXT,
    number BIGINT NOT NULL,
    deleted_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX entity_of_list ON entity (organisation_id, list_id, updated_at, id);
CREATE INDEX entity_case ON entity (organisation_id, case_id);
CREATE INDEX entity_person ON entity (organisation_id, person_id);
CREATE INDEX entity_submission ON entity (organisation_id, submission_id);

-- What it was after each change. The branch is a device's run of changes; `branch_base` counts along it.
CREATE TABLE entity_version (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    entity_id UUID NOT NULL,
    case_id UUID,
    person_id UUID,
    number BIGINT NOT NULL,
    base BIGINT,
    label TEXT NOT NULL,
    properties TEXT NOT NULL,
    received TEXT NOT NULL,
    conflict TEXT,
    branch_id UUID,
    branch_base BIGINT,
    submission_id UUID,
    written_by UUID NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE UNIQUE INDEX entity_version_number ON entity_version (organisation_id, entity_id, number);
CREATE INDEX entity_version_case ON entity_version (organisation_id, case_id);
CREATE INDEX entity_version_person ON entity_version (organisation_id, person_id);
CREATE INDEX entity_version_submission ON entity_version (organisation_id, submission_id);

-- A change made offline whose predecessor has not come: where it stands in which submission.
CREATE TABLE entity_held (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    entity_id UUID NOT NULL,
    branch_id UUID NOT NULL,
    base BIGINT NOT NULL,
    list_id UUID NOT NULL,
    submission_id UUID NOT NULL,
    path TEXT NOT NULL,
    case_id UUID,
    person_id UUID,
    held_by UUID NOT NULL,
    held_at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX entity_held_next ON entity_held (organisation_id, entity_id, base);
CREATE INDEX entity_held_case ON entity_held (organisation_id, case_id);
CREATE INDEX entity_held_person ON entity_held (organisation_id, person_id);
CREATE INDEX entity_held_submission ON entity_held (organisation_id, submission_id);

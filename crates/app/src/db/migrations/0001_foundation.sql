-- The organisation's id leads every key, so that a distributed PostgreSQL can spread the tables
-- by it. Moments are milliseconds since 1970 UTC, dates are text (2026-11-24), codes are text,
-- booleans are 0 or 1. Lists that belong wholly to one record and are always read with it
-- (a person's names, documents, contacts, journey) stand as JSON in that record's row.

CREATE TABLE organisation (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    settings TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE counter (
    organisation_id UUID NOT NULL,
    name TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, name)
);

CREATE TABLE team (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);

CREATE TABLE user_account (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    username TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    email TEXT,
    language TEXT NOT NULL,
    role TEXT NOT NULL,
    scope TEXT NOT NULL,
    team_id UUID,
    supervisor_id UUID,
    sees_medical BIGINT NOT NULL,
    sees_trafficking BIGINT NOT NULL,
    active BIGINT NOT NULL,
    password_hash TEXT,
    totp_sealed BYTEA,
    totp_last_step BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);

CREATE TABLE session (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    user_id UUID NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    second_factor_due BIGINT NOT NULL
);
CREATE INDEX session_of_user ON session (organisation_id, user_id);

CREATE TABLE login (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    at BIGINT NOT NULL,
    result TEXT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX login_user ON login (organisation_id, user_id, at);

CREATE TABLE login_link (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    organisation_id UUID NOT NULL,
    user_id UUID NOT NULL,
    forgets_second_factor BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE pending (
    holder BYTEA NOT NULL,
    kind TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (holder, kind)
);

CREATE TABLE passkey (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    name TEXT NOT NULL,
    credential_id BYTEA NOT NULL,
    credential TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (organisation_id, id)
);
CREATE UNIQUE INDEX passkey_credential ON passkey (credential_id);
CREATE INDEX passkey_user ON passkey (organisation_id, user_id);

CREATE TABLE api_token (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    ended_at BIGINT
);
CREATE INDEX api_token_user ON api_token (organisation_id, user_id);

CREATE TABLE idempotency (
    organisation_id UUID NOT NULL,
    user_id UUID NOT NULL,
    key TEXT NOT NULL,
    request_hash BYTEA NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, user_id, key)
);

CREATE TABLE person (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    number BIGINT NOT NULL,
    display_name TEXT NOT NULL,
    sort_name TEXT NOT NULL,
    sex TEXT NOT NULL,
    gender TEXT,
    birth_kind TEXT NOT NULL,
    birth_from TEXT,
    birth_to TEXT,
    nationality TEXT,
    details TEXT NOT NULL,
    needs TEXT NOT NULL,
    vulnerability BIGINT NOT NULL,
    protected BIGINT NOT NULL,
    household_id UUID,
    household_role TEXT,
    photo_id UUID,
    owner_id UUID,
    team_id UUID,
    consent_case_work TEXT NOT NULL,
    consent_referral TEXT NOT NULL,
    consent_law_enforcement TEXT NOT NULL,
    consent_statistics TEXT NOT NULL,
    consent_research TEXT NOT NULL,
    merged_into UUID,
    source TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE UNIQUE INDEX person_number ON person (organisation_id, number);
CREATE UNIQUE INDEX person_source ON person (organisation_id, source);
CREATE INDEX person_updated ON person (organisation_id, updated_at, id);
CREATE INDEX person_sort_name ON person (organisation_id, sort_name, id);
CREATE INDEX person_team ON person (organisation_id, team_id, updated_at, id);
CREATE INDEX person_owner ON person (organisation_id, owner_id, updated_at, id);
CREATE INDEX person_household ON person (organisation_id, household_id);

CREATE TABLE person_key (
    organisation_id UUID NOT NULL,
    key TEXT NOT NULL,
    person_id UUID NOT NULL,
    PRIMARY KEY (organisation_id, key, person_id)
);
CREATE INDEX person_key_person ON person_key (organisation_id, person_id);

CREATE TABLE household (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    number BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);

CREATE TABLE relation (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    relative_id UUID,
    relative_name TEXT,
    relation TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX relation_person ON relation (organisation_id, person_id);
CREATE INDEX relation_relative ON relation (organisation_id, relative_id);

CREATE TABLE merge (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    kept_id UUID NOT NULL,
    merged_id UUID NOT NULL,
    before TEXT NOT NULL,
    moved TEXT NOT NULL,
    merged_by UUID NOT NULL,
    merged_at BIGINT NOT NULL,
    undone_by UUID,
    undone_at BIGINT,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX merge_kept ON merge (organisation_id, kept_id);
CREATE INDEX merge_merged ON merge (organisation_id, merged_id);

CREATE TABLE consent (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    purpose TEXT NOT NULL,
    decision TEXT NOT NULL,
    provider_kinds TEXT NOT NULL,
    decided_on TEXT NOT NULL,
    valid_until TEXT,
    wording TEXT NOT NULL,
    witness TEXT,
    guardian TEXT,
    recorded_by UUID NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX consent_person ON consent (organisation_id, person_id, created_at);

CREATE TABLE case_file (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    number BIGINT NOT NULL,
    person_id UUID NOT NULL,
    state TEXT NOT NULL,
    risk TEXT NOT NULL,
    risk_proposed TEXT,
    risk_reason TEXT,
    trafficking BIGINT NOT NULL,
    vulnerability BIGINT NOT NULL,
    owner_id UUID,
    supervisor_id UUID,
    team_id UUID,
    assigned_at BIGINT,
    seen_at BIGINT,
    opened_at BIGINT NOT NULL,
    first_contact_at BIGINT,
    assessed_at BIGINT,
    planned_at BIGINT,
    in_service_at BIGINT,
    closed_at BIGINT,
    closure_reason TEXT,
    closure_note TEXT,
    satisfaction TEXT,
    one_front_reason TEXT,
    due_kind TEXT,
    due_on TEXT,
    erase_from TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE UNIQUE INDEX case_file_number ON case_file (organisation_id, number);
CREATE INDEX case_file_person ON case_file (organisation_id, person_id);
CREATE INDEX case_file_updated ON case_file (organisation_id, updated_at, id);
CREATE INDEX case_file_due ON case_file (organisation_id, due_on, id);
CREATE INDEX case_file_vulnerability ON case_file (organisation_id, vulnerability, id);
CREATE INDEX case_file_owner ON case_file (organisation_id, owner_id, due_on);
CREATE INDEX case_file_team ON case_file (organisation_id, team_id, due_on);
CREATE INDEX case_file_erase ON case_file (organisation_id, erase_from);

CREATE TABLE screening (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    person_id UUID NOT NULL,
    form TEXT NOT NULL,
    form_version BIGINT NOT NULL,
    answers TEXT NOT NULL,
    result TEXT NOT NULL,
    sensitivity TEXT NOT NULL,
    done_on TEXT NOT NULL,
    done_by UUID NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX screening_case ON screening (organisation_id, case_id, created_at);
CREATE INDEX screening_person ON screening (organisation_id, person_id);

CREATE TABLE goal (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    person_id UUID NOT NULL,
    front TEXT NOT NULL,
    dimension TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX goal_case ON goal (organisation_id, case_id, created_at);
CREATE INDEX goal_person ON goal (organisation_id, person_id);

CREATE TABLE action (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    goal_id UUID NOT NULL,
    case_id UUID NOT NULL,
    person_id UUID NOT NULL,
    text TEXT NOT NULL,
    who TEXT NOT NULL,
    user_id UUID,
    provider_kind TEXT,
    due_on TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT,
    done_on TEXT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX action_case ON action (organisation_id, case_id, created_at);
CREATE INDEX action_due ON action (organisation_id, user_id, state, due_on);
CREATE INDEX action_person ON action (organisation_id, person_id);

CREATE TABLE note (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    person_id UUID NOT NULL,
    kind TEXT NOT NULL,
    sensitivity TEXT NOT NULL,
    text TEXT NOT NULL,
    written_by UUID NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX note_case ON note (organisation_id, case_id, created_at);
CREATE INDEX note_person ON note (organisation_id, person_id);

CREATE TABLE attachment (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    case_id UUID,
    person_id UUID NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sensitivity TEXT NOT NULL,
    uploaded_by UUID NOT NULL,
    created_at BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX attachment_case ON attachment (organisation_id, case_id, created_at);
CREATE INDEX attachment_person ON attachment (organisation_id, person_id);

CREATE TABLE flag (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    person_id UUID NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    raised_by UUID NOT NULL,
    created_at BIGINT NOT NULL,
    resolved_by UUID,
    resolved_at BIGINT,
    resolution TEXT,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX flag_case ON flag (organisation_id, case_id, created_at);
CREATE INDEX flag_person ON flag (organisation_id, person_id);

CREATE TABLE approval (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    person_id UUID NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_by UUID NOT NULL,
    asked_at BIGINT NOT NULL,
    decided_by UUID,
    decided_at BIGINT,
    comment TEXT,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX approval_case ON approval (organisation_id, case_id, asked_at);
CREATE INDEX approval_state ON approval (organisation_id, state, asked_at);
CREATE INDEX approval_person ON approval (organisation_id, person_id);

CREATE TABLE follow_up (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    person_id UUID NOT NULL,
    kind TEXT NOT NULL,
    due_on TEXT NOT NULL,
    user_id UUID,
    done_on TEXT,
    person_seen BIGINT,
    text TEXT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX follow_up_case ON follow_up (organisation_id, case_id, due_on);
CREATE INDEX follow_up_user ON follow_up (organisation_id, user_id, done_on, due_on);
CREATE INDEX follow_up_person ON follow_up (organisation_id, person_id);

CREATE TABLE access_grant (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    person_id UUID NOT NULL,
    reason TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    until BIGINT NOT NULL,
    reviewed_by UUID,
    reviewed_at BIGINT,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX access_grant_user ON access_grant (organisation_id, user_id, person_id);
CREATE INDEX access_grant_person ON access_grant (organisation_id, person_id);

CREATE TABLE notice (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    kind TEXT NOT NULL,
    person_id UUID,
    case_id UUID,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    read_at BIGINT,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX notice_user ON notice (organisation_id, user_id, read_at, created_at);
CREATE INDEX notice_person ON notice (organisation_id, person_id);

CREATE TABLE history_head (
    organisation_id UUID NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    mac BYTEA NOT NULL
);

CREATE TABLE history (
    organisation_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    user_id UUID,
    act TEXT NOT NULL,
    kind TEXT NOT NULL,
    record_id UUID NOT NULL,
    person_id UUID,
    case_id UUID,
    content TEXT,
    salt BYTEA,
    content_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (organisation_id, seq)
);
CREATE INDEX history_record ON history (organisation_id, record_id, seq);
CREATE INDEX history_person ON history (organisation_id, person_id, seq);
CREATE INDEX history_case ON history (organisation_id, case_id, seq);
CREATE INDEX history_user ON history (organisation_id, user_id, seq);

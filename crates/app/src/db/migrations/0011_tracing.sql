-- Tracing requests: who looks for whom, as the family tells it; and the people on record who may be
-- the person sought. What the seeker's side may know stands in the request, what only those who see
-- both may know in the candidate: nothing of a candidate ever changes the request's row.

CREATE TABLE tracing_request (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    number BIGINT NOT NULL,
    person_id UUID NOT NULL,
    relation TEXT NOT NULL,
    details TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT,
    note TEXT,
    urgency BIGINT NOT NULL,
    registered_by UUID NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    closed_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE UNIQUE INDEX tracing_request_number ON tracing_request (organisation_id, number);
CREATE INDEX tracing_request_person ON tracing_request (organisation_id, person_id);
CREATE INDEX tracing_request_urgency ON tracing_request (organisation_id, state, urgency, id);
CREATE INDEX tracing_request_closed ON tracing_request (organisation_id, closed_at, id) WHERE closed_at IS NOT NULL;

-- `found_id` is the record as it was found, `person_id` whose it is now: merging moves the second.
CREATE TABLE tracing_candidate (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    request_id UUID NOT NULL,
    person_id UUID NOT NULL,
    found_id UUID NOT NULL,
    likeness BIGINT NOT NULL,
    facts TEXT NOT NULL,
    state TEXT NOT NULL,
    found_at BIGINT NOT NULL,
    decided_by UUID,
    decided_at BIGINT,
    why TEXT,
    asked_at BIGINT,
    answer TEXT,
    answered_by UUID,
    answered_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE UNIQUE INDEX tracing_candidate_pair ON tracing_candidate (organisation_id, request_id, found_id);
CREATE INDEX tracing_candidate_person ON tracing_candidate (organisation_id, person_id);
CREATE INDEX tracing_candidate_waiting ON tracing_candidate (organisation_id, likeness, id) WHERE state = 'proposed';
CREATE INDEX tracing_candidate_asked ON tracing_candidate (organisation_id, asked_at, id) WHERE asked_at IS NOT NULL;
CREATE INDEX tracing_candidate_to_ask ON tracing_candidate (organisation_id, asked_at, id) WHERE state = 'asked';
CREATE INDEX tracing_candidate_agreed ON tracing_candidate (organisation_id, request_id) WHERE state = 'agreed';

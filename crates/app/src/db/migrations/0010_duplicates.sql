-- Pairs of records that may be one person's: found by comparing, decided by people. One row for each
-- pair, whichever of the two is looked at; what is decided is not asked again.

CREATE TABLE duplicate (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    first_id UUID NOT NULL,
    second_id UUID NOT NULL,
    likeness BIGINT NOT NULL,
    agreements TEXT NOT NULL,
    compared BYTEA NOT NULL,
    vulnerability BIGINT NOT NULL,
    found_at BIGINT NOT NULL,
    decision TEXT NOT NULL,
    merge_id UUID,
    decided_by UUID,
    decided_at BIGINT,
    why TEXT,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE UNIQUE INDEX duplicate_pair ON duplicate (organisation_id, first_id, second_id);
CREATE INDEX duplicate_second ON duplicate (organisation_id, second_id);
CREATE INDEX duplicate_waiting ON duplicate (organisation_id, vulnerability, likeness, id) WHERE decision = 'waiting';
CREATE INDEX duplicate_decided ON duplicate (organisation_id, decision, decided_at, id) WHERE decided_at IS NOT NULL;
CREATE INDEX duplicate_merge ON duplicate (organisation_id, merge_id) WHERE merge_id IS NOT NULL;

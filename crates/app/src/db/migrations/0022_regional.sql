-- Figures that several organisations add up. `terms` is what all of them sign, `messages` what has come of it: signed, and
-- sealed where it is for one of them alone. `party` is which of them this house is; `secrets` its keys and its own share,
-- sealed with the data key and gone with its subtotal. The id is the same in every house.
CREATE TABLE agreement (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    state TEXT NOT NULL,
    terms TEXT NOT NULL,
    messages TEXT NOT NULL,
    party BIGINT,
    secrets BYTEA,
    prepared_by UUID NOT NULL,
    agreed_by UUID,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX agreement_changed ON agreement (organisation_id, updated_at, id);

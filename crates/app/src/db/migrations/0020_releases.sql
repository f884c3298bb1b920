-- Figures for the public. `details` is what was asked for, `figures` what came of it: counted, protected and frozen when
-- it was submitted, never counted or drawn again; the figures behind them are kept nowhere.
CREATE TABLE release (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    state TEXT NOT NULL,
    details TEXT NOT NULL,
    figures TEXT,
    prepared_by UUID NOT NULL,
    submitted_at BIGINT,
    decided_by UUID,
    decided_at BIGINT,
    reason TEXT NOT NULL,
    withdrawn_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX release_changed ON release (organisation_id, updated_at, id);
-- The public names no organisation.
CREATE UNIQUE INDEX release_public ON release (id);
CREATE INDEX release_published ON release (state, decided_at, id);

-- What each draw of figures spent, in billionths of rho (zero-concentrated differential privacy); 0 where nothing was
-- drawn at random.
CREATE TABLE ledger_entry (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    release_id UUID NOT NULL,
    method TEXT NOT NULL,
    rho BIGINT NOT NULL,
    spent_by UUID NOT NULL,
    spent_at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX ledger_entry_at ON ledger_entry (organisation_id, spent_at, id);

-- How much may be spent. The one confirmed last holds; one that nobody confirmed waits for a second person.
CREATE TABLE budget (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    terms TEXT NOT NULL,
    proposed_by UUID NOT NULL,
    proposed_at BIGINT NOT NULL,
    confirmed_by UUID,
    confirmed_at BIGINT,
    PRIMARY KEY (organisation_id, id)
);

-- Which form is filled in for which kind of follow-up, by the form's name: none where it is empty, the usual one where
-- there is no row. What is filled in for a planned follow-up is what it was kept by.

CREATE TABLE follow_up_form (
    organisation_id UUID NOT NULL,
    kind TEXT NOT NULL,
    form TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, kind)
);

ALTER TABLE form_draft ADD COLUMN follow_up_id UUID;
ALTER TABLE follow_up ADD COLUMN submission_id UUID;

-- Whether someone agreed to be contacted after their case was closed. The index is that of those whose consents end.

ALTER TABLE person ADD COLUMN consent_contact TEXT NOT NULL DEFAULT 'not_asked';
ALTER TABLE person ADD COLUMN consent_contact_until TEXT;
DROP INDEX person_lapsing;
CREATE INDEX person_lapsing ON person (organisation_id, owner_id)
    WHERE consent_case_work_until IS NOT NULL OR consent_referral_until IS NOT NULL
        OR consent_law_enforcement_until IS NOT NULL OR consent_statistics_until IS NOT NULL
        OR consent_research_until IS NOT NULL OR consent_contact_until IS NOT NULL;

-- What stands on a user's first page, in its order: open cases most vulnerable first, those given to
-- them and not seen yet, consents with a last day.

CREATE INDEX case_file_desk ON case_file (organisation_id, owner_id, vulnerability DESC, due_on, id)
    WHERE state <> 'closed';
CREATE INDEX case_file_supervised ON case_file (organisation_id, supervisor_id, vulnerability DESC, due_on, id)
    WHERE state <> 'closed';
CREATE INDEX case_file_unseen ON case_file (organisation_id, owner_id, vulnerability DESC, id)
    WHERE state <> 'closed' AND assigned_at IS NOT NULL AND (seen_at IS NULL OR seen_at < assigned_at);

CREATE INDEX person_lapsing ON person (organisation_id, owner_id)
    WHERE consent_case_work_until IS NOT NULL OR consent_referral_until IS NOT NULL
        OR consent_law_enforcement_until IS NOT NULL OR consent_statistics_until IS NOT NULL
        OR consent_research_until IS NOT NULL;

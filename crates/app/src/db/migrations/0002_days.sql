-- Since when and until when a tie holds; the last day of the decision in force about each purpose,
-- where access reads it.

ALTER TABLE relation ADD COLUMN starts_on TEXT;
ALTER TABLE relation ADD COLUMN ends_on TEXT;

ALTER TABLE person ADD COLUMN consent_case_work_until TEXT;
ALTER TABLE person ADD COLUMN consent_referral_until TEXT;
ALTER TABLE person ADD COLUMN consent_law_enforcement_until TEXT;
ALTER TABLE person ADD COLUMN consent_statistics_until TEXT;
ALTER TABLE person ADD COLUMN consent_research_until TEXT;

UPDATE person SET consent_case_work_until = (
    SELECT c.valid_until FROM consent c
    WHERE c.organisation_id = person.organisation_id AND c.person_id = person.id AND c.purpose = 'case_work'
    ORDER BY c.created_at DESC, c.id DESC LIMIT 1);

UPDATE person SET consent_referral_until = (
    SELECT c.valid_until FROM consent c
    WHERE c.organisation_id = person.organisation_id AND c.person_id = person.id AND c.purpose = 'referral'
    ORDER BY c.created_at DESC, c.id DESC LIMIT 1);

UPDATE person SET consent_law_enforcement_until = (
    SELECT c.valid_until FROM consent c
    WHERE c.organisation_id = person.organisation_id AND c.person_id = person.id AND c.purpose = 'law_enforcement'
    ORDER BY c.created_at DESC, c.id DESC LIMIT 1);

UPDATE person SET consent_statistics_until = (
    SELECT c.valid_until FROM consent c
    WHERE c.organisation_id = person.organisation_id AND c.person_id = person.id AND c.purpose = 'statistics'
    ORDER BY c.created_at DESC, c.id DESC LIMIT 1);

UPDATE person SET consent_research_until = (
    SELECT c.valid_until FROM consent c
    WHERE c.organisation_id = person.organisation_id AND c.person_id = person.id AND c.purpose = 'research'
    ORDER BY c.created_at DESC, c.id DESC LIMIT 1);

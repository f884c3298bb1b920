-- Each index is a tree that every new row must be entered in. Rows that nobody looks for by a
-- column stay out of its index: most people have no source and no household, most entries of the
-- history belong to no case.

DROP INDEX person_source;
CREATE UNIQUE INDEX person_source ON person (organisation_id, source) WHERE source IS NOT NULL;
DROP INDEX person_household;
CREATE INDEX person_household ON person (organisation_id, household_id) WHERE household_id IS NOT NULL;

DROP INDEX history_case;
CREATE INDEX history_case ON history (organisation_id, case_id, seq) WHERE case_id IS NOT NULL;

-- The story of a person's own record leaves out what happened in their cases: those entries stand
-- apart, so that the newest of the others are found without reading them.
DROP INDEX history_person;
CREATE INDEX history_person ON history (organisation_id, person_id, case_id, seq) WHERE person_id IS NOT NULL;

-- What has left the organisation, and the lists that may name someone: asked about on each person's
-- page, and rare.
CREATE INDEX history_left ON history (organisation_id, person_id, seq)
    WHERE act IN ('shared', 'exported', 'broke_glass');
CREATE INDEX history_list ON history (organisation_id, seq) WHERE kind = 'list';

-- Entries about a record that are not found by their person or case: for forgetting them.
DROP INDEX history_record;
CREATE INDEX history_record ON history (organisation_id, record_id)
    WHERE (person_id IS NULL OR record_id <> person_id) AND (case_id IS NULL OR record_id <> case_id);

-- «Most vulnerable first» is an order of the list of people, too.
CREATE INDEX person_vulnerability ON person (organisation_id, vulnerability, id);

-- To count people without walking through their records.
CREATE INDEX person_merged ON person (organisation_id, merged_into) WHERE merged_into IS NOT NULL;

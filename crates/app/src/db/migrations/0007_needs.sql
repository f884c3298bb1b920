-- The list of people with specific needs, newest first: some of many.
CREATE INDEX person_needs ON person (organisation_id, updated_at, id) WHERE needs <> '';

-- The index of names lives in memory; what it is built from is one narrow row a person.

DROP TABLE person_key;

CREATE TABLE search_entry (
    organisation_id UUID NOT NULL,
    person_id UUID NOT NULL,
    names TEXT NOT NULL,
    keys TEXT NOT NULL,
    PRIMARY KEY (organisation_id, person_id)
);

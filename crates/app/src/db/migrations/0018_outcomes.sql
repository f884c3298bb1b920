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

-- Submissions encrypted on the device. A version says whose key it gives to devices. `sealed` is the private half of a
-- form's key; former keys stay, because what was encrypted with them may still come. A submission that is encrypted
-- says why it is not read; its manifest stays after it was, so that a device that sends it again is recognised.

ALTER TABLE form_version ADD COLUMN encryption TEXT NOT NULL DEFAULT 'none';
ALTER TABLE submission ADD COLUMN manifest TEXT;
ALTER TABLE submission ADD COLUMN encrypted TEXT;

CREATE TABLE form_key (
    organisation_id UUID NOT NULL,
    id UUID NOT NULL,
    form_id UUID NOT NULL,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
CREATE INDEX form_key_form ON form_key (organisation_id, form_id, created_at);

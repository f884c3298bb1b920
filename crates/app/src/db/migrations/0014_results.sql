-- What answers mean: the rule of a version's sheet, and what it gave for a submission. `shipped` versions came with
-- Watari. Screenings answered before stay in their table.

ALTER TABLE form_version ADD COLUMN meaning TEXT NOT NULL DEFAULT '{}';
ALTER TABLE form_version ADD COLUMN titles TEXT NOT NULL DEFAULT '{}';
ALTER TABLE form_version ADD COLUMN shipped BIGINT NOT NULL DEFAULT 0;
ALTER TABLE submission ADD COLUMN result TEXT;

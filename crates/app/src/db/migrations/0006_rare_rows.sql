-- Rows that few of many are, found without walking past the others. The engine keeps no statistics:
-- of two indexes that fit it cannot know that nearly every approval of an organisation was decided.

DROP INDEX approval_state;
CREATE INDEX approval_waiting ON approval (organisation_id, asked_at) WHERE state = 'waiting';

CREATE INDEX person_photo ON person (organisation_id, photo_id) WHERE photo_id IS NOT NULL;
CREATE INDEX history_erased ON history (organisation_id, record_id) WHERE act = 'erased';

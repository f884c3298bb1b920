-- Cases are there for a user by their team, as owner or as supervisor: each way has its own index in
-- the order of changes, so that the newest of a few are found without walking past all others.

DROP INDEX case_file_owner;
DROP INDEX case_file_team;
CREATE INDEX case_file_owner ON case_file (organisation_id, owner_id, updated_at, id);
CREATE INDEX case_file_team ON case_file (organisation_id, team_id, updated_at, id);
CREATE INDEX case_file_supervisor ON case_file (organisation_id, supervisor_id, updated_at, id);

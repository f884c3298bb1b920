-- A device's user name, the same for nobody else in any organisation, and what is kept of its password: H(A1) of
-- RFC 7616, sealed. Devices made before have neither.

ALTER TABLE device ADD COLUMN username TEXT;
ALTER TABLE device ADD COLUMN ha1 BYTEA;
CREATE UNIQUE INDEX device_username ON device (username);

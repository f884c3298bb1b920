-- What finding out which values occur spent of delta, in 10^-15; 0 where all values were known beforehand.
ALTER TABLE ledger_entry ADD COLUMN delta BIGINT NOT NULL DEFAULT 0;

-- From the raw_* tables to the tables that model.yml describes.
--
-- A row without its key is rejected (kept as JSON in muster_rejected), a row of an unknown user is
-- an orphan (counted, not loaded), of several rows with one id the one loaded last stays.
-- muster_load_report says so per table: rows_read = rows_loaded + duplicates + rejected + orphans.
-- Running it again gives the same tables.

-- Of several rows with one transaction_id the one loaded last; the rest pass untouched, so that
-- only the few repeated ones are sorted.
CREATE OR REPLACE TEMP MACRO once_per_transaction(raw_table) AS TABLE
WITH known AS (
  SELECT * FROM query_table(raw_table) SEMI JOIN users USING (user_id)
  WHERE transaction_id IS NOT NULL AND amount IS NOT NULL AND transaction_date IS NOT NULL
), repeated AS (
  SELECT transaction_id FROM known GROUP BY transaction_id HAVING count(*) > 1
)
SELECT * FROM known ANTI JOIN repeated USING (transaction_id)
UNION ALL
(SELECT DISTINCT ON (transaction_id) * FROM known SEMI JOIN repeated USING (transaction_id)
 ORDER BY transaction_id, loaded_at DESC, amount DESC);

CREATE OR REPLACE TEMP MACRO rejected_transactions(raw_table) AS TABLE
SELECT * FROM query_table(raw_table)
WHERE user_id IS NULL OR transaction_id IS NULL OR amount IS NULL OR transaction_date IS NULL;

-- step: Cleaning the users
CREATE OR REPLACE TABLE users AS
SELECT * EXCLUDE (loaded_at) FROM (
  SELECT DISTINCT ON (user_id) * FROM raw_users WHERE user_id IS NOT NULL
  ORDER BY user_id, loaded_at DESC
)
ORDER BY created_at, user_id;

-- step: Cleaning the card payments
CREATE OR REPLACE TABLE credit_card_transactions AS
SELECT * FROM once_per_transaction('raw_credit_card_transactions') ORDER BY transaction_date, transaction_id;

-- step: Cleaning the UPI payments
CREATE OR REPLACE TABLE upi_transactions AS
SELECT * FROM once_per_transaction('raw_upi_transactions') ORDER BY transaction_date, transaction_id;

-- step: Cleaning the suppression list
CREATE OR REPLACE TABLE suppression_list AS
SELECT DISTINCT user_id FROM raw_suppression_list SEMI JOIN users USING (user_id) ORDER BY user_id;

-- step: Keeping what was rejected
CREATE OR REPLACE TABLE muster_rejected (table_name VARCHAR, reason VARCHAR, raw JSON);
INSERT INTO muster_rejected SELECT 'users', 'no_key', to_json(r) FROM raw_users AS r WHERE user_id IS NULL;
INSERT INTO muster_rejected
SELECT 'credit_card_transactions', CASE WHEN user_id IS NULL THEN 'no_user' ELSE 'incomplete' END, to_json(r)
FROM rejected_transactions('raw_credit_card_transactions') AS r;
INSERT INTO muster_rejected
SELECT 'upi_transactions', CASE WHEN user_id IS NULL THEN 'no_user' ELSE 'incomplete' END, to_json(r)
FROM rejected_transactions('raw_upi_transactions') AS r;
INSERT INTO muster_rejected
SELECT 'suppression_list', 'no_key', to_json(r) FROM raw_suppression_list AS r WHERE user_id IS NULL;

-- step: Counting
CREATE OR REPLACE TABLE muster_load_report AS
WITH read AS (
  SELECT 'users' AS table_name, count(*) AS rows_read, 0 AS orphans FROM raw_users
  UNION ALL
  SELECT 'credit_card_transactions', count(*), count(*) FILTER (raw.user_id IS NOT NULL AND users.user_id IS NULL)
  FROM raw_credit_card_transactions AS raw LEFT JOIN users USING (user_id)
  UNION ALL
  SELECT 'upi_transactions', count(*), count(*) FILTER (raw.user_id IS NOT NULL AND users.user_id IS NULL)
  FROM raw_upi_transactions AS raw LEFT JOIN users USING (user_id)
  UNION ALL
  SELECT 'suppression_list', count(*), count(*) FILTER (raw.user_id IS NOT NULL AND users.user_id IS NULL)
  FROM raw_suppression_list AS raw LEFT JOIN users USING (user_id)
), loaded AS (
  SELECT 'users' AS table_name, count(*) AS rows_loaded FROM users
  UNION ALL SELECT 'credit_card_transactions', count(*) FROM credit_card_transactions
  UNION ALL SELECT 'upi_transactions', count(*) FROM upi_transactions
  UNION ALL SELECT 'suppression_list', count(*) FROM suppression_list
), refused AS (
  SELECT table_name, count(*) AS rejected FROM muster_rejected GROUP BY table_name
)
SELECT table_name, rows_read::BIGINT AS rows_read, rows_loaded::BIGINT AS rows_loaded,
  (rows_read - rows_loaded - coalesce(rejected, 0) - orphans)::BIGINT AS duplicates,
  coalesce(rejected, 0)::BIGINT AS rejected, orphans::BIGINT AS orphans
FROM read JOIN loaded USING (table_name) LEFT JOIN refused USING (table_name)
ORDER BY table_name;

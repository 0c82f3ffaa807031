-- From bronze to silver: types, one row per id, the latest version of a profile; a run takes what
-- arrived since the last one.
--
-- etl_state remembers per source the last bronze_seq taken. Running again without new rows changes
-- nothing; running after an append gives what a run over everything would give:
--   * of several rows with one id the one that arrived last stays, whichever run brings it;
--   * a late row is an ordinary row, for nothing depends on when an event happened;
--   * a row of an unknown profile waits in silver_rejected and is taken when the profile arrives.
-- What cannot be used stands in silver_rejected with its reason and the raw row. A single broken
-- field (an age of "n/a", a cost of "free") becomes NULL and rejects nothing.
-- All of it is one transaction. With the variable rebuild = true everything is made anew.

CREATE OR REPLACE TEMP MACRO cleaned(raw) AS nullif(trim(raw), '');
-- A moment in UTC from ISO text (with Z or an offset) or milliseconds; NULL when it is none.
CREATE OR REPLACE TEMP MACRO moment(raw) AS
  CASE WHEN raw LIKE '%Z' THEN try_cast(raw[:-2] AS TIMESTAMP)
       WHEN regexp_full_match(raw, '\d{12,13}') THEN epoch_ms(raw::BIGINT)
       WHEN regexp_matches(raw, '[+-]\d\d:\d\d$') THEN try_cast(raw AS TIMESTAMPTZ) AT TIME ZONE 'UTC' END;
CREATE OR REPLACE TEMP MACRO truth(raw) AS
  CASE lower(trim(raw)) WHEN 'true' THEN true WHEN 'y' THEN true WHEN '1' THEN true
                        WHEN 'false' THEN false WHEN 'n' THEN false WHEN '0' THEN false END;
CREATE OR REPLACE TEMP MACRO profile_key(raw) AS
  CASE WHEN regexp_full_match(lower(trim(raw)), 'p_\d+') THEN lower(trim(raw)) END;

BEGIN TRANSACTION;

CREATE TABLE IF NOT EXISTS etl_state (source VARCHAR PRIMARY KEY, last_seq BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS silver_user_profiles (
  profile_id VARCHAR, email VARCHAR, age INTEGER, gender VARCHAR, household VARCHAR, state VARCHAR, city VARCHAR,
  latitude DOUBLE, longitude DOUBLE, interests VARCHAR[], plan VARCHAR, device VARCHAR, marketing_consent BOOLEAN,
  renews_on DATE, created_at TIMESTAMP, updated_at TIMESTAMP, ingested_at TIMESTAMP, bronze_seq BIGINT);
CREATE TABLE IF NOT EXISTS silver_impressions (
  impression_id BIGINT, profile_id VARCHAR, campaign VARCHAR, creative VARCHAR, channel VARCHAR, device VARCHAR,
    genre VARCHAR,
  clicked BOOLEAN, completed BOOLEAN, cost DECIMAL(12, 2), occurred_at TIMESTAMP, ingested_at TIMESTAMP,
    bronze_seq BIGINT);
CREATE TABLE IF NOT EXISTS silver_views (
  view_id BIGINT, profile_id VARCHAR, genre VARCHAR, title VARCHAR, minutes INTEGER, device VARCHAR,
  occurred_at TIMESTAMP, ingested_at TIMESTAMP, bronze_seq BIGINT);
CREATE TABLE IF NOT EXISTS silver_rejected (
  source VARCHAR, reason VARCHAR, raw JSON, first_seen TIMESTAMP, bronze_seq BIGINT);

DELETE FROM etl_state WHERE coalesce(getvariable('rebuild')::BOOLEAN, false);
DELETE FROM silver_user_profiles WHERE coalesce(getvariable('rebuild')::BOOLEAN, false);
DELETE FROM silver_impressions WHERE coalesce(getvariable('rebuild')::BOOLEAN, false);
DELETE FROM silver_views WHERE coalesce(getvariable('rebuild')::BOOLEAN, false);
DELETE FROM silver_rejected WHERE coalesce(getvariable('rebuild')::BOOLEAN, false);
INSERT INTO etl_state
SELECT source, 0 FROM (SELECT unnest(['bronze_profiles', 'bronze_impressions', 'bronze_views']) AS source)
ANTI JOIN etl_state USING (source);

-- step: Reading the new profiles
SET VARIABLE taken = (SELECT last_seq FROM etl_state WHERE source = 'bronze_profiles');
CREATE OR REPLACE TEMP TABLE new_profile AS
WITH typed AS (
  SELECT profile_key(profile_id) AS profile_id, lower(cleaned(email)) AS email,
    try_cast(floor(try_cast(trim(age) AS DOUBLE)) AS INTEGER) AS age,
    CASE upper(left(trim(gender), 1)) WHEN 'F' THEN 'F' WHEN 'M' THEN 'M' WHEN 'X' THEN 'X'
      WHEN 'O' THEN 'X' END AS gender,
    lower(cleaned(household)) AS household, upper(cleaned(state)) AS state_text, cleaned(city) AS city_text,
    try_cast(latitude AS DOUBLE) AS latitude, try_cast(longitude AS DOUBLE) AS longitude,
    CASE WHEN interests LIKE '[%' THEN from_json(interests, '["VARCHAR"]')
         WHEN trim(interests) = '' THEN []::VARCHAR[] ELSE string_split(interests, '|') END AS interests,
    lower(cleaned(plan)) AS plan, lower(cleaned(device)) AS device, truth(marketing_consent) AS marketing_consent,
    try_cast(renews_on AS DATE) AS renews_on, moment(created_at) AS created_at, moment(updated_at) AS updated_at,
      ingested_at, bronze_seq
  FROM bronze_profiles WHERE bronze_seq > getvariable('taken')
)
SELECT profile_id, email, CASE WHEN age BETWEEN 0 AND 120 THEN age END AS age, gender, household,
  CASE state_text WHEN 'NEW SOUTH WALES' THEN 'NSW' WHEN 'VICTORIA' THEN 'VIC' WHEN 'QUEENSLAND' THEN 'QLD'
    WHEN 'WESTERN AUSTRALIA' THEN 'WA' WHEN 'SOUTH AUSTRALIA' THEN 'SA' WHEN 'TASMANIA' THEN 'TAS'
    WHEN 'AUSTRALIAN CAPITAL TERRITORY' THEN 'ACT' WHEN 'NORTHERN TERRITORY' THEN 'NT'
    ELSE CASE WHEN state_text IN ('NSW', 'VIC', 'QLD', 'WA', 'SA', 'TAS', 'ACT', 'NT') THEN state_text END END AS state,
  -- Cities come in capitals at times: every word gets its own capital.
  array_to_string(list_transform(string_split(city_text, ' '), lambda word: upper(word[1]) || lower(word[2:])),
    ' ') AS city,
  -- A point in the sea off Africa means that the device told none.
  CASE WHEN latitude BETWEEN -90 AND 90 AND (latitude, longitude) <> (0, 0) THEN latitude END AS latitude,
  CASE WHEN longitude BETWEEN -180 AND 180 AND (latitude, longitude) <> (0, 0) THEN longitude END AS longitude,
  interests, plan, device, marketing_consent, renews_on, created_at,
    coalesce(updated_at, created_at) AS updated_at, ingested_at, bronze_seq,
  CASE WHEN profile_id IS NULL THEN 'no_profile' WHEN created_at IS NULL THEN 'bad_timestamp' END AS reason
FROM typed;

-- step: Merging the profiles
CREATE OR REPLACE TEMP TABLE profile_winner AS
SELECT DISTINCT ON (profile_id) * FROM (
  SELECT * EXCLUDE (reason) FROM new_profile WHERE reason IS NULL
  UNION ALL
  SELECT * FROM silver_user_profiles
    SEMI JOIN (SELECT profile_id FROM new_profile WHERE reason IS NULL) USING (profile_id)
)
ORDER BY profile_id, updated_at DESC, bronze_seq DESC;
DELETE FROM silver_user_profiles WHERE profile_id IN (SELECT profile_id FROM profile_winner);
INSERT INTO silver_user_profiles SELECT * FROM profile_winner ORDER BY created_at, profile_id;
INSERT INTO silver_rejected
SELECT 'bronze_profiles', reason, to_json(raw), raw.ingested_at, raw.bronze_seq
FROM bronze_profiles AS raw
JOIN (SELECT bronze_seq, reason FROM new_profile WHERE reason IS NOT NULL) USING (bronze_seq)
ORDER BY raw.bronze_seq;
UPDATE etl_state SET last_seq = (SELECT max(bronze_seq) FROM new_profile)
WHERE source = 'bronze_profiles' AND exists(FROM new_profile);
DROP TABLE profile_winner;
DROP TABLE new_profile;

-- step: Reading the new impressions
-- New rows, and those that waited for their profile.
SET VARIABLE taken = (SELECT last_seq FROM etl_state WHERE source = 'bronze_impressions');
CREATE OR REPLACE TEMP TABLE new_event AS
WITH typed AS (
  SELECT try_cast(impression_id AS BIGINT) AS impression_id, profile_key(profile_id) AS profile_id,
    cleaned(campaign) AS campaign,
    cleaned(creative) AS creative, lower(cleaned(channel)) AS channel, lower(cleaned(device)) AS device,
      lower(cleaned(genre)) AS genre,
    truth(clicked) AS clicked, truth(completed) AS completed, try_cast(ltrim(cost, '$') AS DECIMAL(12, 2)) AS cost,
    moment(occurred_at) AS occurred_at, ingested_at, bronze_seq
  FROM bronze_impressions
  WHERE bronze_seq > getvariable('taken')
    OR bronze_seq IN (SELECT bronze_seq FROM silver_rejected WHERE source = 'bronze_impressions'
      AND reason = 'unknown_profile')
)
SELECT typed.*,
  CASE WHEN impression_id IS NULL THEN 'no_id' WHEN profile_id IS NULL THEN 'no_profile'
       WHEN occurred_at IS NULL THEN 'bad_timestamp' WHEN occurred_at > typed.ingested_at + INTERVAL 1 HOUR
         THEN 'future_timestamp'
       WHEN cost < 0 THEN 'negative_cost' WHEN profile.profile_id IS NULL THEN 'unknown_profile' END AS reason
FROM typed LEFT JOIN (SELECT profile_id FROM silver_user_profiles) AS profile USING (profile_id);

-- step: Merging the impressions
CREATE OR REPLACE TEMP TABLE repeated AS
SELECT impression_id FROM (
  SELECT impression_id FROM new_event WHERE reason IS NULL
  UNION ALL
  SELECT impression_id FROM silver_impressions SEMI JOIN new_event USING (impression_id)
)
GROUP BY impression_id HAVING count(*) > 1;
CREATE OR REPLACE TEMP TABLE event_winner AS
SELECT DISTINCT ON (impression_id) * FROM (
  SELECT * EXCLUDE (reason) FROM new_event SEMI JOIN repeated USING (impression_id) WHERE reason IS NULL
  UNION ALL
  SELECT * FROM silver_impressions SEMI JOIN repeated USING (impression_id)
)
ORDER BY impression_id, bronze_seq DESC;
DELETE FROM silver_impressions WHERE impression_id IN (SELECT impression_id FROM repeated);
INSERT INTO silver_impressions
SELECT * FROM (
  SELECT * EXCLUDE (reason) FROM new_event ANTI JOIN repeated USING (impression_id) WHERE reason IS NULL
  UNION ALL
  SELECT * FROM event_winner
)
ORDER BY occurred_at, impression_id;
DELETE FROM silver_rejected
WHERE source = 'bronze_impressions' AND reason = 'unknown_profile'
  AND bronze_seq IN (SELECT bronze_seq FROM new_event WHERE reason IS NULL);
INSERT INTO silver_rejected
SELECT 'bronze_impressions', reason, to_json(raw), raw.ingested_at, raw.bronze_seq
FROM bronze_impressions AS raw
JOIN (SELECT bronze_seq, reason FROM new_event WHERE reason IS NOT NULL
  AND bronze_seq > getvariable('taken')) USING (bronze_seq)
ORDER BY raw.bronze_seq;
UPDATE etl_state SET last_seq = greatest(last_seq, (SELECT max(bronze_seq) FROM new_event))
WHERE source = 'bronze_impressions' AND exists(FROM new_event);

-- step: Reading the new views
SET VARIABLE taken = (SELECT last_seq FROM etl_state WHERE source = 'bronze_views');
CREATE OR REPLACE TEMP TABLE new_event AS
WITH typed AS (
  SELECT try_cast(view_id AS BIGINT) AS view_id, profile_key(profile_id) AS profile_id, lower(cleaned(genre)) AS genre,
    cleaned(title) AS title, try_cast(try_cast(minutes AS DOUBLE) AS INTEGER) AS minutes,
      lower(cleaned(device)) AS device,
    moment(occurred_at) AS occurred_at, ingested_at, bronze_seq
  FROM bronze_views
  WHERE bronze_seq > getvariable('taken')
    OR bronze_seq IN (SELECT bronze_seq FROM silver_rejected WHERE source = 'bronze_views'
      AND reason = 'unknown_profile')
)
SELECT typed.*,
  CASE WHEN view_id IS NULL THEN 'no_id' WHEN profile_id IS NULL THEN 'no_profile'
       WHEN occurred_at IS NULL THEN 'bad_timestamp' WHEN occurred_at > typed.ingested_at + INTERVAL 1 HOUR
         THEN 'future_timestamp'
       WHEN minutes < 0 THEN 'negative_minutes' WHEN profile.profile_id IS NULL THEN 'unknown_profile' END AS reason
FROM typed LEFT JOIN (SELECT profile_id FROM silver_user_profiles) AS profile USING (profile_id);

-- step: Merging the views
CREATE OR REPLACE TEMP TABLE repeated AS
SELECT view_id FROM (
  SELECT view_id FROM new_event WHERE reason IS NULL
  UNION ALL
  SELECT view_id FROM silver_views SEMI JOIN new_event USING (view_id)
)
GROUP BY view_id HAVING count(*) > 1;
CREATE OR REPLACE TEMP TABLE event_winner AS
SELECT DISTINCT ON (view_id) * FROM (
  SELECT * EXCLUDE (reason) FROM new_event SEMI JOIN repeated USING (view_id) WHERE reason IS NULL
  UNION ALL
  SELECT * FROM silver_views SEMI JOIN repeated USING (view_id)
)
ORDER BY view_id, bronze_seq DESC;
DELETE FROM silver_views WHERE view_id IN (SELECT view_id FROM repeated);
INSERT INTO silver_views
SELECT * FROM (
  SELECT * EXCLUDE (reason) FROM new_event ANTI JOIN repeated USING (view_id) WHERE reason IS NULL
  UNION ALL
  SELECT * FROM event_winner
)
ORDER BY occurred_at, view_id;
DELETE FROM silver_rejected
WHERE source = 'bronze_views' AND reason = 'unknown_profile'
  AND bronze_seq IN (SELECT bronze_seq FROM new_event WHERE reason IS NULL);
INSERT INTO silver_rejected
SELECT 'bronze_views', reason, to_json(raw), raw.ingested_at, raw.bronze_seq
FROM bronze_views AS raw
JOIN (SELECT bronze_seq, reason FROM new_event WHERE reason IS NOT NULL
  AND bronze_seq > getvariable('taken')) USING (bronze_seq)
ORDER BY raw.bronze_seq;
UPDATE etl_state SET last_seq = greatest(last_seq, (SELECT max(bronze_seq) FROM new_event))
WHERE source = 'bronze_views' AND exists(FROM new_event);
DROP TABLE event_winner;
DROP TABLE repeated;
DROP TABLE new_event;

-- step: Counting
-- orphans are the rows that wait for their profile; the four kinds add up to rows_read.
CREATE OR REPLACE TABLE muster_load_report AS
WITH read AS (
  SELECT 'bronze_profiles' AS source, 'silver_user_profiles' AS table_name,
    (SELECT count(*) FROM bronze_profiles) AS rows_read, (SELECT count(*) FROM silver_user_profiles) AS rows_loaded
  UNION ALL
  SELECT 'bronze_impressions', 'silver_impressions', (SELECT count(*) FROM bronze_impressions),
    (SELECT count(*) FROM silver_impressions)
  UNION ALL
  SELECT 'bronze_views', 'silver_views', (SELECT count(*) FROM bronze_views), (SELECT count(*) FROM silver_views)
), refused AS (
  SELECT source, count(*) FILTER (reason <> 'unknown_profile') AS rejected,
    count(*) FILTER (reason = 'unknown_profile') AS orphans
  FROM silver_rejected GROUP BY source
)
SELECT table_name, rows_read, rows_loaded,
  rows_read - rows_loaded - coalesce(rejected, 0) - coalesce(orphans, 0) AS duplicates,
  coalesce(rejected, 0) AS rejected, coalesce(orphans, 0) AS orphans
FROM read LEFT JOIN refused USING (source)
ORDER BY table_name;

COMMIT;

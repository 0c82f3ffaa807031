-- Synthetic audience of an Australian streaming service, as it arrives: the bronze layer.
--
-- bronze_profiles, bronze_impressions and bronze_views hold text as the sources sent it: several
-- versions of a profile, doubled rows, broken timestamps, unknown profiles, wrong types. bronze_seq
-- numbers the rows in the order of arrival, ingested_at says when they came; etl.sql makes the
-- silver layer of them. README.md gives every share and distribution.
--
-- Variables: entities, seed, until (naive UTC TIMESTAMP, exclusive), events_per_entity
-- (impressions and views together). The same variables always give the same rows: nothing is
-- drawn, everything is a hash.

-- step: Reading the settings
SELECT CASE WHEN getvariable('until') IS NULL THEN error('set the variable until') END;
SET VARIABLE people = coalesce(getvariable('entities')::BIGINT, 50000);
SET VARIABLE per_person = coalesce(getvariable('events_per_entity')::DOUBLE, 20);
SET VARIABLE ends_at = getvariable('until')::TIMESTAMP;
SET VARIABLE zone = 'Australia/Sydney';
SET VARIABLE history_days = 365;
-- 40 bits of the seed shift every index; room for 2^20 events of each of 2^21 people remains.
SET VARIABLE seed_base = (hash(coalesce(getvariable('seed')::BIGINT, 1)) >> 24)::BIGINT;
SET VARIABLE last_day = (((getvariable('ends_at') - INTERVAL 1 MICROSECOND) AT TIME ZONE 'UTC')
                         AT TIME ZONE getvariable('zone'))::DATE;

-- New bronze rows are numbered from 1 again: what was made of the former ones goes.
DROP TABLE IF EXISTS etl_state;
DROP TABLE IF EXISTS silver_rejected;
DROP TABLE IF EXISTS silver_impressions;
DROP TABLE IF EXISTS silver_views;
DROP TABLE IF EXISTS silver_user_profiles;

-- A number in [0, 1) for a thing and a salt. One argument, because hash(i, salt) correlates.
CREATE OR REPLACE TEMP MACRO chance(thing, salt) AS
  (hash(((getvariable('seed_base') + thing) * 1024 + salt)::BIGINT) >> 11)::DOUBLE
  / 9007199254740992.0;
-- A standard normal number; uses the salts salt and salt + 1.
CREATE OR REPLACE TEMP MACRO gauss(thing, salt) AS
  sqrt(-2 * ln(1 - chance(thing, salt))) * cos(2 * pi() * chance(thing, salt + 1));
-- One item of a list, all alike.
CREATE OR REPLACE TEMP MACRO pick(items, number) AS
  items[1 + floor(number * len(items))::INTEGER];
-- A moment as the sources write it: mostly ISO in UTC, some with an offset, some in milliseconds.
CREATE OR REPLACE TEMP MACRO moment_text(moment, number) AS
  CASE WHEN number < 0.95 THEN strftime(moment, '%Y-%m-%dT%H:%M:%SZ')
       WHEN number < 0.98 THEN strftime(moment + INTERVAL 10 HOUR, '%Y-%m-%d %H:%M:%S+10:00')
       ELSE epoch_ms(moment)::VARCHAR END;
-- A yes or no as the sources write it.
CREATE OR REPLACE TEMP MACRO boolean_text(truth, number) AS
  CASE WHEN number < 0.90 THEN CASE WHEN truth THEN 'true' ELSE 'false' END
       WHEN number < 0.95 THEN CASE WHEN truth THEN 'Y' ELSE 'N' END
       WHEN number < 0.99 THEN CASE WHEN truth THEN '1' ELSE '0' END
       ELSE pick(['', 'maybe', 'null'], number * 100 - 99) END;

-- Cities: centre and weight (share of the profiles in thousandths).
CREATE OR REPLACE TEMP TABLE city AS
SELECT row_number() OVER () - 1 AS city_id, *,
  (sum(weight) OVER (ORDER BY name))::INTEGER - weight AS from_bin
FROM (VALUES
  ('Sydney', 'NSW', 'New South Wales', -33.8688, 151.2093, 225),
    ('Newcastle', 'NSW', 'New South Wales', -32.9283, 151.7817, 38),
  ('Wollongong', 'NSW', 'New South Wales', -34.4278, 150.8931, 28),
    ('Albury', 'NSW', 'New South Wales', -36.0737, 146.9135, 15),
  ('Melbourne', 'VIC', 'Victoria', -37.8136, 144.9631, 205), ('Geelong', 'VIC', 'Victoria', -38.1499, 144.3617, 28),
  ('Ballarat', 'VIC', 'Victoria', -37.5622, 143.8503, 14), ('Bendigo', 'VIC', 'Victoria', -36.7570, 144.2794, 13),
  ('Brisbane', 'QLD', 'Queensland', -27.4698, 153.0251, 110),
    ('Gold Coast', 'QLD', 'Queensland', -28.0167, 153.4000, 42),
  ('Sunshine Coast', 'QLD', 'Queensland', -26.6500, 153.0667, 22),
    ('Townsville', 'QLD', 'Queensland', -19.2590, 146.8169, 16),
  ('Cairns', 'QLD', 'Queensland', -16.9186, 145.7781, 14), ('Perth', 'WA', 'Western Australia', -31.9523, 115.8613, 96),
  ('Bunbury', 'WA', 'Western Australia', -33.3271, 115.6414, 10),
    ('Adelaide', 'SA', 'South Australia', -34.9285, 138.6007, 66),
  ('Mount Gambier', 'SA', 'South Australia', -37.8284, 140.7804, 5),
    ('Hobart', 'TAS', 'Tasmania', -42.8821, 147.3272, 14),
  ('Launceston', 'TAS', 'Tasmania', -41.4332, 147.1441, 8),
    ('Canberra', 'ACT', 'Australian Capital Territory', -35.2809, 149.1300, 22),
  ('Darwin', 'NT', 'Northern Territory', -12.4634, 130.8456, 7),
    ('Alice Springs', 'NT', 'Northern Territory', -23.6980, 133.8807, 2)
) AS t (name, state, state_name, latitude, longitude, weight);
CREATE OR REPLACE TEMP TABLE city_bin AS
SELECT unnest(range(from_bin, from_bin + weight)) AS bin, city_id FROM city;
SET VARIABLE city_bins = (SELECT count(*) FROM city_bin);

-- One row per local day: its start in UTC, how much is watched on it (1000 = a plain weekday) and
-- the season: 0 football (March to September), 1 summer of cricket and tennis, 2 the rest.
CREATE OR REPLACE TEMP TABLE calendar AS
WITH days AS (
  SELECT day::DATE AS day,
    CASE WHEN month(day) BETWEEN 3 AND 9 THEN 0 WHEN month(day) IN (11, 12, 1) THEN 1 ELSE 2 END AS season
  FROM generate_series(getvariable('last_day') - to_days(getvariable('history_days')),
                       getvariable('last_day')::TIMESTAMP, INTERVAL 1 DAY) AS days (day)
), weighted AS (
  SELECT day, season, isodow(day) >= 5 AS weekend,
    round(1000 * CASE isodow(day) WHEN 5 THEN 1.15 WHEN 6 THEN 1.3 WHEN 7 THEN 1.35 ELSE 1 END
          * CASE WHEN month(day) IN (6, 7, 8) THEN 1.15 WHEN month(day) = 12 AND day(day) >= 24 THEN 1.5
                 WHEN month(day) = 1 THEN 1.2 ELSE 1 END
          -- The grand finals: the last Saturday and Sunday of September.
          * CASE WHEN month(day) = 9 AND day(day) >= 24 AND isodow(day) >= 6 THEN 1.6 ELSE 1 END)::BIGINT AS weight
  FROM days
)
SELECT day, season, weekend, month(day) AS month, weight,
  (day::TIMESTAMP AT TIME ZONE getvariable('zone')) AT TIME ZONE 'UTC' AS starts_at,
  sum(weight) OVER (ORDER BY day)::BIGINT - weight AS before,
  sum(weight) OVER ()::BIGINT AS total
FROM weighted;

-- A number in [0, 1) becomes a day (8,192 bins) and an hour (1,024 bins) by joins.
CREATE OR REPLACE TEMP TABLE day_bin AS
SELECT unnest(range(before * 8192 // total, (before + weight) * 8192 // total)) AS bin, starts_at, season, weekend,
  month
FROM calendar;
CREATE OR REPLACE TEMP TABLE hour_bin AS
WITH day_hours AS (
  SELECT unnest(range(24)) AS hour,
    unnest([22, 10, 6, 4, 4, 8, 22, 34, 32, 28, 28, 30, 36, 36, 34, 36, 44, 56, 78, 112, 126, 112, 80, 46]) AS weight
)
SELECT unnest(range(before, before + weight)) AS bin, hour * 3600 AS second
FROM (SELECT hour, weight, sum(weight) OVER (ORDER BY hour)::INTEGER - weight AS before FROM day_hours);

-- Genres: weight in the three seasons, usual minutes, titles.
CREATE OR REPLACE TEMP TABLE genre AS
SELECT row_number() OVER () - 1 AS genre_id, * FROM (VALUES
  ('sports', 180, 140, 60, 110, ['Friday Footy', 'Super Saturday', 'The Grand Final', 'Summer Cricket',
                                 'Centre Court', 'Racing Live']),
  ('news', 110, 100, 120, 28, ['Morning Brief', 'Six O''Clock News', 'Nation Tonight', 'Weather Wrap']),
  ('drama', 120, 120, 160, 46, ['Harbour Lights', 'The Long Paddock', 'Ward Nine', 'Red Dust', 'Silent Bay']),
  ('comedy', 100, 100, 120, 26, ['Flatmates', 'The Back Shed', 'Laugh Line', 'Uni Days']),
  ('movies', 110, 160, 130, 98, ['Saturday Movie', 'Classic Cinema', 'The Last Ferry', 'Kelly''s Gold', 'Reef']),
  ('kids', 80, 100, 80, 22, ['Wombat Wonders', 'Little Rosellas', 'Space Cadets', 'Paint Pals']),
  ('reality', 110, 80, 130, 62, ['House Rules Down Under', 'Kitchen Clash', 'Island of Hearts', 'The Farm']),
  ('documentary', 50, 50, 60, 52, ['Wild Coast', 'Country', 'The Reef', 'Makers']),
  ('lifestyle', 50, 60, 50, 30, ['Better Backyards', 'Coastal Kitchens', 'The Renovators']),
  ('travel', 30, 40, 30, 42, ['Great Drives', 'Outback Bound', 'City Hop']),
  ('gaming', 30, 30, 30, 75, ['Level Up', 'Speed Run Sunday']),
  ('music', 30, 30, 30, 55, ['Live at the Dome', 'Top Forty', 'Vinyl Hour'])
) AS t (genre, football, summer, other, minutes, titles);
CREATE OR REPLACE TEMP TABLE genre_bin AS
SELECT season, unnest(range(before * 1000 // total, (before + weight) * 1000 // total)) AS bin, genre
FROM (
  SELECT season, genre, weight,
    sum(weight) OVER (PARTITION BY season ORDER BY genre_id)::BIGINT - weight AS before,
    sum(weight) OVER (PARTITION BY season)::BIGINT AS total
  FROM (SELECT genre_id, genre, unnest([0, 1, 2]) AS season, unnest([football, summer, other]) AS weight FROM genre)
);

-- step: Making up the people
CREATE OR REPLACE TEMP TABLE person AS
WITH drawn AS (
  SELECT i AS thing, 'p_' || lpad((i + 1)::VARCHAR, 7, '0') AS profile_id,
    getvariable('ends_at') - to_seconds(floor(1095 * 86400 * pow(chance(i, 1), 1.3))::BIGINT + 60) AS created_at,
    floor(16 + 66 * pow(chance(i, 2), 1.3))::INTEGER AS age,
    CASE WHEN chance(i, 3) < 0.50 THEN 'F' WHEN chance(i, 3) < 0.98 THEN 'M' ELSE 'X' END AS gender,
    floor(chance(i, 4) * getvariable('city_bins'))::INTEGER AS city_bin_number
  FROM range(getvariable('people')) AS people (i)
), placed AS (
  SELECT drawn.*, city.name AS city, city.state, city.state_name,
    city.latitude + gauss(thing, 10) * 11 / 111.2 AS latitude,
    city.longitude + gauss(thing, 12) * 11 / (111.2 * cos(radians(city.latitude))) AS longitude,
    CASE WHEN age < 25 THEN pick(['shared', 'shared', 'family', 'family', 'single'], chance(thing, 14))
         WHEN age < 35 THEN pick(['couple', 'couple', 'single', 'shared', 'family'], chance(thing, 14))
         WHEN age < 55 THEN pick(['family', 'family', 'family', 'couple', 'single'], chance(thing, 14))
         ELSE pick(['couple', 'couple', 'couple', 'single', 'single', 'family'], chance(thing, 14)) END AS household,
    pick(CASE WHEN age < 30 THEN ['mobile', 'mobile', 'ctv', 'desktop', 'tablet']
      WHEN age < 55 THEN ['ctv', 'ctv', 'mobile', 'mobile', 'desktop', 'tablet']
         ELSE ['ctv', 'ctv', 'ctv', 'tablet', 'desktop'] END, chance(thing, 15)) AS device,
    CASE WHEN chance(thing, 16) < 0.55 THEN 'free' WHEN chance(thing, 16) < 0.83 THEN 'basic'
      ELSE 'premium' END AS plan,
    coalesce(calendar.before / calendar.total, 0) AS season_from
  FROM drawn
  JOIN city_bin ON city_bin.bin = city_bin_number
  JOIN city USING (city_id)
  LEFT JOIN calendar ON calendar.day = (drawn.created_at AT TIME ZONE 'UTC' AT TIME ZONE getvariable('zone'))::DATE
), interested AS (
  SELECT *,
    -- What people like follows age, gender and household.
    list_filter([
      CASE WHEN chance(thing, 20) < CASE gender WHEN 'M' THEN 0.52 ELSE 0.26 END THEN 'sports' END,
      CASE WHEN chance(thing, 21) < 0.08 + 0.006 * (age - 16) THEN 'news' END,
      CASE WHEN chance(thing, 22) < CASE gender WHEN 'F' THEN 0.40 ELSE 0.25 END THEN 'drama' END,
      CASE WHEN chance(thing, 23) < 0.45 - 0.004 * (age - 16) THEN 'comedy' END,
      CASE WHEN chance(thing, 24) < 0.32 THEN 'movies' END,
      CASE WHEN chance(thing, 25) < CASE household WHEN 'family' THEN 0.55 ELSE 0.04 END THEN 'kids' END,
      CASE WHEN chance(thing, 26) < CASE WHEN gender = 'F' AND age < 40 THEN 0.48 ELSE 0.18 END THEN 'reality' END,
      CASE WHEN chance(thing, 27) < 0.06 + 0.004 * (age - 16) THEN 'documentary' END,
      CASE WHEN chance(thing, 28) < CASE WHEN age >= 35 THEN 0.22 ELSE 0.08 END THEN 'lifestyle' END,
      CASE WHEN chance(thing, 29) < 0.15 THEN 'travel' END,
      CASE WHEN chance(thing, 30) < greatest(0.02, 0.40 - 0.01 * (age - 16)) THEN 'gaming' END,
      CASE WHEN chance(thing, 31) < 0.22 - 0.002 * (age - 16) THEN 'music' END
    ], lambda x: x IS NOT NULL) AS interests,
    -- 16 % never come back after joining; a quarter of the others stops somewhere.
    (1 - season_from) * CASE WHEN chance(thing, 32) < 0.25 THEN 0.1 + 0.8 * chance(thing, 33)
      ELSE 1 END AS season_length,
    chance(thing, 34) < 0.08 AS pauses,
    CASE WHEN chance(thing, 35) < 0.16 THEN 0
         -- Zipf-like: Pareto with exponent 1.6, cut at 80 times the least active.
         ELSE least(80, pow(1 - chance(thing, 36), -1 / 1.6)) END AS activity
  FROM placed
), weighed AS (
  SELECT *,
    -- Whole numbers, so that their sum does not depend on the order of adding. Who pays more sees
    -- fewer advertisements.
    floor(1000 * activity * (0.1 + season_length) * CASE plan WHEN 'free' THEN 1.3 WHEN 'basic' THEN 0.8
      ELSE 0.25 END)::BIGINT AS impression_weight,
    floor(1000 * activity * (0.1 + season_length) * CASE plan WHEN 'free' THEN 0.8 WHEN 'basic' THEN 1.1
      ELSE 1.5 END)::BIGINT AS view_weight
  FROM interested
), target AS (
  SELECT getvariable('people') * getvariable('per_person') AS events,
    sum(impression_weight)::DOUBLE AS impression_total, sum(view_weight)::DOUBLE AS view_total
  FROM weighed
)
SELECT weighed.*,
  floor(0.6 * events * impression_weight / greatest(impression_total, 1)
    + chance(thing, 37))::INTEGER AS impression_count,
  floor(0.4 * events * view_weight / greatest(view_total, 1) + chance(thing, 38))::INTEGER AS view_count
FROM weighed, target
ORDER BY thing;

-- step: Writing the bronze profiles
CREATE OR REPLACE TABLE bronze_profiles AS
WITH versions AS (
  -- Everybody's latest version; 12 % have an older one and 2 % a third, with another plan and city.
  SELECT *, 0 AS version,
    created_at + (getvariable('ends_at') - created_at)
      * CASE WHEN chance(thing, 41) < 0.12 THEN 0.05 + 0.85 * chance(thing, 40) ELSE 0 END AS updated_at
  FROM person
  UNION ALL SELECT * REPLACE ('free' AS plan, age - 1 AS age), 1, created_at + INTERVAL 5 SECOND FROM person
    WHERE chance(thing, 41) < 0.12
  UNION ALL SELECT * REPLACE ('free' AS plan, 'Sydney' AS city, 'NSW' AS state, 'New South Wales' AS state_name),
    2, created_at FROM person WHERE chance(thing, 41) < 0.02
), dirtied AS (
  SELECT thing * 8 + version AS row_thing, versions.* FROM versions
), written AS (
  SELECT row_thing,
    CASE WHEN chance(row_thing, 50) < 0.02 THEN ' ' || upper(profile_id) ELSE profile_id END AS profile_id,
    -- Reserved domains: a message sent to them reaches nobody.
    CASE WHEN chance(thing, 51) >= 0.03
      THEN pick(['ali', 'bel', 'cam', 'dan', 'eli', 'fin', 'gus', 'hal', 'ivy', 'jo', 'kit', 'lou', 'max',
                 'nic', 'pat', 'rob', 'sam', 'tom', 'val', 'zac'], chance(thing, 52))
           || '.' || (thing + 1) || '@'
             || pick(['example.com', 'example.net', 'stream.example'], chance(thing, 53)) END AS email,
    CASE WHEN chance(thing, 54) < 0.02 THEN NULL WHEN chance(thing, 54) < 0.03
      THEN pick(['n/a', '', '-1', '199', 'thirty'], chance(thing, 55))
         WHEN chance(thing, 54) < 0.06 THEN age || '.0' WHEN chance(thing, 54) < 0.08 THEN ' ' || age || ' '
           ELSE age::VARCHAR END AS age,
    CASE WHEN chance(thing, 56) < 0.03 THEN pick(['', 'unknown', '-'], chance(thing, 57))
         ELSE CASE gender WHEN 'F' THEN pick(['F', 'F', 'F', 'f', 'female', 'Female'], chance(row_thing, 58))
                          WHEN 'M' THEN pick(['M', 'M', 'M', 'm', 'male', 'Male'], chance(row_thing, 58))
                            ELSE pick(['X', 'other'], chance(row_thing, 58)) END END AS gender,
    CASE WHEN chance(thing, 59) >= 0.02 THEN CASE WHEN chance(row_thing, 60) < 0.1 THEN upper(household)
      ELSE household END END AS household,
    CASE WHEN chance(thing, 61) < 0.01 THEN ''
      ELSE pick([state, state, state, lower(state), state_name, lower(state_name), ' ' || state || ' '],
      chance(row_thing, 62)) END AS state,
    CASE WHEN chance(thing, 61) >= 0.01 THEN CASE WHEN chance(row_thing, 63) < 0.05 THEN upper(city)
      ELSE city END END AS city,
    CASE WHEN chance(thing, 64) < 0.03 THEN NULL WHEN chance(thing, 64) < 0.035 THEN '0'
      ELSE round(latitude, 5)::VARCHAR END AS latitude,
    CASE WHEN chance(thing, 64) < 0.03 THEN NULL WHEN chance(thing, 64) < 0.035 THEN '0'
      ELSE round(longitude, 5)::VARCHAR END AS longitude,
    CASE WHEN chance(thing, 65) < 0.02 THEN NULL WHEN chance(row_thing, 66) < 0.1 THEN to_json(interests)::VARCHAR
         ELSE array_to_string(interests, '|') END AS interests,
    CASE WHEN chance(thing, 67) >= 0.005 THEN plan END AS plan,
    CASE WHEN chance(thing, 68) >= 0.01 THEN device END AS device,
    CASE WHEN chance(thing, 69) >= 0.04
      THEN boolean_text(chance(thing, 70) < 0.72, chance(row_thing, 71)) END AS marketing_consent,
    -- Paid plans renew within a month; the free one has nothing to renew.
    CASE WHEN plan <> 'free' THEN strftime(getvariable('last_day') + floor(31 * chance(thing, 72))::INTEGER,
      '%Y-%m-%d') END AS renews_on,
    CASE WHEN chance(row_thing, 73) < 0.002 THEN pick(['', 'n/a', '0000-00-00'], chance(row_thing, 74))
      ELSE moment_text(created_at, chance(row_thing, 75)) END AS created_at,
    moment_text(updated_at, chance(row_thing, 76)) AS updated_at,
    -- 1 % of the profiles arrive up to five days after they were changed.
    updated_at + to_seconds((CASE WHEN chance(row_thing, 77) < 0.99 THEN 20 * chance(row_thing, 78)
      ELSE 432000 * chance(row_thing, 78) END)::BIGINT) AS ingested_at
  FROM dirtied
)
SELECT row_number() OVER () AS bronze_seq, * EXCLUDE (row_thing)
FROM (
  SELECT * FROM (
    SELECT * FROM written
    UNION ALL SELECT * REPLACE (ingested_at + INTERVAL 1 HOUR AS ingested_at) FROM written
      WHERE chance(row_thing, 79) < 0.005
    UNION ALL SELECT * REPLACE (pick([NULL, '', 'unknown'], chance(row_thing, 81)) AS profile_id) FROM written
      WHERE chance(row_thing, 80) < 0.002
  )
  WHERE ingested_at < getvariable('ends_at')
  ORDER BY ingested_at, row_thing, profile_id
);

-- One event from (person, kind, running number); kind 0 impression, 1 view (uses the odd numbers).
CREATE OR REPLACE TEMP MACRO events(kind) AS TABLE
WITH numbered AS (
  SELECT profile_id, created_at, season_from, season_length, pauses, interests, device,
    thing * 1048576 + 2 * unnest(range(CASE WHEN kind = 0 THEN impression_count ELSE view_count END)) + kind AS event
  FROM person
), timed AS (
  SELECT numbered.*, day_bin.season, day_bin.month,
    greatest(day_bin.starts_at + to_seconds(hour_bin.second + floor(3600 * chance(event, 100))::INTEGER),
             created_at + to_seconds(60 + floor(3600 * chance(event, 101))::INTEGER)) AS occurred_at
  FROM numbered
  JOIN day_bin ON day_bin.bin = floor(8192 * (season_from + season_length
    * CASE WHEN pauses THEN chance(event, 102) * 0.6 + CASE WHEN chance(event, 102) < 0.5 THEN 0 ELSE 0.4 END
           ELSE chance(event, 102) END))::BIGINT
  JOIN hour_bin ON hour_bin.bin = floor(1024 * chance(event, 103))::BIGINT
), arriving AS (
  SELECT *,
    -- 96 % arrive within an hour, 3 % within four days, 1 % up to 24 days late.
    occurred_at + to_seconds((CASE WHEN chance(event, 108) < 0.96 THEN 30 + 3570 * chance(event, 109)
                                   WHEN chance(event, 108) < 0.99 THEN 86400 * (1 + 3 * chance(event, 109))
                                   ELSE 86400 * (4 + 20 * chance(event, 109)) END)::BIGINT) AS ingested_at,
    -- Six in ten follow the person's interests, the rest the season.
    chance(event, 104) < 0.6 AND len(interests) > 0 AS liked
  FROM timed
)
SELECT event, profile_id, month, occurred_at, ingested_at, liked,
  CASE WHEN liked THEN pick(interests, chance(event, 105)) ELSE genre_bin.genre END AS genre,
  CASE WHEN chance(event, 106) < 0.8 THEN device
    ELSE pick(['ctv', 'mobile', 'desktop', 'tablet'], chance(event, 107)) END AS device
FROM arriving
JOIN genre_bin ON genre_bin.season = arriving.season AND genre_bin.bin = floor(1000 * chance(event, 110))::BIGINT
WHERE ingested_at < getvariable('ends_at');

-- Who it is about, as the sources write it: 1 % in capitals, 0.3 % nobody, 0.4 % a profile that does not exist.
CREATE OR REPLACE TEMP MACRO profile_text(profile_id, number) AS
  CASE WHEN number < 0.003 THEN pick([NULL, '', 'anonymous'], number / 0.003)
       WHEN number < 0.007 THEN 'p_9' || profile_id[4:]
       WHEN number < 0.017 THEN upper(profile_id) ELSE profile_id END;
-- 0.4 % of the moments are broken, 0.1 % lie in the future.
CREATE OR REPLACE TEMP MACRO event_moment_text(moment, number, form) AS
  CASE WHEN number < 0.004 THEN pick(['', 'n/a', '0000-00-00T00:00:00Z', NULL], number / 0.004)
       WHEN number < 0.005 THEN moment_text(moment + INTERVAL 2 YEAR, form) ELSE moment_text(moment, form) END;

-- step: Writing the bronze impressions
CREATE OR REPLACE TABLE bronze_impressions AS
WITH placed AS (
  SELECT events.*,
    CASE WHEN chance(event, 120) < 0.40 THEN month WHEN chance(event, 120) < 0.50 THEN 1 + (month + 10) % 12
      ELSE 0 END AS burst
  FROM events(0) AS events
), bought AS (
  SELECT *,
    -- Twelve campaigns of one month each, running on into the next, and eight that never stop.
    CASE WHEN burst > 0 THEN ['back_to_school', 'autumn_fashion', 'footy_launch', 'easter_chocolate',
                              'mothers_day', 'eofy_cars', 'ski_escape', 'fathers_day', 'grand_final',
                              'spring_racing', 'black_friday', 'christmas_gifts'][burst]
      ELSE ['harbour_bank', 'outback_air', 'bondi_bites', 'southern_cars', 'koala_insurance', 'reef_holidays',
            'kanga_mobile', 'gumtree_energy'][1 + floor(8 * pow(chance(event, 121), 1.5))::INTEGER] END AS campaign
  FROM placed
), written AS (
  SELECT event, profile_id, campaign,
    campaign || pick(['_video_15', '_video_30', '_banner'], chance(event, 122)) AS creative,
    pick(['live', 'catch_up', 'catch_up', 'on_demand', 'on_demand', 'home_screen'], chance(event, 123)) AS channel,
      device, genre,
    chance(event, 124) < CASE device WHEN 'ctv' THEN 0.002 WHEN 'mobile' THEN 0.022 ELSE 0.016 END
      * CASE WHEN liked THEN 1.8 ELSE 1 END AS clicked,
    chance(event, 125) < CASE device WHEN 'ctv' THEN 0.93 ELSE 0.68 END AS completed,
    (CASE device WHEN 'ctv' THEN 0.04 + 0.05 * chance(event, 126)
      ELSE 0.01 + 0.03 * chance(event, 126) END)::DECIMAL(12, 2) AS cost,
    occurred_at, ingested_at
  FROM bought
), doubled AS (
  -- 0.8 % are delivered twice, the second time up to a day later.
  SELECT *, unnest(CASE WHEN chance(event, 127) < 0.008 THEN [0, 1] ELSE [0] END) AS copy FROM written
), sent AS (
  SELECT * REPLACE (
    ingested_at + to_seconds(copy * floor(600 + 86400 * chance(event, 128))::BIGINT) AS ingested_at)
  FROM doubled
)
SELECT row_number() OVER () AS bronze_seq,
  CASE WHEN chance(event, 129) < 0.0005 THEN 'x' || event ELSE event::VARCHAR END AS impression_id,
  profile_text(profile_id, chance(event, 130)) AS profile_id,
  CASE WHEN chance(event, 131) >= 0.005 THEN campaign END AS campaign,
  CASE WHEN chance(event, 132) >= 0.01 THEN creative END AS creative,
  CASE WHEN chance(event, 133) < 0.01 THEN NULL WHEN chance(event, 133) < 0.04 THEN upper(channel)
    ELSE channel END AS channel,
  CASE WHEN chance(event, 134) < 0.01 THEN '' ELSE device END AS device,
  CASE WHEN chance(event, 135) >= 0.02 THEN genre END AS genre,
  boolean_text(clicked, chance(event, 136)) AS clicked,
  boolean_text(completed, chance(event, 137)) AS completed,
  CASE WHEN chance(event, 138) < 0.02 THEN pick(['', 'null', 'free'], chance(event, 139))
    WHEN chance(event, 138) < 0.07 THEN '$' || cost
       WHEN chance(event, 138) < 0.071 THEN '-' || cost ELSE cost::VARCHAR END AS cost,
  event_moment_text(occurred_at, chance(event, 140), chance(event, 141)) AS occurred_at, ingested_at
FROM (SELECT * FROM sent WHERE ingested_at < getvariable('ends_at') ORDER BY ingested_at, event, copy);

-- step: Writing the bronze views
CREATE OR REPLACE TABLE bronze_views AS
WITH written AS (
  SELECT event, profile_id, genre, pick(titles, pow(chance(event, 122), 1.4)) AS title,
    greatest(1, round(minutes * CASE WHEN chance(event, 123) < 0.55 THEN 0.9 + 0.1 * chance(event, 124)
      ELSE chance(event, 124) END))::INTEGER AS minutes,
    device, occurred_at, ingested_at
  FROM events(1) JOIN genre USING (genre)
), doubled AS (
  -- 0.8 % are delivered twice, the second time up to a day later.
  SELECT *, unnest(CASE WHEN chance(event, 127) < 0.008 THEN [0, 1] ELSE [0] END) AS copy FROM written
), sent AS (
  SELECT * REPLACE (
    ingested_at + to_seconds(copy * floor(600 + 86400 * chance(event, 128))::BIGINT) AS ingested_at)
  FROM doubled
)
SELECT row_number() OVER () AS bronze_seq,
  CASE WHEN chance(event, 129) < 0.0005 THEN 'x' || event ELSE event::VARCHAR END AS view_id,
  profile_text(profile_id, chance(event, 130)) AS profile_id,
  CASE WHEN chance(event, 131) < 0.015 THEN NULL WHEN chance(event, 131) < 0.045 THEN upper(genre)
    ELSE genre END AS genre,
  CASE WHEN chance(event, 132) >= 0.01 THEN title END AS title,
  CASE WHEN chance(event, 133) < 0.01 THEN pick(['', 'n/a', 'live'], chance(event, 134))
    WHEN chance(event, 133) < 0.012 THEN '-' || minutes
       WHEN chance(event, 133) < 0.04 THEN minutes || '.0' ELSE minutes::VARCHAR END AS minutes,
  CASE WHEN chance(event, 135) < 0.01 THEN '' ELSE device END AS device,
  event_moment_text(occurred_at, chance(event, 140), chance(event, 141)) AS occurred_at, ingested_at
FROM (SELECT * FROM sent WHERE ingested_at < getvariable('ends_at') ORDER BY ingested_at, event, copy);

-- step: Writing the list of test accounts
CREATE OR REPLACE TABLE test_profiles AS
SELECT profile_id FROM person WHERE chance(thing, 90) < 0.005 ORDER BY profile_id;

DROP TABLE person; DROP TABLE genre_bin; DROP TABLE genre; DROP TABLE hour_bin; DROP TABLE day_bin; DROP TABLE calendar;
DROP TABLE city_bin; DROP TABLE city;

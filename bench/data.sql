-- Fills a warehouse with users, their transactions, and the advertisements they were shown.
-- Variables: entities, events, impressions.
-- Everything follows from hash(), so one version of DuckDB always writes the same rows.

-- step: users
CREATE OR REPLACE TEMPORARY MACRO uniform(number, salt) AS
    (hash((number * 1024 + salt)::BIGINT) >> 11)::DOUBLE / 9007199254740992.0;

CREATE OR REPLACE TEMPORARY MACRO chosen(names, share) AS
    names[1 + floor(len(names) * share)::INTEGER];

CREATE TABLE users AS
WITH drawn AS (
    SELECT
        range AS number,
        1 + floor(8 * pow(uniform(range, 1), 1.7))::INTEGER AS city
    FROM range(getvariable('entities'))
)
SELECT
    number + 1 AS user_id,
    CASE WHEN uniform(number, 2) >= 0.01
        THEN (18 + floor(65 * pow(uniform(number, 3), 1.5)))::SMALLINT END AS age,
    CASE WHEN uniform(number, 4) < 0.49 THEN 'F' WHEN uniform(number, 4) < 0.97 THEN 'M' ELSE 'X'
        END AS gender,
    (1 + floor(3 * pow(uniform(number, 5), 0.8)))::TINYINT AS city_tier,
    ['NSW', 'VIC', 'QLD', 'WA', 'SA', 'ACT', 'TAS', 'NT'][city] AS state,
    CASE WHEN uniform(number, 6) >= 0.005 THEN round(
        [-33.87, -37.81, -27.47, -31.95, -34.93, -35.28, -42.88, -12.46][city]
            + 4 * pow(uniform(number, 7) - 0.5, 3) + uniform(number, 8) - 0.5, 6) END AS latitude,
    CASE WHEN uniform(number, 6) >= 0.005 THEN round(
        [151.21, 144.96, 153.03, 115.86, 138.60, 149.13, 147.33, 130.84][city]
            + 4 * pow(uniform(number, 9) - 0.5, 3) + uniform(number, 10) - 0.5, 6) END AS longitude,
    list_distinct([
        chosen(
            ['sport', 'film', 'travel', 'cooking', 'games', 'fashion', 'science', 'music',
             'money', 'fitness', 'books', 'cars'],
            uniform(number, 20 + pick)
        )
        FOR pick IN range(floor(5 * uniform(number, 11))::BIGINT)
    ]) AS interests,
    TIMESTAMP '2020-01-01' + to_seconds(floor(uniform(number, 12) * 2192 * 86400)::BIGINT)
        AS created_at
FROM drawn
ORDER BY number;

-- step: transactions
-- Rows arrive in order of time, to the hour. Four users in five have bought something; how often
-- falls off as a power of the user's rank, and ranks are scattered over the ids.
CREATE TABLE transactions AS
SELECT
    range + 1 AS transaction_id,
    (floor(0.8 * getvariable('entities') * pow(uniform(range, 41), 2.8))::BIGINT * 104729 + 4711)
        % getvariable('entities') + 1 AS user_id,
    exp(2.5 + 3.5 * uniform(range, 42) + 2 * pow(uniform(range, 43), 3))::DECIMAL(12, 2) AS amount,
    'shop ' || floor(2000 * pow(uniform(range, 44), 2))::INTEGER AS merchant,
    CASE WHEN uniform(range, 45) >= 0.003 THEN chosen(
        ['groceries', 'fuel', 'dining', 'travel', 'fashion', 'pharmacy', 'utilities',
         'electronics', 'rent', 'streaming', 'education', 'insurance', 'telecom', 'home',
         'beauty', 'toys', 'books', 'sport', 'jewellery', 'charity'],
        pow(uniform(range, 46), 1.3)
    ) END AS category,
    TIMESTAMP '2024-01-01' + to_microseconds(
        (range * ((731 * 24 - 1) * 3600000000.0 / getvariable('events')))::BIGINT
        + floor(uniform(range, 47) * 3600000000)::BIGINT
    ) AS paid_at
FROM range(getvariable('events'))
ORDER BY range;

-- step: impressions
-- Advertisements of the last 180 days, in order of time, too; everybody may be shown some.
CREATE TABLE impressions AS
SELECT
    range + 1 AS impression_id,
    (floor(getvariable('entities') * pow(uniform(range, 61), 2))::BIGINT * 15485863 + 777)
        % getvariable('entities') + 1 AS user_id,
    (1 + floor(50 * pow(uniform(range, 62), 1.5)))::SMALLINT AS campaign,
    CASE WHEN uniform(range, 63) >= 0.002
        THEN chosen(['push', 'email', 'sms', 'banner'], uniform(range, 64)) END AS channel,
    uniform(range, 65) < 0.04 AS clicked,
    TIMESTAMP '2025-07-05' + to_microseconds(
        (range * ((180 * 24 - 1) * 3600000000.0 / getvariable('impressions')))::BIGINT
        + floor(uniform(range, 66) * 3600000000)::BIGINT
    ) AS shown_at
FROM range(getvariable('impressions'))
ORDER BY range;

-- step: checkpoint
CHECKPOINT;

-- From silver to gold: how segments were reached, in all and by local day.
--
-- The caller first makes the temporary table muster_members(segment VARCHAR, profile_id VARCHAR),
-- one row per member. Writes
--   gold_segments           one row per segment: size, and reach, impressions, frequency, clicks
--                           and ctr over all days (reach of days cannot be added up);
--   gold_segment_analytics  the same per segment and day; a day without an impression has no row.
-- size: members; reach: members with an impression; frequency: impressions per reached member;
-- ctr: clicks per impression. Optional variable zone: what a day is, default Australia/Sydney.

-- step: Counting reach by segment and day
CREATE OR REPLACE TABLE gold_segment_analytics AS
WITH member AS (
  SELECT DISTINCT segment, profile_id FROM muster_members
), size AS (
  SELECT segment, count(*) AS size FROM member GROUP BY segment
), shown AS (
  SELECT profile_id, coalesce(clicked, false)::INTEGER AS clicked,
    (occurred_at AT TIME ZONE 'UTC'
      AT TIME ZONE coalesce(getvariable('zone')::VARCHAR, 'Australia/Sydney'))::DATE AS day
  FROM silver_impressions SEMI JOIN member USING (profile_id)
), counted AS (
  -- Once per profile and day, so that segments share the work.
  SELECT profile_id, day, count(*) AS impressions, sum(clicked) AS clicks FROM shown GROUP BY profile_id, day
)
SELECT segment, day, size, count(*) AS reach, sum(impressions)::BIGINT AS impressions,
  sum(impressions) / count(*) AS frequency, sum(clicks)::BIGINT AS clicks, sum(clicks) / sum(impressions) AS ctr
FROM counted JOIN member USING (profile_id) JOIN size USING (segment)
GROUP BY segment, day, size
ORDER BY segment, day;

-- step: Counting reach by segment
CREATE OR REPLACE TABLE gold_segments AS
WITH member AS (
  SELECT DISTINCT segment, profile_id FROM muster_members
), counted AS (
  SELECT profile_id, count(*) AS impressions, count(*) FILTER (clicked) AS clicks FROM silver_impressions
    GROUP BY profile_id
)
SELECT segment, count(*) AS size, count(impressions) AS reach, coalesce(sum(impressions), 0)::BIGINT AS impressions,
  sum(impressions) / nullif(count(impressions), 0) AS frequency, coalesce(sum(clicks), 0)::BIGINT AS clicks,
  sum(clicks) / sum(impressions) AS ctr
FROM member LEFT JOIN counted USING (profile_id)
GROUP BY segment
ORDER BY segment;

-- No purchase from 2 October (60 days before December) to the end of November, but one before.
WITH bought AS (
  SELECT household_id, (purchased_at AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York')::DATE AS day FROM purchases
)
SELECT household_id FROM bought GROUP BY household_id
HAVING bool_or(day >= DATE '2017-12-01') AND max(day) FILTER (day < DATE '2017-12-01') < DATE '2017-10-02'

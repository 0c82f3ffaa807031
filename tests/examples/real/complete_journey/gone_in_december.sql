-- The last 30 days begin on 2 December, the three months before on 2 September.
WITH bought AS (
  SELECT household_id, (purchased_at AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York')::DATE AS day FROM purchases
)
SELECT household_id FROM bought GROUP BY household_id
HAVING max(day) FILTER (day < DATE '2017-12-02') >= DATE '2017-09-02' AND count(*) FILTER (day >= DATE '2017-12-02') = 0

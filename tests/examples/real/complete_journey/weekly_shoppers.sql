-- Weeks of seven local days counted back from 1 January 2018, the oldest from 27 November on.
WITH bought AS (
  SELECT household_id, (purchased_at AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York')::DATE AS day FROM purchases
)
SELECT household_id FROM bought WHERE day BETWEEN DATE '2017-11-27' AND DATE '2017-12-31'
GROUP BY household_id HAVING count(DISTINCT (DATE '2017-12-31' - day) // 7) >= 4

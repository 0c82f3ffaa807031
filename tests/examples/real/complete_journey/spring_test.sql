-- Written out, from the parts of the other answers; hash shares from a fifth to four fifths.
WITH local_purchase AS (
  SELECT *, (purchased_at AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York')::DATE AS day FROM purchases
), spending AS (
  SELECT household_id, sum(sales_value) AS spend,
    coalesce(sum(sales_value) FILTER (day BETWEEN DATE '2017-01-01' AND DATE '2017-12-31'), 0) AS year_spend,
    coalesce(max(day) FILTER (day < DATE '2017-12-02') >= DATE '2017-09-02'
      AND count(*) FILTER (day >= DATE '2017-12-02') = 0, false) AS gone
  FROM local_purchase GROUP BY household_id
), placed AS (
  SELECT *, cume_dist() OVER (ORDER BY year_spend) AS place FROM spending
), department_count AS (
  SELECT household_id, department, count(*) AS number FROM purchases JOIN products USING (product_id) GROUP BY ALL
), favourite AS (
  SELECT DISTINCT ON (household_id) household_id, department FROM department_count ORDER BY household_id,
    number DESC, department
), last_a AS (
  SELECT DISTINCT ON (household_id) household_id, campaign_id, received_at FROM campaigns_received
  WHERE campaign_type = 'Type A' AND start_date >= DATE '2017-01-01' ORDER BY household_id, received_at DESC
), unmoved AS (
  SELECT household_id FROM last_a WHERE NOT EXISTS (
    SELECT 1 FROM redemptions AS r WHERE r.household_id = last_a.household_id AND r.campaign_id = last_a.campaign_id
      AND r.redeemed_at > last_a.received_at AND r.redeemed_at < last_a.received_at + INTERVAL 1080 HOUR)
), chosen AS (
  SELECT household_id
  FROM households JOIN placed USING (household_id) JOIN favourite USING (household_id)
  WHERE known AND NOT gone AND favourite.department = 'GROCERY'
    AND (place >= 0.9 OR (age_band IN ('35-44', '45-54') AND kids_count <> '0' AND marital_status = 'Married'))
    AND left(md5('spring:' || household_id), 8) BETWEEN '33333334' AND 'cccccccc'
  ORDER BY spend DESC, household_id LIMIT 15
)
SELECT household_id FROM chosen EXCEPT SELECT household_id FROM unmoved

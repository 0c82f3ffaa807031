WITH counted AS (
  SELECT household_id, count(coupon_upc) AS number FROM households LEFT JOIN redemptions USING (household_id)
    GROUP BY household_id
), placed AS (
  SELECT household_id, rank() OVER (ORDER BY number DESC) AS place FROM counted
), latest AS (
  SELECT household_id, max((purchased_at AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York')::DATE) AS day
    FROM purchases GROUP BY household_id
)
SELECT household_id FROM placed JOIN latest USING (household_id)
WHERE place <= 50 AND day >= DATE '2018-01-01' - 14

-- Type A came on 8 February, 8 May, 8 August and 30 October: the last of them that a household
-- received counts. All the 45 days after it (of 24 hours) are over by the end of the year.
WITH latest AS (
  SELECT household_id, campaign_id, received_at,
    row_number() OVER (PARTITION BY household_id ORDER BY received_at DESC) AS place
  FROM campaigns_received
  WHERE campaign_type = 'Type A' AND start_date BETWEEN DATE '2017-01-01' AND DATE '2017-12-31'
)
SELECT household_id
FROM latest
WHERE place = 1 AND NOT EXISTS (
  SELECT 1 FROM redemptions
  WHERE redemptions.household_id = latest.household_id AND redemptions.campaign_id = latest.campaign_id
    AND redeemed_at > received_at AND redeemed_at < received_at + INTERVAL 1080 HOUR)

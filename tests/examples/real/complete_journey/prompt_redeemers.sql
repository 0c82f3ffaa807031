-- A campaign is received on its first day; a redemption on the same day is not after it.
SELECT DISTINCT redeemed.household_id
FROM read_parquet(getvariable('source') || '/complete-journey/campaigns.parquet') AS received
JOIN read_parquet(getvariable('source')
  || '/complete-journey/campaign_descriptions.parquet') AS about USING (campaign_id)
JOIN read_parquet(getvariable('source') || '/complete-journey/coupon_redemptions.parquet') AS redeemed
  ON redeemed.household_id = received.household_id AND redeemed.campaign_id = received.campaign_id
CROSS JOIN (
  SELECT (redeemed.redemption_date::TIMESTAMP AT TIME ZONE 'America/New_York')
    - (about.start_date::TIMESTAMP AT TIME ZONE 'America/New_York') AS waited)
WHERE waited > INTERVAL 0 HOUR AND waited < INTERVAL 720 HOUR
  AND redeemed.redemption_date < DATE '2018-01-01'

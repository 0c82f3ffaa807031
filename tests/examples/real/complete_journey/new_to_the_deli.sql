SELECT household_id
FROM purchases JOIN products USING (product_id)
WHERE department IN ('DELI', 'CHEF SHOPPE')
GROUP BY household_id
HAVING (min(purchased_at) AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York')::DATE >= DATE '2017-10-01'

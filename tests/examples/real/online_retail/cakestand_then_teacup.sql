SELECT DISTINCT stand.customer_id
FROM lines AS stand
JOIN lines AS cup ON cup.customer_id = stand.customer_id
  AND cup.invoiced_at > stand.invoiced_at AND cup.invoiced_at < stand.invoiced_at + INTERVAL 60 DAY
WHERE stand.stock_code = '22423' AND stand.kind = 'sale'
  AND cup.kind = 'sale' AND cup.description ILIKE '%regency teacup%'

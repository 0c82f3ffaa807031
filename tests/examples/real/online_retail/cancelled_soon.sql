SELECT DISTINCT bought.customer_id
FROM lines AS bought
JOIN lines AS back ON back.customer_id = bought.customer_id AND back.stock_code = bought.stock_code
  AND back.invoiced_at > bought.invoiced_at AND back.invoiced_at < bought.invoiced_at + INTERVAL 14 DAY
WHERE bought.kind = 'sale' AND back.kind = 'cancellation'

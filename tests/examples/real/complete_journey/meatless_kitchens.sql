SELECT household_id
FROM purchases JOIN products USING (product_id)
GROUP BY household_id
HAVING count(*) FILTER (department = 'PRODUCE') >= 3
  AND count(*) FILTER (department IN ('MEAT', 'MEAT-PCKGD', 'MEAT-WHSE', 'SEAFOOD', 'SEAFOOD-PCKGD')) = 0

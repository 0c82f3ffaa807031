-- 180 local days before 1 January begin on 5 July; New York was four hours behind UTC then.
SELECT bought.household_id
FROM read_parquet(getvariable('source') || '/complete-journey/transactions_sample.parquet') AS bought
JOIN read_parquet(getvariable('source') || '/complete-journey/products.parquet') AS product USING (product_id)
WHERE product.department = 'PRODUCE' AND bought.transaction_timestamp >= TIMESTAMP '2017-07-05 04:00:00'
GROUP BY bought.household_id
HAVING sum(bought.sales_value::DECIMAL(12, 2)) >= 15

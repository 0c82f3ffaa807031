-- Over the published file, whose times are London clock time. Goods have codes of five digits.
SELECT CustomerID::INTEGER AS customer_id
FROM read_parquet(getvariable('source') || '/online-retail/lines.parquet')
WHERE CustomerID IS NOT NULL AND InvoiceNo NOT LIKE 'C%' AND Quantity > 0 AND regexp_matches(StockCode, '^[0-9]{5}')
GROUP BY CustomerID
HAVING min(InvoiceDate) >= TIMESTAMP '2011-11-01' AND min(InvoiceDate) < TIMESTAMP '2011-12-01'

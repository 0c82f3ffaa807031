-- The Complete Journey: what households bought in a grocery in 2017, which campaigns they received
-- and which coupons they redeemed, as published.
--
-- Variable: source = the folder that holds complete-journey/*.parquet.
-- Makes households, products, purchases, campaigns_received, redemptions; muster_load_report counts
-- the rows (rows_read = rows_loaded + duplicates + rejected + orphans) and muster_load_notes says
-- what else was found and done.

SELECT CASE WHEN getvariable('source') IS NULL THEN error('set the variable source') END;

-- Days are days in New York: the weeks of the published table begin there on Monday at midnight.
CREATE OR REPLACE TEMP MACRO midnight(day) AS (day::TIMESTAMP AT TIME ZONE 'America/New_York') AT TIME ZONE 'UTC';
-- One product number went through a spreadsheet.
CREATE OR REPLACE TEMP MACRO product_number(raw) AS CASE WHEN raw LIKE '%e+%' THEN raw::DOUBLE::BIGINT::VARCHAR
  ELSE raw END;

-- step: Reading the products
CREATE OR REPLACE TABLE products AS
SELECT product_number(product_id) AS product_id, manufacturer_id, department, brand, product_category AS category,
  product_type, package_size
FROM read_parquet(getvariable('source') || '/complete-journey/products.parquet')
ORDER BY product_id;

-- step: Reading the purchases
CREATE OR REPLACE TABLE purchases AS
SELECT row_number() OVER (ORDER BY transaction_timestamp, basket_id, product_id) AS purchase_id, household_id,
  basket_id, store_id,
  product_number(product_id) AS product_id, quantity::INTEGER AS quantity, sales_value::DECIMAL(12, 2) AS sales_value,
  retail_disc::DECIMAL(12, 2) AS retail_discount, coupon_disc::DECIMAL(12, 2) AS coupon_discount,
  coupon_match_disc::DECIMAL(12, 2) AS coupon_match_discount, transaction_timestamp AS purchased_at
FROM (SELECT DISTINCT * FROM read_parquet(getvariable('source') || '/complete-journey/transactions_sample.parquet'))
WHERE household_id IS NOT NULL
ORDER BY purchased_at, purchase_id;

-- step: Reading the campaigns
CREATE OR REPLACE TABLE campaigns_received AS
SELECT household_id || '/' || campaign_id AS received_id, household_id, campaign_id, campaign_type, start_date,
  end_date,
  midnight(start_date) AS received_at
FROM (SELECT DISTINCT * FROM read_parquet(getvariable('source') || '/complete-journey/campaigns.parquet'))
LEFT JOIN read_parquet(getvariable('source') || '/complete-journey/campaign_descriptions.parquet') USING (campaign_id)
WHERE household_id IS NOT NULL
ORDER BY received_at, received_id;

-- step: Reading the redemptions
CREATE OR REPLACE TABLE redemptions AS
SELECT row_number() OVER (ORDER BY redemption_date, household_id, campaign_id, coupon_upc) AS redemption_id,
  household_id, coupon_upc,
  campaign_id, campaign_type, midnight(redemption_date) AS redeemed_at
FROM (SELECT DISTINCT * FROM read_parquet(getvariable('source') || '/complete-journey/coupon_redemptions.parquet'))
LEFT JOIN read_parquet(getvariable('source') || '/complete-journey/campaign_descriptions.parquet') USING (campaign_id)
WHERE household_id IS NOT NULL
ORDER BY redeemed_at, redemption_id;

-- step: Gathering the households
-- Everybody who bought, was written to, redeemed or told something; a third told who they are.
CREATE OR REPLACE TABLE households AS
SELECT household_id, age AS age_band, income, home_ownership, marital_status, household_size, household_comp,
  kids_count,
  age IS NOT NULL AS known
FROM (
  SELECT household_id FROM purchases UNION SELECT household_id FROM campaigns_received
  UNION SELECT household_id FROM redemptions
  UNION SELECT household_id FROM read_parquet(getvariable('source') || '/complete-journey/demographics.parquet')
)
LEFT JOIN read_parquet(getvariable('source') || '/complete-journey/demographics.parquet') USING (household_id)
ORDER BY household_id;

-- step: Counting
CREATE OR REPLACE TABLE muster_load_report AS
WITH read AS (
  SELECT 'purchases' AS table_name, count(*) AS rows_read, count(*) FILTER (household_id IS NULL) AS rejected
  FROM read_parquet(getvariable('source') || '/complete-journey/transactions_sample.parquet')
  UNION ALL SELECT 'campaigns_received', count(*), count(*) FILTER (household_id IS NULL)
  FROM read_parquet(getvariable('source') || '/complete-journey/campaigns.parquet')
  UNION ALL SELECT 'redemptions', count(*), count(*) FILTER (household_id IS NULL)
  FROM read_parquet(getvariable('source') || '/complete-journey/coupon_redemptions.parquet')
  UNION ALL SELECT 'products', count(*), 0
  FROM read_parquet(getvariable('source') || '/complete-journey/products.parquet')
), loaded AS (
  SELECT 'purchases' AS table_name, count(*) AS rows_loaded FROM purchases
  UNION ALL SELECT 'campaigns_received', count(*) FROM campaigns_received
  UNION ALL SELECT 'redemptions', count(*) FROM redemptions
  UNION ALL SELECT 'products', count(*) FROM products
)
SELECT table_name, rows_read, rows_loaded, rows_read - rows_loaded - rejected AS duplicates, rejected,
  0::BIGINT AS orphans
FROM read JOIN loaded USING (table_name) ORDER BY table_name;
CREATE OR REPLACE TABLE muster_load_notes AS
SELECT 'households without demographics, their fields are empty' AS note, count(*) AS rows FROM households
  WHERE NOT known
UNION ALL SELECT 'households that bought nothing in the sample, kept', count(*) FROM households
  ANTI JOIN purchases USING (household_id)
UNION ALL SELECT 'purchases of a product that is not in the list, kept without its department', count(*)
  FROM purchases ANTI JOIN products USING (product_id)
UNION ALL SELECT 'purchases of quantity 0, kept', count(*) FROM purchases WHERE quantity = 0
UNION ALL SELECT 'purchases worth nothing, kept', count(*) FROM purchases WHERE sales_value = 0
UNION ALL SELECT 'sales values that are no whole cents, rounded', count(*)
  FROM read_parquet(getvariable('source') || '/complete-journey/transactions_sample.parquet')
    WHERE sales_value <> round(sales_value, 2)
UNION ALL SELECT 'product numbers in scientific notation, written out', count(*)
  FROM read_parquet(getvariable('source') || '/complete-journey/products.parquet') WHERE product_id LIKE '%e+%'
UNION ALL SELECT 'redemptions know the day only, they count from its midnight', count(*) FROM redemptions;

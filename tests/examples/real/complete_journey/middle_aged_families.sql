SELECT household_id FROM read_parquet(getvariable('source') || '/complete-journey/demographics.parquet')
WHERE age IN ('35-44', '45-54') AND kids_count <> '0' AND marital_status = 'Married'

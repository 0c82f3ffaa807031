SELECT household_id FROM households
WHERE (income IS NULL OR income NOT IN ('Under 15K', '15-24K', '25-34K'))
  AND home_ownership IS NOT NULL AND household_size <> '1'

-- Synthetic payments of an Indian bank: users, card and UPI payments, a suppression list.
--
-- Writes the raw_* tables as an export job would leave them: duplicates, null keys, late rows.
-- clean.sql makes the modelled tables of them. README.md gives every share and distribution.
--
-- Variables: entities, seed, until (naive UTC TIMESTAMP, exclusive), events_per_entity.
-- The same variables always give the same rows: nothing is drawn, everything is a hash.

-- step: Reading the settings
SELECT CASE WHEN getvariable('until') IS NULL THEN error('set the variable until') END;
SET VARIABLE people = coalesce(getvariable('entities')::BIGINT, 50000);
SET VARIABLE per_person = coalesce(getvariable('events_per_entity')::DOUBLE, 20);
SET VARIABLE ends_at = getvariable('until')::TIMESTAMP;
SET VARIABLE zone = 'Asia/Kolkata';
SET VARIABLE history_days = 730;
-- 40 bits of the seed shift every index; room for 2^20 events of each of 2^21 people remains.
SET VARIABLE seed_base = (hash(coalesce(getvariable('seed')::BIGINT, 1)) >> 24)::BIGINT;
SET VARIABLE last_day = (((getvariable('ends_at') - INTERVAL 1 MICROSECOND) AT TIME ZONE 'UTC')
                         AT TIME ZONE getvariable('zone'))::DATE;

-- A number in [0, 1) for a thing and a salt. One argument, because hash(i, salt) correlates.
CREATE OR REPLACE TEMP MACRO chance(thing, salt) AS
  (hash(((getvariable('seed_base') + thing) * 1024 + salt)::BIGINT) >> 11)::DOUBLE
  / 9007199254740992.0;
-- A standard normal number; uses the salts salt and salt + 1.
CREATE OR REPLACE TEMP MACRO gauss(thing, salt) AS
  sqrt(-2 * ln(1 - chance(thing, salt))) * cos(2 * pi() * chance(thing, salt + 1));
-- One item of a list, all alike.
CREATE OR REPLACE TEMP MACRO pick(items, number) AS
  items[1 + floor(number * len(items))::INTEGER];

-- Cities: centre, tier, first language and weight (share of the users in thousandths).
CREATE OR REPLACE TEMP TABLE city AS
SELECT row_number() OVER () - 1 AS city_id, *,
  (sum(weight) OVER (ORDER BY name))::INTEGER - weight AS from_bin
FROM (VALUES
  ('Mumbai', 'Maharashtra', 1, 19.0760, 72.8777, 'mr', 130), ('Delhi', 'Delhi', 1, 28.6139, 77.2090, 'hi', 130),
  ('Bengaluru', 'Karnataka', 1, 12.9716, 77.5946, 'kn', 95), ('Hyderabad', 'Telangana', 1, 17.3850, 78.4867, 'te', 70),
  ('Chennai', 'Tamil Nadu', 1, 13.0827, 80.2707, 'ta', 65), ('Kolkata', 'West Bengal', 1, 22.5726, 88.3639, 'bn', 60),
  ('Pune', 'Maharashtra', 1, 18.5204, 73.8567, 'mr', 50), ('Ahmedabad', 'Gujarat', 1, 23.0225, 72.5714, 'gu', 45),
  ('Jaipur', 'Rajasthan', 2, 26.9124, 75.7873, 'hi', 32), ('Lucknow', 'Uttar Pradesh', 2, 26.8467, 80.9462, 'hi', 30),
  ('Surat', 'Gujarat', 2, 21.1702, 72.8311, 'gu', 28), ('Nagpur', 'Maharashtra', 2, 21.1458, 79.0882, 'mr', 22),
  ('Indore', 'Madhya Pradesh', 2, 22.7196, 75.8577, 'hi', 22), ('Patna', 'Bihar', 2, 25.5941, 85.1376, 'hi', 20),
  ('Kochi', 'Kerala', 2, 9.9312, 76.2673, 'ml', 18), ('Coimbatore', 'Tamil Nadu', 2, 11.0168, 76.9558, 'ta', 16),
  ('Visakhapatnam', 'Andhra Pradesh', 2, 17.6868, 83.2185, 'te', 15),
    ('Chandigarh', 'Chandigarh', 2, 30.7333, 76.7794, 'pa', 14),
  ('Bhubaneswar', 'Odisha', 2, 20.2961, 85.8245, 'or', 12), ('Guwahati', 'Assam', 2, 26.1445, 91.7362, 'as', 10),
  ('Varanasi', 'Uttar Pradesh', 3, 25.3176, 82.9739, 'hi', 14), ('Ludhiana', 'Punjab', 3, 30.9010, 75.8573, 'pa', 12),
  ('Madurai', 'Tamil Nadu', 3, 9.9252, 78.1198, 'ta', 12), ('Nashik', 'Maharashtra', 3, 19.9975, 73.7898, 'mr', 12),
  ('Mysuru', 'Karnataka', 3, 12.2958, 76.6394, 'kn', 11), ('Ranchi', 'Jharkhand', 3, 23.3441, 85.3096, 'hi', 11),
  ('Jodhpur', 'Rajasthan', 3, 26.2389, 73.0243, 'hi', 10), ('Raipur', 'Chhattisgarh', 3, 21.2514, 81.6296, 'hi', 10),
  ('Dehradun', 'Uttarakhand', 3, 30.3165, 78.0322, 'hi', 9), ('Mangaluru', 'Karnataka', 3, 12.9141, 74.8560, 'kn', 8),
  ('Udaipur', 'Rajasthan', 3, 24.5854, 73.7125, 'hi', 7)
) AS t (name, state, tier, latitude, longitude, language, weight);
CREATE OR REPLACE TEMP TABLE city_bin AS
SELECT unnest(range(from_bin, from_bin + weight)) AS bin, city_id FROM city;
SET VARIABLE city_bins = (SELECT count(*) FROM city_bin);

-- Diwali moves with the moon; the three weeks before it are the season of buying.
CREATE OR REPLACE TEMP TABLE diwali AS
SELECT unnest(['2019-10-27', '2020-11-14', '2021-11-04', '2022-10-24', '2023-11-12', '2024-10-31', '2025-10-20',
               '2026-11-08', '2027-10-29', '2028-10-17', '2029-11-05', '2030-10-26', '2031-11-14', '2032-11-02',
               '2033-10-22', '2034-11-10', '2035-10-30']::DATE[]) AS day;

-- One row per local day, with its start in UTC and how much is paid on it (1000 = a plain weekday).
CREATE OR REPLACE TEMP TABLE calendar AS
WITH days AS (
  SELECT day::DATE AS day,
    exists(FROM diwali WHERE days.day::DATE BETWEEN diwali.day - 21 AND diwali.day) AS festive
  FROM generate_series(getvariable('last_day') - to_days(getvariable('history_days')),
                       getvariable('last_day')::TIMESTAMP, INTERVAL 1 DAY) AS days (day)
), weighted AS (
  SELECT day, festive,
    round(1000 * CASE WHEN festive THEN 1.7 ELSE 1 END
          * CASE isodow(day) WHEN 6 THEN 1.25 WHEN 7 THEN 1.15 ELSE 1 END
          * CASE WHEN day(day) <= 5 THEN 1.2 WHEN day(day) >= 26 THEN 0.85 ELSE 1 END)::BIGINT AS weight
  FROM days
)
SELECT day, festive, weight,
  (day::TIMESTAMP AT TIME ZONE getvariable('zone')) AT TIME ZONE 'UTC' AS starts_at,
  sum(weight) OVER (ORDER BY day)::BIGINT - weight AS before,
  sum(weight) OVER ()::BIGINT AS total
FROM weighted;

-- A number in [0, 1) becomes a day (16,384 bins) and an hour (1,024 bins) by joins.
CREATE OR REPLACE TEMP TABLE day_bin AS
SELECT unnest(range(before * 16384 // total, (before + weight) * 16384 // total)) AS bin, starts_at, festive
FROM calendar;
CREATE OR REPLACE TEMP TABLE hour_bin AS
WITH hours AS (
  SELECT unnest(range(24)) AS hour,
    unnest([6, 3, 2, 2, 2, 6, 16, 32, 48, 56, 58, 58, 62, 66, 54, 48, 50, 60, 76, 92, 84, 64, 40, 39]) AS weight
)
SELECT unnest(range(before, before + weight)) AS bin, hour * 3600 AS second
FROM (SELECT hour, weight, sum(weight) OVER (ORDER BY hour)::INTEGER - weight AS before FROM hours);

-- step: Making up the people
CREATE OR REPLACE TEMP TABLE person AS
WITH drawn AS (
  SELECT i AS thing, (i + 1)::INTEGER AS user_id,
    getvariable('ends_at')
      - to_seconds(floor(1460 * 86400 * pow(chance(i, 1), 1.3))::BIGINT + 60) AS created_at,
    CASE WHEN chance(i, 2) < 0.02 THEN NULL WHEN chance(i, 3) < 0.47 THEN 'F'
         WHEN chance(i, 3) < 0.985 THEN 'M' ELSE 'X' END AS gender,
    18 + 57 * pow(chance(i, 4), 1.7) AS age,
    floor(chance(i, 5) * getvariable('city_bins'))::INTEGER AS city_bin_number,
    chance(i, 6) AS kind, chance(i, 7) AS stops, chance(i, 8) AS stops_after, chance(i, 9) AS gap
  FROM range(getvariable('people')) AS people (i)
), placed AS (
  SELECT drawn.*, city.name AS city, city.state, city.tier, city.language,
    city.latitude + gauss(thing, 10) * (8.0 / city.tier) / 111.2 AS latitude,
    city.longitude + gauss(thing, 12) * (8.0 / city.tier) / (111.2 * cos(radians(city.latitude))) AS longitude,
    -- Spending power: by tier, highest near 48 years, and luck.
    [1.0, 0.72, 0.52][city.tier] * (1.15 - abs(age - 48) / 75) * exp(0.45 * gauss(thing, 14)) AS affluence,
    greatest(0, coalesce(calendar.before / calendar.total, 0)) AS season_from
  FROM drawn
  JOIN city_bin ON city_bin.bin = city_bin_number
  JOIN city USING (city_id)
  LEFT JOIN calendar ON calendar.day = (drawn.created_at AT TIME ZONE 'UTC' AT TIME ZONE getvariable('zone'))::DATE
), active AS (
  SELECT *,
    -- 18 % never pay; in small towns fewer hold a card.
    kind >= 0.18 AND (kind < [0.70, 0.56, 0.44][tier]) AS has_card,
    kind >= 0.18 AND kind >= 0.30 AS has_upi,
    -- One in five stops for good somewhere after joining; one in ten pauses in between.
    season_from + (1 - season_from) * CASE WHEN stops < 0.2 THEN 0.15 + 0.75 * stops_after ELSE 1 END AS season_to,
    gap < 0.1 AS pauses,
    -- Zipf-like: Pareto with exponent 1.6, cut at 100 times the least active.
    least(100, pow(1 - chance(thing, 16), -1 / 1.6)) AS activity
  FROM placed
), weighed AS (
  SELECT *,
    -- Whole numbers, so that their sum does not depend on the order of adding.
    floor(1000 * activity * (0.1 + season_to - season_from) * has_card::INTEGER)::BIGINT AS card_weight,
    floor(1000 * activity * (0.1 + season_to - season_from) * has_upi::INTEGER)::BIGINT AS upi_weight
  FROM active
), target AS (
  SELECT getvariable('people') * getvariable('per_person') AS events,
    sum(card_weight)::DOUBLE AS card_total, sum(upi_weight)::DOUBLE AS upi_total
  FROM weighed
)
SELECT weighed.*,
  floor(0.40 * events * card_weight / greatest(card_total, 1) + chance(thing, 17))::INTEGER AS card_count,
  floor(0.60 * events * upi_weight / greatest(upi_total, 1) + chance(thing, 18))::INTEGER AS upi_count
FROM weighed, target
ORDER BY thing;

-- step: Writing the users
CREATE OR REPLACE TABLE raw_users AS
WITH named AS (
  SELECT *,
    pick(CASE WHEN coalesce(gender, 'M') = 'F' OR (gender = 'X' AND chance(thing, 30) < 0.5)
      THEN ['Aadhya', 'Ananya', 'Anjali', 'Asha', 'Deepa', 'Devika', 'Diya', 'Farah', 'Fatima', 'Gauri', 'Isha',
            'Jaya', 'Kavya', 'Lakshmi', 'Leela', 'Mary', 'Meera', 'Nandini', 'Neha', 'Nisha', 'Pooja', 'Priya',
            'Radha', 'Rani', 'Ritu', 'Saira', 'Sana', 'Sarita', 'Shreya', 'Sita', 'Sneha', 'Sunita', 'Swati',
            'Tara', 'Uma', 'Vidya', 'Zara', 'Zoya']
      ELSE ['Aarav', 'Abdul', 'Aditya', 'Ajay', 'Amit', 'Anil', 'Arjun', 'Ashok', 'Deepak', 'Dev', 'Farhan',
            'Ganesh', 'Gopal', 'Harish', 'Imran', 'Ishaan', 'Joseph', 'Karan', 'Kiran', 'Krishna', 'Manoj',
            'Mohan', 'Nikhil', 'Pranav', 'Rahul', 'Raj', 'Ravi', 'Rohan', 'Sanjay', 'Sameer', 'Suresh',
            'Thomas', 'Varun', 'Vijay', 'Vikram', 'Vivek', 'Yash', 'Yusuf']
      END, chance(thing, 31)) AS first_name,
    pick(['Agarwal', 'Ahmed', 'Banerjee', 'Bose', 'Chatterjee', 'Chauhan', 'Das', 'Desai', 'Dutta', 'Fernandes',
          'Ghosh', 'Gill', 'Gowda', 'Gupta', 'Iyer', 'Jain', 'Joshi', 'Kapoor', 'Kaur', 'Khan', 'Kulkarni',
          'Kumar', 'Mehta', 'Menon', 'Mishra', 'Nair', 'Naidu', 'Pandey', 'Patel', 'Patil', 'Pillai', 'Rao',
          'Reddy', 'Roy', 'Shah', 'Sharma', 'Shetty', 'Singh', 'Sinha', 'Thomas', 'Verma', 'Yadav'],
      chance(thing, 32)) AS last_name
  FROM person
), written AS (
  SELECT thing, user_id,
    first_name || ' ' || last_name AS name,
    -- Reserved domains: a message sent to them reaches nobody. One in twelve is typed in capitals.
    CASE WHEN chance(thing, 33) >= 0.025 THEN
      CASE WHEN chance(thing, 34) < 0.08 THEN upper(first_name) ELSE lower(first_name) END
      || '.' || lower(last_name) || user_id || '@'
      || pick(['example.com', 'example.org', 'example.net', 'mail.example'], chance(thing, 35)) END AS email,
    -- Indian mobile numbers begin with 6 to 9; these begin with 0.
    CASE WHEN chance(thing, 36) >= 0.01 THEN '+91 0' || lpad(user_id::VARCHAR, 9, '0') END AS phone,
    gender,
    CASE WHEN chance(thing, 37) >= 0.03
      THEN (getvariable('last_day') - floor(age * 365.2425)::INTEGER)::DATE END AS birth_date,
    CASE WHEN chance(thing, 38) >= 0.006 THEN city END AS city,
    tier::INTEGER AS city_tier,
    CASE WHEN chance(thing, 38) >= 0.006 THEN state END AS state,
    CASE WHEN chance(thing, 39) >= 0.04 THEN round(latitude, 5) END AS latitude,
    CASE WHEN chance(thing, 39) >= 0.04 THEN round(longitude, 5) END AS longitude,
    -- The language of the place, Hindi, and English in the large cities; 2 % unknown, 4 % none given.
    CASE WHEN chance(thing, 40) < 0.02 THEN NULL WHEN chance(thing, 40) < 0.06 THEN []::VARCHAR[]
      ELSE list_sort(list_distinct(list_filter([language,
             CASE WHEN chance(thing, 41) < 0.6 THEN 'hi' END,
             CASE WHEN chance(thing, 42) < [0.8, 0.55, 0.35][tier] THEN 'en' END], lambda x: x IS NOT NULL)))
      END AS languages,
    chance(thing, 43) < 0.86 AS email_verified,
    CASE WHEN chance(thing, 44) >= 0.05 THEN chance(thing, 45) < 0.64 END AS marketing_consent,
    -- Banks ask again for papers every two years; 5 % are overdue.
    CASE WHEN chance(thing, 46) >= 0.02
      THEN (getvariable('last_day') + floor(730 * (chance(thing, 47) - 0.05))::INTEGER)::DATE END AS kyc_due_on,
    created_at,
    least(created_at + INTERVAL 10 MINUTE, getvariable('ends_at')) AS loaded_at
  FROM named
)
SELECT user_id, name, email, phone, gender, birth_date, city, city_tier, state, latitude, longitude, languages,
  email_verified, marketing_consent, kyc_due_on, created_at, loaded_at
FROM (
  SELECT * FROM written
  UNION ALL
  -- 1 % were exported before, at joining, with other data: an older version of the same user.
  SELECT * REPLACE (lower(name) AS name, NULL AS phone, false AS email_verified,
    loaded_at - INTERVAL 9 MINUTE AS loaded_at)
  FROM written WHERE chance(thing, 50) < 0.01
  UNION ALL
  -- 0.1 % lost their key.
  SELECT * REPLACE (NULL::INTEGER AS user_id) FROM written WHERE chance(thing, 51) < 0.001
)
ORDER BY loaded_at, user_id, phone;

-- Categories: weights for card, for UPI and among the preferred ones of three ages; usual amounts in rupees.
CREATE OR REPLACE TEMP TABLE category AS
SELECT row_number() OVER () - 1 AS category_id, * FROM (VALUES
  ('Groceries', 155, 200, 30, 60, 70, 1100, 320, ['Daily Basket', 'Fresh Cart', 'Village Mart', 'Green Leaf',
                                                  'Metro Bazaar', 'Corner Store'],
    ['Kirana store', 'Vegetable market', 'Milk and bread', 'Weekly groceries']),
  ('Dining', 140, 150, 90, 50, 30, 900, 180, ['Tandoor House', 'Dosa Corner', 'Biryani Central', 'Cafe Monsoon',
                                              'Spice Route', 'Chaat Lane'],
    ['Chai and snacks', 'Lunch at canteen', 'Dinner order', 'Sweets']),
  ('Fuel', 110, 60, 40, 60, 40, 1500, 400, ['Highway Fuels', 'City Petrol', 'Green Energy Pumps'],
    ['Petrol', 'Auto fare', 'CNG refill']),
  ('Fashion', 100, 40, 110, 60, 20, 2200, 800, ['Silk Story', 'Urban Thread', 'Saree Palace', 'Denim Yard',
                                                'Sole Mate'], ['Clothes', 'Tailor', 'Shoes']),
  ('Travel', 85, 35, 80, 90, 60, 6500, 1200, ['Yatra Rail', 'SkyHop Airways', 'Palm Hotels', 'Blue Bus',
                                              'Hill Retreats'],
    ['Train ticket', 'Bus ticket', 'Hotel advance', 'Cab to airport']),
  ('Electronics', 65, 15, 100, 60, 10, 9000, 2500, ['Chip Bazaar', 'Mobile Mandir', 'Volt Store', 'Screen World'],
    ['Phone repair', 'Headphones', 'Charger']),
  ('Pharmacy', 55, 50, 10, 30, 110, 700, 250, ['Wellness Chemist', 'Arogya Pharmacy', 'City Medicals'],
    ['Medicines', 'Chemist', 'Lab test']),
  ('Utilities', 70, 120, 10, 30, 40, 1800, 450, ['Power Board', 'Water Works', 'Fibre Home'],
    ['Electricity bill', 'Mobile recharge', 'DTH recharge', 'Gas cylinder']),
  ('Entertainment', 75, 45, 120, 40, 20, 800, 260, ['Cinema Plus', 'Game Arena', 'Music Club', 'Star Tickets'],
    ['Movie tickets', 'Cricket match', 'Game credits']),
  ('Insurance', 35, 10, 5, 40, 60, 9000, 2200, ['Suraksha Life', 'Aasha Health', 'Motor Shield'],
    ['Premium', 'Bike insurance']),
  ('Education', 45, 30, 40, 70, 5, 7000, 1800, ['Gyan Academy', 'Code School', 'Book Nook'],
    ['School fees', 'Tuition', 'Books']),
  ('Jewellery', 25, 5, 15, 40, 30, 22000, 6000, ['Swarna Jewels', 'Heera House', 'Temple Gold'],
    ['Gold coin', 'Silver gift']),
  ('Home', 40, 20, 20, 60, 40, 3500, 900, ['Wood and Weave', 'Lamp Lane', 'Kitchen Katha'],
    ['Plumber', 'Furniture', 'Curtains']),
  ('Rent', 0, 40, 5, 10, 0, 14000, 14000, ['Nest Rentals'], ['House rent', 'Rent and maintenance']),
  ('Transfers', 0, 180, 0, 0, 0, 900, 900, ['Wallet Top-up'],
    ['Sent to family', 'Sent to friend', 'Split of bill', 'Gift money'])
) AS t (category, card, upi, young, middle, old, card_amount, upi_amount, merchants, descriptions);
-- kind 0 card, 1 UPI; 2, 3, 4 what people under 32, under 52 and above prefer.
CREATE OR REPLACE TEMP TABLE category_bin AS
SELECT kind, unnest(range(before * 1000 // total, (before + weight) * 1000 // total)) AS bin, category_id
FROM (
  SELECT kind, category_id, weight,
    sum(weight) OVER (PARTITION BY kind ORDER BY category_id)::BIGINT - weight AS before,
    sum(weight) OVER (PARTITION BY kind)::BIGINT AS total
  FROM (SELECT category_id, unnest([0, 1, 2, 3, 4]) AS kind, unnest([card, upi, young, middle, old]) AS weight
    FROM category)
);

-- Every person prefers two categories (by age) and pays for them in a third of the cases.
CREATE OR REPLACE TEMP TABLE payer AS
SELECT thing, user_id, created_at, season_from, season_to - season_from AS season_length, pauses, affluence,
  card_count, upi_count,
  a.category_id AS favourite, b.category_id AS second_favourite
FROM person
JOIN category_bin AS a ON a.kind = CASE WHEN age < 32 THEN 2 WHEN age < 52 THEN 3 ELSE 4 END
  AND a.bin = floor(1000 * chance(thing, 60))
JOIN category_bin AS b ON b.kind = a.kind AND b.bin = floor(1000 * chance(thing, 61));

-- One payment from (payer, kind, running number). 2^20 payments of one person at most; UPI uses the odd half.
CREATE OR REPLACE TEMP MACRO payments(card_or_upi) AS TABLE
WITH numbered AS (
  SELECT *,
    thing * 1048576
      + 2 * unnest(range(CASE WHEN card_or_upi = 0 THEN card_count ELSE upi_count END)) + card_or_upi AS payment
  FROM payer
), timed AS (
  SELECT numbered.*, day_bin.festive,
    greatest(day_bin.starts_at + to_seconds(hour_bin.second + floor(3600 * chance(payment, 100))::INTEGER),
             created_at + to_seconds(60 + floor(3600 * chance(payment, 101))::INTEGER)) AS paid_at
  FROM numbered
  JOIN day_bin ON day_bin.bin = floor(16384 * (season_from + season_length
    * CASE WHEN pauses THEN chance(payment, 102) * 0.6 + CASE WHEN chance(payment, 102) < 0.5 THEN 0 ELSE 0.4 END
           ELSE chance(payment, 102) END))::BIGINT
  JOIN hour_bin ON hour_bin.bin = floor(1024 * chance(payment, 103))::BIGINT
), chosen AS (
  SELECT timed.*,
    CASE WHEN chance(payment, 104) < 0.22 THEN favourite
         WHEN chance(payment, 104) < 0.33 THEN second_favourite
         WHEN festive AND chance(payment, 104) < 0.50
           THEN pick([3, 5, 11, 12, 1], chance(payment, 105))  -- fashion, electronics, jewellery, home, dining
         ELSE category_bin.category_id END AS category_id
  FROM timed
  JOIN category_bin ON category_bin.kind = card_or_upi AND category_bin.bin = floor(1000 * chance(payment, 106))
)
SELECT payment, user_id, paid_at, chosen.category_id, category.category,
  greatest(10, CASE WHEN card_or_upi = 0 THEN card_amount ELSE upi_amount END * affluence
    * exp(0.7 * gauss(payment, 107)))::DECIMAL(12, 2) AS amount,
  CASE WHEN card_or_upi = 0 THEN pick(merchants, pow(chance(payment, 109), 1.5)) END AS merchant,
  CASE WHEN card_or_upi = 1 THEN pick(descriptions, chance(payment, 109)) END AS description,
  -- 96 % arrive within an hour, 3 % within four days, 1 % up to 24 days late.
  paid_at + to_seconds((CASE WHEN chance(payment, 110) < 0.96 THEN 30 + 3570 * chance(payment, 111)
                             WHEN chance(payment, 110) < 0.99 THEN 86400 * (1 + 3 * chance(payment, 111))
                             ELSE 86400 * (4 + 20 * chance(payment, 111)) END)::BIGINT) AS loaded_at
FROM chosen JOIN category USING (category_id)
WHERE paid_at < getvariable('ends_at');

-- step: Writing the card payments
CREATE OR REPLACE TABLE raw_credit_card_transactions AS
SELECT row_number() OVER () AS transaction_id,
  CASE WHEN chance(payment, 120) < 0.002 THEN NULL
       WHEN chance(payment, 120) < 0.004 THEN (user_id + getvariable('people'))::INTEGER ELSE user_id END AS user_id,
  amount,
  CASE WHEN chance(payment, 121) >= 0.008 THEN merchant END AS merchant,
  CASE WHEN chance(payment, 122) >= 0.015 THEN category END AS category,
  paid_at AS transaction_date, loaded_at
FROM (SELECT * FROM payments(0) WHERE loaded_at < getvariable('ends_at') ORDER BY paid_at, payment);

-- step: Delivering some card payments twice
INSERT INTO raw_credit_card_transactions
SELECT * FROM (
  SELECT * REPLACE (
    -- One in four comes with a corrected amount.
    CASE WHEN chance(transaction_id, 131) < 0.25 THEN amount + 1 ELSE amount END AS amount,
    loaded_at + to_seconds(3600 + floor(172800 * chance(transaction_id, 132))::BIGINT) AS loaded_at)
  FROM raw_credit_card_transactions WHERE chance(transaction_id, 130) < 0.008
)
WHERE loaded_at < getvariable('ends_at')
ORDER BY transaction_id;

-- step: Writing the UPI payments
CREATE OR REPLACE TABLE raw_upi_transactions AS
SELECT row_number() OVER () AS transaction_id,
  CASE WHEN chance(payment, 120) < 0.002 THEN NULL
       WHEN chance(payment, 120) < 0.004 THEN (user_id + getvariable('people'))::INTEGER ELSE user_id END AS user_id,
  amount,
  CASE WHEN chance(payment, 121) >= 0.03 THEN description END AS description,
  CASE WHEN chance(payment, 122) >= 0.02 THEN category END AS category,
  paid_at AS transaction_date, loaded_at
FROM (SELECT * FROM payments(1) WHERE loaded_at < getvariable('ends_at') ORDER BY paid_at, payment);

-- step: Delivering some UPI payments twice
INSERT INTO raw_upi_transactions
SELECT * FROM (
  SELECT * REPLACE (
    -- One in four comes with a corrected amount.
    CASE WHEN chance(transaction_id, 141) < 0.25 THEN amount + 1 ELSE amount END AS amount,
    loaded_at + to_seconds(3600 + floor(172800 * chance(transaction_id, 142))::BIGINT) AS loaded_at)
  FROM raw_upi_transactions WHERE chance(transaction_id, 140) < 0.008
)
WHERE loaded_at < getvariable('ends_at')
ORDER BY transaction_id;

-- step: Writing the suppression list
CREATE OR REPLACE TABLE raw_suppression_list AS
SELECT user_id FROM (
  SELECT user_id, 0 AS copy FROM person WHERE chance(thing, 70) < 0.012
  UNION ALL SELECT user_id, 1 FROM person WHERE chance(thing, 70) < 0.001
  UNION ALL SELECT (user_id + getvariable('people'))::INTEGER, 0 FROM person WHERE chance(thing, 71) < 0.0005
)
ORDER BY user_id, copy;

DROP TABLE payer; DROP TABLE category_bin; DROP TABLE category; DROP TABLE person;
DROP TABLE hour_bin; DROP TABLE day_bin;
DROP TABLE calendar; DROP TABLE diwali; DROP TABLE city_bin; DROP TABLE city;

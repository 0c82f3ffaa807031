-- Synthetic orders of a North American shop: customers, products, orders, items, status changes.
--
-- Writes the raw_* tables as an export job would leave them: duplicates, null keys, late rows.
-- clean.sql makes the modelled tables of them. README.md gives every share and distribution.
--
-- Variables: entities, seed, until (naive UTC TIMESTAMP, exclusive), events_per_entity (orders,
-- items and status changes together). The same variables always give the same rows: nothing is
-- drawn, everything is a hash.

-- step: Reading the settings
SELECT CASE WHEN getvariable('until') IS NULL THEN error('set the variable until') END;
SET VARIABLE people = coalesce(getvariable('entities')::BIGINT, 50000);
SET VARIABLE per_person = coalesce(getvariable('events_per_entity')::DOUBLE, 20);
SET VARIABLE ends_at = getvariable('until')::TIMESTAMP;
SET VARIABLE zone = 'America/New_York';
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
-- A duration between two numbers of hours.
CREATE OR REPLACE TEMP MACRO hours(low, high, number) AS
  to_seconds(floor(3600 * (low + (high - low) * number))::BIGINT);

-- Cities: centre, area code and weight (share of the customers, of 1,009).
CREATE OR REPLACE TEMP TABLE city AS
SELECT row_number() OVER () - 1 AS city_id, *,
  (sum(weight) OVER (ORDER BY name, state))::INTEGER - weight AS from_bin
FROM (VALUES
  ('New York', 'NY', 'US', 40.7128, -74.0060, '212', 160), ('Buffalo', 'NY', 'US', 42.8864, -78.8784, '716', 18),
  ('Newark', 'NJ', 'US', 40.7357, -74.1724, '973', 25), ('Philadelphia', 'PA', 'US', 39.9526, -75.1652, '215', 45),
  ('Pittsburgh', 'PA', 'US', 40.4406, -79.9959, '412', 22), ('Boston', 'MA', 'US', 42.3601, -71.0589, '617', 48),
  ('Hartford', 'CT', 'US', 41.7658, -72.6734, '860', 15), ('Washington', 'DC', 'US', 38.9072, -77.0369, '202', 38),
  ('Baltimore', 'MD', 'US', 39.2904, -76.6122, '410', 24), ('Richmond', 'VA', 'US', 37.5407, -77.4360, '804', 16),
  ('Charlotte', 'NC', 'US', 35.2271, -80.8431, '704', 26), ('Atlanta', 'GA', 'US', 33.7490, -84.3880, '404', 42),
  ('Orlando', 'FL', 'US', 28.5384, -81.3789, '407', 24), ('Miami', 'FL', 'US', 25.7617, -80.1918, '305', 44),
  ('Tampa', 'FL', 'US', 27.9506, -82.4572, '813', 22), ('Chicago', 'IL', 'US', 41.8781, -87.6298, '312', 66),
  ('Detroit', 'MI', 'US', 42.3314, -83.0458, '313', 28), ('Columbus', 'OH', 'US', 39.9612, -82.9988, '614', 22),
  ('Minneapolis', 'MN', 'US', 44.9778, -93.2650, '612', 22), ('Nashville', 'TN', 'US', 36.1627, -86.7816, '615', 20),
  ('Dallas', 'TX', 'US', 32.7767, -96.7970, '214', 48), ('Houston', 'TX', 'US', 29.7604, -95.3698, '713', 44),
  ('Austin', 'TX', 'US', 30.2672, -97.7431, '512', 28), ('Denver', 'CO', 'US', 39.7392, -104.9903, '303', 24),
  ('Phoenix', 'AZ', 'US', 33.4484, -112.0740, '602', 26), ('Seattle', 'WA', 'US', 47.6062, -122.3321, '206', 26),
  ('San Francisco', 'CA', 'US', 37.7749, -122.4194, '415', 30),
    ('Los Angeles', 'CA', 'US', 34.0522, -118.2437, '213', 56),
  ('Toronto', 'ON', 'CA', 43.6532, -79.3832, '416', 20), ('Montréal', 'QC', 'CA', 45.5019, -73.5674, '514', 10)
) AS t (name, state, country, latitude, longitude, area, weight);
CREATE OR REPLACE TEMP TABLE city_bin AS
SELECT unnest(range(from_bin, from_bin + weight)) AS bin, city_id FROM city;
SET VARIABLE city_bins = (SELECT count(*) FROM city_bin);

-- One row per local day: its start in UTC and how much is bought on it (1000 = a plain weekday).
-- Thanksgiving is the fourth Thursday of November; the sale runs from then to the Monday after.
CREATE OR REPLACE TEMP TABLE calendar AS
WITH days AS (
  SELECT day::DATE AS day, (isodow(day) + 3) % 7 AS after_thursday,
    day::DATE - ((isodow(day) + 3) % 7)::INTEGER AS thursday
  FROM generate_series(getvariable('last_day') - to_days(getvariable('history_days')),
                       getvariable('last_day')::TIMESTAMP, INTERVAL 1 DAY) AS days (day)
), marked AS (
  SELECT day, after_thursday <= 4 AND month(thursday) = 11 AND day(thursday) BETWEEN 22 AND 28 AS sale
  FROM days
), weighted AS (
  SELECT day, sale,
    round(1000 * CASE WHEN sale THEN 3
                      WHEN month(day) = 12 AND day(day) <= 20 THEN 1.8
                      WHEN month(day) = 11 THEN 1.25 WHEN month(day) IN (1, 2) THEN 0.8
                      WHEN month(day) = 8 THEN 1.15 ELSE 1 END
          * CASE isodow(day) WHEN 6 THEN 0.9 WHEN 7 THEN 1.2 WHEN 1 THEN 1.1 ELSE 1 END)::BIGINT AS weight
  FROM marked
)
SELECT day, sale, weight,
  (day::TIMESTAMP AT TIME ZONE getvariable('zone')) AT TIME ZONE 'UTC' AS starts_at,
  sum(weight) OVER (ORDER BY day)::BIGINT - weight AS before,
  sum(weight) OVER ()::BIGINT AS total
FROM weighted;

-- A number in [0, 1) becomes a day (16,384 bins) and an hour (1,000 bins) by joins.
CREATE OR REPLACE TEMP TABLE day_bin AS
SELECT unnest(range(before * 16384 // total, (before + weight) * 16384 // total)) AS bin, starts_at, sale
FROM calendar;
CREATE OR REPLACE TEMP TABLE hour_bin AS
WITH day_hours AS (
  SELECT unnest(range(24)) AS hour,
    unnest([14, 8, 5, 4, 4, 6, 14, 28, 42, 52, 58, 62, 66, 60, 56, 54, 52, 54, 60, 74, 82, 70, 48, 27]) AS weight
)
SELECT unnest(range(before, before + weight)) AS bin, hour * 3600 AS second
FROM (SELECT hour, weight, sum(weight) OVER (ORDER BY hour)::INTEGER - weight AS before FROM day_hours);

-- step: Making up the products
-- Ten categories of 60; inside a category the first sell most. kind words make the names.
CREATE OR REPLACE TEMP TABLE category AS
SELECT row_number() OVER () - 1 AS category_id, * FROM (VALUES
  ('Electronics', 120, 26, 12, 8, ['Nordlys', 'Voltra', 'Pixelry'], ['Headphones', 'Speaker', 'Charger',
      'Keyboard', 'Webcam', 'Monitor', 'Tablet', 'Router', 'Power Bank', 'Smart Plug']),
  ('Home', 45, 12, 16, 16, ['Hearth', 'Lumen', 'Oak & Co'], ['Lamp', 'Blanket', 'Cushion', 'Kettle',
      'Frying Pan', 'Towel Set', 'Storage Box', 'Candle', 'Clock', 'Mug Set']),
  ('Clothing', 38, 16, 16, 8, ['Threadwell', 'Fable', 'North Row'], ['Shirt', 'Jumper', 'Jeans', 'Jacket',
      'Dress', 'Socks', 'Scarf', 'T-Shirt', 'Coat', 'Shorts']),
  ('Shoes', 75, 12, 8, 6, ['Strider', 'Fable', 'Peakline'], ['Trainers', 'Boots', 'Sandals', 'Loafers',
      'Slippers', 'Hiking Boots', 'Running Shoes', 'Clogs', 'Wellingtons', 'Flats']),
  ('Beauty', 22, 10, 12, 8, ['Rosewater', 'Plain', 'Verve'], ['Shampoo', 'Face Cream', 'Soap', 'Perfume',
      'Lip Balm', 'Sun Cream', 'Razor', 'Body Lotion', 'Mascara', 'Hand Cream']),
  ('Sports', 48, 12, 10, 8, ['Peakline', 'Strider', 'Court'], ['Yoga Mat', 'Dumbbells', 'Tennis Racket',
      'Football', 'Water Bottle', 'Backpack', 'Tent', 'Bicycle Light', 'Golf Balls', 'Swim Goggles']),
  ('Toys', 28, 4, 14, 10, ['Tumble', 'Brickwork', 'Little Fox'], ['Puzzle', 'Building Set', 'Doll',
      'Board Game', 'Kite', 'Train Set', 'Teddy Bear', 'Paint Set', 'Card Game', 'Robot']),
  ('Books', 17, 6, 6, 14, ['Lantern Press', 'Harbour Books', 'Quill'], ['Cookbook', 'Novel', 'Atlas',
      'Picture Book', 'Biography', 'Poems', 'Travel Guide', 'Crime Story', 'History', 'Dictionary']),
  ('Garden', 34, 1, 3, 14, ['Greenhand', 'Hearth', 'Meadow'], ['Trowel', 'Hose', 'Planter', 'Seeds', 'Gloves',
      'Bird Feeder', 'Rake', 'Watering Can', 'Lantern', 'Compost Bin']),
  ('Grocery', 9, 1, 3, 8, ['Plain', 'Meadow', 'Daily Mill'], ['Coffee', 'Tea', 'Olive Oil', 'Pasta', 'Honey',
      'Chocolate', 'Granola', 'Jam', 'Spices', 'Crackers'])
) AS t (category, price, young, middle, old, brands, nouns);
CREATE OR REPLACE TEMP TABLE product AS
SELECT category_id * 60 + n AS product_number,
  'SKU-' || lpad((category_id * 60 + n + 1)::VARCHAR, 4, '0') AS product_id,
  pick(['Classic', 'Compact', 'Deluxe', 'Eco', 'Family', 'Mini'], (n // 10) / 6.0 + 0.01) || ' '
    || nouns[n % 10 + 1] AS name,
  category,
  CASE WHEN chance(category_id * 60 + n, 1) >= 0.02 THEN pick(brands, chance(category_id * 60 + n, 2)) END AS brand,
  (greatest(2, round(price * exp(0.6 * gauss(category_id * 60 + n, 3)))) - 0.01)::DECIMAL(12, 2) AS price
FROM category, range(60) AS numbers (n);
CREATE OR REPLACE TABLE raw_products AS
SELECT * FROM (
  SELECT product_id, name, category, brand, price, TIMESTAMP '2000-01-02' AS loaded_at FROM product
  -- Some were sent before with another price, two without their number.
  UNION ALL SELECT product_id, name, category, brand, price + 5, TIMESTAMP '2000-01-01' FROM product
    WHERE product_number % 40 = 7
  UNION ALL SELECT NULL, name, category, brand, price, TIMESTAMP '2000-01-02' FROM product
    WHERE product_number IN (11, 222)
)
ORDER BY product_id, loaded_at;

-- What people under 35, under 55 and above prefer: bins of a thousand.
CREATE OR REPLACE TEMP TABLE category_bin AS
SELECT kind, unnest(range(before * 1000 // total, (before + weight) * 1000 // total)) AS bin, category_id
FROM (
  SELECT kind, category_id, weight,
    sum(weight) OVER (PARTITION BY kind ORDER BY category_id)::BIGINT - weight AS before,
    sum(weight) OVER (PARTITION BY kind)::BIGINT AS total
  FROM (SELECT category_id, unnest([0, 1, 2]) AS kind, unnest([young, middle, old]) AS weight FROM category)
);

-- step: Making up the customers
CREATE OR REPLACE TEMP TABLE person AS
WITH drawn AS (
  SELECT i AS thing, 'C' || lpad((i + 1)::VARCHAR, 7, '0') AS customer_id,
    getvariable('ends_at')
      - to_seconds(floor(1460 * 86400 * pow(chance(i, 11), 1.25))::BIGINT + 60) AS created_at,
    19 + 61 * pow(chance(i, 12), 1.4) AS age,
    floor(chance(i, 13) * getvariable('city_bins'))::INTEGER AS city_bin_number,
    -- 86 % people, 11 % small businesses, 3 % corporations, which buy more and in larger lots.
    CASE WHEN chance(i, 14) < 0.86 THEN 'consumer' WHEN chance(i, 14) < 0.97 THEN 'small_business'
         ELSE 'corporate' END AS customer_type,
    CASE WHEN chance(i, 15) < 0.17 THEN 0
         -- Zipf-like: Pareto with exponent 1.6, cut at 60 times the least active.
         ELSE least(60, pow(1 - chance(i, 16), -1 / 1.6)) END AS activity
  FROM range(getvariable('people')) AS people (i)
), placed AS (
  SELECT drawn.*, city.name AS city, city.state, city.country, city.area,
    city.latitude + gauss(thing, 20) * 9 / 111.2 AS latitude,
    city.longitude + gauss(thing, 22) * 9 / (111.2 * cos(radians(city.latitude))) AS longitude,
    coalesce(calendar.before / calendar.total, 0) AS season_from
  FROM drawn
  JOIN city_bin ON city_bin.bin = city_bin_number
  JOIN city USING (city_id)
  LEFT JOIN calendar ON calendar.day = (drawn.created_at AT TIME ZONE 'UTC' AT TIME ZONE getvariable('zone'))::DATE
), lasting AS (
  SELECT *,
    -- A quarter stops for good somewhere after joining.
    (1 - season_from) * CASE WHEN chance(thing, 24) < 0.25 THEN 0.1 + 0.8 * chance(thing, 25)
      ELSE 1 END AS season_length
  FROM placed
), weighed AS (
  -- Whole numbers, so that their sum does not depend on the order of adding.
  SELECT *, floor(1000 * activity * (0.1 + season_length)
    * CASE customer_type WHEN 'consumer' THEN 1 ELSE 1.6 END)::BIGINT AS weight
  FROM lasting
), target AS (
  -- One order brings 2.4 items and 5.1 status changes: 8.5 events.
  SELECT getvariable('people') * getvariable('per_person') / 8.5 AS orders, sum(weight)::DOUBLE AS total FROM weighed
)
SELECT weighed.*, category_bin.category_id AS favourite,
  floor(orders * weight / greatest(total, 1) + chance(thing, 26))::INTEGER AS order_count
FROM weighed
JOIN category_bin ON category_bin.kind = CASE WHEN age < 35 THEN 0 WHEN age < 55 THEN 1 ELSE 2 END
  AND category_bin.bin = floor(1000 * chance(thing, 27)), target
ORDER BY thing;

-- step: Writing the customers
CREATE OR REPLACE TABLE raw_customers AS
WITH named AS (
  SELECT *,
    pick(['Aaliyah', 'Alice', 'Amir', 'Anna', 'Ben', 'Brian', 'Carlos', 'Chloé', 'Daniel', 'David', 'Elena',
          'Emily', 'Emma', 'Ethan', 'Fatima', 'Grace', 'Hannah', 'Henry', 'Isabel', 'Jack', 'James', 'Jasmine',
          'José', 'Karen', 'Kevin', 'Laura', 'Liam', 'Linda', 'Lucas', 'Maria', 'Mark', 'Mei', 'Michael',
          'Nina', 'Noah', 'Olivia', 'Omar', 'Paul', 'Priya', 'Rachel', 'René', 'Robert', 'Sarah', 'Sofia',
          'Susan', 'Thomas', 'Wei', 'William', 'Zoë'],
            chance(thing, 31)) AS first_name,
    pick(['Adams', 'Anderson', 'Brown', 'Chen', 'Clark', 'Cohen', 'Davis', 'Díaz', 'Evans', 'Garcia', 'Green',
          'Hall', 'Harris', 'Jackson', 'Johnson', 'Jones', 'Kelly', 'Kim', 'King', 'Lee', 'Lewis', 'Lopez',
          'Martin', 'Miller', 'Moore', 'Nguyen', 'O''Brien', 'Parker', 'Patel', 'Reed', 'Rivera', 'Roberts',
          'Scott', 'Singh', 'Smith', 'Taylor', 'Thompson', 'Turner', 'Walker', 'White', 'Williams', 'Wilson',
          'Wright', 'Young'], chance(thing, 32)) AS last_name
  FROM person
), written AS (
  SELECT thing, customer_id, first_name || ' ' || last_name AS name,
    -- Reserved domains: a message sent to them reaches nobody. One in twenty is typed in capitals.
    CASE WHEN chance(thing, 33) >= 0.02 THEN
      CASE WHEN chance(thing, 34) < 0.05 THEN upper(strip_accents(first_name)) ELSE lower(strip_accents(first_name)) END
      || '.' || lower(replace(strip_accents(last_name), '''', '')) || (thing + 1) || '@'
      || pick(['example.com', 'example.org', 'example.net', 'shop.example'], chance(thing, 35)) END AS email,
    -- 555-01xx is kept for fiction.
    CASE WHEN chance(thing, 36) >= 0.03 THEN '+1 ' || area || '-555-01'
      || lpad((thing % 100)::VARCHAR, 2, '0') END AS phone,
    CASE WHEN chance(thing, 37) >= 0.01 THEN (1 + floor(980 * chance(thing, 38))::INTEGER) || ' '
      || pick(['Maple', 'Oak', 'Main', 'Park', 'Cedar', 'Lake', 'Hill', 'Walnut', 'Washington', 'Church', 'River'],
        chance(thing, 39))
      || ' ' || pick(['Street', 'Avenue', 'Road', 'Lane', 'Drive'], chance(thing, 40)) END AS address,
    CASE WHEN chance(thing, 41) >= 0.008 THEN city END AS city,
    CASE WHEN chance(thing, 41) >= 0.008 THEN state END AS state, country,
    CASE WHEN chance(thing, 42) >= 0.04 THEN round(latitude, 5) END AS latitude,
    CASE WHEN chance(thing, 42) >= 0.04 THEN round(longitude, 5) END AS longitude,
    CASE WHEN chance(thing, 43) >= 0.04
      THEN (getvariable('last_day') - floor(age * 365.2425)::INTEGER)::DATE END AS birth_date,
    customer_type,
    -- The loyalty tier follows activity, with some luck; 2 % have none.
    CASE WHEN chance(thing, 44) < 0.02 THEN NULL
         WHEN activity * (0.7 + 0.6 * chance(thing, 45)) >= 8 THEN 'platinum'
         WHEN activity * (0.7 + 0.6 * chance(thing, 45)) >= 3 THEN 'gold'
         WHEN activity * (0.7 + 0.6 * chance(thing, 45)) >= 1.5 THEN 'silver' ELSE 'bronze' END AS tier,
    CASE WHEN chance(thing, 46) < 0.02 THEN NULL
      ELSE list_filter([
        CASE WHEN chance(thing, 47) < 0.40 THEN 'offers' END,
        CASE WHEN chance(thing, 48) < 0.25 THEN 'new_arrivals' END,
        CASE WHEN chance(thing, 49) < 0.12 THEN 'recipes' END,
        CASE WHEN chance(thing, 50) < 0.08 THEN 'events' END
      ], lambda x: x IS NOT NULL) END AS newsletters,
    chance(thing, 51) < 0.9 AS email_verified,
    CASE WHEN chance(thing, 52) >= 0.05 THEN chance(thing, 53) < 0.7 END AS marketing_consent,
    -- A loyalty year ends on the anniversary of joining.
    (getvariable('last_day')
      + (365 - datediff('day', created_at::DATE, getvariable('last_day')) % 365)::INTEGER)::DATE AS loyalty_ends_on,
    created_at, created_at + INTERVAL 30 SECOND AS loaded_at
  FROM named
)
SELECT * EXCLUDE (thing) FROM (
  SELECT * FROM written
  -- 1.2 % came before with other data: an older version of the same customer.
  UNION ALL SELECT * REPLACE (upper(name) AS name, NULL AS phone, false AS email_verified,
    loaded_at - INTERVAL 20 SECOND AS loaded_at)
  FROM written WHERE chance(thing, 54) < 0.012
  -- 0.1 % lost their key.
  UNION ALL SELECT * REPLACE (NULL AS customer_id) FROM written WHERE chance(thing, 55) < 0.001
)
ORDER BY loaded_at, customer_id;

-- step: Making up the orders
CREATE OR REPLACE TEMP TABLE order_draft AS
WITH numbered AS (
  SELECT thing * 1048576 + unnest(range(order_count)) AS number, customer_id, created_at, season_from,
    season_length, favourite, customer_type
  FROM person
), timed AS (
  SELECT numbered.*, day_bin.sale,
    greatest(day_bin.starts_at + to_seconds(hour_bin.second + floor(3600 * chance(number, 100))::INTEGER),
             created_at + to_seconds(60 + floor(7200 * chance(number, 101))::INTEGER)) AS ordered_at
  FROM numbered
  JOIN day_bin ON day_bin.bin = floor(16384 * (season_from + season_length * chance(number, 102)))::BIGINT
  JOIN hour_bin ON hour_bin.bin = floor(1000 * chance(number, 103))::BIGINT
), arriving AS (
  SELECT *,
    -- 96 % arrive within an hour, 3 % within four days, 1 % up to 24 days late.
    ordered_at + to_seconds((CASE WHEN chance(number, 104) < 0.96 THEN 30 + 3570 * chance(number, 105)
                                  WHEN chance(number, 104) < 0.99 THEN 86400 * (1 + 3 * chance(number, 105))
                                  ELSE 86400 * (4 + 20 * chance(number, 105)) END)::BIGINT) AS loaded_at
  FROM timed
)
SELECT 1000000 + row_number() OVER () AS order_id, *
FROM (
  SELECT number, customer_id, customer_type, favourite, sale, ordered_at, loaded_at,
    pick([1, 1, 1, 2, 2, 2, 3, 3, 4, 5], chance(number, 106)) AS lines
  FROM arriving WHERE loaded_at < getvariable('ends_at')
  ORDER BY ordered_at, number
);

-- step: Writing the order items
-- The lines of one order are different products: steps of 1 to 8 (same shelf) or 61 to 109 (another).
CREATE OR REPLACE TABLE raw_order_items AS
WITH lined AS (
  SELECT *, unnest(range(lines)) AS line FROM order_draft
), chosen AS (
  SELECT lined.*, number * 8 + line AS item,
    (CASE WHEN chance(number, 110) < 0.55 THEN favourite ELSE floor(10 * chance(number, 111))::INTEGER END * 60
      + floor(60 * pow(chance(number, 112), 2))::INTEGER
      + line * CASE WHEN chance(number, 113) < 0.7 THEN 1 + floor(8 * chance(number, 114))::INTEGER
                    ELSE 61 + floor(49 * chance(number, 114))::INTEGER END) % 600 AS product_number
  FROM lined
), priced AS (
  SELECT chosen.*, product_id,
    CASE WHEN customer_type = 'consumer' THEN pick([1, 1, 1, 1, 1, 1, 1, 2, 2, 3], chance(item, 120))
         ELSE pick([1, 2, 4, 5, 6, 10, 12, 20], chance(item, 120)) END AS quantity,
    -- Prices move a little; 15 to 35 % off in the sale after Thanksgiving.
    greatest(0.50, price * (0.97 + 0.06 * chance(item, 121))
      * CASE WHEN sale THEN 0.65 + 0.2 * chance(item, 122) ELSE 1 END)::DECIMAL(12, 2) AS unit_price
  FROM chosen JOIN product USING (product_number)
)
SELECT row_number() OVER () AS order_item_id, order_id, customer_id, product_id, quantity, unit_price,
  (quantity * unit_price)::DECIMAL(12, 2) AS subtotal, ordered_at, loaded_at
FROM (SELECT * FROM priced ORDER BY order_id, line);

-- step: Making up the status changes
-- An order walks pending, confirmed, processing, shipped, delivered. It may be held once (and goes
-- on from where it was), cancelled before shipping, returned, refunded. Steps after the end of the
-- data have not happened yet.
CREATE OR REPLACE TEMP TABLE order_walk AS
WITH fated AS (
  SELECT order_id, customer_id, number, ordered_at, loaded_at,
    -- The step that cancellation prevents: 2 confirming, 3 processing, 4 shipping; 9 = not cancelled.
    CASE WHEN chance(number, 130) < 0.03 THEN 2 WHEN chance(number, 130) < 0.055 THEN 3
         WHEN chance(number, 130) < 0.07 THEN 4 ELSE 9 END AS cancelled_before,
    -- The step that holding delays; 0 = not held.
    CASE WHEN chance(number, 131) < 0.025 THEN 2 WHEN chance(number, 131) < 0.045 THEN 3
         WHEN chance(number, 131) < 0.06 THEN 4 ELSE 0 END AS held_before,
    hours(2, 120, pow(chance(number, 132), 2)) AS hold,
    chance(number, 133) AS after_delivery, chance(number, 134) AS money_back
  FROM order_draft
), confirmed AS (
  SELECT *, ordered_at + hours(0.1, 6, chance(number, 135)) + CASE WHEN held_before = 2 THEN hold
    ELSE INTERVAL 0 SECOND END AS t2
  FROM fated
), processed AS (
  SELECT *, t2 + hours(2, 36, chance(number, 136)) + CASE WHEN held_before = 3 THEN hold
    ELSE INTERVAL 0 SECOND END AS t3
  FROM confirmed
), shipped AS (
  SELECT *, t3 + hours(12, 72, chance(number, 137)) + CASE WHEN held_before = 4 THEN hold
    ELSE INTERVAL 0 SECOND END AS t4
  FROM processed
), delivered AS (
  SELECT *, t4 + hours(24, 168, chance(number, 138)) AS t5,
    cancelled_before = 9 AND after_delivery < 0.01 AS refused,  -- sent back from the doorstep
    cancelled_before = 9 AND after_delivery BETWEEN 0.01 AND 0.07 AS returned,
    cancelled_before = 9 AND after_delivery BETWEEN 0.93 AND 0.94 AS complained  -- refunded, not returned
  FROM shipped
), ended AS (
  SELECT *,
    CASE WHEN refused THEN t4 + hours(24, 120, chance(number, 139))
         WHEN returned THEN t5 + hours(48, 670, chance(number, 139)) END AS t6
  FROM delivered
)
SELECT order_id, customer_id, number, ordered_at, loaded_at,
  list_filter([
    {'status': 'pending', 'at': ordered_at},
    {'status': 'on_hold', 'at': CASE WHEN held_before = 2 THEN t2 - hold - INTERVAL 60 SECOND END},
    {'status': 'pending', 'at': CASE WHEN held_before = 2 AND cancelled_before > 2 THEN t2 - INTERVAL 60 SECOND END},
    {'status': 'confirmed', 'at': CASE WHEN cancelled_before > 2 THEN t2 END},
    {'status': 'on_hold', 'at': CASE WHEN held_before = 3 AND cancelled_before > 2
      THEN t3 - hold - INTERVAL 60 SECOND END},
    {'status': 'confirmed', 'at': CASE WHEN held_before = 3 AND cancelled_before > 3 THEN t3 - INTERVAL 60 SECOND END},
    {'status': 'processing', 'at': CASE WHEN cancelled_before > 3 THEN t3 END},
    {'status': 'on_hold', 'at': CASE WHEN held_before = 4 AND cancelled_before > 3
      THEN t4 - hold - INTERVAL 60 SECOND END},
    {'status': 'processing', 'at': CASE WHEN held_before = 4 AND cancelled_before > 4 THEN t4 - INTERVAL 60 SECOND END},
    {'status': 'shipped', 'at': CASE WHEN cancelled_before > 4 THEN t4 END},
    {'status': 'delivered', 'at': CASE WHEN cancelled_before > 4 AND NOT refused THEN t5 END},
    {'status': 'cancelled', 'at': CASE cancelled_before WHEN 2 THEN t2 WHEN 3 THEN t3 WHEN 4 THEN t4 END},
    {'status': 'returned', 'at': t6},
    {'status': 'refunded', 'at': CASE WHEN cancelled_before = 3 AND money_back < 0.7
      THEN t3 + hours(1, 72, chance(number, 140))
        WHEN cancelled_before = 4 AND money_back < 0.95 THEN t4 + hours(1, 72, chance(number, 140))
        WHEN t6 IS NOT NULL AND money_back < 0.88 THEN t6 + hours(24, 240, chance(number, 140))
        WHEN complained THEN t5 + hours(24, 240, chance(number, 140)) END}
  ], lambda step: step.at < getvariable('ends_at')) AS steps
FROM ended;

CREATE OR REPLACE TABLE raw_order_status_history AS
SELECT row_number() OVER () AS status_change_id, order_id, customer_id, from_status, to_status, changed_at, loaded_at
FROM (
  SELECT order_id, customer_id, number, place,
    CASE WHEN place > 1 THEN steps[place - 1].status END AS from_status, steps[place].status AS to_status,
    steps[place].at AS changed_at,
    least(greatest(steps[place].at + to_seconds(5 + floor(600 * chance(number, 150))::INTEGER), loaded_at),
          getvariable('ends_at') - INTERVAL 1 SECOND) AS loaded_at
  FROM (SELECT *, unnest(range(1, len(steps) + 1)) AS place FROM order_walk)
  ORDER BY changed_at, order_id, place
);

-- step: Writing the orders
CREATE OR REPLACE TABLE raw_orders AS
WITH totals AS (
  SELECT order_id, sum(subtotal)::DECIMAL(12, 2) AS total, count(*)::INTEGER AS item_count FROM raw_order_items
    GROUP BY order_id
)
SELECT order_id, customer_id, order_date, status, total, item_count, channel, payment_method, coupon, updated_at,
  loaded_at
FROM (
  SELECT draft.order_id, draft.customer_id, draft.ordered_at AS order_date, walk.steps[-1].status AS status, total,
    item_count,
    -- The young use the app, the old the phone: told by what they prefer to buy.
    CASE WHEN chance(draft.number, 160) < 0.01 THEN NULL WHEN chance(draft.number, 161) < 0.48 THEN 'web'
         WHEN chance(draft.number, 161) < 0.84 - 0.02 * draft.favourite THEN 'app'
         WHEN chance(draft.number, 161) < 0.94 THEN 'store' ELSE 'phone' END AS channel,
    CASE WHEN chance(draft.number, 162) >= 0.015
      THEN pick(['card', 'card', 'card', 'card', 'paypal', 'paypal', 'gift_card', 'invoice'],
        chance(draft.number, 163)) END AS payment_method,
    CASE WHEN chance(draft.number, 164) < 0.18 THEN pick(['WELCOME10', 'FREESHIP', 'VIP20', 'SUMMER15'],
      chance(draft.number, 165)) END AS coupon,
    walk.steps[-1].at AS updated_at, draft.loaded_at
  FROM order_draft AS draft JOIN totals USING (order_id) JOIN order_walk AS walk USING (order_id)
)
ORDER BY order_date, order_id;

-- step: Delivering some rows twice, some without keys, some of unknown customers
INSERT INTO raw_orders
SELECT * FROM (
  -- 0.8 % again: half as first sent (pending, loaded before), half exactly as they are.
  SELECT * REPLACE (
    CASE WHEN chance(order_id, 171) < 0.5 THEN 'pending' ELSE status END AS status,
    CASE WHEN chance(order_id, 171) < 0.5 THEN order_date + INTERVAL 10 SECOND ELSE loaded_at END AS loaded_at)
  FROM raw_orders WHERE chance(order_id, 170) < 0.008
  UNION ALL SELECT * REPLACE (NULL AS order_id) FROM raw_orders WHERE chance(order_id, 172) < 0.002
  UNION ALL SELECT * REPLACE (order_id + 900000000 AS order_id,
    'C' || lpad((9000000 + order_id % 1000)::VARCHAR, 7, '0') AS customer_id)
  FROM raw_orders WHERE chance(order_id, 173) < 0.001
)
ORDER BY order_date, order_id, status;
INSERT INTO raw_order_items
SELECT * FROM (
  SELECT * FROM raw_order_items WHERE chance(order_item_id, 174) < 0.008
  UNION ALL SELECT * REPLACE (NULL AS order_id, order_item_id + 900000000 AS order_item_id)
  FROM raw_order_items WHERE chance(order_item_id, 175) < 0.001
  UNION ALL SELECT * REPLACE ('SKU-9999' AS product_id, order_item_id + 1800000000 AS order_item_id)
  FROM raw_order_items WHERE chance(order_item_id, 176) < 0.0005
)
ORDER BY ordered_at, order_item_id;
INSERT INTO raw_order_status_history
SELECT * FROM (
  SELECT * FROM raw_order_status_history WHERE chance(status_change_id, 177) < 0.005
  UNION ALL SELECT * REPLACE (NULL AS order_id, status_change_id + 900000000 AS status_change_id)
  FROM raw_order_status_history WHERE chance(status_change_id, 178) < 0.001
)
ORDER BY changed_at, status_change_id;

-- step: Writing the staff list
CREATE OR REPLACE TABLE raw_staff AS
SELECT customer_id FROM person WHERE chance(thing, 60) < 0.004 ORDER BY customer_id;

DROP TABLE order_walk; DROP TABLE order_draft; DROP TABLE person; DROP TABLE category_bin;
DROP TABLE product; DROP TABLE category;
DROP TABLE hour_bin; DROP TABLE day_bin; DROP TABLE calendar; DROP TABLE city_bin; DROP TABLE city;

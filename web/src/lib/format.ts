// The one place where numbers, money, dates and durations become text.
const LOCALE = 'en-AU';
const whole = new Intl.NumberFormat(LOCALE);
const compact = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumFractionDigits: 1 });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const listed = new Intl.ListFormat('en', { type: 'conjunction' });

export const NOTHING = '–';

/** 1234567 -> "1,234,567". */
export const count = (value: number | null | undefined): string =>
  value == null ? NOTHING : whole.format(value);

/** 19950 -> "19,950", 1234567 -> "1.2M". */
export const shortCount = (value: number | null | undefined): string =>
  value == null ? NOTHING : (value < 1_000_000 ? whole : compact).format(value);

/** +1,234 or −1,234 (a true minus sign); 0 -> "±0". */
export const signed = (value: number | null | undefined): string => {
  if (value == null) return NOTHING;
  if (value === 0) return '±0';
  return `${value > 0 ? '+' : '−'}${whole.format(Math.abs(value))}`;
};

/** A share from 0 to 1 -> "12.3 %"; a very small one that is not nothing -> "< 0.1 %". */
export const percent = (share: number | null | undefined, digits = 1): string => {
  if (share == null) return NOTHING;
  const smallest = 10 ** -digits;
  if (share > 0 && share * 100 < smallest) return `< ${smallest} %`;
  return `${(share * 100).toFixed(digits)} %`;
};

/** Money of a currency; whole units from a thousand on. */
export const money = (value: number | string | null | undefined, currency: string): string => {
  if (value == null) return NOTHING;
  const amount = Number(value);
  const maximumFractionDigits = Math.abs(amount) >= 1000 ? 0 : 2;
  return new Intl.NumberFormat(LOCALE, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    maximumFractionDigits,
  }).format(amount);
};

/** An instant in the browser's zone, with the zone: "21 Nov 2026, 22:40 AEDT". */
export const moment = (iso: string | null | undefined, timeZone?: string): string =>
  iso == null
    ? NOTHING
    : new Intl.DateTimeFormat(LOCALE, {
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
        timeZoneName: 'short',
        timeZone,
      }).format(new Date(iso));

/** A day: "21 Nov 2026". */
export const day = (iso: string | null | undefined, timeZone?: string): string =>
  iso == null
    ? NOTHING
    : new Intl.DateTimeFormat(LOCALE, {
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        timeZone,
      }).format(new Date(iso));

/** A day and month for axes: "21 Nov". */
export const shortDay = (iso: string, timeZone?: string): string =>
  new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', timeZone }).format(
    new Date(iso),
  );

/** Units with their seconds, the largest first. */
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365.25 * 86_400],
  ['month', 30.44 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** "3 hours ago", "in 2 days", "just now". */
export const ago = (iso: string | null | undefined, now = Date.now()): string => {
  if (iso == null) return 'never';
  const seconds = (new Date(iso).getTime() - now) / 1000;
  // A unit begins a little before it is full: 59.6 minutes are an hour.
  const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size * 0.99);
  return unit ? relative.format(Math.round(seconds / unit[1]), unit[0]) : 'just now';
};

/** Seconds -> "31 ms", "0.4 s", "12 s", "3 min 20 s", "2 h 5 min". */
export const duration = (seconds: number | null | undefined): string => {
  if (seconds == null) return NOTHING;
  if (seconds < 0.1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** Bytes -> "1.2 MB". */
export const bytes = (value: number | null | undefined): string => {
  if (value == null) return NOTHING;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, value > 0 ? Math.floor(Math.log10(value) / 3) : 0);
  const scaled = value / 1000 ** power;
  return `${scaled.toFixed(power && scaled < 100 ? 1 : 0)} ${units[power]}`;
};

/** ["a", "b", "c"] -> "a, b, and c". */
export const list = (items: string[]): string => listed.format(items);

/** plural(2, 'segment') -> "2 segments". */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${whole.format(value)} ${value === 1 ? one : many}`;

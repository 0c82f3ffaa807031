// A schedule in words and as cron text, each from the other; what words cannot say stays cron.

export type Words =
  | { kind: 'none' }
  | { kind: 'hourly'; minute: number }
  | { kind: 'daily' | 'weekdays'; hour: number; minute: number }
  | { kind: 'weekly'; weekday: number; hour: number; minute: number }
  | { kind: 'monthly'; day: number; hour: number; minute: number }
  | { kind: 'custom'; cron: string };

export type Kind = Words['kind'];

export const KINDS: { value: Kind; label: string }[] = [
  { value: 'none', label: 'Only when asked' },
  { value: 'hourly', label: 'Every hour' },
  { value: 'daily', label: 'Every day' },
  { value: 'weekdays', label: 'Monday to Friday' },
  { value: 'weekly', label: 'Every week' },
  { value: 'monthly', label: 'Every month' },
  { value: 'custom', label: 'Custom (cron)' },
];

export const WEEKDAYS = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;

const NICKNAMES: Record<string, string> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
};
const SHORT = WEEKDAYS.map((name) => name.slice(0, 3).toLowerCase());
const USUAL = { hour: 6, minute: 0 };

const within = (text: string | undefined, low: number, high: number): number | null => {
  if (text === undefined || !/^\d{1,2}$/.test(text)) return null;
  const value = Number(text);
  return value >= low && value <= high ? value : null;
};

const weekdayOf = (text: string): number | null => {
  const named = SHORT.indexOf(text.toLowerCase());
  if (named >= 0) return named;
  const value = within(text, 0, 7);
  return value === null ? null : value % 7;
};

const atTime = (
  [day, month, weekday]: [string, string, string],
  hour: number,
  minute: number,
): Words | null => {
  if (month !== '*') return null;
  if (day === '*') {
    if (weekday === '*') return { kind: 'daily', hour, minute };
    if (/^(1-5|mon-fri)$/i.test(weekday)) return { kind: 'weekdays', hour, minute };
    const one = weekdayOf(weekday);
    return one === null ? null : { kind: 'weekly', weekday: one, hour, minute };
  }
  const date = within(day, 1, 31);
  if (weekday !== '*' || date === null) return null;
  return { kind: 'monthly', day: date, hour, minute };
};

/** Cron text (five fields or a nickname), or null for none, in words. */
export const fromCron = (cron: string | null | undefined): Words => {
  const text = cron?.trim() ?? '';
  if (text === '') return { kind: 'none' };
  const custom: Words = { kind: 'custom', cron: text };
  const fields = (NICKNAMES[text] ?? text).split(/\s+/);
  if (fields.length !== 5) return custom;
  const [first, second, day, month, weekday] = fields as [string, string, string, string, string];
  const minute = within(first, 0, 59);
  if (minute === null) return custom;
  if (second === '*')
    return day === '*' && month === '*' && weekday === '*' ? { kind: 'hourly', minute } : custom;
  const hour = within(second, 0, 23);
  return (hour !== null && atTime([day, month, weekday], hour, minute)) || custom;
};

/** The cron text of words; null: not scheduled. */
export const toCron = (words: Words): string | null => {
  switch (words.kind) {
    case 'none':
      return null;
    case 'hourly':
      return `${words.minute} * * * *`;
    case 'daily':
      return `${words.minute} ${words.hour} * * *`;
    case 'weekdays':
      return `${words.minute} ${words.hour} * * 1-5`;
    case 'weekly':
      return `${words.minute} ${words.hour} * * ${words.weekday}`;
    case 'monthly':
      return `${words.minute} ${words.hour} ${words.day} * *`;
    case 'custom':
      return words.cron.trim() || null;
  }
};

/** The same choice of another kind; the time of day stays where there is one. */
export const asKind = (words: Words, kind: Kind): Words => {
  const minute = 'minute' in words ? words.minute : USUAL.minute;
  const hour = 'hour' in words ? words.hour : USUAL.hour;
  switch (kind) {
    case 'none':
      return { kind };
    case 'hourly':
      return { kind, minute };
    case 'daily':
    case 'weekdays':
      return { kind, hour, minute };
    case 'weekly':
      return { kind, weekday: 1, hour, minute };
    case 'monthly':
      return { kind, day: 1, hour, minute };
    case 'custom':
      return { kind, cron: toCron(words) ?? '0 6 * * *' };
  }
};

const two = (value: number): string => String(value).padStart(2, '0');

/** "06:05" of an hour and a minute. */
export const clock = (hour: number, minute: number): string => `${two(hour)}:${two(minute)}`;

/** Hour and minute of "06:05"; null for anything else. */
export const readClock = (text: string): { hour: number; minute: number } | null => {
  const found = /^(\d{1,2}):(\d{2})$/.exec(text);
  const hour = within(found?.[1], 0, 23);
  const minute = within(found?.[2], 0, 59);
  return hour === null || minute === null ? null : { hour, minute };
};

const ordinal = (day: number): string => {
  const ending = ['th', 'st', 'nd', 'rd'][day % 10] ?? 'th';
  return `${day}${day > 10 && day < 14 ? 'th' : ending}`;
};

/** "Every weekday at 06:00". */
export const spoken = (words: Words): string => {
  switch (words.kind) {
    case 'none':
      return 'Only when somebody asks for it';
    case 'hourly':
      return words.minute === 0
        ? 'Every hour, on the hour'
        : `Every hour, at minute ${words.minute}`;
    case 'daily':
      return `Every day at ${clock(words.hour, words.minute)}`;
    case 'weekdays':
      return `Monday to Friday at ${clock(words.hour, words.minute)}`;
    case 'weekly':
      return `Every ${WEEKDAYS[words.weekday]} at ${clock(words.hour, words.minute)}`;
    case 'monthly':
      return `On the ${ordinal(words.day)} of every month at ${clock(words.hour, words.minute)}`;
    case 'custom':
      return `By cron: ${words.cron}`;
  }
};

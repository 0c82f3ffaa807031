// A schedule's cron text in words: "Every day at 06:00". What has no plain words stays as it is.
const NICKNAMES: Record<string, string> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const SHORT = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const whole = (text: string | undefined, most: number): number | null =>
  text !== undefined && /^\d{1,2}$/.test(text) && Number(text) <= most ? Number(text) : null;

const weekday = (text: string): number | null => {
  const named = SHORT.indexOf(text.toLowerCase());
  if (named >= 0) return named;
  const number = whole(text, 7);
  return number === null ? null : number % 7;
};

/** The five fields of a cron text or nickname; null if there are not five. */
export const cronFields = (cron: string): string[] | null => {
  const fields = (NICKNAMES[cron.trim()] ?? cron).trim().split(/\s+/);
  return fields.length === 5 ? fields : null;
};

/** "Every day at 06:00"; null where plain words do not say it. */
const plainWords = (fields: string[]): string | null => {
  const [minute, hour, monthDay, month, weekDay] = fields as [
    string,
    string,
    string,
    string,
    string,
  ];
  const at = whole(minute, 59);
  if (at === null || month !== '*') return null;
  const minutes = String(at).padStart(2, '0');
  const everyDay = monthDay === '*' && weekDay === '*';
  if (hour === '*') return everyDay ? `Every hour at :${minutes}` : null;
  const step = hour.match(/^\*\/(\d{1,2})$/);
  if (step && everyDay) return `Every ${step[1]} hours at :${minutes}`;
  const hours = whole(hour, 23);
  if (hours === null) return null;
  const time = `${String(hours).padStart(2, '0')}:${minutes}`;
  if (everyDay) return `Every day at ${time}`;
  if (monthDay === '*') return weekly(weekDay, time);
  const day = whole(monthDay, 31);
  return day !== null && weekDay === '*' ? `On day ${day} of every month at ${time}` : null;
};

const weekly = (field: string, time: string): string | null => {
  if (/^(mon-fri|1-5)$/i.test(field)) return `On weekdays at ${time}`;
  const days = field.split(',').map(weekday);
  if (days.includes(null)) return null;
  return `Every ${days.map((day) => DAYS[day as number]).join(', ')} at ${time}`;
};

/** A schedule in words; without one "Not scheduled". */
export const cronWords = (cron: string | null | undefined): string => {
  if (!cron) return 'Not scheduled';
  if (cron.trim() === '@yearly' || cron.trim() === '@annually') return 'Every year on 1 January';
  const fields = cronFields(cron);
  return (fields && plainWords(fields)) ?? cron;
};

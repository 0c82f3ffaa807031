// Instants as people type them: "2026-11-21 22:40" in the desk's zone.

const partsIn = (instant: Date, timeZone: string): Record<string, string> =>
  Object.fromEntries(
    formatter(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );

const formatters = new Map<string, Intl.DateTimeFormat>();

/** One for each zone: making one is slow, and a grid asks a thousand times. */
const formatter = (timeZone: string): Intl.DateTimeFormat => {
  const known = formatters.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formatters.set(timeZone, made);
  return made;
};

/** An instant as it is typed; what is none stays as it is. */
export const writeLocal = (iso: string, timeZone: string): string => {
  const instant = new Date(iso);
  if (Number.isNaN(instant.getTime())) return iso;
  const { year, month, day, hour, minute } = partsIn(instant, timeZone);
  return `${year}-${month}-${day} ${hour}:${minute}`;
};

const LOCAL = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?$/;

/** Minutes that a zone is ahead of UTC at an instant. */
const offsetMinutes = (instant: Date, timeZone: string): number => {
  const { year, month, day, hour, minute, second } = partsIn(instant, timeZone);
  const local = utc([year, month, day, hour, minute, second].map(Number));
  return Math.round((local - Math.floor(instant.getTime() / 1000) * 1000) / 60_000);
};

const utc = ([year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0]: number[]): number =>
  Date.UTC(year, month - 1, day, hour, minute, second);

/**
 * What was typed as an instant in UTC; what is no date in this form, or never was on a clock there,
 * comes back as it is, so that the server says what is wrong with it.
 */
export const readLocal = (typed: string, timeZone: string): string => {
  const found = typed.trim().match(LOCAL);
  if (!found) return typed;
  const wall = utc(found.slice(1).map((part) => Number(part ?? 0)));
  // The offset of the instant itself: a first guess may lie on the other side of a change.
  const guess = wall - offsetMinutes(new Date(wall), timeZone) * 60_000;
  const instant = new Date(wall - offsetMinutes(new Date(guess), timeZone) * 60_000);
  const back = writeLocal(instant.toISOString(), timeZone);
  const meant = typed.trim().replace('T', ' ').slice(0, 16);
  return back.startsWith(meant) ? instant.toISOString() : typed;
};

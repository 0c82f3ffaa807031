// The audit log's filters: in the address for people, as instants for the server.

export type AuditFilters = {
  actor: string;
  action: string;
  subject: string;
  text: string;
  /** Days as "2026-11-21" in the browser's zone; both belong to what is shown. */
  since: string;
  until: string;
  page: number;
};

export const NO_FILTERS: AuditFilters = {
  actor: '',
  action: '',
  subject: '',
  text: '',
  since: '',
  until: '',
  page: 1,
};

const TEXTS = ['actor', 'action', 'subject', 'text'] as const;
const DAYS = ['since', 'until'] as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The filters an address holds; what it cannot mean is left out. */
export const readFilters = (search: Record<string, unknown>): AuditFilters => {
  const found = { ...NO_FILTERS };
  // An address is read as JSON, so that a text of digits comes as a number.
  for (const name of TEXTS)
    if (['string', 'number'].includes(typeof search[name])) found[name] = String(search[name]);
  for (const name of DAYS) if (DAY.test(String(search[name]))) found[name] = String(search[name]);
  const page = Number(search.page);
  if (Number.isInteger(page) && page > 1) found.page = page;
  return found;
};

/** What stands in the address: only what is not as usual. */
export const writeFilters = (filters: AuditFilters): Record<string, string | number | undefined> =>
  Object.fromEntries(
    Object.entries(filters).map(([name, value]) => [
      name,
      value === NO_FILTERS[name as keyof AuditFilters] ? undefined : value,
    ]),
  );

/** Midnight of a day in the browser's zone, some days later, as an instant. */
const midnight = (day: string, later = 0): string | undefined => {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const at = new Date(year, month - 1, date + later);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
};

/** What the server is asked for. */
export const asked = (filters: AuditFilters) => ({
  actor: filters.actor.trim() || undefined,
  action: filters.action || undefined,
  subject: filters.subject.trim() || undefined,
  text: filters.text.trim() || undefined,
  since: filters.since ? midnight(filters.since) : undefined,
  until: filters.until ? midnight(filters.until, 1) : undefined,
});

export const isFiltered = (filters: AuditFilters): boolean =>
  Object.values(asked(filters)).some((value) => value !== undefined);

/** What can be chosen as an action: a kind, by the beginning of its actions. */
export const ACTIONS = [
  { value: 'rule.', label: 'Rules' },
  { value: 'segment.', label: 'Segments' },
  { value: 'run.', label: 'Runs' },
  { value: 'schedule.', label: 'Schedules' },
  { value: 'approval.', label: 'Approvals' },
  { value: 'personal.', label: 'Personal data seen' },
  { value: 'session.', label: 'Sign-ins' },
  { value: 'user.', label: 'Accounts' },
  { value: 'member.', label: 'Members of the workspace' },
  { value: 'invitation.', label: 'Invitations' },
  { value: 'token.', label: 'API tokens' },
  { value: 'channel.', label: 'Notification channels' },
  { value: 'settings.', label: 'Settings' },
  { value: 'model.', label: 'Data model' },
  { value: 'data.', label: 'Data loaded' },
  { value: 'audit.', label: 'The log itself' },
];

// The workspace's settings as the form holds them, and as the server does.
import type { Schemas } from '@/api/client';

export type Settings = Schemas['SettingsBody'];

/** Shares stand as percent, and an alert that is off keeps what it was set to. */
export type Values = {
  time_zone: string;
  currency: string;
  versions_kept: number | string;
  runs_kept_days: number | string;
  logs_kept_days: number | string;
  shrink_on: boolean;
  shrink_alert_share: number | string;
  grow_on: boolean;
  grow_alert_share: number | string;
  empty_alert: boolean;
  approval_on: boolean;
  approval_share: number | string;
  concurrency: number | string;
};

const USUAL = { shrink: 50, grow: 100, approval: 30 };

const percentOf = (share: number | null, usual: number): number =>
  share === null ? usual : Math.round(share * 1e6) / 1e4;

export const toValues = (settings: Settings): Values => ({
  time_zone: settings.time_zone ?? '',
  currency: settings.currency ?? '',
  versions_kept: settings.versions_kept,
  runs_kept_days: settings.runs_kept_days,
  logs_kept_days: settings.logs_kept_days,
  shrink_on: settings.shrink_alert_share !== null,
  shrink_alert_share: percentOf(settings.shrink_alert_share, USUAL.shrink),
  grow_on: settings.grow_alert_share !== null,
  grow_alert_share: percentOf(settings.grow_alert_share, USUAL.grow),
  empty_alert: settings.empty_alert,
  approval_on: settings.approval_share !== null,
  approval_share: percentOf(settings.approval_share, USUAL.approval),
  concurrency: settings.concurrency,
});

/** An empty field is sent as 0, which the server refuses with a sentence at that field. */
const number = (value: number | string): number => Number(value) || 0;
const share = (on: boolean, value: number | string): number | null =>
  on ? Math.round(number(value) * 1e4) / 1e6 : null;

export const toSettings = (values: Values): Settings => ({
  time_zone: values.time_zone.trim() || null,
  currency: values.currency.trim().toUpperCase() || null,
  versions_kept: number(values.versions_kept),
  runs_kept_days: number(values.runs_kept_days),
  logs_kept_days: number(values.logs_kept_days),
  shrink_alert_share: share(values.shrink_on, values.shrink_alert_share),
  grow_alert_share: share(values.grow_on, values.grow_alert_share),
  empty_alert: values.empty_alert,
  approval_share: share(values.approval_on, values.approval_share),
  concurrency: number(values.concurrency),
});

const LABELS: Record<keyof Settings, string> = {
  time_zone: 'Time zone',
  currency: 'Currency',
  versions_kept: 'Versions kept',
  runs_kept_days: 'Runs kept',
  logs_kept_days: 'Logs kept',
  shrink_alert_share: 'Alert on shrinking',
  grow_alert_share: 'Alert on growing',
  empty_alert: 'Alert on emptying',
  approval_share: 'Approval from',
  concurrency: 'Runs at once',
};

/** The names of the settings in which two differ. */
export const differing = (one: Settings, other: Settings): string[] =>
  (Object.keys(LABELS) as (keyof Settings)[])
    .filter((name) => one[name] !== other[name])
    .map((name) => LABELS[name]);

/** Another person's settings with one's own changes since a common start on top. */
export const merged = (start: Settings, mine: Settings, theirs: Settings): Settings =>
  Object.fromEntries(
    (Object.keys(theirs) as (keyof Settings)[]).map((name) => [
      name,
      mine[name] === start[name] ? theirs[name] : mine[name],
    ]),
  ) as Settings;

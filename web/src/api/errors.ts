// What a failed request becomes: the server's problem details, or a network that is not there.
import type { components } from './schema';

export type Fault = components['schemas']['Fault'];
export type ProblemDetails = components['schemas']['ProblemDetails'];

/** A request that the server refused; `message` is its sentence for people. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;
  /** What of the request it is about, if one thing. */
  readonly path: string | null;
  readonly faults: readonly Fault[];
  readonly requestId: string | null;
  /** All that was said, for kinds of refusal that say more: conflicts, for one. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, problem: Partial<ProblemDetails>, requestId: string | null) {
    super(problem.title ?? `The server answered ${status}.`);
    this.name = 'ApiError';
    this.status = status;
    this.code = problem.code ?? `HTTP_${status}`;
    this.hint = problem.hint ?? null;
    this.path = problem.path ?? null;
    this.faults = problem.problems ?? [];
    this.requestId = requestId;
    this.details = problem;
  }
}

/** The server could not be reached at all. */
export class Offline extends Error {
  readonly code = 'OFFLINE';

  constructor() {
    super('Muster cannot be reached.');
    this.name = 'Offline';
  }
}

export const isCode = (error: unknown, code: string): boolean =>
  error instanceof ApiError && error.code === code;

/** Whether asking again may help: the network, or a server that is busy. */
export const mayPass = (error: unknown): boolean =>
  error instanceof Offline || (error instanceof ApiError && [502, 503, 504].includes(error.status));

/** What to show of an error: a sentence and, if there is one, what to do. */
export const told = (error: unknown): { sentence: string; hint: string | null } => {
  if (error instanceof ApiError) return { sentence: error.message, hint: error.hint };
  if (error instanceof Offline)
    return { sentence: error.message, hint: 'Check your connection; nothing you wrote is lost.' };
  return { sentence: 'Something went wrong in this page.', hint: 'Reload it and try again.' };
};

/** The faults by path, for forms: `{ "$.cron": "…" }`. */
export const faultsByPath = (error: unknown): Record<string, string> =>
  error instanceof ApiError
    ? Object.fromEntries(error.faults.map((fault) => [fault.path, fault.sentence]))
    : {};

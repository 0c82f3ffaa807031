// All HTTP goes through here: typed by the API's own description, with its errors as ApiError.
import createClient from 'openapi-fetch';
import { ApiError, Offline } from './errors';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

const WORKSPACE_HEADER = 'X-Muster-Workspace';
let workspace: string | null = null;
const ended = new Set<() => void>();

/** Whose data the requests from now on are about; null: the server's choice. */
export const chooseWorkspace = (name: string | null): void => {
  workspace = name;
};

export const chosenWorkspace = (): string | null => workspace;

/** Be told when the server says that nobody is signed in any more; returns the way out. */
export const onSessionEnd = (tell: () => void): (() => void) => {
  ended.add(tell);
  return () => ended.delete(tell);
};

const reached = async (request: Request): Promise<Response> => {
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new Offline();
  }
};

export const api = createClient<paths>({ baseUrl: '/', fetch: reached });

api.use({
  onRequest({ request }) {
    if (workspace !== null) request.headers.set(WORKSPACE_HEADER, workspace);
    return request;
  },
});

type Answered<T> = { data?: T; error?: unknown; response: Response };

/**
 * Return the body of an answer.
 *
 * @throws ApiError what the server refused. Offline: it was not reached.
 */
export const unwrap = async <T>(asked: Promise<Answered<T>>): Promise<NonNullable<T>> => {
  const { data, error, response } = await asked;
  if (response.ok) return data as NonNullable<T>;
  const problem = typeof error === 'object' && error !== null ? error : {};
  const refused = new ApiError(response.status, problem, response.headers.get('X-Request-Id'));
  // A wrong password is refused with 401, too, but ends nothing.
  if (refused.status === 401 && refused.code !== 'WRONG_CREDENTIALS')
    for (const tell of ended) tell();
  throw refused;
};

/** The same with the ETag, for what is edited with If-Match. */
export const unwrapTagged = async <T>(
  asked: Promise<Answered<T>>,
): Promise<{ body: NonNullable<T>; etag: string | null }> => {
  const answer = await asked;
  const body = await unwrap(Promise.resolve(answer));
  return { body, etag: answer.response.headers.get('ETag') };
};

/** A link to something the browser downloads itself, about the chosen workspace. */
export const address = (path: string, query: Record<string, string | undefined> = {}): string => {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) asked.set(name, value);
  if (workspace !== null) asked.set('workspace', workspace);
  const text = asked.toString();
  return text ? `${path}?${text}` : path;
};

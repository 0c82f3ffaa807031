// Who is here, and which workspace they look at.
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { api, chooseWorkspace, type Schemas, unwrap } from './client';

export type Who = Schemas['WhoBody'];
export type Workspace = Schemas['WorkspaceDetail'];
export type Permission = Workspace['permissions'][number];

export const whoQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => unwrap(api.GET('/api/session')),
  staleTime: 5 * 60_000,
});

export const workspacesQuery = queryOptions({
  queryKey: ['workspaces'],
  queryFn: () => unwrap(api.GET('/api/workspaces', { params: { query: { per_page: 100 } } })),
  staleTime: 60_000,
});

/** One workspace with what the caller may do there; the requests from then on are about it. */
export const workspaceQuery = (name: string) =>
  queryOptions({
    queryKey: ['workspace', name],
    queryFn: () => unwrap(api.GET('/api/workspaces/{name}', { params: { path: { name } } })),
    staleTime: 60_000,
  });

let current: string | null = null;

/** Remember whose pages are shown; the router calls it before any page loads. */
export const enterWorkspace = (name: string): void => {
  current = name;
  chooseWorkspace(name);
};

/** The workspace whose pages are shown; null where there is none yet. */
export const currentWorkspaceName = (): string | null => current;

/** The workspace whose pages are shown. Only within the shell, which has loaded it. */
export const useWorkspace = (): Workspace & { can: (permission: Permission) => boolean } => {
  const { data } = useSuspenseQuery(workspaceQuery(current ?? ''));
  return { ...data, can: (permission) => data.permissions.includes(permission) };
};

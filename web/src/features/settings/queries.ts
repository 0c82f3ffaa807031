// What the settings read; each key stands here once.
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, type Schemas, unwrap, unwrapTagged } from '@/api/client';
import { type AuditFilters, asked } from './audit/filters';

export const peopleQuery = queryOptions({
  queryKey: ['people'],
  queryFn: () => unwrap(api.GET('/api/people')),
});

export const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  queryFn: () => unwrap(api.GET('/api/invitations')),
});

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: () => unwrap(api.GET('/api/tokens')),
});

const AUDIT_SHOWN = 25;

export const auditQuery = (filters: AuditFilters) =>
  queryOptions({
    queryKey: ['audit', filters],
    queryFn: () =>
      unwrap(
        api.GET('/api/audit', {
          params: { query: { ...asked(filters), page: filters.page, per_page: AUDIT_SHOWN } },
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: () => unwrap(api.GET('/api/channels')),
});

export const approvalsQuery = (waiting: boolean, page: number) =>
  queryOptions({
    queryKey: ['approvals', waiting, page],
    queryFn: () =>
      unwrap(
        api.GET('/api/approvals', {
          params: { query: { state: waiting ? 'pending' : undefined, page, per_page: 10 } },
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** With the ETag that a change sends back. */
export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: () => unwrapTagged(api.GET('/api/settings')),
  // A form is open over it: what another person saves shows as a conflict, not as jumping fields.
  refetchOnWindowFocus: false,
});

export const indexQuery = queryOptions({
  queryKey: ['index'],
  queryFn: () => unwrap(api.GET('/api/index')),
});

type Readiness = Schemas['ReadinessBody'];

export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: async (): Promise<Readiness> => {
    const answer = await api.GET('/readyz');
    // 503 says with the same body what fails.
    const told = (answer.data ?? answer.error) as Partial<Readiness> | undefined;
    return told?.checks ? (told as Readiness) : unwrap(Promise.resolve(answer));
  },
  refetchInterval: 30_000,
});

export const versionQuery = queryOptions({
  queryKey: ['health', 'version'],
  queryFn: () => unwrap(api.GET('/healthz')),
  staleTime: 5 * 60_000,
});

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: () => unwrap(api.GET('/api/sessions')),
});

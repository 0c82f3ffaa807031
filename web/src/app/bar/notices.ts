// What the workspace was told: queries, and where each notification leads.
import { queryOptions } from '@tanstack/react-query';
import { api, type Schemas, unwrap } from '@/api/client';

export type Notice = Schemas['NotificationBody'];

const ASKED_AGAIN_MILLISECONDS = 30_000;
const SHOWN = 30;

export const unreadQuery = queryOptions({
  queryKey: ['notifications', 'unread'],
  queryFn: async () =>
    (
      await unwrap(
        api.GET('/api/notifications', { params: { query: { unread: true, per_page: 1 } } }),
      )
    ).unread,
  refetchInterval: ASKED_AGAIN_MILLISECONDS,
});

export const noticesQuery = (unread: boolean) =>
  queryOptions({
    queryKey: ['notifications', 'list', unread],
    queryFn: () =>
      unwrap(api.GET('/api/notifications', { params: { query: { unread, per_page: SHOWN } } })),
    staleTime: 0,
  });

export type Way =
  | { kind: 'segment' | 'rule'; name: string }
  | { kind: 'run'; id: string }
  | { kind: 'tab'; tab: string };

/** Where a notification's subject is shown; null: nowhere. */
export const wayTo = (subject: string): Way | null => {
  const [noun = '', name = ''] = subject.split(/\/(.*)/);
  if (noun === 'segment' || noun === 'rule') return name ? { kind: noun, name } : null;
  if (noun === 'run' && /^\d+$/.test(name)) return { kind: 'run', id: name };
  if (noun === 'approval') return { kind: 'tab', tab: 'approvals' };
  if (noun === 'channel') return { kind: 'tab', tab: 'notifications' };
  return null;
};

/** The id of the segment or rule that a notification calls by name; null: it is gone. */
export const idOf = async (kind: 'segment' | 'rule', name: string): Promise<number | null> => {
  const query = { search: name, per_page: 50 };
  const { items } =
    kind === 'segment'
      ? await unwrap(api.GET('/api/segments', { params: { query } }))
      : await unwrap(api.GET('/api/rules', { params: { query } }));
  return items.find((one) => one.name === name)?.id ?? null;
};

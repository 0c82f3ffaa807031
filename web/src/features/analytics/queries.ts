// What the server knows of a day of the order desk, and its numbers as a file.
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Asked } from './logic';

export const ANALYTICS_KEY = 'order-analytics';

type Narrowed = Pick<Asked, 'channel' | 'status'>;

export const todayQuery = ({ day, compare, channel, status }: Asked) =>
  queryOptions({
    queryKey: [ANALYTICS_KEY, 'today', { day, compare, channel, status }],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/analytics/today', {
          params: { query: { day, compare, channel, status } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const daysQuery = (range: { from: string; to: string }, { channel, status }: Narrowed) =>
  queryOptions({
    queryKey: [ANALYTICS_KEY, 'days', { ...range, channel, status }],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/analytics/days', {
          params: { query: { ...range, channel, status } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

export type Widget = 'figures' | 'hourly' | 'statuses' | 'products' | 'customers' | 'days';

/** All numbers of a widget as CSV, with their exact digits. */
export const widgetCsv = async (
  widget: Widget,
  asked: Asked,
  range: { from: string; to: string } | null,
): Promise<Blob> => {
  const { day, compare, channel, status } = asked;
  const params = { day, compare, channel, status, ...range };
  const answer = api.POST('/api/analytics/export', { body: { widget, params }, parseAs: 'blob' });
  return (await unwrap(answer)) as unknown as Blob;
};

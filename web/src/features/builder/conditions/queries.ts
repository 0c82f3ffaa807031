// What the editors ask of the server: the values that fields really have.
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';

const MOST_SHOWN = 30;
const SELDOM_MILLISECONDS = 5 * 60_000;

export type Asked = { field: string; source?: string };

/** Frequent values of a field of the entity, or of an event. */
export const valuesQuery = ({ field, source }: Asked, search: string) =>
  queryOptions({
    queryKey: ['values', source ?? null, field, search],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/values', {
          params: { query: { field, source, search: search || undefined, limit: MOST_SHOWN } },
          signal,
        }),
      ),
    staleTime: SELDOM_MILLISECONDS,
    placeholderData: keepPreviousData,
    retry: false,
  });

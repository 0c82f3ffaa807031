// What the server knows of the compared segments.
import { keepPreviousData, queryOptions, useQueries, useQuery } from '@tanstack/react-query';
import { api, type Schemas, unwrap } from '@/api/client';
import { type SegmentRow, segmentChoicesQuery } from '@/api/queries';

export type Profile = Schemas['ProfileBody'];

/** Beyond so many, pairs are suggested from samples. */
const MOST_EXACT = 60;

/** Who is in exactly which of them, and how many each pair shares. */
export const overlapQuery = (names: string[]) =>
  queryOptions({
    queryKey: ['segments', 'overlap', names],
    queryFn: () =>
      unwrap(api.POST('/api/segments/overlap', { body: { segments: names, regions: true } })),
    placeholderData: keepPreviousData,
  });

/** Every pair there is, for suggestions. */
export const pairsQuery = (known: number) =>
  queryOptions({
    queryKey: ['segments', 'overlap', 'all', known > MOST_EXACT],
    queryFn: () =>
      unwrap(
        api.POST('/api/segments/overlap', {
          body: { method: known > MOST_EXACT ? 'sketch' : 'exact' },
        }),
      ),
  });

/** Who they are: every attribute's parts, and where they differ most from everyone. */
export const profileQuery = (names: string[]) =>
  queryOptions({
    queryKey: ['segments', 'profile', names],
    queryFn: () => unwrap(api.POST('/api/profile', { body: { segments: names } })),
    placeholderData: keepPreviousData,
  });

/** The rows of segments by name; those who are not among the first hundred are asked for. */
export const useSegments = (names: string[]) => {
  const all = useQuery(segmentChoicesQuery(''));
  const listed = all.data?.items ?? [];
  const missing = all.isSuccess
    ? names.filter((name) => !listed.some((row) => row.name === name))
    : [];
  const asked = useQueries({ queries: missing.map((name) => segmentChoicesQuery(name)) });
  const rows = new Map<string, SegmentRow>();
  for (const row of [...asked.flatMap((one) => one.data?.items ?? []), ...listed])
    rows.set(row.name, row);
  return { rows, isReady: all.isFetched && asked.every((one) => one.isFetched), query: all };
};

// What the sheet asks for: an explanation by a saved segment or an unsaved rule, and past spells.
import { queryOptions } from '@tanstack/react-query';
import { api, type Schemas, unwrap } from '@/api/client';

/** By what somebody is in or out: a published segment, or a rule as it is being written. */
export type WhySource = { segmentId: number } | { rule: unknown };

const explain = (source: WhySource, entity: string, clear: boolean, signal: AbortSignal) =>
  'segmentId' in source
    ? unwrap(
        api.GET('/api/segments/{segment_id}/explain', {
          params: { path: { segment_id: source.segmentId }, query: { entity, clear } },
          signal,
        }),
      )
    : unwrap(
        api.POST('/api/explain', {
          body: { rule: source.rule as Schemas['ExplainRequest']['rule'], entity, clear },
          signal,
        }),
      );

export const explanationQuery = (source: WhySource, entity: string, clear: boolean) =>
  queryOptions({
    queryKey:
      'segmentId' in source
        ? ['segment', source.segmentId, 'explain', entity, clear]
        : ['explain', source.rule, entity, clear],
    queryFn: ({ signal }) => explain(source, entity, clear, signal),
  });

export const membershipQuery = (segmentId: number, entity: string) =>
  queryOptions({
    queryKey: ['segment', segmentId, 'membership', entity],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/segments/{segment_id}/membership', {
          params: { path: { segment_id: segmentId }, query: { entity } },
          signal,
        }),
      ),
  });

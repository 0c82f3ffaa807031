// What the builder asks of the server, each question once.
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, type Schemas, unwrap, unwrapTagged } from '@/api/client';
import type { Definition } from './document';
import { heldDraft } from './drafts/held';
import { newest, readDraft } from './drafts/logic';

export type Live = Schemas['LiveBody'];
type Part = NonNullable<Schemas['LiveRequest']['parts']>[number];
type LiveInput = Omit<Schemas['LiveRequest'], 'rule' | 'parts'>;

/** The editing session's name: a newer question of it ends an older one on the server. */
const TAB = `web-${Math.random().toString(36).slice(2, 12)}`;
const A_WHILE_MILLISECONDS = 60_000;

const live = (rule: Definition, parts: Part[], more: LiveInput, signal?: AbortSignal) =>
  unwrap(api.POST('/api/live', { body: { rule: rule as never, parts, ...more }, signal }));

/** The exact size and what each condition alone has. */
export const askSize = (rule: Definition, signal: AbortSignal): Promise<Live> =>
  live(rule, ['size'], { draft: `${TAB}:size` } as LiveInput, signal);

/** The size from a sample, while the exact one takes its time. */
export const askEstimate = (rule: Definition, signal: AbortSignal): Promise<Live> =>
  live(rule, ['size'], { draft: `${TAB}:estimate`, estimate: true } as LiveInput, signal);

export type Shown = {
  parts: Part[];
  order?: 'written' | 'narrowing';
  attributes?: string[];
};

/** Everything that is shown beside the size, in one question. */
export const partsQuery = (rule: Definition | null, { parts, order, attributes }: Shown) =>
  queryOptions({
    queryKey: ['live', rule, parts, order ?? 'written', attributes ?? null],
    queryFn: ({ signal }) =>
      live(
        rule as Definition,
        ['size', ...parts],
        { draft: `${TAB}:parts`, samples: 3, order, attributes, nearest: 5 } as LiveInput,
        signal,
      ),
    enabled: rule !== null && parts.length > 0,
    placeholderData: keepPreviousData,
    staleTime: A_WHILE_MILLISECONDS,
    gcTime: A_WHILE_MILLISECONDS,
  });

/** The size by one number of one condition. */
export const curveQuery = (rule: Definition | null, path: string | undefined) =>
  queryOptions({
    queryKey: ['live', rule, 'curve', path],
    queryFn: ({ signal }) =>
      live(
        rule as Definition,
        ['size', 'curve'],
        { draft: `${TAB}:curve`, curve: path } as LiveInput,
        signal,
      ),
    enabled: rule !== null && path !== undefined,
    placeholderData: keepPreviousData,
    staleTime: A_WHILE_MILLISECONDS,
    gcTime: A_WHILE_MILLISECONDS,
  });

/** What the rule has to do with published ones; `name`: the rule that is edited. */
export const reuseQuery = (rule: Definition | null, name: string | null) =>
  queryOptions({
    queryKey: ['reuse', rule, name],
    queryFn: ({ signal }) =>
      unwrap(api.POST('/api/reuse', { body: { rule: rule as never, name }, signal })),
    enabled: rule !== null,
    placeholderData: keepPreviousData,
    staleTime: A_WHILE_MILLISECONDS,
    gcTime: A_WHILE_MILLISECONDS,
    retry: false,
  });

/** Whether the server takes a rule, what it says, and what may not be meant. */
export const lintQuery = (rule: Definition | null) =>
  queryOptions({
    queryKey: ['lint', rule],
    queryFn: ({ signal }) =>
      unwrap(api.POST('/api/lint', { body: { rule: rule as never }, signal })),
    enabled: rule !== null,
    retry: false,
    gcTime: A_WHILE_MILLISECONDS,
  });

/** The rule spelled as YAML, SQL and a sentence. */
export const textQuery = (rule: Definition) =>
  queryOptions({
    queryKey: ['rule-text', rule],
    queryFn: ({ signal }) =>
      unwrap(api.POST('/api/rule-text', { body: { rule: rule as never }, signal })),
    placeholderData: keepPreviousData,
    gcTime: A_WHILE_MILLISECONDS,
  });

/** A rule as it is edited, with the ETag that a save of it names. */
export const editedRuleQuery = (id: number) =>
  queryOptions({
    queryKey: ['rule', id, 'edited'],
    queryFn: () =>
      unwrapTagged(api.GET('/api/rules/{rule_id}', { params: { path: { rule_id: id } } })),
    // What is being edited must not change under the hands; a save says so if it did.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });

/** What was autosaved under a key, here or on the server: the newer one. */
export const keptDraftQuery = (key: string) =>
  queryOptions({
    queryKey: ['kept', key],
    queryFn: async () => {
      const held = heldDraft(key);
      try {
        const items = await unwrap(api.GET('/api/kept', { params: { query: { prefix: key } } }));
        const item = items.items.find((one) => one.key === key);
        return newest(readDraft(item?.value), held);
      } catch {
        return held; // a draft that cannot be fetched is no reason not to edit
      }
    },
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });

export const knownTagsQuery = queryOptions({
  queryKey: ['tags'],
  queryFn: () => unwrap(api.GET('/api/tags')),
  staleTime: A_WHILE_MILLISECONDS,
});

export const firesQuery = (cron: string, timeZone: string) =>
  queryOptions({
    queryKey: ['schedules', 'preview', cron, timeZone],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/schedules/preview', {
          params: { query: { cron, time_zone: timeZone } },
          signal,
        }),
      ),
    retry: false,
    staleTime: A_WHILE_MILLISECONDS,
  });

/** The schedule of a published rule; null where it has none. */
export const scheduleQuery = (rule: string | null) =>
  queryOptions({
    queryKey: ['schedules', 'of', rule],
    queryFn: async () => {
      const found = await unwrap(
        api.GET('/api/schedules', { params: { query: { rule: rule ?? '' } } }),
      );
      return found.items[0] ?? null;
    },
    enabled: rule !== null,
  });

const POLL_MILLISECONDS = 1000;

/** A run, asked again each second until it ends. */
export const runQuery = (id: number) =>
  queryOptions({
    queryKey: ['runs', 'watched', id],
    queryFn: () => unwrap(api.GET('/api/runs/{run_id}', { params: { path: { run_id: id } } })),
    refetchInterval: ({ state: { data } }) =>
      data && ['published', 'failed', 'cancelled'].includes(data.state) ? false : POLL_MILLISECONDS,
  });

/** The segment of a rule; null: it was never published. */
export const segmentOfRuleQuery = (ruleId: number, name: string) =>
  queryOptions({
    queryKey: ['segments', 'of rule', ruleId],
    queryFn: async () => {
      const query = { search: name, per_page: 100 };
      const found = await unwrap(api.GET('/api/segments', { params: { query } }));
      return found.items.find((one) => one.rule.id === ruleId) ?? null;
    },
  });

/** What a rule is made of, and what is made of it. */
export const lineageQuery = (ruleId: number) =>
  queryOptions({
    queryKey: ['rule', ruleId, 'lineage'],
    queryFn: () =>
      unwrap(api.GET('/api/rules/{rule_id}/lineage', { params: { path: { rule_id: ruleId } } })),
  });

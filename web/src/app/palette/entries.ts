// What the palette offers: places, actions, workspaces, recent pages, and what the server finds.
import { useMantineColorScheme } from '@mantine/core';
import {
  IconBuilding,
  IconClockHour4,
  IconKeyboard,
  IconListDetails,
  IconMoon,
  IconPlus,
  IconRefresh,
  IconSun,
  IconUsersGroup,
} from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api, unwrap } from '@/api/client';
import { refreshRules } from '@/api/queries';
import { useWorkspace, workspacesQuery } from '@/api/session';
import { plural } from '@/lib/format';
import { toastDone, toastError } from '@/ui/toast';
import { useAsk } from '../dialogs';
import { PLACES } from '../navigation';
import { useSwitchWorkspace } from '../switchWorkspace';
import { type Entry, refreshing } from './rank';
import { readRecent } from './recent';

export type Offer = Entry & {
  icon: typeof IconPlus;
  /** Put into the field instead of doing something. */
  type?: string;
  act: () => void;
};

const MOST_FOUND = 6;

const foundQuery = (search: string) => ({
  queryKey: ['segments', 'palette', search],
  enabled: search.length > 0,
  placeholderData: keepPreviousData,
  queryFn: async () => {
    const query = { search, per_page: MOST_FOUND };
    const [segments, rules] = await Promise.all([
      unwrap(api.GET('/api/segments', { params: { query } })),
      unwrap(api.GET('/api/rules', { params: { query } })),
    ]);
    return { segments: segments.items, rules: rules.items };
  },
});

/** Everything that may be offered for a text, before it is ranked. */
export const useOffers = (query: string, settled: string): { offers: Offer[]; busy: boolean } => {
  const refresh = refreshing(query);
  const search = (refreshing(settled) ?? settled).trim();
  const found = useQuery(foundQuery(search));
  const fixed = useFixedOffers();
  const refreshOffers = useRefreshOffers(found.data?.segments ?? []);
  const served = useServedOffers(search ? found.data : undefined);
  const offers = refresh === null ? [...fixed, ...served] : refreshOffers;
  return { offers, busy: search !== '' && (found.isFetching || settled !== query) };
};

type Found = Awaited<ReturnType<ReturnType<typeof foundQuery>['queryFn']>>;

function useServedOffers(found: Found | undefined): Offer[] {
  const navigate = useNavigate();
  const { can } = useWorkspace();
  if (found === undefined) return [];
  const segments = found.segments.map((one) => ({
    id: `segment ${one.id}`,
    group: 'Segments',
    label: one.title,
    detail: one.row_count === null ? 'never refreshed' : plural(one.row_count, 'member'),
    words: one.name,
    found: true,
    icon: IconUsersGroup,
    act: () => void navigate({ to: '/segments/$segmentId', params: { segmentId: String(one.id) } }),
  }));
  if (!can('edit')) return segments;
  const rules = found.rules.map((one) => ({
    id: `rule ${one.id}`,
    group: 'Rules',
    label: `Edit ${one.title}`,
    detail: one.status === 'draft' ? 'draft' : undefined,
    words: one.name,
    found: true,
    icon: IconListDetails,
    act: () => void navigate({ to: '/rules/edit/$ruleId', params: { ruleId: String(one.id) } }),
  }));
  return [...segments, ...rules];
}

function useRefreshOffers(segments: Found['segments']): Offer[] {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const trigger = async (ruleId: number, title: string) => {
    try {
      const asked = await unwrap(
        api.POST('/api/rules/{rule_id}/trigger', { params: { path: { rule_id: ruleId } } }),
      );
      await refreshRules(queries);
      const runId = String(asked.run_id);
      toastDone(`${title} is being refreshed.`, {
        link: {
          label: 'Watch it',
          go: () => void navigate({ to: '/runs/$runId', params: { runId } }),
        },
      });
    } catch (error) {
      toastError(error);
    }
  };
  return segments.map((one) => ({
    id: `refresh ${one.id}`,
    group: 'Refresh',
    label: `Refresh ${one.title}`,
    words: one.name,
    found: true,
    icon: IconRefresh,
    act: () => void trigger(one.rule.id, one.title),
  }));
}

function useFixedOffers(): Offer[] {
  const navigate = useNavigate();
  const ask = useAsk();
  const workspace = useWorkspace();
  const workspaces = useQuery(workspacesQuery);
  const switchTo = useSwitchWorkspace();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const light = colorScheme === 'light';
  const action = (id: string, label: string, icon: Offer['icon'], more: Partial<Offer>): Offer => ({
    id,
    group: 'Actions',
    label,
    icon,
    act: () => {},
    ...more,
  });
  return [
    ...readRecent(workspace.name).map(({ path, title }) => ({
      id: `recent ${path}`,
      group: 'Recent',
      label: title,
      icon: IconClockHour4,
      act: () => void navigate({ to: path }),
    })),
    ...PLACES.map(({ to, label, icon, key }) => ({
      id: `place ${to}`,
      group: 'Places',
      label,
      detail: `g ${key}`,
      icon,
      act: () => void navigate({ to }),
    })),
    ...(workspace.can('edit')
      ? [
          action('new', 'New rule', IconPlus, {
            words: 'create build audience segment',
            act: () => void navigate({ to: '/rules/new' }),
          }),
        ]
      : []),
    ...(workspace.can('run')
      ? [
          action('refresh', 'Refresh a segment', IconRefresh, {
            words: 'run trigger now',
            type: 'refresh ',
          }),
        ]
      : []),
    action(
      'theme',
      light ? 'Use the dark theme' : 'Use the light theme',
      light ? IconMoon : IconSun,
      {
        words: 'colour color scheme mode',
        act: () => setColorScheme(light ? 'dark' : 'light'),
      },
    ),
    action('keys', 'Show all keys', IconKeyboard, {
      words: 'shortcuts keyboard help',
      act: () => ask('keys'),
    }),
    ...(workspaces.data?.items ?? [])
      .filter((one) => one.name !== workspace.name)
      .map((one) => ({
        id: `workspace ${one.name}`,
        group: 'Workspaces',
        label: `Switch to ${one.title}`,
        words: `workspace ${one.name}`,
        icon: IconBuilding,
        act: () => void switchTo(one.name),
      })),
  ];
}

// Every page's address; each page is a chunk of its own, loaded when it is first asked for.
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router';
import { enter } from './enter';
import { PageError, ShellError } from './PageError';
import { PageMissing } from './PageMissing';
import { Shell } from './Shell';

/** What addresses may carry: the workspace on every page, and what a page itself keeps there. */
export type Search = { workspace?: string } & Record<string, unknown>;

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  validateSearch: (search: Record<string, unknown>): Search => ({
    ...search,
    workspace: typeof search.workspace === 'string' ? search.workspace : undefined,
  }),
  search: { middlewares: [retainSearchParams(['workspace'])] },
  beforeLoad: ({ context, search }) => enter(context.queries, search.workspace),
  component: Shell,
  errorComponent: ShellError,
  notFoundComponent: PageMissing,
});

// biome-ignore lint/suspicious/noExplicitAny: the loader's own type for a module of components
type Module = Record<string, any>;

const page = <Path extends string>(path: Path, load: () => Promise<Module>, name: string) =>
  createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(load, name),
  });

const builder = () => import('@/features/builder/BuilderPage');
const order = () => import('@/features/orders/OrderPage');
const tree = root.addChildren([
  page('/', () => import('@/features/home/HomePage'), 'HomePage'),
  page('/rules', () => import('@/features/rules/RulesPage'), 'RulesPage'),
  page('/rules/new', builder, 'NewRulePage'),
  page('/rules/edit/$ruleId', builder, 'EditRulePage'),
  page('/segments', () => import('@/features/segments/SegmentsPage'), 'SegmentsPage'),
  page('/segments/$segmentId', () => import('@/features/segment/SegmentPage'), 'SegmentPage'),
  page('/compare', () => import('@/features/compare/ComparePage'), 'ComparePage'),
  page('/orders', () => import('@/features/orders/OrdersPage'), 'OrdersPage'),
  page('/orders/new', order, 'NewOrderPage'),
  page('/orders/import', () => import('@/features/orders/import/ImportPage'), 'ImportPage'),
  page('/orders/history', () => import('@/features/orders/history/HistoryPage'), 'HistoryPage'),
  page('/orders/$orderId', order, 'OrderPage'),
  page('/analytics', () => import('@/features/analytics/AnalyticsPage'), 'AnalyticsPage'),
  page('/runs', () => import('@/features/runs/RunsPage'), 'RunsPage'),
  page('/runs/$runId', () => import('@/features/runs/RunPage'), 'RunPage'),
  page('/sources', () => import('@/features/sources/SourcesPage'), 'SourcesPage'),
  page('/sources/model', () => import('@/features/sources/ModelPage'), 'ModelPage'),
  page('/settings', () => import('@/features/settings/SettingsPage'), 'SettingsPage'),
  page('/settings/$tab', () => import('@/features/settings/SettingsPage'), 'SettingsPage'),
]);

export const makeRouter = (queries: QueryClient) =>
  createRouter({
    routeTree: tree,
    context: { queries },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultErrorComponent: PageError,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}

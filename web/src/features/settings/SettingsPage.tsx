// The settings: their parts at the left (a choice on narrow screens), each loaded when it is shown.
import { Select, Stack } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type ComponentType, lazy, Suspense } from 'react';
import { useWorkspace } from '@/api/session';
import { Page } from '@/ui/Page';
import { SkeletonLines } from '@/ui/StateView';
import { Forbidden } from './parts/Forbidden';
import classes from './SettingsPage.module.css';
import { TABS, type TabName, tabOf } from './tabs';

const PARTS: Record<TabName, ComponentType> = {
  people: lazy(() => import('./people/PeopleTab').then((it) => ({ default: it.PeopleTab }))),
  tokens: lazy(() => import('./tokens/TokensTab').then((it) => ({ default: it.TokensTab }))),
  audit: lazy(() => import('./audit/AuditTab').then((it) => ({ default: it.AuditTab }))),
  notifications: lazy(() =>
    import('./channels/ChannelsTab').then((it) => ({ default: it.ChannelsTab })),
  ),
  approvals: lazy(() =>
    import('./approvals/ApprovalsTab').then((it) => ({ default: it.ApprovalsTab })),
  ),
  workspace: lazy(() =>
    import('./workspace/WorkspaceTab').then((it) => ({ default: it.WorkspaceTab })),
  ),
  account: lazy(() => import('./account/AccountTab').then((it) => ({ default: it.AccountTab }))),
  about: lazy(() => import('./about/AboutTab').then((it) => ({ default: it.AboutTab }))),
};

export function SettingsPage() {
  const { tab: named } = useParams({ strict: false });
  const navigate = useNavigate();
  const { can, title } = useWorkspace();
  const tab = tabOf(named);
  const Part = PARTS[tab.name];
  useDocumentTitle(`${tab.label} · Settings · Muster`);
  const allowed = tab.needs === undefined || can(tab.needs);
  return (
    <Page title="Settings" description={`${title}, and your own`}>
      <div className={classes.frame}>
        <nav aria-label="Settings" className={classes.tabs}>
          <ul>
            {TABS.map(({ name, label }) => (
              <li key={name}>
                <Link
                  to="/settings/$tab"
                  params={{ tab: name }}
                  className={classes.tab}
                  aria-current={name === tab.name ? 'page' : undefined}
                >
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <Select
          className={classes.choice}
          label="Part of the settings"
          value={tab.name}
          allowDeselect={false}
          data={TABS.map(({ name, label }) => ({ value: name, label }))}
          onChange={(name) =>
            name && void navigate({ to: '/settings/$tab', params: { tab: name } })
          }
        />
        <Stack gap="xl" miw={0} key={tab.name}>
          {allowed || tab.needs === undefined ? (
            <Suspense fallback={<SkeletonLines lines={6} />}>
              <Part />
            </Suspense>
          ) : (
            <Forbidden needs={tab.needs} what={tab.label} />
          )}
        </Stack>
      </div>
    </Page>
  );
}

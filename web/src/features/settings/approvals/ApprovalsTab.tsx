// Edits that move many members wait for somebody else's word: what would change, and the answer.
import { SegmentedControl, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { percent } from '@/lib/format';
import { EmptyNote } from '@/ui/EmptyNote';
import { Pager } from '@/ui/Pager';
import { StateView } from '@/ui/StateView';
import { Section } from '../parts/Section';
import { approvalsQuery, settingsQuery } from '../queries';
import { ApprovalCard } from './ApprovalCard';

export function ApprovalsTab() {
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const navigate = useNavigate();
  const waiting = search.show !== 'all';
  const page = Math.max(1, Number(search.page) || 1);
  const approvals = useQuery(approvalsQuery(waiting, page));
  const go = (show: string | undefined, to: number | undefined) =>
    void navigate({
      to: '.',
      search: (before: Record<string, unknown>) => ({ ...before, show, page: to }),
      replace: true,
    });
  return (
    <Section
      title="Approvals"
      description={<Policy />}
      actions={
        <SegmentedControl
          aria-label="Which requests"
          value={waiting ? 'waiting' : 'all'}
          onChange={(which) => go(which === 'all' ? 'all' : undefined, undefined)}
          data={[
            { value: 'waiting', label: 'Waiting' },
            { value: 'all', label: 'All' },
          ]}
        />
      }
    >
      <StateView
        query={approvals}
        isEmpty={({ total }) => total === 0}
        empty={
          <EmptyNote title={waiting ? 'Nothing waits for approval' : 'Nothing was ever asked for'}>
            {waiting
              ? 'Edits that move more members than the policy allows appear here.'
              : 'Requests stay listed here after they are decided.'}
          </EmptyNote>
        }
      >
        {({ items, page: at, pages, total }) => (
          <Stack>
            {items.map((one) => (
              <ApprovalCard key={one.id} approval={one} />
            ))}
            <Pager
              page={at}
              pages={pages}
              total={total}
              noun={total === 1 ? 'request' : 'requests'}
              onPage={(to) => go(waiting ? undefined : 'all', to)}
            />
          </Stack>
        )}
      </StateView>
    </Section>
  );
}

function Policy() {
  const settings = useQuery(settingsQuery).data?.body.settings;
  const share = settings?.approval_share ?? null;
  return (
    <Text span size="sm">
      {share === null
        ? 'No edit needs approval now. '
        : `An edit that moves ${percent(share, 0)} or more of a segment's members needs somebody else's word. `}
      <Link to="/settings/$tab" params={{ tab: 'workspace' }} hash="alerts">
        The policy
      </Link>{' '}
      is part of the workspace's settings.
    </Text>
  );
}

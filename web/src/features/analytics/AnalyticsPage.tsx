// One day of the order desk in numbers and charts; each opens the orders behind it.
import { Box, Code, Stack, Text } from '@mantine/core';
import { IconShoppingCartOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { isCode } from '@/api/errors';
import { useWorkspace } from '@/api/session';
import { EmptyNote } from '@/ui/EmptyNote';
import { Page } from '@/ui/Page';
import { StateView } from '@/ui/StateView';
import { DaySkeleton } from './DaySkeleton';
import { DayView } from './DayView';
import { Filters } from './Filters';
import { type Asked, readAsked } from './logic';
import { todayQuery } from './queries';
import { useLive } from './useLive';

export function AnalyticsPage() {
  const asked = readAsked(useSearch({ strict: false }));
  const navigate = useNavigate();
  const [paused, setPaused] = useState(false);
  const today = useQuery(todayQuery(asked));
  const noDesk = isCode(today.error, 'NO_ORDER_DESK');
  const live = useLive(paused || noDesk);
  const ask = (change: Partial<Asked>) =>
    void navigate({
      to: '/analytics',
      search: (before) => ({ ...before, ...change }),
      replace: true,
      resetScroll: false,
    });
  return (
    <Page
      title="Analytics"
      description="What a day of the order desk comes to, beside an earlier one, with the orders behind every number."
    >
      {noDesk ? (
        <NoDesk />
      ) : (
        <Stack gap="lg">
          <Filters
            asked={asked}
            today={today.data}
            live={live}
            onAsk={ask}
            onPause={() => {
              if (paused) void today.refetch();
              setPaused(!paused);
            }}
          />
          <Box aria-busy={today.isPlaceholderData}>
            <StateView query={today} skeleton={<DaySkeleton />}>
              {(found) => <DayView today={found} asked={asked} onAsk={ask} />}
            </StateView>
          </Box>
        </Stack>
      )}
    </Page>
  );
}

function NoDesk() {
  const { name } = useWorkspace();
  return (
    <EmptyNote
      icon={<IconShoppingCartOff size={32} stroke={1.5} aria-hidden />}
      title="There are no orders to count yet"
    >
      <Stack gap="xs">
        <Text>This page counts the orders of the order desk, and this workspace has none.</Text>
        <Text>
          Set one up with <Code>muster orders setup --workspace {name}</Code>, fill it with{' '}
          <Code>muster orders populate</Code>, or import orders.
        </Text>
      </Stack>
    </EmptyNote>
  );
}

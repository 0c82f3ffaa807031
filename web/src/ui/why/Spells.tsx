// When somebody was in and when not: a strip for the eye, a list for everybody.
import { Box, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { stretches } from './logic';
import { membershipQuery } from './queries';
import { TruthSign } from './TruthSign';
import classes from './WhySheet.module.css';

const TRUTH = { in: true, out: false, unknown: null } as const;
const WORD = { in: 'In', out: 'Out', unknown: 'Unknown' } as const;

export function Spells({ segmentId, entity }: { segmentId: number; entity: string }) {
  const membership = useQuery(membershipQuery(segmentId, entity));
  return (
    <StateView
      query={membership}
      skeleton={<SkeletonLines lines={2} />}
      isEmpty={({ spells }) => spells.length === 0}
      empty={<Text c="dimmed">No version has been published yet.</Text>}
    >
      {({ spells }) => {
        const parts = stretches(spells);
        return (
          <Stack gap="sm">
            <div className={classes.strip} aria-hidden>
              {parts.map(({ from, state, width }) => (
                <Box key={from} data-state={state} style={{ flexGrow: width }} />
              ))}
            </div>
            <ol className={classes.spells} aria-label="Times in and out">
              {parts.map(({ from, state, words }) => (
                <li key={from}>
                  <TruthSign truth={TRUTH[state]} word={WORD[state]} />
                  <Text size="sm">{words}</Text>
                </li>
              ))}
            </ol>
          </Stack>
        );
      }}
    </StateView>
  );
}

// Who entered and who left from one published version to another, with some of their keys.
import { Badge, Group, Paper, SimpleGrid, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconLogin2, IconLogout2, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { count } from '@/lib/format';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { differenceQuery } from '../queries';
import classes from './history.module.css';

const WhySheet = lazy(() => import('@/ui/why/WhySheet').then((m) => ({ default: m.WhySheet })));

export function Difference(props: { segmentId: number; from: number; to: number }) {
  const { segmentId, from, to } = props;
  const difference = useQuery(differenceQuery(segmentId, from, to));
  const [why, setWhy] = useState<string | null>(null);
  return (
    <>
      <StateView query={difference} skeleton={<SkeletonLines lines={3} />}>
        {(found) => (
          <Stack gap="xs" aria-busy={difference.isFetching} role="group" aria-label="Difference">
            <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
              <Moved
                icon={<IconLogin2 size={20} color="var(--mu-good)" aria-hidden />}
                words="entered"
                number={found.entered}
                keys={found.entered_sample}
                onWhy={setWhy}
              />
              <Moved
                icon={<IconLogout2 size={20} color="var(--mu-warn)" aria-hidden />}
                words="left"
                number={found.left}
                keys={found.left_sample}
                onWhy={setWhy}
              />
              <Moved
                icon={<IconUsers size={20} color="var(--mu-info)" aria-hidden />}
                words="stayed"
                number={found.stayed}
                keys={[]}
                onWhy={setWhy}
              >
                {found.rule_changed && <Badge>The rule changed in between</Badge>}
              </Moved>
            </SimpleGrid>
          </Stack>
        )}
      </StateView>
      <Suspense>
        <WhySheet
          opened={why !== null}
          onClose={() => setWhy(null)}
          source={{ segmentId }}
          entity={why}
        />
      </Suspense>
    </>
  );
}

type MovedProps = {
  icon: ReactNode;
  words: string;
  number: number;
  keys: (string | number)[];
  onWhy: (key: string) => void;
  children?: ReactNode;
};

function Moved({ icon, words, number, keys, onWhy, children }: MovedProps) {
  return (
    <Paper p="sm" bg="var(--mu-raised)">
      <Group gap="xs" wrap="nowrap">
        {icon}
        <Text>
          <Text span fw={800} fz="xl" className="mu-numbers">
            {count(number)}
          </Text>{' '}
          {words}
        </Text>
      </Group>
      {keys.length > 0 && (
        <ul className={classes.keys} aria-label={`Some who ${words}`}>
          {keys.map((key) => (
            <li key={key}>
              <UnstyledButton
                className={classes.key}
                onClick={() => onWhy(String(key))}
                aria-label={`Why is ${key} in, or out?`}
              >
                {key}
              </UnstyledButton>
            </li>
          ))}
        </ul>
      )}
      {children}
    </Paper>
  );
}

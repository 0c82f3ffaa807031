// One of the canvas's blocks: who is included, who is left out, who is asked about at all.
import { Group as Line, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { AddMenu } from './AddMenu';
import classes from './Canvas.module.css';
import { Faults } from './Faults';
import { MatchFields } from './MatchFields';
import { NodeList } from './NodeList';
import type { Group } from './types';

type Props = {
  kind: 'include' | 'exclude' | 'universe';
  title: string;
  icon: ReactNode;
  sentence: string;
  group: Group;
};

export function Block({ kind, title, icon, sentence, group }: Props) {
  const has = group.children.length > 0;
  return (
    <section className={classes.block} data-block={kind} data-node={group.id} aria-label={title}>
      <Stack gap={8}>
        <Line gap={8} className={classes.head}>
          {icon}
          <Title order={2} size="h3" className={classes.word}>
            {title}
          </Title>
          <Text size="sm" c="dimmed">
            {sentence}
          </Text>
          {kind !== 'exclude' && has && <MatchFields group={group} block />}
        </Line>
        {has && <NodeList group={group} level={1} label={`${title}: conditions`} />}
        <AddMenu
          group={group}
          level={1}
          label={kind === 'exclude' ? 'Add people to exclude' : 'Add condition'}
          empty={!has}
        />
        <Faults id={group.id} />
      </Stack>
    </section>
  );
}

// A group inside another: how many of its conditions must match, the conditions, and Add.
import { Stack } from '@mantine/core';
import { AddMenu } from './AddMenu';
import { Faults } from './Faults';
import { MatchFields } from './MatchFields';
import { NodeList } from './NodeList';
import { matchWords } from './names';
import type { Group } from './types';

type Props = { group: Group; level: number };

export function GroupView({ group, level }: Props) {
  return (
    <Stack gap={6}>
      <MatchFields group={group} />
      <NodeList
        group={group}
        level={level}
        label={`Conditions, ${matchWords(group.match, group.negated)}`}
      />
      <AddMenu group={group} level={level} empty={group.children.length === 0} />
      <Faults id={group.id} />
    </Stack>
  );
}

// The rule's conditions as a tree: each with whether it is met, what was found, what was needed.
import { Group, Stack, Text } from '@mantine/core';
import { IconClock } from '@tabler/icons-react';
import { moment } from '@/lib/format';
import { Evidence } from './Evidence';
import {
  type ExplainedCondition,
  type ExplainedGroup,
  type ExplainedNode,
  groupWords,
  metWords,
  shownWords,
  truthWord,
  unwrapped,
} from './logic';
import { TruthSign } from './TruthSign';
import classes from './WhySheet.module.css';

export function ConditionTree({ node, label }: { node: ExplainedNode; label: string }) {
  const shown = unwrapped(node);
  return (
    <ul className={classes.tree} aria-label={label}>
      <Branch node={shown} />
    </ul>
  );
}

export function Branch({ node }: { node: ExplainedNode }) {
  const shown = unwrapped(node);
  return (
    <li className={classes.branch} data-truth={String(shown.truth)}>
      {shown.kind === 'condition' ? <Condition condition={shown} /> : <Several group={shown} />}
    </li>
  );
}

function Several({ group }: { group: ExplainedGroup }) {
  return (
    <>
      <Group gap="sm" wrap="wrap">
        <TruthSign truth={group.truth} />
        <Text size="sm" c="dimmed">
          {groupWords(group)} · {metWords(group)}
        </Text>
      </Group>
      <ul className={classes.tree} aria-label={groupWords(group)}>
        {group.children.map((child, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the tree of one answer never moves
          <Branch key={place} node={child} />
        ))}
      </ul>
    </>
  );
}

function Condition({ condition }: { condition: ExplainedCondition }) {
  const { truth, sentence, found, needed, evidence, flip, no_flip_because } = condition;
  return (
    <Stack gap={6}>
      <Group gap="sm" align="flex-start" wrap="nowrap">
        <TruthSign truth={truth} />
        <Text size="sm" fw={600}>
          {sentence}
        </Text>
      </Group>
      <dl className={classes.facts}>
        <dt>Found</dt>
        <dd className="mu-numbers">{shownWords(found) || 'nothing'}</dd>
        <dt>Needed</dt>
        <dd>{needed}</dd>
        {(flip || no_flip_because) && (
          <>
            <dt>{truth === true ? 'To stop' : 'To be met'}</dt>
            <dd>{shownWords(flip?.words ?? no_flip_because ?? '')}</dd>
          </>
        )}
      </dl>
      {condition.turns_at && (
        <Group gap={4} c="dimmed" wrap="nowrap" align="flex-start">
          <IconClock size={16} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
          <Text size="sm">
            {truthWord(condition.turns_to)} by itself from {moment(condition.turns_at)}
          </Text>
        </Group>
      )}
      {evidence && <Evidence evidence={evidence} about={sentence} />}
    </Stack>
  );
}

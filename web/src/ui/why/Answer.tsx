// The answer of the sheet: the verdict large, why, what would change it, and the conditions.
import { Alert, Group, List, Paper, Stack, Switch, Text, Title } from '@mantine/core';
import {
  IconArrowsExchange,
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconHelpCircle,
  IconInfoCircle,
} from '@tabler/icons-react';
import { useWorkspace } from '@/api/session';
import { ago, moment } from '@/lib/format';
import { ConditionTree } from './ConditionTree';
import { type Explanation, lapseWords, MASK, reasonOf, verdictOf } from './logic';

const VERDICT = {
  in: { word: 'In', icon: IconCircleCheck, colour: 'var(--mu-good)' },
  out: { word: 'Out', icon: IconCircleX, colour: 'var(--mu-warn)' },
  unknown: { word: 'Unknown', icon: IconHelpCircle, colour: 'var(--mu-info)' },
} as const;

type Props = { found: Explanation; clear: boolean; onClear: (clear: boolean) => void };

export function Answer({ found, clear, onClear }: Props) {
  const verdict = verdictOf(found);
  const { word, icon: Icon, colour } = VERDICT[verdict];
  return (
    <Stack gap="lg">
      <Paper withBorder p="md" bg="var(--mu-surface)" role="status">
        <Group wrap="nowrap" gap="md">
          <Icon size={44} stroke={1.6} color={colour} aria-hidden style={{ flexShrink: 0 }} />
          <div>
            <Text fz={28} fw={800} lh={1.1} data-testid="verdict" data-verdict={verdict}>
              {word}
            </Text>
            <Text size="sm" c="dimmed">
              {found.entity}, {about(found)}
            </Text>
          </div>
        </Group>
        <Text mt="sm">{reasonOf(found)}</Text>
      </Paper>
      {!found.agrees_with_published && <Disagreement found={found} />}
      {(found.masked || clear) && <Personal clear={clear} onClear={onClear} />}
      <Flip found={found} />
      <Stack gap="xs">
        <Title order={3}>Condition by condition</Title>
        <Text size="sm" c="dimmed">
          {found.sentence}
        </Text>
        <ConditionTree node={found.where} label="Conditions" />
        {found.universe && (
          <>
            <Title order={3}>Whom the rule asks about</Title>
            <ConditionTree node={found.universe} label="Whom the rule asks about" />
          </>
        )}
        {found.exclude.length > 0 && (
          <>
            <Title order={3}>Left out</Title>
            {found.exclude.map((condition, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the list of one answer never moves
              <ConditionTree key={place} node={condition} label={condition.sentence} />
            ))}
          </>
        )}
      </Stack>
    </Stack>
  );
}

const about = ({ version, as_of }: Explanation): string =>
  version === null ? `as of ${moment(as_of)}` : `by version ${version}, as of ${moment(as_of)}`;

function Disagreement({ found }: { found: Explanation }) {
  return (
    <Alert variant="default" icon={<IconInfoCircle aria-hidden />} title="The data has moved on">
      When the version was published, {found.entity} was {found.published_member ? 'in' : 'not in'},
      and the data or a segment it is made of has changed since. Refresh the segment to publish what
      is true now.
    </Alert>
  );
}

function Flip({ found }: { found: Explanation }) {
  const { flip, lapse } = found;
  return (
    <Stack gap="xs">
      <Title order={3}>What would change it</Title>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <IconArrowsExchange size={18} aria-hidden style={{ flexShrink: 0, marginTop: 3 }} />
        <div>
          <Text size="sm">{sentenceOf(flip.words)}</Text>
          {flip.steps.length > 0 && (
            <List size="sm" mt={4} spacing={4}>
              {flip.steps.map(({ path, sentence, change }) => (
                <List.Item key={path + sentence}>
                  {sentence}
                  {change && change.words !== MASK && (
                    <Text span inherit c="dimmed">
                      : {change.words}
                    </Text>
                  )}
                </List.Item>
              ))}
            </List>
          )}
        </div>
      </Group>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <IconClock size={18} aria-hidden style={{ flexShrink: 0, marginTop: 3 }} />
        <Text size="sm">
          {lapseWords(lapse)}{' '}
          {lapse.at && (
            <Text span inherit c="dimmed">
              ({ago(lapse.at)})
            </Text>
          )}
          {lapse.not_foreseen.length > 0 && (
            <Text span inherit c="dimmed">
              {' '}
              Not foreseen: {lapse.not_foreseen.join('; ')}.
            </Text>
          )}
        </Text>
      </Group>
    </Stack>
  );
}

const sentenceOf = (words: string): string =>
  words && `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith('.') ? '' : '.'}`;

function Personal({ clear, onClear }: Pick<Props, 'clear' | 'onClear'>) {
  const workspace = useWorkspace();
  return (
    <div>
      {workspace.can('see_personal') ? (
        <Switch
          label="Show personal values"
          description="That you looked at them is written to the audit log."
          checked={clear}
          onChange={(event) => onClear(event.currentTarget.checked)}
        />
      ) : (
        <Text size="sm" c="dimmed">
          Personal values are hidden; your role does not show them.
        </Text>
      )}
    </div>
  );
}

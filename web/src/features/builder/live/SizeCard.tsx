// How many it is now: the number, its share, what it is worth knowing about it.
import {
  Anchor,
  Box,
  Button,
  Card,
  Group,
  Stack,
  Text,
  Tooltip,
  VisuallyHidden,
} from '@mantine/core';
import { IconAlertTriangle, IconPencil } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { ApiError, told } from '@/api/errors';
import { count, moment, percent } from '@/lib/format';
import { ShareBar } from '@/ui/ShareBar';
import classes from './Live.module.css';
import type { LiveSize } from './useLive';

const QUIET_MILLISECONDS = 700;

type Props = { live: LiveSize; noun: string; onJump: (row: string) => void };

export function SizeCard({ live, noun, onJump }: Props) {
  const { answer, estimate, busy, error } = live;
  const rough = busy || error !== null ? estimate : null;
  const shown = rough ?? answer;
  return (
    <Card
      component="section"
      aria-label="Live size"
      data-testid="live-size"
      aria-busy={busy}
      data-size={answer?.size}
      data-settled={!busy && answer !== null}
      padding="md"
    >
      <Stack gap={6}>
        {shown ? (
          <div className={classes.figure} data-busy={(busy && !rough) || undefined}>
            <Text className={classes.size} component="p">
              {rough && '≈ '}
              {count(shown.size)}
            </Text>
            <Text c="dimmed" size="sm">
              {noun}
              {shown.universe !== null && ` of ${count(shown.universe)}`}
            </Text>
            <Box mt={8}>
              <ShareBar share={shown.share} label="Share" width="100%" />
            </Box>
          </div>
        ) : (
          <Waiting live={live} noun={noun} />
        )}
        {rough?.estimate && (
          <Text size="sm" c="dimmed">
            {count(rough.estimate.low)} to {count(rough.estimate.high)}, from a sample of{' '}
            {count(rough.estimate.sample)}.{busy && ' The exact number is on its way.'}
          </Text>
        )}
        {answer && !rough && <Facts live={live} noun={noun} />}
        <LeftOut live={live} onJump={onJump} />
        {error !== null && <Fault live={live} />}
      </Stack>
      <Announced live={live} noun={noun} />
    </Card>
  );
}

function Waiting({ live, noun }: { live: LiveSize; noun: string }) {
  return (
    <Box className={classes.figure}>
      <Text className={classes.size} component="p" c="dimmed" aria-hidden>
        –
      </Text>
      <Text c="dimmed" size="sm">
        {live.busy ? 'Counting…' : `Add a condition to see how many ${noun} it finds.`}
      </Text>
    </Box>
  );
}

function Facts({ live, noun }: { live: LiveSize; noun: string }) {
  const answer = live.answer;
  if (!answer) return null;
  return (
    <Group gap={6} c="dimmed" fz="sm">
      <Text size="sm">
        {answer.exact ? 'Exact' : 'Estimated'}, as of{' '}
        <time dateTime={answer.as_of}>{moment(answer.as_of)}</time>
      </Text>
      {answer.unknown !== null && answer.unknown > 0 && (
        <Tooltip
          multiline
          w={280}
          label={`A value is missing that would decide whether these ${noun} are in. They are left out; a condition can say otherwise.`}
        >
          <Text size="sm" tabIndex={0} className={classes.explained}>
            {count(answer.unknown)} unknown
          </Text>
        </Tooltip>
      )}
    </Group>
  );
}

/** Conditions that have no value yet are not counted, and that is said instead of an error. */
function LeftOut({ live, onJump }: { live: LiveSize; onJump: (row: string) => void }) {
  const { left, asks } = live.asked;
  const first = left[0];
  if (first === undefined) return null;
  const many = left.length > 1;
  return (
    <Group gap={6} wrap="nowrap" align="flex-start">
      <IconPencil size={16} aria-hidden className={classes.sign} />
      <Text size="sm">
        <Anchor component="button" size="sm" underline="always" onClick={() => onJump(first)}>
          {many ? `Complete ${left.length} conditions` : 'Complete the new condition'}
        </Anchor>{' '}
        to count {many ? 'them' : 'it'}.
        {asks && ' The number is without it so far.'.replace('it', many ? 'them' : 'it')}
      </Text>
    </Group>
  );
}

function Fault({ live }: { live: LiveSize }) {
  const { sentence, hint } = told(live.error);
  const refused = live.error instanceof ApiError && live.error.status === 422;
  return (
    <Group gap={6} wrap="nowrap" align="flex-start">
      <IconAlertTriangle size={16} aria-hidden color="var(--mu-warn)" className={classes.sign} />
      <Stack gap={4}>
        <Text size="sm">{sentence}</Text>
        {hint && (
          <Text size="sm" c="dimmed">
            {hint}
          </Text>
        )}
        {!refused && (
          <Button size="compact-xs" variant="default" w="fit-content" onClick={live.retry}>
            Try again
          </Button>
        )}
      </Stack>
    </Group>
  );
}

/** Said only once the number has come to rest, not on each keystroke. */
function Announced({ live, noun }: { live: LiveSize; noun: string }) {
  const { answer, busy } = live;
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (busy || !answer) return;
    const timer = setTimeout(
      () => setSaid(`${count(answer.size)} ${noun}, ${percent(answer.share)}`),
      QUIET_MILLISECONDS,
    );
    return () => clearTimeout(timer);
  }, [answer, busy, noun]);
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {said}
    </VisuallyHidden>
  );
}

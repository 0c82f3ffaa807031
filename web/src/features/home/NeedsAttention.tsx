// What needs a hand, each with the button that mends it.
import { Anchor, Box, Button, Group, Text, Title } from '@mantine/core';
import {
  IconAlertOctagon,
  IconAlertTriangle,
  IconCircleCheck,
  IconInfoCircle,
} from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { refreshRules } from '@/api/queries';
import { useWorkspace } from '@/api/session';
import { Moment } from '@/ui/Moment';
import { toastDone, toastError } from '@/ui/toast';
import classes from './home.module.css';
import { type Attention, placeOf } from './logic';
import { refreshRule, retryRun } from './queries';

const SIGN = {
  error: { icon: IconAlertOctagon, colour: 'var(--mu-bad)', word: 'Error' },
  warning: { icon: IconAlertTriangle, colour: 'var(--mu-warn)', word: 'Warning' },
  info: { icon: IconInfoCircle, colour: 'var(--mu-info)', word: 'Note' },
} as const;
const MOST = 5;

export function NeedsAttention({ items }: { items: Attention[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? items : items.slice(0, MOST);
  return (
    <section aria-labelledby="needs-attention">
      <Title order={2} id="needs-attention" mb="xs">
        Needs attention
      </Title>
      {items.length === 0 ? (
        <Group gap="xs" c="dimmed" wrap="nowrap" align="flex-start">
          <IconCircleCheck
            size={20}
            color="var(--mu-good)"
            aria-hidden
            style={{ flexShrink: 0, marginTop: 2 }}
          />
          <Text>Nothing: every refresh worked, and every segment says what is true now.</Text>
        </Group>
      ) : (
        <ul className={classes.attention} aria-labelledby="needs-attention">
          {shown.map((item) => (
            <Item key={`${item.kind} ${item.title} ${item.run_id ?? ''}`} item={item} />
          ))}
        </ul>
      )}
      {items.length > MOST && (
        <Button variant="subtle" color="gray" mt="xs" onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${items.length}`}
        </Button>
      )}
    </section>
  );
}

function Item({ item }: { item: Attention }) {
  const { icon: Icon, colour, word } = SIGN[item.severity];
  return (
    <li>
      <Icon size={22} color={colour} aria-label={word} role="img" style={{ flexShrink: 0 }} />
      <Box flex="1 1 16rem" miw={0}>
        <Group gap="xs">
          <Anchor component={Link} to={placeOf(item)} fw={600} c="var(--mu-text)">
            {item.title}
          </Anchor>
          {item.at && <Moment at={item.at} />}
        </Group>
        <Text size="sm" c="dimmed">
          {item.sentence}
        </Text>
      </Box>
      <Fix item={item} />
    </li>
  );
}

const WORDS = {
  retry_run: 'Retry',
  refresh: 'Refresh',
  review: 'Review',
  open: 'Open',
} as const;

function Fix({ item }: { item: Attention }) {
  const { can } = useWorkspace();
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: () => mend(item),
    onSuccess: () => {
      void refreshRules(queries);
      toastDone(item.fix === 'refresh' ? 'The refresh is queued.' : 'The run is queued again.');
    },
    onError: toastError,
  });
  if (item.fix === null) return null;
  const words = WORDS[item.fix];
  const name = `${words}: ${item.title}`;
  const acts = item.fix === 'refresh' || item.fix === 'retry_run';
  if (acts && can('run'))
    return (
      <Button
        variant="default"
        size="xs"
        onClick={() => act.mutate()}
        loading={act.isPending}
        aria-label={name}
      >
        {words}
      </Button>
    );
  return (
    <Button
      component={Link}
      to={placeOf(item)}
      variant="default"
      size="xs"
      aria-label={acts ? `Open: ${item.title}` : name}
    >
      {acts ? 'Open' : words}
    </Button>
  );
}

const mend = async ({ fix, run_id, rule_id }: Attention): Promise<unknown> => {
  if (fix === 'retry_run' && run_id !== null) return retryRun(run_id);
  if (rule_id !== null) return refreshRule(rule_id);
  return undefined;
};

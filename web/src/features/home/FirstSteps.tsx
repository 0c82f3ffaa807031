// A workspace that is new: three steps to the first segment, the next one marked.
import { Badge, Button, Group, Text, Title } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import classes from './home.module.css';
import type { Step } from './logic';

const STEPS: { step: Step; title: string; words: string; action: string; to: string }[] = [
  {
    step: 'connect',
    title: 'Connect your data',
    words:
      'Say who is counted, what is known of them and what they do: one data model over your tables.',
    action: 'Go to sources',
    to: '/sources',
  },
  {
    step: 'build',
    title: 'Build a rule',
    words:
      'Put conditions together and watch the size while you do. Begin with a template, or with nothing.',
    action: 'Build the first rule',
    to: '/rules/new',
  },
  {
    step: 'check',
    title: 'Check who is in',
    words: 'Refresh the segment, look at some members, and ask why somebody is in or out.',
    action: 'Go to segments',
    to: '/segments',
  },
];

export function FirstSteps({ next }: { next: Step }) {
  const at = STEPS.findIndex(({ step }) => step === next);
  return (
    <section aria-labelledby="first-steps">
      <Title order={2} id="first-steps" mb="xs">
        Three steps to the first segment
      </Title>
      <ol className={classes.steps}>
        {STEPS.map(({ step, title, words, action, to }, place) => (
          <li key={step} data-next={step === next || undefined}>
            <Group justify="space-between">
              <Title order={3}>
                {place + 1}. {title}
              </Title>
              {place < at && (
                <Badge leftSection={<IconCircleCheck size={14} aria-hidden />}>Done</Badge>
              )}
            </Group>
            <Text c="dimmed" flex={1}>
              {words}
            </Text>
            <Button
              component={Link}
              to={to}
              variant={step === next ? 'filled' : 'default'}
              w="fit-content"
            >
              {action}
            </Button>
          </li>
        ))}
      </ol>
      <Text size="sm" c="dimmed" mt="md">
        Only looking around? <code>muster demo</code> makes workspaces of generated data; they are
        labelled as such everywhere.
      </Text>
    </section>
  );
}

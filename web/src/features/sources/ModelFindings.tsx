// What the check of a data model found, each with the way to its line.
import { Anchor, Card, Group, List, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { plural } from '@/lib/format';
import { StateView } from '@/ui/StateView';
import type { ModelCheck } from './queries';

type Props = {
  query: UseQueryResult<ModelCheck>;
  busy: boolean;
  lineOf: (path: string) => number | null;
  onGo: (line: number) => void;
};

export function ModelFindings({ query, busy, lineOf, onGo }: Props) {
  return (
    <Card component="section" aria-label="Check" aria-busy={busy} aria-live="polite">
      <StateView query={query}>
        {(check) => (
          <Stack gap="sm">
            <Verdict check={check} />
            {check.problems.length > 0 && (
              <List spacing="xs" size="sm" listStyleType="none" p={0}>
                {check.problems.map((problem) => (
                  <List.Item key={`${problem.code}${problem.path}${problem.sentence}`}>
                    <Text size="sm">{problem.sentence}</Text>
                    <Text size="sm" c="dimmed">
                      <Where line={lineOf(problem.path)} path={problem.path} onGo={onGo} />
                      {problem.hint && ` · ${problem.hint}`}
                    </Text>
                  </List.Item>
                ))}
              </List>
            )}
            {check.rules.length > 0 && (
              <>
                <Title order={2} size="h3">
                  {plural(check.rules.length, 'rule')} would not fit
                </Title>
                <List spacing="xs" size="sm" listStyleType="none" p={0}>
                  {check.rules.map((rule) => (
                    <List.Item key={rule.id}>
                      <Text size="sm" fw={600}>
                        {rule.name}
                      </Text>
                      <Text size="sm" c="dimmed">
                        {rule.sentence}
                      </Text>
                    </List.Item>
                  ))}
                </List>
              </>
            )}
          </Stack>
        )}
      </StateView>
    </Card>
  );
}

function Verdict({ check }: { check: ModelCheck }) {
  const fine = check.valid && check.problems.length === 0 && check.rules.length === 0;
  const Icon = fine ? IconCheck : IconAlertTriangle;
  const words = fine
    ? 'It fits the tables and every rule.'
    : check.valid
      ? 'It can be saved, with these remarks.'
      : `${plural(check.problems.length, 'fault')} to mend before it can be saved.`;
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <Icon
        size={18}
        color={`var(--mu-${fine ? 'good' : check.valid ? 'warn' : 'bad'})`}
        aria-hidden
      />
      <Stack gap={2} flex={1}>
        <Text fw={600}>{words}</Text>
        {check.summary && (
          <Text size="sm" c="dimmed">
            {plural(check.summary.attributes, 'attribute')},{' '}
            {plural(check.summary.sources, 'event source')},{' '}
            {plural(check.summary.metrics, 'metric')}
          </Text>
        )}
      </Stack>
    </Group>
  );
}

type WhereProps = { line: number | null; path: string; onGo: (line: number) => void };

function Where({ line, path, onGo }: WhereProps) {
  if (line === null) return path;
  return (
    <Anchor
      component="button"
      type="button"
      size="sm"
      underline="always"
      onClick={() => onGo(line)}
    >
      Line {line}
    </Anchor>
  );
}

// The log of a run; while it works, the newest line stays in sight unless one scrolls away.
import { Group, Paper, Stack, Switch, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { isOver } from '@/api/run-stream';
import { moment } from '@/lib/format';
import { StateView } from '@/ui/StateView';
import { type LogLine, logQuery, type RunDetail } from './queries';
import classes from './RunLog.module.css';

export function RunLog({ run }: { run: RunDetail }) {
  const over = isOver(run);
  const found = useQuery(logQuery(run.id, over));
  const [following, setFollowing] = useState(true);
  return (
    <Stack gap="sm" component="section" aria-label="Log">
      <Group justify="space-between">
        <Title order={2}>Log</Title>
        {!over && (
          <Switch
            label="Follow"
            checked={following}
            onChange={(event) => setFollowing(event.currentTarget.checked)}
          />
        )}
      </Group>
      <StateView
        query={found}
        isEmpty={(log) => log.items.length === 0}
        empty={<Text c="dimmed">Nothing was logged yet.</Text>}
      >
        {(log) => <Lines lines={log.items} follow={following && !over} />}
      </StateView>
    </Stack>
  );
}

function Lines({ lines, follow }: { lines: LogLine[]; follow: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const newest = lines.at(-1)?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line scrolls
  useEffect(() => {
    if (follow) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [newest, follow]);
  return (
    <Paper
      withBorder
      ref={box}
      className={classes.log}
      tabIndex={0}
      role="log"
      aria-label="Log lines"
    >
      {lines.map((line) => (
        <div key={line.id} className={classes.line} data-level={line.level}>
          <time dateTime={line.at} title={moment(line.at)}>
            {line.at.slice(11, 19)}
          </time>
          {line.level !== 'info' && <strong>{line.level}</strong>}
          <span>{line.message}</span>
        </div>
      ))}
    </Paper>
  );
}

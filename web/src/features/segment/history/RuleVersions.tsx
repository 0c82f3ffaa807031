// What the rule said in each of its versions, as sentences with what changed marked; restore one.
import { Badge, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { told } from '@/api/errors';
import { useWorkspace } from '@/api/session';
import { cronWords } from '@/lib/cron';
import { Moment } from '@/ui/Moment';
import { SkeletonLines, StateView } from '@/ui/StateView';
import type { Segment } from '../logic';
import { ruleVersionsQuery, versionSentenceQuery } from '../queries';
import { wordDiff } from '../word-diff';
import classes from './history.module.css';
import { RestoreDialog } from './RestoreDialog';

type Version = Schemas['RuleVersionBody'];

export function RuleVersions({ segment }: { segment: Segment }) {
  const versions = useQuery(ruleVersionsQuery(segment.rule.id));
  const [restoring, setRestoring] = useState<number | null>(null);
  return (
    <Card component="section" aria-labelledby="rule-versions">
      <Stack gap="md">
        <div>
          <Title order={2} id="rule-versions">
            What the rule said
          </Title>
          <Text size="sm" c="dimmed">
            Each version against the one before; added words are underlined, removed ones struck
            out.
          </Text>
        </div>
        <StateView query={versions} skeleton={<SkeletonLines lines={4} />}>
          {({ items, total }) => (
            <>
              <ol className={classes.versions} reversed>
                {items.map((version, place) => (
                  <Item
                    key={version.version}
                    ruleId={segment.rule.id}
                    version={version}
                    before={items[place + 1]}
                    onRestore={() => setRestoring(version.version)}
                  />
                ))}
              </ol>
              {total > items.length && (
                <Text size="sm" c="dimmed">
                  The {items.length} newest of {total} versions.
                </Text>
              )}
              <RestoreDialog
                ruleId={segment.rule.id}
                title={segment.title}
                version={restoring}
                newest={items[0]?.version ?? 0}
                onClose={() => setRestoring(null)}
              />
            </>
          )}
        </StateView>
      </Stack>
    </Card>
  );
}

type ItemProps = {
  ruleId: number;
  version: Version;
  before: Version | undefined;
  onRestore: () => void;
};

function Item({ ruleId, version, before, onRestore }: ItemProps) {
  const { can } = useWorkspace();
  const around = changesAround(version, before);
  return (
    <li data-published={version.published || undefined}>
      <Stack gap={6}>
        <Group gap="xs" justify="space-between">
          <Group gap="xs">
            <Text fw={700}>Version {version.version}</Text>
            {version.published && <Badge>Published</Badge>}
            {version.newest && !version.published && <Badge>Draft</Badge>}
            <Text size="sm" c="dimmed">
              by {version.author},
            </Text>
            <Moment at={version.created_at} />
          </Group>
          {!version.newest && can('edit') && (
            <Button
              variant="default"
              size="xs"
              onClick={onRestore}
              leftSection={<IconHistory size={14} aria-hidden />}
              aria-label={`Restore version ${version.version}…`}
            >
              Restore…
            </Button>
          )}
        </Group>
        {version.reason && <Text size="sm">“{version.reason}”</Text>}
        <Sentence ruleId={ruleId} version={version.version} before={before?.version} />
        {around.map((words) => (
          <Text key={words} size="sm" c="dimmed">
            {words}
          </Text>
        ))}
      </Stack>
    </li>
  );
}

/** What changed beside the conditions. */
const changesAround = (version: Version, before: Version | undefined): string[] => {
  if (before === undefined) return [];
  const words: string[] = [];
  if (version.rule_name !== before.rule_name)
    words.push(`Called “${version.rule_name}” from here on, before “${before.rule_name}”.`);
  if (version.schedule !== before.schedule)
    words.push(`Schedule: ${cronWords(version.schedule)}, before: ${cronWords(before.schedule)}.`);
  if (version.tags.join() !== before.tags.join())
    words.push(
      `Tags: ${version.tags.join(', ') || 'none'}, before: ${before.tags.join(', ') || 'none'}.`,
    );
  if (version.description !== before.description) words.push('The description changed.');
  return words;
};

type SentenceProps = { ruleId: number; version: number; before: number | undefined };

function Sentence({ ruleId, version, before }: SentenceProps) {
  const after = useQuery(versionSentenceQuery(ruleId, version));
  const earlier = useQuery({
    ...versionSentenceQuery(ruleId, before ?? 0),
    enabled: before !== undefined,
  });
  if (after.isError)
    return (
      <Text size="sm" c="dimmed">
        It no longer fits the data model: {told(after.error).sentence}
      </Text>
    );
  if (after.data === undefined) return <SkeletonLines lines={1} />;
  if (earlier.data === undefined) return <Text className={classes.diff}>{after.data}</Text>;
  if (earlier.data === after.data)
    return (
      <Text c="dimmed" size="sm">
        The conditions stayed the same.
      </Text>
    );
  return (
    <Text className={classes.diff} component="p">
      {wordDiff(earlier.data, after.data).map(({ kind, text }, place) => {
        if (kind === 'same') return text;
        const Mark = kind === 'added' ? 'ins' : 'del';
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of two fixed sentences
        return <Mark key={place}>{text}</Mark>;
      })}
    </Text>
  );
}

// What was published when, who came and went between two versions, and what the rule said before.
import { Stack } from '@mantine/core';
import type { TabProps } from '../SegmentPage';
import { PublishedVersions } from './PublishedVersions';
import { RuleVersions } from './RuleVersions';

export function History(props: TabProps) {
  return (
    <Stack gap="lg">
      <PublishedVersions {...props} />
      <RuleVersions segment={props.segment} />
    </Stack>
  );
}

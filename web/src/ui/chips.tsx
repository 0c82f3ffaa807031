// Small words of state, always with a sign beside the colour.
import { Badge, Group } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArchive,
  IconBan,
  IconCheck,
  IconClock,
  IconHourglass,
  IconLoader2,
  IconPencil,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Schemas } from '@/api/client';

type Tone = 'good' | 'warn' | 'bad' | 'info' | 'dim';

export function Chip({
  tone,
  icon,
  children,
}: {
  tone: Tone;
  icon?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Badge
      leftSection={icon}
      bg="transparent"
      c={`var(--mu-${tone})`}
      style={{ border: `1px solid var(--mu-${tone})`, flexShrink: 0 }}
    >
      {children}
    </Badge>
  );
}

const sign = { size: 12, stroke: 2.2, 'aria-hidden': true };

type RunState = Schemas['RunBody']['state'];
const RUN: Record<RunState, { tone: Tone; label: string; icon: ReactNode }> = {
  queued: { tone: 'dim', label: 'Queued', icon: <IconHourglass {...sign} /> },
  running: { tone: 'info', label: 'Running', icon: <IconLoader2 {...sign} /> },
  published: { tone: 'good', label: 'Published', icon: <IconCheck {...sign} /> },
  failed: { tone: 'bad', label: 'Failed', icon: <IconAlertTriangle {...sign} /> },
  cancelled: { tone: 'dim', label: 'Cancelled', icon: <IconBan {...sign} /> },
};

export function RunChip({ state }: { state: RunState }) {
  const { tone, label, icon } = RUN[state];
  return (
    <Chip tone={tone} icon={icon}>
      {label}
    </Chip>
  );
}

type RuleStatus = Schemas['RuleBody']['status'];
const RULE: Record<RuleStatus, { tone: Tone; label: string; icon: ReactNode }> = {
  draft: { tone: 'info', label: 'Draft', icon: <IconPencil {...sign} /> },
  published: { tone: 'good', label: 'Published', icon: <IconCheck {...sign} /> },
  archived: { tone: 'dim', label: 'Archived', icon: <IconArchive {...sign} /> },
};

export function RuleChip({ status }: { status: RuleStatus }) {
  const { tone, label, icon } = RULE[status];
  return (
    <Chip tone={tone} icon={icon}>
      {label}
    </Chip>
  );
}

/** Whether a segment says what its rule says now. */
export function FreshChip({ stale, refreshed }: { stale: boolean; refreshed: boolean }) {
  if (!refreshed)
    return (
      <Chip tone="dim" icon={<IconClock {...sign} />}>
        Never refreshed
      </Chip>
    );
  return stale ? (
    <Chip tone="warn" icon={<IconClock {...sign} />}>
      Stale
    </Chip>
  ) : (
    <Chip tone="good" icon={<IconCheck {...sign} />}>
      Fresh
    </Chip>
  );
}

export function Tags({ tags }: { tags: string[] }) {
  return (
    <Group gap={4}>
      {tags.map((tag) => (
        <Badge key={tag}>{tag}</Badge>
      ))}
    </Group>
  );
}

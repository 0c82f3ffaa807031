// To the order before and after, in the order of what is shown.
import { ActionIcon, Group, Tooltip } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useKeys } from '@/lib/keys';
import { aroundQuery } from '../server';
import type { Query } from '../types';

type Props = { orderId: number; query: Query; onOpen: (id: number) => void };

export function Around({ orderId, query, onOpen }: Props) {
  const { previous, next } = useQuery(aroundQuery(query, orderId)).data ?? {};
  const go = (id: number | null | undefined) => id != null && onOpen(id);
  useKeys([
    {
      keys: 'alt+ArrowUp',
      label: 'The order before',
      area: 'Order',
      inFields: true,
      act: () => go(previous),
    },
    {
      keys: 'alt+ArrowDown',
      label: 'The order after',
      area: 'Order',
      inFields: true,
      act: () => go(next),
    },
  ]);
  const button = (label: string, to: number | null | undefined, Sign: typeof IconChevronLeft) => (
    <Tooltip label={label}>
      <ActionIcon
        size={34}
        aria-label={label}
        data-disabled={to == null || undefined}
        aria-disabled={to == null}
        onClick={() => go(to)}
      >
        <Sign size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
  return (
    <Group gap={2} wrap="nowrap">
      {button('The order before', previous, IconChevronLeft)}
      {button('The order after', next, IconChevronRight)}
    </Group>
  );
}

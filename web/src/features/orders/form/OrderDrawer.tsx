// One order beside the grid: the same form as on its page.
import { ActionIcon, Drawer, Group, Title, Tooltip } from '@mantine/core';
import { IconArrowsMaximize } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { writeQuery } from '../query';
import type { Query } from '../types';
import { Around } from './Around';
import { LeaveGuard } from './LeaveGuard';
import { OrderForm } from './OrderForm';
import { useOrderForm } from './useOrderForm';

type Props = {
  orderId: number | null;
  query: Query;
  onOpen: (id: number | undefined) => void;
  onSaved: (ids: number[]) => void;
};

export function OrderDrawer({ orderId, query, onOpen, onSaved }: Props) {
  return (
    <Drawer.Root
      opened={orderId !== null}
      onClose={() => onOpen(undefined)}
      position="right"
      size="min(44rem, 100%)"
    >
      <Drawer.Overlay backgroundOpacity={0.4} />
      <Drawer.Content bg="var(--mu-canvas)" aria-label={`Order ${orderId}`}>
        {orderId !== null && (
          <Shown key={orderId} orderId={orderId} query={query} onOpen={onOpen} onSaved={onSaved} />
        )}
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Shown({ orderId, query, onOpen, onSaved }: Props & { orderId: number }) {
  const form = useOrderForm(orderId, onSaved);
  const navigate = useNavigate();
  const title = `Order ${orderId}`;
  return (
    <>
      <Drawer.Header role="none" bg="var(--mu-canvas)">
        <Group gap="xs" wrap="nowrap">
          <Title order={2}>{title}</Title>
          <Around orderId={orderId} query={query} onOpen={onOpen} />
          <Tooltip label="Open its page">
            <ActionIcon
              size={34}
              aria-label="Open its page"
              onClick={() =>
                void navigate({
                  to: '/orders/$orderId',
                  params: { orderId: String(orderId) },
                  search: { q: writeQuery(query) },
                })
              }
            >
              <IconArrowsMaximize size={17} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Group>
        <Drawer.CloseButton aria-label="Close" />
      </Drawer.Header>
      <Drawer.Body>
        <OrderForm form={form} heading={title} />
      </Drawer.Body>
      <LeaveGuard dirty={form.dirty} />
    </>
  );
}

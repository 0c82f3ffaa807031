// One order on a page of its own; a new one on another.
import { Anchor, Button, Group } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { confirm } from '@/ui/confirm';
import { Page } from '@/ui/Page';
import { toastDone, toastError } from '@/ui/toast';
import { useDesk, WithDesk } from './desk';
import { Around } from './form/Around';
import { LeaveGuard } from './form/LeaveGuard';
import { NewOrder } from './form/NewOrder';
import { OrderForm } from './form/OrderForm';
import { useOrderForm } from './form/useOrderForm';
import { readQuery, writeQuery } from './query';
import { dropOrder, newOp, sendUndo } from './server';

const ABOVE = (
  <Anchor component={Link} to="/orders" size="sm" c="dimmed">
    Orders
  </Anchor>
);

export function OrderPage() {
  const { orderId } = useParams({ strict: false }) as { orderId: string };
  const title = `Order ${orderId}`;
  return (
    <WithDesk title={title}>
      <One key={orderId} orderId={Number(orderId)} title={title} />
    </WithDesk>
  );
}

function One({ orderId, title }: { orderId: number; title: string }) {
  const desk = useDesk();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const query = readQuery((useSearch({ strict: false }) as { q?: unknown }).q);
  const form = useOrderForm(orderId, () => {});
  const remove = async () => {
    try {
      const { changeset_id } = await dropOrder(orderId);
      form.discard();
      await queries.invalidateQueries({ queryKey: ['orders'], refetchType: 'none' });
      await navigate({ to: '/orders' });
      toastDone(`${title} is deleted.`, {
        undo: () =>
          void sendUndo('undo', changeset_id, newOp()).then(
            () => queries.invalidateQueries({ queryKey: ['orders'] }),
            toastError,
          ),
      });
    } catch (error) {
      toastError(error);
    }
  };
  const open = (id: number) =>
    void navigate({
      to: '/orders/$orderId',
      params: { orderId: String(id) },
      search: { q: writeQuery(query) },
    });
  return (
    <Page
      title={title}
      above={ABOVE}
      actions={
        <Group gap="xs">
          <Around orderId={orderId} query={query} onOpen={open} />
          {desk.can_edit && form.found.data && (
            <Button
              variant="default"
              leftSection={<IconTrash size={16} aria-hidden />}
              onClick={() =>
                confirm({
                  title: `Delete ${title.toLowerCase()}?`,
                  body: 'It goes with its lines. It can be undone, and it stays in the history.',
                  confirm: 'Delete',
                  onConfirm: () => void remove(),
                })
              }
            >
              Delete
            </Button>
          )}
        </Group>
      }
    >
      <OrderForm form={form} heading={title} />
      <LeaveGuard dirty={form.dirty} />
    </Page>
  );
}

export function NewOrderPage() {
  return (
    <WithDesk title="New order">
      <Page title="New order" above={ABOVE}>
        <NewOrder />
      </Page>
    </WithDesk>
  );
}

// Many orders at once: what is wished, what it means for each of them and what it would move, then
// one deed, with one undo.
import {
  Button,
  Checkbox,
  Group,
  List,
  Modal,
  NativeSelect,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { isCode } from '@/api/errors';
import { plural } from '@/lib/format';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { toastDone, toastError } from '@/ui/toast';
import { useDesk } from '../desk';
import { enumLabel, sent } from '../fields';
import { mayEdit } from '../grid/columns';
import type { Undo } from '../grid/useUndo';
import { type Selection, selectBody } from '../selection';
import { newOp, POST } from '../server';
import { statusLabel } from '../statuses';
import type { Applied, Field, Query } from '../types';
import { ImpactView } from './ImpactView';
import type { Preview, Wish } from './types';

type Props = {
  opened: boolean;
  chosen: Selection;
  query: Query;
  undo: Undo;
  onClose: () => void;
  onDone: () => void;
};

export function BulkDialog(props: Props) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title="Change the chosen orders" size="lg">
      {props.opened && <Shown {...props} />}
    </Modal>
  );
}

function Shown({ chosen, query, undo, onClose, onDone }: Props) {
  const desk = useDesk();
  const queries = useQueryClient();
  const fields = desk.fields.filter(
    (field) => mayEdit(field, desk) && field.entity === 'order' && field.name !== 'order_date',
  );
  const [name, setName] = useState('status');
  const [text, setText] = useState('');
  const [reason, setReason] = useState('');
  const [steps, setSteps] = useState(false);
  const [asked, setAsked] = useState<Wish | null>(null);
  const [busy, setBusy] = useState(false);
  const op = useRef(newOp());
  const field = fields.find((one) => one.name === name) as Field;
  const wish: Wish = {
    select: selectBody(chosen, query),
    set: { [name]: sent(field, text, desk) },
    reason: reason.trim() || null,
    steps: name === 'status' && steps,
  };
  const current = asked !== null && JSON.stringify(asked) === JSON.stringify(wish);
  const preview = useQuery({
    queryKey: ['orders', 'bulk', asked],
    queryFn: ({ signal }) => POST<Preview>('/bulk/preview', { body: asked, signal }),
    enabled: asked !== null,
    retry: false,
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const look = () => {
    op.current = newOp();
    setAsked(wish);
    if (current) void preview.refetch();
  };
  const apply = async ({ token, legal }: Preview) => {
    setBusy(true);
    try {
      const body = { ...asked, op_id: op.current, token, expect: legal };
      const done = await POST<Applied>('/bulk/apply', { body });
      toastDone(`${plural(done.orders, 'order')} changed.`, {
        undo: () => undo.run('undo', done.changeset_id),
      });
      void queries.invalidateQueries({ queryKey: ['orders'], refetchType: 'active' });
      onDone();
    } catch (error) {
      toastError(error);
      if (isCode(error, 'SELECTION_CHANGED')) look();
    } finally {
      setBusy(false);
    }
  };
  const input =
    field.type === 'enum' ? (
      <NativeSelect
        label="becomes"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        data={[
          { value: '', label: field.nullable ? 'Empty' : 'Choose one' },
          ...field.values.map((value) => ({ value, label: enumLabel(field, value, desk) })),
        ]}
        flex={1}
      />
    ) : (
      <TextInput
        label="becomes"
        value={text}
        placeholder={field.type === 'instant' ? 'YYYY-MM-DD hh:mm' : 'Empty'}
        onChange={(event) => setText(event.currentTarget.value)}
        flex={1}
      />
    );
  return (
    <Stack>
      <Group align="flex-end" gap="sm">
        <NativeSelect
          label="Field"
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
            setText('');
          }}
          data={fields.map((one) => ({ value: one.name, label: one.label }))}
          data-autofocus
          flex={1}
        />
        {input}
      </Group>
      <TextInput
        label="Why"
        description="Some steps need a reason; it stands in the history of each order."
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={500}
      />
      {name === 'status' && (
        <Checkbox
          label="Go through the statuses in between where there is no single step"
          checked={steps}
          onChange={(event) => setSteps(event.currentTarget.checked)}
        />
      )}
      {current && (
        <StateView query={preview} skeleton={<SkeletonLines lines={5} />}>
          {(found) => <Found found={found} steps={steps} onSteps={() => setSteps(true)} />}
        </StateView>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        {current && preview.data && !preview.isFetching ? (
          <Button
            loading={busy}
            disabled={preview.data.legal === 0}
            onClick={() => void apply(preview.data)}
          >
            Change {plural(preview.data.legal, 'order')}
          </Button>
        ) : (
          <Button
            onClick={look}
            loading={preview.isFetching}
            disabled={text === '' && !field.nullable}
          >
            Preview
          </Button>
        )}
      </Group>
    </Stack>
  );
}

type FoundProps = { found: Preview; steps: boolean; onSteps: () => void };

function Found({ found, steps, onSteps }: FoundProps) {
  const desk = useDesk();
  const { matching, legal, same, illegal, one_step_short } = found;
  const refused = illegal.reduce((all, one) => all + one.count, 0);
  return (
    <Stack gap="sm">
      <Text role="status">
        Of {plural(matching, 'order')}, <strong>{plural(legal, 'changes', 'change')}</strong>
        {same > 0 && `, ${plural(same, 'is', 'are')} so already`}
        {refused > 0 && `, ${plural(refused, 'cannot', 'cannot')}`}.
      </Text>
      {illegal.length > 0 && (
        <List size="sm" aria-label="Orders that cannot change">
          {illegal.map(({ code, sentence, count, order_ids }) => (
            <List.Item key={`${code} ${sentence}`}>
              {plural(count, 'order')}: {sentence}{' '}
              <Text span size="sm" c="dimmed">
                ({order_ids.slice(0, 5).join(', ')}
                {count > 5 && ' …'})
              </Text>
            </List.Item>
          ))}
        </List>
      )}
      {one_step_short.length > 0 && (
        <Stack gap={6} align="flex-start">
          <List size="sm" aria-label="Orders that need statuses in between">
            {one_step_short.map(({ via, count }) => (
              <List.Item key={via.join()}>
                {plural(count, 'order')} {steps ? 'go' : 'would have to go'} through{' '}
                {via.map((status) => statusLabel(desk, status)).join(', then ')}
              </List.Item>
            ))}
          </List>
          {!steps && (
            <Button size="xs" variant="default" onClick={onSteps}>
              Take these steps, too
            </Button>
          )}
        </Stack>
      )}
      <ImpactView impact={found.impact} />
    </Stack>
  );
}

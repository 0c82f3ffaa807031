// A new order: its customer, its lines, its fields; refused, nothing that was typed is lost.
import { Autocomplete, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useRef, useState } from 'react';
import { EmptyNote } from '@/ui/EmptyNote';
import { toastDone } from '@/ui/toast';
import { useDesk } from '../desk';
import { sent } from '../fields';
import { mayEdit } from '../grid/columns';
import { customersQuery, makeOrder, newOp } from '../server';
import type { Field, Value } from '../types';
import { linesOf, newLine, spotKey, UNTOUCHED, withLine, withoutLine } from './draft';
import { FaultSummary } from './FaultSummary';
import { FormField } from './FormField';
import { cellId, type FormFault, faultAt, formFaultsOf } from './faults';
import { LeaveGuard } from './LeaveGuard';
import { Lines } from './Lines';
import { Section } from './OrderForm';

const OFFERED = ['order_date', 'reference', 'channel', 'payment_method', 'coupon', 'note'];
const idOf = (field: string) => cellId(spotKey({ entity: 'order', key: 'new', field }));

export function NewOrder() {
  const desk = useDesk();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [values, setValues] = useState<Record<string, string>>({});
  const [draft, setDraft] = useState(() => withLine(UNTOUCHED, newLine()));
  const [faults, setFaults] = useState<FormFault[]>([]);
  const [busy, setBusy] = useState(false);
  const done = useRef(false);
  // The same deed as long as nothing was changed since it was sent: a lost answer makes no second.
  const op = useRef(newOp());
  const [asked] = useDebouncedValue(values.customer_id ?? '', 200);
  const customers = useQuery(customersQuery(asked)).data?.items ?? [];
  if (!desk.can_edit)
    return (
      <EmptyNote title="You may look at orders, not make any">
        Ask an admin for the role of an operator.
      </EmptyNote>
    );
  const fields = OFFERED.flatMap((name) => desk.fields.filter((one) => one.name === name));
  const change = (name: string, text: string) => {
    op.current = newOp();
    setValues({ ...values, [name]: text });
  };
  const edit = (next: typeof draft) => {
    op.current = newOp();
    setDraft(next);
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const given = ['customer_id', ...OFFERED].flatMap((name): [string, Value][] => {
      const field = desk.fields.find((one) => one.name === name) as Field;
      const value = sent(field, values[name] ?? '', desk);
      return value === null ? [] : [[name, value]];
    });
    setBusy(true);
    try {
      const { order_id } = await makeOrder({
        op_id: op.current,
        reason: null,
        fields: Object.fromEntries(given),
        items: linesOf(draft.added),
      });
      done.current = true;
      setValues({});
      setDraft(UNTOUCHED);
      await queries.invalidateQueries({ queryKey: ['orders'], refetchType: 'none' });
      toastDone(`Order ${order_id} is made.`);
      await navigate({ to: '/orders/$orderId', params: { orderId: String(order_id) } });
    } catch (error) {
      setFaults(formFaultsOf(error, draft));
    } finally {
      setBusy(false);
    }
  };
  const typed = Object.values(values).some((text) => text.trim() !== '');
  const dirty = !done.current && (typed || draft.added.some(({ product_id }) => product_id !== ''));
  return (
    <form onSubmit={save}>
      <Stack gap="lg" maw="56rem">
        <FaultSummary faults={faults} />
        <Section title="Customer">
          <Autocomplete
            id={idOf('customer_id')}
            label="Customer"
            description="Find them by name, e-mail or number; empty: nobody in particular"
            value={values.customer_id ?? ''}
            onChange={(text) => change('customer_id', text)}
            error={faultAt(faults, idOf('customer_id'))}
            data={[...new Set(customers.map((one) => one.customer_id))]}
            filter={({ options }) => options}
            renderOption={({ option }) => (
              <span>
                {customers.find((one) => one.customer_id === option.value)?.name} · {option.value}
              </span>
            )}
            data-autofocus
          />
        </Section>
        <Section title="Lines">
          <Lines
            orderKey="new"
            items={[]}
            added={draft.added}
            removed={draft.removed}
            total={null}
            frozen={null}
            faults={faults}
            bind={() => ({ id: '', value: '', error: undefined, onChange: () => {} })}
            onLine={(line) => edit(withLine(draft, line))}
            onDropLine={(id) => edit(withoutLine(draft, id))}
            onRemove={() => {}}
          />
          <Text size="sm" c="dimmed">
            The total follows from the lines when it is saved.
          </Text>
        </Section>
        <Section title="Order">
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            {fields.map((field) => (
              <FormField
                key={field.name}
                field={{ ...field, nullable: true }}
                id={idOf(field.name)}
                value={values[field.name] ?? ''}
                error={faultAt(faults, idOf(field.name))}
                readOnly={!mayEdit(field, desk)}
                onChange={(text) => change(field.name, text)}
              />
            ))}
          </SimpleGrid>
        </Section>
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            Make the order
          </Button>
        </Group>
      </Stack>
      <LeaveGuard dirty={dirty} />
    </form>
  );
}

// One order whole: its status, its customer, its lines, its fields, what happened to it.
import { Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { Moment } from '@/ui/Moment';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { useDesk } from '../desk';
import { sent } from '../fields';
import { ConflictDialog } from '../grid/ConflictDialog';
import { mayEdit } from '../grid/columns';
import { statusLabel } from '../statuses';
import type { Field, OrderDetail } from '../types';
import { type Entity, spotKey, withLine, withoutCell, withoutLine, withRemoved } from './draft';
import { FaultSummary } from './FaultSummary';
import { FormField } from './FormField';
import { cellId, faultAt } from './faults';
import classes from './form.module.css';
import { Lines } from './Lines';
import { StatusSteps } from './StatusSteps';
import type { OrderForm as Form } from './useOrderForm';

const OWN = [
  'order_date',
  'reference',
  'channel',
  'payment_method',
  'coupon',
  'paid_at',
  'shipped_at',
  'delivered_at',
  'note',
];

export function OrderForm({ form, heading }: { form: Form; heading: string }) {
  return (
    <StateView query={form.found} heading={heading} skeleton={<SkeletonLines lines={10} />}>
      {(detail) => (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void form.save(detail);
          }}
        >
          <Parts form={form} detail={detail} />
          <ConflictDialog clash={form.clash} onResolve={(answers) => void form.resolve(answers)} />
        </form>
      )}
    </StateView>
  );
}

function Parts({ form, detail }: { form: Form; detail: OrderDetail }) {
  const desk = useDesk();
  const { draft, setDraft, faults } = form;
  const { order, customer, items } = detail;
  const key = String(order.order_id);
  const status = { entity: 'order' as const, key, field: 'status' };
  const frozen = desk.statuses.find((one) => one.status === order.status)?.items_frozen ?? false;
  const fields = (entity: Entity, entityKey: string, list: Field[]) => (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      {list.map((field) => (
        <FormField
          key={field.name}
          field={field}
          readOnly={!mayEdit(field, desk)}
          {...form.bind(detail, { entity, key: entityKey, field: field.name })}
        />
      ))}
    </SimpleGrid>
  );
  const typedStatus = draft.cells[spotKey(status)]?.typed;
  const statusField = desk.fields.find((one) => one.name === 'status') as Field;
  return (
    <Stack gap="lg">
      <FaultSummary faults={faults} />
      <StatusSteps
        detail={detail}
        chosen={typedStatus === undefined ? null : String(sent(statusField, typedStatus, desk))}
        reason={draft.reason}
        readOnly={!desk.can_edit}
        id={cellId(spotKey(status))}
        error={faultAt(faults, cellId(spotKey(status)))}
        onChoose={(next) =>
          next === null
            ? setDraft(withoutCell({ ...draft, reason: '' }, status))
            : form.bind(detail, status).onChange(next)
        }
        onReason={(reason) => setDraft({ ...draft, reason })}
      />
      <Section title="Lines">
        <Lines
          orderKey={key}
          items={items}
          added={draft.added}
          removed={draft.removed}
          total={String(order.total_amount)}
          frozen={
            !desk.can_edit
              ? 'You may look at lines, not change them.'
              : frozen
                ? `An order that is ${statusLabel(desk, order.status)} keeps its lines.`
                : null
          }
          faults={faults}
          bind={(spot) => form.bind(detail, spot)}
          onLine={(line) => setDraft(withLine(draft, line))}
          onDropLine={(id) => setDraft(withoutLine(draft, id))}
          onRemove={(line, gone) => setDraft(withRemoved(draft, line, gone))}
        />
      </Section>
      <Section title="Customer">
        {customer ? (
          <>
            <Text size="sm" c="dimmed">
              {customer.customer_id}
              {customer.tier && ` · ${customer.tier}`}. What is changed here changes for all orders
              of this customer.
            </Text>
            {fields('customer', customer.customer_id, desk.customer_fields)}
          </>
        ) : (
          fields(
            'order',
            key,
            desk.fields.filter(({ name }) => name === 'customer_id'),
          )
        )}
      </Section>
      <Section title="Order">
        {fields(
          'order',
          key,
          OWN.flatMap((name) => desk.fields.filter((one) => one.name === name)),
        )}
      </Section>
      <Section title="History">
        <ol className={classes.history}>
          {[...detail.history].reverse().map((step) => (
            <li key={`${step.changed_at} ${step.to_status}`}>
              <strong>{statusLabel(desk, step.to_status)}</strong>{' '}
              <Text span size="sm" c="dimmed">
                <Moment at={step.changed_at} /> by {step.changed_by}
                {step.reason && `: ${step.reason}`}
              </Text>
            </li>
          ))}
        </ol>
      </Section>
      {form.dirty && (
        <Group className={classes.bar} justify="flex-end" gap="xs">
          <Text size="sm" c="dimmed" mr="auto" role="status">
            Not saved yet
          </Text>
          <Button variant="default" onClick={form.discard}>
            Discard
          </Button>
          <Button type="submit" loading={form.busy}>
            Save
          </Button>
        </Group>
      )}
    </Stack>
  );
}

export function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Stack component="section" aria-label={title} gap="xs">
      <Title order={2} size="h3">
        {title}
      </Title>
      {children}
    </Stack>
  );
}
